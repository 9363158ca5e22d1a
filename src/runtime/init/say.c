#include <stdarg.h>
#include "../lib/timeline.h"
#include "init.h"

void say(const char *format, ...)
{
	va_list args;
	if (err_verbosity < 2)
		return;
	va_start(args, format);
	err_vline(2, "", "", format, args);
	va_end(args);
}

void say_time(const struct init *s, const char *what)
{
	if (err_verbosity >= 3)
		err_line(2, "[s6-init] %u ms: %s", (unsigned int)((monotonic_ns() - s->start) / 1000000u), what);
}

void complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_vline(2, "s6-overlay-init: ", "", format, args);
	va_end(args);
}
