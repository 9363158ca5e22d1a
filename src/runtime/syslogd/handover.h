#ifndef S6TS_SYSLOGD_HANDOVER_H
#define S6TS_SYSLOGD_HANDOVER_H
/*
 * Our two processes, listener and writer, hold the same sockets, so that either may restart, or be killed, while the
 * other keeps them and the messages that wait in them: who starts asks the other for copies (SCM_RIGHTS, unix(7)).
 */

#include <stdbool.h>
#include <stddef.h>

enum { SOCKETS_MAX = 4 };

struct sockets {
	int fd[SOCKETS_MAX];
	size_t count;
};

/* Where the listener and the writer can be asked, from the listener's service folder. */
#define HANDOVER "handover"

/* A socket at path (its place is made free) that only our uid may ask. False with errno. */
bool handover_open(const char *path, int *fd);
/* Answers whoever asks at a socket of handover_open, which poll says is readable. */
void handover_give(int fd, const struct sockets *sockets);
/* Asks at path. False: nobody answers there, and *out is empty. */
bool handover_take(const char *path, struct sockets *out);

#endif
