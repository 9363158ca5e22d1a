/* s6-test EXPRESSION…: s6-portable-utils' program, which lives on as execline's eltest (same interface and codes). */

#include "../applets.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"

int applet_s6_test(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	exec_own(BIN "/eltest", argv);
}
