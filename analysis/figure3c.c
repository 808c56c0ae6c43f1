/* Figure 3c: recurrent networks held out. Lists learned from Adam8p on up to 700 tasks of the other kinds,
 * beside random search over Adam1p and Adam8p, and the best case: trained and tested on the held-out kind
 * itself. */
#include "analysis/parts.h"

FIGURE(figure3c);

hl_status figure3c_check(struct hl_scores *scores, const struct figure_options *options) {
  return figure_check_kind(scores, options, "figure3c", "rnn");
}

hl_status figure3c_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  return figure_make_kind(scores, options, "figure3c", "rnn", "recurrent tasks", context, tables);
}
