#include "workarea.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/path.h"
#include "../lib/scan.h"
#include "../lib/stop.h"
#include "../lib/str.h"
#include "init.h"

#define FALLBACK "/dev/shm/s6"
#define OLD_WORK "/var/run/s6"
enum { DEEPEST = 64 };

/* Why a candidate was not taken. */
struct refusal {
	const char *step;
	int error;          /* 0: step says it all */
};

static bool remove_entries(int fd, int depth, const char *keep);

static bool remove_below(int dirfd, const char *name, int depth)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM && errno != EACCES)
		return false;
	int error = errno;
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		errno = errno == ENOTDIR || errno == ELOOP ? error : errno;
		return false;
	}
	bool good = depth < DEEPEST && remove_entries(fd, depth + 1, NULL);
	if (depth >= DEEPEST)
		errno = ELOOP;
	error = errno;
	(void)close(fd); /* read only */
	errno = error;
	return good && unlinkat(dirfd, name, AT_REMOVEDIR) == 0;
}

static bool remove_entries(int fd, int depth, const char *keep)
{
	struct scan entries;
	if (!scan_fd(fd, &entries))
		return false;
	bool good = true;
	for (size_t i = 0; good && i < entries.count; i++)
		if (!keep || strcmp(entries.name[i], keep) != 0)
			good = remove_below(fd, entries.name[i], depth);
	int error = errno;
	scan_free(&entries);
	errno = error;
	return good;
}

bool remove_tree(int dirfd, const char *name)
{
	return remove_below(dirfd, name, 0);
}

static bool refuse(struct refusal *why, const char *step)
{
	why->step = step;
	why->error = errno;
	return false;
}

static const char *const folders[] = {"services", "services/.s6-svscan", "container_environment",
                                      "etc",      "env-stage3",          "results"};
enum { FOLDERS = sizeof folders / sizeof folders[0] };

/* The folders, and the fifo that s6-svscanctl writes to: making and opening it is the test that fifos work here. */
static bool fill(struct init *s, int fd, struct refusal *why)
{
	if (!remove_entries(fd, 0, "basedir"))
		return refuse(why, "delete the leftovers of an earlier start in");
	for (size_t i = 0; i < FOLDERS; i++)
		if (mkdirat(fd, folders[i], i == 1 ? 0700 : 0755) < 0)
			return refuse(why, "make folders in");
	if (mkfifoat(fd, "services/" STOP_FIFO, 0600) < 0)
		return refuse(why, "make a fifo in");
	s->stop_fd = openat(fd, "services/" STOP_FIFO, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (s->stop_fd < 0)
		return refuse(why, "open a fifo in");
	s->scan_fd = openat(fd, "services", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->scan_fd < 0)
		return refuse(why, "open services in");
	s->work_fd = fd;
	return true;
}

static int open_folder(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * Held as long as /init lives; no child keeps it, as all of them exec. A volume or /dev/shm may be another container's
 * too, and `docker exec` may start a second /init. Where locks can't be had at all we go on without.
 */
static bool lock(int fd, struct refusal *why)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return true;
	why->error = 0;
	why->step = "another /init uses it, of this container or of one that shares it";
	return false;
}

static bool try_run(struct init *s, struct refusal *why)
{
	int fd = open_folder(WORK);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP) && unlink(WORK) == 0)
		errno = ENOENT; /* a file or link of that name: /run/s6 is ours */
	if (fd < 0 && errno == ENOENT) {
		if (mkdir("/run", 0755) < 0 && errno != EEXIST)
			return refuse(why, "make");
		if (mkdir(WORK, 0755) < 0)
			return refuse(why, "make");
		fd = open_folder(WORK);
	}
	if (fd < 0)
		return refuse(why, "open");
	if (!lock(fd, why) || !fill(s, fd, why)) {
		(void)close(fd); /* read only */
		return false;
	}
	(void)fchmod(fd, 0755); /* shipped as 0777 for any uid; only its owner may take that back */
	return true;
}

