/* s6-dumpenv [-m MODE] DIR: one file a variable, its value byte for byte, in DIR, which is made where it is missing. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/options.h"
#include "../lib/path.h"
#include "../lib/str.h"

#define USAGE "s6-dumpenv [ -m mode ] dir"

static void dump(int dirfd, const char *dir, const char *entry)
{
	char name[256];
	size_t n = strcspn(entry, "=");
	if (!path_is_name(entry, n)) {
		warnx("left out, since it can't be a file's name: %s", entry);
		return;
	}
	memcpy(name, entry, n);
	name[n] = '\0';
	const char *value = entry[n] ? entry + n + 1 : "";
	if (!write_file_at(dirfd, name, 0644, value, strlen(value)))
		diex(EXIT_SYSTEM, "unable to write %s/%s: %m", dir, name);
}

int applet_s6_dumpenv(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	unsigned int mode = 0755;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "m:")) != OPTIONS_END;)
		if (letter != 'm' || !parse_mode(o.arg, strlen(o.arg), &mode))
			die_usage(USAGE);
	const char *path = argv[o.next];
	if (!path || argv[o.next + 1])
		die_usage(USAGE);
	bool made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST)
		die(EXIT_SYSTEM, "make the folder", path);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die(EXIT_SYSTEM, "open", path);
	for (char **entry = environ; *entry; entry++)
		dump(fd, path, *entry);
	/* last: a mode without write permission must not keep us from writing */
	if (made && fchmod(fd, mode) < 0)
		die(EXIT_SYSTEM, "change the mode of", path);
	return 0;
}
