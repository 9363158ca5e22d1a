#include "logdir.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "account.h"
#include "str.h"

void log_user_find(struct log_user *out)
{
	struct account_db db;
	struct passwd_entry entry;
	const char *what = NULL;
	*out = (struct log_user){.uid = NOBODY_ID, .gid = NOBODY_ID};
	if (!account_db_load(&db, &what))
		return; /* unreadable is as good as absent: logging must go on */
	if (passwd_find_name(db.passwd, db.passwd_len, "nobody", strlen("nobody"), &entry)) {
		const size_t max = sizeof out->group / sizeof out->group[0];
		size_t n = group_of_member(db.group, db.group_len, "nobody", strlen("nobody"), out->group, max);
		out->uid = entry.uid;
		out->gid = entry.gid;
		out->groups = n < max ? n : max;
	}
	account_db_free(&db);
}

bool log_user_become(const struct log_user *user)
{
	gid_t before = getegid();
	if (geteuid() == user->uid && before == user->gid)
		return true;
	if (setgroups(user->groups, user->group) < 0)
		return false;
	if (setgid(user->gid) < 0)
		return false;
	if (setuid(user->uid) == 0)
		return true;
	int error = errno;
	(void)setgid(before); /* best effort: the caller goes on undropped */
	errno = error;
	return false;
}

static bool make_parents(const char *path)
{
	char parent[PATH_MAX];
	for (const char *slash = path + strspn(path, "/"); (slash = strchr(slash, '/')); slash += strspn(slash, "/")) {
		struct buf b;
		buf_init(&b, parent, sizeof parent);
		buf_bytes(&b, path, (size_t)(slash - path));
		if (b.full) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (!slash[strspn(slash, "/")])
			break; /* only slashes follow: that was the last component */
		if (mkdir(parent, 0755) < 0 && errno != EEXIST && errno != EROFS) /* EROFS: it may be there all the same */
			return false;
	}
	return true;
}

bool logdir_make(const char *path, mode_t mode, uid_t uid, gid_t gid, bool fix)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return false;
	}
	/* Without any permission: who made it was killed before it was done. A restarted logger goes on from there. */
	if (there && !fix && (st.st_mode & 0777))
		return true;
	if (!there && (!make_parents(path) || (mkdir(path, 0) < 0 && errno != EEXIST) || stat(path, &st) < 0))
		return false;
	if ((st.st_uid != uid || st.st_gid != gid) && chown(path, uid, gid) < 0 && errno != EPERM)
		return false;
	return (st.st_mode & 07777) == mode || chmod(path, mode) == 0;
}

size_t logging_script_split(char *script, char **out, size_t max)
{
	static const char blanks[] = " \t\r\n";
	size_t n = 0;
	for (char *at = script + strspn(script, blanks); *at; at += strspn(at, blanks)) {
		if (n < max)
			out[n] = at;
		n++;
		at += strcspn(at, blanks);
		if (*at)
			*at++ = '\0';
	}
	return n;
}
