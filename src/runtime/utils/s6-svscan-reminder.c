/*
 * s6-svscan-reminder, in a scan directory: sees to it that no service stays without its supervisor (lib/reminder.h). It
 * ends when each that ever had one has one, and nobody has asked for a look in the last second. One is at work at a time.
 * Not for people: it has no link.
 */

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/entries.h"
#include "../lib/err.h"
#include "../lib/path.h"
#include "../lib/reminder.h"
#include "../lib/supervise_lock.h"

/* A second is over then for all that were gone before; in steps, as s6-svscan's end is ours. */
enum { STEPS = 21, STEP_NS = 50000000 };
/* What stays gone whatever we do (its s6-supervise ends at once, say) is reminded of more and more seldom. */
enum { OFTEN = 4, SELDOM = 16, SELDOM_S = 5, RARELY_S = 60 };
/* More than these need not be known by name: s6-svscan looks at all at once. */
enum { GONE_MAX = 64 };

struct gone {
	char service[NAME_MAX + sizeof "/log"];
	bool still;
	bool said;
};

static struct gone gone[GONE_MAX];
static size_t count;

static void note(const char *service)
{
	char lock[PATH_MAX];
	if (!path_join(lock, sizeof lock, service, SUPERVISE_LOCK) ||
	    supervise_lock_state(AT_FDCWD, lock, NULL) == LOCK_HELD || !svscan_started(service))
		return;
	size_t i = 0;
	while (i < count && strcmp(gone[i].service, service) != 0)
		i++;
	if (i == GONE_MAX)
		return;
	if (i == count) {
		memcpy(gone[i].service, service, strlen(service) + 1);
		gone[i].said = false;
		count++;
	}
	gone[i].still = true;
}

static void note_all(int scandir)
{
	struct entries entries;
	if (lseek(scandir, 0, SEEK_SET) < 0)
		return;
	entries_open(&entries, scandir);
	for (const char *name; (name = entries_next(&entries));) {
		char log[NAME_MAX + sizeof "/log"];
		if (name[0] == '.')
			continue; /* s6-svscan passes over them, too */
		note(name);
		if (path_join(log, sizeof log, name, "log"))
			note(log);
	}
}

/* Who is gone now: those that were so at the last look, too, first. Their number. */
static size_t look(int scandir)
{
	size_t before = count;
	size_t kept = 0;
	size_t stayed = 0;
	for (size_t i = 0; i < before; i++)
		gone[i].still = false;
	note_all(scandir);
	for (size_t i = 0; i < count; i++) {
		if (!gone[i].still)
			continue;
		if (i < before)
			stayed++;
		if (kept != i)
			gone[kept] = gone[i];
		kept++;
	}
	count = kept;
	return stayed;
}

static void say(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!gone[i].said)
			warnx("%s has no supervisor: s6-svscan is reminded of it", gone[i].service);
		gone[i].said = true;
	}
}

/* How often it was asked for. */
static off_t asked_for(int fd)
{
	struct stat st;
	return fstat(fd, &st) < 0 ? 0 : st.st_size;
}

static bool nap(const struct timespec *step, pid_t svscan)
{
	(void)nanosleep(step, NULL); /* a signal that we survive only makes us look sooner */
	return svscan_here() == svscan;
}

/* Some seconds, or one where somebody asks meanwhile. False where s6-svscan has ended. */
static bool pass(unsigned int seconds, pid_t svscan, int fd, off_t asked)
{
	static const struct timespec step = {.tv_nsec = STEP_NS};
	static const struct timespec second = {.tv_sec = 1};
	for (unsigned int i = 0; i < STEPS; i++)
		if (!nap(&step, svscan))
			return false;
	for (; seconds > 1 && asked_for(fd) == asked; seconds--)
		if (!nap(&second, svscan))
			return false;
	return true;
}

/*
 * Until all are there. Who died just before a reminder is passed over by it, too, and is gone at the next look: as long as
 * anybody is, there is a next. Returns how often it was asked for until the last one; -1 where s6-svscan has ended.
 */
static off_t watch(int fd, int scandir, pid_t svscan)
{
	unsigned int vain = 0;
	for (off_t before = -1;;) {
		off_t asked = asked_for(fd);
		size_t stayed = look(scandir);
		if (stayed) {
			say(stayed);
			reminder_remind();
		}
		vain = stayed && stayed == count ? vain + 1 : 0;
		if (count == 0 && asked == before)
			return asked;
		before = asked;
		if (!pass(vain < OFTEN ? 1 : vain < SELDOM ? SELDOM_S : RARELY_S, svscan, fd, asked))
			return -1;
	}
}

static bool set_lock(int fd, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
	return fcntl(fd, F_SETLK, &lock) == 0;
}

int applet_s6_svscan_reminder(int argc, char **argv)
{
	(void)argv;
	pid_t svscan = svscan_here();
	int fd = argc == 1 ? open(REMINDER_FILE, O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	int scandir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || scandir < 0)
		die_usage(REMINDER ", in a scan directory");
	if (!svscan)
		return 0; /* it has ended meanwhile */
	/* Else another is at work, and has seen that we were asked for. */
	while (set_lock(fd, F_WRLCK)) {
		off_t asked = watch(fd, scandir, svscan);
		if (asked < 0)
			(void)rmdir(REMINDER); /* nobody else would */
		/* Who has asked before this has seen the lock; who asks later starts another of us. */
		if (asked < 0 || !set_lock(fd, F_UNLCK) || asked_for(fd) == asked)
			return 0;
	}
	return 0;
}
