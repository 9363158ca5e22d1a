#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "glob.h"
#include "scan.h"
#include "str.h"

/* Links followed and wildcards nested: bounds stack and descriptors. The kernel follows 40 links. */
enum { DEPTH_MAX = 40, NAME_SIZE = 256 };

struct state {
	struct resolve_visitor *visitor;
	struct buf path; /* what has been gone through, for messages */
	unsigned int depth;
};

static void go(struct state *s, int dirfd, const char *rest);

static void failed(struct state *s, const char *what)
{
	s->visitor->failed(s->visitor, what, s->path.len ? s->path.s : "/", errno);
}

static void refused(struct state *s, const char *what)
{
	errno = 0;
	failed(s, what);
}

static bool absent(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

/* Appends /name; returns the length to cut back to. */
static size_t path_push(struct state *s, const char *name)
{
	size_t before = s->path.len;
	buf_text(&s->path, "/");
	buf_text(&s->path, name);
	return before;
}

static void path_cut(struct state *s, size_t length)
{
	s->path.len = length;
	s->path.s[length] = '\0';
	s->path.full = false;
}

static bool trusted_link(int dirfd, const char *name, const struct stat *link)
{
	struct stat target;
	if (link->st_uid == 0 || link->st_uid == geteuid())
		return true;
	return fstatat(dirfd, name, &target, 0) == 0 && target.st_uid == link->st_uid;
}

/* Goes on at the link's target with what is left of the pattern behind it. */
static void follow(struct state *s, int dirfd, const char *name, const char *rest)
{
	char target[PATH_MAX];
	char quoted[2 * PATH_MAX];
	struct buf b;
	ssize_t n = readlinkat(dirfd, name, target, sizeof target);
	if (n < 0) {
		failed(s, "read the link");
		return;
	}
	buf_init(&b, quoted, sizeof quoted);
	for (ssize_t i = 0; i < n; i++) {
		if (strchr("*?[\\", target[i]))
			buf_text(&b, "\\"); /* a link's text is no pattern */
		buf_bytes(&b, target + i, 1);
	}
	buf_text(&b, "/");
	buf_text(&b, rest);
	if (b.full) {
		errno = ENAMETOOLONG;
		failed(s, "follow");
		return;
	}
	if (target[0] != '/') {
		go(s, dirfd, quoted);
		return;
	}
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		failed(s, "open /");
		return;
	}
	char path[PATH_MAX];
	struct state fresh = {.visitor = s->visitor, .depth = s->depth};
	buf_init(&fresh.path, path, sizeof path);
	go(&fresh, root, quoted);
	(void)close(root); /* only a place to start from */
}

/* One name, found literally or by a wildcard. */
static void step(struct state *s, int dirfd, const char *name, const char *rest, bool by_wildcard)
{
	struct stat st;
	size_t before = path_push(s, name);
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (!absent(errno))
			failed(s, "look at");
	} else if (S_ISLNK(st.st_mode)) {
		if (!by_wildcard && !trusted_link(dirfd, name, &st)) {
			refused(s, "not followed, as neither root nor its target's owner owns this link:");
		} else if (!by_wildcard) {
			path_cut(s, before);
			follow(s, dirfd, name, rest);
		}
	} else if (!*rest) {
		s->visitor->found(s->visitor, dirfd, name, s->path.s);
	} else {
		int fd = openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0) {
			go(s, fd, rest);
			(void)close(fd); /* only a place to start from */
		} else if (!absent(errno)) {
			failed(s, "open");
		}
	}
	path_cut(s, before);
}

static void expand(struct state *s, int dirfd, const char *pattern, size_t n, const char *rest)
{
	struct scan entries;
	if (!scan_fd(dirfd, &entries)) {
		if (!absent(errno))
			failed(s, "list");
		return;
	}
	for (size_t i = 0; i < entries.count; i++)
		if (glob_match(pattern, n, entries.name[i]))
			step(s, dirfd, entries.name[i], rest, true);
	scan_free(&entries);
}

/* The pattern rest, from the folder dirfd. */
static void go(struct state *s, int dirfd, const char *rest)
{
	char name[NAME_SIZE];
	rest += strspn(rest, "/");
	size_t n = strcspn(rest, "/");
	const char *after = rest + n;
	after += strspn(after, "/");
	if (s->depth == DEPTH_MAX) {
		errno = ELOOP;
		failed(s, "follow");
		return;
	}
	s->depth++;
	if (!n)
		s->visitor->found(s->visitor, dirfd, ".", s->path.len ? s->path.s : "/");
	else if (glob_is_pattern(rest, n))
		expand(s, dirfd, rest, n, after);
	else if (n < NAME_SIZE) {
		glob_unquote(rest, n, name);
		step(s, dirfd, name, after, false);
	} /* longer than any name can be: isn't there */
	s->depth--;
}

void resolve(const char *pattern, size_t n, struct resolve_visitor *visitor)
{
	char path[PATH_MAX];
	char text[PATH_MAX];
	struct buf b;
	struct state s = {.visitor = visitor};
	buf_init(&s.path, path, sizeof path);
	buf_init(&b, text, sizeof text);
	buf_bytes(&b, pattern, n);
	errno = ENAMETOOLONG;
	int root = b.full ? -1 : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		failed(&s, "open");
		return;
	}
	go(&s, root, text);
	(void)close(root); /* only a place to start from */
}
