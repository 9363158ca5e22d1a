#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "io.h"
#include "str.h"

enum { FILE_MAX = 16 << 20, PASSWD_FIELDS = 7, GROUP_FIELDS = 4 };

/* Ids are 32 bits; the last one is chown's "leave as it is". */
#define ID_MAX 0xfffffffeu

struct field {
	const char *s;
	size_t n;
};

static bool field_is(const struct field *f, const char *s, size_t n)
{
	return f->n == n && memcmp(f->s, s, n) == 0;
}

/* Cuts [*at, end) at the next newline into colon-separated fields; false at the end of the text. */
static bool next_line(const char **at, const char *end, struct field *fields, size_t max, size_t *count)
{
	if (*at >= end)
		return false;
	const char *line = *at;
	const char *stop = memchr(line, '\n', (size_t)(end - line));
	if (!stop)
		stop = end;
	*at = stop < end ? stop + 1 : end;
	*count = 0;
	while (*count < max) {
		/* the last field takes the rest of the line */
		const char *colon = *count + 1 < max ? memchr(line, ':', (size_t)(stop - line)) : NULL;
		const char *field_end = colon ? colon : stop;
		fields[*count] = (struct field){line, (size_t)(field_end - line)};
		*count += 1;
		if (!colon)
			break;
		line = colon + 1;
	}
	return true;
}

static bool parse_id(const struct field *f, unsigned int *out)
{
	uint64_t id = 0;
	if (!parse_u64(f->s, f->n, ID_MAX, &id))
		return false;
	*out = (unsigned int)id;
	return true;
}

static bool entry_of(const struct field *f, size_t count, struct passwd_entry *out)
{
	unsigned int uid = 0;
	unsigned int gid = 0;
	if (count < 4 || !f[0].n || !parse_id(&f[2], &uid) || !parse_id(&f[3], &gid))
		return false;
	*out = (struct passwd_entry){.name = f[0].s, .name_len = f[0].n, .uid = uid, .gid = gid, .home = "", .shell = ""};
	if (count > 5) {
		out->home = f[5].s;
		out->home_len = f[5].n;
	}
	if (count > 6) {
		out->shell = f[6].s;
		out->shell_len = f[6].n;
	}
	return true;
}

bool passwd_find_name(const char *text, size_t len, const char *name, size_t name_len, struct passwd_entry *out)
{
	struct field f[PASSWD_FIELDS];
	size_t count = 0;
	for (const char *at = text; next_line(&at, text + len, f, PASSWD_FIELDS, &count);)
		if (field_is(&f[0], name, name_len) && entry_of(f, count, out))
			return true;
	return false;
}

bool passwd_find_uid(const char *text, size_t len, uid_t uid, struct passwd_entry *out)
{
	struct field f[PASSWD_FIELDS];
	size_t count = 0;
	for (const char *at = text; next_line(&at, text + len, f, PASSWD_FIELDS, &count);)
		if (entry_of(f, count, out) && out->uid == uid)
			return true;
	return false;
}

bool group_find_name(const char *text, size_t len, const char *name, size_t name_len, gid_t *out)
{
	struct field f[GROUP_FIELDS];
	size_t count = 0;
	unsigned int gid = 0;
	for (const char *at = text; next_line(&at, text + len, f, GROUP_FIELDS, &count);)
		if (count >= 3 && f[0].n && field_is(&f[0], name, name_len) && parse_id(&f[2], &gid)) {
			*out = gid;
			return true;
		}
	return false;
}

static bool is_member(const struct field *list, const char *user, size_t user_len)
{
	const char *at = list->s;
	const char *end = list->s + list->n;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;
		if ((size_t)(stop - at) == user_len && memcmp(at, user, user_len) == 0)
			return true;
		at = stop + 1;
	}
	return false;
}

size_t group_of_member(const char *text, size_t len, const char *user, size_t user_len, gid_t *out, size_t max)
{
	struct field f[GROUP_FIELDS];
	size_t count = 0;
	size_t found = 0;
	unsigned int gid = 0;
	if (!user_len)
		return 0;
	for (const char *at = text; next_line(&at, text + len, f, GROUP_FIELDS, &count);) {
		if (count < 4 || !parse_id(&f[2], &gid) || !is_member(&f[3], user, user_len))
			continue;
		if (found < max)
			out[found] = gid;
		found++;
	}
	return found;
}

