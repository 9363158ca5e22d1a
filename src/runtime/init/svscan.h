#ifndef S6TS_SVSCAN_H
#define S6TS_SVSCAN_H
/* The real s6-svscan as our child: starting it, asking it to look again, ending it (S6FACTS.md, "Four walls"). */

struct init;

void svscan_start(struct init *s);
/* Has it look for new services: now if it listens already, else its first scan finds them. */
void svscan_rescan(struct init *s);
/* Ends it without its telling a service: only `b` is ever sent. Returns when it has gone. */
void svscan_end(struct init *s);

#endif
