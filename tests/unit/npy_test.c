/* Headers and items of .npy: what numpy writes, what others may write, what must be refused by name. */
#include "test.h"

#include "ingest/npy.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static hl_status parse(const char *text, struct hl_npy *npy) {
  return hl_npy_parse(text, strlen(text), npy);
}

static void assert_refused(const char *text, const char *message) {
  struct hl_npy npy;
  ck_assert_msg(parse(text, &npy) == HL_INVALID, "accepted: %s", text);
  ck_assert_msg(strstr(hl_error_message(), message) != NULL, "%s: said '%s', expected '%s' in it", text,
                hl_error_message(), message);
}

/* ---- The prefix ---- */

START_TEST(prefix_of_each_version) {
  size_t start, length;
  const unsigned char one[] = "\x93NUMPY\1\0\x76\0{ ", two[] = "\x93NUMPY\2\0\x76\1\0\0";
  const unsigned char three[] = "\x93NUMPY\3\0\0\0\1\0";
  ck_assert_int_eq(hl_npy_parse_prefix(one, 12, &start, &length), HL_OK);
  ck_assert_uint_eq(start, 10);
  ck_assert_uint_eq(length, 0x76);
  ck_assert_int_eq(hl_npy_parse_prefix(two, 12, &start, &length), HL_OK);
  ck_assert_uint_eq(start, 12);
  ck_assert_uint_eq(length, 0x176);
  ck_assert_int_eq(hl_npy_parse_prefix(three, 12, &start, &length), HL_OK);
  ck_assert_uint_eq(length, 0x10000);
}
END_TEST

START_TEST(prefix_that_is_none) {
  size_t start, length;
  const unsigned char huge[] = "\x93NUMPY\2\0\xff\xff\xff\xff", four[] = "\x93NUMPY\4\0\x76\0\0\0";
  const unsigned char minor[] = "\x93NUMPY\1\1\x76\0\0\0", other[] = "\x93NUMPX\1\0\x76\0\0\0";
  ck_assert_int_eq(hl_npy_parse_prefix(huge, 12, &start, &length), HL_INVALID);
  ck_assert_int_eq(hl_npy_parse_prefix(four, 12, &start, &length), HL_INVALID);
  ck_assert_int_eq(hl_npy_parse_prefix(minor, 12, &start, &length), HL_INVALID);
  ck_assert_int_eq(hl_npy_parse_prefix(other, 12, &start, &length), HL_INVALID);
  ck_assert_int_eq(hl_npy_parse_prefix(huge, 11, &start, &length), HL_INVALID);
  ck_assert_int_eq(hl_npy_parse_prefix(huge, 0, &start, &length), HL_INVALID);
}
END_TEST

/* ---- Headers ---- */

START_TEST(headers_that_mean_the_same) {
  static const char *const texts[] = {
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 5, 51, 4), }           \n",
      "{\"shape\":(1000,5,51,4),\"descr\":\"<f4\",\"fortran_order\":False}",
      "  {  'fortran_order'\n:\tFalse , 'shape' : ( 1000L ,5L, 51L,4L , ) , 'descr':'<f4'  }\n\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct hl_npy npy;
    size_t n_item, n_byte;
    char shape[HL_NPY_SHAPE_TEXT];
    ck_assert_int_eq(parse(texts[i], &npy), HL_OK);
    ck_assert_str_eq(hl_npy_format_shape(&npy, shape), "(1000, 5, 51, 4)");
    ck_assert_int_eq(npy.kind, HL_NPY_FLOAT);
    ck_assert(!npy.is_fortran);
    ck_assert(hl_npy_count(&npy, &n_item, &n_byte));
    ck_assert_uint_eq(n_item, 1020000);
    ck_assert_uint_eq(n_byte, 4080000);
  }
}
END_TEST

