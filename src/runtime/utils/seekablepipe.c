/*
 * WRITER | seekablepipe TMPFILE READER [ARGS…]: executes READER with a file that holds all of stdin as its stdin. TMPFILE
 * has no name any more by then. One that was there is removed, not written into: it may be another's.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/copy.h"
#include "../lib/err.h"
#include "../lib/spawn.h"

static int make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		die(EXIT_SYSTEM, "make", path);
	return fd;
}

int applet_seekablepipe(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc < 3)
		die_usage("seekablepipe tmpfile reader [ args... ]");
	const char *path = argv[1];
	int writing = make(path);
	int reading = open(path, O_RDONLY | O_CLOEXEC); /* READER must not be able to write to it */
	if (reading < 0)
		die(EXIT_SYSTEM, "open", path);
	if (unlink(path) < 0)
		die(EXIT_SYSTEM, "remove", path);
	copy_all(0, "stdin", writing, path);
	if (close(writing) < 0)
		die(EXIT_SYSTEM, "write to", path);
	if (dup2(reading, 0) < 0)
		die(EXIT_SYSTEM, "make it stdin:", path);
	exec_or_die(argv + 2, environ);
}
