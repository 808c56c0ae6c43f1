/* What the released sets' hyperparameters are in the words of torch.optim, and where they are something else.
 */
#ifndef HL_EXPORT_PYTHON_RULES_H
#define HL_EXPORT_PYTHON_RULES_H

#include "hyperlist/space.h"

#include <stdbool.h>

/* A hyperparameter's key in the dicts. */
struct hl_python_key {
  const char *hyperparameter;
  const char *key;
  double factor;       /* key = factor x hyperparameter */
  bool is_argument;    /* the optimizer takes it under that key */
  const char *comment; /* what it means */
};

enum { HL_PYTHON_MOST_KEYS = 10 };

struct hl_python_rule {
  const char *sampler;
  const char *optimizer; /* the nearest class of torch.optim */
  const char *step;      /* the update rule that was measured */
  const char *schedule;  /* source of a function learning_rate_factor; NULL: the learning rate is constant */
  struct hl_python_key keys[HL_PYTHON_MOST_KEYS]; /* up to one without a name; others keep their names */
};

/* The rule of a space; for NULL, sets of the user's own, one that knows the usual names alone. */
const struct hl_python_rule *hl_python_find_rule(const struct hl_space *space);

#endif
