/* Open cells: after each pick, in any order, every config's gain and every task's best against their
 * definition, on small random tables, most of whose scores tie with others. */
#include "learn/open.h"
#include "made_scores.h"
#include "test.h"

#include <string.h>

enum { MOST = 7 };

struct table {
  size_t n_config, n_task;
  int64_t best[MOST], exact[MOST][MOST]; /* [task]; [config][task] */
};

static void make_table(struct table *table, unsigned *state) {
  table->n_config = 1 + made_random(state, MOST);
  table->n_task = 1 + made_random(state, MOST);
  const unsigned n_level = 2 + made_random(state, 20);
  for (size_t t = 0; t < table->n_task; t++) table->best[t] = made_random(state, n_level);
  for (size_t c = 0; c < table->n_config; c++)
    for (size_t t = 0; t < table->n_task; t++) table->exact[c][t] = made_random(state, n_level);
}

static int64_t get_gain(const struct table *table, size_t c) {
  int64_t gain = 0;
  for (size_t t = 0; t < table->n_task; t++)
    if (table->exact[c][t] < table->best[t]) gain += table->best[t] - table->exact[c][t];
  return gain;
}

static size_t list_cells(const struct table *table, struct hl_open_cell *cells) {
  size_t n = 0;
  for (size_t c = 0; c < table->n_config; c++)
    for (size_t t = 0; t < table->n_task; t++)
      if (table->exact[c][t] < table->best[t])
        cells[n++] = (struct hl_open_cell){table->exact[c][t], (uint32_t)t, (uint32_t)c};
  return n;
}

static void compare(const struct hl_open *open, const struct table *table) {
  for (size_t t = 0; t < table->n_task; t++) ck_assert_int_eq(open->best[t], table->best[t]);
  for (size_t c = 0; c < table->n_config; c++) ck_assert_int_eq(open->gains[c], get_gain(table, c));
}

START_TEST(gains_are_as_defined) {
  unsigned state = 3;
  for (unsigned i = 0; i < 2000; i++) {
    struct table table;
    struct hl_open_cell cells[MOST * MOST];
    struct hl_open open;
    int64_t best[MOST];
    make_table(&table, &state);
    memcpy(best, table.best, sizeof best);
    const size_t n = list_cells(&table, cells);
    ck_assert_int_eq(hl_open_init(&open, table.n_config, table.n_task, best, cells, n), HL_OK);
    compare(&open, &table);
    for (size_t k = 0; k < table.n_config; k++) {
      const size_t pick = made_random(&state, (unsigned)table.n_config);
      hl_open_pick(&open, pick);
      for (size_t t = 0; t < table.n_task; t++)
        if (table.exact[pick][t] < table.best[t]) table.best[t] = table.exact[pick][t];
      compare(&open, &table);
    }
    hl_open_clear(&open);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("open");
  TCase *t = tcase_create("open");
  tcase_add_test(t, gains_are_as_defined);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
