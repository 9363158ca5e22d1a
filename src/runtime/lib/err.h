#ifndef S6TS_ERR_H
#define S6TS_ERR_H
/* Messages for people, on stderr. One writev each, so that lines of several processes never mix; errno is kept. */

#include <stdarg.h>
#include <stddef.h>

/* What every message begins with; main sets it to argv[0]'s last component. */
extern const char *err_prog;
/* S6_VERBOSITY: 0 silences warnings, anything above shows them. 2 until somebody sets it. */
extern unsigned int err_verbosity;
/*
 * How long a message waits for a full pipe or a stopped terminal before it is dropped; -1 (the default): for ever, as
 * write does. After the first that was dropped nobody waits any more: what can't be written must not hold up /init.
 */
extern int err_patience_ms;

/* Exit codes of our own failures (RUNTIME.md, "Shape"). */
enum { EXIT_USAGE = 100, EXIT_SYSTEM = 111, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/*
 * The formats below know %s, %u (unsigned int), %d, %o, %m (errno's text) and %% and nothing else; the compiler checks the arguments. A
 * line has at most 14 of them. Each function adds the newline.
 */
#define ERR_FORMAT(text, first) __attribute__((format(printf, text, first)))

/* A line of our own to fd. */
void err_line(int fd, const char *format, ...) ERR_FORMAT(2, 3);
/* The same after two texts, for callers that have a prefix of their own. */
void err_vline(int fd, const char *before, const char *then, const char *format, va_list args) ERR_FORMAT(4, 0);

/* "PROG: warning: unable to WHAT PATH: strerror(errno)". WHAT is a verb: "open". PATH may be NULL. */
void warn(const char *what, const char *path);
/* "PROG: fatal: unable to WHAT PATH: strerror(errno)", then exit(code). Never for PID 1 after stage 1. */
_Noreturn void die(int code, const char *what, const char *path);
/* "PROG: usage: TEXT", then exit(100). */
_Noreturn void die_usage(const char *text);

/* "PROG: warning: …" and "PROG: fatal: …" with a sentence of our own. */
void warnx(const char *format, ...) ERR_FORMAT(1, 2);
_Noreturn void diex(int code, const char *format, ...) ERR_FORMAT(2, 3);

#endif
