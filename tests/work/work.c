/*
 * Cost stays linear: 1 MB of any single construct is decided by little work, or held by a named limit.
 *
 * The library is compiled so that each basic block calls us; calls of the C library that walk over bytes count by
 * their bytes. No clock is asked: the same input costs the same on every machine, and a construct that is worse
 * than linear shows as a number that grows by four where the input grows by two.
 *
 *	html_test [WORD]	only constructs whose name holds the word, with their numbers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>
#include <malloc.h>

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>

#include "work/work.h"

#define ARENA_BYTES		((size_t)2 << 30)
/* Of a megabyte: 0.9 s of a processor of 2020. A newsletter takes 100 steps a byte. */
#define MOST_STEPS		1000u
#define MOST_MEMORY		500u
#define MOST_GROWTH		2.5
/* What a message costs whatever its size. */
#define BASE_STEPS		((uint64_t)20 << 20)
/* The C library passes over so many bytes while a basic block is run. */
#define BYTES_PER_STEP		16u

/* --- counting --- */

static uint64_t	steps;
static size_t	memory, most_memory;	/* in use, and at its most */

/* What costs far too much is given up, so that a failure comes before the night. */
static uint64_t	most_steps = UINT64_MAX;
static jmp_buf	given_up;

void		__sanitizer_cov_trace_pc(void);
void
__sanitizer_cov_trace_pc(void)
{
	if (++steps > most_steps)
		longjmp(given_up, 1);
}

static void
count_bytes(size_t bytes)
{
	steps += bytes / BYTES_PER_STEP + 1;
}

#define WRAP(type, name, parameters, arguments, bytes) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters { count_bytes(bytes); return __real_##name arguments; }

/* What a search passed over: up to its hit. */
#define WRAP_SEARCH(name, parameters, arguments, from, len) \
	void *__real_##name parameters; \
	void *__wrap_##name parameters; \
	void *__wrap_##name parameters { \
		char *hit = __real_##name arguments; \
		count_bytes(hit != NULL ? (size_t)(hit - (const char *)(from)) : (len)); \
		return hit; \
	}

#define WRAP_ALLOCATION(name, parameters, arguments) \
	void *__real_##name parameters; \
	void *__wrap_##name parameters; \
	void *__wrap_##name parameters { \
		void *piece = __real_##name arguments; \
		steps += 16; \
		memory += malloc_usable_size(piece); \
		most_memory = memory > most_memory ? memory : most_memory; \
		return piece; \
	}

WRAP_SEARCH(memchr, (const void *s, int c, size_t n), (s, c, n), s, n)
WRAP_SEARCH(memmem, (const void *s, size_t n, const void *t, size_t m), (s, n, t, m), s, n)
WRAP(void *, memrchr, (const void *s, int c, size_t n), (s, c, n), n)
WRAP(int, memcmp, (const void *a, const void *b, size_t n), (a, b, n), n)
WRAP(void *, memcpy, (void *to, const void *from, size_t n), (to, from, n), n)
WRAP(void *, memmove, (void *to, const void *from, size_t n), (to, from, n), n)
WRAP(void *, memset, (void *to, int c, size_t n), (to, c, n), n)
WRAP_ALLOCATION(malloc, (size_t n), (n))
WRAP_ALLOCATION(calloc, (size_t n, size_t m), (n, m))

void		__real_free(void *);
void		__wrap_free(void *);
void
__wrap_free(void *piece)
{
	memory -= malloc_usable_size(piece);
	__real_free(piece);
}

void		*__real_realloc(void *, size_t);
void		*__wrap_realloc(void *, size_t);
void *
__wrap_realloc(void *old, size_t bytes)
{
	memory -= malloc_usable_size(old);
	void *piece = __real_realloc(old, bytes);
	memory += malloc_usable_size(piece);
	most_memory = memory > most_memory ? memory : most_memory;
	steps += 16;
	return piece;
}

size_t		__real_strlen(const char *);
size_t		__wrap_strlen(const char *);
size_t
__wrap_strlen(const char *s)
{
	size_t len = __real_strlen(s);

	count_bytes(len);
	return len;
}

/* Converting a byte takes a few steps. */
size_t		__real_iconv(iconv_t, char **, size_t *, char **, size_t *);
size_t		__wrap_iconv(iconv_t, char **, size_t *, char **, size_t *);
size_t
__wrap_iconv(iconv_t cd, char **in, size_t *in_left, char **out, size_t *out_left)
{
	size_t before = in_left != NULL ? *in_left : 0, got = __real_iconv(cd, in, in_left, out, out_left);

	steps += 20 + 4 * (before - (in_left != NULL ? *in_left : 0));
	return got;
}

/* --- mails --- */

static void
add_unit(struct buf *mail, const char *unit, unsigned number)
{
	for (const char *at = unit; *at != '\0'; at++)
		if (at[0] == '%' && at[1] == 'u') {
			buf_printf(mail, "%u", number);
			at++;
		} else
			buf_add_char(mail, *at != NUL ? *at : '\0');
}

