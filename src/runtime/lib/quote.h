#ifndef S6TS_QUOTE_H
#define S6TS_QUOTE_H
/*
 * s6-quote's syntax, which execlineb reads too: printable ASCII; \a \b \t \n \v \f \r; \0xHH for any other byte; a
 * backslash before the backslash and before the delimiter. Calls no system.
 */

#include <stdbool.h>
#include <stddef.h>

enum { QUOTE_ROOM = 5 }; /* bytes that one byte may become */

/* A character that can enclose quoted text: printable, no blank, no backslash. */
bool quote_delimiter_good(char delimiter);
/* Escapes s[0..n) into out, which has QUOTE_ROOM * n bytes; no delimiters around it, no NUL. Returns the length. */
size_t quote_text(char *out, const char *s, size_t n, char delimiter);

enum unquote_fault {
	UNQUOTE_GOOD,
	UNQUOTE_NO_START,
	UNQUOTE_NO_END,
	UNQUOTE_AFTER_END,
	UNQUOTE_NUMBER,
	UNQUOTE_BACKSLASH
};

/*
 * The text that s[0..n) quotes, into out (n bytes; may be s itself), *length of them. delimiters: it must begin and end
 * with the same one of these; none given: it has none around it. On a fault *at is the offset in s where it stands.
 */
enum unquote_fault unquote_text(char *out, size_t *length, const char *s, size_t n, const char *delimiters, size_t *at);
/* What is wrong, in words. */
const char *unquote_fault_text(enum unquote_fault fault);

#endif
