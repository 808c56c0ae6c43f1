/* Hyperparameters of the general form of curves-json: what the file says against what is known. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/configs.h"
#include "ingest/json_survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hl_status compare(const struct json_survey *survey, const size_t *our_row,
                         const struct hl_curves *curves) {
  hl_status status = HL_OK;
  size_t *known = NULL; /* [hp_names.n]: column among the known */
  TRY(hl_new_array(survey->hp_names.n, sizeof *known, &known));
  for (size_t i = 0; i < survey->hp_names.n; i++) {
    while (known[i] < curves->hyperparameters.n &&
           strcmp(curves->hyperparameters.items[known[i]], survey->hp_names.items[i]) != 0) {
      known[i]++;
    }
  }
  for (size_t i = 0; i < survey->n_hp; i++) {
    const struct json_hp_value *given = &survey->hp[i];
    const size_t row = our_row[given->i_config], column = known[given->i_name];
    const char *config = curves->configs.items[row], *name = survey->hp_names.items[given->i_name];
    if (isnan(given->value)) continue;
    if (column == curves->hyperparameters.n) {
      FAIL(HL_INVALID,
           "%s: config %zu ('%s'): found hyperparameter '%s', expected those that are known of set %s",
           survey->path, given->i_config, config, name, curves->set);
    }
    const double expected = curves->hyperparameter_values[row * curves->hyperparameters.n + column];
    if (hl_configs_agree(given->value, expected)) continue;
    FAIL(HL_INVALID, "%s: config %zu ('%s'), hyperparameter %s: found %.17g, expected %.17g", survey->path,
         given->i_config, config, name, given->value, expected);
  }
out:
  free(known);
  return status;
}

/* In byte order, so that files agree whatever order each was written in. */
static hl_status take(const struct json_survey *survey, const size_t *our_row, struct hl_curves *curves) {
  hl_status status = HL_OK;
  size_t *order = NULL, *column = NULL, n_value;
  const size_t n = survey->hp_names.n;
  if (n == 0) return HL_OK;
  if (!hl_multiply(n, curves->configs.n, &n_value) || n_value > HL_MAX_HYPERPARAMETER_VALUES) {
    return hl_fail(HL_LIMIT, "%s: found %zu configs with %zu hyperparameters, expected at most %d values",
                   survey->path, curves->configs.n, n, HL_MAX_HYPERPARAMETER_VALUES);
  }
  TRY(hl_new_array(n, sizeof *order, &order));
  TRY(hl_new_array(n, sizeof *column, &column));
  TRY(hl_strings_copy(&survey->hp_names, &curves->hyperparameters));
  TRY(hl_strings_sort(&curves->hyperparameters, strcmp, order));
  for (size_t i = 0; i < n; i++) column[order[i]] = i;
  TRY(hl_new_array(n_value, sizeof *curves->hyperparameter_values, &curves->hyperparameter_values));
  for (size_t i = 0; i < n_value; i++) curves->hyperparameter_values[i] = (double)NAN;
  for (size_t i = 0; i < survey->n_hp; i++) {
    const struct json_hp_value *given = &survey->hp[i];
    curves->hyperparameter_values[our_row[given->i_config] * n + column[given->i_name]] = given->value;
  }
out:
  free(order);
  free(column);
  return status;
}

hl_status json_set_hyperparameters(const struct json_survey *survey, const size_t *our_row,
                                   const struct hl_load_options *options, struct hl_curves *curves) {
  hl_status status = HL_OK;
  TRY(hl_configs_fill(curves, options, survey->path));
  status = curves->hyperparameters.n > 0 ? compare(survey, our_row, curves) : take(survey, our_row, curves);
out:
  return status;
}
