#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "entries.h"

/* The names one after the other, each with its NUL, in memory that grows. */
struct names {
	char *text;
	size_t used;
	size_t size;
	size_t count;
};

static int by_bytes(const void *a, const void *b)
{
	/* strcmp compares as unsigned char: byte order, whatever the locale */
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add(struct names *names, const char *name)
{
	size_t n = strlen(name) + 1;
	if (names->used + n > names->size) {
		names->size = (names->used + n) * 2 + 256;
		char *bigger = realloc(names->text, names->size);
		if (!bigger)
			return false;
		names->text = bigger;
	}
	memcpy(names->text + names->used, name, n);
	names->used += n;
	names->count++;
	return true;
}

static bool collect(int fd, struct names *names)
{
	struct entries entries;
	entries_open(&entries, fd);
	for (const char *name; (name = entries_next(&entries));)
		if (!add(names, name))
			return false;
	return entries.n == 0;
}

/* The pointers first, the texts behind them: one block for scan_free. */
static bool arrange(const struct names *names, struct scan *out)
{
	char *block = malloc(names->count * sizeof(char *) + names->used + 1);
	if (!block)
		return false;
	out->name = (char **)(void *)block;
	out->count = names->count;
	char *at = block + names->count * sizeof(char *);
	if (names->used)
		memcpy(at, names->text, names->used);
	for (size_t i = 0; i < names->count; i++) {
		out->name[i] = at;
		at += strlen(at) + 1;
	}
	qsort(out->name, out->count, sizeof(char *), by_bytes);
	return true;
}

bool scan_at(int dirfd, const char *path, struct scan *out)
{
	struct names names = {0};
	*out = (struct scan){0};
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = collect(fd, &names) && arrange(&names, out);
	int error = errno;
	free(names.text);
	(void)close(fd); /* read only */
	errno = error;
	return good;
}

bool scan_fd(int dirfd, struct scan *out)
{
	return scan_at(dirfd, ".", out); /* a descriptor of its own: the caller's offset doesn't matter */
}

void scan_free(struct scan *s)
{
	free(s->name);
	*s = (struct scan){0};
}
