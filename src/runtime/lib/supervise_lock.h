#ifndef S6TS_SUPERVISE_LOCK_H
#define S6TS_SUPERVISE_LOCK_H
/* The lock that a supervisor holds while it lives: supervise/lock of a service directory, s6-svscan's in .s6-svscan. */

#include <stdbool.h>
#include <sys/types.h>

#define SUPERVISE_LOCK "supervise/lock"

/* Takes it, if there is one, until exec or exit. False: there never was a supervisor, or there is another one. */
bool supervise_lock_take(int servicedir);
/*
 * Who holds the lock of this path; 0: nobody; -1: there is none (errno). Not to be asked of a lock that the caller holds:
 * the kernel lets go of it when any descriptor of the file is closed.
 */
pid_t supervise_lock_holder(const char *path);

#endif
