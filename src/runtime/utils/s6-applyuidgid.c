/*
 * s6-applyuidgid [-z] [-u UID] [-g GID] [-G GIDLIST] [-U] PROG…: what s6-setuidgid ends in. Where ids may be changed it is
 * s6's own. Where nobody may change any (a container's --user, --cap-drop ALL) s6's ends with EPERM even if nothing would
 * change, and the service is started again for ever: there PROG runs as who we are, with a warning if that isn't who was
 * asked for. That gives PROG no right which its parent, /init and all else in the container lack: whoever started it so
 * has taken from everybody what could tell them apart. With one of the two capabilities ids do differ, and a failure
 * stays fatal.
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/account.h"
#include "../lib/capability.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"
#include "../lib/str.h"

#define REAL LIBEXEC "/s6-applyuidgid"

enum { GROUPS_MAX = 1024 };

/* The text of each; NULL: stays as it is. */
struct wanted {
	const char *uid;
	const char *gid;
	const char *groups; /* numbers, commas between them */
	bool unexport;
};

/* A kernel that doesn't say leaves it to setuid(2). */
static bool may_change_ids(void)
{
	return (capabilities() & (CAPABILITY_BIT(CAP_SETUID) | CAPABILITY_BIT(CAP_SETGID))) != 0;
}

/* The index of PROG, or 0: the command line or the variables are wrong, which s6's program says best. */
static size_t parse(char **argv, struct wanted *w)
{
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "zUu:g:G:")) != OPTIONS_END;) {
		if (letter == OPTIONS_BAD)
			return 0;
		if (letter == 'U') {
			w->uid = getenv("UID");
			w->gid = getenv("GID");
			w->groups = getenv("GIDLIST");
			if (!w->uid || !w->gid || !w->groups)
				return 0;
		}
		w->unexport |= letter == 'z';
		w->uid = letter == 'u' ? o.arg : w->uid;
		w->gid = letter == 'g' ? o.arg : w->gid;
		w->groups = letter == 'G' ? o.arg : w->groups;
	}
	return argv[o.next] ? o.next : 0;
}

/* The id in text, or own where text is NULL. Where it is none, s6's program ends us with its usage. */
static unsigned int id_of(const char *text, unsigned int own, char **argv)
{
	uint64_t id = own;
	if (text && !parse_u64(text, strlen(text), UINT32_MAX - 1, &id))
		exec_own(REAL, argv);
	return (unsigned int)id;
}

static bool in_group(gid_t gid)
{
	static gid_t ours[GROUPS_MAX];
	int count = getgroups(GROUPS_MAX, ours);
	bool found = gid == getegid();
	for (int i = 0; i < count && !found; i++)
		found = ours[i] == gid;
	return found;
}

static bool in_groups(const char *list, char **argv)
{
	bool all = true;
	for (const char *at = list; at && *at;) {
		size_t n = strcspn(at, ",");
		uint64_t gid = 0;
		if (!parse_u64(at, n, UINT32_MAX - 1, &gid))
			exec_own(REAL, argv);
		all = all && in_group((gid_t)gid);
		at += n + (at[n] == ',');
	}
	return all;
}

static void warn_unchanged(const char *prog, unsigned int uid, unsigned int gid, const char *groups)
{
	static const char cure[] = "that takes root with the capabilities SETUID and SETGID";
	struct account_db db = {0};
	struct passwd_entry entry;
	const char *what = NULL;
	char name[64];
	struct buf b;
	buf_init(&b, name, sizeof name);
	/* Account files that can't be read know no name either. */
	if (account_db_load(&db, &what) && passwd_find_uid(db.passwd, db.passwd_len, uid, &entry))
		buf_bytes(&b, entry.name, entry.name_len);
	else
		buf_text(&b, "an account without a name");
	if (uid != geteuid() || gid != getegid())
		warnx("not permitted to become %s (%u:%u): %s runs as %u:%u (%s)", name, uid, gid, prog,
		      (unsigned int)geteuid(), (unsigned int)getegid(), cure);
	else
		warnx("not permitted to join the groups %s of %s (%u:%u): %s runs without them (%s)", groups, name, uid,
		      gid, prog, cure);
	account_db_free(&db);
}

int applet_s6_applyuidgid(int argc, char **argv)
{
	struct wanted w = {0};
	size_t prog = 0;
	if (argc < 1 || may_change_ids() || !(prog = parse(argv, &w)))
		exec_own(REAL, argv);
	unsigned int uid = id_of(w.uid, geteuid(), argv);
	unsigned int gid = id_of(w.gid, getegid(), argv);
	bool member = in_groups(w.groups, argv);
	if (uid != geteuid() || gid != getegid() || !member)
		warn_unchanged(argv[prog], uid, gid, w.groups);
	if (w.unexport) {
		(void)unsetenv("UID"); /* valid names: it can't fail */
		(void)unsetenv("GID");
		(void)unsetenv("GIDLIST");
	}
	exec_or_die(argv + prog, environ);
}
