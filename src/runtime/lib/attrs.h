#ifndef S6TS_ATTRS_H
#define S6TS_ATTRS_H
/* Giving a file, or a whole tree, an owner and modes; nothing that is right already is touched. */

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

struct attrs {
	uid_t uid;
	gid_t gid;
	bool set_fmode;
	bool set_dmode;
	mode_t fmode; /* for all that is no folder */
	mode_t dmode; /* for folders */
	bool recurse;
	bool hidden; /* below the named path, names that begin with a dot too */
};

/* Told of each failure: what ("change the owner of"), on which path, with which errno. The walk goes on. */
struct attrs_failures {
	void (*failed)(struct attrs_failures *self, const char *what, const char *path, int error);
};

/*
 * Gives dirfd/name the attributes, and all below it where it is a folder and a->recurse. Symbolic links are neither
 * followed nor changed. A name that isn't there (any more) is no failure. shown: its whole path, for messages.
 */
void attrs_apply_tree(int dirfd, const char *name, const char *shown, const struct attrs *a,
                      struct attrs_failures *failures);

/*
 * chown (first: it takes setuid and setgid away), then chmod, each only where *st differs. st: from fstatat without
 * following; it must be no link. *what names the step that failed. False with errno.
 */
bool attrs_apply(int dirfd, const char *name, const struct stat *st, const struct attrs *a, const char **what);

#endif
