#include "err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

const char *err_prog = "s6-overlay-init";
unsigned int err_verbosity = 2;

enum { PIECES_MAX = 24 };

void err_pieces(int fd, const char *const *pieces)
{
	int error = errno;
	struct iovec v[PIECES_MAX + 1];
	int n = 0;
	for (; pieces[n] && n < PIECES_MAX; n++) {
		union {
			const char *from;
			void *to;
		} text = {.from = pieces[n]}; /* iovec has no const; writev only reads */
		v[n].iov_base = text.to;
		v[n].iov_len = strlen(pieces[n]);
	}
	char newline[] = "\n";
	v[n].iov_base = newline;
	v[n].iov_len = 1;
	n++;
	while (writev(fd, v, n) < 0 && errno == EINTR)
		;
	/* A message that can't be written can't be reported either. */
	errno = error;
}

void warn_pieces(const char *const *pieces)
{
	if (err_verbosity < 1)
		return;
	const char *all[PIECES_MAX + 1] = {err_prog, ": warning: "};
	size_t n = 2;
	for (size_t i = 0; pieces[i] && n < PIECES_MAX; i++)
		all[n++] = pieces[i];
	all[n] = NULL;
	err_pieces(2, all);
}

void die_pieces(int code, const char *const *pieces)
{
	const char *all[PIECES_MAX + 1] = {err_prog, ": fatal: "};
	size_t n = 2;
	for (size_t i = 0; pieces[i] && n < PIECES_MAX; i++)
		all[n++] = pieces[i];
	all[n] = NULL;
	err_pieces(2, all);
	_Exit(code);
}

void warn(const char *what, const char *path)
{
	const char *reason = strerror(errno);
	warnx("unable to ", what, path ? " " : "", path ? path : "", ": ", reason);
}

void die(int code, const char *what, const char *path)
{
	const char *reason = strerror(errno);
	diex(code, "unable to ", what, path ? " " : "", path ? path : "", ": ", reason);
}

void die_usage(const char *text)
{
	err_line(2, err_prog, ": usage: ", text);
	_Exit(EXIT_USAGE);
}
