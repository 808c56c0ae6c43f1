/* hyperlist: the program. The commands are in commands.c. */
#include "base/error.h"
#include "base/ranks.h"
#include "cli/help.h"
#include "cli/program.h"
#include "cli/watch.h"
#include "hyperlist/limits.h"
#include "hyperlist/version.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the signal handler leaves for cli->context.cancel and for the exit code. */
static volatile sig_atomic_t caught_signal;

static void note_signal(int signal) {
  caught_signal = signal;
}

bool cli_was_interrupted(void) {
  return caught_signal != 0;
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
  hl_status status = hl_limits_check();
  if (status == HL_OK && (is_first || command->ranks == CLI_SHARED)) status = command->run(&cli);
  if (!cli.was_described) status = hl_ranks_agree(&cli.context, status);
  if (status != HL_OK && !cli.was_described && is_first)
    cli_tell_error(&cli, hl_error_message());
  else
    cli_tell_cost(&cli);
  cli_clear(&cli);
  const int code = cli.was_described ? HL_OK : (int)status;
  /* a call that a signal came into may have failed with EINTR before anybody asked */
  if (code == HL_CANCELLED || (code != HL_OK && caught_signal != 0))
    return 128 + (caught_signal != 0 ? (int)caught_signal : SIGINT);
  return finish_stdout(code, command->name);
}

static void print_version(void) {
  size_t n;
  const struct hl_library *libraries = hl_version_libraries(&n);
  printf("hyperlist %s\n", hl_version());
  for (size_t i = 0; i < n; i++) printf("%s %s\n", libraries[i].name, libraries[i].version);
}

static int run(int argc, const char **argv, struct hl_ranks *ranks, FILE *messages) {
  const char *name = argc > 1 ? argv[1] : NULL;
  if (name == NULL) {
    help_print_usage(messages);
    return HL_USAGE;
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
    help_print_usage(stdout);
    return finish_stdout(HL_OK, name);
  }
  const struct cli_command *command = cli_command_find(name);
  if (strcmp(name, "--version") == 0 || (command != NULL && argc == 3 && strcmp(argv[2], "--version") == 0)) {
    print_version();
    return finish_stdout(HL_OK, name);
  }
  if (command == NULL) {
    cli_command_fail_unknown(name);
    fprintf(messages, "hyperlist: %s\n", hl_error_message());
    return HL_USAGE;
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
