#include "reminder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "entries.h"
#include "err.h"
#include "io.h"
#include "path.h"
#include "paths.h"
#include "spawn.h"
#include "supervise_lock.h"

#define PROGRAM BIN "/s6-overlay-utils"

/* s6-svscan scans at once when it is asked to; nothing breaks if it is later. */
enum { SCANNED_NS = 100000000 };

pid_t svscan_here(void)
{
	pid_t holder;
	return supervise_lock_state(AT_FDCWD, ".s6-svscan/lock", &holder) == LOCK_HELD ? holder : 0;
}

static bool is_gone(const char *service)
{
	char lock[PATH_MAX];
	return path_join(lock, sizeof lock, service, SUPERVISE_LOCK) &&
	       supervise_lock_state(AT_FDCWD, lock, NULL) == LOCK_FREE;
}

void gone_services(const struct gone_services *how)
{
	struct entries entries;
	if (lseek(how->scandir, 0, SEEK_SET) < 0)
		return;
	entries_open(&entries, how->scandir);
	for (const char *name; (name = entries_next(&entries));) {
		static const char *const part[] = {"", "/log"};
		for (size_t i = 0; name[0] != '.' && i < sizeof part / sizeof part[0]; i++) {
			char service[NAME_MAX + sizeof "/log"];
			size_t n = strlen(name);
			memcpy(service, name, n);
			memcpy(service + n, part[i], strlen(part[i]) + 1);
			bool look = !how->except || strcmp(service, how->except) != 0;
			if (look && is_gone(service) && !how->each(service, how->data))
				return;
		}
	}
}

static bool found(const char *service, void *data)
{
	(void)service;
	*(bool *)data = true;
	return false;
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
		(void)wait_for(child, &status); /* it ends at once, and can't fail but with fork */
		return;
	}
	if (fork() == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1)
			exec_own(PROGRAM, argv);
	}
	_exit(0);
}

/* A byte for the reminder at work, which looks once more then. False where none is. */
static bool reminder_told(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return write_all(fd, "", 1) && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void reminder_ask(const char *name, bool had_supervisor)
{
	/* Nobody can be gone before somebody has been started again: a boot with its many first starts looks no further. */
	if (!had_supervisor && faccessat(AT_FDCWD, REMINDER_FILE, F_OK, 0) < 0)
		return;
	pid_t parent = getppid(); /* 0: it is outside of our namespace */
	if (!parent || svscan_here() != parent)
		return;
	int fd = open(REMINDER_FILE, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600);
	int scandir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool any = false;
	if (fd >= 0 && scandir >= 0)
		gone_services(&(struct gone_services){.scandir = scandir, .each = found, .data = &any, .except = name});
	if (any && !reminder_told(fd))
		start_reminder();
	if (scandir >= 0)
		(void)close(scandir); /* read only */
	if (fd >= 0)
		(void)close(fd); /* what counts is that the byte is there */
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
