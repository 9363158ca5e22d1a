#ifndef S6TS_SUPERVISE_LOCK_H
#define S6TS_SUPERVISE_LOCK_H
/*
 * The lock that a supervisor holds while it lives: supervise/lock of a service directory, .s6-svscan/lock of a scan
 * directory. Whoever holds one must not ask about it here: the kernel drops it as soon as any descriptor of it is closed.
 */

#include <stdbool.h>
#include <sys/types.h>

#define SUPERVISE_LOCK "supervise/lock"

enum lock_state {
	LOCK_NONE, /* there is none, or it can't be asked about */
	LOCK_FREE,
	LOCK_HELD
};

/* Of the lock at path; who holds it into *holder, unless NULL: 0 where that isn't a process that we can see. */
enum lock_state supervise_lock_state(int dirfd, const char *path, pid_t *holder);
/* Takes a service directory's, if there is one, until exec or exit. False: there never was a supervisor, or there is one. */
bool supervise_lock_take(int servicedir);

#endif
