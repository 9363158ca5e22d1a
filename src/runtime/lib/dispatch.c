#include "dispatch.h"

#include <string.h>
#include "err.h"
#include "path.h"

static int unknown_name(const struct applet *table, size_t count, const char *self, const char *name)
{
	err_line(2, "%s: \"%s\" is none of the names that this program answers to:", self, name);
	for (size_t i = 0; i < count; i++)
		err_line(2, "  %s", table[i].name);
	return EXIT_USAGE;
}

int dispatch(const struct applet *table, size_t count, const char *self, int argc, char **argv)
{
	const char *name = argc > 0 ? path_base(argv[0]) : "";
	size_t low = 0;
	size_t high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, table[middle].name);
		if (order == 0) {
			err_prog = table[middle].name;
			return table[middle].run(argc, argv);
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return unknown_name(table, count, self, name);
}
