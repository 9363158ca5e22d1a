/* logutil-newfifo [-m MODE] [-o OWNER] PATH: a fifo for logutil-service -f; 0600 and root's unless told otherwise. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/account.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/str.h"

#define USAGE "logutil-newfifo [ -m mode ] [ -o owner ] path"

/* A fifo that is there already stays: somebody may have it open. */
static void make_fifo(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISFIFO(st.st_mode)) {
		if (unlink(path) < 0)
			die(EXIT_SYSTEM, "replace", path);
	}
	if (mkfifo(path, 0600) < 0 && errno != EEXIST)
		die(EXIT_SYSTEM, "make the fifo", path);
}

int applet_logutil_newfifo(int argc, char **argv)
{
	unsigned int mode = 0600;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct account_db db;
	const char *owner = NULL;
	const char *why = NULL;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "m:o:")) != OPTIONS_END;) {
		if (letter == 'o')
			owner = o.arg;
		else if (letter != 'm' || !parse_mode(o.arg, strlen(o.arg), &mode))
			die_usage(USAGE);
	}
	const char *path = argc > 0 ? argv[o.next] : NULL;
	if (!path || argv[o.next + 1])
		die_usage(USAGE);
	if (owner) {
		if (!account_db_load(&db, &why))
			die(EXIT_SYSTEM, "read", why);
		if (!account_resolve(&db, owner, strlen(owner), &uid, &gid, &why))
			diex(1, "%s: \"%s\"", why, owner);
		account_db_free(&db);
	}
	make_fifo(path);
	if (lchown(path, uid, gid) < 0) {
		if (errno != EPERM)
			die(EXIT_SYSTEM, "change the owner of", path);
		warn("change the owner of", path); /* a container without that privilege: the fifo works for us */
	}
	if (chmod(path, mode) < 0)
		die(EXIT_SYSTEM, "change the mode of", path);
	return 0;
}
