#ifndef S6TS_LINES_H
#define S6TS_LINES_H
/* A stream as lines: memory for the longest line, not for the stream. Read errors end the program with 111. */

#include <stdbool.h>
#include <stddef.h>

struct lines {
	int fd;
	const char *name; /* for messages */
	char *memory;     /* bytes start..end are read and not yet given out */
	size_t size;
	size_t start;
	size_t end;
	bool over; /* end of file seen */
};

struct line {
	char *text; /* NUL-terminated, valid until the next call */
	size_t n;
	bool ended; /* by a delimiter; false for what stands behind the last one */
};

void lines_open(struct lines *l, int fd, const char *name);
/* False: there is none left. */
bool lines_next(struct lines *l, char delimiter, struct line *out);
void lines_close(struct lines *l); /* the memory; the descriptor is the caller's */

#endif
