/* s6-cat: copies stdin to stdout, by splice where a pipe is among the two. */

#include "../applets.h"
#include "../lib/copy.h"
#include "../lib/err.h"

int applet_s6_cat(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		die_usage("s6-cat");
	enum copied result = copy_bytes(0, 1, UINT64_MAX);
	if (result == COPY_READ_FAILED)
		die(EXIT_SYSTEM, "read", "stdin");
	if (result == COPY_WRITE_FAILED)
		die(EXIT_SYSTEM, "write to", "stdout");
	return 0;
}
