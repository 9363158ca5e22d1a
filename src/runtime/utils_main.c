/* The second binary, s6-overlay-utils: the small programs of utils.def, kept apart so that /init stays below 64 KB. */

#include "applets.h"
#include "lib/dispatch.h"
#include "lib/err.h"

static const struct applet applets[] = {
#define APPLET(name, function, links) {name, function},
#include "utils.def"
#undef APPLET
};

int main(int argc, char **argv)
{
	err_prog = "s6-overlay-utils";
	return dispatch(applets, sizeof applets / sizeof applets[0], err_prog, argc, argv);
}
