#include "dissector.h"

#include <pixelward/base/clock.h>
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

/* How many descriptors came; 0: the gateways' end is gone, or what came is no job. */
static size_t
job_take(int fd, struct job *job, int descriptors[JOB_DESCRIPTORS])
{
	struct iovec	 bytes = { job, sizeof(*job) };
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int) * JOB_DESCRIPTORS)];
	} control;
	struct msghdr	 message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t		 n;

	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	struct cmsghdr *head = n == (ssize_t)sizeof(*job) ? CMSG_FIRSTHDR(&message) : NULL;
	size_t		count = head != NULL ? (head->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
	if (head == NULL || head->cmsg_type != SCM_RIGHTS || count != (job->on_desk != 0 ? 1 : JOB_DESCRIPTORS))
		return 0;
	memcpy(descriptors, CMSG_DATA(head), sizeof(int) * count);
	return count;
}

/* Who asked may have gone since: the job waited for a process to take it. */
static bool
is_forgotten(int answer_fd)
{
	char byte;

	return recv(answer_fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
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

static void
answer(const struct job *job, int answer_fd, struct span input, const struct result *result)
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
	(void)send(answer_fd, &answer, sizeof(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
job_run(const struct job *job, const int *descriptors, char *desk)
{
	struct result result = { .bytes = job->result_bytes };

	if (job->on_desk != 0) {
		result.desk = desk + DESK_INPUT_BYTES;
		answer(job, descriptors[JOB_ANSWER], (struct span){ desk, job->input_bytes }, &result);
		return;
	}
	void *input = mmap(NULL, job->input_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptors[JOB_INPUT], 0);
	/* Without memory the answer's end of file must not pass for a crash. */
	if (input == MAP_FAILED) {
		struct job_answer none = { .error = PW_ENOMEM };

		(void)send(descriptors[JOB_ANSWER], &none, sizeof(none), MSG_NOSIGNAL | MSG_DONTWAIT);
		return;
	}
	result.fd = descriptors[JOB_RESULT];
	answer(job, descriptors[JOB_ANSWER], (struct span){ input, job->input_bytes }, &result);
	munmap(input, job->input_bytes);
}

/* One message's memory is the next one's: without asking the kernel, and zeroing pages, each time. */
#define KEPT_BYTES	(32 << 20)

void
dissector_run(const struct dissector *dissector)
{
	const char	*wall;
	int		 descriptors[JOB_DESCRIPTORS], fd;
	size_t		 count;
	struct job	 job;

	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	mallopt(M_TOP_PAD, 1 << 20);
	fd = sandbox_close(dissector->slot_fd, dissector->memory, 2 * DISSECTOR_CPU_S, &wall);
	if (fd < 0)
		_exit(EX_OSERR);
	dissector->ready(dissector->context);
	for (uint64_t done = 0; (done < dissector->jobs && clock_process_us() < DISSECTOR_CPU_S * 1000000u) ||
	    planted_lingers();) {
		count = job_take(fd, &job, descriptors);
		if (count == 0)
			break;
		if (!is_forgotten(descriptors[JOB_ANSWER])) {
			job_run(&job, descriptors, dissector->desk);
			done++;
		}
		for (size_t i = 0; i < count; i++)
			close(descriptors[i]);
	}
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
