#include <stdarg.h>
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

void complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_vline(2, "s6-overlay-init: ", "", format, args);
	va_end(args);
}
