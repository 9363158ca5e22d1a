#ifndef S6TS_CHILD_H
#define S6TS_CHILD_H
/* Forking children of /init, and what each is given. */

#include <stdbool.h>
#include <sys/types.h>

struct init;

enum child_group {
	GROUP_SAME,    /* stays in the caller's process group */
	GROUP_OWN,     /* a process group of its own */
	GROUP_SESSION, /* a session of its own: no terminal */
};

/*
 * Like fork. The child comes back with default signal actions, the mask that /init was started with, the old umask,
 * and the given group; signals that come before are not lost, as they were blocked. -1 with errno.
 */
pid_t child_fork(struct init *s, enum child_group group);

/* In the child, before exec: descriptors 0, 1, 2; -1 leaves one as it is. Exits 111 on failure. */
void child_stdio(int in, int out, int err);

#endif