static void
build(const struct construct *construct, size_t bytes, struct buf *mail)
{
	size_t	first = construct->half != NULL ? bytes / 2 : bytes;

	buf_init(mail, bytes + (1 << 20));
	buf_add(mail, span_of(construct->head != NULL ? construct->head : HTML_HEAD));
	for (unsigned i = 0; mail->len < first; i++)
		add_unit(mail, construct->unit, i);
	if (construct->between != NULL)
		buf_add(mail, span_of(construct->between));
	for (unsigned i = 0; construct->half != NULL && mail->len < bytes; i++)
		add_unit(mail, construct->half, i);
	if (construct->tail != NULL)
		buf_add(mail, span_of(construct->tail));
	assert_false(buf_failed(mail));
}

/* --- measuring --- */

struct cost {
	uint64_t	steps;
	size_t		memory;
	bool		limited;	/* held by a limit that has a name */
	enum limit	limit;
	bool		failed;		/* neither decided nor held by one */
	double		ms;
};

static struct options	*options;
static bool		 telling;

static struct cost
cost_of(const struct construct *construct, size_t bytes)
{
	struct buf	 mail;
	struct outcome	 outcome;
	struct arena	*arena = arena_new(ARENA_BYTES);
	struct cost	 cost = { 0 };

	build(construct, bytes, &mail);
	struct message message = { .raw = buf_span(&mail), .envelope_sender = SPAN("a@example.org") };
	steps = 0;
	most_memory = memory;
	size_t before = memory;
	most_steps = 2 * (BASE_STEPS + MOST_STEPS * bytes);
	if (setjmp(given_up) != 0) {
		most_steps = UINT64_MAX;
		arena_free(arena);
		buf_fini(&mail);
		return (struct cost){ .steps = steps, .memory = 0 };
	}
	pipeline_run(&message, options, NULL, &dissectors_in_thread, NULL, arena, &outcome);
	most_steps = UINT64_MAX;
	cost.steps = steps;
	cost.memory = most_memory - before;
	cost.ms = (double)outcome.cpu_us / 1000.0;
	cost.failed = outcome.dissection == NULL || outcome.dissection->failure == PW_ENOMEM ||
	    outcome.verdict.action == ACTION_TEMPFAIL;
	if (outcome.dissection != NULL)
		cost.limit = (enum limit)outcome.dissection->limit;
	cost.limited = cost.limit != LIMIT_NONE && outcome.verdict.action == ACTION_HOLD;
	arena_free(arena);
	buf_fini(&mail);
	return cost;
}

/* NULL if all is well. */
static const char *
complaint(const struct cost *half, const struct cost *whole, size_t bytes)
{
	if (whole->failed)
		return "is neither decided nor held by a limit";
	if (whole->steps > BASE_STEPS + MOST_STEPS * bytes)
		return "takes too many steps";
	if (whole->memory > BASE_STEPS + MOST_MEMORY * bytes)
		return "takes too much memory";
	if (!whole->limited && !half->limited && whole->steps > BASE_STEPS &&
	    (double)whole->steps > MOST_GROWTH * (double)half->steps)
		return "grows faster than its input";
	return NULL;
}

static void
test_construct(void **state)
{
	const struct construct	*construct = *state;
	struct cost		 whole = cost_of(construct, (size_t)1 << 20), half = { .limited = true };

	/* How it grows is of no interest where it ends soon. */
	if (!whole.limited && whole.steps > BASE_STEPS)
		half = cost_of(construct, (size_t)512 << 10);
	const char		*why = complaint(&half, &whole, (size_t)1 << 20);

	if (telling)
		fprintf(stderr, "%7.1f %7.1f MB %5.2f %8.1f ms %-16s %s%s%s\n", (double)whole.steps / (1 << 20),
		    (double)whole.memory / (1 << 20), half.steps > 0 ? (double)whole.steps / (double)half.steps : 0, whole.ms,
		    limit_name(whole.limit), construct->name, why != NULL ? " ! " : "", why != NULL ? why : "");
	if (why != NULL)
		fail_msg("%s: %s (%.1f steps a byte, %.1f times those of a half, %.1f bytes a byte, limit %s)",
		    construct->name, why, (double)whole.steps / (1 << 20), half.steps > 0 ? (double)whole.steps / (double)half.steps : 0,
		    (double)whole.memory / (1 << 20), limit_name(whole.limit));
}

#define MOST_TESTS	1000

int
main(int argc, char **argv)
{
	static struct CMUnitTest	tests[MOST_TESTS];
	size_t				count = 0;

	for (size_t i = 0; i < constructs.count && count < MOST_TESTS; i++) {
		const struct construct *construct = &constructs.at[i];

		if (argc < 2 || strstr(construct->name, argv[1]) != NULL)
			tests[count++] = (struct CMUnitTest){ .name = construct->name, .test_func = test_construct,
			    .initial_state = (void *)(uintptr_t)construct };
	}
	telling = argc > 1;
	options = options_new();
	dissect_prepare();
	return options == NULL ? 1 : _cmocka_run_group_tests("work", tests, count, NULL, NULL);
}
