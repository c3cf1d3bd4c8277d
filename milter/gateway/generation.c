#include <pixelward/gateway/generation.h>

#include <pixelward/base/config.h>
#include <pixelward/gateway/rules_dir.h>

#include <stdatomic.h>
#include <stdlib.h>

struct generation {
	atomic_uint	 holders;
	struct options	*options;
	struct policy	*policy;
};

static void
generation_free(struct generation *generation)
{
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
