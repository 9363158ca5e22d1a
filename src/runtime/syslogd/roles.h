#ifndef S6TS_SYSLOGD_ROLES_H
#define S6TS_SYSLOGD_ROLES_H
/*
 * The three roles of s6-overlay-syslogd, by its first argument:
 *   start   a script of cont-init.d, the first of them: puts the service "socklog" under supervision and waits for it
 *   listen  socklog/run: binds the sockets and holds them
 *   write   socklog/log/run: takes messages from them, and feeds s6-log, its child
 * The writer is a logger in the eyes of /init, which tells loggers last and lets them end by themselves.
 */

#include "../lib/paths.h"

#define SERVICE "socklog"
#define TEMPLATE OURS "/syslog/" SERVICE

/* env is the container's environment. Each returns the exit code. */
int role_start(char *const *env);
int role_listen(char *const *env);
int role_write(char *const *env);

/* A descriptor that reports CHLD, and what tells us to end, TERM and a logger's HUP, all blocked; dies where there is none. */
int role_signals(void);
/* Gives the signals back to a child before it executes a program. */
void role_restore_signals(void);

#endif
