/* Role "listen": who holds the sockets, so that the writer may come and go. It never reads from them. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/logdir.h"
#include "handover.h"
#include "roles.h"
#include "sockets.h"

/* As in the service's file notification-fd. */
enum { NOTIFICATION_FD = 3 };

static bool wants_udp(char *const *env)
{
	const char *value = env_get(env, "SYSLOG_UDP");
	if (!value || !value[0] || strcmp(value, "0") == 0)
		return false;
	if (strcmp(value, "1") != 0)
		warnx("SYSLOG_UDP=%s is neither 0 nor 1: 1 is used", value);
	return true;
}

static bool asked_to_end(int signal_fd)
{
	struct signalfd_siginfo info;
	return read(signal_fd, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD;
}

int role_listen(char *const *env)
{
	struct sockets sockets;
	int signal_fd = role_signals();
	if (!handover_take("log/" HANDOVER, &sockets) || !sockets.count) {
		sockets_add_unix(&sockets, DEV_LOG);
		if (wants_udp(env))
			sockets_add_loopback(&sockets, SYSLOG_PORT);
	}
	int handover;
	if (!handover_open(HANDOVER, &handover))
		die(EXIT_SYSTEM, "make the socket", HANDOVER);
	struct log_user user;
	log_user_find(&user);
	(void)log_user_become(&user); /* else as we are: the writer says so */
	if (write(NOTIFICATION_FD, "\n", 1) == 1)
		(void)close(NOTIFICATION_FD); /* nobody asks twice */
	struct pollfd polled[] = {{.fd = signal_fd, .events = POLLIN}, {.fd = handover, .events = POLLIN}};
	for (;;) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			die(EXIT_SYSTEM, "poll", NULL);
		if (polled[0].revents && asked_to_end(signal_fd))
			return 0;
		if (polled[1].revents)
			handover_give(handover, &sockets);
	}
}
