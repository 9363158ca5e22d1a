#ifndef S6TS_EXITCODE_H
#define S6TS_EXITCODE_H
/* The container's exit code, and the files in which scripts read and set it. */

#include <stddef.h>

struct init;

/* Pure: "7", "7\n", " 7 " → 7; -1 for anything that isn't a number from 0 to 255. */
int exit_code_parse(const char *text, size_t n);

/* The code as we know it goes into the files, for finish scripts to read; with force over what a script wrote, too. */
void exit_code_publish(struct init *s, int force);
/* The code to exit with: what a script wrote, else ours. */
int exit_code_final(struct init *s);

#endif
