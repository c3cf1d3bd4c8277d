#include "dissector.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/futex.h>
#include <pixelward/dissect/canonical.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/job.h>

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "planted.h"
#include "result.h"
#include "sandbox.h"

static int
compare_nothing(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return 0;
}

bool
dissector_prepare(struct buf *why)
{
	static char large[4096];

	/* The C library asks the kernel for the size of the memory at its first large sort. */
	qsort(large, sizeof(large), 1, compare_nothing);
	dissect_prepare();
	return sandbox_prepare(why);
}

/* How often to see whether anybody is left to ask. */
#define LOOK_MS	1000

static bool
is_forgotten(int slot_fd)
{
	char byte;

	return recv(slot_fd, &byte, sizeof(byte), MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* False: nobody will ever ask again. */
static bool
job_wait(const struct dissector *dissector, int slot_fd, struct job *job)
{
	struct desk	*desk = dissector->desk;
	uint32_t	 state = DESK_ASKED;

	while (!atomic_compare_exchange_strong(&desk->state, &state, DESK_TAKEN)) {
		int64_t look_ms = clock_ms() + LOOK_MS;

		while (state != DESK_ASKED && futex_wait(&desk->state, state, DESK_DISSECTOR, look_ms))
			state = atomic_load(&desk->state);
		if (state != DESK_ASKED && is_forgotten(slot_fd))
			return false;
		state = DESK_ASKED;
	}
	*job = desk->job;
	return true;
}

/* The next packet's number; 0: what came is none. */
static uint64_t
packet_take(int fd, int descriptors[JOB_DESCRIPTORS])
{
	struct job_files files;
	struct iovec	 bytes = { &files, sizeof(files) };
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int) * JOB_DESCRIPTORS)];
	} control;
	struct msghdr	 message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t		 n;

	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	struct cmsghdr *head = n == (ssize_t)sizeof(files) ? CMSG_FIRSTHDR(&message) : NULL;
	if (head == NULL || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int) * JOB_DESCRIPTORS))
		return 0;
	memcpy(descriptors, CMSG_DATA(head), sizeof(int) * JOB_DESCRIPTORS);
	return files.number;
}

static void
files_close(const int descriptors[JOB_DESCRIPTORS])
{
	for (size_t i = 0; i < JOB_DESCRIPTORS; i++)
		close(descriptors[i]);
}

static bool
files_take(int fd, uint64_t number, int descriptors[JOB_DESCRIPTORS])
{
	uint64_t found;

	while ((found = packet_take(fd, descriptors)) != number) {
		if (found == 0)
			return false;
		files_close(descriptors);
	}
	return true;
}

static struct span
run_of(struct span input, struct job_run run)
{
	return span_cut(input, run.at, run.at + run.len);
}

static enum pw_err
inert_do(struct span input, const struct limits *limits, struct arena *arena, struct span *live)
{
	const struct job_inert		*head = (const void *)input.at;
	const struct job_document	*documents = (const void *)(head + 1);
	const struct job_run		*runs = (const void *)(documents + head->documents);
	struct changed			*changed = arena_array(arena, head->documents, sizeof(*changed));
	struct span			*kept = arena_array(arena, head->kept, sizeof(*kept));

	if (changed == NULL || kept == NULL)
		return PW_ENOMEM;
	for (uint64_t i = 0; i < head->kept; i++)
		kept[i] = run_of(input, runs[i]);
	for (uint64_t i = 0; i < head->documents; i++) {
		const struct job_document *document = &documents[i];

		changed[i] = (struct changed){ .bytes = run_of(input, document->bytes),
		    .kind = (uint32_t)document->kind, .charset = run_of(input, document->charset),
		    .base = run_of(input, document->base), .kept = kept + document->kept_at,
		    .kept_count = document->kept_count };
	}
	return dissect_inert(changed, head->documents, limits, arena, live);
}

/* Block, message, URL: what the question asks for. */
static enum pw_err
job_do(const struct job *job, struct span input, struct arena *arena, struct span *first, struct span *second)
{
	const struct dissection	*d = NULL;
	enum pw_err		 err = PW_OK;

	*first = *second = SPAN_NONE;
	switch ((enum job_kind)job->kind) {
	case JOB_DISSECT:
		err = dissect(input, &job->limits, arena, &d);
		if (d != NULL)
			*first = (struct span){ (const char *)d, d->bytes };
		break;
	case JOB_ANEW:
		err = dissect_anew(input, &job->limits, arena, first, &d);
		if (err == PW_OK)
			*second = (struct span){ (const char *)d, d->bytes };
		break;
	case JOB_INERT:
		err = inert_do(input, &job->limits, arena, first);
		break;
	}
	return err;
}

