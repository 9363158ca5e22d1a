/*
 * s6-update-symlinks D SRC1 SRC2…: makes D show all that the sources hold; of two with one name the later counts. Absolute
 * paths only. Where D or a folder in it is real already, its entries are added or replaced, and its others stay; nothing
 * but links is ever replaced. Exit code 100: sources, or a source and what is in D, contradict each other.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h> /* rename: C declares it here */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/link_plan.h"
#include "../lib/scan.h"
#include "../lib/str.h"

enum { EXCHANGE = 2 }; /* renameat2's flag; musl's headers don't have it */

enum kind { NOTHING, LINK, FOLDER, OTHER };

static enum kind kind_of(const char *path)
{
	struct stat st;
	if (lstat(path, &st) == 0)
		return S_ISLNK(st.st_mode) ? LINK : S_ISDIR(st.st_mode) ? FOLDER : OTHER;
	if (errno != ENOENT)
		die(EXIT_SYSTEM, "read the attributes of", path);
	return NOTHING;
}

/* A name beside path, for what isn't complete yet. */
static char *name_beside(const char *path)
{
	struct buf b;
	size_t size = strlen(path) + U64_TEXT + 6;
	buf_init(&b, alloc(size), size);
	buf_text(&b, path);
	buf_text(&b, ".new.");
	buf_number(&b, (uint64_t)getpid());
	return b.s;
}

/* The new folder takes the place of a link, or of nothing. Where the kernel can't exchange, there is a short gap. */
static void put_into_place(const char *fresh, const char *path)
{
	if (rename(fresh, path) == 0)
		return;
	if (syscall(SYS_renameat2, AT_FDCWD, fresh, AT_FDCWD, path, EXCHANGE) == 0) {
		if (unlink(fresh) < 0)
			die(EXIT_SYSTEM, "remove the link", fresh);
		return;
	}
	if (unlink(path) < 0 || rename(fresh, path) < 0)
		die(EXIT_SYSTEM, "replace", path);
}

static void set_link(const char *path, const char *target)
{
	char old[4096];
	ssize_t n = readlink(path, old, sizeof old);
	if (n >= 0 && text_is(old, (size_t)n, target))
		return;
	const char *fresh = name_beside(path);
	if (unlink(fresh) < 0 && errno != ENOENT)
		die(EXIT_SYSTEM, "remove", fresh);
	if (symlink(target, fresh) < 0 || rename(fresh, path) < 0)
		die(EXIT_SYSTEM, "make the link", path);
}

static _Noreturn void conflict(const char *path, const char *target)
{
	diex(EXIT_USAGE, "conflict: %s is there and no link, so it can't become one to %s", path, target);
}

/* A link to target; where path is a real folder, links to all that target holds. */
static void link_to(const char *path, const char *target, bool really)
{
	struct scan names;
	enum kind kind = kind_of(path);
	if (kind == NOTHING || kind == LINK) {
		if (really)
			set_link(path, target);
		return;
	}
	if (kind == OTHER)
		conflict(path, target);
	if (!scan_at(AT_FDCWD, target, &names)) {
		if (errno == ENOTDIR)
			conflict(path, target);
		die(EXIT_SYSTEM, "list", target);
	}
	for (size_t i = 0; i < names.count; i++)
		link_to(alloc_path(path, names.name[i]), alloc_path(target, names.name[i]), really);
}

/* Called twice: first (really false) to see that nothing stands in the way, then to do it. */
static void realize(const char *path, const struct link_plan *plan, bool really)
{
	if (plan->target) {
		link_to(path, plan->target, really);
		return;
	}
	enum kind kind = kind_of(path);
	if (kind == OTHER)
		diex(EXIT_USAGE, "conflict: %s is there and must become a folder", path);
	if (kind != FOLDER && !really)
		return;
	const char *where = kind == FOLDER ? path : name_beside(path);
	if (kind != FOLDER && mkdir(where, 0777) < 0)
		die(EXIT_SYSTEM, "make the folder", where);
	for (size_t i = 0; i < plan->count; i++)
		realize(alloc_path(where, plan->child[i].name), &plan->child[i], really);
	if (kind != FOLDER)
		put_into_place(where, path);
}

/* "/a/b/": the slash at the end would make a link's name a folder's. */
static void cut_slashes(char *path)
{
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/';)
		path[--n] = '\0';
}

int applet_s6_update_symlinks(int argc, char **argv)
{
	struct link_plan plan = {0};
	if (argc < 3)
		die_usage("s6-update-symlinks d src1 src2 ...");
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '/')
			diex(EXIT_USAGE, "%s is no absolute path", argv[i]);
		cut_slashes(argv[i]);
	}
	link_plan_make(argv + 2, (size_t)argc - 2, &plan);
	realize(argv[1], &plan, false);
	realize(argv[1], &plan, true);
	return 0;
}
