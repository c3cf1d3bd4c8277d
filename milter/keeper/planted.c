#include "planted.h"

#ifdef PIXELWARD_PLANTED

#include <pixelward/dissection.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct span
planted_word(struct span message)
{
	struct span word = SPAN("X-Planted: ");

	if (!span_starts(message, word))
		return SPAN_NONE;
	message = span_from(message, word.len);
	return span_trim(span_cut(message, 0, span_find_char(message, '\n', 0)));
}

static void
plant_open(void)
{
	(void)open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static void
plant_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/nobody" };

	(void)connect(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), (struct sockaddr *)&address, sizeof(address));
}

static void
plant_inet(void)
{
	(void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
plant_spin(void)
{
	for (volatile unsigned i = 0;; i++)
		continue;
}

static void
plant_sleep(void)
{
	pause();
}

static void
plant_overrun(void)
{
	volatile char	*page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0;; i++)
		page[i] = 1;
}

/* Takes all that there is, and uses it without asking. */
static void
plant_memory(void)
{
	for (;;) {
		char *more = malloc((size_t)64 << 20);

		memset(more, 1, (size_t)64 << 20);
	}
}

static void
plant_fork(void)
{
	(void)fork();
}

static void
plant_exec(void)
{
	char *const arguments[] = { (char *)(uintptr_t)"/bin/true", NULL };

	execv(arguments[0], arguments);
}

static void
plant_kill(void)
{
	kill(getppid(), SIGKILL);
}

static void
plant_trace(void)
{
	(void)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static void
plant_execute(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static bool lingers;

static void
plant_linger(void)
{
	lingers = true;
}

bool
planted_lingers(void)
{
	return lingers;
}

static void
plant_exit(void)
{
	_exit(0);
}

/* Other jobs' descriptors, if there were any. */
static void
plant_descriptors(void)
{
	char byte = 0;

	for (int fd = 4; fd < 1024; fd++)
		if (pwrite(fd, &byte, 1, 0) >= 0)
			return;
	abort();
}

static const struct {
	const char	*word;
	void		 (*run)(void);
} plants[] = {
	{ "open", plant_open }, { "connect", plant_connect }, { "inet", plant_inet }, { "spin", plant_spin },
	{ "sleep", plant_sleep }, { "abort", abort }, { "overrun", plant_overrun }, { "memory", plant_memory },
	{ "fork", plant_fork }, { "exec", plant_exec }, { "kill", plant_kill }, { "trace", plant_trace },
	{ "execute", plant_execute }, { "exit", plant_exit }, { "descriptors", plant_descriptors },
	{ "linger", plant_linger },
};

void
planted_run(struct span message)
{
	struct span word = planted_word(message);

	for (size_t i = 0; i < NITEMS(plants); i++)
		if (span_eq(word, span_of(plants[i].word)))
			plants[i].run();
}

static void
lie_garbage(struct job_answer *answer, const struct result *result)
{
	char	bytes[4096];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 131 + 17);
	answer->first_bytes = sizeof(bytes);
	(void)result_write(result, (struct span){ bytes, sizeof(bytes) }, 0);
}

static void
lie_size(struct job_answer *answer, const struct result *result)
{
	(void)result;
	answer->first_bytes = UINT64_MAX - 7;
	answer->second_bytes = UINT64_MAX / 2;
}

static void
lie_error(struct job_answer *answer, const struct result *result)
{
	(void)result;
	answer->error = 4711;
}

static void
lie_nothing(struct job_answer *answer, const struct result *result)
{
	(void)result;
	answer->first_bytes = 0;
}

/* Every table claims to have more than there is. */
static void
lie_tables(struct job_answer *answer, const struct result *result)
{
	struct dissection head;

	(void)answer;
	memset(&head, 0xff, sizeof(head));
	head.magic = DISSECTION_MAGIC;
	head.bytes = (uint32_t)answer->first_bytes;
	(void)result_write(result, (struct span){ (const char *)&head, sizeof(head) }, 0);
}

static const struct {
	const char	*word;
	void		 (*lie)(struct job_answer *, const struct result *);
} lies[] = {
	{ "garbage", lie_garbage }, { "size", lie_size }, { "error", lie_error }, { "nothing", lie_nothing },
	{ "tables", lie_tables },
};

void
planted_lie(struct span message, struct job_answer *answer, const struct result *result)
{
	struct span word = planted_word(message);

	for (size_t i = 0; i < NITEMS(lies); i++)
		if (span_eq(word, span_of(lies[i].word)))
			lies[i].lie(answer, result);
}

#endif
