#include "attrs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "str.h"

/* Linux 6.6; one number on every architecture but alpha. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* chmod on an open descriptor after making sure that it is still the file that was looked at. */
static bool chmod_opened(int fd, const struct stat *st, mode_t mode, bool by_proc)
{
	struct stat now;
	char path[32 + U64_TEXT];
	struct buf b;
	if (fstat(fd, &now) < 0)
		return false;
	if (now.st_dev != st->st_dev || now.st_ino != st->st_ino || (now.st_mode & S_IFMT) != (st->st_mode & S_IFMT)) {
		errno = ESTALE; /* somebody put another one in its place meanwhile */
		return false;
	}
	if (!by_proc)
		return fchmod(fd, mode) == 0;
	/* A descriptor of O_PATH can be changed by this name only. */
	buf_init(&b, path, sizeof path);
	buf_text(&b, "/proc/self/fd/");
	buf_number(&b, (uint64_t)fd);
	return chmod(path, mode) == 0;
}

/* Kernels before 6.6, and seccomp profiles older than the call (they may answer EPERM): by an open descriptor. */
static bool chmod_by_descriptor(int dirfd, const char *name, const struct stat *st, mode_t mode)
{
	bool by_proc = false;
	int fd = -1;
	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) /* opening anything else may have effects */
		fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		by_proc = true;
		fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0)
		return false;
	bool good = chmod_opened(fd, st, mode, by_proc);
	int error = errno;
	(void)close(fd); /* nothing was written through it */
	errno = error;
	return good;
}

static bool chmod_nofollow(int dirfd, const char *name, const struct stat *st, mode_t mode)
{
	if (syscall(SYS_fchmodat2, dirfd, name, mode, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (errno != ENOSYS && errno != EPERM && errno != EOPNOTSUPP)
		return false;
	return chmod_by_descriptor(dirfd, name, st, mode);
}

bool attrs_apply(int dirfd, const char *name, const struct stat *st, const struct attrs *a, const char **what)
{
	struct stat now = *st;
	bool folder = S_ISDIR(st->st_mode);
	int chown_error = 0;
	if (st->st_uid != a->uid || st->st_gid != a->gid) {
		uid_t uid = st->st_uid == a->uid ? (uid_t)-1 : a->uid;
		gid_t gid = st->st_gid == a->gid ? (gid_t)-1 : a->gid;
		if (fchownat(dirfd, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			chown_error = errno;
		else if (fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) < 0) {
			*what = "look at";
			return false;
		}
	}
	bool set = folder ? a->set_dmode : a->set_fmode;
	mode_t mode = folder ? a->dmode : a->fmode;
	*what = "change the mode of";
	if (set && (now.st_mode & 07777) != mode && !chmod_nofollow(dirfd, name, &now, mode) && !chown_error)
		return false;
	/* Owner and mode are tried both; of two failures the first is told. */
	*what = "change the owner of";
	errno = chown_error;
	return !chown_error;
}
