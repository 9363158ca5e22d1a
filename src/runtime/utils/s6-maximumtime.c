/*
 * s6-maximumtime [-0 | -a | -b | -i | -k | -q | -t | -x | -1 | -2] MILLI PROG…: runs PROG and exits with its code (128 +
 * signal where one killed it); after MILLI ms (0: never) sends it a signal, and exits 99.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/timeline.h"

#define USAGE "s6-maximumtime [ -0 | -a | -b | -i | -k | -q | -t | -x | -1 | -2 ] milli prog..."

enum { EXIT_TIMEOUT = 99 };

static const struct {
	char letter;
	int signal;
} choices[] = {
	{'0', 0},       {'a', SIGALRM}, {'b', SIGABRT}, {'i', SIGINT},  {'k', SIGKILL},
	{'q', SIGQUIT}, {'t', SIGTERM}, {'x', SIGXCPU}, {'1', SIGUSR1}, {'2', SIGUSR2},
};

static int signal_of(int letter)
{
	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
		if (choices[i].letter == letter)
			return choices[i].signal;
	die_usage(USAGE);
}

/* Waits until a SIGCHLD comes, which is blocked, or the deadline (0: none) passes: false. */
static bool child_before(const sigset_t *set, uint64_t deadline)
{
	if (!deadline)
		return sigwaitinfo(set, NULL) >= 0 || errno == EINTR;
	uint64_t now = monotonic_ns();
	uint64_t left = deadline > now ? deadline - now : 0;
	struct timespec wait = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
	return sigtimedwait(set, NULL, &wait) >= 0 || errno == EINTR;
}

int applet_s6_maximumtime(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	int number = SIGTERM;
	uint64_t milli = 0;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "0abikqtx12")) != OPTIONS_END;)
		number = signal_of(letter);
	const char *text = argv[o.next];
	if (!text || !argv[o.next + 1] || !parse_u64(text, strlen(text), UINT32_MAX, &milli))
		die_usage(USAGE);
	sigset_t set;
	sigset_t before;
	(void)sigemptyset(&set); /* these two fail for invalid signals only */
	(void)sigaddset(&set, SIGCHLD);
	/* an ignored SIGCHLD, which we may have inherited, would throw the exit code away */
	if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, &before) < 0)
		die(EXIT_SYSTEM, "block", "SIGCHLD");
	uint64_t deadline = milli ? monotonic_ns() + milli * 1000000u : 0;
	pid_t pid = fork();
	if (pid < 0)
		die(EXIT_SYSTEM, "fork for", argv[o.next + 1]);
	if (pid == 0) {
		if (sigprocmask(SIG_SETMASK, &before, NULL) < 0)
			die(EXIT_SYSTEM, "unblock", "SIGCHLD");
		exec_or_die(argv + o.next + 1, environ);
	}
	int status = 0;
	pid_t ended;
	while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && child_before(&set, deadline))
		;
	if (ended < 0)
		die(EXIT_SYSTEM, "wait for", argv[o.next + 1]);
	if (ended == pid)
		return status_code(status);
	if (number && kill(pid, number) < 0)
		warn("send a signal to", argv[o.next + 1]);
	diex(EXIT_TIMEOUT, "%s took more than %s ms", argv[o.next + 1], text);
}
