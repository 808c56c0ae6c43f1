/* CSV (RFC 4180, lines end with LF): one row a config. */
#include "base/text.h"
#include "export/target.h"

#include <math.h>
#include <string.h>

static void print_field(const char *text, FILE *file) {
  const size_t length = strlen(text);
  const bool is_plain =
      strpbrk(text, ",\"\r\n") == NULL && (length == 0 || (*text != ' ' && text[length - 1] != ' '));
  if (is_plain) {
    fputs(text, file);
    return;
  }
  putc('"', file);
  for (; *text != '\0'; text++) {
    if (*text == '"') putc('"', file);
    putc(*text, file);
  }
  putc('"', file);
}

/* A hyperparameter of the name of one of our columns is told apart from it as in `ingest --columns`. */
static void print_head(const struct hl_strings *names, FILE *file) {
  fputs("rank,config,J", file);
  for (size_t j = 0; j < names->n; j++) {
    const char *name = names->items[j];
    const bool is_taken = strcmp(name, "rank") == 0 || strcmp(name, "config") == 0 || strcmp(name, "J") == 0;
    fputs(is_taken ? ",hp:" : ",", file);
    print_field(name, file);
  }
  putc('\n', file);
}

hl_status hl_write_csv(const struct hl_exporting *it, FILE *file, const char *path) {
  (void)path;
  char number[HL_DOUBLE_TEXT];
  const struct hl_strings *names = &it->list->hyperparameters;
  print_head(names, file);
  for (size_t i = 0; i < it->n_entry; i++) {
    const struct hl_list_entry *entry = &it->list->entries[i];
    fprintf(file, "%zu,", i + 1);
    print_field(entry->config, file);
    fprintf(file, ",%s", isnan(entry->objective) ? "" : hl_format_double(entry->objective, number));
    for (size_t j = 0; j < names->n; j++) {
      const double value = entry->hyperparameters[j];
      const bool is_known = !isnan(value);
      fprintf(file, ",%s",
              is_known ? hl_export_value(it, names->items[j], value, "true", "false", number) : "");
    }
    putc('\n', file);
  }
  return HL_OK;
}
