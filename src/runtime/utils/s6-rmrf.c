/* s6-rmrf SUBTREE: removes a file, or a folder and all below it; links are removed, never followed. Nothing there: 0. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/entries.h"
#include "../lib/err.h"
#include "../lib/path.h"

static void remove_at(int dirfd, const char *name, const char *shown);

/* Reads again from the start until nothing is left: some file systems skip names when others go meanwhile. */
static void remove_below(int fd, const char *shown)
{
	struct entries entries;
	for (bool found = true; found;) {
		found = false;
		if (lseek(fd, 0, SEEK_SET) < 0)
			die(EXIT_SYSTEM, "list", shown);
		entries_open(&entries, fd);
		for (const char *name; (name = entries_next(&entries)); found = true) {
			char path[4096]; /* cut in the message where it is longer */
			(void)path_join(path, sizeof path, shown, name);
			remove_at(fd, name, path);
		}
		if (entries.n)
			die(EXIT_SYSTEM, "list", shown);
	}
}

/* dirfd/name; shown is for messages. Tells the first failure and ends. */
static void remove_at(int dirfd, const char *name, const char *shown)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return;
	if (errno != EISDIR && errno != EPERM)
		die(EXIT_SYSTEM, "remove", shown);
	int error = errno;
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOTDIR || errno == ELOOP)
			errno = error; /* a file that may not be removed */
		die(EXIT_SYSTEM, "remove", shown);
	}
	remove_below(fd, shown);
	(void)close(fd); /* only read from */
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		die(EXIT_SYSTEM, "remove", shown);
}

int applet_s6_rmrf(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc != 2 || !argv[1][0])
		die_usage("s6-rmrf subtree");
	char *path = argv[1];
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0'; /* unlink of "link/" would act on what it leads to */
	const char *name = path_base(path);
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		diex(EXIT_USAGE, "refusing to remove %s", path);
	remove_at(AT_FDCWD, path, path);
	return 0;
}
