#ifndef S6TS_STOP_H
#define S6TS_STOP_H
/* Asking /init for the container's stop, from any process of the container. */

#include "paths.h"

/* Below the scan directory: a fifo that /init holds open for reading as long as it lives. */
#define STOP_FIFO ".s6-svscan/stop"

enum stop_answer {
	STOP_ASKED, /* the letter is in the fifo, or /init is going already */
	STOP_NONE,  /* no such fifo: this scan directory is not /init's */
	STOP_FAILED /* errno says why */
};

/* Writes one letter (t, i or q) to scandir's fifo. Never blocks. */
enum stop_answer stop_request(const char *scandir, char letter);

#endif
