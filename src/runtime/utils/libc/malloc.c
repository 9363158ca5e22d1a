/*
 * malloc in 1 KB, where musl's takes 9. Sizes are powers of two; a block that is given back waits in its size's list for
 * the next one of that size. From 64 KB on each block is a mapping of its own, which grows without being copied.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HEAD = 16, SMALLEST = 5, LARGE = 16, CHUNK = 1 << LARGE }; /* sizes with their head: 32 bytes to 32 KB */

/* In front of each block. */
struct head {
	size_t size;       /* with the head */
	struct head *next; /* while it waits in a list */
};

static struct head *waiting[LARGE];
static char *fresh; /* memory never given out */
static size_t room; /* this much */

static void *map(size_t n)
{
	void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return at == MAP_FAILED ? NULL : at;
}

static struct head *head_of(void *block)
{
	return (struct head *)(void *)((char *)block - HEAD);
}

/* The exponent of the least power of two that holds n bytes; LARGE: none of ours does. */
static unsigned int class_of(size_t n)
{
	unsigned int class = SMALLEST;
	while (class < LARGE && n > (size_t)1 << class)
		class++;
	return class;
}

static struct head *small(unsigned int class)
{
	struct head *h = waiting[class];
	size_t size = (size_t)1 << class;
	if (h) {
		waiting[class] = h->next;
		return h;
	}
	if (room < size) {
		char *chunk = map(CHUNK); /* what was left of the one before is lost: less than one block */
		if (!chunk)
			return NULL;
		fresh = chunk;
		room = CHUNK;
	}
	h = (struct head *)(void *)fresh;
	fresh += size;
	room -= size;
	return h;
}

static size_t whole_pages(size_t n)
{
	return (n + HEAD + 4095) & ~(size_t)4095;
}

void *malloc(size_t n)
{
	if (n > PTRDIFF_MAX - CHUNK) {
		errno = ENOMEM;
		return NULL;
	}
	unsigned int class = class_of(n + HEAD);
	size_t size = class == LARGE ? whole_pages(n) : (size_t)1 << class;
	struct head *h = class == LARGE ? map(size) : small(class);
	if (!h)
		return NULL;
	h->size = size;
	return (char *)h + HEAD;
}

void free(void *block)
{
	if (!block)
		return;
	struct head *h = head_of(block);
	unsigned int class = class_of(h->size);
	if (class == LARGE) {
		int error = errno;
		(void)munmap(h, h->size); /* our own mapping: it can't fail in a way that matters */
		errno = error;
		return;
	}
	h->next = waiting[class];
	waiting[class] = h;
}

void *calloc(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	size_t n = count && size ? count * size : 1;
	void *block = malloc(n);
	return block ? memset(block, 0, n) : NULL; /* it may have been used before */
}

void *realloc(void *block, size_t n)
{
	if (!block)
		return malloc(n);
	struct head *h = head_of(block);
	if (n <= h->size - HEAD)
		return block;
	if (class_of(h->size) == LARGE && n <= PTRDIFF_MAX - CHUNK) {
		size_t size = whole_pages(n);
		void *moved = mremap(h, h->size, size, MREMAP_MAYMOVE);
		if (moved == MAP_FAILED)
			return NULL;
		h = moved;
		h->size = size;
		return (char *)h + HEAD;
	}
	void *bigger = malloc(n);
	if (bigger) {
		memcpy(bigger, block, h->size - HEAD);
		free(block);
	}
	return bigger;
}
