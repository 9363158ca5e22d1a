#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "../lib/err.h"

/* Who has accepted answers at once; longer, and it is stuck. */
enum { ANSWER_SECONDS = 2 };

static bool address(const char *path, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	size_t n = strlen(path);
	if (n >= sizeof out->sun_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(out->sun_path, path, n);
	return true;
}

static bool close_bad(int fd)
{
	int error = errno;
	(void)close(fd); /* the failure before it is what counts */
	errno = error;
	return false;
}

bool handover_open(const char *path, int *fd)
{
	struct sockaddr_un sa;
	if (!address(path, &sa))
		return false;
	*fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return false;
	if (unlink(path) < 0 && errno != ENOENT)
		return close_bad(*fd);
	mode_t mask = umask(0177);
	bool good = bind(*fd, (const struct sockaddr *)&sa, sizeof sa) == 0 && listen(*fd, SOCKETS_MAX) == 0;
	(void)umask(mask);
	return good || close_bad(*fd);
}

/* The message: how many sockets, and the sockets. */
union control {
	struct cmsghdr head; /* for its alignment */
	char bytes[CMSG_SPACE(SOCKETS_MAX * sizeof(int))];
};

void handover_give(int fd, const struct sockets *sockets)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client < 0)
		return; /* gone again */
	unsigned char count = (unsigned char)sockets->count;
	union control control = {.bytes = {0}};
	struct iovec v = {.iov_base = &count, .iov_len = 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	if (count) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), sockets->fd, count * sizeof(int));
	}
	if (sendmsg(client, &m, MSG_NOSIGNAL) < 0)
		warn("hand the sockets over", NULL);
	(void)close(client); /* what was sent can be read */
}

static bool receive(int fd, struct sockets *out)
{
	unsigned char count = 0;
	union control control = {.bytes = {0}};
	struct iovec v = {.iov_base = &count, .iov_len = 1};
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	if (recvmsg(fd, &m, MSG_CMSG_CLOEXEC) != 1)
		return false;
	const struct cmsghdr *head = CMSG_FIRSTHDR(&m);
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
		out->count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(out->fd, CMSG_DATA(head), out->count * sizeof(int));
	}
	return out->count == count;
}

bool handover_take(const char *path, struct sockets *out)
{
	struct sockaddr_un sa;
	struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	*out = (struct sockets){.count = 0};
	if (!address(path, &sa))
		return false;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit); /* else we wait longer */
	bool good = connect(fd, (const struct sockaddr *)&sa, sizeof sa) == 0 && receive(fd, out);
	if (!good) {
		for (size_t i = 0; i < out->count; i++)
			(void)close(out->fd[i]); /* not ours to read */
		out->count = 0;
	}
	(void)close(fd); /* read only */
	return good;
}
