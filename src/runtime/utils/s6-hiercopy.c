/*
 * s6-hiercopy SOURCE DESTINATION: copies a file, or a folder and all below it, with modes, and with owners where that is
 * permitted. What is there already and not in SOURCE stays. Each file comes into place by a rename.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h> /* renameat: POSIX declares it here */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/copy.h"
#include "../lib/entries.h"
#include "../lib/err.h"
#include "../lib/path.h"
#include "../lib/str.h"

static char temporary[40]; /* a name of ours in whatever folder is being filled */
static dev_t target_dev;   /* the folder that DESTINATION is */
static ino_t target_ino;

/* Where something stands: name in a folder, and its whole path for messages. */
struct place {
	int dirfd;
	const char *name;
	const char *shown;
};

static void copy(struct place from, struct place to, bool top);

/* Owner and mode of a new file that isn't in place yet. Another's set-id bits are not kept where its owner can't be. */
static void give_attributes(int dirfd, const char *name, const struct stat *st, const char *shown)
{
	mode_t mode = st->st_mode & 07777;
	if (fchownat(dirfd, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != EPERM)
			die(EXIT_SYSTEM, "change the owner of", shown);
		if (st->st_uid != geteuid() || st->st_gid != getegid())
			mode &= 01777u;
	}
	if (!S_ISLNK(st->st_mode) && fchmodat(dirfd, name, mode, 0) < 0)
		die(EXIT_SYSTEM, "change the mode of", shown);
}

static void copy_content(struct place from, struct place to)
{
	int in = openat(from.dirfd, from.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (in < 0)
		die(EXIT_SYSTEM, "open", from.shown);
	int out = openat(to.dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		die(EXIT_SYSTEM, "make a file for", to.shown);
	enum copied result = copy_bytes(in, out, UINT64_MAX);
	int error = errno;
	if (result != COPIED)
		(void)unlinkat(to.dirfd, temporary, 0); /* the failure before it is what counts */
	errno = error;
	if (result == COPY_READ_FAILED)
		die(EXIT_SYSTEM, "read", from.shown);
	if (result == COPY_WRITE_FAILED || close(out) < 0)
		die(EXIT_SYSTEM, "write to", to.shown);
	(void)close(in); /* only read from */
}

static void copy_link(struct place from, struct place to)
{
	char text[4096]; /* the kernel allows no more */
	ssize_t n = readlinkat(from.dirfd, from.name, text, sizeof text - 1);
	if (n < 0)
		die(EXIT_SYSTEM, "read the link", from.shown);
	text[n] = '\0';
	if (symlinkat(text, to.dirfd, temporary) < 0)
		die(EXIT_SYSTEM, "make a link for", to.shown);
}

static void copy_file(struct place from, struct place to, const struct stat *st)
{
	if (unlinkat(to.dirfd, temporary, 0) < 0 && errno != ENOENT)
		die(EXIT_SYSTEM, "remove what an earlier copy left beside", to.shown);
	if (S_ISREG(st->st_mode))
		copy_content(from, to);
	else if (S_ISLNK(st->st_mode))
		copy_link(from, to);
	else if (mknodat(to.dirfd, temporary, (st->st_mode & S_IFMT) | 0600, st->st_rdev) < 0)
		die(EXIT_SYSTEM, "make the special file", to.shown);
	give_attributes(to.dirfd, temporary, st, to.shown);
	if (renameat(to.dirfd, temporary, to.dirfd, to.name) < 0) {
		int error = errno;
		(void)unlinkat(to.dirfd, temporary, 0); /* as above */
		errno = error;
		die(EXIT_SYSTEM, "put into place", to.shown);
	}
}

static int open_folder(struct place p, bool follow)
{
	int fd = openat(p.dirfd, p.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		die(EXIT_SYSTEM, "open the folder", p.shown);
	return fd;
}

static void copy_folder(struct place from, struct place to, const struct stat *st, bool top)
{
	struct stat target;
	struct entries entries;
	if (mkdirat(to.dirfd, to.name, 0700) < 0 && errno != EEXIST)
		die(EXIT_SYSTEM, "make the folder", to.shown);
	int in = open_folder(from, false);
	int out = open_folder(to, top); /* below DESTINATION a link could lead anywhere */
	if (fstat(out, &target) < 0)
		die(EXIT_SYSTEM, "read the attributes of", to.shown);
	if (top) {
		target_dev = target.st_dev;
		target_ino = target.st_ino;
	}
	if (st->st_dev == target_dev && st->st_ino == target_ino)
		diex(EXIT_SYSTEM, "the destination lies in the source, at %s", from.shown);
	entries_open(&entries, in);
	for (const char *name; (name = entries_next(&entries));) {
		char shown[2][4096]; /* cut in messages where it is longer */
		(void)path_join(shown[0], sizeof shown[0], from.shown, name);
		(void)path_join(shown[1], sizeof shown[1], to.shown, name);
		copy((struct place){in, name, shown[0]}, (struct place){out, name, shown[1]}, false);
	}
	if (entries.n)
		die(EXIT_SYSTEM, "list", from.shown);
	give_attributes(out, ".", st, to.shown); /* last: the mode may forbid writing */
	(void)close(in); /* only read from */
	(void)close(out);
}

static void copy(struct place from, struct place to, bool top)
{
	struct stat st;
	if (fstatat(from.dirfd, from.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		die(EXIT_SYSTEM, "read the attributes of", from.shown);
	if (S_ISDIR(st.st_mode))
		copy_folder(from, to, &st, top);
	else
		copy_file(from, to, &st);
}

/* The folder that holds path: there the temporary name and the final one are on the same file system. */
static int open_parent(const char *path, const char *base)
{
	char parent[4096];
	struct buf b;
	buf_init(&b, parent, sizeof parent);
	buf_bytes(&b, path, (size_t)(base - path));
	if (!b.len)
		buf_text(&b, ".");
	errno = ENAMETOOLONG;
	int fd = b.full ? -1 : open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die(EXIT_SYSTEM, "open the folder", parent);
	return fd;
}

int applet_s6_hiercopy(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc != 3 || !argv[1][0] || !argv[2][0])
		die_usage("s6-hiercopy source destination");
	char *target = argv[2];
	for (size_t n = strlen(target); n > 1 && target[n - 1] == '/';)
		target[--n] = '\0';
	struct buf b;
	buf_init(&b, temporary, sizeof temporary);
	buf_text(&b, ".s6-hiercopy.");
	buf_number(&b, (uint64_t)getpid());
	const char *base = path_base(target);
	int parent = open_parent(target, base);
	copy((struct place){AT_FDCWD, argv[1], argv[1]}, (struct place){parent, *base ? base : ".", target}, true);
	return 0;
}