START_TEST(types) {
  static const struct {
    const char *dtype;
    enum hl_npy_kind kind;
    size_t size;
    bool is_ordered; /* the byte order matters */
  } cases[] = {
      {"<f4", HL_NPY_FLOAT, 4, true},    {">f8", HL_NPY_FLOAT, 8, true},  {"=f2", HL_NPY_FLOAT, 2, true},
      {"|S25", HL_NPY_BYTES, 25, false}, {">S3", HL_NPY_BYTES, 3, false}, {"<U7", HL_NPY_UNICODE, 28, true},
      {"<i8", HL_NPY_INT, 8, true},      {"|u1", HL_NPY_UINT, 1, false},  {">u2", HL_NPY_UINT, 2, true},
      {"|b1", HL_NPY_BOOL, 1, false},    {"?", HL_NPY_BOOL, 1, false},    {"i4", HL_NPY_INT, 4, true},
      {"<f16", HL_NPY_FLOAT, 16, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct hl_npy npy;
    char text[96];
    snprintf(text, sizeof text, "{'descr':'%s','fortran_order':True,'shape':(5,)}", cases[i].dtype);
    ck_assert_msg(parse(text, &npy) == HL_OK, "%s: %s", text, hl_error_message());
    ck_assert_int_eq(npy.kind, cases[i].kind);
    ck_assert_uint_eq(npy.item_size, cases[i].size);
    ck_assert(npy.is_fortran);
    const uint16_t one = 1;
    const char foreign = *(const unsigned char *)&one == 1 ? '>' : '<';
    ck_assert_int_eq(npy.is_foreign, cases[i].is_ordered && *cases[i].dtype == foreign);
  }
}
END_TEST

START_TEST(shapes) {
  struct hl_npy npy;
  size_t n_item, n_byte;
  ck_assert_int_eq(parse("{'descr':'<f4','fortran_order':False,'shape':()}", &npy), HL_OK);
  ck_assert_uint_eq(npy.n_dimension, 0);
  ck_assert(hl_npy_count(&npy, &n_item, &n_byte));
  ck_assert_uint_eq(n_byte, 4);
#if SIZE_MAX > 0xffffffff
  ck_assert_int_eq(parse("{'descr':'<f4','fortran_order':False,'shape':(1152921504606846976,0,16)}", &npy),
                   HL_OK);
  ck_assert(hl_npy_count(&npy, &n_item, &n_byte));
  ck_assert_uint_eq(n_byte, 0);
  ck_assert_int_eq(parse("{'descr':'<f4','fortran_order':False,'shape':(4611686018427387904,)}", &npy),
                   HL_OK);
  ck_assert(!hl_npy_count(&npy, &n_item, &n_byte));
  ck_assert_int_eq(parse("{'descr':'<f4','fortran_order':False,'shape':(4294967296,4294967296)}", &npy),
                   HL_OK);
  ck_assert(!hl_npy_count(&npy, &n_item, &n_byte));
#else
  ck_assert_int_eq(parse("{'descr':'<f4','fortran_order':False,'shape':(65536,65536)}", &npy), HL_OK);
  ck_assert(!hl_npy_count(&npy, &n_item, &n_byte));
  assert_refused("{'descr':'<f4','fortran_order':False,'shape':(4294967296,0)}", "below 2^32");
#endif
}
END_TEST

#define BEFORE "{'descr':'<f4','fortran_order':False,'shape':"

START_TEST(headers_refused) {
  assert_refused("", "dict in braces");
  assert_refused("[]", "dict in braces");
  assert_refused("{}", "no key 'descr'");
  assert_refused("{'descr':'<f4','shape':(1,)}", "no key 'fortran_order'");
  assert_refused("{'descr':'<f4','fortran_order':False}", "no key 'shape'");
  assert_refused("{'descr':'<f4','descr':'<f4'}", "key 'descr' again");
  assert_refused("{'dtype':'<f4'}", "key 'dtype'");
  assert_refused("{'descr':'<f4' 'shape':(1,)}", "',' or '}'");
  assert_refused("{'descr' '<f4'}", "':'");
  assert_refused("{'descr':'<f4}", "closed string");
  assert_refused("{'de\\x73cr':'<f4'}", "without escapes");
  assert_refused("{'descr':f4}", "quoted string");
  assert_refused("{'fortran_order':1}", "True or False");
  assert_refused(BEFORE "(5)}", "(n,)");
  assert_refused(BEFORE "5}", "parentheses");
  assert_refused(BEFORE "[5,]}", "parentheses");
  assert_refused(BEFORE "(-5,)}", "length of an axis");
  assert_refused(BEFORE "(5.0,)}", "',' or ')'");
  assert_refused(BEFORE "(,)}", "length of an axis");
  assert_refused(BEFORE "(5,,5)}", "length of an axis");
  assert_refused(BEFORE "(18446744073709551616,)}", "expected a length below 2^");
  assert_refused(BEFORE "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}", "32 axes");
  assert_refused(BEFORE "(5,)} x", "nothing after");
  assert_refused(BEFORE "(5,", "end of the header");
}
END_TEST

START_TEST(types_refused) {
  assert_refused("{'descr':'|O'}", "Python objects");
  assert_refused("{'descr':[('a','<f4')]}", "structured");
  assert_refused("{'descr':'|V8'}", "structure");
  assert_refused("{'descr':'<c8'}", "complex");
  assert_refused("{'descr':'<M8[ns]'}", "times");
  assert_refused("{'descr':'<f3'}", "'<f3'");
  assert_refused("{'descr':'<f'}", "'<f'");
  assert_refused("{'descr':'<f4x'}", "'<f4x'");
  assert_refused("{'descr':'|S0'}", "'|S0'");
  assert_refused("{'descr':'<U4611686018427387905'}", "expected a type");
  assert_refused("{'descr':'<U4294967297'}", "expected a type"); /* 1 in 32 bits */
  assert_refused("{'descr':''}", "unknown type");
  assert_refused("{'descr':'<f4<f4<f4<f4<f4<f4<f4<f4<f4<f4'}", "expected a type");
}
END_TEST

/* No prefix of a header is a header, and none is read past its end. */
START_TEST(headers_cut_short) {
  static const char text[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 5), }";
  struct hl_npy npy;
  for (size_t n = 0; n < sizeof text - 1; n++) {
    char *copy = malloc(n + 1); /* exactly as long, for sanitizers */
    memcpy(copy, text, n);
    ck_assert_msg(hl_npy_parse(copy, n, &npy) == HL_INVALID, "%zu bytes accepted", n);
    free(copy);
  }
}
END_TEST

