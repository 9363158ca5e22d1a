#include "forgotten.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "entries.h"
#include "err.h"
#include "path.h"
#include "supervise_lock.h"
#include "timeline.h"

/* The second after which s6-svscan would start us again, and some; between the looks; looks at least. */
enum { SECOND_MS = 1050, PAUSE_NS = 50000000, LOOKS = 3 };

/* Had NAME or NAME/log a supervisor that is gone? */
static bool is_gone(const char *service, const char *own)
{
	char lock[PATH_MAX];
	return strcmp(service, own) != 0 && path_join(lock, sizeof lock, service, SUPERVISE_LOCK) &&
	       supervise_lock_holder(lock) == 0;
}

/* One that is gone, into service; false where there is none. */
static bool find_gone(int scandir, const char *own, char service[NAME_MAX + sizeof "/log"])
{
	struct entries entries;
	if (lseek(scandir, 0, SEEK_SET) < 0)
		return false;
	entries_open(&entries, scandir);
	for (const char *name; (name = entries_next(&entries));) {
		if (name[0] == '.')
			continue; /* s6-svscan passes over them, too */
		size_t n = strlen(name);
		memcpy(service, name, n + 1);
		if (is_gone(service, own))
			return true;
		memcpy(service + n, "/log", sizeof "/log");
		if (is_gone(service, own))
			return true;
	}
	return false;
}

bool forgotten_wait(const char *name, uint64_t started_ns)
{
	static const struct timespec pause = {.tv_nsec = PAUSE_NS};
	char service[NAME_MAX + sizeof "/log"];
	if (supervise_lock_holder(".s6-svscan/lock") != getppid())
		return false; /* somebody else's child: no scan directory, or not its s6-svscan */
	int scandir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool gone = false;
	/* A supervisor that is being started has no lock for an instant, hence the second look, and the third. */
	for (int looks = 0; scandir >= 0 && (gone = find_gone(scandir, name, service)); looks++) {
		if (looks >= LOOKS && monotonic_ns() - started_ns > (uint64_t)SECOND_MS * 1000000u)
			break;
		(void)nanosleep(&pause, NULL); /* a signal that we survive only makes us look sooner */
	}
	if (gone)
		warnx("%s: s6-svscan has forgotten to supervise it, and is reminded", service);
	if (scandir >= 0)
		(void)close(scandir); /* read only */
	return gone;
}
