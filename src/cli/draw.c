#include "cli/draw.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* ---- Formats ---- */

static const struct {
  struct cli_format format;
  const char *command; /* what tells style.gp: a constant, never made of data */
  const char *end;     /* of a whole picture; text has none */
} formats[] = {
    {{"svg", "svg"}, "format = 'svg'", "</svg>"},
    {{"png", "png"}, "format = 'png'", "IEND\xae\x42\x60\x82"},
    {{"pdf", "pdf"}, "format = 'pdf'", "%%EOF"},
    {{"dumb", "txt"}, "format = 'dumb'", ""},
};

const char *const cli_format_choices[] = {"svg", "png", "pdf", "dumb", NULL};

const struct cli_format *cli_find_format(const char *name) {
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    if (strcmp(formats[i].format.name, name) == 0) return &formats[i].format;
  }
  return NULL;
}

static size_t find_format(const struct cli_format *format) {
  size_t i = 0;
  while (&formats[i].format != format) i++;
  return i;
}

/* ---- Finding ---- */

static hl_status find_gnuplot(char **path) {
  const char *folders = getenv("PATH");
  for (const char *at = folders, *end; at != NULL; at = *end == ':' ? end + 1 : NULL) {
    end = at + strcspn(at, ":");
    if (*at != '/')
      continue; /* gnuplot is run in another folder, so a relative one would mean something else there */
    const hl_status status = hl_format_text(path, "%.*s/gnuplot", (int)(end - at), at);
    if (status != HL_OK) return status;
    if (access(*path, X_OK) == 0) return HL_OK;
    free(*path);
    *path = NULL;
  }
  return hl_fail(HL_IO, "cannot draw: found no gnuplot in PATH (Debian has it in the package gnuplot-nox)");
}

/* The absolute path of plots/ in $HYPERLIST_SHARE, or from where the program itself is. */
static hl_status find_plots(char **plots) {
  static const char *const beside[] = {"../plots", "../share/hyperlist/plots"};
  char program[PATH_BYTES], place[PATH_BYTES + 64];
  const char *share = getenv("HYPERLIST_SHARE");
  if (share != NULL && *share != '\0') {
    snprintf(place, sizeof place, "%s/plots", share);
    *plots = realpath(place, NULL);
    return *plots != NULL ? HL_OK : hl_fail_errno(place, "open what HYPERLIST_SHARE leads to");
  }
  const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
  if (n < 0) return hl_fail_errno("/proc/self/exe", "read");
  program[n] = '\0';
  program[hl_file_name(program) - program] = '\0';
  for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
    snprintf(place, sizeof place, "%s%s", program, beside[i]);
    *plots = realpath(place, NULL);
    if (*plots != NULL) return HL_OK;
    if (errno == ENOMEM) return hl_fail_memory();
  }
  return hl_fail(
      HL_IO,
      "cannot draw: found no folder plots in %s.. or %s../share/hyperlist; HYPERLIST_SHARE may name "
      "another place",
      program, program);
}

static hl_status find_script(const char *plots, const char *name, char **path) {
  const hl_status status = hl_format_text(path, "%s/%s.gp", plots, name);
  if (status != HL_OK) return status;
  return access(*path, R_OK) == 0 ? HL_OK : hl_fail_errno(*path, "read");
}

hl_status cli_drawing_init(struct cli_drawing *drawing, const char *figure) {
  hl_status status = HL_OK;
  *drawing = (struct cli_drawing){0};
  TRY(find_gnuplot(&drawing->gnuplot));
  TRY(find_plots(&drawing->plots));
  TRY(find_script(drawing->plots, "style", &drawing->style));
  TRY(find_script(drawing->plots, figure, &drawing->script));
out:
  return status;
}

void cli_drawing_clear(struct cli_drawing *drawing) {
  free(drawing->gnuplot);
  free(drawing->plots);
  free(drawing->style);
  free(drawing->script);
  *drawing = (struct cli_drawing){0};
}

/* ---- Running ---- */

/* In the child. -d: the user's own settings would make another picture. GNUPLOT_LIB: where a script finds
 * others that it loads. */
static _Noreturn void become_gnuplot(const struct cli_drawing *drawing, const char *command,
                                     const char *folder, int log) {
  const int nothing = open("/dev/null", O_RDWR);
  const bool is_ready = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(log, STDOUT_FILENO) >= 0 &&
                        dup2(log, STDERR_FILENO) >= 0 && chdir(folder) == 0 &&
                        setenv("LC_ALL", "C.UTF-8", 1) == 0 && setenv("GNUPLOT_LIB", drawing->plots, 1) == 0;
  if (is_ready)
    execl(drawing->gnuplot, "gnuplot", "-d", "-e", command, drawing->style, drawing->script, (char *)NULL);
  _exit(127);
}

static hl_status wait_for(pid_t child, int *code) {
  while (waitpid(child, code, 0) < 0) {
    if (errno != EINTR) return hl_fail_errno("gnuplot", "wait for");
  }
  return HL_OK;
}

/* The last line of the log that says something: warnings and the marks of where come before it. */
static void read_last_words(FILE *log, char *words, int size) {
  char line[512];
  snprintf(words, (size_t)size, "it gave no reason");
  rewind(log);
  while (fgets(line, sizeof line, log) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[strspn(line, " \t^")] != '\0') snprintf(words, (size_t)size, "%s", line);
  }
}

/* gnuplot does not notice when a disk is full. Empty lines at the end are left to its versions. */
static hl_status check_end(const char *path, const char *picture, const char *end) {
  enum { TAIL = 16 };
  char tail[TAIL];
  const size_t length = strlen(end);
  FILE *file = fopen(path, "rbe");
  if (file == NULL) return hl_fail_errno(picture, "read");
  if (fseek(file, -TAIL, SEEK_END) != 0) rewind(file);
  size_t n = fread(tail, 1, TAIL, file);
  const hl_status status = ferror(file) ? hl_fail_errno(picture, "read") : HL_OK;
  fclose(file);
  while (n > length && tail[n - 1] == '\n') n--;
  if (status != HL_OK || (n >= length && memcmp(tail + n - length, end, length) == 0)) return status;
  return hl_fail(
      HL_IO, "%s: cannot draw: found the picture cut short, expected its end: the disk may be full", picture);
}

hl_status cli_draw(const struct cli_drawing *drawing, const struct cli_format *format, const char *folder,
                   const char *picture) {
  hl_status status = HL_OK;
  int code = 0;
  const size_t i_format = find_format(format);
  char words[512], *path = NULL;
  FILE *log = tmpfile();
  if (log == NULL) return hl_fail_errno("a temporary file", "open");
  TRY(hl_format_text(&path, "%s/%s", folder, picture));
  const pid_t child = fork();
  if (child == 0) become_gnuplot(drawing, formats[i_format].command, folder, fileno(log));
  if (child < 0) {
    status = hl_fail_errno(drawing->gnuplot, "run");
    goto out;
  }
  TRY(wait_for(child, &code));
  if (!WIFEXITED(code) || WEXITSTATUS(code) != 0 || access(path, R_OK) != 0) {
    read_last_words(log, words, sizeof words);
    FAIL(HL_IO, "%s: cannot draw: gnuplot: %s", picture, words);
  }
  status = check_end(path, picture, formats[i_format].end);
out:
  free(path);
  fclose(log);
  return status;
}
