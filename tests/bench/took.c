/* took FILE COMMAND...: runs it and writes into FILE what it took: wall seconds, CPU seconds, peak memory in
 * KB, how it ended (as a shell tells it). A small program does this, since a child's peak counts from before
 * its exec, when it still is its parent. */
#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds_of(struct timeval time) {
  return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

int main(int argc, char **argv) {
  int status = 0;
  struct rusage usage;
  if (argc < 3) return fprintf(stderr, "took FILE COMMAND...\n"), 2;
  const double start = hl_clock_seconds();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execv(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) return perror(argv[2]), 1;
  const double seconds = hl_clock_seconds() - start;
  FILE *file = fopen(argv[1], "w");
  if (file == NULL) return perror(argv[1]), 1;
  fprintf(file, "%.9f %.6f %ld %d\n", seconds, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
          usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(file) == 0 ? 0 : 1;
}
