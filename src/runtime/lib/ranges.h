#ifndef S6TS_RANGES_H
#define S6TS_RANGES_H
/* cut's lists: numbers and ranges (N, N-, -M, N-M) with commas or blanks between them. Calls no system. */

#include <stdbool.h>
#include <stddef.h>

struct ranges {
	struct {
		size_t first; /* from 1 */
		size_t last;
	} * range; /* ascending, with gaps between them */
	size_t count;
};

/* False: no list. What is open at the end goes on to SIZE_MAX. The memory is malloc's. */
bool ranges_parse(const char *text, struct ranges *out);

#endif
