#ifndef S6TS_ERR_H
#define S6TS_ERR_H
/* Messages for people, on stderr. One writev each, so that lines of several processes never mix; errno is kept. */

#include <stddef.h>

/* What every message begins with; main sets it to argv[0]'s last component. */
extern const char *err_prog;
/* S6_VERBOSITY: 0 silences warnings, anything above shows them. 2 until somebody sets it. */
extern unsigned int err_verbosity;

/* Exit codes of our own failures (RUNTIME.md, "Shape"). */
enum { EXIT_USAGE = 100, EXIT_SYSTEM = 111, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* Writes the pieces (NULL-terminated, at most 24) and a newline to fd with one writev. */
void err_pieces(int fd, const char *const *pieces);

/* "PROG: warning: unable to WHAT PATH: strerror(errno)". WHAT is a verb: "open". PATH may be NULL. */
void warn(const char *what, const char *path);
/* "PROG: fatal: unable to WHAT PATH: strerror(errno)", then exit(code). Never for PID 1 after stage 1. */
_Noreturn void die(int code, const char *what, const char *path);
/* "PROG: usage: TEXT", then exit(100). */
_Noreturn void die_usage(const char *text);

void warn_pieces(const char *const *pieces);
_Noreturn void die_pieces(int code, const char *const *pieces);

/* The same with a sentence of our own, given in pieces: err_line(2, "a", name), warnx("bad ", name), diex(100, "x"). */
#define err_line(fd, ...) err_pieces((fd), (const char *const[]){__VA_ARGS__, NULL})
#define warnx(...) warn_pieces((const char *const[]){__VA_ARGS__, NULL})
#define diex(code, ...) die_pieces((code), (const char *const[]){__VA_ARGS__, NULL})

#endif
