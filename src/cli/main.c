/* hyperlist: the program. A command is one row here and one file beside this one. */
#include "base/error.h"
#include "cli/cli.h"
#include "cli/program.h"
#include "cli/watch.h"
#include "hyperlist/version.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cli_command commands[] = {
    {"fetch", "-o DIR", "the released curves over HTTPS: parallel, resumable, verified", cli_fetch},
    {"ingest", "-o ARCHIVE SOURCE...", "curve files of any known format into an archive", cli_ingest},
    {"info", "FILE", "what is in an archive, a scores file or a list", cli_info},
    {"check", "FILE", "is a file whole; what is missing and diverged in it", cli_check},
    {"normalize", "ARCHIVE -o SCORES", "one score in 0..1 for each task and configuration", cli_normalize},
    {"learn", "SCORES --set SET -o LIST", "an ordered list of configurations to try (Eq. 3-4)", cli_learn},
    {"import", "--names FILE -o LIST", "a list of config names, such as the published one, as a list of ours",
     cli_import},
    {"evaluate", "LIST... SCORES", "best score so far against trials of a list", cli_evaluate},
    {"generalize", "SCORES --set SET", "learned lists against baselines on held-out tasks", cli_generalize},
    {"export", "LIST --to T -o DIR", "a list for other programs: opt-list, json, csv, python", cli_export},
    {"track", "LIST LOG [SCORES]", "what to try next of a list, and how far it has brought you", cli_track},
    {"reproduce", "SCORES -o DIR [FIGURE...]", "the paper's figures from your own scores", cli_reproduce},
    {"report", "DIR|FILE... -o HTML", "figures, tables, lists and data in one page", cli_report},
};
enum { N_COMMAND = sizeof commands / sizeof *commands };

/* What the signal handler leaves for cli->context.cancel and for the exit code. */
static volatile sig_atomic_t caught_signal;

static void note_signal(int signal) {
  caught_signal = signal;
}

bool cli_was_interrupted(void) {
  return caught_signal != 0;
}

static void print_usage(FILE *file) {
  fprintf(file, "usage: hyperlist COMMAND [options] ARGUMENTS\n\n");
  for (size_t i = 0; i < N_COMMAND; i++) fprintf(file, "  %-11s %s\n", commands[i].name, commands[i].summary);
  fprintf(file, "\n'hyperlist COMMAND --help' lists a command's options; --version tells the version\n");
}

static const struct cli_command *find_command(const char *name) {
  for (size_t i = 0; i < N_COMMAND; i++) {
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  }
  return NULL;
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = note_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  action.sa_handler = SIG_IGN; /* a closed pipe is noticed when writing */
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGXFSZ, &action, NULL); /* and so is a limit on file sizes: the write fails */
}

/* A reader that has gone away (`| head -1`) has seen what it wanted; any other failure to write is one. */
static int finish_stdout(int code, const char *command) {
  struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
  const bool had_error = ferror(stdout) != 0;
  errno = 0;
  if (fflush(stdout) == 0 && !had_error) return code;
  const int reason = errno;
  if (reason == EPIPE || (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0))
    return code == HL_IO ? HL_OK : code;
  if (code == HL_OK) {
    fprintf(stderr, "hyperlist %s: stdout: cannot write: %s\n", command,
            strerror(reason != 0 ? reason : EIO));
  }
  return HL_IO;
}

static int run_command(const struct cli_command *command, int argc, const char **argv) {
  struct cli cli = {.command = command, .argc = argc, .argv = argv};
  cli_watch(&cli);
  const hl_status status = command->run(&cli);
  if (status != HL_OK && !cli.was_helped)
    cli_tell_error(&cli, hl_error_message());
  else
    cli_tell_cost(&cli);
  cli_clear(&cli);
  const int code = cli.was_helped ? HL_OK : (int)status;
  return code == HL_CANCELLED ? 128 + (int)caught_signal : finish_stdout(code, command->name);
}

int main(int argc, const char **argv) {
  const char *name = argc > 1 ? argv[1] : NULL;
  if (name == NULL) {
    print_usage(stderr);
    return HL_USAGE;
  }
  catch_signals();
  if (strcmp(name, "--version") == 0) {
    printf("hyperlist %s\n", hl_version());
    return finish_stdout(HL_OK, name);
  }
  const bool asks_help = strcmp(name, "help") == 0 && argc > 2;
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (strcmp(name, "help") == 0 && argc == 2)) {
    print_usage(stdout);
    return finish_stdout(HL_OK, name);
  }
  const struct cli_command *command = find_command(asks_help ? argv[2] : name);
  if (command == NULL) {
    hl_fail(HL_USAGE, "found no command '%s'; 'hyperlist --help' lists them", asks_help ? argv[2] : name);
    fprintf(stderr, "hyperlist: %s\n", hl_error_message());
    return HL_USAGE;
  }
  if (asks_help) return run_command(command, 2, (const char *[]){command->name, "--help", NULL});
  if (argc == 3 && strcmp(argv[2], "--version") == 0) {
    printf("hyperlist %s\n", hl_version());
    return finish_stdout(HL_OK, name);
  }
  return run_command(command, argc - 1, argv + 1);
}
