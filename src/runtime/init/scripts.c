#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/script.h"
#include "../lib/spawn.h"
#include "init.h"

enum { HEAD = 256, ARGUMENTS = 8 };

void script_label(char out[LABEL_SIZE], const char *kind, const char *name)
{
	struct buf b;
	buf_init(&b, out, LABEL_SIZE);
	buf_text(&b, "[");
	buf_text(&b, kind);
	buf_text(&b, "] ");
	buf_text(&b, name);
}

enum script_use script_ready(const char *what, const char *path)
{
	struct script_report report;
	struct stat st;
	char text[512];
	struct buf b;
	if (script_check_at(AT_FDCWD, path, &report) == SCRIPT_OK)
		return SCRIPT_AS_IT_IS;
	if (report.fault == SCRIPT_NOT_EXECUTABLE && stat(path, &st) == 0) {
		if (chmod(path, (st.st_mode & 07777) | 0111) == 0)
			return SCRIPT_AS_IT_IS;
		if (report.interpreter[0])
			return SCRIPT_BY_INTERPRETER;
	}
	buf_init(&b, text, sizeof text);
	script_message(&report, &b);
	complain("%s: unusable: %s %s", what, path, text);
	return SCRIPT_UNUSABLE;
}

/* The first line of a file, cut at HEAD - 1 bytes; "" when it can't be read. */
static void first_line(const char *path, char line[HEAD])
{
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read_all(fd, line, HEAD - 1);
		(void)close(fd); /* read only */
	}
	line[n < 0 ? 0 : n] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

void script_exec(const char *path, char *const *argv, char *const *env)
{
	char line[HEAD];
	char file[4096];
	char *args[ARGUMENTS + 4] = {0};
	size_t n = 0;
	struct buf b;
	first_line(path, line);
	char *at = line + 2 + strspn(line + 2, " \t"); /* script_ready has seen the #! */
	args[n++] = at;
	at += strcspn(at, " \t");
	if (*at) {
		*at++ = '\0';
		at += strspn(at, " \t");
		for (char *end = at + strlen(at); end > at && (end[-1] == ' ' || end[-1] == '\t');)
			*--end = '\0';
		if (*at)
			args[n++] = at; /* all the rest is one argument (execve(2)) */
	}
	buf_init(&b, file, sizeof file);
	buf_text(&b, path);
	args[n++] = file;
	for (size_t i = 1; argv[0] && argv[i] && i < ARGUMENTS; i++)
		args[n++] = argv[i];
	(void)execve(args[0], args, env); /* returns only on failure */
}

_Noreturn void script_run(const char *what, const char *path, enum script_use use, int in, char *const *env)
{
	char file[4096];
	char *argv[] = {file, NULL};
	struct buf b;
	buf_init(&b, file, sizeof file);
	buf_text(&b, path);
	child_stdio(in, -1, -1);
	if (use == SCRIPT_BY_INTERPRETER)
		script_exec(path, argv, env);
	else
		(void)execve(path, argv, env); /* returns only on failure */
	complain("%s: unable to execute %s: %m", what, path);
	_exit(exec_failure_code(errno));
}

void script_hint(const char *what, const char *path, int code)
{
	char line[HEAD];
	if (code != 127)
		return;
	first_line(path, line);
	if (!strstr(line, "with-contenv"))
		warnx("%s: 127: a program wasn't found; #!/usr/bin/with-contenv sh would give it the container's PATH", what);
}

bool script_is_file(const char *what, const char *path)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && S_ISREG(st.st_mode))
		return true;
	warnx(there ? "%s: skipped: it is no file" : "%s: skipped: %m", what);
	return false;
}
