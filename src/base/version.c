#include "hyperlist/version.h"

#include <H5public.h> /* these for their version numbers alone */
#include <cjson/cJSON.h>
#include <csv.h>
#include <curl/curlver.h>
#include <gsl/gsl_version.h>
#include <libdeflate.h>
#include <openssl/opensslv.h>
#include <xxhash.h>
#include <zip.h>
#include <zlib.h>

#define TEXT_OF(x)                      #x
#define VERSION_OF(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

/* In the order of their names. */
static const struct hl_library libraries[] = {
    {"cjson", VERSION_OF(CJSON_VERSION_MAJOR, CJSON_VERSION_MINOR, CJSON_VERSION_PATCH), false},
    {"gsl", GSL_VERSION, true},
    {"hdf5", VERSION_OF(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE), true},
    {"libcsv", VERSION_OF(CSV_MAJOR, CSV_MINOR, CSV_RELEASE), false},
    {"libcurl", LIBCURL_VERSION, false},
    {"libdeflate", LIBDEFLATE_VERSION_STRING, true},
    {"libzip", LIBZIP_VERSION, true},
    {"openssl", OPENSSL_VERSION_STR, false},
    {"xxhash", VERSION_OF(XXH_VERSION_MAJOR, XXH_VERSION_MINOR, XXH_VERSION_RELEASE), true},
    {"zlib", ZLIB_VERSION, true},
};

const char *hl_version(void) {
  return HL_VERSION_STRING;
}

const struct hl_library *hl_version_libraries(size_t *n) {
  *n = sizeof libraries / sizeof *libraries;
  return libraries;
}
