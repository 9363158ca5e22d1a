#include "envdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "err.h"
#include "io.h"
#include "path.h"
#include "scan.h"
#include "str.h"

enum { SPARE_SLOTS = 4, NAME_SIZE = 256 };

bool envdir_write(int dirfd, char *const *env, const char **name)
{
	size_t count = 0;
	while (env[count])
		count++;
	/* From the last to the first: of two with one name the first is written last, and stays. */
	while (count--) {
		const char *entry = env[count];
		const char *equals = strchr(entry, '=');
		if (!equals)
			continue; /* no variable: nobody could read it */
		size_t n = (size_t)(equals - entry);
		if (!path_is_name(entry, n)) {
			char shown[64];
			struct buf b;
			buf_init(&b, shown, sizeof shown);
			buf_bytes(&b, entry, n);
			warnx("the variable \"%s%s can't be a file name: left out of container_environment", shown, b.full ? "...\"" : "\"");
			continue;
		}
		char file[NAME_SIZE];
		memcpy(file, entry, n);
		file[n] = '\0';
		if (!write_file_at(dirfd, file, 0644, equals + 1, strlen(equals + 1))) {
			*name = entry;
			return false;
		}
	}
	return true;
}

/* A growing text; offsets instead of pointers, as it moves. */
struct block {
	char *s;
	size_t len;
	size_t size;
};

static bool block_room(struct block *b, size_t n)
{
	if (b->size - b->len >= n)
		return true;
	size_t size = (b->len + n) * 2 + 1024;
	char *bigger = realloc(b->s, size);
	if (!bigger)
		return false;
	b->s = bigger;
	b->size = size;
	return true;
}

/* Appends "NAME=value\0" from one file. 1: done, 0: not a file, or gone by now, -1: errno. */
static int block_add_file(struct block *b, int dirfd, const char *name)
{
	struct stat st;
	/* O_NONBLOCK: a fifo that somebody left here must not hang every script */
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == EACCES) {
		/* somebody keeps a secret from this user: no reason to keep all else from it */
		warnx("not permitted to read the variable %s: left out", name);
		return 0;
	}
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? 0 : -1;
	int result = -1;
	size_t n = strlen(name);
	size_t start = b->len;
	if (fstat(fd, &st) < 0)
		goto out;
	if (!S_ISREG(st.st_mode)) {
		result = 0;
		goto out;
	}
	if (!block_room(b, n + 2))
		goto out;
	memcpy(b->s + b->len, name, n);
	b->s[b->len + n] = '=';
	b->len += n + 1;
	for (;;) {
		size_t want = st.st_size > 0 && b->len - start == n + 1 ? (size_t)st.st_size + 1 : 512;
		if (!block_room(b, want + 1))
			goto out;
		ssize_t got = read_all(fd, b->s + b->len, want);
		if (got < 0)
			goto out;
		/* A NUL can't be in an environment: a newline stands for it, as in s6-envdir's files. */
		for (ssize_t i = 0; i < got; i++)
			if (!b->s[b->len + (size_t)i])
				b->s[b->len + (size_t)i] = '\n';
		b->len += (size_t)got;
		if ((size_t)got < want)
			break;
	}
	b->s[b->len++] = '\0';
	result = 1;
out:;
	int error = errno;
	(void)close(fd); /* read only */
	errno = error;
	if (result != 1)
		b->len = start;
	return result;
}

char **envdir_read(int dirfd, const char **name)
{
	struct scan files;
	*name = ".";
	if (!scan_fd(dirfd, &files))
		return NULL;
	struct block b = {0};
	size_t count = 0;
	for (size_t i = 0; i < files.count; i++) {
		if (strchr(files.name[i], '='))
			continue;
		int added = block_add_file(&b, dirfd, files.name[i]);
		if (added < 0) {
			static char failed[NAME_SIZE];
			struct buf shown;
			buf_init(&shown, failed, sizeof failed);
			buf_text(&shown, files.name[i]);
			*name = failed;
			goto fail;
		}
		count += (size_t)added;
	}
	char **env = calloc(count + SPARE_SLOTS + 1, sizeof *env);
	if (!env)
		goto fail;
	size_t n = 0;
	for (size_t at = 0; at < b.len; at += strlen(b.s + at) + 1) /* an offset: b.s is NULL for an empty folder */
		env[n++] = b.s + at;
	scan_free(&files);
	return env;
fail:;
	int error = errno;
	free(b.s);
	scan_free(&files);
	errno = error;
	return NULL;
}

char **container_env_load(void)
{
	const char *name = ".";
	int fd = open(CONTAINER_ENVIRONMENT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	char **env = fd < 0 ? NULL : envdir_read(fd, &name);
	if (!env)
		diex(EXIT_SYSTEM, "unable to read " CONTAINER_ENVIRONMENT "/%s: %m", name);
	(void)close(fd); /* read only */
	return env;
}

const char *env_get(char *const *env, const char *name)
{
	size_t n = strlen(name);
	for (; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

bool env_is_set(char *const *env, const char *name)
{
	const char *value = env_get(env, name);
	return value && value[0] && strcmp(value, "0") != 0;
}

void env_put(char **env, char *entry)
{
	size_t n = strcspn(entry, "=") + 1;
	for (; *env; env++)
		if (strncmp(*env, entry, n) == 0)
			break;
	if (!*env)
		env[1] = NULL;
	*env = entry;
}

/* Is dir one of path's parts? */
static bool path_holds(const char *path, const char *dir)
{
	for (const char *at = path;;) {
		size_t n = strcspn(at, ":");
		if (text_is(at, n, dir))
			return true;
		if (!at[n])
			return false;
		at += n + 1;
	}
}

bool path_with_command(char *out, size_t size, const char *path, bool in_front)
{
	struct buf b;
	buf_init(&b, out, size);
	bool there = path_holds(path, COMMAND_DIR);
	if (in_front && !there)
		buf_text(&b, path[0] ? COMMAND_DIR ":" : COMMAND_DIR);
	buf_text(&b, path);
	if (!in_front && !there)
		buf_text(&b, path[0] ? ":" COMMAND_DIR : COMMAND_DIR);
	return !b.full;
}
