#include "hyperlist/version.h"

const char *hl_version(void) {
  return HL_VERSION_STRING;
}
