#ifndef S6TS_FORGOTTEN_H
#define S6TS_FORGOTTEN_H
/*
 * The supervisors that s6-svscan 2.13.1.0 forgets. It starts a dead one a second after its last start, and all dead ones
 * at the time of the first: those whose second is not over then are passed over, without a new time. They wait for the
 * next supervisor that ends, which may be never.
 */

#include <stdbool.h>
#include <stdint.h>

/*
 * For a supervisor that s6-svscan has started again (in the scan directory, `name` its service), at `started_ns`: waits
 * until every other service that ever had a supervisor has one, for a second at most. True when one still has none then:
 * s6-svscan starts it, and the caller, as soon as the caller ends.
 */
bool forgotten_wait(const char *name, uint64_t started_ns);

#endif
