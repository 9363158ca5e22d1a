#ifndef S6TS_LOGGING_H
#define S6TS_LOGGING_H
/* S6_LOGGING: the catch-all logger, a service named s6-svscan-log that reads uncaught-logs-fifo. */

#include "../lib/process_table.h"

struct init;

#define CATCH_ALL_FIFO WORK "/uncaught-logs-fifo"
#define CATCH_ALL_DIR "/var/log/s6-uncaught-logs"

/*
 * Makes fifo, folder and service, and moves our stdout and stderr to the fifo (s->out_fd, s->err_fd keep the old ones).
 * Without a folder: exits 111 under S6_LOGGING=2, else warns and leaves all as it was.
 */
void logging_start(struct init *s);

/*
 * Waits, in the first seconds of a container only, until the logger reads. Started later than a short CMD has ended it never
 * would: all output would be lost.
 */
void logging_await(struct init *s);

/* Lets go of the fifo, so that the logger sees its end once nobody else writes. Nothing is said after this. */
void logging_end(struct init *s);

#endif
