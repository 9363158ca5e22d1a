/* s6-linkname [-f] [-n] PATH: what a symbolic link holds, or with -f PATH with all links in it resolved. */

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"

#define USAGE "s6-linkname [ -f ] [ -n ] path"

int applet_s6_linkname(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool resolve = false;
	bool newline = true;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "fn")) != OPTIONS_END;) {
		if (letter == 'f')
			resolve = true;
		else if (letter == 'n')
			newline = false;
		else
			die_usage(USAGE);
	}
	const char *path = argv[o.next];
	if (!path || argv[o.next + 1])
		die_usage(USAGE);
	static char result[PATH_MAX]; /* the kernel allows a link no more */
	if (resolve) {
		if (!realpath(path, result))
			die(EXIT_SYSTEM, "resolve", path);
		out_text(result);
	} else {
		ssize_t n = readlink(path, result, sizeof result);
		if (n < 0)
			die(EXIT_SYSTEM, "read the link", path);
		out_bytes(result, (size_t)n);
	}
	if (newline)
		out_byte('\n');
	out_flush();
	return 0;
}
