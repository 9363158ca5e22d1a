#ifndef S6TS_APPLETS_H
#define S6TS_APPLETS_H
/* The names that our two binaries answer to: applets.def (init) and utils.def (utils) as functions, and places of links. */

enum {
	LINK_COMMAND = 1, /* /command/NAME */
	LINK_USRBIN = 2,  /* /usr/bin/NAME */
	LINK_ROOT = 4,    /* /NAME */
	LINK_INTERNAL = 8 /* no link at all, not even in /usr/lib/s6/bin */
};

#define APPLET(name, function, links) int function(int argc, char **argv);
#include "applets.def"
#include "utils.def"
#undef APPLET

#endif
