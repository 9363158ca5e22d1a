#include "quote.h"

#include <string.h>

static const char letters[] = "abtnvfr";
static const char controls[] = "\a\b\t\n\v\f\r";
static const char hex[] = "0123456789abcdef";

bool quote_delimiter_good(char delimiter)
{
	return delimiter > ' ' && delimiter <= '~' && delimiter != '\\';
}

/* A backslash before one of these means another byte. */
static bool has_meaning(char c)
{
	return (c >= '0' && c <= '9') || memchr(letters, c, sizeof letters - 1);
}

size_t quote_text(char *out, const char *s, size_t n, char delimiter)
{
	char *at = out;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		const char *control = memchr(controls, c, sizeof controls - 1);
		if (control) {
			*at++ = '\\';
			*at++ = letters[control - controls];
		} else if (c < ' ' || c > '~' || (c == delimiter && has_meaning(c))) {
			*at++ = '\\';
			*at++ = '0';
			*at++ = 'x';
			*at++ = hex[(unsigned char)c >> 4];
			*at++ = hex[(unsigned char)c & 15];
		} else {
			if (c == '\\' || c == delimiter)
				*at++ = '\\';
			*at++ = c;
		}
	}
	return (size_t)(at - out);
}

static int hex_value(char c)
{
	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	const char *digit = c ? strchr(hex, c) : NULL;
	return digit ? (int)(digit - hex) : -1;
}

/* The escape whose backslash stands at s[0]; how many bytes it takes, 0 where it is wrong. */
static size_t escape(const char *s, size_t n, char *out)
{
	char c = s[1];
	const char *letter = memchr(letters, c, sizeof letters - 1);
	if (letter) {
		*out = controls[letter - letters];
		return 2;
	}
	if (c < '0' || c > '9') {
		*out = c;
		return 2;
	}
	if (c != '0' || n < 5 || s[2] != 'x' || hex_value(s[3]) < 0 || hex_value(s[4]) < 0)
		return 0;
	*out = (char)(hex_value(s[3]) * 16 + hex_value(s[4]));
	return 5;
}

enum unquote_fault unquote_text(char *out, size_t *length, const char *s, size_t n, const char *delimiters, size_t *at)
{
	bool enclosed = *delimiters != '\0';
	size_t i = enclosed ? 1 : 0;
	size_t done = 0;
	char end = n ? s[0] : '\0';
	*at = 0;
	if (enclosed && (!end || !strchr(delimiters, end)))
		return UNQUOTE_NO_START;
	for (; i < n && !(enclosed && s[i] == end); done++) {
		size_t taken = 1;
		char c = s[i];
		*at = i;
		if (c == '\\' && i + 1 == n)
			return UNQUOTE_BACKSLASH;
		if (c == '\\')
			taken = escape(s + i, n - i, &c);
		if (!taken)
			return UNQUOTE_NUMBER;
		out[done] = c;
		i += taken;
	}
	*at = i;
	*length = done;
	if (enclosed && i == n)
		return UNQUOTE_NO_END;
	if (enclosed && i + 1 < n) {
		++*at;
		return UNQUOTE_AFTER_END;
	}
	return UNQUOTE_GOOD;
}

const char *unquote_fault_text(enum unquote_fault fault)
{
	switch (fault) {
	case UNQUOTE_NO_START: return "it doesn't begin with a delimiter";
	case UNQUOTE_NO_END: return "its last delimiter is missing";
	case UNQUOTE_AFTER_END: return "something follows the last delimiter";
	case UNQUOTE_NUMBER: return "a backslash and a digit are no escape but as \\0xHH";
	case UNQUOTE_BACKSLASH: return "nothing follows the last backslash";
	default: return "nothing is wrong";
	}
}
