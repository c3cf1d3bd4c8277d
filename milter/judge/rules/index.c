#include "index.h"

#include <stdlib.h>
#include <string.h>

#include <pixelward/base/fnv.h>

#include "../needle.h"
#include "abp.h"
#include "key.h"
#include "modifier.h"
#include "need.h"

#define SCOPES		5

/* A rule under a line that it needs, found at elements of a scope. */
struct posting {
	uint32_t	scope, line, rule;
	bool		here;		/* the rule acts on these elements */
};

/* All postings of one line and scope. */
struct post {
	const struct line	*line;
	size_t			 begin, count;
};

/* What finds a post, or several. */
struct entry {
	uint64_t	hash;
	uint32_t	post;
};

/* Entries of one hash; count 0: a free slot. */
struct bucket {
	uint64_t	hash;
	uint32_t	begin, count;
};

/* One fact that is looked up at elements of one scope. */
struct probe {
	const struct fact	*fact;
	bool			 kinds[KEY_FILTER + 1];
	uint32_t		*posts;
	size_t			 post_count, post_capacity;
	struct needles		*literals;
	struct needle		*needles;	/* while it is built */
	size_t			 needle_count, needle_capacity;
};

struct view {
	struct probe	*probes;
	size_t		 probe_count, probe_capacity;
	uint32_t	*asked;		/* posts without a key */
	size_t		 asked_count, asked_capacity;
	uint32_t	*always;	/* rules */
	size_t		 always_count, always_capacity;
	bool		 here, elsewhere;	/* rules are posted that act on these elements, or on others */
};

struct rule_index {
	struct arena		*arena;
	const struct filter_set	*filters;
	const struct interned	*interned;
	struct keys		*keys;		/* of each line */
	struct posting		*postings;
	size_t			 posting_count, posting_capacity;
	struct post		*posts;
	size_t			 post_count;
	struct entry		*entries;
	size_t			 entry_count, entry_capacity;
	struct bucket		*buckets;
	size_t			 bucket_mask;
	struct view		 views[SCOPES];
};

static size_t
view_of(enum scope scope)
{
	return (size_t)__builtin_ctz((unsigned)scope);
}

/* --- hashes --- */

/* From the last byte to the first, so that those of all domains above a host come out of one pass. */
static uint64_t
hash_more(uint64_t hash, char c)
{
	return fnv_add(hash, (unsigned char)ascii_lower(c));
}

static uint64_t
hash_begin(enum key_kind kind, size_t view, const struct fact *fact)
{
	return fnv_add(FNV_BASIS, (uint64_t)(fact - facts) << 8 | view << 4 | kind);
}

static uint64_t
hash_of_number(enum key_kind kind, size_t view, const struct fact *fact, uint32_t number)
{
	return fnv_add(hash_begin(kind, view, fact), number);
}

static uint64_t
hash_of_key(const struct key *key, size_t view, const struct fact *fact)
{
	uint64_t hash = hash_begin(key->kind, view, fact);

	if (key->kind == KEY_LIST || key->kind == KEY_FILTER)
		return hash_of_number(key->kind, view, fact, key->number);
	for (size_t i = key->text.len; i > 0; i--)
		hash = hash_more(hash, key->text.at[i - 1]);
	return hash;
}

static size_t
bucket_at(const struct rule_index *index, uint64_t hash)
{
	return (size_t)((hash ^ hash >> 29) * 0x9e3779b97f4a7c15u >> 20) & index->bucket_mask;
}

/* --- building: postings --- */

static bool
push(struct arena *arena, uint32_t **array, size_t *count, size_t *capacity, uint32_t number)
{
	uint32_t *larger = arena_grow(arena, *array, *count, capacity, sizeof(*larger));

	if (larger == NULL)
		return false;
	*array = larger;
	larger[(*count)++] = number;
	return true;
}

/* The line of a selection that is true most rarely. */
static const struct line *
rarest_line(const struct rule_index *index, const struct selection *selection)
{
	const struct line *rarest = &selection->lines[0];

	for (size_t i = 1; i < selection->line_count; i++)
		if (index->keys[selection->lines[i].id].score > index->keys[rarest->id].score)
			rarest = &selection->lines[i];
	return rarest;
}

