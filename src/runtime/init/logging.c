#include "logging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat: POSIX declares it here */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/account.h"
#include "../lib/err.h"
#include "../lib/stop.h"
#include "../lib/timeline.h"
#include "init.h"
#include "scripts.h"
#include "services.h"

#define PIECE "the catch-all logger: "
/* START_MS: by then, from the start of /init, the logger reads, or never will. */
enum { FREE_FD = 10, START_MS = 5000, LOOK_MS = 2 };

/* The folder, owned by the account that the logger drops to, mode 2700 (RUNTIME.md, "Stage 1", 4). */
static bool make_folder(void)
{
	struct account_db db;
	struct passwd_entry nobody;
	struct stat st;
	const char *file;
	uid_t uid = NOBODY_ID;
	gid_t gid = NOBODY_ID;
	if (mkdir("/var", 0755) < 0 && errno != EEXIST)
		return false;
	if (mkdir("/var/log", 0755) < 0 && errno != EEXIST)
		return false;
	if (mkdir(CATCH_ALL_DIR, 0700) < 0 && errno != EEXIST)
		return false;
	int fd = open(CATCH_ALL_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	if (account_db_load(&db, &file)) {
		if (passwd_find_name(db.passwd, db.passwd_len, "nobody", 6, &nobody)) {
			uid = nobody.uid;
			gid = nobody.gid;
		}
		account_db_free(&db);
	}
	/* Refused: then the logger can't drop to that account either, and writes as what we are. */
	if ((st.st_uid != uid || st.st_gid != gid) && fchown(fd, uid, gid) < 0 && errno != EPERM)
		warn("change the owner of", CATCH_ALL_DIR);
	if (fchmod(fd, 02700) < 0 && errno != EPERM)
		warn("change the mode of", CATCH_ALL_DIR);
	(void)close(fd); /* read only */
	return faccessat(AT_FDCWD, CATCH_ALL_DIR, W_OK | X_OK, 0) == 0 || geteuid() != uid;
}

static bool make_service(struct init *s)
{
	return mkdirat(s->scan_fd, "." CATCH_ALL, 0755) == 0 &&
	       symlinkat(BIN "/s6-overlay-init", s->scan_fd, "." CATCH_ALL "/run") == 0 &&
	       renameat(s->scan_fd, "." CATCH_ALL, s->scan_fd, CATCH_ALL) == 0;
}

void logging_start(struct init *s)
{
	if (!make_folder()) {
		if (s->knob.logging == 2)
			die(EXIT_SYSTEM, "make the log folder that S6_LOGGING=2 needs,", CATCH_ALL_DIR);
		warnx(PIECE "unable to make " CATCH_ALL_DIR ": %m: all output goes to stdout and stderr");
		return;
	}
	if (mkfifoat(s->work_fd, "uncaught-logs-fifo", 0600) < 0)
		die(EXIT_SYSTEM, "make the fifo", CATCH_ALL_FIFO);
	/* We read too (nothing is taken): while the logger restarts, nobody is killed by SIGPIPE. */
	s->log_read_fd = openat(s->work_fd, "uncaught-logs-fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int fd = openat(s->work_fd, "uncaught-logs-fifo", O_WRONLY | O_CLOEXEC);
	if (s->log_read_fd < 0 || fd < 0)
		die(EXIT_SYSTEM, "open the fifo", CATCH_ALL_FIFO);
	if (!make_service(s))
		die(EXIT_SYSTEM, "make the service", SCAN_DIR "/" CATCH_ALL);
	s->out_fd = fcntl(1, F_DUPFD_CLOEXEC, FREE_FD);
	s->err_fd = fcntl(2, F_DUPFD_CLOEXEC, FREE_FD);
	if (s->out_fd < 0 || s->err_fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		die(EXIT_SYSTEM, "move stdout and stderr to", CATCH_ALL_FIFO);
	(void)close(fd); /* 1 and 2 hold it */
}

/* The logger runs, and has taken all that was written. Where that can't be told, nobody waits for it. */
static bool logger_reads(struct init *s)
{
	struct svstatus status;
	int waiting = 0;
	if (s->svscan.ended || ioctl(s->log_read_fd, FIONREAD, &waiting) < 0)
		return true;
	return !waiting && service_status(s, CATCH_ALL, &status) && status.pid;
}

void logging_await(struct init *s)
{
	uint64_t limit = s->start + (uint64_t)START_MS * 1000000u;
	if (s->log_read_fd < 0)
		return;
	while (!logger_reads(s) && monotonic_ns() < limit)
		(void)loop_until(s, logger_reads, deadline_in(LOOK_MS));
}

void logging_end(struct init *s)
{
	if (s->log_read_fd < 0)
		return;
	(void)close(s->log_read_fd); /* nothing was read */
	s->log_read_fd = -1;
	int quiet = s->null_fd >= 0 ? s->null_fd : s->err_fd;
	(void)dup2(quiet, 1); /* both are open: it can't fail */
	(void)dup2(quiet, 2);
}

/* A service's finish without x bit on a read-only root: services.c made `finish` a link to this binary. */
int applet_finish(int argc, char **argv)
{
	(void)argc;
	script_exec("./.finish", argv, environ);
	die(EXIT_NOT_EXECUTABLE, "execute", "finish");
}

/*
 * The same for run; without a .run it is the catch-all's. s6-svscan gives that one service the container's stderr (-X)
 * as stderr. Its stdout would be the fifo, and the log feed itself.
 */
int applet_run(int argc, char **argv)
{
	static char fifo[] = CATCH_ALL_FIFO;
	static char *args[] = {"logutil-service", "-f", fifo, CATCH_ALL_DIR, NULL};
	(void)argc;
	if (faccessat(AT_FDCWD, ".run", F_OK, 0) == 0) {
		script_exec("./.run", argv, environ);
		die(EXIT_NOT_EXECUTABLE, "execute", "run");
	}
	if (dup2(2, 1) < 0)
		die(EXIT_SYSTEM, "set up stdout", NULL);
	return applet_logutil_service(4, args);
}