static struct job_answer
answer_find(const struct job *job, struct span input, const struct result *result)
{
	struct arena		*arena = arena_new(limits_memory(&job->limits));
	uint64_t		 before = clock_process_us();
	struct span		 first = SPAN_NONE, second = SPAN_NONE;
	struct job_answer	 answer = { .error = PW_ENOMEM };

	planted_run(input);
	if (arena != NULL)
		answer.error = job_do(job, input, arena, &first, &second);
	if (!result_write(result, first, 0) || !result_write(result, second, job_aligned(first.len))) {
		answer.no_room = result->desk != NULL;
		answer.error = PW_ENOMEM;
		first = second = SPAN_NONE;
	}
	answer.first_bytes = first.len;
	answer.second_bytes = second.len;
	answer.cpu_us = clock_process_us() - before;
	arena_free(arena);
	planted_lie(input, &answer, result);
	return answer;
}

static struct job_answer
answer_in_files(const struct job *job, const int descriptors[JOB_DESCRIPTORS])
{
	struct result	 result = { .bytes = job->result_bytes, .fd = descriptors[JOB_RESULT] };
	void		*input = mmap(NULL, job->input_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptors[JOB_INPUT], 0);

	/* Without memory the silence must not pass for a crash. */
	if (input == MAP_FAILED)
		return (struct job_answer){ .error = PW_ENOMEM };
	struct job_answer answer = answer_find(job, (struct span){ input, job->input_bytes }, &result);
	munmap(input, job->input_bytes);
	return answer;
}

/* False: it cannot be done. */
static bool
job_run(const struct job *job, int slot_fd, struct desk *desk)
{
	struct result	result = { .bytes = job->result_bytes, .desk = desk->result };
	int		descriptors[JOB_DESCRIPTORS];
	uint32_t	taken = DESK_TAKEN;

	if (job->in_files == 0) {
		desk->answer = answer_find(job, (struct span){ desk->input, job->input_bytes }, &result);
	} else {
		if (!files_take(slot_fd, job->files_number, descriptors))
			return false;
		desk->answer = answer_in_files(job, descriptors);
		files_close(descriptors);
	}
	atomic_compare_exchange_strong(&desk->state, &taken, DESK_ANSWERED);
	futex_wake(&desk->state, DESK_GATEWAY);
	return true;
}

/* One message's memory is the next one's: without asking the kernel, and zeroing pages, each time. */
#define KEPT_BYTES	(32 << 20)

void
dissector_run(const struct dissector *dissector)
{
	const char	*wall;
	struct job	 job;
	int		 fd;

	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	mallopt(M_TOP_PAD, 1 << 20);
	fd = sandbox_close(dissector->slot_fd, dissector->memory, 2 * DISSECTOR_CPU_S, &wall);
	if (fd < 0)
		_exit(EX_OSERR);
	dissector->ready(dissector->context);
	for (uint64_t done = 0; (done < dissector->jobs && clock_process_us() < DISSECTOR_CPU_S * 1000000u) ||
	    planted_lingers(); done++)
		if (!job_wait(dissector, fd, &job) || !job_run(&job, fd, dissector->desk))
			break;
	_exit(EX_OK);
}

bool
dissector_try(struct buf *why)
{
	int	ends[2], status;
	char	text[256] = "";
	pid_t	pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0 || (pid = fork()) < 0) {
		buf_printf(why, "cannot start a process: %s", strerror(errno));
		return false;
	}
	if (pid == 0) {
		const char	*wall = "";
		int		 fd = sandbox_close(ends[1], (uint64_t)64 << 20, 10, &wall);
		int		 saved = errno;

		if (fd < 0) {
			(void)send(ends[1], wall, strlen(wall), MSG_NOSIGNAL);
			_exit(saved < 128 ? saved : 127);
		}
		_exit(0);
	}
	close(ends[1]);
	ssize_t n = recv(ends[0], text, sizeof(text) - 1, 0);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFSIGNALED(status))
		buf_printf(why, "the dissectors' sandbox kills what it should not (signal %d)", WTERMSIG(status));
	else
		buf_printf(why, "the kernel refuses the dissectors' sandbox: %.*s: %s", (int)(n > 0 ? n : 0), text,
		    strerror(WEXITSTATUS(status)));
	buf_printf(why, "; Dissectors 0 takes mail apart without one");
	return false;
}
