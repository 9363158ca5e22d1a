#ifndef S6TS_LOOP_H
#define S6TS_LOOP_H
/* The one place where /init waits: signals, its fifos, and the end of its children. */

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct init;

/* Called when fd has something; index as given to loop_watch. */
typedef void loop_handler(struct init *s, size_t index, short events);

struct loop {
	int signal_fd;
	struct pollfd *polled; /* [0] is signal_fd */
	struct loop_watch {
		loop_handler *handler;
		size_t index;
	} *watch;
	size_t count;
	size_t size;
};

/* Every signal that there is; musl's sigfillset leaves out 32 to 34, of which 34 is everybody else's RTMIN. */
void loop_all_signals(sigset_t *all);
/* Signals must be blocked already. Exits 111 when the kernel refuses (stage 1 only). */
void loop_init(struct init *s);
/* False with errno when there is no memory for another. */
bool loop_watch(struct init *s, int fd, short events, loop_handler *handler, size_t index);
/* The descriptor stays open. */
void loop_unwatch(struct init *s, int fd);

/* Never: loop_until without a limit. */
#define NO_DEADLINE UINT64_MAX

/* Monotonic ns, ms milliseconds from now; 0 ms is now. */
uint64_t deadline_in(unsigned int ms);

/*
 * Takes events until done(s) holds (asked first, and after each batch) or the deadline has passed.
 * Returns whether done(s) holds. NULL: until the deadline.
 */
bool loop_until(struct init *s, bool (*done)(struct init *), uint64_t deadline);

/* Waits for all children that have ended by now. */
void loop_reap(struct init *s);

#endif
