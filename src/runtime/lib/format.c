#include "format.h"

#include <string.h>

enum format_step format_next(const char **at, struct format_piece *out)
{
	const char *s = *at;
	size_t n = strcspn(s, "%");
	*out = (struct format_piece){.text = s, .n = n};
	if (n || !*s) {
		*at = s + n;
		return n ? FORMAT_TEXT : FORMAT_END;
	}
	char kind = s[1];
	*at = s + (kind ? 2 : 1);
	if (kind == '%') {
		out->n = 1;
		return FORMAT_TEXT;
	}
	if (kind == 's')
		return FORMAT_LINE;
	if (kind < '0' || kind > '9')
		return FORMAT_BAD;
	out->argument = (size_t)(kind - '0');
	return FORMAT_ARGUMENT;
}
