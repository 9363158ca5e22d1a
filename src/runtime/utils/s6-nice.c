/*
 * s6-nice [-I | -i] [-n VALUE] [PROG…]: POSIX nice: runs PROG with VALUE (10) added to its nice value; without PROG
 * prints the present one. Where that isn't permitted, -I (the default) warns and runs it all the same, -i exits 111.
 */

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/spawn.h"
#include "../lib/str.h"

#define USAGE "s6-nice [ -I | -i ] [ -n value ] [ prog... ]"

static int present(void)
{
	errno = 0; /* -1 is a nice value, too */
	int value = getpriority(PRIO_PROCESS, 0);
	if (value == -1 && errno)
		die(EXIT_SYSTEM, "read", "the nice value");
	return value;
}

static bool increment_of(const char *text, int *out)
{
	uint64_t size = 0;
	bool negative = text[0] == '-';
	const char *digits = text + (negative || text[0] == '+');
	if (!parse_u64(digits, strlen(digits), 1000000, &size))
		return false;
	*out = negative ? -(int)size : (int)size;
	return true;
}

int applet_s6_nice(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool strict = false;
	bool given = false;
	int increment = 10;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "Iin:")) != OPTIONS_END;) {
		if (letter == 'n' && increment_of(o.arg, &increment))
			given = true;
		else if (letter == 'I' || letter == 'i')
			strict = letter == 'i';
		else
			die_usage(USAGE);
	}
	int value = present();
	if (!argv[o.next]) {
		if (given)
			die_usage(USAGE); /* nothing to run with it */
		if (value < 0)
			out_byte('-');
		out_number((uint64_t)(value < 0 ? -value : value));
		out_byte('\n');
		out_flush();
		return 0;
	}
	if (setpriority(PRIO_PROCESS, 0, value + increment) < 0) {
		if (strict)
			die(EXIT_SYSTEM, "set", "the nice value");
		warn("set", "the nice value");
	}
	exec_or_die(argv + o.next, environ);
}
