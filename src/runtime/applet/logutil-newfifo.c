/* logutil-newfifo [-m MODE] [-o OWNER] PATH: a fifo for logutil-service -f; 0600 and root's unless told otherwise. */

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/ownership.h"

#define USAGE "logutil-newfifo [ -m mode ] [ -o owner ] path"

/* A fifo that is there already stays: somebody may have it open. */
static void make_fifo(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISFIFO(st.st_mode) && unlink(path) < 0)
		die(EXIT_SYSTEM, "replace", path);
	if (mkfifo(path, 0600) < 0 && errno != EEXIST)
		die(EXIT_SYSTEM, "make the fifo", path);
}

int applet_logutil_newfifo(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct ownership own = {.mode = 0600, .uid = geteuid(), .gid = getegid()};
	size_t first = ownership_options(argv, USAGE, &own);
	const char *path = argv[first];
	if (argv[first + 1])
		die_usage(USAGE);
	make_fifo(path);
	if (lchown(path, own.uid, own.gid) < 0) {
		if (errno != EPERM)
			die(EXIT_SYSTEM, "change the owner of", path);
		warn("change the owner of", path); /* a container without that privilege: the fifo works for us */
	}
	if (chmod(path, own.mode) < 0)
		die(EXIT_SYSTEM, "change the mode of", path);
	return 0;
}
