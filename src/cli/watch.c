#include "cli/watch.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/program.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- Lines ---- */

static void tell(struct cli *cli, enum cli_mark mark, const char *label, const char *text) {
  const struct cli_terminal *terminal = &cli->watch.terminal;
  cli_end_progress(cli);
  fprintf(stderr, "hyperlist %s: %s%s%s%s\n", cli->command->name, cli_mark_begin(terminal, mark), label,
          cli_mark_end(terminal), text);
}

void cli_say(const struct cli *cli, const char *format, ...) {
  if (cli->quiet) return;
  char line[1024], *escaped;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (hl_escape_text(line, strlen(line), &escaped) != HL_OK) return;
  fprintf(stderr, "hyperlist %s: %s\n", cli->command->name, escaped);
  free(escaped);
}

static void warn(void *user, const char *line) {
  struct cli *cli = user;
  char *escaped;
  if (cli->quiet || hl_escape_text(line, strlen(line), &escaped) != HL_OK) return;
  tell(cli, CLI_YELLOW, "warning: ", escaped);
  free(escaped);
}

void cli_tell_error(struct cli *cli, const char *message) {
  const struct cli_terminal *terminal = &cli->watch.terminal;
  cli_end_progress(cli);
  fprintf(stderr, "%shyperlist %s:%s %s\n", cli_mark_begin(terminal, CLI_RED), cli->command->name,
          cli_mark_end(terminal), message);
}

/* ---- Progress ---- */

void cli_end_progress(struct cli *cli) {
  if (cli->watch.shown > 0) fputs("\r\033[K", stderr);
  cli->watch.shown = 0;
}

/* "7 s", "3 min 20 s", "1 h 05 min": as exact as one would say it. */
static void format_time(double seconds, char *text, size_t size) {
  const uint64_t whole = (uint64_t)(seconds < 1e9 ? ceil(seconds) : 1e9);
  if (whole < 60)
    snprintf(text, size, "%" PRIu64 " s", whole);
  else if (whole < 3600)
    snprintf(text, size, "%" PRIu64 " min %02" PRIu64 " s", whole / 60, whole % 60);
  else
    snprintf(text, size, "%" PRIu64 " h %02" PRIu64 " min", whole / 3600, whole / 60 % 60);
}

static void format_rate(double rate, char *text, size_t size) {
  snprintf(text, size, rate < 10 ? "%.1f/s" : "%.0f/s", rate);
}

/* One write a bar, the rest of the line erased after it and not before, so that nothing flickers. */
static void show_bar(struct cli *cli, const char *what, uint64_t n_done, uint64_t n_total, double time) {
  enum { BAR = 20 };
  char line[256], bar[BAR + 1], rate_text[32], left[48];
  const double rate = (double)n_done / time;
  const size_t n_full = (size_t)((double)BAR * (double)n_done / (double)n_total);
  for (size_t i = 0; i < BAR; i++) bar[i] = i < n_full ? '=' : i == n_full ? '>' : ' ';
  bar[BAR] = '\0';
  format_rate(rate, rate_text, sizeof rate_text);
  format_time((double)(n_total - n_done) / rate, left, sizeof left);
  snprintf(line, sizeof line, "%s [%s] %" PRIu64 " of %" PRIu64 ", %s, %s left", what, bar, n_done, n_total,
           rate_text, left);
  const size_t width = cli->watch.terminal.width > 1 ? cli->watch.terminal.width - 1 : 1;
  if (strlen(line) > width) /* without the bar: the numbers say more */
    snprintf(line, sizeof line, "%s %" PRIu64 " of %" PRIu64 ", %s left", what, n_done, n_total, left);
  fprintf(stderr, "\r%.*s\033[K", (int)(width < sizeof line ? width : sizeof line), line);
}

static void end_stage(struct cli *cli, const char *what, uint64_t n_total, double time) {
  char rate[32];
  cli_end_progress(cli);
  if (cli->verbose && time > 0) {
    format_rate((double)n_total / time, rate, sizeof rate);
    cli_say(cli, "%s: %" PRIu64 " in %.2f s, %s", what, n_total, time, rate);
  }
}

/* On a terminal, after a second, ten times a second at most. A stage begins where the one before has ended.
 */
static void show_progress(void *user, const char *what, uint64_t n_done, uint64_t n_total) {
  struct cli *cli = user;
  struct cli_watch *watch = &cli->watch;
  const double time = hl_clock_seconds();
  if (n_done == n_total) {
    end_stage(cli, what, n_total, time - watch->began);
    watch->began = time;
  } else if (watch->terminal.can_erase && !cli->quiet && n_done > 0 && time - watch->began >= 1 &&
             time - watch->shown >= 0.1) {
    show_bar(cli, what, n_done, n_total, time - watch->began);
    watch->shown = time;
  }
}

static bool is_cancelled(void *user) {
  (void)user;
  return cli_was_interrupted();
}

void cli_watch(struct cli *cli) {
  const double time = hl_clock_seconds();
  cli->watch = (struct cli_watch){.terminal = cli_find_terminal(stderr), .born = time, .began = time};
  cli->context.warn = warn;
  cli->context.progress = show_progress;
  cli->context.cancel = is_cancelled;
  cli->context.user = cli;
}

/* ---- What it took ---- */

static double seconds_of(struct timeval time) {
  return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

void cli_tell_cost(struct cli *cli) {
  struct rusage usage;
  if (!cli->verbose || getrusage(RUSAGE_SELF, &usage) != 0) return;
  cli_say(cli, "took %.2f s, %.2f s of CPU, %.0f MB of memory at most", hl_clock_seconds() - cli->watch.born,
          seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), (double)usage.ru_maxrss / 1024);
}
