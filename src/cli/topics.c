/* The pages that are of no command: hyperlist(1), hyperlist-formats(5), in the blocks of page_text. */
#include "cli/help.h"

#include <string.h>

static const struct help_chapter overview[] = {
    {"Synopsis", "hyperlist COMMAND ARGUMENTS [options]", NULL},
    {"Description",
     "Learns ordered lists of hyperparameter configurations from training curves that somebody has already "
     "paid for, "
     "measures on held-out tasks how far such lists carry, and redraws the figures of TaskSet (Metz et al. "
     "2020). Each "
     "arrow is one command:\n\n"
     "  curve files --ingest--> archive --normalize--> scores --learn--> list --export--> other programs\n"
     "                                                   |--generalize, reproduce--> tables, figures "
     "--report--> page\n\n"
     "Data goes to standard output alone, messages to standard error. -o FILE appears whole or not at all. "
     "From the same "
     "files and --seed every result is the same bytes for any number of threads, but for the lines of "
     "provenance, which "
     "--no-provenance leaves out.",
     NULL},
    {"Commands", NULL, help_put_commands},
    {"Selectors of tasks",
     "Where an option takes SEL it is a comma-separated union of parts. A selector that matches nothing is "
     "an error.\n\n"
     "@ NAME\na task's name, or a glob with * ? [..]\n\n"
     "@ kind:GLOB\ntasks of a kind: rnn, autoencoder, vae, conv, mlp, flow, quadratic, synthetic, other\n\n"
     "@ family:GLOB\nsampled tasks of a family, such as mlp_family\n\n"
     "@ @FILE\nthe names in a file, one a line\n\n"
     "@ all\nall tasks\n\n"
     "@ !PART\ntakes the tasks of a part away from the union; from all tasks, if there is no other part",
     NULL},
    {"Exit status",
     "@ 0\ndone; a reader that closed standard output had seen enough\n\n"
     "@ 1\nthe answer is no (check found a file broken), or some sources were left out (--keep-going)\n\n"
     "@ 2\nusage: an option, an unknown set, a selector that matches nothing\n\n"
     "@ 3\ncannot open, read or write\n\n"
     "@ 4\ninvalid input, also a file that is none of ours at all or of a newer hyperlist\n\n"
     "@ 5\na number that cannot be computed\n\n"
     "@ 6\nbeyond memory or a stated limit\n\n"
     "@ 70\na bug: please report it\n\n"
     "@ 130, 143\nafter SIGINT, SIGTERM",
     NULL},
    {"Environment",
     "@ HYPERLIST_SHARE\nthe folder that holds plots/, gnuplot's scripts; without it they are looked for "
     "beside the "
     "program, in ../share/hyperlist and in ..\n\n"
     "@ PATH\nwhere gnuplot is found\n\n"
     "@ TMPDIR\nwhere large inputs are sorted and unpacked, /tmp without it\n\n"
     "@ TERM, COLUMNS\nwhat the terminal can show, and how wide its lines are\n\n"
     "@ HYPERLIST_LIMITS\nother limits than those below, NAME=SIZE,..\n\n"
     "@ NO_COLOR\nno colour, if it is set\n\n"
     "@ LC_ALL, LC_CTYPE, LANG\nwhether the terminal shows UTF-8; nothing else depends on the language\n\n"
     "@ https_proxy, http_proxy, all_proxy, no_proxy\nfetch: proxies, as libcurl takes them\n\n"
     "@ CURL_CA_BUNDLE, SSL_CERT_FILE\nfetch: the certificates to trust",
     NULL},
    {"Limits",
     "The most that is taken, so that no input eats all memory. What is truly larger ends with the exit code "
     "told and a line that names the limit. K, M, G and T are powers of 1024. Some can be set, for all that "
     "read what is as large: HYPERLIST_LIMITS=curves=256M,csv-row=64M.",
     help_put_limits},
    {"See also",
     "hyperlist-formats(5) for the files, hyperlist-COMMAND(1) for each command, hyperlist(3) "
     "for the library.",
     NULL},
    {NULL, NULL, NULL},
};

