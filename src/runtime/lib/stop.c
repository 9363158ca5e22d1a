#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>
#include "path.h"

enum stop_answer stop_request(const char *scandir, char letter)
{
	char fifo[PATH_MAX];
	if (!path_join(fifo, sizeof fifo, scandir, STOP_FIFO)) {
		errno = ENAMETOOLONG;
		return STOP_FAILED;
	}
	int fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENXIO)
			return STOP_ASKED; /* nobody reads any more: /init is past its last wait */
		return errno == ENOENT ? STOP_NONE : STOP_FAILED;
	}
	ssize_t n;
	do
		n = write(fd, &letter, 1);
	while (n < 0 && errno == EINTR);
	/* EAGAIN: full of requests already. EPIPE: /init went between open and write (SIGPIPE is the caller's to ignore). */
	int error = n < 0 && errno != EAGAIN && errno != EPIPE ? errno : 0;
	(void)close(fd); /* one byte to a fifo: nothing is written late */
	errno = error;
	return error ? STOP_FAILED : STOP_ASKED;
}
