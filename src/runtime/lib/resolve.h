#ifndef S6TS_RESOLVE_H
#define S6TS_RESOLVE_H
/* From a path with wildcards to the files that are there, without falling for links that somebody planted. */

#include <stddef.h>

struct resolve_visitor {
	/* dirfd/name is there and no link (unless a wildcard found it). dirfd is the resolver's; path is for messages. */
	void (*found)(struct resolve_visitor *self, int dirfd, const char *name, const char *path);
	/* error: an errno, or 0 where the text of what says all. */
	void (*failed)(struct resolve_visitor *self, const char *what, const char *path, int error);
};

/*
 * Visits what pattern[0..n) names, in byte order; a relative one counts from /. What isn't there is passed over.
 * A link that the pattern names literally is followed, if it belongs to root, to us or to its target's owner (anybody
 * else may have put it there to lead us elsewhere); one that a wildcard finds never is.
 */
void resolve(const char *pattern, size_t n, struct resolve_visitor *visitor);

#endif
