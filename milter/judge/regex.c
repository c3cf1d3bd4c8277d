#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A URL takes a few hundred steps of a decent expression; what takes more is not worth a message's time. */
#define MOST_STEPS	20000
#define MOST_DEPTH	1000
#define MOST_HEAP_KIB	256

struct regex {
	pcre2_code		*code;
	pcre2_match_context	*bounds;
	atomic_uint		*failures;
	bool			 compiled;
};

void
regex_free(struct regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_match_context_free(regex->bounds);
	pcre2_code_free(regex->code);
	free(regex->failures);
	free(regex);
}

enum pw_err
regex_new(struct span source, bool match_case, struct regex **result, char why[128], size_t *at)
{
	struct regex	*regex = calloc(1, sizeof(*regex));
	int		 code = 0;
	PCRE2_SIZE	 offset = 0;

	*result = NULL;
	if (regex == NULL || (regex->failures = malloc(sizeof(*regex->failures))) == NULL ||
	    (regex->bounds = pcre2_match_context_create(NULL)) == NULL) {
		regex_free(regex);
		return PW_ENOMEM;
	}
	atomic_init(regex->failures, 0);
	pcre2_set_match_limit(regex->bounds, MOST_STEPS);
	pcre2_set_depth_limit(regex->bounds, MOST_DEPTH);
	pcre2_set_heap_limit(regex->bounds, MOST_HEAP_KIB);
	regex->code = pcre2_compile((PCRE2_SPTR)source.at, source.len, PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C |
	    PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL | (match_case ? 0 : PCRE2_CASELESS), &code, &offset, NULL);
	if (regex->code == NULL) {
		regex_free(regex);
		if (code == PCRE2_ERROR_NOMEMORY)
			return PW_ENOMEM;
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, 128);
		*at = offset;
		return PW_ESYNTAX;
	}
	regex->compiled = pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
	*result = regex;
	return PW_OK;
}

enum regex_answer
regex_matches(const struct regex *regex, struct span text)
{
	pcre2_match_data	*found = pcre2_match_data_create(1, NULL);
	PCRE2_SPTR		 subject = (PCRE2_SPTR)(text.at != NULL ? text.at : "");
	int			 answer = PCRE2_ERROR_NOMEMORY;

	if (found != NULL)
		answer = pcre2_match(regex->code, subject, text.len, 0, 0, found, regex->bounds);
	/* Compiled code has a small stack of its own; the interpreter has the heap. */
	if (answer == PCRE2_ERROR_JIT_STACKLIMIT)
		answer = pcre2_match(regex->code, subject, text.len, 0, PCRE2_NO_JIT, found, regex->bounds);
	pcre2_match_data_free(found);
	if (answer >= 0)
		return REGEX_YES;
	if (answer == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	atomic_fetch_add_explicit(regex->failures, 1, memory_order_relaxed);
	return REGEX_FAILED;
}

unsigned
regex_failures(const struct regex *regex)
{
	return atomic_load_explicit(regex->failures, memory_order_relaxed);
}

bool
regex_is_compiled(const struct regex *regex)
{
	return regex->compiled;
}