static bool
add_posting(struct rule_index *index, const struct rule *rule, uint32_t number, const struct selection *selection)
{
	const struct line	*line = rarest_line(index, selection);
	struct view		*view;
	bool			 of_message = (line->fact->scopes & SCOPE_MESSAGE) != 0;
	struct posting		*larger = arena_grow(index->arena, index->postings, index->posting_count,
				    &index->posting_capacity, sizeof(*larger));

	if (larger == NULL)
		return false;
	index->postings = larger;
	struct posting posting = { (uint32_t)view_of(of_message ? SCOPE_MESSAGE : selection->scope), line->id, number,
	    !of_message && selection->scope == rule->acting };
	larger[index->posting_count++] = posting;
	view = &index->views[posting.scope];
	view->here = view->here || posting.here;
	view->elsewhere = view->elsewhere || !posting.here;
	return true;
}

static bool
add_rule(struct rule_index *index, const struct rule *rule, uint32_t number)
{
	struct view	*view = &index->views[view_of(rule->acting)];
	unsigned	 scores[RULE_MOST_SELECTIONS] = { 0 };
	uint32_t	 need;

	for (size_t i = 0; i < rule->selection_count; i++)
		scores[i] = index->keys[rarest_line(index, &rule->selections[i])->id].score;
	need = need_of(&rule->condition, scores);
	if (need == 0)
		return push(index->arena, &view->always, &view->always_count, &view->always_capacity, number);
	for (size_t i = 0; i < rule->selection_count; i++)
		if ((need & 1u << i) != 0 && !add_posting(index, rule, number, &rule->selections[i]))
			return false;
	return true;
}

/* --- building: posts and their keys --- */

static int
compare_postings(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;

	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static struct probe *
probe_of(struct rule_index *index, struct view *view, const struct fact *fact)
{
	struct probe *larger;

	for (size_t i = 0; i < view->probe_count; i++)
		if (view->probes[i].fact == fact)
			return &view->probes[i];
	larger = arena_grow(index->arena, view->probes, view->probe_count, &view->probe_capacity, sizeof(*larger));
	if (larger == NULL)
		return NULL;
	view->probes = larger;
	larger[view->probe_count] = (struct probe){ .fact = fact };
	return &larger[view->probe_count++];
}

static bool
add_key(struct rule_index *index, struct probe *probe, size_t view, const struct key *key, uint32_t post)
{
	struct entry *larger = arena_grow(index->arena, index->entries, index->entry_count, &index->entry_capacity,
	    sizeof(*larger));

	if (larger == NULL)
		return false;
	index->entries = larger;
	larger[index->entry_count++] = (struct entry){ hash_of_key(key, view, probe->fact), post };
	probe->kinds[key->kind] = true;
	if (key->kind != KEY_LITERAL)
		return true;
	struct needle	*needles = arena_grow(index->arena, probe->needles, probe->needle_count, &probe->needle_capacity,
			    sizeof(*needles));
	struct span	 text = arena_lower(index->arena, key->text);
	if (needles == NULL || text.at == NULL)
		return false;
	probe->needles = needles;
	needles[probe->needle_count++] = (struct needle){ text, (uint32_t)view };
	return true;
}

static bool
add_post(struct rule_index *index, uint32_t number, size_t at)
{
	const struct post	*post = &index->posts[number];
	const struct keys	*keys = &index->keys[post->line->id];
	struct view		*view = &index->views[at];
	struct probe		*probe;

	if (keys->count == 0)
		return push(index->arena, &view->asked, &view->asked_count, &view->asked_capacity, number);
	probe = probe_of(index, view, post->line->fact);
	if (probe == NULL || !push(index->arena, &probe->posts, &probe->post_count, &probe->post_capacity, number))
		return false;
	for (size_t i = 0; i < keys->count; i++)
		if (!add_key(index, probe, at, &keys->at[i], number))
			return false;
	return true;
}

static bool
add_posts(struct rule_index *index)
{
	if (index->posting_count > 1)
		qsort(index->postings, index->posting_count, sizeof(*index->postings), compare_postings);
	index->posts = arena_array(index->arena, index->posting_count, sizeof(*index->posts));
	if (index->posts == NULL)
		return false;
	for (size_t i = 0, end; i < index->posting_count; i = end) {
		const struct posting *first = &index->postings[i];

		for (end = i + 1; end < index->posting_count && index->postings[end].scope == first->scope &&
		    index->postings[end].line == first->line;)
			end++;
		index->posts[index->post_count++] = (struct post){ index->interned->lines[first->line], i, end - i };
		if (!add_post(index, (uint32_t)index->post_count - 1, first->scope))
			return false;
	}
	return true;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->post > y->post) - (x->post < y->post);
}

