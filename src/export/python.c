/* One Python file to paste from: dicts with the keyword names of torch.optim where they exist and mean the
 * same. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/provenance.h"
#include "base/text.h"
#include "export/python_rules.h"
#include "export/target.h"
#include "hyperlist/version.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a list's hyperparameter stands in the dicts. */
struct column {
  char *key;                        /* owned */
  const struct hl_python_key *rule; /* NULL: it keeps its name, without comment */
  size_t second;                    /* of a pair: the other hyperparameter */
  bool is_pair, is_second;          /* is_second: stands in the pair of another one */
};

struct python {
  const struct hl_exporting *it;
  const struct hl_python_rule *rule;
  struct column *columns; /* [hyperparameters] */
  FILE *file;
};

/* ---- Keys ---- */

static size_t find_name(const struct hl_strings *names, const char *name) {
  size_t j = 0;
  while (j < names->n && strcmp(names->items[j], name) != 0) j++;
  return j;
}

static const struct hl_python_key *find_key(const struct hl_python_rule *rule, const char *hyperparameter) {
  for (size_t i = 0; i < HL_PYTHON_MOST_KEYS && rule->keys[i].hyperparameter != NULL; i++) {
    if (strcmp(rule->keys[i].hyperparameter, hyperparameter) == 0) return &rule->keys[i];
  }
  return NULL;
}

/* A key that some hyperparameter bears as its own name is left to it. */
static const struct hl_python_key *choose_key(const struct python *python, size_t j) {
  const struct hl_strings *names = &python->it->list->hyperparameters;
  const struct hl_python_key *key = find_key(python->rule, names->items[j]);
  if (key == NULL || strcmp(key->key, key->hyperparameter) == 0) return key;
  return find_name(names, key->key) == names->n ? key : NULL;
}

static hl_status choose_columns(struct python *python) {
  hl_status status = HL_OK;
  const struct hl_strings *names = &python->it->list->hyperparameters;
  TRY(hl_new_array(names->n, sizeof *python->columns, &python->columns));
  for (size_t j = 0; j < names->n; j++) {
    struct column *column = &python->columns[j];
    const bool is_config = strcmp(names->items[j], "config") == 0; /* is the config's name: as in CSV */
    column->rule = choose_key(python, j);
    if (column->rule != NULL && strcmp(column->rule->key, "betas") == 0) {
      const bool is_first = strcmp(names->items[j], "beta1") == 0;
      column->second = find_name(names, is_first ? "beta2" : "beta1");
      column->is_pair = is_first && column->second < names->n;
      column->is_second = !is_first && column->second < names->n;
      if (column->second == names->n) column->rule = NULL; /* half a pair keeps its name */
    }
    const char *key = column->rule != NULL ? column->rule->key : names->items[j];
    TRY(hl_format_text(&column->key, "%s%s", is_config ? "hp:" : "", key));
  }
out:
  return status;
}

/* ---- Text ---- */

/* A string literal; UTF-8 stands as it is. */
static void print_string(const char *text, FILE *file) {
  putc('"', file);
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\') {
      fprintf(file, "\\%c", *at);
    } else if (*at < 0x20 || *at == 0x7f) {
      fprintf(file, "\\x%02x", *at);
    } else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) { /* U+0080 to U+009F, which terminals obey */
      fprintf(file, "\\x%02x", *++at);
    } else {
      putc(*at, file);
    }
  }
  putc('"', file);
}

/* In a comment, on one line. */
static hl_status print_escaped(const char *text, FILE *file) {
  char *escaped;
  const hl_status status = hl_escape_text(text, strlen(text), &escaped);
  if (status != HL_OK) return status;
  fputs(escaped, file);
  free(escaped);
  return HL_OK;
}

