/* All targets, in the order in which replay runs them. */
/* clang-format off */
#define FUZZ_TARGETS(X) \
  X(archive) X(command) X(configs) X(csv) X(curves_json) X(fetch) X(gz) X(http) X(import) X(json) X(list) \
  X(metadata) X(npy) X(npz) X(report) X(result) X(scores) X(selector) X(svg) X(track) X(tsv) X(zip)
/* clang-format on */
