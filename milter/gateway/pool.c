#include "pool.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/file.h>
#include <pixelward/base/futex.h>
#include <pixelward/gateway/gateway.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"
#include "queue.h"

/* Dearer than nearly all mail: the client waits for others afterwards. */
#define DEAR_US		((uint64_t)300000)
#define LONGEST_LIVE	((size_t)300)

/* The process in a slot, as far as the gateway knows. */
struct seat {
	uint32_t	ends;	/* how many had ended before it */
	uint64_t	jobs;	/* that it has done */
	bool		doomed;	/* it is to be ended */
};

static struct {
	struct slots	 slots;
	struct queue	*queue;
	struct seat	*seats;		/* of each slot; belongs to who has the slot */
	int		 control_fd;
} pool;

bool
pool_start(const struct slots *slots, int control_fd)
{
	pool.slots = *slots;
	pool.control_fd = control_fd;
	if (slots->count == 0)
		return true;
	pool.queue = queue_new(slots->count);
	pool.seats = calloc(slots->count, sizeof(*pool.seats));
	return pool.queue != NULL && pool.seats != NULL;
}

/* A question, its files, and what came back. */
struct question {
	struct visit		*visit;
	struct job		 job;
	struct arena		*arena;
	struct span		 input;
	int			 input_fd;	/* a file of it, or -1 */
	int			 result_fd;	/* or -1 */
	bool			 owns_input;
	bool			 asked;		/* it lies on the slot's desk */
	bool			 untaken;	/* nobody so much as read it */
	uint32_t		 kills;		/* in the slot, before it was asked */
	int64_t			 until_ms;	/* for the answer */
	struct job_answer	 answer;
	struct span		 first, second;
};

static enum pw_err
file_error(void)
{
	return errno == ENOMEM || errno == ENOSPC ? PW_ENOMEM : PW_ESYSTEM;
}

/* -1: errno. */
static int
sealed_file(const char *name, struct span content, uint64_t bytes, int seals)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (!file_write_at(fd, content, 0) || (bytes > content.len && ftruncate(fd, (off_t)bytes) != 0) ||
	    fcntl(fd, F_ADD_SEALS, seals | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static bool
files_send(int socket, const struct question *question)
{
	struct job_files files = { .number = question->job.files_number };
	struct iovec	 bytes = { &files, sizeof(files) };
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int) * JOB_DESCRIPTORS)];
	} control = { .room = { 0 } };
	struct msghdr	 message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr	*head = CMSG_FIRSTHDR(&message);
	const int	 descriptors[] = { [JOB_INPUT] = question->input_fd, [JOB_RESULT] = question->result_fd };
	ssize_t		 n;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(descriptors));
	memcpy(CMSG_DATA(head), descriptors, sizeof(descriptors));
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(files);
}

static struct seat *
seat_look(int slot)
{
	struct seat	*seat = &pool.seats[slot];
	uint32_t	 ends = atomic_load(&pool.slots.news[slot].ends);

	if (seat->ends != ends)
		*seat = (struct seat){ .ends = ends };
	return seat;
}

/* The dissector in the slot is to be ended. Until it is gone it could write on the desk, where nothing new may lie. */
static void
slot_clear(int slot)
{
	char	words[2] = { GATEWAY_KILL, (char)slot };

	seat_look(slot)->doomed = true;
	while (send(pool.control_fd, words, sizeof(words), MSG_NOSIGNAL) < 0 && errno == EINTR)
		continue;
}

/* False: who is to be ended still sits there. */
static bool
slot_await(int slot, int64_t until_ms)
{
	const _Atomic uint32_t	*ends = &pool.slots.news[slot].ends;
	struct desk		*desk = pool.slots.desks[slot];

	if (!seat_look(slot)->doomed)
		return true;
	while (seat_look(slot)->doomed)
		if (!futex_wait(ends, seat_look(slot)->ends, FUTEX_ALL, until_ms))
			return false;
	memset(desk->result, 0, sizeof(desk->result));
	return true;
}

static void
desk_write(struct question *question, int slot)
{
	struct desk *desk = pool.slots.desks[slot];

	question->asked = true;
	question->kills = atomic_load(&pool.slots.news[slot].kills);
	question->until_ms = clock_ms() + (int64_t)question->visit->options->dissect_timeout_ms;
	desk->job = question->job;
	if (question->job.in_files == 0)
		memcpy(desk->input, question->input.at, question->input.len);
}

