/* Completion for bash, zsh and fish, from the table of commands and their options. */
#include "analysis/figures.h"
#include "cli/help.h"
#include "hyperlist/space.h"

#include <string.h>

const char *const completion_shells[] = {"bash", "zsh", "fish", NULL};

/* ---- What may stand where ---- */

enum place { PLACE_ANY, PLACE_FILE, PLACE_FOLDER, PLACE_WORDS };

static bool is_named(const struct cli_option *option, const char *argument) {
  const size_t n = strlen(argument);
  return option->argument != NULL && strncmp(option->argument, argument, n) == 0 &&
         (option->argument[n] == '\0' || option->argument[n] == ',');
}

static bool is_list(const struct cli_option *option) {
  return option->argument != NULL && strchr(option->argument, ',') != NULL;
}

static enum place find_place(const struct cli_option *option) {
  static const char *const files[] = {"FILE", "ARCHIVE", "SCORES", "LIST", "TSV", "HTML"};
  if (option->choices != NULL || is_named(option, "SET")) return PLACE_WORDS;
  if (is_named(option, "DIR")) return PLACE_FOLDER;
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    if (is_named(option, files[i])) return PLACE_FILE;
  }
  return PLACE_ANY;
}

static void put_words(const struct cli_option *option, FILE *file) {
  size_t n;
  const struct hl_space *spaces = hl_space_get_all(&n);
  for (size_t i = 0; option->choices != NULL && option->choices[i] != NULL; i++)
    fprintf(file, "%s%s", i > 0 ? " " : "", option->choices[i]);
  for (size_t i = 0; option->choices == NULL && i < n; i++)
    fprintf(file, "%s%s_1k", i > 0 ? " " : "", spaces[i].sampler);
}

/* What the arguments of a command may be, beside files; false: nothing. */
static bool put_argument_words(const struct cli_command *command, FILE *file) {
  size_t n;
  if (command == &cli_help) {
    for (size_t i = 0; cli_commands[i] != NULL; i++) fprintf(file, "%s ", cli_commands[i]->name);
    for (const struct help_topic *topic = help_topics; topic->name != NULL; topic++)
      fprintf(file, "%s%s", topic == help_topics ? "" : " ", topic->name);
    return true;
  }
  if (command != &cli_reproduce) return false;
  const struct figure *figures = figures_get_all(&n);
  for (size_t i = 0; i < n; i++) fprintf(file, "%s%s", i > 0 ? " " : "", figures[i].name);
  return true;
}

static void put_names(const struct cli_option *option, const char *separator, FILE *file) {
  if (option->letter != 0) fprintf(file, "-%c", option->letter);
  if (option->letter != 0 && option->name != NULL) fputs(separator, file);
  if (option->name != NULL) fprintf(file, "--%s", option->name);
}

static bool is_last(const struct cli_option *option) {
  return option->help == NULL && option->value == NULL;
}

/* ---- bash ---- */

static const char bash_begin[] =
    "# bash completion of hyperlist; made by: hyperlist help --completion bash\n"
    "_hyperlist() {\n"
    "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "  local options='' values='' words='' list='' before=''\n"
    "  COMPREPLY=()\n"
    "  if [[ $current == '=' ]]; then # --option=VALUE comes as three words\n"
    "    current=''\n"
    "  elif [[ $previous == '=' ]]; then\n"
    "    previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "  fi\n";

static const char bash_end[] =
    "  if [[ $values == '<any>' ]]; then\n"
    "    return\n"
    "  elif [[ $values == '<folder>' ]]; then\n"
    "    compopt +o default -o dirnames\n"
    "  elif [[ -n $values ]]; then\n"
    "    if [[ -n $list && $current == *,* ]]; then before=${current%,*},; fi\n"
    "    mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$values\" -- \"${current##*,}\")\n"
    "    if [[ -n $list ]]; then compopt -o nospace; fi\n"
    "  elif [[ $current == -* ]]; then\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
    "  elif [[ -n $words ]]; then\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "  fi\n"
    "}\n"
    "complete -o default -F _hyperlist hyperlist\n";

static void put_bash_command(const struct cli_command *command, const struct cli_option *options,
                             FILE *file) {
  fprintf(file, "  %s)\n    options='", command->name);
  for (const struct cli_option *option = options; !is_last(option); option++) {
    if (option->value == NULL) continue;
    put_names(option, " ", file);
    putc(' ', file);
  }
  fputs("'\n    words='", file);
  put_argument_words(command, file);
  fputs("'\n    case $previous in\n", file);
  for (const struct cli_option *option = options; !is_last(option); option++) {
    if (option->value == NULL || option->argument == NULL) continue;
    const enum place place = find_place(option);
    fputs("    ", file);
    put_names(option, " | ", file);
    fputs(") values='", file);
    if (place == PLACE_WORDS)
      put_words(option, file);
    else
      fputs(place == PLACE_FOLDER ? "<folder>" : "<any>", file);
    fprintf(file, "'%s ;;\n", place == PLACE_WORDS && is_list(option) ? " list=1" : "");
  }
  fputs("    esac\n    ;;\n", file);
}

