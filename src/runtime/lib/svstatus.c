#include "svstatus.h"

#include "io.h"
#include "spawn.h"

/* 12 + 12 bytes of times, pid and pgid of 8, then these; all big-endian. */
enum { PID = 28, WSTAT = 40, FLAGS = 42, SIZE = 43, FLAG_FINISHING = 2, FLAG_WANTED_UP = 4 };

bool svstatus_read(int dirfd, const char *path, struct svstatus *out)
{
	unsigned char status[SIZE + 1];
	if (read_file_at(dirfd, path, (char *)status, sizeof status) != SIZE)
		return false;
	out->pid = 0;
	for (int i = PID; i < PID + 4; i++) /* its other four bytes are zeros */
		out->pid = out->pid << 8 | status[i];
	out->code = status_code(status[WSTAT] << 8 | status[WSTAT + 1]);
	out->finishing = status[FLAGS] & FLAG_FINISHING;
	out->wanted_up = status[FLAGS] & FLAG_WANTED_UP;
	return true;
}
