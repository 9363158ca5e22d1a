#ifndef S6TS_LINK_PLAN_H
#define S6TS_LINK_PLAN_H
/* s6-update-symlinks' decision: which links and folders show several folders as one. Reads; writes nothing. */

#include <stdbool.h>
#include <stddef.h>

struct link_plan {
	const char *name;        /* in the folder above; NULL at the top */
	char *target;            /* a link to this path; NULL: a folder with these children */
	struct link_plan *child; /* in byte order */
	size_t count;
	size_t source; /* index of the source that the link leads into, counted where its parent's sources are */
};

/*
 * Sources come with the weakest first. What one source gives alone becomes one link. A name that is a folder in one and
 * a file in another ends the program with 100, a source that can't be read with 111. Memory is kept for its life.
 */
void link_plan_make(char *const *sources, size_t count, struct link_plan *out);

#endif
