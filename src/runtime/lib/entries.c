#include "entries.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* getdents64(2)'s entries. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

void entries_open(struct entries *e, int fd)
{
	e->fd = fd;
	e->at = 0;
	e->n = 0;
}

const char *entries_next(struct entries *e)
{
	for (;;) {
		if (e->at >= e->n) {
			errno = 0;
			e->at = 0;
			e->n = syscall(SYS_getdents64, e->fd, e->buffer, sizeof e->buffer);
			if (e->n <= 0)
				return NULL;
		}
		const struct entry *entry = (const struct entry *)(const void *)((const char *)e->buffer + e->at);
		e->at += entry->reclen;
		if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
			return entry->name;
	}
}