/* USER: a name of passwd, else a number. *gid is that account's group where passwd knows it, else has_gid is false. */
static bool resolve_user(const struct account_db *db, const struct field *f, uid_t *uid, gid_t *gid, bool *has_gid)
{
	struct passwd_entry entry;
	unsigned int id = 0;
	*has_gid = true;
	if (!passwd_find_name(db->passwd, db->passwd_len, f->s, f->n, &entry)) {
		if (!parse_id(f, &id))
			return false;
		if (!passwd_find_uid(db->passwd, db->passwd_len, id, &entry)) {
			*uid = id;
			*has_gid = false;
			return true;
		}
	}
	*uid = entry.uid;
	*gid = entry.gid;
	return true;
}

/* GROUP: a name of group, else a number, else the group of the account of that name. */
static bool resolve_group(const struct account_db *db, const struct field *f, gid_t *gid)
{
	struct passwd_entry entry;
	unsigned int id = 0;
	if (group_find_name(db->group, db->group_len, f->s, f->n, gid))
		return true;
	if (parse_id(f, &id)) {
		*gid = id;
		return true;
	}
	if (!passwd_find_name(db->passwd, db->passwd_len, f->s, f->n, &entry))
		return false;
	*gid = entry.gid;
	return true;
}

/* ",UID:GID": both numbers */
static bool parse_fallback(const char *s, size_t n, uid_t *uid, gid_t *gid)
{
	const char *colon = memchr(s, ':', n);
	if (!colon)
		return false;
	struct field user = {s, (size_t)(colon - s)};
	struct field group = {colon + 1, n - user.n - 1};
	return parse_id(&user, uid) && parse_id(&group, gid);
}

bool account_resolve(const struct account_db *db, const char *spec, size_t len, uid_t *uid, gid_t *gid,
                     const char **why)
{
	const char *comma = memchr(spec, ',', len);
	struct field account = {spec, comma ? (size_t)(comma - spec) : len};
	uid_t fallback_uid = 0;
	gid_t fallback_gid = 0;
	if (comma && !parse_fallback(comma + 1, len - account.n - 1, &fallback_uid, &fallback_gid)) {
		*why = "fall-back of the account is not UID:GID in numbers";
		return false;
	}
	const char *colon = memchr(account.s, ':', account.n);
	struct field user = {account.s, colon ? (size_t)(colon - account.s) : account.n};
	struct field group = {colon ? colon + 1 : "", colon ? account.n - user.n - 1 : 0};
	if (!user.n || (colon && !group.n)) {
		*why = colon ? "account lacks its user or its group" : "account is empty";
		return false;
	}
	gid_t own = 0;
	bool has_gid = false;
	if (!resolve_user(db, &user, uid, &own, &has_gid)) {
		if (!comma) {
			*why = "no such user";
			return false;
		}
		*uid = fallback_uid;
		own = fallback_gid;
		has_gid = true;
	}
	if (!colon) {
		*gid = has_gid ? own : *uid; /* a number that passwd doesn't know: as `docker run --user` reads N:N */
		return true;
	}
	if (resolve_group(db, &group, gid))
		return true;
	*gid = fallback_gid;
	if (!comma)
		*why = "no such group";
	return comma != NULL;
}

static bool load(const char *path, char **text, size_t *len)
{
	*text = load_file_at(AT_FDCWD, path, FILE_MAX, len);
	if (*text)
		return true;
	*len = 0;
	if (errno != ENOENT && errno != ENOTDIR)
		return false;
	*text = calloc(1, 1); /* no file: an empty text */
	return *text != NULL;
}

bool account_db_load(struct account_db *db, const char **what)
{
	*db = (struct account_db){0};
	*what = "/etc/passwd";
	if (!load(*what, &db->passwd, &db->passwd_len))
		return false;
	*what = "/etc/group";
	if (load(*what, &db->group, &db->group_len))
		return true;
	int error = errno;
	account_db_free(db);
	errno = error;
	return false;
}

void account_db_free(struct account_db *db)
{
	free(db->passwd);
	free(db->group);
	*db = (struct account_db){0};
}
