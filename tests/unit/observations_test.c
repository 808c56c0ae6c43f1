/* Observations sorted in memory and by an external merge: the same, whatever fits. */
#include "ingest/observations.h"
#include "test.h"

#include <string.h>

enum { N = 5000 };

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static int is_after(const struct hl_observation *a, const struct hl_observation *b) {
  if (a->task != b->task) return a->task > b->task;
  if (a->config != b->config) return a->config > b->config;
  if (a->replica != b->replica) return a->replica > b->replica;
  if (a->step != b->step) return a->step > b->step;
  return a->line > b->line;
}

struct seen {
  size_t n;
  struct hl_observation last;
};

/* Each in order; those of an odd line are dropped. */
static hl_status look(void *user, const struct hl_observation *observation, bool *keep) {
  struct seen *seen = user;
  if (seen->n > 0) ck_assert(is_after(observation, &seen->last));
  seen->last = *observation;
  seen->n++;
  *keep = observation->line % 2 == 0;
  return HL_OK;
}

static void sort_all(size_t room, struct hl_observation *kept) {
  struct hl_observations *observations;
  struct seen seen = {0};
  uint32_t state = 3;
  ck_assert_int_eq(hl_observations_new(room, &observations), HL_OK);
  for (size_t i = 0; i < N; i++) {
    struct hl_observation observation;
    memset(&observation, 0, sizeof observation); /* padding too: they are compared as bytes */
    observation.task = next_random(&state) % 3;
    observation.config = next_random(&state) % 5;
    observation.replica = next_random(&state) % 2;
    observation.present = 1;
    observation.step = next_random(&state) % 50;
    observation.losses[0] = (double)i;
    observation.line = i;
    ck_assert_int_eq(hl_observations_add(observations, &observation), HL_OK);
  }
  ck_assert_int_eq(hl_observations_sort(observations, look, &seen), HL_OK);
  ck_assert_uint_eq(seen.n, N);
  for (size_t i = 0; i < N / 2; i += 7) { /* in pieces */
    const size_t n = N / 2 - i < 7 ? N / 2 - i : 7;
    ck_assert_int_eq(hl_observations_read(observations, i, n, kept + i), HL_OK);
  }
  hl_observations_free(observations);
}

START_TEST(merged_is_sorted) {
  static struct hl_observation whole[N / 2], merged[N / 2];
  const size_t one = sizeof(struct hl_observation);
  sort_all(0, whole);
  for (size_t i = 1; i < N / 2; i++) ck_assert(is_after(&whole[i], &whole[i - 1]));
  const size_t rooms[] = {one, 7 * one, 100 * one, (N - 1) * one, N * one};
  for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++) {
    memset(merged, 0, sizeof merged);
    sort_all(rooms[k], merged);
    ck_assert_mem_eq(merged, whole, sizeof whole);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("observations");
  TCase *t = tcase_create("observations");
  tcase_set_timeout(t, 60);
  tcase_add_test(t, merged_is_sorted);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
