#ifndef S6TS_MERGE_H
#define S6TS_MERGE_H
/* The names of several folders as one list in byte order, each with the folders that have it. Calls no system. */

#include <stddef.h>
#include "scan.h"

struct merge {
	const struct scan *folder; /* count of them, each sorted */
	size_t count;
	size_t *next; /* count places, 0 at the start: how far each has been read */
};

/*
 * The next name, or NULL. holder (count places) gets the indexes of the folders that have it, in their order, *holders
 * how many they are.
 */
const char *merge_next(struct merge *m, size_t *holder, size_t *holders);

#endif
