#ifndef S6TS_DISPATCH_H
#define S6TS_DISPATCH_H
/* Many names, one binary: basename(argv[0]) picks the function (RUNTIME.md, "Shape"). */

#include <stddef.h>

struct applet {
	const char *name;
	int (*run)(int argc, char **argv);
};

/*
 * Runs the applet that argv[0] names, and returns its exit code. table: in byte order of the names (the build checks
 * it). self: the binary's own name, for the message that lists them all where argv[0] is none of them (100).
 */
int dispatch(const struct applet *table, size_t count, const char *self, int argc, char **argv);

#endif
