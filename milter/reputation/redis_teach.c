/*
 * What messages teach, in steps: which of their templates are new, and how many of those a domain may have; their domains
 * and windows; campaigns; the templates; how many those were. Each step is one conversation for all messages, and safe to
 * repeat, also with others. At last the store says how far it knows the node: a server that lost its last moments knows no
 * more than it has.
 */
#include <pixelward/base/clock.h>

#include "redis_lessons.h"

#include <stdlib.h>

/* More than the lessons of one batch take; the largest one takes less than a third of it. */
#define MOST_LESSON_BYTES	((size_t)64 << 20)
#define FEW_BYTES		3u
#define MOST_COMPANIONS		2u

/* What a lesson says to all of its scripts; texts in the arena, or the lesson's own. */
struct said {
	struct span	number, seconds, day;
	struct span	message, recipients, few_recipients;	/* 8, 8 and 3 bytes each */
};

struct teaching {
	struct redis_store	*store;
	const struct lesson	*lessons;
	const struct said	*said;		/* parallel */
	size_t			 count;
	struct arena		*arena;
	struct span		 guard;
};

/* What one lesson has for one key. */
struct piece {
	struct span	key;
	size_t		lesson, index;
};

struct pieces {
	struct piece	*at;
	size_t		 count;
};

struct call_kind {
	struct redis_script	*script;
	const char		*companions[MOST_COMPANIONS];	/* keys that go with the key: what is behind it */
	bool			 guarded;			/* begins with the node */
	void			(*say)(struct redis_words *, const struct teaching *, const struct piece *);
};

static struct span
bytes_of(const void *at, size_t bytes)
{
	return (struct span){ at, bytes };
}

/* Of a lesson: it may be empty. */
static void
text_add(struct redis_words *words, struct span text)
{
	redis_words_add(words, text.at != NULL ? text : SPAN(""));
}

/* So many bytes of each digest, evenly spread as they are; at is NULL without memory. */
static struct span
folded(struct arena *arena, const uint64_t *digests, size_t count)
{
	char *few = arena_array(arena, count, FEW_BYTES);

	for (size_t i = 0; i < count && few != NULL; i++) {
		uint64_t digest = digests[i] ^ digests[i] >> 32;

		memcpy(few + i * FEW_BYTES, &digest, FEW_BYTES);
	}
	return bytes_of(few, few != NULL ? count * FEW_BYTES : 0);
}

/* --- what each kind of key is told --- */

static void
domain_say(struct redis_words *words, const struct teaching *teaching, const struct piece *piece)
{
	const struct said		*said = &teaching->said[piece->lesson];
	const struct lesson_domain	*taught = &teaching->lessons[piece->lesson].domains[piece->index];
	char				 tallies[TALLIES * 4];
	size_t				 bytes = 0;

	for (unsigned i = 0; i < TALLIES; i++)
		if ((taught->tallies >> i & 1) != 0) {
			size_t len = strlen(redis_tallies[i]);

			memcpy(tallies + bytes, redis_tallies[i], len);
			tallies[bytes + len] = ' ';
			bytes += len + 1;
		}
	text_add(words, said->number);
	text_add(words, said->seconds);
	text_add(words, said->day);
	redis_words_add(words, arena_copy(words->arena, bytes_of(tallies, bytes)));
	text_add(words, taught->campaign);
	text_add(words, said->few_recipients);
	redis_words_add(words, folded(words->arena, taught->templates, taught->template_count));
}

static void
template_say(struct redis_words *words, const struct teaching *teaching, const struct piece *piece)
{
	const struct said		*said = &teaching->said[piece->lesson];
	const struct lesson_template	*taught = &teaching->lessons[piece->lesson].templates[piece->index];

	text_add(words, said->number);
	text_add(words, said->seconds);
	text_add(words, said->message);
	text_add(words, bytes_of(&taught->token, sizeof(taught->token)));
	text_add(words, said->recipients);
	text_add(words, said->few_recipients);
	redis_words_add(words, folded(words->arena, &taught->token, 1));
}

static void
window_say(struct redis_words *words, const struct teaching *teaching, const struct piece *piece)
{
	const struct member *member = &teaching->lessons[piece->lesson].windows[piece->index].member;

	redis_words_add(words, redis_number(words->arena, member->time_ms));
	text_add(words, bytes_of(&member->time_ms, sizeof(member->time_ms)));
	text_add(words, bytes_of(&member->message, sizeof(member->message)));
	text_add(words, span_cut(member->text, 0, REDIS_MOST_NOTE_BYTES));
}

static const struct call_kind domain_kind = { &redis_domain_script, { ":r", ":t" }, true, domain_say };
static const struct call_kind template_kind = { &redis_template_script, { ":t", ":r" }, true, template_say };
static const struct call_kind window_kind = { &redis_window_script, { NULL }, false, window_say };

