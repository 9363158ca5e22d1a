#ifndef S6TS_OWNERSHIP_H
#define S6TS_OWNERSHIP_H
/* The options -m MODE and -o OWNER that logutil-newfifo and logutil-newlogdir share. */

#include <stddef.h>
#include <sys/types.h>

struct ownership {
	unsigned int mode;
	uid_t uid;
	gid_t gid;
};

/*
 * Reads the options into *o, which holds the defaults; OWNER is an account as in fix-attrs. Returns the index of the
 * first operand. Dies with 100 (usage) when there is none or an option is wrong, 1 when the account doesn't exist.
 */
size_t ownership_options(char *const *argv, const char *usage, struct ownership *o);

#endif
