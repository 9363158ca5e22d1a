/* needs: utils/s6-echo.c utils/with-retries.c applet/logutil-newfifo.c applet/logutil-newlogdir.c applet/s6-svscanctl.c */
/* Applets that need nothing of the tree, each in a child of its own. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/stop.h"
#include "../lib/timeline.h"
#include "harness.h"

static char output[4096];

/* Runs an applet; returns its exit code (128 + signal for a killed one), its stdout in output. */
static int run(int (*applet)(int, char **), const char *const *words)
{
	char copy[20][256];
	char *argv[21];
	int argc = 0;
	int ends[2];
	for (; words[argc]; argc++) {
		(void)snprintf(copy[argc], sizeof copy[argc], "%s", words[argc]);
		argv[argc] = copy[argc];
	}
	argv[argc] = NULL;
	CHECK(pipe(ends) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY);
		if (dup2(ends[1], 1) < 0 || dup2(nowhere, 2) < 0)
			_exit(200);
		_exit(applet(argc, argv));
	}
	(void)close(ends[1]);
	size_t n = 0;
	for (ssize_t got; (got = read(ends[0], output + n, sizeof output - 1 - n)) > 0;)
		n += (size_t)got;
	output[n] = '\0';
	(void)close(ends[0]);
	int status = 0;
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
#define RUN(applet, ...) run((applet), (const char *const[]){__VA_ARGS__, NULL})

TEST(s6_echo_options)
{
	CHECK_NUMBER(RUN(applet_s6_echo, "s6-echo", "a", "b  c"), 0);
	CHECK_TEXT(output, "a b  c\n");
	CHECK_NUMBER(RUN(applet_s6_echo, "s6-echo", "-ns,", "a", "", "b"), 0);
	CHECK_TEXT(output, "a,,b");
	CHECK_NUMBER(RUN(applet_s6_echo, "s6-echo", "--", "-n"), 0);
	CHECK_TEXT(output, "-n\n");
	CHECK_NUMBER(RUN(applet_s6_echo, "s6-echo", "a", "-n"), 0);
	CHECK_TEXT(output, "a -n\n");
	CHECK_NUMBER(RUN(applet_s6_echo, "s6-echo"), 0);
	CHECK_TEXT(output, "\n");
	CHECK_NUMBER(RUN(applet_s6_echo, "s6-echo", "-x"), 100);
}

TEST(with_retries_counts)
{
	const char *d = harness_folder();
	char count[4200];
	(void)snprintf(count, sizeof count, "echo x >>%s/n; [ $(wc -l <%s/n) -ge 3 ]", d, d);
	CHECK_NUMBER(RUN(applet_with_retries, "with-retries", "-n", "2", "-t0", "sh", "-c", count), 1);
	CHECK_NUMBER(RUN(applet_with_retries, "with-retries", "-n", "2", "-t0", "sh", "-c", count), 0);
	CHECK_NUMBER(RUN(applet_with_retries, "with-retries", "-n", "1", "/nosuch"), 1);
	CHECK_NUMBER(RUN(applet_with_retries, "with-retries", "-n", "x", "true"), 100);
	CHECK_NUMBER(RUN(applet_with_retries, "with-retries"), 100);
}

TEST(with_retries_ends_what_takes_too_long)
{
	uint64_t before = monotonic_ns();
	CHECK_NUMBER(RUN(applet_with_retries, "with-retries", "-n", "1", "-t", "50", "sleep", "60"), 1);
	CHECK(monotonic_ns() - before >= 50000000u);
	CHECK(monotonic_ns() - before < 30000000000u);
}

TEST(newfifo_and_newlogdir)
{
	const char *d = harness_folder();
	char path[4200];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/fifo", d);
	CHECK_NUMBER(RUN(applet_logutil_newfifo, "logutil-newfifo", path), 0);
	CHECK(lstat(path, &st) == 0 && S_ISFIFO(st.st_mode) && (st.st_mode & 07777) == 0600);
	CHECK_NUMBER(RUN(applet_logutil_newfifo, "logutil-newfifo", "-m0622", path), 0);
	CHECK(lstat(path, &st) == 0 && (st.st_mode & 07777) == 0622);
	CHECK_NUMBER(RUN(applet_logutil_newfifo, "logutil-newfifo", "-o", "no such account", path), 1);
	CHECK_NUMBER(RUN(applet_logutil_newfifo, "logutil-newfifo", "-m", "rw", path), 100);
	CHECK_NUMBER(RUN(applet_logutil_newfifo, "logutil-newfifo"), 100);
	(void)snprintf(path, sizeof path, "%s/a/log", d);
	CHECK_NUMBER(RUN(applet_logutil_newlogdir, "logutil-newlogdir", "-m", "2750", path), 0);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 02750);
	CHECK_NUMBER(RUN(applet_logutil_newlogdir, "logutil-newlogdir", "-o"), 100);
}

TEST(svscanctl_asks_init)
{
	const char *d = harness_folder();
	char path[4200];
	(void)snprintf(path, sizeof path, "%s/.s6-svscan", d);
	CHECK(mkdir(path, 0700) == 0);
	(void)snprintf(path, sizeof path, "%s/%s", d, STOP_FIFO);
	CHECK(mkfifo(path, 0600) == 0);
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	const char *options[] = {"-t", "-i", "-q", "-at", "-tb"};
	const char letters[] = "tiqtt";
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		char byte = 0;
		CHECK_NUMBER(RUN(applet_s6_svscanctl, "s6-svscanctl", options[i], d), 0);
		CHECK(read(fd, &byte, 1) == 1 && byte == letters[i]);
	}
	/* No stop: the real program's, which isn't on this machine. */
	CHECK_NUMBER(RUN(applet_s6_svscanctl, "s6-svscanctl", "-an", d), 127);
	CHECK_NUMBER(RUN(applet_s6_svscanctl, "s6-svscanctl", "-t", "/nosuch"), 127);
	CHECK(close(fd) == 0);
	CHECK_NUMBER(RUN(applet_s6_svscanctl, "s6-svscanctl", "-t", d), 0); /* a stop is under way */
}
