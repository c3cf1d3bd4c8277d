/* Processes of this machine, as /proc shows them. */
#ifndef PIXELCTL_PROCESS_H
#define PIXELCTL_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process {
	char			name[32];	/* as the kernel knows it: at most 15 bytes */
	pid_t			parent;
	unsigned long long	ticks;		/* processor time that it took by itself */
};

/* False: there is no such process. */
bool	process_read(pid_t, struct process *);
/* A file that a killed keeper left may name a process that is another's by now. */
bool	process_is_keeper(pid_t);

#endif
