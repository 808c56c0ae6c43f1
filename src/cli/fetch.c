#include "hyperlist/fetch.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/results.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A comma-separated list, cut in place; *items is yours to free. Empty items are left to the library, which
 * refuses them. */
static hl_status split(char *text, const char ***items, size_t *n) {
  size_t n_item = 1;
  for (const char *at = text; *at != '\0'; at++) n_item += *at == ',';
  const hl_status status = hl_new_array(n_item, sizeof **items, items);
  if (status != HL_OK) return status;
  for (char *item = text; item != NULL;) {
    char *comma = strchr(item, ',');
    if (comma != NULL) *comma = '\0';
    (*items)[(*n)++] = item;
    item = comma != NULL ? comma + 1 : NULL;
  }
  return HL_OK;
}

static void free_texts(char **texts) {
  for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) free(texts[i]);
  free(texts);
}

static hl_status parse_seconds(const char *option, const char *text, double *seconds) {
  if (text == NULL) return HL_OK;
  if (hl_parse_double(text, seconds) && *seconds > 0 && *seconds <= 3600) return HL_OK;
  return hl_fail(HL_USAGE, "%s: found '%s', expected seconds, more than 0 and at most 3600", option, text);
}

static hl_status print_files(const struct cli *cli, const struct hl_fetch_report *report) {
  static const struct hl_column columns[] = {{"path", HL_CELL_TEXT},
                                             {"state", HL_CELL_TEXT},
                                             {"bytes", HL_CELL_INTEGER},
                                             {"received", HL_CELL_INTEGER},
                                             {"url", HL_CELL_TEXT}};
  enum { N_COLUMN = sizeof columns / sizeof *columns };
  hl_status status = HL_OK;
  struct hl_table *table = NULL;
  TRY(hl_table_new(columns, N_COLUMN, &table));
  for (size_t i = 0; i < report->n_file; i++) {
    const struct hl_fetch_file *file = &report->files[i];
    const struct hl_cell cells[N_COLUMN] = {{.text = file->path},
                                            {.text = hl_fetch_state_name(file->state)},
                                            {.integer = (int64_t)file->n_byte},
                                            {.integer = (int64_t)file->n_received},
                                            {.text = file->url}};
    TRY(hl_table_add(table, cells));
  }
  TRY(cli_show_table(cli, table, NULL, NULL));
out:
  hl_table_free(table);
  return status;
}

static void say_summary(const struct cli *cli, const struct hl_fetch_report *report, bool is_dry) {
  for (size_t i = 0; i < report->refused.n; i++) cli_say(cli, "%s", report->refused.items[i]);
  for (size_t i = 0; i < report->n_file; i++) {
    const struct hl_fetch_file *file = &report->files[i];
    if (file->failure != NULL) cli_say(cli, "%s", file->failure);
    if (cli->verbose && file->state == HL_FETCH_FETCHED)
      cli_say(cli, "%s: %" PRIu64 " bytes, %" PRIu64 " received", file->path, file->n_byte, file->n_received);
  }
  if (is_dry) {
    cli_say(cli, "%s: %zu files of %zu tasks, %zu are there", cli->output, report->n_file, report->n_task,
            report->n_there);
    return;
  }
  cli_say(cli, "%s: %zu files of %zu tasks: %zu fetched, %zu were there, %zu failed; %.1f MB received",
          cli->output, report->n_file, report->n_task, report->n_fetched, report->n_there, report->n_failed,
          (double)report->n_received / 1e6);
}

/* What popt has parsed, still as text. */
struct texts {
  char *base_url, *sets, *tasks, *threads, *tries, *retry_wait, *timeout;
  char **headers;
};

