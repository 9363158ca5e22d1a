#include "ranges.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "alloc.h"
#include "str.h"

static int by_start(const void *a, const void *b)
{
	const size_t *left = a; /* first is the first member */
	const size_t *right = b;
	return (*left > *right) - (*left < *right);
}

static bool number(const char *s, size_t n, size_t *out)
{
	uint64_t value = 0;
	if (!parse_u64(s, n, SIZE_MAX, &value) || !value)
		return false;
	*out = (size_t)value;
	return true;
}

/* One of the list's items. */
static bool item(const char *s, size_t n, size_t *first, size_t *last)
{
	const char *dash = memchr(s, '-', n);
	size_t before = dash ? (size_t)(dash - s) : n;
	*first = 1;
	*last = SIZE_MAX;
	if (n == 1 && dash)
		return false;
	if (before && !number(s, before, first))
		return false;
	if (!dash) {
		*last = *first;
		return n > 0;
	}
	return before + 1 == n || (number(dash + 1, n - before - 1, last) && *first <= *last);
}

/* Overlapping and touching ones become one. */
static void join(struct ranges *r)
{
	size_t kept = 0;
	qsort(r->range, r->count, sizeof r->range[0], by_start);
	for (size_t i = 1; i < r->count; i++) {
		if (r->range[kept].last >= r->range[i].first - 1) {
			if (r->range[i].last > r->range[kept].last)
				r->range[kept].last = r->range[i].last;
		} else {
			r->range[++kept] = r->range[i];
		}
	}
	r->count = kept + 1;
}

bool ranges_parse(const char *text, struct ranges *out)
{
	out->count = 0;
	out->range = alloc_array(strlen(text) / 2 + 1, sizeof out->range[0]);
	for (;;) {
		size_t n = strcspn(text, ", \t");
		if (!item(text, n, &out->range[out->count].first, &out->range[out->count].last)) {
			free(out->range);
			return false;
		}
		out->count++;
		if (!text[n])
			break;
		text += n + 1;
	}
	join(out);
	return true;
}
