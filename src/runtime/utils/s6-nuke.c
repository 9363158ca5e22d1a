/* s6-nuke [-h | -t | -k]: sends HUP, TERM then CONT, or KILL to every process that it may; itself it spares. */

#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"

#define USAGE "s6-nuke [ -h | -t | -k ]"

/* Linux leaves the caller and process 1 out of -1. */
static void send_to_all(int number)
{
	if (kill(-1, number) < 0 && errno != ESRCH) /* ESRCH: there is no other process */
		die(EXIT_SYSTEM, "send a signal to", "all processes");
}

int applet_s6_nuke(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	int chosen = 0;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "htk")) != OPTIONS_END;) {
		if (letter == OPTIONS_BAD)
			die_usage(USAGE);
		chosen = letter;
	}
	if (argv[o.next])
		die_usage(USAGE);
	if (chosen == 'h')
		send_to_all(SIGHUP);
	if (chosen == 't') {
		send_to_all(SIGTERM);
		send_to_all(SIGCONT); /* a stopped process acts on the TERM, too */
	}
	if (chosen == 'k')
		send_to_all(SIGKILL);
	return 0;
}
