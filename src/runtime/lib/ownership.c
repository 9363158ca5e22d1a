#include "ownership.h"

#include <string.h>
#include "account.h"
#include "err.h"
#include "options.h"
#include "str.h"

static void resolve_owner(const char *owner, struct ownership *out)
{
	struct account_db db;
	const char *why = NULL;
	if (!account_db_load(&db, &why))
		die(EXIT_SYSTEM, "read", why);
	if (!account_resolve(&db, owner, strlen(owner), &out->uid, &out->gid, &why))
		diex(1, "%s: \"%s\"", why, owner);
	account_db_free(&db);
}

size_t ownership_options(char *const *argv, const char *usage, struct ownership *out)
{
	struct options o = {.argv = argv, .next = argv[0] ? 1 : 0};
	for (int letter; (letter = options_next(&o, "m:o:")) != OPTIONS_END;) {
		if (letter == 'o')
			resolve_owner(o.arg, out);
		else if (letter != 'm' || !parse_mode(o.arg, strlen(o.arg), &out->mode))
			die_usage(usage);
	}
	if (!argv[o.next])
		die_usage(usage);
	return o.next;
}
