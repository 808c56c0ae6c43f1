/* Pictures by gnuplot, which is given nothing but the scripts of plots/ and files of fixed names. */
#ifndef HL_CLI_DRAW_H
#define HL_CLI_DRAW_H

#include "hyperlist/context.h"

#include <stddef.h>

struct cli_format {
  const char *name;      /* "svg" */
  const char *extension; /* "svg"; "txt" for the picture in text */
};

/* A figure's scripts, found and checked before anything is computed. */
struct cli_drawing {
  char *gnuplot;        /* the program's path */
  char *plots;          /* the folder of the scripts */
  char *style, *script; /* plots/style.gp, plots/FIGURE.gp */
};

extern const char *const cli_format_choices[]; /* their names, NULL-terminated */

/* svg, png, pdf, dumb; NULL: none of that name. Static storage. */
const struct cli_format *cli_find_format(const char *name);

/* Scripts are looked for in $HYPERLIST_SHARE/plots, or else beside the program (../plots,
 * ../share/hyperlist/plots). HL_IO: gnuplot or a script is not there. Clear it in any case. */
hl_status cli_drawing_init(struct cli_drawing *drawing, const char *figure);
void cli_drawing_clear(struct cli_drawing *drawing);

/* Runs gnuplot in a folder which holds FIGURE.tsv; there it makes FIGURE.EXTENSION. HL_IO with gnuplot's
 * last words if it fails. */
hl_status cli_draw(const struct cli_drawing *drawing, const struct cli_format *format, const char *folder,
                   const char *picture);

#endif
