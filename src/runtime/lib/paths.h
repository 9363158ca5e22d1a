#ifndef S6TS_PATHS_H
#define S6TS_PATHS_H
/* Where things are, in every image ("Paths" in the contract of /init). What one file alone names stays there. */

/* The work area, made anew at every start. */
#define WORK "/run/s6"
#define SCAN_DIR WORK "/services"
#define CONTAINER_ENVIRONMENT WORK "/container_environment"

/* What the overlay brings. */
#define OURS "/usr/lib/s6"
#define BIN OURS "/bin"
/* Debian's programs whose names in BIN are fronts of ours. */
#define LIBEXEC OURS "/libexec"
#define S6_LOG BIN "/s6-log"

#endif
