/*
 * Role "write": takes messages from the sockets, and hands them to s6-log as lines. When the container stops it is the last
 * to go: its stdin, a pipe from the listener and its supervisor, has ended by then, and nobody but loggers is left.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/timeline.h"
#include "alone.h"
#include "handover.h"
#include "logger.h"
#include "message.h"
#include "roles.h"

enum { BATCH = 512, TRY_MS = 5, TRY_MAX_MS = 200, LOOK_MAX_MS = 10 };

static struct {
	struct sockets sockets;
	int signal_fd;
	int handover_fd;
	bool leaving;  /* TERM or HUP: a restart */
	bool stopping; /* stdin has ended: the container stops */
	char message[MESSAGE_MAX];
} w;

/* A batch from one socket; what there is no room for stays in it, unless nobody will ever make room. */
static void take(int fd)
{
	for (int i = 0; i < BATCH; i++) {
		char *room = logger_room();
		if (!room && !logger_is_stuck())
			return;
		ssize_t n = recv(fd, w.message, sizeof w.message, MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0)
			return; /* EAGAIN, EINTR: poll tells of more */
		bool cut = n > MESSAGE_MAX;
		if (room)
			logger_add(message_line(w.message, cut ? MESSAGE_MAX : (size_t)n, cut, room));
		else
			logger_lost();
	}
}

static void take_all(void)
{
	for (size_t i = 0; i < w.sockets.count; i++)
		take(w.sockets.fd[i]);
}

static void take_signals(void)
{
	struct signalfd_siginfo info;
	while (read(w.signal_fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			logger_reap();
		else
			w.leaving = true;
	}
}

/* The listener prints nothing: all that comes is the end. */
static void take_stdin(void)
{
	char buffer[512];
	ssize_t n = read(0, buffer, sizeof buffer);
	w.stopping = n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static int timeout_ms(uint64_t deadline)
{
	if (deadline == UINT64_MAX)
		return -1;
	uint64_t now = monotonic_ns();
	return now >= deadline ? 0 : (int)((deadline - now) / 1000000 + 1);
}

/* One turn of the loop: waits at most max_ms (-1: for ever), and does what there is to do. */
static void turn(int max_ms)
{
	enum { SIGNALS, STDIN, HAND, LOGGER, FIRST };
	struct pollfd polled[FIRST + SOCKETS_MAX] = {
		[SIGNALS] = {.fd = w.signal_fd, .events = POLLIN},
		[STDIN] = {.fd = w.stopping ? -1 : 0, .events = POLLIN},
		[HAND] = {.fd = w.handover_fd, .events = POLLIN},
		[LOGGER] = {.fd = logger_pollable(), .events = POLLOUT},
	};
	bool reading = logger_room() || logger_is_stuck();
	for (size_t i = 0; i < w.sockets.count; i++)
		polled[FIRST + i] = (struct pollfd){.fd = reading ? w.sockets.fd[i] : -1, .events = POLLIN};
	int timeout = timeout_ms(logger_deadline());
	if (max_ms >= 0 && (timeout < 0 || timeout > max_ms))
		timeout = max_ms;
	if (poll(polled, FIRST + (nfds_t)w.sockets.count, timeout) < 0 && errno != EINTR)
		die(EXIT_SYSTEM, "poll", NULL);
	if (polled[SIGNALS].revents)
		take_signals();
	if (polled[STDIN].revents)
		take_stdin();
	if (polled[HAND].revents)
		handover_give(w.handover_fd, &w.sockets);
	take_all();
	logger_tick();
}

/* The listener may be slower than we are. False: told to end before it answered. */
static bool get_sockets(void)
{
	for (int ms = TRY_MS; !handover_take("../" HANDOVER, &w.sockets); ms += ms < TRY_MAX_MS ? ms : 0) {
		struct pollfd polled[] = {{.fd = w.signal_fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
		if (poll(polled, 2, ms) <= 0)
			continue;
		if (polled[0].revents)
			take_signals();
		if (polled[1].revents)
			take_stdin();
		if (w.leaving || w.stopping)
			return false;
	}
	return true;
}

/* Nothing could be bound, which the listener has said: without a message there is no log. */
static void wait_for_end(void)
{
	struct pollfd polled[] = {{.fd = w.signal_fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
	while (!w.leaving && !w.stopping) {
		if (poll(polled, 2, -1) < 0)
			continue;
		take_signals();
		if (polled[1].revents)
			take_stdin();
	}
}

int role_write(char *const *env)
{
	w.signal_fd = role_signals();
	if (!get_sockets())
		return 0;
	if (!w.sockets.count) {
		wait_for_end();
		return 0;
	}
	if (!handover_open(HANDOVER, &w.handover_fd))
		die(EXIT_SYSTEM, "make the socket", HANDOVER);
	logger_open(env);
	int look = 1;
	while (!w.leaving) {
		turn(w.stopping ? look : -1);
		if (!w.stopping || logger_is_behind())
			continue;
		if (is_alone())
			break;
		look += look < LOOK_MAX_MS;
	}
	if (!w.leaving)
		take_all(); /* what the last one sent before it went */
	for (size_t i = 0; i < w.sockets.count; i++)
		(void)close(w.sockets.fd[i]); /* the listener has them, if anybody is to go on */
	(void)close(w.handover_fd);
	logger_close();
	return 0;
}