static void
desk_ring(int slot)
{
	struct desk *desk = pool.slots.desks[slot];

	atomic_store(&desk->state, DESK_ASKED);
	futex_wake(&desk->state, DESK_DISSECTOR);
}

/* The state is a stranger's word: no other thread's time hangs on it, and ours ends. */
static enum pw_err
answer_wait(struct question *question, int slot)
{
	struct desk	*desk = pool.slots.desks[slot];
	uint32_t	 state;

	while ((state = atomic_load(&desk->state)) != DESK_ANSWERED && state != DESK_DIED)
		if (!futex_wait(&desk->state, state, DESK_GATEWAY, question->until_ms)) {
			/* A job that nobody took says nothing of the message. */
			state = DESK_ASKED;
			question->untaken = atomic_compare_exchange_strong(&desk->state, &state, DESK_FREE);
			slot_clear(slot);
			return question->untaken ? PW_EBUSY : PW_ETIMEOUT;
		}
	question->answer = desk->answer;
	if (state == DESK_ANSWERED)
		return PW_OK;
	/* The keeper tells of an end before it says that somebody died. */
	if (pool.seats[slot].ends == atomic_load(&pool.slots.news[slot].ends))
		slot_clear(slot);
	return PW_EPOISON;
}

/* Which signal it was. */
static int
signal_of(int slot, uint32_t kills_before)
{
	const struct slot_news *news = &pool.slots.news[slot];

	return atomic_load(&news->kills) != kills_before ? (int)atomic_load(&news->last_signal) : 0;
}

static bool
bytes_take(const struct question *question, const struct desk *desk, char *to, uint64_t bytes, uint64_t at)
{
	if (question->job.in_files != 0)
		return file_read_at(question->result_fd, to, bytes, at);
	memcpy(to, desk->result + at, bytes);
	return true;
}

/* Its numbers are a stranger's. */
static enum pw_err
result_take(struct question *question, const struct desk *desk)
{
	const struct job_answer	*answer = &question->answer;
	uint64_t		 most = question->job.result_bytes;

	if (answer->error >= PW_ERROR_COUNT || answer->first_bytes > most || answer->second_bytes > most ||
	    (answer->second_bytes > 0 && job_aligned(answer->first_bytes) > most - answer->second_bytes))
		return PW_EBLOCK;
	char	*first = arena_reserve(question->arena, answer->first_bytes + 1);
	char	*second = arena_reserve(question->arena, answer->second_bytes + 1);
	if (first == NULL || second == NULL)
		return PW_ENOMEM;
	if (!bytes_take(question, desk, first, answer->first_bytes, 0) ||
	    !bytes_take(question, desk, second, answer->second_bytes, job_aligned(answer->first_bytes)))
		return PW_ESYSTEM;
	question->first = (struct span){ first, answer->first_bytes };
	question->second = (struct span){ second, answer->second_bytes };
	return PW_OK;
}

/* What the result may grow to: the text of a dissection and its tables, or a message in base64. */
static uint64_t
result_most(const struct limits *limits, uint64_t input_bytes)
{
	return 2 * limits->html_bytes + 4 * input_bytes + ((uint64_t)32 << 20);
}

static enum pw_err
files_open(struct question *question)
{
	static _Atomic uint64_t last;

	question->job.in_files = 1;
	question->job.files_number = atomic_fetch_add(&last, 1) + 1;
	question->job.result_bytes = result_most(&question->job.limits, question->input.len);
	if (question->input_fd < 0) {
		question->input_fd = sealed_file("pixelward-job", question->input, 0, F_SEAL_WRITE);
		question->owns_input = true;
	}
	if (question->input_fd >= 0 && question->result_fd < 0)
		question->result_fd = sealed_file("pixelward-result", SPAN_NONE, question->job.result_bytes, 0);
	return question->input_fd >= 0 && question->result_fd >= 0 ? PW_OK : file_error();
}

static void
files_close(struct question *question)
{
	if (question->owns_input && question->input_fd >= 0)
		close(question->input_fd);
	if (question->result_fd >= 0)
		close(question->result_fd);
}

/*
 * Neither this message nor what was found in it waits for the next process. Who gave no sound answer may have written
 * anywhere.
 */
static void
desk_clear(const struct question *question, struct desk *desk, bool sound)
{
	if (question->job.in_files != 0)
		return;
	memset(desk->input, 0, question->input.len);
	memset(desk->result, 0, sound ? job_aligned(question->first.len) + question->second.len : sizeof(desk->result));
}

