#ifndef S6TS_ENTRIES_H
#define S6TS_ENTRIES_H
/* The names in a folder one by one, in the kernel's order, in fixed memory: for walks over large trees. */

#include <stdint.h>

struct entries {
	int fd; /* the folder; read from its present offset */
	int at;
	int n; /* bytes of buffer that hold entries; 0 at the end, -1 after an error */
	uint64_t buffer[256]; /* aligned as the kernel's entries */
};

static inline void entries_open(struct entries *e, int fd)
{
	e->fd = fd;
	e->at = e->n = 0;
}

/* The next name but . and .. ; NULL at the end (n is 0) or on an error (n is not, errno). Valid until the next call. */
const char *entries_next(struct entries *e);

#endif