static void print_bash(void) {
  fputs(bash_begin, stdout);
  fputs("  if ((COMP_CWORD == 1)); then\n    values='", stdout);
  for (size_t i = 0; cli_commands[i] != NULL; i++) printf("%s ", cli_commands[i]->name);
  fputs("--help --version'\n  fi\n  case ${COMP_WORDS[1]} in\n", stdout);
  for (size_t i = 0; cli_commands[i] != NULL; i++) help_describe(cli_commands[i], put_bash_command);
  fputs("  esac\n", stdout);
  fputs(bash_end, stdout);
}

/* ---- zsh ---- */

/* Within single quotes; what _arguments and _describe take for their own gets a backslash. */
static void put_zsh_text(const char *text, FILE *file) {
  for (; *text != '\0'; text++) {
    if (*text == '\'')
      fputs("'\\''", file);
    else if (strchr("[]:\\", *text) != NULL)
      fprintf(file, "\\%c", *text);
    else
      putc(*text, file);
  }
}

static void put_zsh_action(const struct cli_option *option, FILE *file) {
  const enum place place = find_place(option);
  putc(':', file);
  put_zsh_text(option->argument, file);
  putc(':', file);
  if (place == PLACE_FILE) fputs("_files", file);
  if (place == PLACE_FOLDER) fputs("_files -/", file);
  if (place != PLACE_WORDS) return;
  fputs(is_list(option) ? "_sequence compadd - " : "(", file);
  put_words(option, file);
  if (!is_list(option)) putc(')', file);
}

static void put_zsh_option(const struct cli_option *option, bool is_long, FILE *file) {
  char text[HELP_TEXT];
  fprintf(file, "      '%s", option->type == CLI_TEXTS ? "*" : "");
  if (is_long)
    fprintf(file, "--%s%s[", option->name, option->argument != NULL ? "=" : "");
  else
    fprintf(file, "-%c[", option->letter);
  put_zsh_text(help_format_option(option, text), file);
  putc(']', file);
  if (option->argument != NULL) put_zsh_action(option, file);
  fputs("' \\\n", file);
}

static void put_zsh_command(const struct cli_command *command, const struct cli_option *options, FILE *file) {
  fprintf(file, "  %s)\n    _arguments -s \\\n", command->name);
  for (; !is_last(options); options++) {
    if (options->value == NULL) continue;
    if (options->letter != 0) put_zsh_option(options, false, file);
    if (options->name != NULL) put_zsh_option(options, true, file);
  }
  fputs("      '*:argument:", file);
  if (command == &cli_help || command == &cli_reproduce) {
    fputs("{ compadd - ", file);
    put_argument_words(command, file);
    fputs("; _files }", file);
  } else {
    fputs("_files", file);
  }
  fputs("'\n    ;;\n", file);
}

static void print_zsh(void) {
  fputs("#compdef hyperlist\n# zsh completion of hyperlist; made by: hyperlist help --completion zsh\n"
        "_hyperlist() {\n  local -a commands\n  commands=(\n",
        stdout);
  for (size_t i = 0; cli_commands[i] != NULL; i++) {
    printf("    '%s:", cli_commands[i]->name);
    put_zsh_text(cli_commands[i]->summary, stdout);
    fputs("'\n", stdout);
  }
  fputs("  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
        "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n",
        stdout);
  for (size_t i = 0; cli_commands[i] != NULL; i++) help_describe(cli_commands[i], put_zsh_command);
  fputs("  esac\n}\n_hyperlist \"$@\"\n", stdout);
}

/* ---- fish ---- */

static void put_fish_text(const char *text, FILE *file) {
  for (; *text != '\0'; text++) {
    if (*text == '\'' || *text == '\\') putc('\\', file);
    putc(*text, file);
  }
}

static void put_fish_option(const struct cli_command *command, const struct cli_option *option, FILE *file) {
  char text[HELP_TEXT];
  const enum place place = find_place(option);
  fprintf(file, "complete -c hyperlist -n '__fish_seen_subcommand_from %s'", command->name);
  if (option->letter != 0) fprintf(file, " -s %c", option->letter);
  if (option->name != NULL) fprintf(file, " -l %s", option->name);
  if (option->argument != NULL) fputs(place == PLACE_FILE ? " -r" : " -x", file);
  if (place == PLACE_FOLDER) fputs(" -a '(__fish_complete_directories)'", file);
  if (place == PLACE_WORDS) {
    fputs(" -a '", file);
    put_words(option, file);
    putc('\'', file);
  }
  fputs(" -d '", file);
  put_fish_text(help_format_option(option, text), file);
  fputs("'\n", file);
}

static void put_fish_command(const struct cli_command *command, const struct cli_option *options,
                             FILE *file) {
  fprintf(file, "complete -c hyperlist -n __fish_use_subcommand -f -a %s -d '", command->name);
  put_fish_text(command->summary, file);
  fputs("'\n", file);
  if (command == &cli_help || command == &cli_reproduce) {
    fprintf(file, "complete -c hyperlist -n '__fish_seen_subcommand_from %s' -a '", command->name);
    put_argument_words(command, file);
    fputs("'\n", file);
  }
  for (; !is_last(options); options++) {
    if (options->value != NULL) put_fish_option(command, options, file);
  }
}

static void print_fish(void) {
  fputs("# fish completion of hyperlist; made by: hyperlist help --completion fish\n", stdout);
  for (size_t i = 0; cli_commands[i] != NULL; i++) help_describe(cli_commands[i], put_fish_command);
}

void completion_print(int shell) {
  static void (*const prints[])(void) = {print_bash, print_zsh, print_fish};
  prints[shell]();
}
