#include "pool.h"

#include <pixelward/gateway/gateway.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"
#include "queue.h"

/* Dearer than nearly all mail: the client waits for others afterwards. */
#define DEAR_US		((uint64_t)300000)
/* The news of a death comes from the keeper, a moment after the end of file does. */
#define NEWS_MS		100
#define LONGEST_LIVE	((size_t)300)

static struct {
	struct slots	 slots;
	struct queue	*queue;
	int		 control_fd;
} pool;

bool
pool_start(const struct slots *slots, int control_fd)
{
	pool.slots = *slots;
	pool.control_fd = control_fd;
	if (slots->count > 0)
		pool.queue = queue_new(slots->count);
	return slots->count == 0 || pool.queue != NULL;
}

/* A question, its files, and what came back. */
struct question {
	struct visit		*visit;
	struct job		 job;
	struct arena		*arena;
	struct span		 input;		/* written to a file of its own, unless there is one */
	int			 input_fd;
	bool			 untaken;	/* nobody so much as read it */
	struct job_answer	 answer;
	struct span		 first, second;
};

static enum pw_err
file_error(void)
{
	return errno == ENOMEM || errno == ENOSPC ? PW_ENOMEM : PW_ESYSTEM;
}

static bool
file_write(int fd, struct span s)
{
	for (size_t at = 0; at < s.len;) {
		ssize_t n = pwrite(fd, s.at + at, s.len - at, (off_t)at);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool
file_read(int fd, char *to, uint64_t at, uint64_t bytes)
{
	while (bytes > 0) {
		ssize_t n = pread(fd, to, bytes, (off_t)at);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0) {
			to += n;
			at += (uint64_t)n;
			bytes -= (uint64_t)n;
		}
	}
	return true;
}

/* -1: errno. */
static int
sealed_file(const char *name, struct span content, uint64_t bytes, int seals)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (!file_write(fd, content) || (bytes > content.len && ftruncate(fd, (off_t)bytes) != 0) ||
	    fcntl(fd, F_ADD_SEALS, seals | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static bool
job_send(int socket, const struct job *job, const int descriptors[JOB_DESCRIPTORS])
{
	struct iovec	 bytes = { (void *)(uintptr_t)job, sizeof(*job) };
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int) * JOB_DESCRIPTORS)];
	} control = { .room = { 0 } };
	struct msghdr	 message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr	*head = CMSG_FIRSTHDR(&message);
	ssize_t		 n;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int) * JOB_DESCRIPTORS);
	memcpy(CMSG_DATA(head), descriptors, sizeof(int) * JOB_DESCRIPTORS);
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*job);
}

/* The dissector in the slot is to be ended; whoever sits there next finds this job forgotten. */
static void
slot_clear(int slot)
{
	char	words[2] = { GATEWAY_KILL, (char)slot };

	while (send(pool.control_fd, words, sizeof(words), MSG_NOSIGNAL) < 0 && errno == EINTR)
		continue;
}

