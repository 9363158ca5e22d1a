#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* getdents64(2): the call itself needs neither a DIR nor its buffer. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

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
	uint64_t buffer[512]; /* aligned as struct entry */
	for (;;) {
		long n = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
		if (n <= 0)
			return n == 0;
		for (long at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(const void *)((const char *)buffer + at);
			at += e->reclen;
			if (strcmp(e->name, ".") != 0 && strcmp(e->name, "..") != 0 && !add(names, e->name))
				return false;
		}
	}
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
