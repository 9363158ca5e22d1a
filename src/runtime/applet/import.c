/* import [options] VAR PROG…: execline's old program, by today's importas VAR VAR PROG… */

#include <stdlib.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/import.h"
#include "../lib/options.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"

#define IMPORTAS BIN "/importas"

int applet_import(int argc, char **argv)
{
	static char name[] = "importas";
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, IMPORT_OPTIONS)) != OPTIONS_END;)
		if (letter == OPTIONS_BAD)
			die_usage("import [ -i | -D default ] [ -u ] [ -s ] [ -C | -c ] [ -n ] [ -d delim ] envvar prog...");
	if (argc < 2 || !argv[o.next])
		die_usage("import [ -i | -D default ] [ -u ] [ -s ] [ -C | -c ] [ -n ] [ -d delim ] envvar prog...");
	char **command = calloc((size_t)argc + 2, sizeof *command);
	if (!command)
		die(EXIT_SYSTEM, "allocate memory for", "the command");
	size_t n = 0;
	command[n++] = name;
	for (size_t i = 1; i <= o.next; i++)
		command[n++] = argv[i];
	for (size_t i = o.next; argv[i]; i++)
		command[n++] = argv[i];
	exec_own(IMPORTAS, command);
}
