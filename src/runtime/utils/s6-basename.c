/* s6-basename [-n] PATH [SUFFIX]: POSIX basename; -n leaves the newline out. */

#include <stdbool.h>
#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"

#define USAGE "s6-basename [ -n ] path [ suffix ]"

int applet_s6_basename(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct options o = {.argv = argv, .next = 1};
	bool newline = !options_flag(&o, 'n', USAGE);
	const char *path = argv[o.next];
	if (!path || (argv[o.next + 1] && argv[o.next + 2]))
		die_usage(USAGE);
	const char *suffix = argv[o.next + 1];
	size_t end = strlen(path);
	while (end > 1 && path[end - 1] == '/')
		end--;
	size_t start = end;
	while (start && path[start - 1] != '/')
		start--;
	if (start == end && start)
		start--; /* nothing but slashes: one of them */
	size_t cut = suffix ? strlen(suffix) : 0;
	if (cut < end - start && memcmp(path + end - cut, suffix ? suffix : "", cut) == 0)
		end -= cut;
	out_bytes(path + start, end - start);
	if (newline)
		out_byte('\n');
	out_flush();
	return 0;
}
