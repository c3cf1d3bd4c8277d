#include "crew.h"

#include <pixelward/base/futex.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "dissector.h"

/* One that ended before it was ready would do so again at once. */
#define FIRST_PAUSE_MS		50
#define LONGEST_PAUSE_MS	5000

struct slot {
	int			 ends[2];	/* the gateway's, the dissector's */
	pid_t			 pid;		/* 0: nobody sits there */
	int64_t			 due_ms;
	unsigned		 failures;	/* in a row, before it was ready */
	_Atomic uint32_t	*is_ready;	/* shared with the dissector: it can only lie about itself */
};

struct crew {
	unsigned		 count;
	struct slot		*slots;
	int			*sockets;	/* the gateway's ends */
	struct desk		**desks;
	struct slot_news	*news;
	uint64_t		 jobs, memory;
};

static size_t
page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void *
pages_shared(size_t bytes)
{
	void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return pages != MAP_FAILED ? pages : NULL;
}

static bool
slot_open(struct slot *slot)
{
	slot->is_ready = pages_shared(page_bytes());
	return slot->is_ready != NULL &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, slot->ends) == 0;
}

void
crew_follow(struct crew *crew, const struct options *options)
{
	if (crew == NULL)
		return;
	crew->jobs = options->dissector_jobs;
	/* The message, and all that may be made of it. */
	crew->memory = limits_memory(&options->limits) + options->limits.message_bytes + ((uint64_t)64 << 20);
}

bool
crew_new(const struct options *options, struct crew **out, struct buf *why)
{
	unsigned	 count = options_dissectors(options);
	struct crew	*crew;

	*out = NULL;
	if (count == 0)
		return true;
	if (!dissector_prepare(why) || !dissector_try(why))
		return false;
	crew = calloc(1, sizeof(*crew));
	if (crew != NULL) {
		crew->slots = calloc(count, sizeof(*crew->slots));
		crew->sockets = calloc(count, sizeof(*crew->sockets));
		crew->desks = calloc(count, sizeof(*crew->desks));
		crew->news = pages_shared(count * sizeof(*crew->news));
	}
	if (crew == NULL || crew->slots == NULL || crew->sockets == NULL || crew->desks == NULL ||
	    crew->news == NULL) {
		buf_printf(why, "out of memory");
		crew_free(crew);
		return false;
	}
	for (; crew->count < count; crew->count++) {
		crew->desks[crew->count] = pages_shared(sizeof(struct desk));
		if (crew->desks[crew->count] == NULL || !slot_open(&crew->slots[crew->count])) {
			buf_printf(why, "Dissectors: cannot make slot %u: %s", crew->count, strerror(errno));
			crew_free(crew);
			return false;
		}
		crew->sockets[crew->count] = crew->slots[crew->count].ends[0];
	}
	crew_follow(crew, options);
	*out = crew;
	return true;
}

void
crew_free(struct crew *crew)
{
	if (crew == NULL)
		return;
	for (unsigned i = 0; i < crew->count; i++) {
		crew_kill(crew, i);
		close(crew->slots[i].ends[0]);
		close(crew->slots[i].ends[1]);
		munmap(crew->slots[i].is_ready, page_bytes());
		munmap(crew->desks[i], sizeof(struct desk));
	}
	if (crew->news != NULL)
		munmap(crew->news, crew->count * sizeof(*crew->news));
	free(crew->slots);
	free(crew->sockets);
	free(crew->desks);
	free(crew);
}

struct slots
crew_slots(const struct crew *crew)
{
	if (crew == NULL)
		return (struct slots){ .count = 0 };
	return (struct slots){ .count = crew->count, .sockets = crew->sockets, .desks = crew->desks,
	    .news = crew->news };
}

void
crew_release_in_child(struct crew *crew)
{
	for (unsigned i = 0; crew != NULL && i < crew->count; i++)
		close(crew->slots[i].ends[1]);
}

static void
say_ready(void *context)
{
	atomic_store((_Atomic uint32_t *)context, 1);
}

