/* /init and what belongs to it: the applets of applets.def. */

#include "applets.h"
#include "lib/dispatch.h"

static const struct applet applets[] = {
#define APPLET(name, function, links) {name, function},
#include "applets.def"
#undef APPLET
};

int main(int argc, char **argv)
{
	return dispatch(applets, sizeof applets / sizeof applets[0], "s6-overlay-init", argc, argv);
}