static bool
add_buckets(struct rule_index *index)
{
	size_t count = 16;

	while (count < index->entry_count * 2)
		count *= 2;
	index->buckets = arena_array(index->arena, count, sizeof(*index->buckets));
	index->bucket_mask = count - 1;
	if (index->buckets == NULL)
		return false;
	if (index->entry_count > 1)
		qsort(index->entries, index->entry_count, sizeof(*index->entries), compare_entries);
	for (size_t i = 0, end; i < index->entry_count; i = end) {
		uint64_t	hash = index->entries[i].hash;
		size_t		slot = bucket_at(index, hash);

		for (end = i + 1; end < index->entry_count && index->entries[end].hash == hash;)
			end++;
		while (index->buckets[slot].count > 0)
			slot = (slot + 1) & index->bucket_mask;
		index->buckets[slot] = (struct bucket){ hash, (uint32_t)i, (uint32_t)(end - i) };
	}
	return true;
}

static bool
build(struct rule_index *index, const struct rule *rules, size_t count)
{
	index->keys = arena_array(index->arena, index->interned->line_count, sizeof(*index->keys));
	if (index->keys == NULL)
		return false;
	for (size_t i = 0; i < index->interned->line_count; i++)
		if (!keys_of(index->arena, index->interned->lines[i], &index->keys[i]))
			return false;
	for (size_t i = 0; i < count; i++)
		if (rule_is_asked(&rules[i]) && !add_rule(index, &rules[i], (uint32_t)i))
			return false;
	if (!add_posts(index) || !add_buckets(index))
		return false;
	for (size_t i = 0; i < SCOPES; i++)
		for (size_t k = 0; k < index->views[i].probe_count; k++) {
			struct probe *probe = &index->views[i].probes[k];

			if (probe->needle_count > 0 &&
			    (probe->literals = needles_new(index->arena, probe->needles, probe->needle_count)) == NULL)
				return false;
		}
	return true;
}

struct rule_index *
rule_index_new(struct arena *arena, const struct rule *rules, size_t count, const struct interned *interned,
    const struct filter_set *filters)
{
	struct rule_index *index = arena_alloc(arena, sizeof(*index));

	if (index == NULL)
		return NULL;
	index->arena = arena;
	index->interned = interned;
	index->filters = filters;
	return build(index, rules, count) ? index : NULL;
}

/* --- asking --- */

const uint32_t *
rule_index_always(const struct rule_index *index, enum scope scope, size_t *count)
{
	*count = index->views[view_of(scope)].always_count;
	return index->views[view_of(scope)].always;
}

bool
rule_index_speaks_of(const struct rule_index *index, enum scope scope)
{
	return index->views[view_of(scope)].here;
}

bool
rule_index_tells_others(const struct rule_index *index, enum scope scope)
{
	return index->views[view_of(scope)].elsewhere;
}

/* One probe at one element. */
struct search {
	const struct rule_index		*index;
	const struct index_asker	*asker;
	const struct probe		*probe;
	size_t				 view;
};

static void
take_post(const struct rule_index *index, const struct index_asker *asker, uint32_t number)
{
	const struct post *post = &index->posts[number];

	for (size_t i = post->begin; i < post->begin + post->count; i++)
		asker->take(asker->context, index->postings[i].rule, index->postings[i].here);
}

static void
take_hash(const struct search *search, uint64_t hash)
{
	const struct rule_index *index = search->index;

	for (size_t slot = bucket_at(index, hash); index->buckets[slot].count > 0; slot = (slot + 1) & index->bucket_mask) {
		const struct bucket *bucket = &index->buckets[slot];

		if (bucket->hash != hash)
			continue;
		for (size_t i = 0; i < bucket->count; i++)
			take_post(index, search->asker, index->entries[bucket->begin + i].post);
		return;
	}
}

static void
find_domains(const struct search *search, struct span host)
{
	uint64_t hash = hash_begin(KEY_DOMAIN, search->view, search->probe->fact);

	for (size_t i = host.len; i > 0; i--) {
		hash = hash_more(hash, host.at[i - 1]);
		if (i == 1 || host.at[i - 2] == '.')
			take_hash(search, hash);
	}
}