static enum pw_err
answer_wait(int socket, uint64_t timeout_ms, struct job_answer *answer)
{
	struct pollfd	event = { .fd = socket, .events = POLLIN };
	int64_t		until = load_clock_ms() + (int64_t)timeout_ms, left;
	int		ready;

	do {
		left = until - load_clock_ms();
		ready = poll(&event, 1, left > 0 ? (int)left : 0);
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return PW_ETIMEOUT;
	return recv(socket, answer, sizeof(*answer), MSG_DONTWAIT) == (ssize_t)sizeof(*answer) ? PW_OK : PW_EPOISON;
}

/* Which signal it was, as far as the keeper knows it in time. */
static int
signal_of(int slot, uint32_t kills_before)
{
	const struct slot_news *news = &pool.slots.news[slot];

	for (unsigned ms = 0; ms < NEWS_MS && atomic_load(&news->kills) == kills_before; ms++)
		poll(NULL, 0, 1);
	return atomic_load(&news->kills) != kills_before ? (int)atomic_load(&news->last_signal) : 0;
}

/* Its numbers are a stranger's. */
static enum pw_err
result_take(struct question *question, int fd)
{
	const struct job_answer	*answer = &question->answer;
	uint64_t		 most = question->job.result_bytes;

	if (answer->error >= PW_ERROR_COUNT || answer->first_bytes > most || answer->second_bytes > most ||
	    (answer->second_bytes > 0 && job_aligned(answer->first_bytes) > most - answer->second_bytes))
		return PW_EBLOCK;
	char	*first = arena_alloc(question->arena, answer->first_bytes + 1);
	char	*second = arena_alloc(question->arena, answer->second_bytes + 1);
	if (first == NULL || second == NULL)
		return PW_ENOMEM;
	if (!file_read(fd, first, 0, answer->first_bytes) ||
	    !file_read(fd, second, job_aligned(answer->first_bytes), answer->second_bytes))
		return PW_ESYSTEM;
	question->first = (struct span){ first, answer->first_bytes };
	question->second = (struct span){ second, answer->second_bytes };
	return PW_OK;
}

static enum pw_err
ask_slot(struct question *question, int slot, int result_fd)
{
	struct visit	*visit = question->visit;
	uint32_t	 kills = atomic_load(&pool.slots.news[slot].kills);
	int		 ends[2], unread = 0;
	enum pw_err	 err;

	question->untaken = false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return PW_ESYSTEM;
	bool sent = job_send(pool.slots.sockets[slot], &question->job,
	    (const int[]){ [JOB_INPUT] = question->input_fd, [JOB_RESULT] = result_fd, [JOB_ANSWER] = ends[1] });
	close(ends[1]);
	err = sent ? answer_wait(ends[0], visit->options->dissect_timeout_ms, &question->answer) : PW_ETIMEOUT;
	close(ends[0]);
	if (err == PW_ETIMEOUT) {
		/* A job that nobody took says nothing of the message. */
		question->untaken = !sent || (ioctl(pool.slots.sockets[slot], SIOCOUTQ, &unread) == 0 && unread > 0);
		if (question->untaken)
			err = PW_EBUSY;
		slot_clear(slot);
	}
	if (err == PW_EPOISON) {
		visit->deaths++;
		visit->signal = signal_of(slot, kills);
	}
	return err == PW_OK ? result_take(question, result_fd) : err;
}

/* One try in one slot. */
static enum pw_err
ask(struct question *question)
{
	struct visit	*visit = question->visit;
	struct span	 client = visit->message->client_address;
	int		 result_fd = sealed_file("pixelward-result", SPAN_NONE, question->job.result_bytes, 0);

	if (result_fd < 0)
		return file_error();
	int		slot = queue_take(pool.queue, client, visit->options->queue_timeout_ms);
	enum pw_err	err = slot >= 0 ? ask_slot(question, slot, result_fd) : PW_EBUSY;
	if (slot >= 0) {
		if (err == PW_OK)
			visit->cpu_us += question->answer.cpu_us;
		queue_give(pool.queue, slot, client, err == PW_EPOISON || err == PW_ETIMEOUT || err == PW_EBLOCK ||
		    (err == PW_OK && question->answer.cpu_us > DEAR_US));
	}
	close(result_fd);
	return err;
}

/* What the result may grow to: the text of a dissection and its tables, or a message in base64. */
static uint64_t
result_most(const struct limits *limits, uint64_t input_bytes)
{
	return 2 * limits->html_bytes + 4 * input_bytes + ((uint64_t)32 << 20);
}

/* True: question->answer is that of a dissector, and the result was copied. */
static bool
ask_pool(struct question *question, enum pw_err *err)
{
	bool owned = question->input_fd < 0;

	question->job.input_bytes = question->input.len;
	question->job.result_bytes = result_most(&question->job.limits, question->input.len);
	if (owned)
		question->input_fd = sealed_file("pixelward-job", question->input, 0, F_SEAL_WRITE);
	*err = question->input_fd >= 0 ? ask(question) : file_error();
	if (*err == PW_EPOISON || question->untaken)
		*err = ask(question);
	if (owned && question->input_fd >= 0)
		close(question->input_fd);
	return *err == PW_OK;
}

static struct question
question_new(struct visit *visit, enum job_kind kind, struct span input, const struct limits *limits,
    struct arena *arena)
{
	bool whole = input.at == visit->message->raw.at && input.len == visit->message->raw.len;

	return (struct question){ .visit = visit, .job = { .kind = kind, .limits = *limits }, .arena = arena,
	    .input = input, .input_fd = whole ? visit->raw_fd : -1 };
}

/* The block's own word for its size must be what was copied; dissection_check() looks at the rest. */
static enum pw_err
block_take(struct span bytes, const struct dissection **d)
{
	const struct dissection *block = (const void *)bytes.at;

	*d = NULL;
	if (bytes.len < sizeof(*block) || block->bytes != bytes.len)
		return PW_EBLOCK;
	*d = block;
	return PW_OK;
}

static enum pw_err
pool_dissect(void *context, struct span message, const struct limits *limits, struct arena *arena,
    const struct dissection **d)
{
	struct question	question = question_new(context, JOB_DISSECT, message, limits, arena);
	enum pw_err	err;

	*d = NULL;
	if (!ask_pool(&question, &err))
		return err;
	if (question.first.len == 0 && question.answer.error == PW_ENOMEM)
		return PW_ENOMEM;
	return block_take(question.first, d);
}

static enum pw_err
pool_anew(void *context, struct span message, const struct limits *limits, struct arena *arena, struct span *fresh,
    const struct dissection **d)
{
	struct question	question = question_new(context, JOB_ANEW, message, limits, arena);
	enum pw_err	err;

	*d = NULL;
	if (!ask_pool(&question, &err) || (err = (enum pw_err)question.answer.error) != PW_OK)
		return err;
	*fresh = question.first;
	return block_take(question.second, d);
}

struct inert_input {
	struct arena	*arena;
	char		*at;
	size_t		 len;	/* written so far */
};

static struct job_run
input_add(struct inert_input *input, struct span s)
{
	struct job_run run = { input->len, s.len };

	if (s.len > 0)
		memcpy(input->at + input->len, s.at, s.len);
	input->len += s.len;
	return run;
}

/* The documents and what was kept of them in one run of bytes. at is NULL: no memory. */
static struct span
inert_flatten(const struct changed *changed, size_t count, struct arena *arena)
{
	struct job_inert	head = { .documents = count };
	size_t			text = 0;

	for (size_t i = 0; i < count; i++) {
		head.kept += changed[i].kept_count;
		text += changed[i].bytes.len + changed[i].charset.len + changed[i].base.len;
		for (size_t k = 0; k < changed[i].kept_count; k++)
			text += changed[i].kept[k].len;
	}
	size_t			 tables = sizeof(head) + count * sizeof(struct job_document) +
				    head.kept * sizeof(struct job_run);
	struct inert_input	 input = { .at = arena_alloc(arena, tables + text), .len = tables };
	if (input.at == NULL)
		return SPAN_NONE;
	struct job_document	*documents = (void *)(input.at + sizeof(head));
	struct job_run		*kept = (void *)(documents + count);
	uint64_t		 kept_at = 0;
	memcpy(input.at, &head, sizeof(head));
	for (size_t i = 0; i < count; i++) {
		documents[i] = (struct job_document){ .bytes = input_add(&input, changed[i].bytes),
		    .charset = input_add(&input, changed[i].charset), .base = input_add(&input, changed[i].base),
		    .kind = changed[i].kind, .kept_at = kept_at, .kept_count = changed[i].kept_count };
		for (size_t k = 0; k < changed[i].kept_count; k++)
			kept[kept_at++] = input_add(&input, changed[i].kept[k]);
	}
	return (struct span){ input.at, input.len };
}

static enum pw_err
pool_inert(void *context, const struct changed *changed, size_t count, const struct limits *limits,
    struct arena *arena, struct span *first_live)
{
	struct span	input = inert_flatten(changed, count, arena);
	enum pw_err	err;

	*first_live = SPAN_NONE;
	if (input.at == NULL)
		return PW_ENOMEM;
	struct question question = question_new(context, JOB_INERT, input, limits, arena);
	if (!ask_pool(&question, &err))
		return err;
	*first_live = span_cut(question.first, 0, LONGEST_LIVE);
	return (enum pw_err)question.answer.error;
}

struct dissectors
pool_dissectors(struct visit *visit)
{
	if (pool.slots.count == 0)
		return dissectors_in_thread;
	return (struct dissectors){ .context = visit, .dissect = pool_dissect, .anew = pool_anew, .inert = pool_inert };
}
