/* `hyperlist help`, and what every command's --help prints. */
#include "cli/help.h"
#include "base/error.h"
#include "base/nearest.h"
#include "cli/page.h"
#include "cli/program.h"
#include "hyperlist/limits.h"

#include <stdio.h>
#include <string.h>

/* ---- One option ---- */

const char *help_format_term(const struct cli_option *option, char text[HELP_TEXT]) {
  const char letter[] = {option->letter, '\0'};
  snprintf(text, HELP_TEXT, "%s%s%s%s%s%s%s", option->letter != 0 ? "-" : "", letter,
           option->letter != 0 && option->name != NULL ? ", " : "", option->name != NULL ? "--" : "",
           option->name != NULL ? option->name : "", option->argument != NULL ? " " : "",
           option->argument != NULL ? option->argument : "");
  return text;
}

const char *help_format_option(const struct cli_option *option, char text[HELP_TEXT]) {
  size_t used = (size_t)snprintf(text, HELP_TEXT, "%s", option->help);
  for (size_t i = 0; option->choices != NULL && option->choices[i] != NULL && used < HELP_TEXT; i++) {
    const char *choice = option->choices[i];
    const char *before = i == 0 ? ": " : option->choices[i + 1] == NULL ? " or " : ", ";
    const bool is_fallback = option->fallback != NULL && strcmp(choice, option->fallback) == 0;
    used += (size_t)snprintf(text + used, HELP_TEXT - used, "%s%s%s", before, choice,
                             is_fallback ? " (default)" : "");
  }
  if (option->choices != NULL && strchr(option->argument, ',') != NULL && used < HELP_TEXT)
    used += (size_t)snprintf(text + used, HELP_TEXT - used, "; comma-separated");
  if (option->fallback == NULL || used >= HELP_TEXT) return text;
  if (strcmp(option->fallback, CLI_NEEDED) == 0)
    snprintf(text + used, HELP_TEXT - used, " (needed)");
  else if (option->choices == NULL)
    snprintf(text + used, HELP_TEXT - used, " (default: %s)", option->fallback);
  return text;
}

static void put_options(struct page *page, const struct cli_option *options) {
  char term[HELP_TEXT], text[HELP_TEXT];
  for (; options->help != NULL || options->value != NULL; options++) {
    if (options->value == NULL) {
      page_part(page, options->help);
    } else {
      page_item(page, help_format_term(options, term), help_format_option(options, text));
    }
  }
}

static void put_examples(struct page *page, const struct cli_command *command) {
  for (size_t i = 0; command->examples[i] != NULL; i++) page_code(page, command->examples[i]);
}

/* ---- One command ---- */

void help_print_command(const struct cli_command *command, const struct cli_option *options, FILE *file) {
  struct page page = page_for_terminal(file);
  fprintf(file, "usage: hyperlist %s %s [options]\n\n", command->name, command->arguments);
  page_text(&page, command->summary);
  put_options(&page, options);
  page_chapter(&page, command->examples[1] != NULL ? "Examples" : "Example");
  put_examples(&page, command);
  fprintf(file, "\nmore: man hyperlist-%s\n", command->name);
}

void help_print_manual(const struct cli_command *command, const struct cli_option *options, FILE *file) {
  struct page page = {.file = file, .is_man = true};
  char name[64];
  snprintf(name, sizeof name, "hyperlist-%s", command->name);
  page_title(&page, name, "1", command->summary);
  page_chapter(&page, "Synopsis");
  fprintf(file, ".B hyperlist %s\n", command->name);
  page_text(&page, command->arguments);
  fputs("[options]\n", file);
  page_chapter(&page, "Description");
  page_text(&page, command->description);
  page_chapter(&page, "Options");
  page_text(&page, "Options and arguments may stand in any order.");
  put_options(&page, options);
  page_chapter(&page, "Examples");
  put_examples(&page, command);
  page_chapter(&page, "See also");
  page_text(&page, "hyperlist(1) for the other commands, selectors of tasks, exit codes and the environment; "
                   "hyperlist-formats(5) for the files.");
}

void help_describe(const struct cli_command *command,
                   void (*describe)(const struct cli_command *, const struct cli_option *, FILE *)) {
  const char *words[] = {command->name, NULL};
  struct cli cli = {.command = command, .argc = 1, .argv = words, .describe = describe};
  (void)command->run(&cli); /* ends in cli_parse */
  cli_clear(&cli);
}

/* ---- All of them ---- */

