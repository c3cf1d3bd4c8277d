#include "lately.h"

#include <stdlib.h>

#include "campaign.h"
#include "memory.h"

struct lately {
	struct memory_data	data;
	int64_t			window_ms;
};

struct lately *
lately_new(int64_t window_ms)
{
	struct lately *lately = malloc(sizeof(*lately));

	if (lately == NULL)
		return NULL;
	lately->window_ms = window_ms;
	/* Bounded by what it is asked to hold. */
	memory_data_init(&lately->data, SIZE_MAX / 1024);
	return lately;
}

void
lately_free(struct lately *lately)
{
	if (lately != NULL)
		memory_data_fini(&lately->data);
	free(lately);
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Sorted, each once. How many. */
static size_t
unite(uint64_t *digests, size_t count)
{
	size_t kept = 0;

	if (count > 1)
		qsort(digests, count, sizeof(*digests), by_number);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || digests[i] != digests[kept - 1])
			digests[kept++] = digests[i];
	return kept;
}

/* Who learns looks at the windows only of what is of a campaign. */
static size_t
windows_of(const struct sighting *sighting, uint64_t keys[STORE_MOST_WINDOWS])
{
	return sighting->campaign.len > 0 ? campaign_keys(sighting, keys) : 0;
}

/* The digests that question names are sorted; those of the answer are parallel. */
static enum pw_err
lately_fill(struct lately *lately, const struct store_question *question, const struct store_answer *answer)
{
	enum pw_err err = PW_OK;

	for (size_t i = 0; i < question->template_count && err == PW_OK; i++) {
		const struct store_template	*known = &answer->templates[i];
		struct template			*template = (struct template *)table_touch(&lately->data.templates,
						    memory_key(&question->templates[i]));

		err = template != NULL ? PW_OK : PW_ENOMEM;
		for (size_t k = 0; k < known->trace_count && err == PW_OK; k++)
			err = trace_add(&lately->data.templates, template, known->traces[k]);
	}
	for (size_t i = 0; i < question->window_count && err == PW_OK; i++) {
		const struct store_window	*known = &answer->windows[i];
		struct window			*window = (struct window *)table_touch(&lately->data.windows,
						    memory_key(&question->windows[i]));

		err = window != NULL ? PW_OK : PW_ENOMEM;
		for (size_t k = 0; k < known->count && err == PW_OK; k++)
			err = member_add(&lately->data.windows, window, &known->members[k]);
	}
	return err;
}

/* One question for all of them. */
enum pw_err
lately_ask(struct lately *lately, struct store *store, const struct sighting *sightings, size_t count, struct arena *arena)
{
	struct store_question	question = { .now_ms = INT64_MAX, .patient = true,
				    .window_ms = lately->window_ms };
	struct store_answer	answer;
	size_t			templates = 0;
	uint64_t		*digests, *keys;

	for (size_t i = 0; i < count; i++)
		templates += sightings[i].template_count;
	digests = arena_array(arena, templates, sizeof(*digests));
	keys = arena_array(arena, count * STORE_MOST_WINDOWS, sizeof(*keys));
	if (digests == NULL || keys == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct sighting *sighting = &sightings[i];

		/* Of the first of them: later ones look closer at what is old by then. */
		question.now_ms = sighting->time_ms < question.now_ms ? sighting->time_ms : question.now_ms;
		for (size_t k = 0; k < sighting->template_count; k++)
			digests[question.template_count++] = sighting->templates[k].digest;
		question.window_count += windows_of(sighting, keys + question.window_count);
	}
	question.template_count = unite(digests, question.template_count);
	question.window_count = unite(keys, question.window_count);
	question.templates = digests;
	question.windows = keys;
	enum pw_err err = store->kind->ask(store, &question, arena, &answer);
	return err == PW_OK ? lately_fill(lately, &question, &answer) : err;
}

enum pw_err
lately_answer(const struct lately *lately, const struct sighting *sighting, struct arena *arena,
    struct store_answer *answer, size_t *window_count)
{
	uint64_t *templates = arena_array(arena, sighting->template_count, sizeof(*templates)), windows[STORE_MOST_WINDOWS];

	if (templates == NULL)
		return PW_ENOMEM;
	*window_count = windows_of(sighting, windows);
	for (size_t i = 0; i < sighting->template_count; i++)
		templates[i] = sighting->templates[i].digest;
	return memory_data_ask(&lately->data, &(struct store_question){ .now_ms = sighting->time_ms,
	    .templates = templates, .template_count = sighting->template_count, .windows = windows,
	    .window_count = *window_count, .window_ms = lately->window_ms }, arena, answer);
}

/* Templates and windows alone: nothing else is asked of it. */
enum pw_err
lately_teach(struct lately *lately, const struct lesson *lesson)
{
	struct lesson part = *lesson;

	part.number = 0;
	part.domain_count = 0;
	part.campaign = NULL;
	part.part_count = 0;
	return memory_data_teach(&lately->data, &part);
}