/* --- one call for each key --- */

static struct span
companion_key(struct arena *arena, struct span key, const char *suffix)
{
	size_t	 behind = strlen(suffix);
	char	*whole = arena_reserve(arena, key.len + behind);

	if (whole == NULL)
		return SPAN_NONE;
	memcpy(whole, key.at, key.len);
	memcpy(whole + key.len, suffix, behind);
	return (struct span){ whole, key.len + behind };
}

/* Pieces of one key, in the order of their lessons. */
static void
call_add(const struct teaching *teaching, const struct call_kind *kind, const struct piece *pieces, size_t count,
    struct redis_batch *batch)
{
	struct redis_words	words = { .arena = teaching->arena };
	size_t			keys = 1;

	text_add(&words, pieces[0].key);
	for (; keys <= MOST_COMPANIONS && kind->companions[keys - 1] != NULL; keys++)
		redis_words_add(&words, companion_key(words.arena, pieces[0].key, kind->companions[keys - 1]));
	if (kind->guarded)
		text_add(&words, teaching->guard);
	for (size_t i = 0; i < count; i++)
		kind->say(&words, teaching, &pieces[i]);
	redis_batch_call(batch, kind->script, keys, &words);
}

static int
by_key(const void *a, const void *b)
{
	const struct piece	*x = a, *y = b;
	int			 order = span_order(&x->key, &y->key);

	if (order == 0)
		order = x->lesson != y->lesson ? (x->lesson < y->lesson ? -1 : 1) : (x->index > y->index) - (x->index < y->index);
	return order;
}

/* Where the next key begins. */
static size_t
key_end(const struct pieces *pieces, size_t begin)
{
	size_t end = begin + 1;

	while (end < pieces->count && span_eq(pieces->at[end].key, pieces->at[begin].key))
		end++;
	return end;
}

static void
calls_add(const struct teaching *teaching, const struct call_kind *kind, const struct pieces *pieces,
    struct redis_batch *batch)
{
	for (size_t i = 0, end; i < pieces->count; i = end) {
		end = key_end(pieces, i);
		call_add(teaching, kind, pieces->at + i, end - i, batch);
	}
}

/* Once they are written, or may have been: who asked before that was told what was, and keeps it no longer. */
static void
pieces_forget(const struct teaching *teaching, const struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i = key_end(pieces, i))
		redis_cache_forget(teaching->store->cache, pieces->at[i].key);
}

enum piece_kind { OF_DOMAINS, OF_TEMPLATES, OF_WINDOWS };

static size_t
pieces_of(const struct lesson *lesson, enum piece_kind kind)
{
	return kind == OF_DOMAINS ? lesson->domain_count : kind == OF_TEMPLATES ? lesson->template_count : lesson->window_count;
}

static struct span
piece_key(const struct lesson *lesson, enum piece_kind kind, size_t i, struct arena *arena)
{
	if (kind == OF_DOMAINS)
		return redis_key(arena, "pw:rep:", lesson->domains[i].name, "");
	return kind == OF_TEMPLATES ? redis_digest_key(arena, "pw:h:", lesson->templates[i].digest, "") :
	    redis_digest_key(arena, "pw:w:", lesson->windows[i].key, "");
}

/* By their keys. */
static enum pw_err
pieces_make(const struct teaching *teaching, enum piece_kind kind, struct pieces *pieces)
{
	size_t most = 0;

	for (size_t i = 0; i < teaching->count; i++)
		most += pieces_of(&teaching->lessons[i], kind);
	*pieces = (struct pieces){ .at = arena_array(teaching->arena, most, sizeof(*pieces->at)) };
	if (pieces->at == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < teaching->count; i++)
		for (size_t k = 0; k < pieces_of(&teaching->lessons[i], kind); k++) {
			struct span key = piece_key(&teaching->lessons[i], kind, k, teaching->arena);

			if (key.at == NULL)
				return PW_ENOMEM;
			pieces->at[pieces->count++] = (struct piece){ key, i, k };
		}
	if (pieces->count > 1)
		qsort(pieces->at, pieces->count, sizeof(*pieces->at), by_key);
	return PW_OK;
}

/* --- templates, which a domain may not have without bound --- */

struct minted {
	struct span	domain;
	size_t		lesson, index;	/* that has it first */
	size_t		begin, end;	/* its pieces */
	bool		fresh, kept;
};

/* Those of a domain together. */
struct mint {
	struct minted	*at;
	size_t		 count;
};

static int
by_domain(const void *a, const void *b)
{
	const struct minted	*x = a, *y = b;
	int			 order = span_order(&x->domain, &y->domain);

	if (order == 0)
		order = x->lesson != y->lesson ? (x->lesson < y->lesson ? -1 : 1) : (x->index > y->index) - (x->index < y->index);
	return order;
}