static void
take_list(const struct list_hit *hit, void *context)
{
	const struct search *search = context;

	take_hash(search, hash_of_number(KEY_LIST, search->view, search->probe->fact,
	    (uint32_t)(hit->list - search->asker->lists->lists)));
}

static bool
take_literal(struct span text, size_t begin, size_t end, const struct needle *needle, const void *context)
{
	const struct search	*search = context;
	uint64_t		 hash = hash_begin(KEY_LITERAL, search->view, search->probe->fact);

	(void)text, (void)begin, (void)end;
	for (size_t i = needle->text.len; i > 0; i--)
		hash = hash_more(hash, needle->text.at[i - 1]);
	take_hash(search, hash);
	return false;	/* the others, too */
}

static bool
has_kind(const struct keys *keys, enum key_kind kind)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->at[i].kind == kind)
			return true;
	return false;
}

/* What cannot be looked up is told of every rule that has such a key; why is NULL: of every rule. */
static void
miss_all(const struct search *search, enum key_kind kind, const char *why)
{
	const struct rule_index *index = search->index;

	for (size_t i = 0; i < search->probe->post_count; i++) {
		const struct post *post = &index->posts[search->probe->posts[i]];

		for (size_t k = post->begin; k < post->begin + post->count; k++)
			if (why == NULL || has_kind(&index->keys[post->line->id], kind))
				search->asker->miss(search->asker->context, index->postings[k].rule, why);
	}
}

/* The filters of rules, or those of lists, by the numbers of their lists. */
static bool
find_filters(const struct search *search, enum key_kind kind)
{
	const struct index_asker	*asker = search->asker;
	struct url_asker		*urls = kind == KEY_FILTER ? &asker->evidence->by_rules : &asker->evidence->by_lists;
	enum pw_err			 err = abp_ask(urls, kind == KEY_FILTER ? search->index->filters :
					    &asker->lists->filters, asker->evidence, asker->scope, asker->element);

	for (size_t i = 0; i < urls->asker.hit_count; i++)
		take_hash(search, hash_of_number(kind, search->view, search->probe->fact, urls->asker.hits[i].filter->list));
	if (err == PW_ELIMIT && (urls->told & asker->scope) == 0) {
		urls->told |= asker->scope;
		miss_all(search, kind, "the message has too much URL text to try the filters on all of it");
	}
	return err != PW_ENOMEM;
}

static bool
find(const struct search *search)
{
	const struct index_asker	*asker = search->asker;
	const struct probe		*probe = search->probe;
	bool				 url = fact_is_url(probe->fact), fine = true;
	struct value			 value;

	fact_get(probe->fact, asker->evidence, asker->scope, asker->element, &value);
	if (!value.known)
		miss_all(search, KEY_DOMAIN, NULL);
	for (size_t i = 0; value.known && i < value.count; i++) {
		if (probe->kinds[KEY_DOMAIN])
			find_domains(search, value.texts[i]);
		if (probe->kinds[KEY_LIST] && !url)
			list_set_each(asker->lists, value.texts[i], take_list, (void *)(uintptr_t)search);
		if (probe->literals != NULL)
			(void)needles_find(probe->literals, value.texts[i], take_literal, search);
	}
	if (probe->kinds[KEY_LIST] && url) {
		list_set_each(asker->lists, abp_host(asker->evidence, asker->scope, asker->element), take_list,
		    (void *)(uintptr_t)search);
		fine = find_filters(search, KEY_LIST);
	}
	return fine && (!probe->kinds[KEY_FILTER] || find_filters(search, KEY_FILTER));
}

bool
rule_index_ask(const struct rule_index *index, const struct index_asker *asker)
{
	size_t			 at = view_of(asker->scope);
	const struct view	*view = &index->views[at];

	for (size_t i = 0; i < view->probe_count; i++)
		if (!find(&(struct search){ index, asker, &view->probes[i], at }))
			return false;
	for (size_t i = 0; i < view->asked_count; i++)
		if (asker->ask(asker->context, index->posts[view->asked[i]].line) != TRUTH_FALSE)
			take_post(index, asker, view->asked[i]);
	return true;
}
