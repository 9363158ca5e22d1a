/* The errors that our system calls answer with, in words; musl's table of all of them is 4 KB. */

#include <errno.h>
#include <string.h>

static const struct {
	unsigned char number;
	char text[30];
} table[] = {
	{EPERM, "Operation not permitted"},
	{ENOENT, "No such file or directory"},
	{ESRCH, "No such process"},
	{EIO, "I/O error"},
	{ENXIO, "No such device or address"},
	{E2BIG, "Argument list too long"},
	{ENOEXEC, "Exec format error"},
	{EBADF, "Bad file descriptor"},
	{ECHILD, "No child process"},
	{EAGAIN, "Try again later"},
	{ENOMEM, "Out of memory"},
	{EACCES, "Permission denied"},
	{EBUSY, "Resource busy"},
	{EEXIST, "File exists"},
	{EXDEV, "Cross-device link"},
	{ENOTDIR, "Not a directory"},
	{EISDIR, "Is a directory"},
	{EINVAL, "Invalid argument"},
	{ENFILE, "Too many open files in system"},
	{EMFILE, "Too many open files"},
	{ENOTTY, "Not a tty"},
	{ETXTBSY, "Text file busy"},
	{EFBIG, "File too large"},
	{ENOSPC, "No space left on device"},
	{EROFS, "Read-only file system"},
	{EMLINK, "Too many links"},
	{EPIPE, "Broken pipe"},
	{ENAMETOOLONG, "Filename too long"},
	{ENOSYS, "Function not implemented"},
	{ENOTEMPTY, "Directory not empty"},
	{ELOOP, "Symbolic link loop"},
	{EOPNOTSUPP, "Not supported"},
	{ETIMEDOUT, "Operation timed out"},
	{ESTALE, "Stale file handle"},
	{EDQUOT, "Quota exceeded"},
};

char *strerror(int error)
{
	static char other[] = "error 000";
	static char text[sizeof table[0].text];
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].number == error)
			return strcpy(text, table[i].text);
	for (size_t i = sizeof other - 2; i > 5; i--) {
		other[i] = (char)('0' + error % 10);
		error /= 10;
	}
	return other;
}