static hl_status convert(const struct texts *texts, struct cli *cli, struct hl_fetch_options *fetch) {
  hl_status status = HL_OK;
  uint64_t n_thread = HL_FETCH_THREADS, n_try = HL_FETCH_TRIES, timeout = HL_FETCH_TIMEOUT;
  TRY(cli_integer("-j", texts->threads, 1, HL_FETCH_MAX_THREADS, &n_thread));
  TRY(cli_integer("--tries", texts->tries, 1, 1000, &n_try));
  TRY(cli_integer("--timeout", texts->timeout, 1, 3600, &timeout));
  TRY(parse_seconds("--retry-wait", texts->retry_wait, &fetch->retry_wait));
  cli->context.n_thread = (int)n_thread;
  fetch->n_try = (unsigned)n_try;
  fetch->timeout = (unsigned)timeout;
  fetch->base_url = texts->base_url;
  fetch->tasks = texts->tasks;
  fetch->headers = (const char *const *)texts->headers;
  while (texts->headers != NULL && texts->headers[fetch->n_header] != NULL) fetch->n_header++;
out:
  return status;
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct texts texts = {0};
  struct hl_fetch_options fetch = {0};
  struct hl_fetch_report report = {0};
  const char **sets = NULL;
  int keep_going = 0, verify = 0, dry_run = 0;
  const struct cli_option options[] = {
      CLI_GROUP("What is fetched"),
      {"sets", 0, CLI_TEXT, &texts.sets, "SET,..", "optimizer sets", "the five released", NULL},
      {"tasks", 0, CLI_TEXT, &texts.tasks, "SEL", CLI_TASKS_HELP, "all", NULL},
      {"verify", 0, CLI_FLAG, &verify, .help = "check files that are there with the server's checksums"},
      {"dry-run", 0, CLI_FLAG, &dry_run, .help = "print what would be fetched, write nothing"},
      CLI_GROUP("From where"),
      {"base-url", 0, CLI_TEXT, &texts.base_url, "URL", "where the release is", HL_FETCH_BASE_URL, NULL},
      {"header", 0, CLI_TEXTS, &texts.headers, "'K: V'", "sent to that host alone; may be repeated", "none",
       NULL},
      CLI_GROUP("Trouble on the way"),
      {NULL, 'j', CLI_TEXT, &texts.threads, "N", "transfers at a time", "4", NULL},
      {"tries", 0, CLI_TEXT, &texts.tries, "N", "tries a file", "6", NULL},
      {"retry-wait", 0, CLI_TEXT, &texts.retry_wait, "S",
       "seconds before the second try, doubled before each further one", "1", NULL},
      {"timeout", 0, CLI_TEXT, &texts.timeout, "S", "seconds to connect, and without progress", "30", NULL},
      {"keep-going", 0, CLI_FLAG, &keep_going,
       .help = "name files that cannot be had, fetch the others, exit 1"},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_JSON, 0, 0));
  if (cli->n_argument > 0)
    FAIL(HL_USAGE, "found the argument '%s', expected: %s", cli->arguments[0], cli->command->arguments);
  TRY(convert(&texts, cli, &fetch));
  if (texts.sets != NULL) TRY(split(texts.sets, &sets, &fetch.n_set));
  fetch.sets = sets;
  fetch.keep_going = keep_going != 0;
  fetch.verify = verify != 0;
  fetch.dry_run = dry_run != 0;
  status = hl_fetch(cli->output, &fetch, &cli->context, &report);
  if (status != HL_OK && status != HL_BROKEN) goto out;
  say_summary(cli, &report, fetch.dry_run);
  if (fetch.dry_run || cli->json) {
    const hl_status printed = print_files(cli, &report);
    if (printed != HL_OK) status = printed;
  }
out:
  hl_fetch_report_clear(&report);
  free(sets);
  free_texts(texts.headers);
  return status;
}

const struct cli_command cli_fetch = {
    .name = "fetch",
    .arguments = "-o DIR",
    .summary = "the released curves over HTTPS: parallel, resumable, verified",
    .output = "DIR",
    .output_help = "where they go, laid out as released",
    .description = "Brings the release of TaskSet, or parts of it, into a folder that ingest takes as it is. "
                   "Stop it whenever you "
                   "like: run again, it asks for what is missing and goes on within a file where it stood. A "
                   "file gets its name "
                   "only when its length, the server's checksums and those of the zip's members agree.\n\n"
                   "Broken connections, stalls and the statuses 408, 429 and 5xx are tried again; "
                   "Retry-After is honoured. "
                   "Proxies are taken from https_proxy and its kin; certificates are verified.\n\n"
                   "With --dry-run or --json a table has a row a file: path, state (missing, partial, "
                   "damaged, there, fetched, "
                   "failed), bytes, received, url.",
    .examples = {"hyperlist fetch -o taskset --sets adam8p_wide_grid_1k --tasks kind:rnn --dry-run"},
    .run = run,
};
