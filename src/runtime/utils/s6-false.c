/* s6-false: exit code 1, whatever the arguments (POSIX false). */

#include "../applets.h"

int applet_s6_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}