static const struct help_chapter formats[] = {
    {"Files of hyperlist",
     "Archives, scores files and lists carry a schema, NAME/VERSION. Readers take the "
     "versions up to their own; a file of "
     "a newer hyperlist is refused with both versions named (exit 4). Members that are "
     "not known are passed over. All "
     "text is UTF-8.",
     NULL},
    {"Archives",
     "HDF5, attribute schema = hyperlist.archive/1 on the root. Every curve that was ingested.\n\n"
     "@ /tasks/name, /tasks/kind\nthe tasks in byte order, and what kind they are of\n\n"
     "@ /tasks/n_params, /tasks/seconds_per_step\n-1 and NaN where unknown\n\n"
     "@ /sets/SET/config_names\nthe configs, runs of digits compared as numbers\n\n"
     "@ /sets/SET/hyperparameter_names, /sets/SET/hyperparameters\nconfig x hyperparameter, double; NaN: "
     "unknown\n\n"
     "@ /sets/SET/split_names\ntrain, valid_inner, valid_outer, test, or train, valid, test\n\n"
     "@ /sets/SET/curves/TASK\nfloat32 or float64 as the source had it, config x replica x step x split; "
     "chunked, shuffle, "
     "deflate, fletcher32; attribute steps\n\n"
     "@ /sets/SET/ran/TASK\nuint8, config x replica: 1 where that run is there; where 0, its curves are "
     "NaN\n\n"
     "@ /sets/SET/observed/TASK\nint32, config x replica x split, only where some run lacks points: how many "
     "grid points "
     "hold an observation; later ones are NaN and not diverged\n\n"
     "In names of links / and % and a leading . are percent-encoded; /tasks/name has the true name. While "
     "ingest works, "
     "parts stand beside the archive (ARCHIVE.part000001, ..), which the next ingest takes over after a "
     "kill.",
     NULL},
    {"Scores files",
     "HDF5, attribute schema = hyperlist.scores/1 on the root. One number in 0..1 a task and config. A file "
     "with just "
     "the names and tables of the first three rows is legal, whoever wrote it.\n\n"
     "@ /tasks/name, /tasks/kind, /tasks/degenerate\nthe tasks in byte order; degenerate is true in any "
     "set\n\n"
     "@ /sets/SET/valid, /sets/SET/test\ntask x config, double: f and g; NaN is a missing cell\n\n"
     "@ /sets/SET/config_names, /sets/SET/hyperparameter_names, /sets/SET/hyperparameters\nas in an archive; "
     "a config's "
     "index is its row here\n\n"
     "@ /sets/SET/init, /sets/SET/best\ntask x 2 (valid, test): the losses that became 1 and 0\n\n"
     "@ /sets/SET/valid_min, /sets/SET/valid_last\nthe other collapses, for figures\n\n"
     "@ /sets/SET/n_missing, /sets/SET/n_diverged, /sets/SET/degenerate\na task each\n\n"
     "@ attributes of the root\nvalid_split, replicas, best_over, aggregate, test_constants: the options of "
     "normalize",
     NULL},
    {"Lists",
     "JSON. Doubles are the shortest text that reads back equal. J is the mean over the train tasks "
     "of the best f after "
     "this entry.\n\n"
     "  {\"schema\": \"hyperlist.list/1\", \"set\": .., \"objective\": {..}, \"train_tasks\": [..], "
     "\"seed\": ..,\n"
     "   \"entries\": [{\"rank\": 1, \"config\": .., \"index\": .., \"hyperparameters\": {..},\n"
     "                \"phase\": \"greedy\" or \"random\", \"J\": ..}, ..],\n"
     "   \"provenance\": {..}}",
     NULL},
    {"Tables",
     "Tab-separated: lines that begin with # (provenance, then notes), one row of names, rows; NA is "
     "missing. With --json "
     "the same is {\"provenance\": {..}, \"notes\": [..], \"rows\": [{column: cell, ..}, ..]}, missing is "
     "null.\n\n"
     "@ generalize, figures\nseries trials q25 median q75 mean n_tasks n_resamples\n\n"
     "@ generalize --per-task\nseries resample task trials value\n\n"
     "@ evaluate\ntrials valid test config; first list, where there are several, and task with --per-task\n\n"
     "@ check\nset tasks configs replicas runs missing_runs cells missing diverged degenerate\n\n"
     "@ track\ntrials status rank config valid test best_valid best_test best_config train_J expected_gain "
     "hyperparameters\n\n"
     "@ fetch\npath state bytes received url\n\n"
     "@ FIGURE.speedup.tsv\nthe trials that each series needs for what the learned list reaches in 1, 2, 5, "
     "10, 20, 50\n\n"
     "Provenance is version, command, seed, inputs (name, XXH64, bytes) and the versions of libraries that a "
     "number or "
     "byte of the output has passed.",
     NULL},
    {"Released curves",
     "ROOT/TASK/SET_10000_replica5.npz, a zip of .npy members, plain or deflated: "
     "optimizers, the configs' names; xs, the "
     "steps; ys, config x replica x step x split (train, valid_inner, valid_outer, test). "
     "Configs are joined by name. "
     "task_metadata.tsv anywhere in the folder (columns task, n_params, seconds_per_step) "
     "tells what curves do not.",
     NULL},
    {"Result trees",
     "As training wrote them: ROOT/TASK/OPTIMIZER/STEPS/REPLICA/result, JSON {\"0\": [train, valid_inner, "
     "valid_outer, "
     "test], \"200\": [..], ..}, and time_per_step beside it, whose mean_time in seconds is kept.",
     NULL},
    {"Curves in JSON",
     "A file a task. NaN and Infinity are taken; null in a replica's place is a run that is missing.\n\n"
     "  {\"task\": \"cifar\", \"set\": \"mysweep\", \"steps\": [0, 100, 200], \"configs\": [\n"
     "    {\"name\": \"a\", \"hp\": {\"lr\": 0.1}, \"curves\": {\"valid\": [[2.4, 2.0, 1.9], null]}}, "
     "..]}\n\n"
     "Also an array of {\"hp\": {..}, \"train\": {\"loss\": [..]}, \"valid\": {..}, \"test\": {..}}, "
     "averages of a "
     "released set: element i is its config i.",
     NULL},
    {"Curves as CSV",
     "A header row, then a row a config, task, replica and step; columns by role: config, "
     "task, replica, step, train, "
     "valid, test (or valid_inner, valid_outer), hp:NAME. A row in which every loss is "
     "empty, and nan and inf, are "
     "observations that are not finite; an empty loss beside others is none. Two rows of "
     "one place must be equal.",
     NULL},
    {"Logs of trials",
     "For track: a CSV with the columns config or rank, step, valid and, if there is one, test.", NULL},
    {"Lists of names",
     "For import: a config's name a line, best first. Its hyperparameters: {\"CONFIG\": [{NAME: value, ..}, "
     "\"SAMPLER\"], ..}. These are the two files of the published NAdamW list, which export --to opt-list "
     "writes too.",
     NULL},
    {"See also", "hyperlist(1), hyperlist-ingest(1), hyperlist-export(1)", NULL},
    {NULL, NULL, NULL},
};

const struct help_topic help_topics[] = {
    {"hyperlist", "hyperlist", "1",
     "ordered lists of hyperparameter configurations, learned from training curves", overview},
    {"formats", "hyperlist-formats", "5", "the files that hyperlist reads and writes", formats},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct help_topic *help_topic_find(const char *name) {
  for (const struct help_topic *topic = help_topics; topic->name != NULL; topic++) {
    if (strcmp(topic->name, name) == 0) return topic;
  }
  return NULL;
}
