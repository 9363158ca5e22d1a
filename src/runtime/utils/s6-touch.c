/* s6-touch FILE…: sets the times of each FILE to now; makes one that doesn't exist. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"

static bool touch(const char *path)
{
	/* by name: opening a fifo would wait for its other end */
	if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
		return true;
	if (errno != ENOENT)
		return false;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0666);
	return fd >= 0 && close(fd) == 0;
}

int applet_s6_touch(int argc, char **argv)
{
	int code = 0;
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
	if (argc <= first || (first == 1 && argv[1][0] == '-' && argv[1][1]))
		die_usage("s6-touch file...");
	for (int i = first; i < argc; i++) {
		if (!touch(argv[i])) {
			warn("touch", argv[i]);
			code = EXIT_SYSTEM;
		}
	}
	return code;
}
