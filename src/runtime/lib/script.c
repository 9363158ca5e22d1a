#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "io.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

void script_parse(const char *head, size_t n, struct script_report *report)
{
	report->interpreter[0] = '\0';
	report->fault = SCRIPT_OK;
	if (!n) {
		report->fault = SCRIPT_EMPTY;
		return;
	}
	if (n >= 4 && memcmp(head, "\177ELF", 4) == 0)
		return;
	if (n >= 5 && memcmp(head, "\357\273\277#!", 5) == 0) {
		report->fault = SCRIPT_BOM;
		return;
	}
	if (n < 2 || head[0] != '#' || head[1] != '!') {
		report->fault = SCRIPT_NO_INTERPRETER_LINE;
		return;
	}
	const char *newline = memchr(head, '\n', n);
	const char *end = newline ? newline : head + n;
	bool crlf = newline && newline > head && newline[-1] == '\r';
	if (crlf)
		end--;
	const char *at = head + 2;
	while (at < end && blank(*at))
		at++;
	const char *word = at;
	while (at < end && !blank(*at) && *at)
		at++;
	if (at == word) {
		report->fault = SCRIPT_BAD_INTERPRETER_LINE;
		return;
	}
	struct buf b;
	buf_init(&b, report->interpreter, sizeof report->interpreter);
	buf_bytes(&b, word, (size_t)(at - word));
	if (crlf)
		report->fault = SCRIPT_CRLF;
}

/* Real ids, which are ours: AT_EACCESS would be faccessat2, to which old seccomp profiles answer EPERM. */
static bool may_execute(int dirfd, const char *path)
{
	return faccessat(dirfd, path, X_OK, 0) == 0 || errno != EACCES; /* what else it is, execve says better */
}

static enum script_fault fault_of_open(int error)
{
	if (error == ENOENT || error == ENOTDIR || error == ELOOP)
		return SCRIPT_MISSING;
	return SCRIPT_UNREADABLE;
}

/* A file that we may execute but not read (mode 0111) can only be a binary: the kernel judges it. */
static enum script_fault judge_unread(int dirfd, const char *path, struct script_report *report)
{
	struct stat st;
	report->error = errno;
	report->fault = fault_of_open(errno);
	if (report->fault == SCRIPT_UNREADABLE && fstatat(dirfd, path, &st, 0) == 0) {
		if (!S_ISREG(st.st_mode))
			report->fault = SCRIPT_NOT_FILE;
		else if (report->error == EACCES && may_execute(dirfd, path))
			report->fault = SCRIPT_OK;
	}
	return report->fault;
}

static void check_interpreter(int dirfd, struct script_report *report)
{
	struct stat st;
	/* A relative interpreter is looked up from the cwd by the kernel; dirfd is as near as we get. */
	if (fstatat(dirfd, report->interpreter, &st, 0) < 0) {
		report->error = errno;
		report->fault = SCRIPT_NO_INTERPRETER;
	} else if (!S_ISREG(st.st_mode) || !may_execute(dirfd, report->interpreter)) {
		report->fault = SCRIPT_INTERPRETER_NOT_EXECUTABLE;
	}
}

enum script_fault script_check_at(int dirfd, const char *path, struct script_report *report)
{
	*report = (struct script_report){.fault = SCRIPT_OK};
	struct stat st;
	char head[512] = {0}; /* the kernel reads 256 (BINPRM_BUF_SIZE); more shows where an over-long line ends */
	/* O_NONBLOCK: a fifo in the user's folder must not hang the boot */
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return judge_unread(dirfd, path, report);
	ssize_t n = fstat(fd, &st);
	if (n == 0 && S_ISREG(st.st_mode))
		n = read_all(fd, head, sizeof head);
	if (n < 0) {
		report->error = errno;
		report->fault = SCRIPT_UNREADABLE;
	} else if (!S_ISREG(st.st_mode)) {
		report->fault = SCRIPT_NOT_FILE;
	} else {
		script_parse(head, (size_t)n, report);
		if (report->fault == SCRIPT_OK && report->interpreter[0])
			check_interpreter(dirfd, report);
		/* Said last: the other faults would stay after a chmod. */
		if (report->fault == SCRIPT_OK && !may_execute(dirfd, path))
			report->fault = SCRIPT_NOT_EXECUTABLE;
	}
	(void)close(fd); /* read only */
	return report->fault;
}

void script_message(const struct script_report *report, struct buf *out)
{
	switch (report->fault) {
	case SCRIPT_OK:
		break;
	case SCRIPT_MISSING:
		buf_text(out, "does not exist, or is a link to nothing");
		break;
	case SCRIPT_NOT_FILE:
		buf_text(out, "is not a regular file");
		break;
	case SCRIPT_NOT_EXECUTABLE:
		buf_text(out, "is not executable: chmod +x it");
		break;
	case SCRIPT_UNREADABLE:
		buf_text(out, "can't be read: ");
		buf_text(out, strerror(report->error));
		break;
	case SCRIPT_EMPTY:
		buf_text(out, "is empty");
		break;
	case SCRIPT_NO_INTERPRETER_LINE:
		buf_text(out, "has no #! line: its first line must name an interpreter, such as #!/bin/sh");
		break;
	case SCRIPT_BAD_INTERPRETER_LINE:
		buf_text(out, "has a #! line that names no interpreter");
		break;
	case SCRIPT_CRLF:
		buf_text(out, "has Windows line ends (CR LF), so its interpreter is taken for \"");
		buf_text(out, report->interpreter);
		buf_text(out, "\\r\": convert it, as with dos2unix");
		break;
	case SCRIPT_BOM:
		buf_text(out, "begins with a UTF-8 byte order mark before its #! line: save it without");
		break;
	case SCRIPT_NO_INTERPRETER:
		buf_text(out, "needs the interpreter ");
		buf_text(out, report->interpreter);
		buf_text(out, report->error == ENOENT ? ", which is not in this image" : ": ");
		if (report->error != ENOENT)
			buf_text(out, strerror(report->error));
		break;
	case SCRIPT_INTERPRETER_NOT_EXECUTABLE:
		buf_text(out, "needs the interpreter ");
		buf_text(out, report->interpreter);
		buf_text(out, ", which is not executable");
		break;
	}
}
