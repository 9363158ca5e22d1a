/* Host program of the build: prints applets.def, utils.def, knobs.def and signals.def as JSON (tables.json), for the TypeScript side. */

#include <stdio.h>
#include <string.h>
#include "applets.h"
#include "lib/logdir.h"

static void text(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}

static const char *last_applet = "";
static const char *last_binary = "";
static int failed;

/* The binaries look their names up by halves: within one table they must be in byte order. */
static void applet(const char *binary, const char *name, int links)
{
	if (strcmp(last_binary, binary) == 0 && strcmp(last_applet, name) >= 0) {
		(void)fprintf(stderr, "the table of %s: \"%s\" must come before \"%s\" (byte order)\n", binary, name,
		              last_applet);
		failed = 1;
	}
	printf("%s{\"name\":", *last_applet ? ",\n    " : "\n    ");
	last_applet = name;
	last_binary = binary;
	text(name);
	printf(",\"binary\":");
	text(binary);
	printf(",\"links\":[");
	const char *comma = "";
	static const struct {
		int bit;
		const char *folder;
	} places[] = {{LINK_COMMAND, "command"}, {LINK_USRBIN, "usr/bin"}, {LINK_ROOT, ""}};
	if (!(links & LINK_INTERNAL)) {
		printf("\"usr/lib/s6/bin\"");
		comma = ",";
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (links & places[i].bit) {
			printf("%s", comma);
			text(places[i].folder);
			comma = ",";
		}
	}
	printf("]}");
}

static void knob(const char *name, const char *kind, const char *value, unsigned long min, unsigned long max,
                 const char *unit, const char *help)
{
	static int more;
	printf("%s{\"name\":", more ? ",\n    " : "\n    ");
	more = 1;
	text(name);
	printf(",\"kind\":");
	text(kind);
	printf(",\"default\":");
	text(value);
	printf(",\"min\":%lu,\"max\":%lu,\"unit\":", min, max);
	text(unit);
	printf(",\"help\":");
	text(help);
	printf("}");
}

int main(void)
{
	printf("{\n  \"version\": ");
	text(S6TS_VERSION);
	printf(",\n  \"applets\": [");
#define APPLET(name, function, links) applet("init", name, links);
#include "applets.def"
#undef APPLET
#define APPLET(name, function, links) applet("utils", name, links);
#include "utils.def"
#undef APPLET
	printf("\n  ],\n  \"knobs\": [");
#define NUMBER(field, name, kind, value, min, max, unit, help) knob(name, #kind, #value, min, max, unit, help);
#define TEXT(field, name, kind, value, unit, help) knob(name, #kind, value, 0, 0, unit, help);
#include "knobs.def"
#undef NUMBER
#undef TEXT
	printf("\n  ],\n  \"signals\": [");
	const char *comma = "";
#define SIGNAL(name, number) \
	printf("%s", comma); \
	text(name); \
	comma = ",";
#include "signals.def"
#undef SIGNAL
	printf("]\n}\n");
	return failed || fflush(stdout) != 0;
}
