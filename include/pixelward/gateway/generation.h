/*
 * Configuration and rules as they were read together at one moment. Immutable and counted: a message keeps the
 * generation it began with, while a reload publishes the next one.
 */
#ifndef PIXELWARD_GATEWAY_GENERATION_H
#define PIXELWARD_GATEWAY_GENERATION_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/judge/judge.h>
#include <pixelward/options.h>

struct generation;

/*
 * Read the file and the rules it names. dissect runs the tests in the rules; NULL: they are not run. All mistakes and
 * warnings are appended to report, a line each, as file:line:column.
 *	PW_ECONFIG	there was a mistake: *generation is NULL
 *	PW_ENOMEM	*generation is NULL
 */
enum pw_err		 generation_load(const char *config_file, dissect_function *dissect, struct buf *report,
			    struct generation **) PW_MUST_CHECK;

/* One more holder; any thread. Returns its argument. */
struct generation	*generation_hold(struct generation *);
/* The last holder logs it and frees it. NULL is fine. */
void			 generation_drop(struct generation *);
/* Its rules that could not be judged by in some messages, a line each. */
void			 generation_log(const struct generation *);

/* Borrowed from the generation. */
const struct options	*generation_options(const struct generation *);
const struct policy	*generation_policy(const struct generation *);

#endif
