/*
 * The allocator of the second binary, under names of its own so that the sanitizers' stays in charge. Blocks must not
 * overlap, must keep their bytes, and must be used again.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"

/* Declared, then defined by the file itself under these names. */
void *ours_malloc(size_t n);
void ours_free(void *block);
void *ours_calloc(size_t count, size_t size);
void *ours_realloc(void *block, size_t n);
#define malloc ours_malloc
#define free ours_free
#define calloc ours_calloc
#define realloc ours_realloc
#include "../utils/libc/malloc.c"
#undef malloc
#undef free
#undef calloc
#undef realloc

enum { BLOCKS = 200 };

static uint32_t random_state = 1;

static uint32_t random_number(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

static size_t random_size(void)
{
	uint32_t kind = random_number() % 20;
	return kind == 0 ? 60000 + random_number() % 200000 : kind < 4 ? random_number() % 5000 : random_number() % 100;
}

static bool holds(const unsigned char *block, size_t n, unsigned char byte)
{
	for (size_t i = 0; i < n; i++)
		if (block[i] != byte)
			return false;
	return true;
}

TEST(malloc_keeps_blocks_apart)
{
	static struct {
		unsigned char *block;
		size_t n;
	} all[BLOCKS];
	for (unsigned int round = 0; round < 20000; round++) {
		size_t i = random_number() % BLOCKS;
		unsigned char byte = (unsigned char)i;
		size_t n = random_size();
		size_t common = n < all[i].n ? n : all[i].n;
		CHECK(!all[i].block || holds(all[i].block, all[i].n, byte));
		if (all[i].block && random_number() % 2) {
			ours_free(all[i].block);
			all[i].block = NULL;
			all[i].n = 0;
			continue;
		}
		all[i].block = ours_realloc(all[i].block, n);
		CHECK(all[i].block && (uintptr_t)all[i].block % 16 == 0 && holds(all[i].block, common, byte));
		memset(all[i].block, byte, n);
		all[i].n = n;
	}
	for (size_t i = 0; i < BLOCKS; i++)
		ours_free(all[i].block);
}

TEST(malloc_uses_blocks_again)
{
	void *first = ours_malloc(100);
	void *second = ours_malloc(100);
	ours_free(first);
	CHECK(ours_malloc(112) == first);
	memset(first, 1, 112);
	ours_free(first);
	unsigned char *zeros = ours_calloc(10, 10);
	CHECK((void *)zeros == first && holds(zeros, 100, 0));
	ours_free(zeros);
	ours_free(second);
	ours_free(NULL);
}

TEST(malloc_refuses_what_cannot_be)
{
	CHECK(!ours_malloc(SIZE_MAX) && !ours_malloc(PTRDIFF_MAX) && !ours_calloc(SIZE_MAX / 2, 3));
	char *block = ours_malloc(100000);
	CHECK(block && !ours_realloc(block, PTRDIFF_MAX));
	ours_free(block);
}
