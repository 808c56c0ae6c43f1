/* Figures on their way into a folder: made whole in a folder of their own within it, before their files move
 * out. */
#ifndef HL_CLI_PICTURES_H
#define HL_CLI_PICTURES_H

#include "base/table.h"
#include "cli/draw.h"
#include "hyperlist/strings.h"

enum { CLI_MOST_FORMATS = 4 };

struct cli_pictures {
  const char *folder;      /* the output; borrowed */
  char *work;              /* within it */
  struct hl_strings files; /* in it, since the last time that they were published */
  bool is_new;             /* folder was made here */
  size_t n_format;
  const struct cli_format *formats[CLI_MOST_FORMATS];
};

#define CLI_FORMAT_OPTION(text)                                                                              \
  { "format", 0, CLI_TEXT, (text), "F,..", "pictures as", "svg", cli_format_choices }

/* --format F,..; NULL: svg. HL_USAGE. */
hl_status cli_pictures_choose(struct cli_pictures *pictures, const char *formats);

/* Makes the folder, if need be, and the one to work in. Close it in any case, with the command's status:
 * files that are not published go, and so does a folder that was made for nothing. */
hl_status cli_pictures_open(struct cli_pictures *pictures, const char *folder);
void cli_pictures_close(struct cli_pictures *pictures, hl_status status);

/* Writes NAME SUFFIX.tsv. */
hl_status cli_pictures_write(struct cli_pictures *pictures, const char *name, const char *suffix,
                             const struct hl_table *table, const struct cJSON *provenance);

/* Draws NAME in all formats. */
hl_status cli_pictures_draw(struct cli_pictures *pictures, const char *name,
                            const struct cli_drawing *drawing, const struct hl_context *context);

/* On a terminal, where NAME was drawn in text and published, shows it. */
hl_status cli_pictures_show(const struct cli_pictures *pictures, const char *name);

/* The files made since the last time go to the folder. */
hl_status cli_pictures_publish(struct cli_pictures *pictures);

#endif
