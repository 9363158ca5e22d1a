#include "merge.h"

#include <string.h>

static const char *head(const struct merge *m, size_t i)
{
	return m->next[i] < m->folder[i].count ? m->folder[i].name[m->next[i]] : NULL;
}

const char *merge_next(struct merge *m, size_t *holder, size_t *holders)
{
	const char *first = NULL;
	for (size_t i = 0; i < m->count; i++) {
		const char *name = head(m, i);
		if (name && (!first || strcmp(name, first) < 0))
			first = name;
	}
	*holders = 0;
	for (size_t i = 0; first && i < m->count; i++) {
		const char *name = head(m, i);
		if (name && strcmp(name, first) == 0) {
			holder[(*holders)++] = i;
			m->next[i]++;
		}
	}
	return first;
}
