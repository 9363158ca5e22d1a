#include "link_plan.h"

#include <fcntl.h>
#include <sys/stat.h>
#include "alloc.h"
#include "err.h"
#include "merge.h"
#include "scan.h"

/* Links to folders count as folders: /bin may lead to usr/bin. One that leads nowhere is a file. */
static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void decide(char *const *paths, size_t count, struct link_plan *out)
{
	bool folder = is_folder(paths[0]);
	for (size_t i = 1; i < count; i++)
		if (is_folder(paths[i]) != folder)
			diex(EXIT_USAGE, "conflict: one of %s and %s is a folder, the other is none", paths[0], paths[i]);
	if (folder && count > 1) {
		link_plan_make(paths, count, out);
		return;
	}
	out->target = paths[count - 1];
	out->source = count - 1;
}

/* All children are links into the same source: then one link to it says the same. */
static bool is_one_source(const struct link_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (!p->child[i].target || p->child[i].source != p->child[0].source)
			return false;
	return true;
}

void link_plan_make(char *const *sources, size_t count, struct link_plan *out)
{
	struct scan *names = alloc_array(count, sizeof *names);
	size_t *holder = alloc_array(count, sizeof *holder);
	struct merge merge = {.folder = names, .count = count, .next = alloc_array(count, sizeof *merge.next)};
	size_t most = 0;
	for (size_t i = 0; i < count; i++) {
		if (!scan_at(AT_FDCWD, sources[i], &names[i]))
			die(EXIT_SYSTEM, "list", sources[i]);
		merge.next[i] = 0;
		most += names[i].count;
	}
	out->target = NULL;
	out->count = 0;
	out->source = count - 1;
	out->child = alloc_array(most, sizeof *out->child);
	size_t holders = 0;
	for (const char *name; (name = merge_next(&merge, holder, &holders));) {
		char **paths = alloc_array(holders, sizeof *paths);
		for (size_t i = 0; i < holders; i++)
			paths[i] = alloc_path(sources[holder[i]], name);
		struct link_plan *child = &out->child[out->count++];
		decide(paths, holders, child);
		child->name = name;
		child->source = holder[child->source];
	}
	if (!is_one_source(out))
		return;
	if (out->count)
		out->source = out->child[0].source;
	out->target = sources[out->source];
}
