#include "logger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "message.h"
#include "roles.h"
#include "script.h"

enum { ROOM = 2 * MESSAGE_LINE_MAX, STUCK_MS = 5000, RETRY_MS = 50, RETRY_MAX_MS = 2000, LOOK_MS = 20 };

static struct {
	struct words script;
	pid_t pid; /* 0: none */
	int in;    /* its stdin: held here too, so that what is in the pipe stays when it dies */
	int out;
	bool simple;        /* its script was refused: it has the simple one */
	unsigned int pause; /* ms until the next start */
	uint64_t restart;   /* when, or 0 */
	uint64_t moved;     /* when it last took something */
	uint64_t lost;
	size_t start, end; /* of the lines that wait */
	char lines[ROOM];
} l;

static uint64_t in_ms(unsigned int ms)
{
	return monotonic_ns() + (uint64_t)ms * 1000000;
}

_Noreturn static void exec_logger(void)
{
	static char name[] = "s6-log";
	static char flags[] = "-bp"; /* as logutil-service does */
	static char limit[] = "-l0"; /* it would cut long lines, and take the rest for a line of its own */
	static char dashes[] = "--";
	static char *command[RULE_WORDS_MAX + 5];
	static char path[] = "PATH=" CLEARED_PATH; /* a processor (!PROG) is looked for there */
	static char *env[] = {path, NULL};
	command[0] = name;
	command[1] = flags;
	command[2] = limit;
	command[3] = dashes;
	memcpy(command + 4, l.script.word, (l.script.count + 1) * sizeof l.script.word[0]);
	role_restore_signals();
	if (dup2(l.in, 0) < 0)
		die(EXIT_SYSTEM, "set up the stdin of", S6_LOG);
	(void)execve(S6_LOG, command, env); /* returns only on failure */
	die(exec_failure_code(errno), "execute", S6_LOG);
}

static void start(void)
{
	l.restart = 0;
	l.pid = fork();
	if (!l.pid)
		exec_logger();
	if (l.pid > 0)
		return;
	warn("fork for", S6_LOG);
	l.pid = 0;
	l.restart = in_ms(l.pause);
}

void logger_open(char *const *env)
{
	int fds[2];
	script_prepare(env, &l.script);
	if (pipe2(fds, O_CLOEXEC) < 0 || fcntl(fds[1], F_SETFL, O_NONBLOCK) < 0)
		die(EXIT_SYSTEM, "make a pipe", NULL);
	l.in = fds[0];
	l.out = fds[1];
	l.pause = RETRY_MS;
	l.moved = monotonic_ns();
	start();
}

bool logger_is_behind(void)
{
	return l.end > l.start;
}

int logger_pollable(void)
{
	return logger_is_behind() ? l.out : -1;
}

static uint64_t stuck_at(void)
{
	return l.moved + (uint64_t)STUCK_MS * 1000000;
}

uint64_t logger_deadline(void)
{
	uint64_t deadline = l.restart ? l.restart : UINT64_MAX;
	if (logger_is_behind() && stuck_at() < deadline && stuck_at() > monotonic_ns())
		deadline = stuck_at();
	return deadline;
}

static void say_lost(void)
{
	char text[128];
	struct buf b;
	char *room = logger_room();
	if (!room)
		return;
	buf_init(&b, text, sizeof text);
	buf_text(&b, "<44>s6-overlay-syslogd: lost messages: "); /* syslog.warn */
	buf_number(&b, l.lost);
	buf_text(&b, "; s6-log took none of them");
	l.lost = 0;
	logger_add(message_line(text, b.len, false, room));
}

static void write_lines(void)
{
	if (!logger_is_behind()) {
		l.moved = monotonic_ns();
		return;
	}
	ssize_t n = write(l.out, l.lines + l.start, l.end - l.start);
	if (n <= 0)
		return; /* EAGAIN: poll tells when */
	l.moved = monotonic_ns();
	l.pause = RETRY_MS;
	l.start += (size_t)n;
	if (l.start == l.end)
		l.start = l.end = 0;
	if (l.lost)
		say_lost();
}

void logger_tick(void)
{
	if (l.restart && monotonic_ns() >= l.restart)
		start();
	write_lines();
}

void logger_reap(void)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != l.pid)
			continue;
		l.pid = 0;
		int code = status_code(status);
		if (code == EXIT_USAGE && !l.simple) {
			warnx("s6-log refuses the script of " RULES_DIR " and S6_LOGGING_SCRIPT (its message is above): all "
			      "messages go to one place until that is mended and " SERVICE "/log restarted");
			l.simple = true;
			script_simple(&l.script);
			start();
			continue;
		}
		l.restart = in_ms(l.pause); /* it has said why */
		if (l.pause < RETRY_MAX_MS)
			l.pause *= 2;
	}
}

char *logger_room(void)
{
	if (l.start && ROOM - l.end < MESSAGE_LINE_MAX) {
		memmove(l.lines, l.lines + l.start, l.end - l.start);
		l.end -= l.start;
		l.start = 0;
	}
	return ROOM - l.end < MESSAGE_LINE_MAX ? NULL : l.lines + l.end;
}

void logger_add(size_t n)
{
	l.end += n;
}

bool logger_is_stuck(void)
{
	return !logger_room() && monotonic_ns() >= stuck_at();
}

void logger_lost(void)
{
	l.lost++;
}

void logger_close(void)
{
	while (logger_is_behind() && monotonic_ns() < stuck_at()) {
		struct pollfd polled = {.fd = l.out, .events = POLLOUT};
		(void)poll(&polled, 1, LOOK_MS); /* whatever it says, we look again */
		logger_reap();
		logger_tick();
	}
	(void)close(l.out); /* a pipe has nothing to flush */
	(void)close(l.in);
	const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L / 10};
	for (uint64_t limit = in_ms(STUCK_MS); l.pid && monotonic_ns() < limit; logger_reap())
		(void)nanosleep(&look, NULL); /* woken early it looks early */
	if (l.pid)
		(void)kill(l.pid, SIGKILL); /* it would hold its folders' locks, and its successor out */
}
