#ifndef S6TS_GLOB_H
#define S6TS_GLOB_H
/* Shell patterns for one path component, as POSIX "Pattern Matching Notation", in bytes. Calls no system. */

#include <stdbool.h>
#include <stddef.h>

/* Is there an unquoted * ? or [ in pattern[0..n)? */
bool glob_is_pattern(const char *pattern, size_t n);
/*
 * Does name match? * ? [a-z] [!a] [^a] and \ before a character that stands for itself; a [ without its ] is a plain
 * one. A leading dot of the name is matched by a dot in the pattern only.
 */
bool glob_match(const char *pattern, size_t n, const char *name);
/* Takes the quoting \ away: out gets at most n bytes and a NUL. */
void glob_unquote(const char *pattern, size_t n, char *out);

#endif
