/* s6-ls [-0] [-a | -A] [-x EXCLUDE]… DIR: the names in DIR, in byte order; those that begin with a dot with -a or -A. */

#include <fcntl.h>
#include <string.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/scan.h"

#define USAGE "s6-ls [ -0 ] [ -a | -A ] [ -x exclude ] dir"

static const char **excluded;
static size_t excluded_count;
static char separator = '\n';

static void show(const char *name)
{
	for (size_t i = 0; i < excluded_count; i++)
		if (strcmp(excluded[i], name) == 0)
			return;
	out_text(name);
	out_byte(separator);
}

int applet_s6_ls(int argc, char **argv)
{
	int hidden = 0; /* as the option's letter */
	struct options o = {.argv = argv, .next = 1};
	excluded = alloc_array((size_t)argc + 1, sizeof *excluded);
	for (int letter; (letter = options_next(&o, "0aAx:")) != OPTIONS_END;) {
		if (letter == '0')
			separator = '\0';
		else if (letter == 'a' || letter == 'A')
			hidden = letter;
		else if (letter == 'x')
			excluded[excluded_count++] = o.arg;
		else
			die_usage(USAGE);
	}
	const char *path = argv[o.next];
	struct scan names;
	if (!path || argv[o.next + 1])
		die_usage(USAGE);
	if (!scan_at(AT_FDCWD, path, &names))
		die(EXIT_SYSTEM, "list", path);
	if (hidden == 'A') {
		show(".");
		show("..");
	}
	for (size_t i = 0; i < names.count; i++)
		if (hidden || names.name[i][0] != '.')
			show(names.name[i]);
	out_flush();
	return 0;
}
