#include "glob.h"

#include <string.h>

/* The index just behind the ] that ends the bracket expression at p[0] == '[', or 0 where there is none. */
static size_t bracket_end(const char *p, size_t n)
{
	size_t i = 1;
	if (i < n && (p[i] == '!' || p[i] == '^'))
		i++;
	if (i < n && p[i] == ']') /* first of all, it is a member */
		i++;
	for (; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n)
			i++;
		else if (p[i] == ']')
			return i + 1;
	}
	return 0;
}

/* One member of a bracket expression at p[*i], a quoting \ taken away. */
static unsigned char member(const char *p, size_t end, size_t *i)
{
	if (p[*i] == '\\' && *i + 1 < end)
		(*i)++;
	return (unsigned char)p[(*i)++];
}

/* p[0..n) is a whole bracket expression */
static bool bracket_match(const char *p, size_t n, unsigned char c)
{
	size_t end = n - 1; /* the closing ] */
	size_t i = 1;
	bool negated = p[1] == '!' || p[1] == '^';
	bool found = false;
	if (negated)
		i++;
	while (i < end) {
		unsigned char low = member(p, end, &i);
		unsigned char high = low;
		if (i + 1 < end && p[i] == '-') {
			i++;
			high = member(p, end, &i);
		}
		if (low <= c && c <= high)
			found = true;
	}
	return found != negated;
}

/* Does the one-character pattern at p match c? *used: how long it is. */
static bool one_match(const char *p, size_t n, unsigned char c, size_t *used)
{
	size_t end = 0;
	*used = 1;
	if (p[0] == '?')
		return true;
	if (p[0] == '[' && (end = bracket_end(p, n)) != 0) {
		*used = end;
		return bracket_match(p, end, c);
	}
	if (p[0] == '\\' && n > 1) {
		*used = 2;
		return (unsigned char)p[1] == c;
	}
	return (unsigned char)p[0] == c;
}

bool glob_is_pattern(const char *pattern, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (pattern[i] == '\\')
			i++;
		else if (pattern[i] == '*' || pattern[i] == '?' || (pattern[i] == '[' && bracket_end(pattern + i, n - i)))
			return true;
	}
	return false;
}

bool glob_match(const char *pattern, size_t n, const char *name)
{
	if (name[0] == '.' && !(n && (pattern[0] == '.' || (n > 1 && pattern[0] == '\\' && pattern[1] == '.'))))
		return false;
	/* Only the last * needs to be tried again: at most length of pattern × length of name steps. */
	size_t i = 0;
	size_t star = n; /* behind the last *; n: none yet */
	bool have_star = false;
	const char *at = name;
	const char *retry = name;
	size_t used = 0;
	for (;;) {
		if (i < n && pattern[i] == '*') {
			star = ++i;
			have_star = true;
			retry = at;
		} else if (!*at) {
			return i == n;
		} else if (i < n && one_match(pattern + i, n - i, (unsigned char)*at, &used)) {
			i += used;
			at++;
		} else if (have_star) {
			i = star;
			at = ++retry;
		} else {
			return false;
		}
	}
}

void glob_unquote(const char *pattern, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		if (pattern[i] == '\\' && i + 1 < n)
			i++;
		*out++ = pattern[i];
	}
	*out = '\0';
}
