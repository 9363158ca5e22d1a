/* s6-sleep [-m] TIME [PROG…]: sleeps TIME seconds (-m: milliseconds), then executes PROG, if any. */

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/spawn.h"
#include "../lib/str.h"

#define USAGE "s6-sleep [ -m ] time [ prog... ]"

int applet_s6_sleep(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	uint64_t duration = 0;
	struct options o = {.argv = argv, .next = 1};
	uint64_t a_second = options_flag(&o, 'm', USAGE) ? 1000 : 1;
	const char *text = argv[o.next];
	if (!text || !parse_u64(text, strlen(text), INT32_MAX, &duration))
		die_usage(USAGE);
	struct timespec left = {.tv_sec = (time_t)(duration / a_second)};
	left.tv_nsec = (long)(duration % a_second * (1000000000 / a_second));
	while (nanosleep(&left, &left) < 0)
		if (errno != EINTR) /* a signal that didn't kill us: sleep on for what is left */
			die(EXIT_SYSTEM, "sleep", NULL);
	if (argv[o.next + 1])
		exec_or_die(argv + o.next + 1, environ);
	return 0;
}
