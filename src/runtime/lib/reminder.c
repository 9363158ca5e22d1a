#include "reminder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "err.h"
#include "io.h"
#include "paths.h"
#include "spawn.h"
#include "str.h"
#include "supervise_lock.h"

#define PROGRAM BIN "/s6-overlay-utils"

/* s6-svscan scans at once when it is asked to; nothing breaks if it is later. */
enum { SCANNED_NS = 100000000 };

pid_t svscan_here(void)
{
	pid_t holder;
	return supervise_lock_state(AT_FDCWD, ".s6-svscan/lock", &holder) == LOCK_HELD ? holder : 0;
}

bool svscan_is_parent(void)
{
	pid_t parent = getppid(); /* 0: it is outside of our namespace */
	return parent && svscan_here() == parent;
}

/* The reminder is nobody's child: its end concerns none but PID 1. It keeps no end of a logger's pipe open. */
static void start_reminder(void)
{
	char *argv[] = {(char[]){REMINDER}, NULL};
	int status;
	pid_t child = fork();
	if (child < 0) {
		warn("start", REMINDER);
		return;
	}
	if (child > 0) {
		if (wait_for(child, &status) && status != 0)
			warnx("unable to start %s: it can't be forked", REMINDER);
		return;
	}
	pid_t grandchild = fork();
	if (grandchild == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1)
			exec_own(PROGRAM, argv);
	}
	_exit(grandchild < 0);
}

/* What STARTED_LINK leads to in the service directory; its length, 0 where that can't be told. */
static size_t inode_text(int dir, char text[U64_TEXT])
{
	struct stat st;
	return fstat(dir, &st) < 0 ? 0 : u64_text(text, st.st_ino);
}

static bool leads_to(int dir, const char *text, size_t length)
{
	char link[U64_TEXT];
	ssize_t n = readlinkat(dir, STARTED_LINK, link, sizeof link);
	return n > 0 && (size_t)n == length && memcmp(link, text, length) == 0;
}

bool svscan_started(const char *path)
{
	char text[U64_TEXT];
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	bool started = leads_to(dir, text, inode_text(dir, text));
	(void)close(dir); /* read only */
	return started;
}

/*
 * Was a supervisor started there before? It is noted now. Without the link nobody is reminded of the service; where
 * supervise can't be made s6's program says why.
 */
static bool note_started(int dir)
{
	char text[U64_TEXT];
	size_t length = inode_text(dir, text);
	if (length == 0 || symlinkat(text, dir, STARTED_LINK) == 0)
		return false;
	bool missing = errno == ENOENT;
	if (!missing && leads_to(dir, text, length))
		return true;
	if (missing)
		(void)mkdirat(dir, "supervise", 0700);
	else
		(void)unlinkat(dir, STARTED_LINK, 0); /* a copy's */
	(void)symlinkat(text, dir, STARTED_LINK);
	return false;
}

void reminder_ask(int dir)
{
	if (!svscan_is_parent())
		return;
	/* At boot nobody is started again: its many first starts look no further. */
	if (!note_started(dir) && faccessat(AT_FDCWD, REMINDER_FILE, F_OK, 0) < 0)
		return;
	int fd = open(REMINDER_FILE, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	/* The byte first: a reminder that is about to end lets go of its lock first, and then looks whether there is one. */
	bool asked = write_all(fd, "", 1);
	(void)close(fd); /* what counts is that the byte is there */
	if (asked && supervise_lock_state(AT_FDCWD, REMINDER_FILE, NULL) == LOCK_FREE)
		start_reminder();
}

static void scan(void)
{
	int fd = open(".s6-svscan/control", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return; /* s6-svscan has ended */
	(void)write_all(fd, "a", 1); /* as above, or its pipe is full of commands, and a scan among them */
	(void)close(fd);             /* a fifo */
}

void reminder_remind(void)
{
	/* One that was left behind would be no new one. */
	if (mkdir(REMINDER, 0700) < 0 && (errno != EEXIST || rmdir(REMINDER) < 0 || mkdir(REMINDER, 0700) < 0))
		warn("make", REMINDER);
	scan();
}

void reminder_leave(void)
{
	static const struct timespec scanned = {.tv_nsec = SCANNED_NS};
	(void)rmdir(REMINDER); /* the reminder may have made another by now */
	scan();
	(void)nanosleep(&scanned, NULL);
}
