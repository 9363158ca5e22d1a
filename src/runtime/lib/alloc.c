#include "alloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "err.h"
#include "path.h"

void *alloc_more(void *block, size_t n)
{
	void *bigger = realloc(block, n ? n : 1);
	if (!bigger)
		die(EXIT_SYSTEM, "allocate", "memory");
	return bigger;
}

void *alloc(size_t n)
{
	return alloc_more(NULL, n);
}

void *alloc_array(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		die(EXIT_SYSTEM, "allocate", "memory");
	}
	return alloc(count * size);
}

char *alloc_path(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = alloc(size);
	(void)path_join(path, size, folder, name); /* it fits */
	return path;
}
