/* logutil-newlogdir [-m MODE] [-o OWNER] DIR…: folders for logs; 2700 and the log user's unless told otherwise. */

#include "../applets.h"
#include "../lib/err.h"
#include "../lib/logdir.h"
#include "../lib/ownership.h"

int applet_logutil_newlogdir(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct log_user user;
	log_user_find(&user);
	struct ownership own = {.mode = LOGDIR_MODE, .uid = user.uid, .gid = user.gid};
	size_t first = ownership_options(argv, "logutil-newlogdir [ -m mode ] [ -o owner ] dir...", &own);
	for (char **dir = argv + first; *dir; dir++)
		if (!logdir_make(*dir, own.mode, own.uid, own.gid, true))
			die(EXIT_SYSTEM, "make the log folder", *dir);
	return 0;
}
