#include "processes.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "../lib/process_table.h"
#include "init.h"

static unsigned int signal_known(struct init *s, int number)
{
	if (s->is_pid1)
		return kill(-1, number) == 0;
	if (s->cmd.pid && !s->cmd.ended)
		return kill(s->cmd.pid, number) == 0;
	return 0;
}

unsigned int processes_signal(struct init *s, int number, enum process_choice choice)
{
	struct process_table t = {0};
	pid_t self = getpid();
	unsigned int sent = 0;
	if (!process_table_read(&t, self, choice == NOT_LOGGERS)) {
		free(t.p);
		return signal_known(s, number);
	}
	for (size_t i = 0; i < t.count; i++) {
		const struct process *p = &t.p[i];
		if (p->pid == self || p->zombie || !(p->ours || s->is_pid1) || (p->logger && choice == NOT_LOGGERS))
			continue;
		if (kill(p->pid, number) == 0)
			sent++;
	}
	free(t.p);
	return sent;
}
