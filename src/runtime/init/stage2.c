/* Stage 2: the user's files, the services, the CMD (RUNTIME.md, "Stage 2"). */

#include "stage2.h"

#include <errno.h>
#include <fcntl.h>
#include "../lib/err.h"
#include "../lib/scan.h"
#include "../lib/str.h"
#include "init.h"
#include "services.h"

/* Services of s6-overlay v3 are not read: each is named rather than silently missing (PAINS.md). */
static void name_v3_services(void)
{
	static const char *const places[] = {"/etc/s6-overlay/s6-rc.d/user/contents.d",
	                                     "/etc/s6-overlay/user-bundles.d/user/contents.d"};
	for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
		struct scan names;
		if (!scan_at(AT_FDCWD, places[p], &names))
			continue; /* no such folder: nothing of v3 here */
		for (size_t i = 0; i < names.count; i++)
			warnx("the service %s of s6-overlay v3 (%s) is not started: move it to /etc/services.d/%s", names.name[i], places[p], names.name[i]);
		scan_free(&names);
	}
}

static void fail(struct init *s, int code)
{
	s->stop = STOP_STAGE2;
	s->code = code;
}

void stage2(struct init *s)
{
	int code = setup_run(s);
	if (s->stop)
		return;
	if (code) {
		fail(s, code);
		return;
	}
	name_v3_services();
	say("[services.d] starting services");
	bool good = services_start(s);
	bool late = false;
	if (s->knob.cmd_wait && s->argv[0])
		late = !services_wait(s);
	if (s->stop)
		return;
	if ((!good || late) && s->knob.behaviour == 2) {
		complain("[services.d] not all services are up: the container stops (S6_BEHAVIOUR_IF_STAGE2_FAILS=2)");
		fail(s, 1);
		return;
	}
	if (!late)
		say("[services.d] done.");
	say_time(s, "started");
	if (s->argv[0] && !cmd_start(s))
		fail(s, EXIT_SYSTEM);
}
