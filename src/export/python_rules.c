/* The update rules are the release's, as in fixtures/train/optimizer.c. torch.optim.Adam steps by
 * lr mh / (sqrt(vh) + eps) with bias-corrected mh and vh and adds weight_decay p to the gradient; AdamW takes
 * lr weight_decay p off instead. */
#include "export/python_rules.h"

#include <stddef.h>
#include <string.h>

#define LEARNING_RATE                                                                                        \
  { "learning_rate", "lr", 1, true, "learning rate" }
/* Two hyperparameters share one key, a pair. */
#define BETA1                                                                                                \
  { "beta1", "betas", 1, true, "(beta1, beta2), decay of the mean gradient and of the mean squared gradient" }
#define BETA2                                                                                                \
  { "beta2", "betas", 1, true, NULL }
/* lr sqrt(1-b2^t)/(1-b1^t) m/(sqrt(v) + e) = lr mh/(sqrt(vh) + e/sqrt(1-b2^t)) */
#define EPSILON_HAT                                                                                          \
  {                                                                                                          \
    "epsilon", "eps", 1, true,                                                                               \
        "stood beside sqrt(v), before bias correction, and so acted like torch's eps of epsilon / sqrt(1 - " \
        "beta2**t): more in the first steps, the same later"                                                 \
  }
#define EPSILON_OUTSIDE                                                                                      \
  {                                                                                                          \
    "epsilon", "eps", 1, true,                                                                               \
        "stood beside sqrt(vh + 1e-10) after bias correction: torch's eps but for the 1e-10, which torch "   \
        "has not"                                                                                            \
  }
#define DECAYS                                                                                               \
  {"linear_decay", "linear_decay", 1, false, "no keyword: of the learning rate, see learning_rate_factor"},  \
  {                                                                                                          \
    "exponential_decay", "exponential_decay", 1, false,                                                      \
        "no keyword: of the learning rate, see learning_rate_factor"                                         \
  }

static const char hat_step[] = "p -= lr * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(v) + epsilon)";
static const char outside_step[] =
    "p -= lr * factor * mh / (sqrt(vh + 1e-10) + epsilon), mh and vh bias-corrected";

static const char decay_schedule[] =
    "def learning_rate_factor(config, step, n_steps):\n"
    "    \"\"\"What lr is multiplied by at a step from 0; decays were measured in steps of runs of "
    "10,000.\"\"\"\n"
    "    t = step * 10000 / n_steps\n"
    "    linear = max(1 - config.get(\"linear_decay\", 0) * t, 0)\n"
    "    return linear * math.exp(-config.get(\"exponential_decay\", 0) * t)\n";

static const char cosine_schedule[] =
    "def learning_rate_factor(config, step, n_steps):\n"
    "    \"\"\"What lr is multiplied by at a step from 0: warm-up, constant, half a cosine down.\"\"\"\n"
    "    lowest = config.get(\"min_learning_rate_mult\", 0)\n"
    "    n_constant = n_steps * config.get(\"constant_fraction\", 0)\n"
    "    n_warm = min(n_steps * config.get(\"warmup_fraction\", 0), n_constant)\n"
    "    if step < n_warm:\n"
    "        return step / n_warm\n"
    "    if step <= n_constant or n_constant >= n_steps:\n"
    "        return 1.0\n"
    "    return lowest + (1 - lowest) * (0.5 + 0.5 * math.cos(math.pi * (step - n_constant) / (n_steps - "
    "n_constant)))\n";

static const struct hl_python_rule rules[] = {
    {"adam1p_wide_grid",
     "Adam",
     "p -= lr * sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (sqrt(v) + 1e-8); betas and eps are torch's defaults",
     NULL,
     {LEARNING_RATE}},
    {"adam4p_wide_grid", "Adam", hat_step, NULL, {LEARNING_RATE, BETA1, BETA2, EPSILON_HAT}},
    {"adam6p_wide_grid",
     "Adam",
     outside_step,
     decay_schedule,
     {LEARNING_RATE, BETA1, BETA2, EPSILON_OUTSIDE, DECAYS}},
    {"adam8p_wide_grid",
     "Adam",
     outside_step,
     decay_schedule,
     {LEARNING_RATE,
      BETA1,
      BETA2,
      EPSILON_OUTSIDE,
      {"l2", "weight_decay", 2, true,
       "2 * l2: the loss had l2 * sum(p**2), whose gradient is 2 * l2 * p; coupled, so Adam's and not "
       "AdamW's"},
      {"l1", "l1", 1, false, "no keyword: add l1 * sum(abs(p)) to the loss, or l1 * sign(p) to the gradient"},
      DECAYS}},
    {"nadamw_grid",
     "AdamW",
     "p -= lr * factor * (sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(v) + epsilon) + adamw_weight_decay "
     "* p)",
     cosine_schedule,
     {LEARNING_RATE,
      BETA1,
      BETA2,
      EPSILON_HAT,
      {"adamw_weight_decay", "weight_decay", 1, true,
       "adamw_weight_decay: decoupled, AdamW's and not Adam's (up to bias correction in the first steps)"},
      {"l2_weight_decay", "l2_weight_decay", 1, false,
       "no keyword: coupled, and as released of the other sign: gradient = gradient - l2_weight_decay * p"},
      {"use_nesterov", "nesterov", 1, false, "AdamW has none; it had no effect in the released curves"},
      {"warmup_fraction", "warmup_fraction", 1, false, "no keyword: see learning_rate_factor"},
      {"min_learning_rate_mult", "min_learning_rate_mult", 1, false, "no keyword: see learning_rate_factor"},
      {"constant_fraction", "constant_fraction", 1, false, "no keyword: see learning_rate_factor"}}},
};

/* What an own set's hyperparameters do is known to its owner alone: only names are brought into line. */
static const struct hl_python_rule own_rule = {NULL,
                                               NULL,
                                               NULL,
                                               NULL,
                                               {{"learning_rate", "lr", 1, false, "learning_rate"},
                                                {"beta1", "betas", 1, false, "(beta1, beta2)"},
                                                {"beta2", "betas", 1, false, NULL},
                                                {"epsilon", "eps", 1, false, "epsilon"},
                                                {"use_nesterov", "nesterov", 1, false, "use_nesterov"}}};

const struct hl_python_rule *hl_python_find_rule(const struct hl_space *space) {
  for (size_t i = 0; space != NULL && i < sizeof rules / sizeof rules[0]; i++) {
    if (strcmp(rules[i].sampler, space->sampler) == 0) return &rules[i];
  }
  return &own_rule;
}
