/* parser: merge_next */
/* Input: names separated by NUL bytes, an empty one beginning the next folder. Each comes once, with all its holders. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FOLDERS = 8, NAMES = 64 };

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As a folder gives them: sorted, each once. */
static void tidy(struct scan *s)
{
	size_t kept = 0;
	qsort(s->name, s->count, sizeof(char *), by_bytes);
	for (size_t i = 0; i < s->count; i++)
		if (!kept || strcmp(s->name[kept - 1], s->name[i]) != 0)
			s->name[kept++] = s->name[i];
	s->count = kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *names[FOLDERS][NAMES];
	struct scan folders[FOLDERS] = {0};
	size_t next[FOLDERS] = {0};
	size_t holder[FOLDERS];
	size_t holders = 0;
	size_t total = 0;
	size_t folder = 0;
	char *text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < FOLDERS; i++)
		folders[i].name = names[i];
	for (size_t i = 0; i < size; i += strlen(text + i) + 1) {
		if (!text[i])
			folder = (folder + 1) % FOLDERS;
		else if (folders[folder].count < NAMES)
			names[folder][folders[folder].count++] = text + i;
	}
	for (size_t i = 0; i < FOLDERS; i++) {
		tidy(&folders[i]);
		total += folders[i].count;
	}
	struct merge m = {.folder = folders, .count = FOLDERS, .next = next};
	const char *last = "";
	for (const char *name; (name = merge_next(&m, holder, &holders)); last = name) {
		if (strcmp(last, name) >= 0 || !holders || holders > total)
			abort();
		total -= holders;
		for (size_t i = 1; i < holders; i++)
			if (holder[i - 1] >= holder[i])
				abort();
	}
	if (total)
		abort();
	free(text);
	return 0;
}
