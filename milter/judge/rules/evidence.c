#include "evidence.h"

#include <stdlib.h>

#include "element.h"

void
evidence_init(struct evidence *evidence, const struct message *message, const struct dissection *d,
    const struct group_set *set, groups watched, struct arena *arena)
{
	*evidence = (struct evidence){ .message = message, .d = d, .groups = set, .watched = watched, .arena = arena,
	    .regexes = { .arena = arena } };
}

const struct token *
evidence_token(struct evidence *evidence, uint32_t index)
{
	const struct dissection	*d = evidence->d;
	const struct reference	*reference = &dissection_references(d)[index];

	if (evidence->tokens == NULL) {
		evidence->tokens = tokens_new(evidence->message, evidence->arena);
		evidence->token_of = arena_array(evidence->arena, d->references.count, sizeof(*evidence->token_of));
		evidence->token_known = arena_array(evidence->arena, d->references.count, sizeof(*evidence->token_known));
	}
	if (evidence->tokens == NULL || evidence->token_of == NULL || evidence->token_known == NULL ||
	    (!evidence->token_known[index] && tokens_find(evidence->tokens, dissection_text(d, reference->url),
	    dissection_text(d, reference->host), reference->path_at, &evidence->token_of[index]) != PW_OK)) {
		evidence->no_memory = true;
		return NULL;
	}
	evidence->token_known[index] = true;
	return &evidence->token_of[index];
}

const struct template *
evidence_template(struct evidence *evidence, uint32_t index)
{
	const struct dissection	*d = evidence->d;
	struct template		*template;

	if (evidence->templates == NULL)
		evidence->templates = arena_array(evidence->arena, d->references.count, sizeof(*evidence->templates));
	template = evidence->templates != NULL ? &evidence->templates[index] : NULL;
	if (template != NULL && template->text.at == NULL) {
		struct url_pieces pieces = url_pieces_of(d, &dissection_references(d)[index]);

		*template = template_of(&pieces, evidence->arena);
	}
	if (template == NULL || template->text.at == NULL) {
		evidence->no_memory = true;
		return NULL;
	}
	return template;
}

struct span
evidence_spacer(struct evidence *evidence, uint32_t index)
{
	const struct dissection *d = evidence->d;

	if (evidence->spacers == NULL) {
		evidence->spacers = spacers_new(d, evidence->arena);
		evidence->spacer_of = arena_array(evidence->arena, d->references.count, sizeof(*evidence->spacer_of));
		for (uint32_t i = 0; evidence->spacer_of != NULL && i < d->references.count; i++)
			evidence->spacer_of[i].len = SIZE_MAX;
	}
	if (evidence->spacers == NULL || evidence->spacer_of == NULL) {
		evidence->no_memory = true;
		return SPAN_NONE;
	}
	if (evidence->spacer_of[index].len == SIZE_MAX)
		evidence->spacer_of[index] = spacer_reason(evidence->spacers, &dissection_references(d)[index]);
	return evidence->spacer_of[index];
}

enum shape_report
evidence_report(struct evidence *evidence, uint32_t index)
{
	const struct dissection	*d = evidence->d;
	struct url_pieces	 pieces = url_pieces_of(d, &dissection_references(d)[index]);

	if (evidence->report_of == NULL)
		evidence->report_of = arena_array(evidence->arena, d->references.count, sizeof(*evidence->report_of));
	if (evidence->report_of == NULL) {
		evidence->no_memory = true;
		return shape_report_of(&pieces);
	}
	if (evidence->report_of[index] == 0)
		evidence->report_of[index] = (unsigned char)(shape_report_of(&pieces) + 1);
	return (enum shape_report)(evidence->report_of[index] - 1);
}

/* Hosts that are contacted without a click, and how many URLs are fetched from each. */
struct hosts {
	struct span	*names;		/* sorted, each once */
	size_t		*urls;
	size_t		 count;
};

struct fetch {
	struct span	host, url;
};

static int
compare_fetches(const void *a, const void *b)
{
	const struct fetch	*left = a, *right = b;
	int			 by = span_order(&left->host, &right->host);

	return by != 0 ? by : span_order(&left->url, &right->url);
}

static struct hosts *
hosts_new(const struct dissection *d, struct arena *arena)
{
	struct hosts	*hosts = arena_alloc(arena, sizeof(*hosts));
	struct fetch	*fetches = arena_array(arena, d->references.count, sizeof(*fetches));
	size_t		 count = 0;

	if (hosts == NULL || fetches == NULL)
		return NULL;
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference *reference = &dissection_references(d)[i];

		if (element_is_of_scope(reference, SCOPE_REFERENCE))
			fetches[count++] = (struct fetch){ dissection_text(d, reference->host),
			    dissection_text(d, reference->url) };
	}
	if (count > 1)
		qsort(fetches, count, sizeof(*fetches), compare_fetches);
	hosts->names = arena_array(arena, count, sizeof(*hosts->names));
	hosts->urls = arena_array(arena, count, sizeof(*hosts->urls));
	if (hosts->names == NULL || hosts->urls == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || !span_eq(fetches[i - 1].host, fetches[i].host))
			hosts->names[hosts->count++] = fetches[i].host;
		if (i == 0 || compare_fetches(&fetches[i - 1], &fetches[i]) != 0)
			hosts->urls[hosts->count - 1]++;
	}
	return hosts;
}

size_t
evidence_of_host(struct evidence *evidence, struct span host)
{
	const struct hosts *hosts;

	if (evidence->hosts == NULL)
		evidence->hosts = hosts_new(evidence->d, evidence->arena);
	if ((hosts = evidence->hosts) == NULL) {
		evidence->no_memory = true;
		return 0;
	}
	size_t place = span_lower_bound(hosts->names, hosts->count, host);
	return place < hosts->count && span_eq(hosts->names[place], host) ? hosts->urls[place] : 0;
}

enum watched
evidence_watched(const struct evidence *evidence)
{
	const struct message	*message = evidence->message;
	size_t			 watched = 0;

	for (size_t i = 0; evidence->groups != NULL && i < message->recipient_count; i++)
		watched += (group_set_of(evidence->groups, message->recipients[i]) & evidence->watched) != 0;
	if (watched == 0)
		return WATCHED_NONE;
	return watched == message->recipient_count ? WATCHED_ALL : WATCHED_SOME;
}
