/* qsort for some hundred names: Shell's sort in 0.2 KB, where musl's smoothsort takes 2.4. Stable it need not be. */

#include <stdlib.h>

static void swap(char *a, char *b, size_t size)
{
	while (size--) {
		char byte = a[size];
		a[size] = b[size];
		b[size] = byte;
	}
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	char *at = base;
	size_t gap = 1;
	while (gap < count / 3)
		gap = gap * 3 + 1; /* Knuth's steps: 1, 4, 13, 40, … */
	for (; gap; gap /= 3)
		for (size_t i = gap; i < count; i++)
			for (size_t j = i; j >= gap && compare(at + (j - gap) * size, at + j * size) > 0; j -= gap)
				swap(at + (j - gap) * size, at + j * size, size);
}
