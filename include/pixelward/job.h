/*
 * What passes between the gateway and a dissector: one question, one answer, over a pair of SOCK_SEQPACKET sockets.
 *
 * The gateway sends a struct job on the dissector's slot with the socket that the answer goes to, which no other process
 * holds: its end of file means that the dissector died. Most questions lie on the slot's desk, memory that the gateway
 * shares with the one process in the slot. What is too large comes with two more descriptors: the input (a memory file
 * sealed against any change) and the result (a memory file sealed against another size). The dissector believes the
 * gateway. The gateway believes nothing: it copies the result once and checks the copy.
 */
#ifndef PIXELWARD_JOB_H
#define PIXELWARD_JOB_H

#include <pixelward/limits.h>

#include <stdatomic.h>

enum job_kind {
	JOB_DISSECT,	/* the input is a message; the result a dissection */
	JOB_ANEW,	/* the input is a message; the result another one, then its dissection */
	JOB_INERT,	/* the input is a struct job_inert; the result the URL that is live after all */
};

enum job_descriptor { JOB_ANSWER, JOB_INPUT, JOB_RESULT, JOB_DESCRIPTORS };

/* Of a slot's memory: the input, then the result. */
#define DESK_INPUT_BYTES	((size_t)256 * 1024)
#define DESK_RESULT_BYTES	((size_t)512 * 1024)
#define DESK_BYTES		(DESK_INPUT_BYTES + DESK_RESULT_BYTES)

struct job {
	uint32_t	kind;		/* enum job_kind */
	uint32_t	on_desk;	/* 1: no descriptor but JOB_ANSWER */
	uint64_t	input_bytes;	/* of the input; more than 0 */
	uint64_t	result_bytes;	/* at most */
	struct limits	limits;
};

struct job_answer {
	uint32_t	error;		/* enum pw_err */
	uint32_t	no_room;	/* 1: the result has no place on the desk; ask again with files */
	uint64_t	cpu_us;		/* what it took */
	uint64_t	first_bytes;	/* of the result */
	uint64_t	second_bytes;	/* which begin at job_aligned(first_bytes) */
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
	_Atomic uint32_t	ends;		/* processes that ended */
	_Atomic uint32_t	kills;		/* those that a signal ended */
	_Atomic uint32_t	last_signal;
};

/* The gateway's ends. Slot i takes one job at a time; who sits there may change between two jobs. */
struct slots {
	uint32_t		 count;		/* 0: the gateway's threads dissect by themselves */
	const int		*sockets;
	char *const		*desks;		/* DESK_BYTES each */
	const struct slot_news	*news;
};

#endif
