/* s6-cat: copies stdin to stdout, by splice where a pipe is among the two. */

#include "../applets.h"
#include "../lib/copy.h"
#include "../lib/err.h"

int applet_s6_cat(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		die_usage("s6-cat");
	copy_all(0, "stdin", 1, "stdout");
	return 0;
}
