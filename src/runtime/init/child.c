#include "child.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "init.h"

pid_t child_fork(struct init *s, enum child_group group)
{
	pid_t pid = fork();
	if (pid > 0 && group == GROUP_OWN)
		(void)setpgid(pid, pid); /* as the child does: whoever is first; EACCES after its exec */
	if (pid)
		return pid;
	err_patience_ms = -1; /* a child may wait: a stop ends it */
	if (group == GROUP_OWN)
		(void)setpgid(0, 0); /* can fail only for a session leader, which a forked child isn't */
	else if (group == GROUP_SESSION)
		(void)setsid(); /* a fresh child leads no group: it can't fail */
	(void)umask(s->old_umask);
	(void)sigprocmask(SIG_SETMASK, &s->child_mask, NULL); /* fails only for a wrong first argument */
	return 0;
}

static void move_to(int from, int to)
{
	if (from < 0 || from == to)
		return;
	if (dup2(from, to) < 0)
		die(EXIT_SYSTEM, "set up the standard descriptors", NULL);
}

void child_stdio(int in, int out, int err)
{
	move_to(in, 0);
	move_to(out, 1);
	move_to(err, 2);
}
