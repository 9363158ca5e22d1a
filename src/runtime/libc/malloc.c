/*
 * malloc for short lives: memory is handed out in a row and only the last block given is ever taken back. musl's own
 * costs 9 KB of our 64. /init allocates a few KB in its whole life; applets exec or end at once.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ALIGN = 16, CHUNK = 65536 };

static char *next;  /* free from here */
static size_t room; /* this much */
static char *last;  /* the block given last */

/* Each block has its size in front. */
static size_t *size_of(void *block)
{
	return (size_t *)(void *)((char *)block - ALIGN);
}

static char *pages(size_t n)
{
#ifdef SYS_mmap2
	long at = syscall(SYS_mmap2, NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#else
	long at = syscall(SYS_mmap, NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
#endif
	return at == -1 ? NULL : (char *)at;
}

void *malloc(size_t n)
{
	if (n > PTRDIFF_MAX - CHUNK) {
		errno = ENOMEM;
		return NULL;
	}
	size_t need = (n + ALIGN - 1) / ALIGN * ALIGN + ALIGN;
	if (need > room) {
		size_t map = need > CHUNK ? (need + CHUNK - 1) / CHUNK * CHUNK : CHUNK;
		char *fresh = pages(map);
		if (!fresh)
			return NULL;
		next = fresh;
		room = map;
	}
	last = next + ALIGN;
	next += need;
	room -= need;
	*size_of(last) = n;
	return last;
}

void free(void *block)
{
	if (!block || block != last)
		return;
	size_t used = (size_t)(next - last) + ALIGN;
	next -= used;
	room += used;
	last = NULL;
}

void *calloc(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	size_t n = count * size;
	void *block = malloc(n ? n : 1);
	if (block)
		memset(block, 0, n); /* free gives memory back that was written to */
	return block;
}

void *realloc(void *block, size_t n)
{
	if (!block)
		return malloc(n);
	size_t old = *size_of(block);
	if (n <= old)
		return block;
	void *bigger = malloc(n);
	if (bigger)
		memcpy(bigger, block, old);
	return bigger;
}
