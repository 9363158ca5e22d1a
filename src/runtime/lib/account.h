#ifndef S6TS_ACCOUNT_H
#define S6TS_ACCOUNT_H
/* Accounts, from the texts of /etc/passwd and /etc/group: no NSS, so that it works in any image. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct account_db {
	char *passwd;
	size_t passwd_len;
	char *group;
	size_t group_len;
};

/* One passwd line; name and home point into the text. */
struct passwd_entry {
	const char *name;
	size_t name_len;
	uid_t uid;
	gid_t gid;
	const char *home;
	size_t home_len;
	const char *shell;
	size_t shell_len;
};

/* Who the log services run as where the image has no account "nobody" (RUNTIME.md, "Stage 1", 4). */
enum { NOBODY_ID = 32768 };

/* Loads both files; one that doesn't exist counts as empty. False (errno set, *what names the file) otherwise. */
bool account_db_load(struct account_db *db, const char **what);
void account_db_free(struct account_db *db);

/* Pure. Lines that don't parse are passed over. */
bool passwd_find_name(const char *text, size_t len, const char *name, size_t name_len, struct passwd_entry *out);
bool passwd_find_uid(const char *text, size_t len, uid_t uid, struct passwd_entry *out);
bool group_find_name(const char *text, size_t len, const char *name, size_t name_len, gid_t *out);
/* The groups that list the user as a member: at most max of them into out; returns how many there are. */
size_t group_of_member(const char *text, size_t len, const char *user, size_t user_len, gid_t *out, size_t max);

/*
 * Pure. An account field: NAME, UID, USER:GROUP (each a name or a number), with a fall-back ",UID:GID" for what isn't
 * found. Seed, "Fixing ownership", rows 4 and 5 as RUNTIME.md corrects them. On false *why says what is wrong.
 */
bool account_resolve(const struct account_db *db, const char *spec, size_t len, uid_t *uid, gid_t *gid,
                     const char **why);

#endif
