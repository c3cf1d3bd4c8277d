/* The process that takes messages apart: nothing of the machine is within its reach but the job in its hands. */
#ifndef PIXELWARD_MILTER_KEEPER_DISSECTOR_H
#define PIXELWARD_MILTER_KEEPER_DISSECTOR_H

#include <pixelward/base/buf.h>
#include <pixelward/job.h>

/* More than any message needs by itself; then another process goes on. */
#define DISSECTOR_CPU_S	30

struct dissector {
	int		 slot_fd;	/* where files come from */
	struct desk	*desk;
	uint64_t	 jobs;		/* to do before it ends */
	uint64_t	 memory;	/* bytes of address space beyond what it begins with */
	void		 (*ready)(void *context);	/* called inside of the closed sandbox */
	void		*context;
};

/* What libraries would load later is loaded now, and the sandbox compiled. Before the first fork. False: why says it. */
bool	dissector_prepare(struct buf *why);
/* In a process of its own: never returns. Every other descriptor is closed. */
void	dissector_run(const struct dissector *) __attribute__((noreturn));
/* Does the kernel take the sandbox? Forks a process to try. False: why says what it refuses. */
bool	dissector_try(struct buf *why);

#endif
