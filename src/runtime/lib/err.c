#include "err.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include "str.h"

const char *err_prog = "s6-overlay-init";
unsigned int err_verbosity = 2;
int err_patience_ms = -1;

enum { PIECES_MAX = 32, NUMBERS_MAX = 8 };

struct line {
	struct iovec piece[PIECES_MAX];
	int count;
	char number[NUMBERS_MAX][U64_TEXT + 1];
	int numbers;
};

static void add(struct line *l, const char *s, size_t n)
{
	union {
		const char *from;
		void *to;
	} text = {.from = s}; /* iovec has no const; writev only reads */
	if (l->count == PIECES_MAX || !n)
		return;
	l->piece[l->count].iov_base = text.to;
	l->piece[l->count++].iov_len = n;
}

static void add_number(struct line *l, uint64_t n, bool negative, bool octal)
{
	struct buf b;
	if (l->numbers == NUMBERS_MAX)
		return;
	buf_init(&b, l->number[l->numbers++], sizeof l->number[0]);
	if (negative)
		buf_text(&b, "-");
	if (octal)
		buf_octal(&b, n);
	else
		buf_number(&b, n);
	add(l, b.s, b.len);
}

/* Does fd take a line within our patience? */
static bool has_room(int fd)
{
	struct pollfd out = {.fd = fd, .events = POLLOUT};
	if (poll(&out, 1, err_patience_ms) != 0) /* an error is writev's to see */
		return true;
	err_patience_ms = 0;
	return false;
}

void err_vline(int fd, const char *before, const char *then, const char *format, va_list args)
{
	int error = errno;
	struct line l;
	l.count = 0;
	l.numbers = 0;
	add(&l, before, strlen(before));
	add(&l, then, strlen(then));
	while (*format) {
		size_t n = strcspn(format, "%");
		add(&l, format, n);
		format += n;
		if (!*format)
			break;
		char kind = format[1];
		format += 2;
		if (kind == 's') {
			const char *s = va_arg(args, const char *);
			add(&l, s, strlen(s));
		} else if (kind == 'm') {
			const char *s = strerror(error);
			add(&l, s, strlen(s));
		} else if (kind == 'd') {
			int value = va_arg(args, int);
			add_number(&l, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, false);
		} else if (kind == 'u' || kind == 'o') {
			add_number(&l, va_arg(args, unsigned int), false, kind == 'o');
		} else {
			add(&l, "%", 1);
		}
	}
	if (l.count == PIECES_MAX)
		l.count--; /* the newline has the last place */
	add(&l, "\n", 1);
	while (has_room(fd) && writev(fd, l.piece, l.count) < 0 && errno == EINTR)
		;
	/* A message that can't be written can't be reported either. */
	errno = error;
}

void err_line(int fd, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_vline(fd, "", "", format, args);
	va_end(args);
}

void warnx(const char *format, ...)
{
	va_list args;
	if (err_verbosity < 1)
		return;
	va_start(args, format);
	err_vline(2, err_prog, ": warning: ", format, args);
	va_end(args);
}

void diex(int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_vline(2, err_prog, ": fatal: ", format, args);
	va_end(args);
	_Exit(code);
}

void warn(const char *what, const char *path)
{
	warnx("unable to %s%s%s: %m", what, path ? " " : "", path ? path : "");
}

void die(int code, const char *what, const char *path)
{
	diex(code, "unable to %s%s%s: %m", what, path ? " " : "", path ? path : "");
}

void die_usage(const char *text)
{
	err_line(2, "%s: usage: %s", err_prog, text);
	_Exit(EXIT_USAGE);
}
