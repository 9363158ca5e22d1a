#ifndef S6TS_SYSLOGD_SOCKETS_H
#define S6TS_SYSLOGD_SOCKETS_H
/* The sockets that messages come to. What can't be made is said, with what to do, and done without. */

#include <stdbool.h>
#include "handover.h"

#define DEV_LOG "/dev/log"
enum { SYSLOG_PORT = 514 };

/*
 * A datagram socket at path, mode 0666, added to *out. A dead socket in its place is removed, one that somebody listens
 * at is left alone.
 */
void sockets_add_unix(struct sockets *out, const char *path);
/* 127.0.0.1 and, where there is one, ::1, at that UDP port. */
void sockets_add_loopback(struct sockets *out, unsigned int port);

#endif
