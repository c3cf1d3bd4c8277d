/* The keeper's view of one gateway process: start it, talk to it, learn how it ended. */
#ifndef PIXELWARD_MILTER_KEEPER_CHILD_H
#define PIXELWARD_MILTER_KEEPER_CHILD_H

#include <pixelward/gateway/gateway.h>

#include <sys/types.h>

struct child {
	pid_t	pid;		/* 0: none runs */
	int	control_fd;	/* -1: none */
	int64_t	started_ms;	/* CLOCK_MONOTONIC */
	bool	serves;		/* it said GATEWAY_STARTED */
};

/*
 * Fork a gateway. in_child runs in the new process with its control descriptor and returns the exit status.
 * False: errno; *child is as without a process.
 */
bool	child_start(struct child *, int (*in_child)(void *context, int control_fd), void *context);

void	child_say(const struct child *, enum gateway_word);
/* The word, and the generation that it is about. */
void	child_say_of(const struct child *, enum gateway_word, const char *generation);
/* The next word, 0 if there is none now, -1 if the gateway closed its end. slot belongs to GATEWAY_KILL. Does not block. */
int	child_hear(const struct child *, unsigned *slot);

/*
 * Has it ended? Then *how says so in words ("was killed by signal 9"), *status is its exit status (128 + signal
 * if it was killed), and *child is as without a process.
 */
bool	child_reap(struct child *, struct buf *how, int *status);
void	child_kill(const struct child *);

#endif