/* ---- Items ---- */

static bool get(enum hl_npy_kind kind, size_t size, bool is_foreign, const void *item, double *value) {
  const struct hl_npy npy = {.kind = kind, .item_size = size, .is_foreign = is_foreign};
  unsigned char bytes[16];
  memcpy(bytes, item, size);
  if (is_foreign) hl_npy_swap(bytes, 1, size);
  return hl_npy_get_double(&npy, bytes, value);
}

START_TEST(numbers_of_each_type) {
  double value = 0;
  for (int foreign = 0; foreign < 2; foreign++) {
    ck_assert(get(HL_NPY_INT, 1, foreign, &(int8_t){-5}, &value) && value == -5);
    ck_assert(get(HL_NPY_INT, 2, foreign, &(int16_t){-32768}, &value) && value == -32768);
    ck_assert(get(HL_NPY_INT, 4, foreign, &(int32_t){-7}, &value) && value == -7);
    ck_assert(get(HL_NPY_INT, 8, foreign, &(int64_t){-9007199254740992}, &value) &&
              value == -9007199254740992);
    ck_assert(get(HL_NPY_UINT, 1, foreign, &(uint8_t){255}, &value) && value == 255);
    ck_assert(get(HL_NPY_UINT, 2, foreign, &(uint16_t){65535}, &value) && value == 65535);
    ck_assert(get(HL_NPY_UINT, 4, foreign, &(uint32_t){4294967295}, &value) && value == 4294967295);
    ck_assert(get(HL_NPY_UINT, 8, foreign, &(uint64_t){10000}, &value) && value == 10000);
    ck_assert(get(HL_NPY_FLOAT, 4, foreign, &(float){0x1.99999ap-4f}, &value) && value == 0x1.99999ap-4);
    ck_assert(get(HL_NPY_FLOAT, 8, foreign, &(double){-3.25e300}, &value) && value == -3.25e300);
    ck_assert(get(HL_NPY_BOOL, 1, foreign, &(uint8_t){1}, &value) && value == 1);
    ck_assert(!get(HL_NPY_INT, 8, foreign, &(int64_t){9007199254740993}, &value));
    ck_assert(!get(HL_NPY_INT, 8, foreign, &(int64_t){INT64_MIN}, &value));
    ck_assert(!get(HL_NPY_UINT, 8, foreign, &(uint64_t){UINT64_MAX}, &value));
  }
}
END_TEST

