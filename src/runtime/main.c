/* One binary, many names: basename(argv[0]) picks the applet (RUNTIME.md, "Shape"). */

#include <string.h>
#include "applets.h"
#include "lib/err.h"
#include "lib/path.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} applets[] = {
#define APPLET(name, function, links) {name, function},
#include "applets.def"
#undef APPLET
};
enum { APPLET_COUNT = sizeof applets / sizeof applets[0] };

/* Prints the names that this binary answers to. */
static int unknown_name(const char *name)
{
	err_line(2, "s6-overlay-init: \"%s\" is none of the names that this program answers to:", name);
	for (size_t i = 0; i < APPLET_COUNT; i++)
		err_line(2, "  %s", applets[i].name);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? path_base(argv[0]) : "";
	size_t low = 0;
	size_t high = APPLET_COUNT;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, applets[middle].name);
		if (order == 0) {
			err_prog = applets[middle].name;
			return applets[middle].run(argc, argv);
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return unknown_name(name);
}
