#ifndef S6TS_STOPPING_H
#define S6TS_STOPPING_H
/* Telling the services to stop, without s6-svscan, each through its supervise/control (S6FACTS.md, "Stage 3"). */

struct init;

/* Tells every service and logger of the scan directory, and waits for the services: s6-svscan has gone already. */
void services_stop(struct init *s);
/* cont-finish.d, one after the other. */
void finish_scripts(struct init *s);

#endif