/* Do the names a in dir_a and b in dir_b lead to one place? False with errno 0 when they lead to two. */
static bool one_place(int dir_a, const char *a, int dir_b, const char *b)
{
	struct stat x;
	struct stat y;
	if (fstatat(dir_a, a, &x, 0) < 0 || fstatat(dir_b, b, &y, 0) < 0)
		return false;
	errno = 0;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Do the shipped links of /run/s6 lead to what was just made? */
static bool links_lead_here(const struct init *s)
{
	int run = open_folder(WORK); /* when it can't be opened the first look fails */
	bool good = true;
	for (size_t i = 0; good && i < FOLDERS; i++)
		good = one_place(s->work_fd, folders[i], run, folders[i]);
	(void)close(run); /* read only */
	return good;
}

static bool try_fallback(struct init *s, struct refusal *why)
{
	struct stat st;
	/* Nobody but root can hand files to services of other uids; the rest of the pod sees /dev/shm too. */
	mode_t mode = geteuid() == 0 ? 0755 : 0700;
	if (mkdir(FALLBACK, mode) < 0 && errno != EEXIST)
		return refuse(why, "make");
	int fd = open_folder(FALLBACK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(why, "open");
	why->error = 0;
	if (st.st_uid != geteuid()) {
		why->step = "it belongs to another user: to another container of this pod, or an earlier one";
		return false;
	}
	/* Before anything is in it: leftovers may have let the pod in. Ours by uid, so it fails only where modes mean nothing. */
	(void)fchmod(fd, mode);
	if (!lock(fd, why) || !fill(s, fd, why))
		return false;
	if (!links_lead_here(s)) {
		why->step = WORK "/services doesn't lead there: a volume hides the links, or an earlier start left folders";
		why->error = 0;
		return false;
	}
	s->work_shared = true;
	return true;
}

void workarea_end(const struct init *s)
{
	if (s->work_shared)
		(void)remove_tree(AT_FDCWD, FALLBACK); /* nobody is left to be told; the next start deletes leftovers too */
}

static void say_refusal(const char *place, const struct refusal *why)
{
	if (why->error)
		complain("  unable to %s %s: %s", why->step, place, strerror(why->error));
	else
		complain("  %s: %s", place, why->step);
}

/* /var/run/s6, v1's name, must lead to the same place. */
static void old_name(const struct init *s)
{
	for (int tries = 0; tries < 3; tries++) {
		if (one_place(s->work_fd, "services", AT_FDCWD, OLD_WORK "/services"))
			return;
		/* Only what is surely not ours goes: where looking itself fails it may be our work area, by a link. */
		if (errno && errno != ENOENT && errno != ENOTDIR)
			break;
		if (tries) {
			(void)remove_tree(AT_FDCWD, OLD_WORK); /* what failed shows in the next look */
			(void)symlink(WORK, OLD_WORK);
		} else if (mkdir("/var", 0755) == 0 || errno == EEXIST) {
			(void)symlink("/run", "/var/run"); /* EEXIST: a folder of the image, and then: */
		}
	}
	warnx(OLD_WORK " doesn't lead to " WORK ": scripts that use the old name won't find it");
}

/* etc/KIND, the user's files as used. */
static void link_etc(const struct init *s)
{
	static const char *const kinds[] = {"etc/fix-attrs.d", "etc/cont-init.d", "etc/services.d", "etc/cont-finish.d"};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char target[512];
		if (!path_join(target, sizeof target, s->etc, kinds[i] + 4) || symlinkat(target, s->work_fd, kinds[i]) < 0)
			warn("make the link " WORK "/etc to", s->etc);
	}
}

static void name_for_v3(const char *target, const char *path)
{
	if (symlink(target, path) < 0 && errno != EEXIST && errno != EROFS)
		warn("make the link", path);
}

void workarea_make(struct init *s)
{
	struct refusal first;
	struct refusal second;
	if (!try_run(s, &first) && !try_fallback(s, &second)) {
		complain("fatal: there is no place for the work area:");
		say_refusal(WORK, &first);
		say_refusal(FALLBACK, &second);
		diex(EXIT_SYSTEM, "give the container one with --tmpfs " WORK ":uid=%u (Docker), or an emptyDir there (Kubernetes)",
		     geteuid());
	}
	link_etc(s);
	/* Names of v3; shipped as links, but a tmpfs on /run hides them. */
	name_for_v3(OURS "/basedir", WORK "/basedir");
	name_for_v3("s6/services", "/run/service");
	name_for_v3("s6/results", "/run/s6-linux-init-container-results");
	if (!write_file_at(s->work_fd, EXIT_CODE_V3, 0644, "0", 1))
		warn("write", WORK "/" EXIT_CODE_V3);
	memcpy(s->code_v3, "0", 2);
	s->timeline_fd = openat(s->work_fd, "timeline", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	old_name(s);
}
