#ifndef S6TS_OPTIONS_H
#define S6TS_OPTIONS_H
/* Command line options as skarnet's programs read them: they end at the first word that is none, or behind "--". */

#include <stdbool.h>
#include <stddef.h>

struct options {
	char *const *argv; /* NULL-terminated; next is the word looked at */
	size_t next;
	size_t skip;     /* characters before each word's text: 1 inside an execline block */
	size_t at;       /* inside a cluster such as -an: where it goes on; 0 between words */
	const char *arg; /* the last option's argument */
};

enum { OPTIONS_END = -1, OPTIONS_BAD = '?' };

/*
 * Pure. The next option's letter; spec as getopt's: letters, a colon behind those that take an argument (glued or the
 * next word). END: argv[next] is the first operand. BAD: unknown, or its argument is missing.
 */
int options_next(struct options *o, const char *spec);
/* For a program whose only option is -letter: is it given? Dies with usage at any other. */
bool options_flag(struct options *o, char letter, const char *usage);

#endif
