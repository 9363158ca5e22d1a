/* s6-svscanctl [-zabhitqnN] SCANDIR: -t, -i and -q ask /init for the stop; all else is the real program's. */

#include <signal.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"
#include "../lib/stop.h"

#define REAL LIBEXEC "/s6-svscanctl"

int applet_s6_svscanctl(int argc, char **argv)
{
	char stop = 0;
	struct options o = {.argv = argv, .next = 1};
	/* An option that is unknown here isn't judged: the real program says what it knows. */
	for (int letter; argc > 0 && (letter = options_next(&o, "zabhitqnNr0678pk")) != OPTIONS_END;) {
		if (letter == OPTIONS_BAD)
			exec_own(REAL, argv);
		if (letter == 't' || letter == 'i' || letter == 'q')
			stop = (char)letter;
	}
	if (!stop || !argv[o.next])
		exec_own(REAL, argv);
	(void)signal(SIGPIPE, SIG_IGN); /* can't fail; /init may go between our open and our write */
	switch (stop_request(argv[o.next], stop)) {
	case STOP_ASKED:
		return 0;
	case STOP_NONE:
		exec_own(REAL, argv); /* another s6-svscan's scan directory */
	case STOP_FAILED:
		break;
	}
	die(EXIT_SYSTEM, "ask for the stop at", argv[o.next]);
}
