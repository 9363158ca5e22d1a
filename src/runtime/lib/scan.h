#ifndef S6TS_SCAN_H
#define S6TS_SCAN_H
/* The names in a folder, in byte order. */

#include <stdbool.h>
#include <stddef.h>

struct scan {
	char **name; /* count of them; one allocation with their texts */
	size_t count;
};

/* Every name but . and .. ; false with errno set (ENOENT: no such folder). dirfd stays open and may be at any offset. */
bool scan_fd(int dirfd, struct scan *out);
bool scan_at(int dirfd, const char *path, struct scan *out);
void scan_free(struct scan *s);

#endif