/* In the new process: what belongs to the others is unmapped before anything hostile is read. */
static void
dissect_in_child(const struct crew *crew, unsigned at)
{
	struct dissector dissector = { .slot_fd = crew->slots[at].ends[1], .desk = crew->desks[at], .jobs = crew->jobs,
	    .memory = crew->memory, .ready = say_ready, .context = crew->slots[at].is_ready };

	for (unsigned i = 0; i < crew->count; i++)
		if (i != at) {
			munmap(crew->slots[i].is_ready, page_bytes());
			munmap(crew->desks[i], sizeof(struct desk));
		}
	munmap(crew->news, crew->count * sizeof(*crew->news));
	(void)mprotect(crew->desks[at]->input, sizeof(crew->desks[at]->input), PROT_READ);
	dissector_run(&dissector);
}

static void
slot_fill(struct crew *crew, unsigned at, int64_t now_ms)
{
	struct slot *slot = &crew->slots[at];

	atomic_store(slot->is_ready, 0);
	pid_t pid = fork();
	if (pid == 0)
		dissect_in_child(crew, at);
	if (pid > 0) {
		slot->pid = pid;
		return;
	}
	log_error("cannot start a dissector: %s", strerror(errno));
	slot->due_ms = now_ms + LONGEST_PAUSE_MS;
}

int
crew_fill(struct crew *crew, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;

	for (unsigned i = 0; crew != NULL && i < crew->count; i++) {
		struct slot *slot = &crew->slots[i];

		if (slot->pid == 0 && slot->due_ms <= now_ms)
			slot_fill(crew, i, now_ms);
		if (slot->pid == 0 && slot->due_ms < next_ms)
			next_ms = slot->due_ms;
	}
	if (next_ms == INT64_MAX)
		return -1;
	return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

/* To whom it may concern in the gateway: nobody sits there any more. A question that was not taken waits for the next. */
static void
end_tell(struct crew *crew, unsigned at)
{
	struct desk	*desk = crew->desks[at];
	uint32_t	 taken = DESK_TAKEN;

	atomic_fetch_add(&crew->news[at].ends, 1);
	futex_wake(&crew->news[at].ends, FUTEX_ALL);
	atomic_compare_exchange_strong(&desk->state, &taken, DESK_DIED);
	futex_wake(&desk->state, DESK_GATEWAY);
}

static void
slot_ended(struct crew *crew, unsigned at, int status, int64_t now_ms)
{
	struct slot	*slot = &crew->slots[at];
	long		 pid = (long)slot->pid;

	slot->pid = 0;
	if (atomic_load(slot->is_ready) != 0) {
		slot->failures = 0;
		slot->due_ms = now_ms;
	} else {
		int64_t pause = (int64_t)FIRST_PAUSE_MS << (slot->failures < 7 ? slot->failures : 7);

		slot->failures++;
		slot->due_ms = now_ms + (pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS);
		log_error("dissector %u (process %ld) ended before it was ready: status 0x%x", at, pid, (unsigned)status);
	}
	if (WIFSIGNALED(status)) {
		atomic_store(&crew->news[at].last_signal, (uint32_t)WTERMSIG(status));
		atomic_fetch_add(&crew->news[at].kills, 1);
		log_warn("dissector %u (process %ld) was killed by signal %d (%s)", at, pid, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	}
	end_tell(crew, at);
}

void
crew_reap(struct crew *crew, int64_t now_ms)
{
	for (unsigned i = 0; crew != NULL && i < crew->count; i++) {
		int status;

		if (crew->slots[i].pid != 0 && waitpid(crew->slots[i].pid, &status, WNOHANG) == crew->slots[i].pid)
			slot_ended(crew, i, status, now_ms);
	}
}

void
crew_kill(struct crew *crew, unsigned slot)
{
	if (crew == NULL || slot >= crew->count)
		return;
	if (crew->slots[slot].pid != 0)
		kill(crew->slots[slot].pid, SIGKILL);
	else
		end_tell(crew, slot);
}

static void
slot_empty(struct crew *crew, unsigned at)
{
	struct slot	*slot = &crew->slots[at];
	char		 byte;

	while (slot->pid != 0 && waitpid(slot->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	slot->pid = 0;
	end_tell(crew, at);
	while (recv(slot->ends[1], &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
		continue;
	memset(crew->desks[at], 0, sizeof(*crew->desks[at]));
}

void
crew_empty(struct crew *crew)
{
	for (unsigned i = 0; crew != NULL && i < crew->count; i++)
		crew_kill(crew, i);
	for (unsigned i = 0; crew != NULL && i < crew->count; i++)
		slot_empty(crew, i);
}
