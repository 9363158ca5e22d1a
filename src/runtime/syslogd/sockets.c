#include "sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "../lib/err.h"

/* UDP doesn't make its senders wait: this much may come at once. */
enum { UDP_ROOM = 1 << 20 };

static int datagram_socket(int family)
{
	return socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void close_quietly(int fd)
{
	int error = errno;
	(void)close(fd); /* nothing was written to it */
	errno = error;
}

static bool bind_there(int fd, const struct sockaddr_un *sa)
{
	mode_t mask = umask(0111); /* a socket is made with 0777: 0666 is left */
	bool good = bind(fd, (const struct sockaddr *)sa, sizeof *sa) == 0;
	int error = errno;
	(void)umask(mask);
	errno = error;
	return good;
}

/* Somebody reads there. */
static bool is_alive(const struct sockaddr_un *sa)
{
	int probe = datagram_socket(AF_UNIX);
	if (probe < 0)
		return false;
	bool alive = connect(probe, (const struct sockaddr *)sa, sizeof *sa) == 0 || errno == EPROTOTYPE;
	(void)close(probe); /* nothing was sent */
	return alive;
}

static void say_why_not(const char *path)
{
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		warnx("unable to make %s: %m. Messages sent there are not logged. /dev is root's: let the container start as "
		      "root (the CMD can run as another user: S6_CMD_USER, s6ts inject --user root), or let programs send "
		      "to UDP 514 (SYSLOG_UDP=1)", path);
	else if (errno == EBUSY)
		warnx("%s was put there from outside (a volume), and is left to who reads it there", path);
	else
		warnx("unable to make %s: %m. Messages sent there are not logged", path);
}

void sockets_add_unix(struct sockets *out, const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	if (n >= sizeof sa.sun_path || out->count == SOCKETS_MAX)
		return;
	memcpy(sa.sun_path, path, n);
	int fd = datagram_socket(AF_UNIX);
	if (fd < 0) {
		warn("make a socket for", path);
		return;
	}
	bool good = bind_there(fd, &sa);
	if (!good && errno == EADDRINUSE) {
		if (is_alive(&sa)) {
			warnx("another program listens at %s already, and is left to it", path);
			(void)close(fd); /* never bound */
			return;
		}
		good = unlink(path) == 0 && bind_there(fd, &sa);
	}
	if (good) {
		out->fd[out->count++] = fd;
		return;
	}
	close_quietly(fd);
	say_why_not(path);
}

static void add_udp(struct sockets *out, const struct sockaddr *sa, socklen_t size, const char *name)
{
	const int one = 1;
	const int room = UDP_ROOM;
	int fd = datagram_socket(sa->sa_family);
	bool good = fd >= 0 && out->count < SOCKETS_MAX;
	if (good && sa->sa_family == AF_INET6)
		good = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) == 0;
	if (good)
		good = bind(fd, sa, size) == 0;
	if (good) {
		if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
			(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room); /* as much as is permitted, then */
		out->fd[out->count++] = fd;
		return;
	}
	bool absent = sa->sa_family == AF_INET6 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
	if (fd >= 0)
		close_quietly(fd);
	if (!absent)
		warnx("unable to listen at %s (SYSLOG_UDP): %m. Messages sent there are not logged", name);
}

void sockets_add_loopback(struct sockets *out, unsigned int port)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	six.sin6_addr.s6_addr[15] = 1; /* ::1 */
	add_udp(out, (const struct sockaddr *)&four, sizeof four, "UDP 127.0.0.1");
	add_udp(out, (const struct sockaddr *)&six, sizeof six, "UDP ::1");
}
