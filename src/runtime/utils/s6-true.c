/* s6-true: exit code 0, whatever the arguments (POSIX true). */

#include "../applets.h"

int applet_s6_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}
