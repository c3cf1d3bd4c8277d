#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex.h"

#include <pixelward/base/clock.h>
#include <pixelward/judge/judge.h>

#include <pcre2.h>
#include <stdlib.h>

/* Of one call. A text takes a few hundred steps of a decent expression; depth and memory bound what a long text costs. */
#define MOST_STEPS	50000
#define MOST_DEPTH	20000
#define MOST_HEAP_KIB	4096
/* The clock is read so often, in bytes of text seen. */
#define BYTES_TO_CLOCK	((uint64_t)32 << 10)
#define BYTES_OF_CALL	256

/* Set before there are threads. */
static bool only_interpreted;

struct regex {
	pcre2_code	*code;
	bool		 compiled;
};

void
regex_free(struct regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

enum pw_err
regex_new(struct span source, unsigned flags, struct regex **result, char why[128], size_t *at)
{
	struct regex	*regex = calloc(1, sizeof(*regex));
	uint32_t	 options = PCRE2_NEVER_BACKSLASH_C;
	int		 error = 0;
	PCRE2_SIZE	 offset = 0;

	*result = NULL;
	if (regex == NULL)
		return PW_ENOMEM;
	options |= (flags & REGEX_TEXT) != 0 ? PCRE2_UTF | PCRE2_MATCH_INVALID_UTF :
	    PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL;
	options |= (flags & REGEX_ANY_CASE) != 0 ? PCRE2_CASELESS : 0;
	regex->code = pcre2_compile((PCRE2_SPTR)source.at, source.len, options, &error, &offset, NULL);
	if (regex->code == NULL) {
		regex_free(regex);
		if (error == PCRE2_ERROR_NOMEMORY)
			return PW_ENOMEM;
		pcre2_get_error_message(error, (PCRE2_UCHAR *)why, 128);
		*at = offset;
		return PW_ESYNTAX;
	}
	regex->compiled = !only_interpreted && (flags & REGEX_INTERPRETED) == 0 &&
	    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
	*result = regex;
	return PW_OK;
}

void
policy_interpret(void)
{
	only_interpreted = true;
}

bool
regex_is_compiled(const struct regex *regex)
{
	return regex->compiled;
}

/* --- what a message may cost --- */

/* False: the message has cost enough. */
static bool
spend(struct regex_budget *budget, size_t len)
{
	if (budget->began_us == 0)
		budget->began_us = clock_thread_ns() / 1000;
	if (budget->bytes >= REGEX_MOST_BYTES)
		return false;
	budget->bytes += len + BYTES_OF_CALL;
	if (budget->bytes - budget->bytes_at_clock < BYTES_TO_CLOCK)
		return true;
	budget->bytes_at_clock = budget->bytes;
	if (clock_thread_ns() / 1000 - budget->began_us > REGEX_MOST_US)
		budget->bytes = REGEX_MOST_BYTES;
	return budget->bytes < REGEX_MOST_BYTES;
}

static void *
take(PCRE2_SIZE bytes, void *arena)
{
	return arena_alloc(arena, bytes);
}

static void
give(void *piece, void *arena)
{
	(void)piece, (void)arena;
}

/* Room to match in: once for each message, or from the heap for one call. */
static bool
prepare(struct regex_budget *budget)
{
	pcre2_general_context *memory = NULL;

	if (budget->room != NULL)
		return true;
	if (budget->arena != NULL && (memory = pcre2_general_context_create(take, give, budget->arena)) == NULL)
		return false;
	budget->bounds = pcre2_match_context_create(memory);
	if (budget->bounds == NULL)
		return false;
	pcre2_set_match_limit(budget->bounds, MOST_STEPS);
	pcre2_set_depth_limit(budget->bounds, MOST_DEPTH);
	pcre2_set_heap_limit(budget->bounds, MOST_HEAP_KIB);
	budget->room = pcre2_match_data_create(1, memory);
	return budget->room != NULL;
}

/* --- a match --- */

static const struct {
	int		 error;
	const char	*why;
} failures[] = {
	{ PCRE2_ERROR_MATCHLIMIT, "a regular expression took too many steps" },
	{ PCRE2_ERROR_DEPTHLIMIT, "a regular expression went too deep" },
	{ PCRE2_ERROR_HEAPLIMIT, "a regular expression took too much memory" },
	{ PCRE2_ERROR_NOMEMORY, "there was no memory for a regular expression" },
};

static const char *
failure_words(int error)
{
	for (size_t i = 0; i < NITEMS(failures); i++)
		if (failures[i].error == error)
			return failures[i].why;
	return "a regular expression failed";
}

static int
match(const struct regex *regex, struct span text, struct regex_budget *budget)
{
	PCRE2_SPTR	subject = (PCRE2_SPTR)(text.at != NULL ? text.at : "");
	int		result = PCRE2_ERROR_NOMEMORY;

	if (prepare(budget))
		result = pcre2_match(regex->code, subject, text.len, 0, 0, budget->room, budget->bounds);
	/* Code has a small stack of its own; the interpreter has the heap. */
	if (result == PCRE2_ERROR_JIT_STACKLIMIT)
		result = pcre2_match(regex->code, subject, text.len, 0, PCRE2_NO_JIT, budget->room, budget->bounds);
	return result;
}

enum regex_answer
regex_matches(const struct regex *regex, struct span text, struct regex_budget *budget, const char **why)
{
	struct regex_budget	alone = { 0 };
	int			result;

	if (budget != NULL && !spend(budget, text.len)) {
		*why = "the message has cost all time that regular expressions have";
		return REGEX_FAILED;
	}
	result = match(regex, text, budget != NULL ? budget : &alone);
	pcre2_match_data_free(alone.room);
	pcre2_match_context_free(alone.bounds);
	if (result >= 0)
		return REGEX_YES;
	if (result == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	*why = failure_words(result);
	return REGEX_FAILED;
}
