/* Which tasks a selector takes, and the kinds and families of all names there are. */
#include "hyperlist/selector.h"
#include "hyperlist/task.h"
#include "test.h"

#include <string.h>
#include <unistd.h>

static const char *const names[] = {
    "Copy_GRU128",         "FixedMLP_mnist",    "TwoD_Bowl1", "mini_mlp_family_seed3",
    "mlp_ae_family_seed1", "mlp_family_seed12", "zebra"};
enum { N_NAME = sizeof names / sizeof names[0] };
static struct hl_strings tasks, kinds;

static void set_up(void) {
  for (size_t i = 0; i < N_NAME; i++) ck_assert_int_eq(hl_strings_add(&tasks, names[i]), HL_OK);
}

static void tear_down(void) {
  hl_strings_clear(&tasks);
  hl_strings_clear(&kinds);
}

/* The selected rows as text, "0 3 5". */
static const char *selected(const char *selector) {
  static char text[64];
  size_t *rows = NULL, n_row = 0, used = 0;
  text[0] = '\0';
  if (hl_select_tasks(&tasks, &kinds, selector, &rows, &n_row) != HL_OK) return "refused";
  for (size_t i = 0; i < n_row; i++) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu", i > 0 ? " " : "", rows[i]);
  }
  free(rows);
  return text;
}

START_TEST(parts_are_a_union_and_takings_away_go_last) {
  ck_assert_str_eq(selected(NULL), "0 1 2 3 4 5 6");
  ck_assert_str_eq(selected("all"), "0 1 2 3 4 5 6");
  ck_assert_str_eq(selected("zebra"), "6");
  ck_assert_str_eq(selected("zebra,TwoD_*"), "2 6");
  ck_assert_str_eq(selected("m*"), "3 4 5");
  ck_assert_str_eq(selected("kind:mlp"), "1 3 5");
  ck_assert_str_eq(selected("kind:rnn,kind:synthetic"), "0 2");
  ck_assert_str_eq(selected("family:mlp_family"), "3 5");
  ck_assert_str_eq(selected("family:TwoD_Bowl1"), "2");
  ck_assert_str_eq(selected("!kind:mlp"), "0 2 4 6");
  ck_assert_str_eq(selected("!zebra,m*"), "3 4 5");
  ck_assert_str_eq(selected("!mlp_family_*,m*"), "3 4");
  ck_assert_str_eq(selected("all,!family:mlp_family,!zebra"), "0 1 2 4");
}
END_TEST

START_TEST(kinds_of_the_file_go_before_those_of_names) {
  for (size_t i = 0; i < N_NAME; i++)
    ck_assert_int_eq(hl_strings_add(&kinds, i == 6 ? "animal" : "other"), HL_OK);
  ck_assert_str_eq(selected("kind:animal"), "6");
  ck_assert_str_eq(selected("kind:mlp"), "refused");
}
END_TEST

static void refuse(const char *selector, hl_status status, const char *words) {
  size_t *rows = NULL, n_row;
  ck_assert_int_eq(hl_select_tasks(&tasks, &kinds, selector, &rows, &n_row), status);
  ck_assert_msg(strstr(hl_error_message(), words) != NULL, "%s", hl_error_message());
}

START_TEST(what_matches_nothing_is_named) {
  refuse("nosuch", HL_USAGE, "'nosuch'");
  refuse("zebra,nosuch*", HL_USAGE, "'nosuch*'");
  refuse("zebra,!nosuch", HL_USAGE, "'!nosuch'");
  refuse("", HL_USAGE, "''");
  refuse("zebra,", HL_USAGE, "''");
  refuse("zebra,!zebra", HL_USAGE, "leaves none");
  refuse("kind:mlpx", HL_USAGE, "'kind:mlpx'");
  refuse("family:mlp", HL_USAGE, "'family:mlp'");
  refuse("@/no/such/file", HL_IO, "/no/such/file");
}
END_TEST

static void write_names(const char *path, const char *text, size_t n) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, n, file), n);
  fclose(file);
}

