#include "cli/terminal.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80, MOST_WIDTH = 10000 };

static const char *get_setting(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

/* The first of these that is set decides (POSIX, 8.2). The program itself runs in the C locale: numbers are
 * the same everywhere. */
static bool locale_is_utf8(void) {
  const char *locale = get_setting("LC_ALL");
  if (locale == NULL) locale = get_setting("LC_CTYPE");
  if (locale == NULL) locale = get_setting("LANG");
  const char *encoding = locale != NULL ? strchr(locale, '.') : NULL;
  return encoding != NULL &&
         (strncasecmp(encoding, ".utf-8", 6) == 0 || strncasecmp(encoding, ".utf8", 5) == 0);
}

static size_t find_width(int fd) {
  uint64_t wanted;
  struct winsize size;
  const char *columns = get_setting("COLUMNS");
  if (columns != NULL && hl_parse_uint64(columns, &wanted) && wanted > 0 && wanted <= MOST_WIDTH)
    return (size_t)wanted;
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_WIDTH;
}

struct cli_terminal cli_find_terminal(FILE *file) {
  const int fd = fileno(file);
  const char *kind = get_setting("TERM");
  if (fd < 0 || !isatty(fd)) return (struct cli_terminal){.is_one = false};
  const bool can_erase = kind != NULL && strcmp(kind, "dumb") != 0;
  return (struct cli_terminal){.is_one = true,
                               .can_erase = can_erase,
                               .has_colour = can_erase && get_setting("NO_COLOR") == NULL,
                               .has_blocks = locale_is_utf8(),
                               .width = find_width(fd)};
}

const char *cli_mark_begin(const struct cli_terminal *terminal, enum cli_mark mark) {
  static const char *const sequences[] = {"\033[1m", "\033[1;31m", "\033[33m"};
  return terminal->has_colour ? sequences[mark] : "";
}

const char *cli_mark_end(const struct cli_terminal *terminal) {
  return terminal->has_colour ? "\033[0m" : "";
}

size_t cli_count_characters(const char *text) {
  size_t n = 0;
  for (; *text != '\0'; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
  return n;
}
