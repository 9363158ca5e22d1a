#ifndef S6TS_WORKAREA_H
#define S6TS_WORKAREA_H
/* The work area: /run/s6, else /dev/shm/s6, made anew at every start (RUNTIME.md, "Paths"). */

#include <stdbool.h>

struct init;

/* Fills work_fd, scan_fd, stop_fd and timeline_fd. Exits 111, naming each place and its errno, when none will do. */
void workarea_make(struct init *s);

/* Where it is in /dev/shm, deletes it: that is the pod's, and outlives us, with all that container_environment holds. */
void workarea_end(const struct init *s);

/* Deletes dirfd/name with all that is in it, following no link. False with errno. */
bool remove_tree(int dirfd, const char *name);

#endif