static enum pw_err
mint_make(const struct teaching *teaching, const struct pieces *pieces, struct mint *mint)
{
	*mint = (struct mint){ .at = arena_array(teaching->arena, pieces->count, sizeof(*mint->at)) };
	if (mint->at == NULL)
		return PW_ENOMEM;
	for (size_t i = 0, end; i < pieces->count; i = end) {
		const struct piece *first = &pieces->at[i];

		end = key_end(pieces, i);
		mint->at[mint->count++] = (struct minted){ .lesson = first->lesson, .index = first->index, .begin = i, .end = end,
			.domain = teaching->lessons[first->lesson].templates[first->index].domain };
	}
	if (mint->count > 1)
		qsort(mint->at, mint->count, sizeof(*mint->at), by_domain);
	return PW_OK;
}

/* Where the next domain begins. */
static size_t
domain_end(const struct mint *mint, size_t begin)
{
	size_t end = begin + 1;

	while (end < mint->count && span_eq(mint->at[end].domain, mint->at[begin].domain))
		end++;
	return end;
}

/* The domain of this one got so many; 0 asks. */
static void
mint_add(const struct teaching *teaching, const struct minted *minted, size_t made, struct redis_batch *batch)
{
	const struct said	*said = &teaching->said[minted->lesson];
	const struct span	 words[] = { redis_key(teaching->arena, "pw:rep:", minted->domain, ""), said->seconds,
		redis_number(teaching->arena, (int64_t)made) };

	batch->failed = batch->failed || words[0].at == NULL || words[2].at == NULL;
	redis_batch_script(batch, &redis_mint_script, 1, words, NITEMS(words));
}

/* Those that are there already are kept, and of each domain the first new ones, as many as it may have. */
static void
mint_take(const struct teaching *teaching, struct mint *mint, const struct redis_reply *replies)
{
	const struct redis_reply *may = replies + mint->count;

	for (size_t i = 0, end; i < mint->count; i = end, may++) {
		int64_t left = may->integer;

		end = domain_end(mint, i);
		for (size_t k = i; k < end; k++) {
			/* In the mail's time: Redis forgets it in its own. */
			mint->at[k].fresh = redis_reply_number(&replies[k]) * 1000 <
			    teaching->lessons[mint->at[k].lesson].time_ms / 1000 * 1000 - STORE_DAYS_OF_TEMPLATE * DAY_MS;
			mint->at[k].kept = !mint->at[k].fresh || left-- > 0;
		}
	}
}

static enum pw_err
mint_ask(const struct teaching *teaching, const struct pieces *pieces, struct mint *mint)
{
	struct redis_batch	batch;
	enum pw_err		err;

	redis_batch_init(&batch, teaching->arena);
	for (size_t i = 0; i < mint->count; i++)
		redis_batch_add(&batch, (const struct span[]){ SPAN("HGET"), pieces->at[mint->at[i].begin].key, SPAN("l") }, 3);
	for (size_t i = 0; i < mint->count; i = domain_end(mint, i))
		mint_add(teaching, &mint->at[i], 0, &batch);
	err = redis_write(teaching->store, &batch);
	if (err == PW_OK)
		mint_take(teaching, mint, batch.replies);
	redis_batch_fini(&batch);
	return err;
}

/* Only once they are there: who comes again finds them, and counts none of them twice. */
static void
mints_count(const struct teaching *teaching, const struct mint *mint, struct redis_batch *batch)
{
	for (size_t i = 0, end; i < mint->count; i = end) {
		size_t made = 0;

		end = domain_end(mint, i);
		for (size_t k = i; k < end; k++)
			made += mint->at[k].fresh && mint->at[k].kept;
		if (made > 0)
			mint_add(teaching, &mint->at[i], made, batch);
	}
}

/* --- the steps --- */

static void
age_add(const struct teaching *teaching, struct redis_batch *batch)
{
	struct redis_words words = { .arena = teaching->arena };

	redis_words_add(&words, SPAN(REDIS_STORE_KEY));
	redis_words_add(&words, teaching->guard);
	for (size_t i = 0; i < teaching->count; i++) {
		const struct lesson *lesson = &teaching->lessons[i];

		redis_words_add(&words, teaching->said[i].number);
		redis_words_add(&words, redis_number(teaching->arena, lesson->time_ms));
		redis_words_add(&words, lesson->old ? SPAN("1") : SPAN("0"));
		redis_words_add(&words, lesson->surges ? SPAN("1") : SPAN("0"));
	}
	redis_batch_call(batch, &redis_age_script, 1, &words);
}

