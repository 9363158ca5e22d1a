#include "options.h"

#include <string.h>
#include "err.h"

int options_next(struct options *o, const char *spec)
{
	const char *word = o->argv[o->next];
	if (!o->at) {
		if (!word || strlen(word) < o->skip + 2 || word[o->skip] != '-')
			return OPTIONS_END; /* a lone "-" is an operand */
		if (strcmp(word + o->skip, "--") == 0) {
			o->next++;
			return OPTIONS_END;
		}
		o->at = o->skip + 1;
	}
	char letter = word[o->at++];
	const char *known = letter == ':' ? NULL : strchr(spec, letter);
	const char *rest = word + o->at;
	if (known && known[1] == ':' && *rest) {
		o->arg = rest;
	} else if (known && known[1] == ':') {
		o->next++;
		const char *arg = o->argv[o->next];
		if (!arg || strlen(arg) < o->skip)
			return OPTIONS_BAD;
		o->arg = arg + o->skip;
	} else if (*rest) {
		return known ? letter : OPTIONS_BAD;
	}
	o->at = 0;
	o->next++;
	return known ? letter : OPTIONS_BAD;
}

bool options_flag(struct options *o, char letter, const char *usage)
{
	const char spec[] = {letter, '\0'};
	bool given = false;
	for (int found; (found = options_next(o, spec)) != OPTIONS_END; given = true)
		if (found != letter)
			die_usage(usage);
	return given;
}
