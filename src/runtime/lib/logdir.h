#ifndef S6TS_LOGDIR_H
#define S6TS_LOGDIR_H
/* Folders for logs, and the account that writes them. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LOGDIR_MODE = 02700 };

#define DEFAULT_LOGGING_SCRIPT "n20 s1000000 T"

struct log_user {
	uid_t uid;
	gid_t gid;
	gid_t group[32]; /* supplementary ones */
	size_t groups;
};

/* nobody, or 32768:32768 where the image has no such account (or no readable account files). */
void log_user_find(struct log_user *out);
/* Becomes that user. False with errno (EPERM: not permitted here); then nothing has changed. */
bool log_user_become(const struct log_user *user);

/*
 * Makes path a folder of that mode and owner, with parents of 0755 where they are missing. An existing folder keeps
 * its owner and mode unless fix is set, or its mode is 0: then a call of this was killed in the middle. An owner that may not be changed is no failure. False with errno.
 */
bool logdir_make(const char *path, mode_t mode, uid_t uid, gid_t gid, bool fix);

/* Pure: words of script (cut at blanks and newlines, in place) into out, at most max; returns how many there are. */
size_t logging_script_split(char *script, char **out, size_t max);

#endif
