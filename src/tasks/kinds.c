/* Kinds and families of tasks, read off their names. */
#include "base/text.h"
#include "hyperlist/task.h"

#include <string.h>

/* First match wins: to give a task another kind, put a line above. Each glob is also tried behind a leading
 * `mini_`. */
static const struct {
  const char *glob, *kind;
} kinds[] = {
    {"char_rnn_language_model_family_*", "rnn"},
    {"word_rnn_language_model_family_*", "rnn"},
    {"rnn_text_classification_family_*", "rnn"},
    {"FixedTextRNNClassification_*", "rnn"},
    {"FixedLM_*", "rnn"},
    {"Associative_*", "rnn"},
    {"Copy_*", "rnn"},
    {"mlp_ae_family_*", "autoencoder"},
    {"FixedMLPAE_*", "autoencoder"},
    {"FixedImageConvAE_*", "autoencoder"},
    {"mlp_vae_family_*", "vae"},
    {"FixedMLPVAE_*", "vae"},
    {"FixedImageConvVAE_*", "vae"},
    {"Imagenet32x30_FC_VAE_*", "vae"},
    {"conv_*_family_*", "conv"},
    {"FixedImageConv_*", "conv"},
    {"Mnist_Conv_*", "conv"},
    {"mlp_family_*", "mlp"},
    {"FixedMLP_*", "mlp"},
    {"nvp_family_*", "flow"},
    {"maf_family_*", "flow"},
    {"FixedNVP_*", "flow"},
    {"FixedMAF_*", "flow"},
    {"quadratic_family_*", "quadratic"},
    {"losg_tasks_family_*", "synthetic"},
    {"TwoD_*", "synthetic"},
};

static const char *skip_mini(const char *task) {
  return strncmp(task, "mini_", 5) == 0 ? task + 5 : task;
}

const char *hl_task_kind(const char *task) {
  const char *name = skip_mini(task);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (hl_match_glob(kinds[i].glob, name)) return kinds[i].kind;
  }
  return "other";
}

const char *hl_task_family(const char *task, size_t *length) {
  const char *name = skip_mini(task);
  size_t n_stem = strlen(name);
  *length = n_stem;
  while (n_stem > 0 && name[n_stem - 1] >= '0' && name[n_stem - 1] <= '9') n_stem--;
  static const char infix[] = "_seed";
  const size_t n_infix = sizeof infix - 1;
  const bool is_sampled =
      n_stem < *length && n_stem > n_infix && memcmp(name + n_stem - n_infix, infix, n_infix) == 0;
  if (is_sampled) *length = n_stem - n_infix;
  return name;
}