START_TEST(halves) {
  static const struct {
    uint16_t half;
    double value;
  } cases[] = {{0x0000, 0},           {0x3c00, 1},
               {0xc000, -2},          {0x3555, 0x1.554p-2},
               {0x7bff, 65504},       {0x0001, 0x1p-24},
               {0x03ff, 0x1.ff8p-15}, {0x0400, 0x1p-14},
               {0x6400, 1024},        {0xfc00, -(double)INFINITY}};
  double value = 0;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert(get(HL_NPY_FLOAT, 2, false, &cases[i].half, &value));
    ck_assert(value == cases[i].value);
  }
  ck_assert(get(HL_NPY_FLOAT, 2, false, &(uint16_t){0x7e00}, &value) && isnan(value));
}
END_TEST

START_TEST(texts) {
  char text[32];
  struct hl_npy npy = {.kind = HL_NPY_BYTES, .item_size = 6};
  ck_assert(hl_npy_get_text(&npy, "abc\0\0\0", text));
  ck_assert_str_eq(text, "abc");
  ck_assert(hl_npy_get_text(&npy, "abcdef", text));
  ck_assert_str_eq(text, "abcdef");
  ck_assert(hl_npy_get_text(&npy, "\0\0\0\0\0\0", text));
  ck_assert_str_eq(text, "");
  ck_assert(!hl_npy_get_text(&npy, "a\0b\0\0\0", text));
  ck_assert(!hl_npy_get_text(&npy, "ab\xff\0\0\0", text));
  npy = (struct hl_npy){.kind = HL_NPY_UNICODE, .item_size = 20};
  ck_assert(hl_npy_get_text(&npy, (uint32_t[]){'a', 0xe4, 0x20ac, 0x1f600, 0}, text));
  ck_assert_str_eq(text, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  ck_assert(!hl_npy_get_text(&npy, (uint32_t[]){'a', 0, 'b', 0, 0}, text));
  ck_assert(!hl_npy_get_text(&npy, (uint32_t[]){'a', 0xd800, 0, 0, 0}, text));
  ck_assert(!hl_npy_get_text(&npy, (uint32_t[]){'a', 0x110000, 0, 0, 0}, text));
}
END_TEST

static Suite *npy_suite(void) {
  Suite *suite = suite_create("npy");
  TCase *header = tcase_create("header");
  tcase_add_test(header, prefix_of_each_version);
  tcase_add_test(header, prefix_that_is_none);
  tcase_add_test(header, headers_that_mean_the_same);
  tcase_add_test(header, types);
  tcase_add_test(header, shapes);
  tcase_add_test(header, headers_refused);
  tcase_add_test(header, types_refused);
  tcase_add_test(header, headers_cut_short);
  suite_add_tcase(suite, header);
  TCase *items = tcase_create("items");
  tcase_add_test(items, numbers_of_each_type);
  tcase_add_test(items, halves);
  tcase_add_test(items, texts);
  suite_add_tcase(suite, items);
  return suite;
}

HL_TEST_MAIN(npy_suite)
