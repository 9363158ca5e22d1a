/* logutil-newlogdir [-m MODE] [-o OWNER] DIR…: folders for logs; 2700 and the log user's unless told otherwise. */

#include <string.h>
#include "../applets.h"
#include "../lib/account.h"
#include "../lib/err.h"
#include "../lib/logdir.h"
#include "../lib/options.h"
#include "../lib/str.h"

#define USAGE "logutil-newlogdir [ -m mode ] [ -o owner ] dir..."

int applet_logutil_newlogdir(int argc, char **argv)
{
	unsigned int mode = LOGDIR_MODE;
	struct log_user user;
	struct account_db db;
	const char *owner = NULL;
	const char *why = NULL;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "m:o:")) != OPTIONS_END;) {
		if (letter == 'o')
			owner = o.arg;
		else if (letter != 'm' || !parse_mode(o.arg, strlen(o.arg), &mode))
			die_usage(USAGE);
	}
	if (argc < 2 || !argv[o.next])
		die_usage(USAGE);
	log_user_find(&user);
	if (owner) {
		if (!account_db_load(&db, &why))
			die(EXIT_SYSTEM, "read", why);
		if (!account_resolve(&db, owner, strlen(owner), &user.uid, &user.gid, &why))
			diex(1, "%s: \"%s\"", why, owner);
		account_db_free(&db);
	}
	for (size_t i = o.next; argv[i]; i++)
		if (!logdir_make(argv[i], mode, user.uid, user.gid, true))
			die(EXIT_SYSTEM, "make the log folder", argv[i]);
	return 0;
}
