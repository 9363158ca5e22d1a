#include "entries.h"

#include <sys/syscall.h>
#include <unistd.h>

/* getdents64(2)'s: the call itself needs neither a DIR nor its buffer. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

const char *entries_next(struct entries *e)
{
	for (;;) {
		if (e->at >= e->n) {
			e->at = 0;
			e->n = (int)syscall(SYS_getdents64, e->fd, e->buffer, sizeof e->buffer);
			if (e->n <= 0)
				return NULL;
		}
		const struct entry *entry = (const struct entry *)(const void *)((const char *)e->buffer + e->at);
		e->at += entry->reclen;
		const char *name = entry->name;
		if (name[0] != '.' || (name[1] && (name[1] != '.' || name[2])))
			return name;
	}
}