static enum pw_err
domains_teach(const struct teaching *teaching)
{
	struct pieces		domains, windows;
	struct redis_batch	batch;
	enum pw_err		err = pieces_make(teaching, OF_DOMAINS, &domains);

	if (err == PW_OK)
		err = pieces_make(teaching, OF_WINDOWS, &windows);
	if (err != PW_OK)
		return err;
	redis_batch_init(&batch, teaching->arena);
	calls_add(teaching, &domain_kind, &domains, &batch);
	calls_add(teaching, &window_kind, &windows, &batch);
	err = redis_write(teaching->store, &batch);
	pieces_forget(teaching, &domains);
	redis_batch_fini(&batch);
	return err;
}

static enum pw_err
templates_teach(const struct teaching *teaching, const struct pieces *pieces, const struct mint *mint)
{
	struct redis_batch	batch;
	enum pw_err		err;

	redis_batch_init(&batch, teaching->arena);
	for (size_t i = 0; i < mint->count; i++)
		if (mint->at[i].kept)
			call_add(teaching, &template_kind, pieces->at + mint->at[i].begin, mint->at[i].end - mint->at[i].begin,
			    &batch);
	err = redis_write(teaching->store, &batch);
	pieces_forget(teaching, pieces);
	redis_batch_fini(&batch);
	return err;
}

static enum pw_err
end_teach(const struct teaching *teaching, const struct mint *mint)
{
	struct redis_batch	batch;
	enum pw_err		err;

	redis_batch_init(&batch, teaching->arena);
	mints_count(teaching, mint, &batch);
	age_add(teaching, &batch);
	err = redis_write(teaching->store, &batch);
	redis_batch_fini(&batch);
	return err;
}

static enum pw_err
teaching_init(struct teaching *teaching)
{
	struct arena	*arena = teaching->arena;
	struct said	*said = arena_array(arena, teaching->count, sizeof(*said));
	bool		 failed = said == NULL;

	for (size_t i = 0; i < teaching->count && !failed; i++) {
		const struct lesson *lesson = &teaching->lessons[i];

		said[i] = (struct said){ .number = redis_number(arena, (int64_t)lesson->number),
			.seconds = redis_number(arena, lesson->time_ms / 1000),
			.day = redis_number(arena, lesson->time_ms / ((int64_t)REDIS_DAY_S * 1000) & 31),
			.message = bytes_of(&lesson->message, sizeof(lesson->message)),
			.recipients = bytes_of(lesson->recipients, lesson->recipient_count * sizeof(*lesson->recipients)),
			.few_recipients = folded(arena, lesson->recipients, lesson->recipient_count) };
		failed = said[i].number.at == NULL || said[i].seconds.at == NULL || said[i].day.at == NULL ||
		    said[i].few_recipients.at == NULL;
	}
	teaching->said = said;
	teaching->guard = redis_guard(arena, teaching->lessons[0].node);
	return failed || teaching->guard.at == NULL ? PW_ENOMEM : PW_OK;
}

enum pw_err
redis_store_teach(struct store *opened, const struct lesson *lessons, size_t count)
{
	struct teaching	teaching = { .store = (struct redis_store *)opened, .lessons = lessons, .count = count,
			    .arena = arena_new(MOST_LESSON_BYTES) };
	struct pieces	templates;
	struct mint	mint;
	enum pw_err	err = teaching.arena != NULL ? PW_OK : PW_ENOMEM;

	if (count == 0 || err != PW_OK) {
		arena_free(teaching.arena);
		return err;
	}
	err = teaching_init(&teaching);
	if (err == PW_OK)
		err = pieces_make(&teaching, OF_TEMPLATES, &templates);
	if (err == PW_OK)
		err = mint_make(&teaching, &templates, &mint);
	if (err == PW_OK)
		err = mint_ask(&teaching, &templates, &mint);
	if (err == PW_OK)
		err = domains_teach(&teaching);
	if (err == PW_OK)
		err = redis_store_join(teaching.store, lessons, count, teaching.arena);
	if (err == PW_OK)
		err = templates_teach(&teaching, &templates, &mint);
	if (err == PW_OK)
		err = end_teach(&teaching, &mint);
	arena_free(teaching.arena);
	return err;
}

enum pw_err
redis_store_known(struct store *opened, struct span node, uint64_t *number)
{
	struct arena		*arena = arena_new((size_t)1 << 20);
	struct span		 guard = arena != NULL ? redis_guard(arena, node) : SPAN_NONE;
	struct redis_batch	 batch;
	enum pw_err		 err;

	redis_batch_init(&batch, arena);
	batch.failed = guard.at == NULL;
	if (!batch.failed)
		redis_batch_add(&batch, (const struct span[]){ SPAN("HGET"), SPAN(REDIS_STORE_KEY), guard }, 3);
	err = batch.failed ? PW_ENOMEM : redis_write((struct redis_store *)opened, &batch);
	if (err == PW_OK)
		*number = (uint64_t)redis_reply_number(&batch.replies[0]);
	redis_batch_fini(&batch);
	arena_free(arena);
	return err;
}