void help_print_usage(FILE *file) {
  fprintf(file, "usage: hyperlist COMMAND ARGUMENTS [options]\n\n"
                "Ordered lists of hyperparameter configurations, learned from training curves.\n\n");
  for (size_t i = 0; cli_commands[i] != NULL; i++)
    fprintf(file, "  %-11s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
  fprintf(
      file,
      "\n'hyperlist help COMMAND' or 'hyperlist COMMAND --help' lists a command's options, 'hyperlist help "
      "formats'\ntells of the files; --version tells the versions. More: man hyperlist\n");
}

void help_put_commands(struct page *page) {
  for (size_t i = 0; cli_commands[i] != NULL; i++)
    page_item(page, cli_commands[i]->name, cli_commands[i]->summary);
}

/* "64M"; a number that is no whole M, G or T, or is too large for that, as it is. */
static const char *format_size(uint64_t size, char text[HELP_TEXT]) {
  const unsigned shift = size >= UINT64_C(1) << 50         ? 0
                         : size % (UINT64_C(1) << 40) == 0 ? 40
                         : size % (UINT64_C(1) << 30) == 0 ? 30
                         : size % (UINT64_C(1) << 20) == 0 ? 20
                                                           : 0;
  snprintf(text, HELP_TEXT, "%llu%s", (unsigned long long)(size >> shift),
           shift == 40   ? "T"
           : shift == 30 ? "G"
           : shift == 20 ? "M"
                         : "");
  return text;
}

void help_put_limits(struct page *page) {
  char value[HELP_TEXT], most[HELP_TEXT], text[3 * HELP_TEXT];
  size_t n;
  const struct hl_limit_row *rows = hl_limits(&n);
  if (!page->is_man) putc('\n', page->file);
  for (const struct hl_limit_row *row = rows; row < rows + n; row++) {
    snprintf(text, sizeof text, "%s %s (%s; exit %d)%s%s", format_size(row->value, value), row->of,
             row->where, (int)row->beyond, row->most > 0 ? "; can be set, up to " : "",
             row->most > 0 ? format_size(row->most, most) : "");
    page_item(page, row->name, text);
  }
}

static void print_topic(const struct help_topic *topic, bool is_man) {
  struct page page = page_for_terminal(stdout);
  page.is_man = is_man;
  page_title(&page, topic->page, topic->section, topic->summary);
  if (!is_man) page_text(&page, topic->summary);
  for (const struct help_chapter *chapter = topic->chapters; chapter->heading != NULL; chapter++) {
    page_chapter(&page, chapter->heading);
    if (chapter->blocks != NULL) page_text(&page, chapter->blocks);
    if (chapter->put != NULL) chapter->put(&page);
  }
}

static hl_status print_named(const char *name, bool is_man) {
  const struct cli_command *command = cli_command_find(name);
  const struct help_topic *topic = help_topic_find(name);
  if (command != NULL)
    help_describe(command, is_man ? help_print_manual : help_print_command);
  else if (topic != NULL)
    print_topic(topic, is_man);
  else
    return cli_command_fail_unknown(name);
  return HL_OK;
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  char *completion = NULL;
  int is_man = 0, shell = -1;
  const struct cli_option options[] = {
      {"man", 0, CLI_FLAG, &is_man, .help = "the manual page, in man's source"},
      {"completion", 0, CLI_TEXT, &completion, "SHELL", "the completion of a shell", "none",
       completion_shells},
      CLI_END};
  TRY(cli_parse(cli, options, 0, 0, 1));
  TRY(cli_choose("--completion", completion, completion_shells, &shell));
  if (shell >= 0 && (is_man != 0 || cli->n_argument > 0))
    FAIL(HL_USAGE, "--completion: found more to print, expected it alone");
  if (shell >= 0) {
    completion_print(shell);
  } else if (cli->n_argument > 0 || is_man != 0) {
    TRY(print_named(cli->n_argument > 0 ? cli->arguments[0] : "hyperlist", is_man != 0));
  } else {
    help_print_usage(stdout);
  }
out:
  return status;
}

const struct cli_command cli_help = {
    .name = "help",
    .arguments = "[COMMAND|formats]",
    .summary = "a command's options, or what the files are",
    .description =
        "Prints the list of commands; the options of one; with formats what hyperlist-formats(5) says of "
        "the files, with hyperlist the page hyperlist(1).\n\n"
        "Manual pages and completion are made from the same tables as the help. `make install` puts them "
        "where man and the shells look for them; without it, bash takes\n\n"
        "  source <(hyperlist help --completion bash)",
    .examples = {"hyperlist help learn", "hyperlist help --man formats | man -l -",
                 "hyperlist help --completion fish"},
    .run = run,
};
