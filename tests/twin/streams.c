/* The reference for the twin's random streams: XXH64 of each line of stdin, and what GSL then shuffles. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics_double.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

int main(void) {
  char line[512];
  gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    const uint64_t hash = XXH64(line, strlen(line), 0);
    const unsigned long seed = (unsigned long)(hash & 0xffffffffu);
    gsl_rng_set(rng, seed == 0 ? 1 : seed);
    int rows[1000];
    for (int i = 0; i < 1000; i++) rows[i] = i;
    gsl_ran_shuffle(rng, rows, 1000, sizeof rows[0]);
    printf("%llu", (unsigned long long)hash);
    for (int i = 0; i < 1000; i++) printf(" %d", rows[i]);
    const double sorted[] = {-3.5, 0.1, 0.25, 7.0, 1e9, 2e9, 2e9};
    for (int n = 1; n <= 7; n++)
      printf(" %.17g %.17g %.17g", gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)n, 0.05),
             gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)n, 0.5),
             gsl_stats_quantile_from_sorted_data(sorted, 1, (size_t)n, 0.75));
    printf("\n");
  }
  gsl_rng_free(rng);
  return 0;
}
