#include "import.h"

#include <stdbool.h>
#include <string.h>
#include "options.h"

/* What may stand in a multisubstitute block (execline's page on it): options, then so many words, then maybe a block. */
static const struct directive {
	char name[17]; /* no pointers: they would cost a relocation each */
	char options[13];
	unsigned char operands;
	bool has_block;
} directives[] = {
	{"define", "NnsCcd:", 2, false},
	{"elgetpositionals", "P:", 0, false},
	{"elglob", "vwsme0nd:", 2, false},
	{"import", IMPORT_OPTIONS, 1, false},
	{"importas", "S" IMPORT_OPTIONS, 2, false},
	{"multidefine", "0rNnsCcd:", 1, true},
};

static const struct directive *directive_named(const char *name)
{
	for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
		if (strcmp(directives[i].name, name) == 0)
			return &directives[i];
	return NULL;
}

static bool in_block(const char *word)
{
	return word && word[0] == ' ';
}

/* Where the directive at argv[start] ends; 0 when it isn't as it should be. */
static size_t directive_end(char *const *argv, size_t start, const struct directive *d)
{
	struct options o = {.argv = argv, .next = start + 1, .skip = 1};
	size_t operands = d->operands;
	int letter;
	while ((letter = options_next(&o, d->options)) != OPTIONS_END) {
		if (letter == OPTIONS_BAD)
			return 0;
		if (letter == 'S')
			operands = 1;
	}
	size_t i = o.next;
	for (; operands; operands--, i++)
		if (!in_block(argv[i]))
			return 0;
	if (!d->has_block)
		return i;
	while (in_block(argv[i]) && argv[i][1] == ' ')
		i++;
	return in_block(argv[i]) && !argv[i][1] ? i + 1 : 0; /* " " ends the inner block */
}

size_t import_translate_block(char *const *argv, char **out)
{
	static char importas[] = " importas";
	size_t n = 0;
	size_t i = 0;
	while (in_block(argv[i])) {
		const struct directive *d = directive_named(argv[i] + 1);
		size_t end = d ? directive_end(argv, i, d) : 0;
		if (!end)
			break;
		bool old = strcmp(d->name, "import") == 0;
		out[n++] = old ? importas : argv[i];
		for (i++; i < end; i++)
			out[n++] = argv[i];
		if (old)
			out[n++] = argv[end - 1]; /* import VAR is importas VAR VAR */
	}
	while (argv[i])
		out[n++] = argv[i++];
	out[n] = NULL;
	return n;
}
