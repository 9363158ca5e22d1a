#include "supervise_lock.h"

#include <fcntl.h>
#include <unistd.h>

bool supervise_lock_take(int servicedir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(servicedir, SUPERVISE_LOCK, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return true; /* fd stays open: it is the lock */
	(void)close(fd); /* nothing was written */
	return false;
}

pid_t supervise_lock_holder(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	pid_t holder = fcntl(fd, F_GETLK, &lock) < 0 ? -1 : lock.l_type == F_UNLCK ? 0 : lock.l_pid;
	(void)close(fd); /* read only */
	return holder;
}
