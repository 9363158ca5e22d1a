#ifndef S6TS_ENTRIES_H
#define S6TS_ENTRIES_H
/* The names in a folder one by one, in the kernel's order, in fixed memory: for walks over large trees. */

#include <stdint.h>

struct entries {
	int fd; /* the folder; read from its present offset */
	long at;
	long n;
	uint64_t buffer[256]; /* aligned as the kernel's entries */
};

void entries_open(struct entries *e, int fd);
/* The next name but . and .. ; NULL at the end (errno 0) or on an error (errno). Valid until the next call. */
const char *entries_next(struct entries *e);

#endif
