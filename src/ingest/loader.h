/* The table of loaders: a new format is one new file and one new row in loaders.c. */
#ifndef HL_INGEST_LOADER_H
#define HL_INGEST_LOADER_H

#include "hyperlist/ingest.h"
#include "ingest/curves.h"

#include <stdbool.h>
#include <stddef.h>

struct hl_config_table; /* --configs FILE: see configs.h */
struct hl_config_memory;

#define HL_DEFAULT_WINDOW ((size_t)64 << 20)

struct hl_load_options {
  const char *set; /* --set: overrides what the file's name says; NULL: not given */
  const struct hl_config_table
      *configs;        /* --configs; NULL: hyperparameters are regenerated from the config names */
  const char *columns; /* --columns, --delimiter, --grid, --after-end, --maximize: see hyperlist/ingest.h */
  char delimiter;
  size_t grid;
  enum hl_after_end after_end;
  bool maximize;
  /* For a loader that is asked in turn: the steps that a task has had before, in an archive or from an
   * earlier source of this run; *n 0: none. Valid until the next table is stored. */
  hl_status (*find_grid)(void *user, const char *task, size_t *n, const double **steps);
  void *user;                       /* find_grid's */
  bool keep_going;                  /* --keep-going: a source of many files leaves bad ones out */
  const struct hl_context *context; /* to be asked whether to stop; NULL: never */
  struct hl_config_memory *memory;  /* of hyperparameters regenerated before; NULL: none */
  size_t window; /* bytes of rows held of a member too large to hold (several passes), at least one row; 0:
                    the default */
};

/* What a source of many files met beside its curves. */
struct hl_load_notes {
  struct hl_strings left_out; /* keep_going: why, a line for each bad file; its run is missing */
  struct hl_strings foreign;  /* paths that have no place in the format; the first few */
  size_t n_foreign;           /* all of them */
  uint64_t hash, n_byte;      /* of the files read, in order (hl_hash_more) */
};

enum hl_takes {                       /* options that do something for a format */
                HL_TAKES_COLUMNS = 1, /* --columns, --delimiter */
                HL_TAKES_GRID = 2,
                HL_TAKES_AFTER_END = 4,
                HL_TAKES_MAXIMIZE = 8,
};

struct hl_loader {
  const char *format; /* "taskset-npz" */
  unsigned takes;     /* enum hl_takes */
  /* Does a file of this name, met in a folder, claim to be of this format? (e.g. *.npz; a trailing .gz is
   * already removed) */
  bool (*fits_name)(const char *name);
  /* Do these first bytes (unpacked if gz; n up to 4096) look like it? For --format auto. */
  hl_status (*fits_content)(const unsigned char *head, size_t n, bool *fits);
  /* Opens a file: reads what describes it, checks every claimed size against the file's own bytes before
   * allocating. HL_IO or HL_INVALID with "PATH: place: found .., expected .."; HL_USAGE if it needs an option
   * that is not given. */
  hl_status (*open)(const char *path, const struct hl_load_options *options, void **file);
  /* How many tables it holds (one for an npz), and the i-th: borrowed, valid until the next get or close.
   * Rows may be read then. */
  size_t (*count)(const void *file);
  hl_status (*get)(void *file, size_t i, struct hl_curves **curves);
  void (*close)(void *file); /* legal on NULL */
  /* Puts curves on their task's grid, so that get must know what came before: it is called in the order of
   * the sources. Otherwise any thread may call it. */
  bool is_in_turn;
  /* The same of one file, where others of the format can do without; NULL: is_in_turn says it. */
  bool (*wants_turn)(const void *file);
  /* The task of all curves in a file, by its path; NULL: it must be opened to know. Of parts of one source it
   * is their name. Sources of one task are one rank's (share.h). */
  hl_status (*name_task)(const char *path, char **task);
  /* Configs of this format are names and no more, so a set that nobody knows the hyperparameters of is better
   * refused than found out about after learning. */
  bool needs_hyperparameters;

  /* For formats whose source is not one file but folders; NULL for others. */
  /* Is this folder or file a source, or a part of one? Parts of the same *name, to be freed, are one source;
   * NULL: it is none. *is_whole: nothing that lies in the folder is for other formats. HL_IO, HL_INVALID. */
  const char *layout; /* for messages: "<task>/.." */
  hl_status (*claim)(const char *path, char **name, bool *is_whole);
  /* open, for the parts of one source. */
  hl_status (*open_parts)(const struct hl_strings *paths, const struct hl_load_options *options, void **file);
  const struct hl_load_notes *(*notes)(const void *file); /* borrowed until close */
};

extern const struct hl_loader hl_loader_npz, hl_loader_result, hl_loader_curves_json, hl_loader_csv;

/* All loaders, in the order in which content is tried; terminated by NULL. */
extern const struct hl_loader *const hl_loaders[];

/* By the name of the format; NULL: none. */
const struct hl_loader *hl_loader_find(const char *format);

/* The loader whose content fits; HL_INVALID if none, HL_IO if the file cannot be read. */
hl_status hl_loader_detect(const char *path, const struct hl_loader **loader);

#endif
