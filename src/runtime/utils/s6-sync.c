/* s6-sync: sync(2), which on Linux returns when all is written. */

#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"

int applet_s6_sync(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		die_usage("s6-sync");
	sync();
	return 0;
}
