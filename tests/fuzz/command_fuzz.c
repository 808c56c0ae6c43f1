/* Command lines: arguments one a line, as the program's own main takes them, in a folder with a small file of
 * each kind. Nothing outside of it is reached: an argument with a slash or `..` is not run, nor are gnuplot
 * and the network, and long work is stopped by the program's own way of being interrupted (the linker's
 * --wrap puts the functions at the end of this file in their places). */
#include "base/error.h"
#include "fuzz.h"
#include "hyperlist/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int hyperlist_main(int argc, const char **argv);

enum { MOST_ARGUMENTS = 24, INTERRUPTED = 130 };

static const char *const kept_names[] = {"runs.csv",  "archive.h5", "scores.h5",
                                         "list.json", "log.csv",    "names.txt"};
enum { N_KEPT = sizeof kept_names / sizeof *kept_names };

static struct timespec began;

static int run(int argc, const char **argv) {
  clock_gettime(CLOCK_MONOTONIC, &began);
  const int code = hyperlist_main(argc, argv);
  FUZZ_CHECK((code >= 0 && code <= 6) || code == INTERRUPTED);
  return code;
}

/* ---- The folder ---- */

static void must_run(const char *line) {
  char text[256];
  const char *argv[MOST_ARGUMENTS] = {"hyperlist"};
  int argc = 1;
  snprintf(text, sizeof text, "%s", line);
  for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) argv[argc++] = word;
  FUZZ_CHECK(run(argc, argv) == 0);
}

static void make_files(void) {
  static const char log_text[] = "rank,step,valid\n1,0,2\n1,10,1.5\n", name_text[] = "c1\nc0\n";
  FILE *runs = fopen("runs.csv", "w");
  FUZZ_CHECK(runs != NULL);
  fprintf(runs, "config,task,replica,step,train,valid,test,hp:lr\n");
  for (int i = 0; i < 48; i++) {
    const int task = i / 12, config = i / 4 % 3, replica = i / 2 % 2, step = i % 2;
    fprintf(runs, "c%d,t%d,%d,%d,%d,%d,%d,0.%d\n", config, task, replica, 10 * step, 9 - step,
            9 - step * (config + task), 9 - step * config, config + 1);
  }
  fclose(runs);
  fuzz_write("kept/log.csv", log_text, strlen(log_text));
  fuzz_write("kept/names.txt", name_text, strlen(name_text));
  must_run("ingest -q -o archive.h5 --set mine runs.csv");
  must_run("normalize -q archive.h5 -o scores.h5");
  must_run("learn -q scores.h5 --set mine -o list.json");
}

/* What a run has made goes, what it has replaced or removed comes back. */
static void restore(void) {
  char name[64];
  fuzz_remove(fuzz_path("work"), false);
  for (size_t i = 0; i < N_KEPT; i++) {
    snprintf(name, sizeof name, "kept/%s", kept_names[i]);
    const char *from = fuzz_path(name);
    snprintf(name, sizeof name, "work/%s", kept_names[i]);
    FUZZ_CHECK(link(from, fuzz_path(name)) == 0);
  }
}

static void enter(void) {
  static bool is_made;
  if (!is_made) {
    FUZZ_CHECK(mkdir(fuzz_path("kept"), 0700) == 0 && mkdir(fuzz_path("work"), 0700) == 0);
    FUZZ_CHECK(chdir(fuzz_path("kept")) == 0);
    make_files();
    is_made = true;
  }
  restore();
  FUZZ_CHECK(chdir(fuzz_path("work")) == 0);
}

/* ---- Arguments ---- */

static bool is_inside(const char *argument) {
  return strchr(argument, '/') == NULL && strstr(argument, "..") == NULL && strstr(argument, "url") == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *argv[MOST_ARGUMENTS + 1] = {"hyperlist"};
  int argc = 1, kept_in_corpus = FUZZ_DONE;
  char *text = fuzz_next(&data, &size);
  for (char *line = text, *end; line != NULL && *line != '\0' && argc < MOST_ARGUMENTS; line = end) {
    end = strchr(line, '\n');
    if (end != NULL) *end++ = '\0';
    if (!is_inside(line)) kept_in_corpus = FUZZ_NOT_KEPT;
    argv[argc++] = line;
  }
  if (kept_in_corpus == FUZZ_DONE) {
    const int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enter();
    run(argc, argv);
    FUZZ_CHECK(fchdir(before) == 0);
    close(before);
  }
  free(text);
  return kept_in_corpus;
}

/* ---- Instead of what reaches out ---- */

bool __wrap_cli_was_interrupted(void);
pid_t __wrap_fork(void);
int fuzz_sigaction(int number, const struct sigaction *action, struct sigaction *before);
hl_status __wrap_hl_fetch(const char *folder, const struct hl_fetch_options *options,
                          const struct hl_context *context, struct hl_fetch_report *report);

bool __wrap_cli_was_interrupted(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - began.tv_sec) + 1e-9 * (double)(now.tv_nsec - began.tv_nsec) > 0.5;
}

pid_t __wrap_fork(void) {
  errno = EAGAIN;
  return -1;
}

/* Called by main.c alone: the fuzzer's own handlers stay. */
int fuzz_sigaction(int number, const struct sigaction *action, struct sigaction *before) {
  (void)number, (void)action, (void)before;
  return 0;
}

hl_status __wrap_hl_fetch(const char *folder, const struct hl_fetch_options *options,
                          const struct hl_context *context, struct hl_fetch_report *report) {
  (void)folder, (void)options, (void)context;
  *report = (struct hl_fetch_report){0};
  return hl_fail(HL_IO, "no network here");
}