START_TEST(names_from_a_file) {
  char path[] = "/tmp/hyperlist-names-XXXXXX", selector[64];
  const int descriptor = mkstemp(path);
  ck_assert_int_ge(descriptor, 0);
  close(descriptor);
  snprintf(selector, sizeof selector, "!@%s", path);
  write_names(path, "# two\nzebra\r\n\nTwoD_Bowl1", 24);
  ck_assert_str_eq(selected(selector + 1), "2 6");
  ck_assert_str_eq(selected(selector), "0 1 3 4 5");
  write_names(path, "zebra\nhorse\n", 12);
  refuse(selector + 1, HL_USAGE, "line 2: found 'horse'");
  write_names(path, "", 0);
  refuse(selector + 1, HL_USAGE, path);
  write_names(path, "zeb\0a\n", 6);
  refuse(selector + 1, HL_INVALID, path);
  write_names(path, "z\xff\n", 3);
  refuse(selector + 1, HL_INVALID, path);
  unlink(path);
}
END_TEST

static void has_kind(const char *task, const char *kind) {
  char mini[256];
  snprintf(mini, sizeof mini, "mini_%s", task);
  ck_assert_str_eq(hl_task_kind(task), kind);
  ck_assert_str_eq(hl_task_kind(mini), kind);
}

START_TEST(kinds_of_names) {
  has_kind("char_rnn_language_model_family_seed0", "rnn");
  has_kind("word_rnn_language_model_family_seed99", "rnn");
  has_kind("rnn_text_classification_family_seed7", "rnn");
  has_kind("FixedTextRNNClassification_imdb_patch32_GRU128_bs128", "rnn");
  has_kind("FixedLM_lm1b_patch128_GRU64_embed64_avg_bs128", "rnn");
  has_kind("Associative_GRU128_BS128_Pairs10_Tokens50", "rnn");
  has_kind("Copy_LSTM128_BS128_Length5_Tokens10", "rnn");
  has_kind("mlp_ae_family_seed3", "autoencoder");
  has_kind("FixedMLPAE_mnist_32x32x32_bs128", "autoencoder");
  has_kind("FixedImageConvAE_mnist_32x32x32x32x32_bs128", "autoencoder");
  has_kind("mlp_vae_family_seed3", "vae");
  has_kind("FixedMLPVAE_mnist_128x8x128x128_bs128", "vae");
  has_kind("FixedImageConvVAE_mnist_32x32x32x32x32_bs128", "vae");
  has_kind("Imagenet32x30_FC_VAE_128x64x32x64x128_relu_bs256", "vae");
  has_kind("conv_pooling_family_seed1", "conv");
  has_kind("conv_fc_family_seed1", "conv");
  has_kind("FixedImageConv_cifar10_32x64x64_bs128", "conv");
  has_kind("Mnist_Conv_32x16x64_flatten_FC32_tanh_bs32", "conv");
  has_kind("mlp_family_seed5", "mlp");
  has_kind("FixedMLP_mnist_ce_128x128x128_relu_bs128", "mlp");
  has_kind("nvp_family_seed5", "flow");
  has_kind("maf_family_seed5", "flow");
  has_kind("FixedNVP_mnist_2layer_bs64", "flow");
  has_kind("FixedMAF_mnist_2layer_bs64", "flow");
  has_kind("quadratic_family_seed5", "quadratic");
  has_kind("losg_tasks_family_seed5", "synthetic");
  has_kind("TwoD_Bowl1000", "synthetic");
  has_kind("wmt_attention", "other");
  has_kind("", "other");
}
END_TEST

static void has_family(const char *task, const char *family) {
  size_t length;
  const char *found = hl_task_family(task, &length);
  ck_assert_uint_eq(length, strlen(family));
  ck_assert_int_eq(strncmp(found, family, length), 0);
}

START_TEST(families_of_names) {
  has_family("mlp_family_seed3", "mlp_family");
  has_family("mini_mlp_family_seed31", "mlp_family");
  has_family("losg_tasks_family_seed0", "losg_tasks_family");
  has_family("TwoD_Bowl1000", "TwoD_Bowl1000");
  has_family("mlp_family_seed", "mlp_family_seed");
  has_family("_seed3", "_seed3");
  has_family("", "");
}
END_TEST

static Suite *selector_suite(void) {
  Suite *suite = suite_create("selector");
  TCase *tcase = tcase_create("selector");
  tcase_add_checked_fixture(tcase, set_up, tear_down);
  tcase_add_test(tcase, parts_are_a_union_and_takings_away_go_last);
  tcase_add_test(tcase, kinds_of_the_file_go_before_those_of_names);
  tcase_add_test(tcase, what_matches_nothing_is_named);
  tcase_add_test(tcase, names_from_a_file);
  tcase_add_test(tcase, kinds_of_names);
  tcase_add_test(tcase, families_of_names);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(selector_suite)
