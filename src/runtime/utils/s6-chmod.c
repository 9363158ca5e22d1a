/* s6-chmod PERMS FILE: PERMS is an absolute octal number. */

#include <string.h>
#include <sys/stat.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/str.h"

int applet_s6_chmod(int argc, char **argv)
{
	unsigned int mode = 0;
	if (argc == 4 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc != 3 || !parse_mode(argv[1], strlen(argv[1]), &mode))
		die_usage("s6-chmod perms file (perms in octal, at most 7777)");
	if (chmod(argv[2], mode) < 0)
		die(EXIT_SYSTEM, "change the mode of", argv[2]);
	return 0;
}
