/* s6-overlay-version: prints the version of this overlay. */

#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/io.h"

int applet_s6_overlay_version(int argc, char **argv)
{
	static const char version[] = S6TS_VERSION "\n";
	(void)argc;
	(void)argv;
	if (!write_all(1, version, strlen(version)))
		die(EXIT_SYSTEM, "write to", "stdout");
	return 0;
}
