#include "supervise_lock.h"

#include <fcntl.h>
#include <unistd.h>

/* Without O_NONBLOCK a fifo of that name would hold us up for ever. */
enum { OPEN = O_NONBLOCK | O_CLOEXEC };

enum lock_state supervise_lock_state(int dirfd, const char *path, pid_t *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dirfd, path, O_RDONLY | OPEN);
	if (fd < 0)
		return LOCK_NONE;
	enum lock_state state = fcntl(fd, F_GETLK, &lock) < 0 ? LOCK_NONE : lock.l_type == F_UNLCK ? LOCK_FREE : LOCK_HELD;
	if (holder)
		*holder = state == LOCK_HELD ? lock.l_pid : 0;
	(void)close(fd); /* read only */
	return state;
}

bool supervise_lock_take(int servicedir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(servicedir, SUPERVISE_LOCK, O_WRONLY | OPEN);
	if (fd < 0)
		return false;
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return true; /* fd stays open: it is the lock */
	(void)close(fd); /* nothing was written */
	return false;
}
