/* s6-rename OLD NEW: rename(2), which replaces NEW in one step. */

#include <stdio.h> /* rename: C declares it here */
#include <string.h>
#include "../applets.h"
#include "../lib/err.h"

int applet_s6_rename(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc != 3)
		die_usage("s6-rename old new");
	if (rename(argv[1], argv[2]) < 0)
		diex(EXIT_SYSTEM, "unable to rename %s to %s: %m", argv[1], argv[2]);
	return 0;
}
