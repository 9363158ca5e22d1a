#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "attrs.h"
#include "scan.h"
#include "str.h"

/* So many folders at most are held open; farther up they are found again by "..". */
enum { OPEN_MAX_LEVELS = 64 };

struct level {
	int fd; /* -1: closed meanwhile */
	dev_t dev;
	ino_t ino;
	struct scan entries;
	size_t next;
};

struct walk {
	struct level *level;
	size_t depth; /* levels in use */
	size_t size;
	const char *root; /* the path that the walk began at */
	const struct attrs *attrs;
	struct attrs_failures *failures;
};

/* The path of the entry last taken from the deepest level, put together only when something is to be said. */
static void walk_failed(const struct walk *w, const char *what, int error)
{
	char path[PATH_MAX];
	struct buf b;
	buf_init(&b, path, sizeof path);
	buf_text(&b, w->root);
	for (size_t i = 0; i < w->depth; i++) {
		const struct level *l = &w->level[i];
		if (!l->next)
			break; /* the folder itself is meant */
		if (b.len && b.s[b.len - 1] != '/')
			buf_text(&b, "/");
		buf_text(&b, l->entries.name[l->next - 1]);
	}
	w->failures->failed(w->failures, what, path, error);
}

static bool push(struct walk *w, int fd)
{
	struct stat st;
	if (w->depth == w->size) {
		size_t size = w->size * 2 + 16;
		struct level *bigger = realloc(w->level, size * sizeof *bigger);
		if (!bigger)
			return false;
		w->level = bigger;
		w->size = size;
	}
	struct level *l = &w->level[w->depth];
	*l = (struct level){.fd = fd};
	if (fstat(fd, &st) < 0 || !scan_fd(fd, &l->entries))
		return false;
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	w->depth++;
	if (w->depth > OPEN_MAX_LEVELS) {
		struct level *far = &w->level[w->depth - 1 - OPEN_MAX_LEVELS];
		(void)close(far->fd); /* a folder */
		far->fd = -1;
	}
	return true;
}

/* Leaves the deepest level. False: the folder above isn't the one that we came from. */
static bool pop(struct walk *w)
{
	struct level *done = &w->level[--w->depth];
	struct stat st;
	bool good = true;
	if (w->depth && w->level[w->depth - 1].fd < 0) {
		struct level *up = &w->level[w->depth - 1];
		up->fd = openat(done->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		good = up->fd >= 0 && fstat(up->fd, &st) == 0 && st.st_dev == up->dev && st.st_ino == up->ino;
		if (!good && up->fd >= 0)
			errno = ESTALE; /* moved away under our feet: going on there would be somebody else's tree */
	}
	int error = errno;
	scan_free(&done->entries);
	(void)close(done->fd); /* a folder */
	errno = error;
	return good;
}

/* Applies the attributes to one entry; enters it where it is a folder to walk through. */
static void visit(struct walk *w, int dirfd, const char *name)
{
	struct stat st;
	const char *what = NULL;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			walk_failed(w, "look at", errno);
		return;
	}
	if (S_ISLNK(st.st_mode))
		return;
	if (!attrs_apply(dirfd, name, &st, w->attrs, &what) && errno != ENOENT)
		walk_failed(w, what, errno);
	if (!S_ISDIR(st.st_mode) || !w->attrs->recurse)
		return;
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT)
			walk_failed(w, "open", errno);
	} else if (!push(w, fd)) {
		walk_failed(w, "list", errno);
		(void)close(fd); /* a folder */
	}
}

void attrs_apply_tree(int dirfd, const char *name, const char *shown, const struct attrs *a,
                      struct attrs_failures *failures)
{
	struct walk w = {.root = shown, .attrs = a, .failures = failures};
	visit(&w, dirfd, name);
	while (w.depth) {
		struct level *l = &w.level[w.depth - 1];
		if (l->next == l->entries.count) {
			if (!pop(&w)) {
				walk_failed(&w, "go back up from", errno);
				break;
			}
			continue;
		}
		const char *entry = l->entries.name[l->next++];
		if (entry[0] != '.' || a->hidden)
			visit(&w, l->fd, entry);
	}
	while (w.depth) { /* only after a walk that was given up */
		struct level *l = &w.level[--w.depth];
		scan_free(&l->entries);
		if (l->fd >= 0)
			(void)close(l->fd); /* a folder */
	}
	free(w.level);
}
