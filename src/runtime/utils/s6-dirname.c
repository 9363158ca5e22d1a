/* s6-dirname [-n] PATH: POSIX dirname; -n leaves the newline out. */

#include <stdbool.h>
#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"

#define USAGE "s6-dirname [ -n ] path"

static size_t without_slashes(const char *path, size_t n)
{
	while (n && path[n - 1] == '/')
		n--;
	return n;
}

int applet_s6_dirname(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct options o = {.argv = argv, .next = 1};
	bool newline = !options_flag(&o, 'n', USAGE);
	const char *path = argv[o.next];
	if (!path || argv[o.next + 1])
		die_usage(USAGE);
	size_t n = without_slashes(path, strlen(path));
	while (n && path[n - 1] != '/')
		n--;
	n = without_slashes(path, n);
	if (n)
		out_bytes(path, n);
	else
		out_text(*path == '/' ? "/" : ".");
	if (newline)
		out_byte('\n');
	out_flush();
	return 0;
}
