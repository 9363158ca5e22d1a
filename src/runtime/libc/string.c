/* strstr on short lines: the plain way, where musl's two-way search takes 1.4 KB. */

#include <string.h>

char *strstr(const char *s, const char *wanted)
{
	size_t n = strlen(wanted);
	for (; *s; s++)
		if (strncmp(s, wanted, n) == 0)
			break;
	union {
		const char *in;
		char *out;
	} found = {.in = *s || !n ? s : NULL}; /* C's strstr takes the const away */
	return found.out;
}
