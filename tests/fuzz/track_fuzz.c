/* The log of somebody's own trials, joined to a list. */
#include "fuzz.h"
#include "hyperlist/track.h"

#include <math.h>
#include <string.h>

static const char list_text[] =
    "{\"schema\":\"hyperlist.list/1\",\"set\":\"mine\",\"objective\":{},\"train_tasks\":[\"t\"],\"seed\":0,"
    "\"entries\":[{\"rank\":1,\"config\":\"a\",\"index\":0,\"hyperparameters\":{},\"phase\":\"greedy\","
    "\"J\":0.5},{\"rank\":2,\"config\":\"b 2\",\"index\":1,\"hyperparameters\":{},\"phase\":\"greedy\","
    "\"J\":0.25},{\"rank\":3,\"config\":\"c\",\"index\":2,\"hyperparameters\":{},\"phase\":\"random\","
    "\"J\":0.25}]}";

static void check_track(const struct hl_track *track) {
  FUZZ_CHECK(track->n_trial + track->n_next == 3); /* a log of nothing but its header is one without trials */
  for (size_t i = 0; i < track->n_trial; i++) {
    const struct hl_trial *trial = &track->trials[i];
    FUZZ_CHECK(trial->entry < 3 && trial->n_point > 0 && track->best[i] <= track->n_trial);
    for (size_t k = 1; k < trial->n_point; k++) FUZZ_CHECK(trial->steps[k] > trial->steps[k - 1]);
    FUZZ_CHECK(i == 0 || !(track->sorted[i] < track->sorted[i - 1]));
    FUZZ_CHECK(!isnan(hl_track_shuffled_quantile(track, i + 1, 0.5)));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct hl_list *list; /* of the process */
  if (list == NULL)
    FUZZ_CHECK(hl_list_read(fuzz_write("list.json", list_text, strlen(list_text)), &list) == HL_OK);
  const char *path = fuzz_write("log.csv", data, size);
  for (int choice = 0; choice < 6; choice++) {
    const struct hl_track_options options = {.value = (enum hl_trial_value)(choice / 2),
                                             .is_maximized = choice % 2};
    struct hl_track *track;
    if (!fuzz_is_ok(hl_track_read(list, path, NULL, &options, &track))) break;
    check_track(track);
    hl_track_free(track);
  }
  return FUZZ_DONE;
}
