#ifndef S6TS_TAI_H
#define S6TS_TAI_H
/* TAI64N labels, as s6-log writes them: "@" and 24 hexadecimal digits. Calls no system. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAI_TEXT = 25 };

/* Seconds since 1970 in UTC, as clock_gettime gives them, to a label (25 bytes, no NUL), and back. */
void tai_label(char out[TAI_TEXT], int64_t seconds, uint32_t nanoseconds);
bool tai_parse(const char *s, size_t n, int64_t *seconds, uint32_t *nanoseconds);

#endif
