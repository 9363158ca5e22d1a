#ifndef S6TS_PATH_H
#define S6TS_PATH_H
/* Paths as text. Calls no system. */

#include <stdbool.h>
#include <stddef.h>

/* dir/name into out (no double slash when dir ends with one); false when it doesn't fit. */
bool path_join(char *out, size_t size, const char *dir, const char *name);
/* The part after the last slash ("" for "a/"). */
const char *path_base(const char *path);
/* s[0..n) can be one file name: not empty, not . or .., no slash, no NUL, at most 255 bytes. */
bool path_is_name(const char *s, size_t n);

#endif
