#ifndef S6TS_SVSTATUS_H
#define S6TS_SVSTATUS_H
/* A service's supervise/status, which s6-supervise rewrites at each change (s6 2.13, svstatus_pack). */

#include <stdbool.h>
#include <sys/types.h>

struct svstatus {
	pid_t pid;      /* of run, or of finish while that runs; 0: down */
	int code;       /* of its last end: exit code, or 128 + signal */
	bool finishing;
	bool wanted_up;
};

/* False: there is none (errno says why), or it is none. */
bool svstatus_read(int dirfd, const char *path, struct svstatus *out);

#endif
