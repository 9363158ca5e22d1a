/* halt, poweroff, reboot, shutdown: stop the container, for scripts written for s6-overlay v3. Returns at once. */

#include <signal.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/stop.h"

int applet_halt(int argc, char **argv)
{
	(void)argc; /* -f, -p, -r now, …: a container can only end */
	(void)argv;
	(void)signal(SIGPIPE, SIG_IGN); /* can't fail; /init may go between our open and our write */
	switch (stop_request(SCAN_DIR, 't')) {
	case STOP_ASKED:
		return 0;
	case STOP_NONE:
		diex(EXIT_SYSTEM, "no /init is running in this container");
	case STOP_FAILED:
		break;
	}
	die(EXIT_SYSTEM, "ask for the stop at", SCAN_DIR);
}
