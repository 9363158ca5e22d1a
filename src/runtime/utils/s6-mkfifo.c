/* s6-mkfifo [-m MODE] [FIFO…]: POSIX mkfifo, MODE in octal. */

#include <string.h>
#include <sys/stat.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/str.h"

#define USAGE "s6-mkfifo [ -m mode ] [ fifo... ]"

int applet_s6_mkfifo(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool exact = false;
	unsigned int mode = 0666;
	int code = 0;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "m:")) != OPTIONS_END;) {
		if (letter != 'm' || !parse_mode(o.arg, strlen(o.arg), &mode))
			die_usage(USAGE);
		exact = true;
	}
	for (size_t i = o.next; argv[i]; i++) {
		if (mkfifo(argv[i], mode) < 0) {
			warn("make the fifo", argv[i]);
			code = EXIT_SYSTEM;
		} else if (exact && chmod(argv[i], mode) < 0) {
			die(EXIT_SYSTEM, "change the mode of", argv[i]);
		}
	}
	return code;
}
