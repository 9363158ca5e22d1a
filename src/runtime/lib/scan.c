#include "scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int by_bytes(const void *a, const void *b)
{
	/* strcmp compares as unsigned char: byte order, whatever the locale */
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Collects the names one after the other, each with its NUL, into memory that grows. */
static char *collect(DIR *dir, size_t *bytes, size_t *count)
{
	char *texts = NULL;
	size_t used = 0;
	size_t size = 0;
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry)
			break;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		size_t n = strlen(entry->d_name) + 1;
		if (used + n > size) {
			size = (used + n) * 2 + 256;
			char *bigger = realloc(texts, size);
			if (!bigger)
				break;
			texts = bigger;
		}
		memcpy(texts + used, entry->d_name, n);
		used += n;
		*count += 1;
	}
	if (errno) {
		int error = errno;
		free(texts);
		errno = error;
		return NULL;
	}
	*bytes = used;
	return texts ? texts : calloc(1, 1);
}

bool scan_at(int dirfd, const char *path, struct scan *out)
{
	*out = (struct scan){0};
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		int error = errno;
		(void)close(fd); /* read only */
		errno = error;
		return false;
	}
	size_t bytes = 0;
	size_t count = 0;
	char *texts = collect(dir, &bytes, &count);
	int error = errno;
	(void)closedir(dir); /* read only */
	errno = error;
	if (!texts)
		return false;
	/* The pointers first, the texts behind them: one block for scan_free. */
	char *block = malloc(count * sizeof(char *) + bytes + 1);
	if (block) {
		out->name = (char **)(void *)block;
		out->count = count;
		char *at = block + count * sizeof(char *);
		memcpy(at, texts, bytes);
		for (size_t i = 0; i < count; i++) {
			out->name[i] = at;
			at += strlen(at) + 1;
		}
		qsort(out->name, count, sizeof(char *), by_bytes);
	}
	free(texts);
	return block != NULL;
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
