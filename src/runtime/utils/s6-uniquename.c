/*
 * s6-uniquename [-n RANDOMLEN] PREFIX: prints PREFIX:LABEL:PID:HOST, LABEL the time as TAI64N, and with -n a colon and
 * so many random letters, digits, dashes and underscores more. A name only: no file is made.
 */

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/str.h"
#include "../lib/tai.h"

#define USAGE "s6-uniquename [ -n randomlen ] prefix"

/* A host's name holds no slash by custom only; a file's name must not. */
static void print_host(void)
{
	char host[256];
	if (gethostname(host, sizeof host) < 0)
		die(EXIT_SYSTEM, "read", "the host's name");
	host[sizeof host - 1] = '\0';
	for (char *at = host; *at; at++)
		out_byte(*at == '/' ? '-' : *at);
}

static void print_random(uint64_t length)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	while (length--) {
		unsigned char byte = 0;
		while (getrandom(&byte, 1, 0) < 0)
			if (errno != EINTR)
				die(EXIT_SYSTEM, "get", "random bytes");
		out_byte(letters[byte % 64]); /* 64 letters: each of them as likely */
	}
}

int applet_s6_uniquename(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	uint64_t length = 0;
	char label[TAI_TEXT];
	struct timespec now;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "n:")) != OPTIONS_END;)
		if (letter != 'n' || !parse_u64(o.arg, strlen(o.arg), 255, &length))
			die_usage(USAGE);
	if (!argv[o.next] || argv[o.next + 1])
		die_usage(USAGE);
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		die(EXIT_SYSTEM, "read", "the system clock");
	tai_label(label, now.tv_sec, (uint32_t)now.tv_nsec);
	out_text(argv[o.next]);
	out_byte(':');
	out_bytes(label, sizeof label);
	out_byte(':');
	out_number((uint64_t)getpid());
	out_byte(':');
	print_host();
	if (length) {
		out_byte(':');
		print_random(length);
	}
	out_byte('\n');
	out_flush();
	return 0;
}
