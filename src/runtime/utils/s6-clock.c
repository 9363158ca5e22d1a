/* s6-clock [LABEL]: prints the system's time as a TAI64N label, or sets it to one. The system clock counts UTC. */

#include <string.h>
#include <time.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/output.h"
#include "../lib/tai.h"

static void print_time(void)
{
	struct timespec now;
	char label[TAI_TEXT];
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		die(EXIT_SYSTEM, "read", "the system clock");
	tai_label(label, now.tv_sec, (uint32_t)now.tv_nsec);
	out_bytes(label, sizeof label);
	out_byte('\n');
	out_flush();
}

int applet_s6_clock(int argc, char **argv)
{
	int64_t seconds = 0;
	uint32_t nanoseconds = 0;
	if (argc < 2) {
		print_time();
		return 0;
	}
	if (argc != 2 || !tai_parse(argv[1], strlen(argv[1]), &seconds, &nanoseconds))
		die_usage("s6-clock [ label ] (a TAI64N label: @ and 24 hexadecimal digits)");
	struct timespec wanted = {.tv_sec = (time_t)seconds, .tv_nsec = (long)nanoseconds};
	if (clock_settime(CLOCK_REALTIME, &wanted) < 0)
		die(EXIT_SYSTEM, "set", "the system clock");
	return 0;
}
