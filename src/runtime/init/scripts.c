#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/script.h"
#include "init.h"

enum { HEAD = 256 };

static void explain(const char *what, const char *path, const struct script_report *report)
{
	char text[512];
	struct buf b;
	buf_init(&b, text, sizeof text);
	script_message(report, &b);
	complain("%s: unusable: %s %s", what, path, text);
}

static bool copy_file(const char *from, int dirfd, const char *name)
{
	char block[4096];
	ssize_t n = -1;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return false;
	int out = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	bool good = out >= 0;
	while (good && (n = read_all(in, block, sizeof block)) > 0)
		good = write_all(out, block, (size_t)n);
	good = good && n == 0;
	int error = errno;
	(void)close(in); /* read only */
	if (out >= 0 && close(out) < 0 && good) {
		error = errno;
		good = false;
	}
	errno = error;
	return good;
}

enum script_use script_ready(const char *what, const char *path, int copy_dir, const char *copy)
{
	struct script_report report;
	struct stat st;
	if (script_check_at(AT_FDCWD, path, &report) == SCRIPT_OK)
		return SCRIPT_AS_IT_IS;
	if (report.fault != SCRIPT_NOT_EXECUTABLE || stat(path, &st) < 0) {
		explain(what, path, &report);
		return SCRIPT_UNUSABLE;
	}
	mode_t mode = (st.st_mode & 07777) | 0111;
	if (chmod(path, mode) == 0 && script_check_at(AT_FDCWD, path, &report) == SCRIPT_OK)
		return SCRIPT_AS_IT_IS;
	int why = errno;
	if (copy_file(path, copy_dir, copy) && script_check_at(copy_dir, copy, &report) == SCRIPT_OK)
		return SCRIPT_COPIED;
	(void)unlinkat(copy_dir, copy, 0); /* of no use there */
	complain("%s: unusable: %s is not executable, chmod says \"%s\", and the work area takes no programs (noexec): chmod +x it when the image is built", what, path, strerror(why));
	return SCRIPT_UNUSABLE;
}

void script_hint(const char *what, const char *path, int code)
{
	char head[HEAD];
	if (code != 127)
		return;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read_all(fd, head, sizeof head - 1);
	(void)close(fd); /* read only */
	if (n < 0)
		return;
	head[n] = '\0';
	head[strcspn(head, "\n")] = '\0';
	if (!strstr(head, "with-contenv"))
		warnx("%s: 127 means that a program wasn't found: without with-contenv a script has only PATH=/command:/usr/bin:/usr/sbin:/bin:/sbin; #!/usr/bin/with-contenv sh gives it the container's environment", what);
}

bool script_is_file(const char *what, const char *path)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return true;
	warnx("%s: skipped: it is no file", what);
	return false;
}
