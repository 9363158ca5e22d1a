/*
 * s6-svscan-reminder, in a scan directory: sees to it that no service stays without its supervisor (lib/reminder.h). It
 * ends as soon as each has one, or has had its chance; it is at work once at a time. Not for people: it has no link.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/reminder.h"

/* A second is over then for all that were gone before, in steps: s6-svscan's end is ours. */
enum { STEPS = 21, STEP_NS = 50000000, GONE_MAX = 64 };

struct gone {
	char service[NAME_MAX + sizeof "/log"];
	bool still;
	bool reminded; /* what doesn't come back then isn't meant to, or can't */
};

/* More than these are looked at when these are back: s6-svscan looks at all at once. */
static struct gone gone[GONE_MAX];
static size_t count;

static bool note(const char *service, void *data)
{
	(void)data;
	size_t i = 0;
	while (i < count && strcmp(gone[i].service, service) != 0)
		i++;
	if (i == GONE_MAX)
		return false;
	if (i == count) {
		memcpy(gone[i].service, service, strlen(service) + 1);
		gone[i].reminded = false;
		count++;
	}
	gone[i].still = true;
	return true;
}

/* Who is gone now: those that were before, and still are, first. Their number. */
static size_t look(int scandir)
{
	size_t before = count;
	size_t kept = 0;
	size_t stayed = 0;
	for (size_t i = 0; i < before; i++)
		gone[i].still = false;
	gone_services(&(struct gone_services){.scandir = scandir, .each = note});
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

/* Those of the first n that s6-svscan was not reminded of: is there any? */
static bool mark(size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (gone[i].reminded)
			continue;
		warnx("%s has had no supervisor for a second: s6-svscan is reminded of it", gone[i].service);
		any = gone[i].reminded = true;
	}
	return any;
}

static bool any_open(void)
{
	for (size_t i = 0; i < count; i++)
		if (!gone[i].reminded)
			return true;
	return false;
}

/* False where s6-svscan has ended. */
static bool second_over(pid_t svscan)
{
	static const struct timespec step = {.tv_nsec = STEP_NS};
	for (int i = 0; i < STEPS; i++) {
		(void)nanosleep(&step, NULL); /* a signal that we survive only makes us look sooner */
		if (svscan_here() != svscan)
			return false;
	}
	return true;
}

/* How often it was asked for. */
static off_t asked_for(int fd)
{
	struct stat st;
	return fstat(fd, &st) < 0 ? 0 : st.st_size;
}

static bool set_lock(int fd, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
	return fcntl(fd, F_SETLK, &lock) == 0;
}

/* Until all are back that can be. False where s6-svscan has ended. */
static bool watch(int fd, int scandir, pid_t svscan, off_t *asked)
{
	for (;;) {
		*asked = asked_for(fd); /* before the look: who is gone when somebody asks later is seen by the next */
		bool remind = mark(look(scandir));
		if (remind)
			reminder_remind();
		if (!remind && !any_open())
			return true;
		if (!second_over(svscan))
			return false;
	}
}

int applet_s6_svscan_reminder(int argc, char **argv)
{
	(void)argv;
	pid_t svscan = svscan_here();
	int fd = argc == 1 ? open(REMINDER_FILE, O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	int scandir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!svscan || fd < 0 || scandir < 0)
		die_usage(REMINDER ", in a scan directory");
	off_t asked;
	while (set_lock(fd, F_WRLCK)) { /* else another is at work */
		if (!watch(fd, scandir, svscan, &asked))
			return 0;
		/* Who has asked before this has seen the lock; who asks later starts another of us. */
		if (!set_lock(fd, F_UNLCK) || asked_for(fd) == asked)
			return 0;
	}
	return 0;
}
