/* hyperlist: the program. A command is one row here and one file beside this one. */
#include "base/error.h"
#include "base/ranks.h"
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
    {"fetch", "-o DIR", "the released curves over HTTPS: parallel, resumable, verified", cli_fetch,
     CLI_ALONE},
    {"ingest", "-o ARCHIVE SOURCE...", "curve files of any known format into an archive", cli_ingest,
     CLI_ALONE},
    {"info", "FILE", "what is in an archive, a scores file or a list", cli_info, CLI_ALONE},
    {"check", "FILE", "is a file whole; what is missing and diverged in it", cli_check, CLI_ALONE},
    {"normalize", "ARCHIVE -o SCORES", "one score in 0..1 for each task and configuration", cli_normalize,
     CLI_SHARED},
    {"learn", "SCORES --set SET -o LIST", "an ordered list of configurations to try (Eq. 3-4)", cli_learn,
     CLI_SHARED},
    {"import", "--names FILE -o LIST", "a list of config names, such as the published one, as a list of ours",
     cli_import, CLI_ALONE},
    {"evaluate", "LIST... SCORES", "best score so far against trials of a list", cli_evaluate, CLI_ALONE},
    {"generalize", "SCORES --set SET", "learned lists against baselines on held-out tasks", cli_generalize,
     CLI_SHARED},
    {"export", "LIST --to T -o DIR", "a list for other programs: opt-list, json, csv, python", cli_export,
     CLI_ALONE},
    {"track", "LIST LOG [SCORES]", "what to try next of a list, and how far it has brought you", cli_track,
     CLI_ALONE},
    {"reproduce", "SCORES -o DIR [FIGURE...]", "the paper's figures from your own scores", cli_reproduce,
     CLI_SHARED},
    {"report", "DIR|FILE... -o HTML", "figures, tables, lists and data in one page", cli_report, CLI_ALONE},
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

/* Rank 0 has the last word: what others met, it tells. Commands that are not shared it runs alone. */
static int run_command(const struct cli_command *command, int argc, const char **argv,
                       struct hl_ranks *ranks) {
  struct cli cli = {.command = command, .argc = argc, .argv = argv, .context = {.ranks = ranks}};
  cli_watch(&cli);
  const bool is_first = hl_ranks_is_first(&cli.context);
  cli.quiet = !is_first;
  hl_status status = is_first || command->ranks == CLI_SHARED ? command->run(&cli) : HL_OK;
  if (!cli.was_helped) status = hl_ranks_agree(&cli.context, status, 0);
  if (status != HL_OK && !cli.was_helped && is_first)
    cli_tell_error(&cli, hl_error_message());
  else
    cli_tell_cost(&cli);
  cli_clear(&cli);
  const int code = cli.was_helped ? HL_OK : (int)status;
  if (code == HL_CANCELLED) return 128 + (caught_signal != 0 ? (int)caught_signal : SIGINT);
  return finish_stdout(code, command->name);
}

static int run(int argc, const char **argv, struct hl_ranks *ranks, FILE *messages) {
  const char *name = argc > 1 ? argv[1] : NULL;
  if (name == NULL) {
    print_usage(messages);
    return HL_USAGE;
  }
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
    fprintf(messages, "hyperlist: %s\n", hl_error_message());
    return HL_USAGE;
  }
  if (asks_help) return run_command(command, 2, (const char *[]){command->name, "--help", NULL}, ranks);
  if (argc == 3 && strcmp(argv[2], "--version") == 0) {
    printf("hyperlist %s\n", hl_version());
    return finish_stdout(HL_OK, name);
  }
  return run_command(command, argc - 1, argv + 1, ranks);
}

int main(int argc, const char **argv) {
  struct hl_ranks *ranks;
  catch_signals();
  if (hl_ranks_open(&ranks) != HL_OK) {
    fprintf(stderr, "hyperlist: %s\n", hl_error_message());
    return HL_IO;
  }
  const struct hl_context context = {.ranks = ranks};
  const bool is_first = hl_ranks_is_first(&context);
  if (!is_first && freopen("/dev/null", "w", stdout) == NULL) return hl_ranks_close(ranks, HL_IO);
  return hl_ranks_close(ranks, run(argc, argv, ranks, is_first ? stderr : stdout));
}
