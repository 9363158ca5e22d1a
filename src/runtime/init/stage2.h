#ifndef S6TS_STAGE2_H
#define S6TS_STAGE2_H
/* Stage 2's parts beside stage2.c. */

#include <stdbool.h>

struct init;

/* fix-attrs.d, cont-init.d and the hook, in a forked child where there is anything in them. Returns the failure's code, 0: none. */
int setup_run(struct init *s);

/* Starts the CMD as a child. False when that failed (said already). */
bool cmd_start(struct init *s);
/* "[cmd] NAME exited N". */
void cmd_say_end(struct init *s);

#endif
