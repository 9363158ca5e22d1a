#ifndef S6TS_SERVICES_H
#define S6TS_SERVICES_H
/* The user's service folders in the scan directory, and what becomes of the services. */

#include <stdbool.h>
#include <stddef.h>
#include "../lib/svstatus.h"

struct init;

/*
 * Builds a folder of links per usable service and has s6-svscan look. Services that can't run are named and left out.
 * False when something of ours failed (said already).
 */
bool services_start(struct init *s);

/*
 * Waits until the services are up (ready, where they notify), at most S6_CMD_WAIT_FOR_SERVICES_MAXTIME, or until a
 * stop. False: some were late, and have been named.
 */
bool services_wait(struct init *s);

/* Subscribes to a service's events: a fifo of ours in its event folder, before s6-supervise exists. */
bool watch_service(struct init *s, int service_fd, size_t index);
/* Reads a service's supervise/status. False: there is none (yet). */
bool service_status(const struct init *s, const char *name, struct svstatus *out);
/* Ends the subscriptions that only services_wait needed. */
void watch_done(struct init *s);

#endif
