/*
 * What passes between the gateway and a dissector: one question, one answer, on the slot's desk.
 *
 * The desk is memory that the gateway shares with the one process in the slot. The gateway writes a question there and
 * sets the desk's state; the dissector takes it, answers it, and sets the state in its turn. Both sleep on the state
 * meanwhile. An input or a result that is too large for the desk is in a memory file: two descriptors over the slot's
 * socket, the input sealed against any change, the result against another size. The dissector believes the gateway. The
 * gateway believes nothing: it copies answer and result once and checks the copy.
 */
#ifndef PIXELWARD_JOB_H
#define PIXELWARD_JOB_H

#include <pixelward/limits.h>

#include <stdatomic.h>
#include <stddef.h>

enum job_kind {
	JOB_DISSECT,	/* the input is a message; the result a dissection */
	JOB_ANEW,	/* the input is a message; the result another one, then its dissection */
	JOB_INERT,	/* the input is a struct job_inert; the result the URL that is live after all */
};

enum job_descriptor { JOB_INPUT, JOB_RESULT, JOB_DESCRIPTORS };

struct job {
	uint32_t	kind;		/* enum job_kind */
	uint32_t	in_files;	/* 1: a struct job_files comes over the socket */
	uint64_t	files_number;	/* its number */
	uint64_t	input_bytes;	/* of the input; more than 0 */
	uint64_t	result_bytes;	/* at most */
	struct limits	limits;
};

/* With the descriptors; those of another number were for a process that died before it took them. */
struct job_files {
	uint64_t	number;
};

struct job_answer {
	uint32_t	error;		/* enum pw_err */
	uint32_t	no_room;	/* 1: the result has no place on the desk; ask again with files */
	uint64_t	cpu_us;		/* what it took */
	uint64_t	first_bytes;	/* of the result */
	uint64_t	second_bytes;	/* which begin at job_aligned(first_bytes) */
};

#define DESK_INPUT_BYTES	((size_t)256 * 1024)
#define DESK_RESULT_BYTES	((size_t)512 * 1024)

enum desk_state {
	DESK_FREE,
	DESK_ASKED,	/* the gateway says so, */
	DESK_TAKEN,	/* then the dissector, */
	DESK_ANSWERED,	/* and it again, */
	DESK_DIED,	/* or the keeper: who took it is no more */
};

/* Who sleeps on a desk's state. */
enum desk_sleeper { DESK_DISSECTOR = 1, DESK_GATEWAY = 2 };

struct desk {
	char			 input[DESK_INPUT_BYTES];	/* the dissector may only read it */
	char			 result[DESK_RESULT_BYTES];
	_Atomic uint32_t	 state;		/* enum desk_state, if the dissector is honest */
	struct job		 job;
	struct job_answer	 answer;
};

static inline uint64_t
job_aligned(uint64_t bytes)
{
	return (bytes + 15) & ~(uint64_t)15;
}

/* A run of the input's bytes. */
struct job_run {
	uint64_t	at, len;
};

/* The input of JOB_INERT: this, its documents, the kept URLs of all of them, and the bytes that they point to. */
struct job_inert {
	uint64_t	documents, kept;	/* how many */
};

struct job_document {
	struct job_run	bytes, charset, base;
	uint64_t	kind;
	uint64_t	kept_at, kept_count;	/* among the kept URLs, each a struct job_run */
};

/* What the keeper knows of the process in a slot; shared with the gateway, never with a dissector. */
struct slot_news {
	_Atomic uint32_t	ends;		/* processes that ended; the gateway may sleep on it */
	_Atomic uint32_t	kills;		/* those that a signal ended */
	_Atomic uint32_t	last_signal;
};

/* The gateway's ends. Slot i takes one job at a time; who sits there may change between two jobs. */
struct slots {
	uint32_t		 count;		/* 0: the gateway's threads dissect by themselves */
	const int		*sockets;
	struct desk *const	*desks;
	const struct slot_news	*news;
};

#endif