static hl_status print_head(const struct python *python) {
  hl_status status = HL_OK;
  const struct hl_list *list = python->it->list;
  FILE *file = python->file;
  fprintf(file, "# %zu configurations of ", python->it->n_entry);
  TRY(print_escaped(list->set, file));
  fprintf(file,
          " to try in this order, best first.\n# Written by hyperlist %s; needs nothing but Python 3.\n",
          hl_version());
  TRY(hl_provenance_print(python->it->provenance, file));
  if (list->train_tasks.n > 0) fprintf(file, "# Learned from %zu tasks.\n", list->train_tasks.n);
  if (python->rule->step != NULL) {
    fprintf(file,
            "#\n# The step that was measured:\n#   %s\n# The nearest there is in torch.optim is %s. It takes "
            "the keys "
            "of OPTIMIZER_KEYS:\n",
            python->rule->step, python->rule->optimizer);
    fprintf(
        file,
        "#   torch.optim.%s(parameters, **{key: config[key] for key in OPTIMIZER_KEYS if key in config})\n",
        python->rule->optimizer);
  } else {
    fputs("#\n# A set of your own: keys are named as in torch.optim where names are alike; whether they mean "
          "the same, "
          "your curves know.\n",
          file);
  }
out:
  return status;
}

static hl_status print_comments(const struct python *python) {
  hl_status status = HL_OK;
  const struct hl_strings *names = &python->it->list->hyperparameters;
  fputs("#\n# Keys:\n#   config: its name in the curves\n", python->file);
  for (size_t j = 0; j < names->n; j++) {
    const struct column *column = &python->columns[j];
    if (column->is_second) continue;
    fputs("#   ", python->file);
    TRY(print_escaped(column->key, python->file));
    fputs(": ", python->file);
    TRY(print_escaped(column->rule != NULL ? column->rule->comment : "as in the curves", python->file));
    putc('\n', python->file);
  }
out:
  return status;
}

/* ---- Values ---- */

static void print_number(const struct python *python, size_t i, size_t j) {
  char number[HL_DOUBLE_TEXT];
  const struct hl_python_key *rule = python->columns[j].rule;
  const double value = python->it->list->entries[i].hyperparameters[j] * (rule != NULL ? rule->factor : 1);
  fputs(
      hl_export_value(python->it, python->it->list->hyperparameters.items[j], value, "True", "False", number),
      python->file);
}

static void print_item(const struct python *python, size_t i, size_t j, const char *key) {
  fputs(", ", python->file);
  print_string(key, python->file);
  fputs(": ", python->file);
  print_number(python, i, j);
}

static void print_config(const struct python *python, size_t i) {
  const struct hl_strings *names = &python->it->list->hyperparameters;
  const double *values = python->it->list->entries[i].hyperparameters;
  fputs("    {\"config\": ", python->file);
  print_string(python->it->list->entries[i].config, python->file);
  for (size_t j = 0; j < names->n; j++) {
    const struct column *column = &python->columns[j];
    const bool is_whole =
        !isnan(values[j]) && !((column->is_pair || column->is_second) && isnan(values[column->second]));
    if (isnan(values[j]) || (column->is_second && is_whole)) continue;
    if (column->is_pair && is_whole) {
      fputs(", \"betas\": (", python->file);
      print_number(python, i, j);
      fputs(", ", python->file);
      print_number(python, i, column->second);
      putc(')', python->file);
    } else {
      print_item(python, i, j, column->is_pair || column->is_second ? names->items[j] : column->key);
    }
  }
  fputs("},\n", python->file);
}

static void print_optimizer_keys(const struct python *python) {
  fputs("\nOPTIMIZER_KEYS = [", python->file);
  for (size_t j = 0, n = 0; j < python->it->list->hyperparameters.n; j++) {
    const struct column *column = &python->columns[j];
    if (column->rule == NULL || !column->rule->is_argument || column->is_second) continue;
    fputs(n++ > 0 ? ", " : "", python->file);
    print_string(column->key, python->file);
  }
  fputs("]\n", python->file);
}

hl_status hl_write_python(const struct hl_exporting *it, FILE *file, const char *path) {
  (void)path;
  hl_status status = HL_OK;
  struct python python = {.it = it, .rule = hl_python_find_rule(it->space), .file = file};
  TRY(choose_columns(&python));
  TRY(print_head(&python));
  TRY(print_comments(&python));
  if (python.rule->schedule != NULL) fputs("\nimport math\n", file);
  fputs("\nCONFIGS = [\n", file);
  for (size_t i = 0; i < it->n_entry; i++) print_config(&python, i);
  fputs("]\n", file);
  if (python.rule->optimizer != NULL) print_optimizer_keys(&python);
  if (python.rule->schedule != NULL) fprintf(file, "\n\n%s", python.rule->schedule);
out:
  for (size_t j = 0; python.columns != NULL && j < it->list->hyperparameters.n; j++)
    free(python.columns[j].key);
  free(python.columns);
  return status;
}
