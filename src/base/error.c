#undef HL_ANALYZE /* here the functions themselves stand */
#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 1024, LONG_BYTES = 16384 /* before it is shortened */ };

/* The only state of the library. A fixed buffer, so that running out of memory can be reported too. */
static _Thread_local char message[MESSAGE_BYTES];

const char *hl_error_message(void) {
  return message;
}

/* Length of the UTF-8 sequence at text that prints as itself, 0 if there is none (control characters
 * included). */
static size_t printable_length(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  if (at[0] < 0x20 || at[0] == 0x7f) return 0;
  if (at[0] < 0x80) return 1;
  const size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0; /* a NUL ends here too */
  }
  const bool is_c1_control = at[0] == 0xc2 && at[1] < 0xa0;
  return hl_is_utf8(text, length) && !is_c1_control ? length : 0;
}

/* Appends what fits below `limit`, escaped. */
static size_t append_printable(size_t used, const char *text, size_t limit) {
  while (*text != '\0') {
    const size_t length = printable_length(text);
    if (used + (length > 0 ? length : 4) >= limit) break;
    if (length > 0) {
      memcpy(message + used, text, length);
      used += length;
      text += length;
    } else {
      used += (size_t)snprintf(message + used, 5, "\\x%02x", (unsigned char)*text++);
    }
  }
  message[used] = '\0';
  return used;
}

static size_t printable_size(const char *text) {
  size_t n = 0;
  for (size_t length; *text != '\0'; text += length > 0 ? length : 1) {
    length = printable_length(text);
    n += length > 0 ? length : 4;
  }
  return n;
}

/* Of a text that is too long, for there is a long name in it, the middle is left out. */
static void set_printable(const char *text) {
  enum { TAIL = MESSAGE_BYTES / 4 };
  if (printable_size(text) < MESSAGE_BYTES) {
    append_printable(0, text, MESSAGE_BYTES);
    return;
  }
  const char *tail = text + strlen(text); /* by bytes: what is cut within a character is shown as bytes */
  for (size_t n = 0; tail > text && n<TAIL; n += printable_length(tail)> 0 ? 1 : 4) tail--;
  const size_t used = append_printable(0, text, MESSAGE_BYTES / 2);
  append_printable(append_printable(used, " .. ", MESSAGE_BYTES), tail, MESSAGE_BYTES);
}

hl_status hl_fail_again(hl_status status, const char *text) {
  set_printable(text);
  return status;
}

hl_status hl_fail(hl_status status, const char *format, ...) {
  char text[LONG_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return hl_fail_again(status, text);
}

hl_status hl_fail_within(hl_status status, const char *format, ...) {
  char text[LONG_BYTES + MESSAGE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(text, LONG_BYTES, format, arguments);
  va_end(arguments);
  const size_t used = length < 0 ? 0 : length < LONG_BYTES ? (size_t)length : LONG_BYTES - 1;
  snprintf(text + used, sizeof text - used, "%s", message);
  return hl_fail_again(status, text);
}

hl_status hl_fail_errno(const char *path, const char *verb) {
  const int reason = errno;
  if (reason == ENOMEM) return hl_fail_memory();
  return hl_fail(HL_IO, "%s: cannot %s: %s", path, verb, strerror(reason));
}

static const char memory_message[] = "out of memory";

hl_status hl_fail_memory(void) {
  return hl_fail(HL_LIMIT, "%s", memory_message);
}

bool hl_is_foreign(hl_status status) {
  return status == HL_INVALID || (status == HL_LIMIT && !hl_is_out_of_memory(status));
}

bool hl_is_out_of_memory(hl_status status) {
  return status == HL_LIMIT && strcmp(message, memory_message) == 0;
}