/* For queue_take(): what has room on the desk is put there also by a thread that it does not belong to. */
static bool
question_start(void *context, int slot, const _Atomic uint32_t *sleeper)
{
	struct question	*question = context;
	bool		 passed;

	if (question->job.in_files != 0 || seat_look(slot)->doomed)
		return false;
	desk_write(question, slot);
	/* Before the dissector hears of it: it could be faster. */
	passed = sleeper != NULL && futex_pass(sleeper, QUEUE_CALLED, &pool.slots.desks[slot]->state);
	desk_ring(slot);
	return passed;
}

/* What question_start() leaves. */
static enum pw_err
ask_slowly(struct question *question, int slot)
{
	enum pw_err err;

	if (!slot_await(slot, clock_ms() + (int64_t)question->visit->options->dissect_timeout_ms)) {
		question->untaken = true;
		return PW_EBUSY;
	}
	if (question->job.in_files != 0) {
		if ((err = files_open(question)) != PW_OK)
			return err;
		if (!files_send(pool.slots.sockets[slot], question)) {
			slot_clear(slot);
			question->untaken = true;
			return PW_EBUSY;
		}
	}
	desk_write(question, slot);
	desk_ring(slot);
	return PW_OK;
}

static enum pw_err
answer_take(struct question *question, int slot)
{
	struct visit	*visit = question->visit;
	struct desk	*desk = pool.slots.desks[slot];
	enum pw_err	 err = question->asked ? PW_OK : ask_slowly(question, slot);

	if (err != PW_OK)
		return err;
	err = answer_wait(question, slot);
	question->asked = false;
	if (err == PW_EPOISON) {
		visit->deaths++;
		visit->signal = signal_of(slot, question->kills);
	}
	/* It ends by itself, unless it is not itself any more. */
	if (err == PW_OK && ++seat_look(slot)->jobs > visit->options->dissector_jobs)
		slot_clear(slot);
	if (err == PW_OK)
		err = result_take(question, desk);
	desk_clear(question, desk, err == PW_OK);
	return err;
}

static enum pw_err
ask_slot(struct question *question, int slot)
{
	enum pw_err err = answer_take(question, slot);

	if (err == PW_OK && question->job.in_files == 0 && question->answer.no_room == 1) {
		question->job.in_files = 1;
		err = answer_take(question, slot);
	}
	return err;
}

/* One try in one slot. */
static enum pw_err
ask(struct question *question)
{
	struct visit		*visit = question->visit;
	struct queue_call	 call = { .client = visit->message->client_address,
				    .timeout_ms = visit->options->queue_timeout_ms, .start = question_start, .context = question,
				    .doze_ms = visit->options->dissect_timeout_ms };

	question->untaken = false;
	int		 slot = queue_take(pool.queue, &call);
	enum pw_err	 err = slot >= 0 ? ask_slot(question, slot) : PW_EBUSY;
	if (slot >= 0) {
		if (err == PW_OK)
			visit->cpu_us += question->answer.cpu_us;
		queue_give(pool.queue, slot, call.client, err == PW_EPOISON || err == PW_ETIMEOUT || err == PW_EBLOCK ||
		    (err == PW_OK && question->answer.cpu_us > DEAR_US));
	}
	return err;
}

/* True: question->answer is that of a dissector, and the result was copied. */
static bool
ask_pool(struct question *question, enum pw_err *err)
{
	*err = ask(question);
	if (*err == PW_EPOISON || question->untaken)
		*err = ask(question);
	files_close(question);
	return *err == PW_OK;
}

static struct question
question_new(struct visit *visit, enum job_kind kind, struct span input, const struct limits *limits,
    struct arena *arena)
{
	bool	whole = input.at == visit->message->raw.at && input.len == visit->message->raw.len;
	int	input_fd = whole ? visit->raw_fd : -1;

	return (struct question){ .visit = visit, .arena = arena, .input = input, .input_fd = input_fd, .result_fd = -1,
	    .job = { .kind = kind, .in_files = input_fd >= 0 || input.len > DESK_INPUT_BYTES, .input_bytes = input.len,
	    .result_bytes = DESK_RESULT_BYTES, .limits = *limits } };
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
	struct inert_input	 input = { .at = arena_reserve(arena, tables + text), .len = tables };
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
