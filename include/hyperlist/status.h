/* Status codes and the error message.
 *
 * Every fallible function returns an hl_status; its values are the program's exit codes, so that a class of
 * failure has one number everywhere. The text that belongs to the last failure of the calling thread is
 * hl_error_message(): one line that names the file, the place in it, what was found and what was expected. */
#ifndef HYPERLIST_STATUS_H
#define HYPERLIST_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HL_API          __attribute__((visibility("default")))
#define HL_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define HL_API
#define HL_PRINTF(f, a)
#endif

typedef enum hl_status {
  HL_OK = 0,
  HL_BROKEN =
      1, /* the answer is no: an archive that `check` found broken, a source left out by --keep-going */
  HL_USAGE = 2,       /* bad options, an unknown set, a selector that matches nothing */
  HL_IO = 3,          /* cannot open, read or write */
  HL_INVALID = 4,     /* invalid input, also a file that is none of ours at all */
  HL_NUMERIC = 5,     /* a number that cannot be computed */
  HL_LIMIT = 6,       /* true sizes beyond memory or a stated limit */
  HL_BUG = 70,        /* an internal contradiction: please report it */
  HL_CANCELLED = 130, /* the caller's hl_context.cancel said so */
} hl_status;

/* The message of the calling thread's last failure, "" if there was none. Valid UTF-8 without control
 * characters (foreign bytes are escaped as \xNN). Borrowed: valid until the thread's next failing call. */
HL_API const char *hl_error_message(void);

#ifdef __cplusplus
}
#endif
#endif
