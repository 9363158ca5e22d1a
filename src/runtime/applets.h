#ifndef S6TS_APPLETS_H
#define S6TS_APPLETS_H
/* The names that the binary answers to: applets.def as functions and as places of links. */

enum {
	LINK_COMMAND = 1, /* /command/NAME */
	LINK_USRBIN = 2,  /* /usr/bin/NAME */
	LINK_ROOT = 4,    /* /NAME */
	LINK_INTERNAL = 8 /* no link at all, not even in /usr/lib/s6/bin */
};

#define APPLET(name, function, links) int function(int argc, char **argv);
#include "applets.def"
#undef APPLET

#endif
