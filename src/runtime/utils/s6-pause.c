/*
 * s6-pause [-t] [-h] [-a] [-q] [-b] [-i] [-p SIGNALS]: blocks until it is killed, ignoring TERM, HUP, ALRM, QUIT, ABRT,
 * INT or the comma-separated SIGNALS (numbers; names are understood too).
 */

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/signals.h"

#define USAGE "s6-pause [ -t ] [ -h ] [ -a ] [ -q ] [ -b ] [ -i ] [ -p signals ]"

static void ignore(int number)
{
	if (signal(number, SIG_IGN) == SIG_ERR)
		diex(EXIT_USAGE, "signal %d can't be ignored", number);
}

static void ignore_list(const char *list)
{
	for (;; list++) {
		size_t n = strcspn(list, ",");
		int number = signal_number(list, n);
		if (!number)
			die_usage(USAGE);
		ignore(number);
		list += n;
		if (!*list)
			return;
	}
}

int applet_s6_pause(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "thaqbip:")) != OPTIONS_END;) {
		switch (letter) {
		case 't': ignore(SIGTERM); break;
		case 'h': ignore(SIGHUP); break;
		case 'a': ignore(SIGALRM); break;
		case 'q': ignore(SIGQUIT); break;
		case 'b': ignore(SIGABRT); break;
		case 'i': ignore(SIGINT); break;
		case 'p': ignore_list(o.arg); break;
		default: die_usage(USAGE);
		}
	}
	if (argv[o.next])
		die_usage(USAGE);
	for (;;)
		(void)pause(); /* it returns after a caught signal, and none is caught */
}
