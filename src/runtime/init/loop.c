#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/signals.h"
#include "../lib/spawn.h"
#include "../lib/timeline.h"
#include "init.h"

static bool is_stop_signal(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGPWR ||
	       number == RTMIN_DOCKER + 3;
}

static void on_stop_signal(struct init *s, int number)
{
	bool cmd_alive = s->cmd.pid && !s->cmd.ended;
	bool for_cmd = number == SIGTERM || number == SIGINT || number == SIGQUIT;
	if (s->knob.cmd_receive_signals && cmd_alive && for_cmd) {
		(void)kill(s->cmd.pid, number); /* it may have ended this instant */
		return;
	}
	if (!s->stop) {
		s->stop = STOP_SIGNAL;
		s->stop_signal = number;
	}
}

/*
 * HUP, USR1, … are the CMD's, as they would be without us; without one HUP rescans, as it does for s6-svscan. ALRM is
 * nobody's message: v1 ignored it, and so does a CMD that is PID 1.
 */
static void on_other_signal(struct init *s, int number)
{
	if (number == SIGALRM)
		return;
	if (s->cmd.pid && !s->cmd.ended)
		(void)kill(s->cmd.pid, number);
	else if (number == SIGHUP && s->svscan_ready && !s->svscan.ended && !s->stopping)
		(void)kill(s->svscan.pid, SIGHUP);
}

static void on_signals(struct init *s, size_t index, short events)
{
	(void)index;
	(void)events;
	struct signalfd_siginfo info[16];
	ssize_t n = read(s->loop.signal_fd, info, sizeof info);
	if (n < 0)
		return; /* EAGAIN, EINTR: poll says so again */
	for (size_t i = 0; i < (size_t)n / sizeof info[0]; i++) {
		int number = (int)info[i].ssi_signo;
		if (number == SIGCHLD || number == SIGPIPE)
			continue; /* every batch ends with a reap; a broken pipe is seen where we write */
		if (is_stop_signal(number))
			on_stop_signal(s, number);
		else if (info[i].ssi_code <= 0) /* sent by a process; what the terminal sends goes to its own group */
			on_other_signal(s, number);
	}
}

void loop_all_signals(sigset_t *all)
{
	memset(all, 0xff, sizeof *all);
}

void loop_init(struct init *s)
{
	sigset_t all;
	loop_all_signals(&all);
	s->loop = (struct loop){0};
	s->loop.signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->loop.signal_fd < 0)
		die(EXIT_SYSTEM, "make a signalfd", NULL);
	if (!loop_watch(s, s->loop.signal_fd, POLLIN, on_signals, 0))
		die(EXIT_SYSTEM, "allocate memory", NULL);
}

bool loop_watch(struct init *s, int fd, short events, loop_handler *handler, size_t index)
{
	struct loop *l = &s->loop;
	if (l->count == l->size) {
		size_t size = l->size * 2 + 8;
		struct pollfd *polled = realloc(l->polled, size * sizeof *polled);
		if (!polled)
			return false;
		l->polled = polled;
		struct loop_watch *watch = realloc(l->watch, size * sizeof *watch);
		if (!watch)
			return false;
		l->watch = watch;
		l->size = size;
	}
	l->polled[l->count] = (struct pollfd){.fd = fd, .events = events};
	l->watch[l->count] = (struct loop_watch){.handler = handler, .index = index};
	l->count++;
	return true;
}

void loop_unwatch(struct init *s, int fd)
{
	struct loop *l = &s->loop;
	for (size_t i = 0; i < l->count; i++) {
		if (l->polled[i].fd != fd)
			continue;
		l->count--;
		l->polled[i] = l->polled[l->count];
		l->watch[i] = l->watch[l->count];
		return;
	}
}

static bool note_end(struct child *c, pid_t pid, int status)
{
	if (c->pid != pid || c->ended)
		return false;
	c->ended = true;
	c->code = status_code(status);
	c->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return true;
}

void loop_reap(struct init *s)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0 && errno != ECHILD)
			die(EXIT_SYSTEM, "wait for children", NULL); /* forbidden by seccomp: no end would ever be seen */
		s->no_children = pid < 0;
		if (pid <= 0)
			return;
		if (WIFSTOPPED(status)) {
			/* ^Z: as PID 1 it would not be stopped, and here is no shell to take it up again */
			if (pid == s->cmd.pid && WSTOPSIG(status) == SIGTSTP)
				(void)kill(-pid, SIGCONT); /* its group was stopped with it */
		} else if (note_end(&s->cmd, pid, status)) {
			timeline_event(s->timeline_fd, "cmd", "end", s->argv[0], pid, s->cmd.code);
			if (!s->stop)
				s->stop = STOP_CMD_ENDED;
		} else if (note_end(&s->svscan, pid, status)) {
			if (!s->stop)
				s->stop = STOP_SVSCAN;
		} else if (!note_end(&s->stage2, pid, status)) {
			(void)note_end(&s->script, pid, status); /* else an orphan: reaped, and that's all */
		}
	}
}

uint64_t deadline_in(unsigned int ms)
{
	return monotonic_ns() + (uint64_t)ms * 1000000u;
}

/* poll's time-out for a deadline: rounded up, so that it isn't woken early in a busy loop. */
static int timeout_ms(uint64_t deadline)
{
	if (deadline == NO_DEADLINE)
		return -1;
	uint64_t now = monotonic_ns();
	if (now >= deadline)
		return 0;
	uint64_t ms = (deadline - now + 999999u) / 1000000u;
	return ms > 1000000000u ? 1000000000 : (int)ms;
}

bool loop_until(struct init *s, bool (*done)(struct init *), uint64_t deadline)
{
	for (;;) {
		if (done && done(s))
			return true;
		int timeout = timeout_ms(deadline);
		int n = poll(s->loop.polled, (nfds_t)s->loop.count, timeout);
		if (n < 0 && errno != EINTR)
			warn("poll", NULL);
		if (n <= 0 && timeout == 0)
			return false;
		/* From the end: a handler may unwatch its own descriptor, whose place then takes the last one. */
		for (size_t i = s->loop.count; n > 0 && i-- > 0;) {
			short events = s->loop.polled[i].revents;
			if (events)
				s->loop.watch[i].handler(s, s->loop.watch[i].index, events);
		}
		loop_reap(s);
	}
}
