#include "lines.h"

#include <stdlib.h>
#include <string.h>
#include "alloc.h"
#include "copy.h"

enum { BLOCK = 32768 };

void lines_open(struct lines *l, int fd, const char *name)
{
	*l = (struct lines){.fd = fd, .name = name, .memory = alloc(BLOCK + 1), .size = BLOCK};
}

void lines_close(struct lines *l)
{
	free(l->memory);
	l->memory = NULL;
}

/* Reads a block behind what is there; false at the end of the file. */
static bool refill(struct lines *l)
{
	if (l->start) {
		memmove(l->memory, l->memory + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	if (l->end == l->size) {
		l->size *= 2;
		l->memory = alloc_more(l->memory, l->size + 1); /* 1: for the last line's NUL */
	}
	size_t n = read_block(l->fd, l->memory + l->end, l->size - l->end, l->name);
	l->end += n;
	return n > 0;
}

bool lines_next(struct lines *l, char delimiter, struct line *out)
{
	size_t seen = 0; /* of the line's bytes: none of them is the delimiter */
	for (;;) {
		char *from = l->memory + l->start;
		char *at = memchr(from + seen, delimiter, l->end - l->start - seen);
		if (at) {
			*out = (struct line){.text = from, .n = (size_t)(at - from), .ended = true};
			l->start += out->n + 1;
			*at = '\0';
			return true;
		}
		seen = l->end - l->start;
		if (!l->over && refill(l))
			continue;
		l->over = true;
		from = l->memory + l->start;
		from[seen] = '\0';
		*out = (struct line){.text = from, .n = seen, .ended = false};
		l->start = l->end;
		return seen > 0;
	}
}
