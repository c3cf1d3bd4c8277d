#include <pixelward/gateway/generation.h>

#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/gateway/rules_dir.h>

#include <stdatomic.h>
#include <stdlib.h>

struct generation {
	atomic_uint	 holders;
	struct options	*options;
	struct policy	*policy;
};

void
generation_log(const struct generation *generation)
{
	struct buf report;

	buf_init(&report, 1 << 16);
	policy_report(generation->policy, &report);
	for (struct span rest = buf_span(&report); rest.len > 0;) {
		size_t end = span_find_char(rest, '\n', 0);

		log_info("generation %s: %.*s", policy_generation(generation->policy), SPAN_ARG(span_cut(rest, 0, end)));
		rest = span_from(rest, end + 1);
	}
	buf_fini(&report);
}

static void
generation_free(struct generation *generation)
{
	if (generation->policy != NULL)
		generation_log(generation);
	policy_free(generation->policy);
	options_free(generation->options);
	free(generation);
}

static enum pw_err
generation_read(struct generation *generation, const char *config_file, dissect_function *dissect, struct buf *report)
{
	enum pw_err err;

	generation->options = options_new();
	if (generation->options == NULL)
		return PW_ENOMEM;
	err = config_read(config_file, generation->options, report);
	if (err != PW_OK)
		return err;
	err = rules_dir_find(generation->options);
	return err != PW_OK ? err : policy_load(generation->options, dissect, report,
	    &generation->policy);
}

enum pw_err
generation_load(const char *config_file, dissect_function *dissect, struct buf *report, struct generation **result)
{
	struct generation	*generation = calloc(1, sizeof(*generation));
	enum pw_err		 err;

	*result = NULL;
	if (generation == NULL)
		return PW_ENOMEM;
	atomic_init(&generation->holders, 1);
	err = generation_read(generation, config_file, dissect, report);
	if (err != PW_OK) {
		generation_free(generation);
		return err;
	}
	*result = generation;
	return PW_OK;
}

struct generation *
generation_hold(struct generation *generation)
{
	atomic_fetch_add_explicit(&generation->holders, 1, memory_order_relaxed);
	return generation;
}

void
generation_drop(struct generation *generation)
{
	if (generation != NULL && atomic_fetch_sub_explicit(&generation->holders, 1, memory_order_acq_rel) == 1)
		generation_free(generation);
}

const struct options *
generation_options(const struct generation *generation)
{
	return generation->options;
}

const struct policy *
generation_policy(const struct generation *generation)
{
	return generation->policy;
}
