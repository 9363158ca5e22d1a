/* multisubstitute { … } PROG…: execline's program, with the `import` directive that it had in v1's days. */

#include <stdlib.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/import.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"

#define REAL LIBEXEC "/multisubstitute"

int applet_multisubstitute(int argc, char **argv)
{
	static char name[] = "multisubstitute";
	if (argc < 1)
		die_usage("multisubstitute { directives... } prog...");
	char **command = calloc(2 * (size_t)argc + 2, sizeof *command);
	if (!command)
		die(EXIT_SYSTEM, "allocate memory for", "the command");
	command[0] = name;
	(void)import_translate_block(argv + 1, command + 1); /* NULL-terminated: the count isn't needed */
	exec_own(REAL, command);
}
