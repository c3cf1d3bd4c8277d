#include "trial.h"

#include <glib.h>
#include <string.h>

#define TRIAL_ARENA_BYTES	((size_t)512 << 20)
#define MOST_RECIPIENTS		50
#define SHOWN_OF(s)		(int)((s).len < 80 ? (s).len : 80), (s).at

/* One test. */
struct trial {
	struct reading_rules	*reading;
	const struct rule	*rule;
	const struct node	*map, *name, *from, *subject, *html, *eml, *expect;
	const struct node	*match, *action, *exempt, *strips, *proxies, *keeps;
	struct span		 recipients[MOST_RECIPIENTS];
	size_t			 recipient_count;
	const struct given	*given;
	bool			 failed;
	struct arena		*arena;		/* of its message */
};

#define TELL(trial, node, code, ...)						\
	(finding_add((trial)->reading->findings, &(node)->place, code, __VA_ARGS__), (trial)->failed = true)

/* --- what is written --- */

static void
read_recipients(struct trial *trial, const struct node *node)
{
	trial->recipient_count = 0;
	for (const struct node *one = node->kind == NODE_LIST ? node->first : node; one != NULL;
	    one = node->kind == NODE_LIST ? one->next : NULL) {
		if (one->kind != NODE_SCALAR || trial->recipient_count == MOST_RECIPIENTS) {
			TELL(trial, one, FINDING_VALUE, "rcpt is an address, or a list of at most %d", MOST_RECIPIENTS);
			return;
		}
		trial->recipients[trial->recipient_count++] = one->text;
	}
}

static void
read_given(struct trial *trial, const struct node *map)
{
	for (const struct node *node = map->kind == NODE_MAP ? map->first : NULL; node != NULL; node = node->next) {
		const struct fact	*fact = fact_named(node->key->text);
		struct nearest		 nearest = { .word = node->key->text };
		struct given		*given = arena_alloc(trial->reading->findings->arena, sizeof(*given));

		for (size_t i = 0; i < fact_count; i++)
			nearest_try(&nearest, facts[i].name);
		if (given == NULL)
			trial->reading->findings->no_memory = true;
		else if (fact == NULL)
			TELL(trial, node->key, FINDING_FACT, "unknown fact '%.*s'%.*s", SHOWN_OF(node->key->text),
			    SPAN_ARG(nearest_words(trial->reading->findings->arena, nearest.best)));
		else if (value_read(trial->reading, fact, node, &given->value)) {
			given->fact = fact;
			given->next = trial->given;
			trial->given = given;
		} else
			trial->failed = true;
	}
	if (map->kind != NODE_MAP)
		TELL(trial, map, FINDING_VALUE, "given is a map of facts: recipients.watched: all");
}

struct key {
	const char	*name;
	size_t		 slot;		/* of the node in struct trial */
	bool		 scalar;
};
#define SLOT(field)	offsetof(struct trial, field)
#define NO_SLOT		SIZE_MAX

static const struct key keys[] = {
	{ "name", SLOT(name), true }, { "from", SLOT(from), true }, { "subject", SLOT(subject), true },
	{ "html", SLOT(html), true }, { "eml", SLOT(eml), true }, { "expect", SLOT(expect), false },
	{ "rcpt", NO_SLOT, false }, { "given", NO_SLOT, false },
};
static const struct key expect_keys[] = {
	{ "match", SLOT(match), true }, { "action", SLOT(action), true }, { "exempt", SLOT(exempt), true },
	{ "strips", SLOT(strips), false }, { "proxies", SLOT(proxies), false }, { "keeps", SLOT(keeps), false },
};

static void
keys_read(struct trial *trial, const struct node *map, const struct key *table, size_t count)
{
	if (map->kind != NODE_MAP) {
		TELL(trial, map, FINDING_VALUE, "a map is wanted here: 'key: value' lines");
		return;
	}
	for (const struct node *node = map->first; node != NULL; node = node->next) {
		struct nearest		 nearest = { .word = node->key->text };
		const struct key	*key = NULL;

		for (size_t i = 0; i < count && key == NULL; i++) {
			nearest_try(&nearest, table[i].name);
			key = span_eq(node->key->text, span_of(table[i].name)) ? &table[i] : NULL;
		}
		if (key == NULL) {
			TELL(trial, node->key, FINDING_KEY, "unknown key '%.*s'%.*s", SHOWN_OF(node->key->text),
			    SPAN_ARG(nearest_words(trial->reading->findings->arena, nearest.best)));
			if (nearest.best == NULL || node_get(map, nearest.best) != NULL)
				continue;
			node_rename(node->key, nearest.best);
			for (size_t i = 0; i < count; i++)
				key = nearest.best == table[i].name ? &table[i] : key;
		}
		if (key->scalar && node->kind != NODE_SCALAR)
			TELL(trial, node, FINDING_VALUE, "%s is one text", key->name);
		else if (key->slot != NO_SLOT)
			memcpy((char *)trial + key->slot, &node, sizeof(node));
	}
}

static const char *const truths[] = { "true", "false" };
static const char *const actions[] = { "none", "tag", "strip", "proxy", "notice", "copy", "hold", "redirect", "reject" };

static void
check_word(struct trial *trial, const struct node *node, const char *const *words, size_t count, const char *all)
{
	bool known = node == NULL || node->kind != NODE_SCALAR;

	for (size_t i = 0; i < count && !known; i++)
		known = span_eq(node->text, span_of(words[i]));
	if (!known)
		TELL(trial, node, FINDING_VALUE, "'%.*s' is %s%.*s", SHOWN_OF(node->text), all,
		    SPAN_ARG(nearest_words(trial->reading->findings->arena, nearest_of(node->text, words, count))));
}

static void
read_expect(struct trial *trial)
{
	keys_read(trial, trial->expect, expect_keys, NITEMS(expect_keys));
	if (trial->expect->kind == NODE_MAP && trial->expect->first == NULL)
		TELL(trial, trial->expect, FINDING_MISSING, "nothing is expected; write match: true, or match: false");
	check_word(trial, trial->match, truths, NITEMS(truths), "neither true nor false");
	check_word(trial, trial->exempt, truths, NITEMS(truths), "neither true nor false");
	check_word(trial, trial->action, actions, NITEMS(actions), "none of none, tag, strip or hold");
}

static void
read_one(struct trial *trial)
{
	keys_read(trial, trial->map, keys, NITEMS(keys));
	if (trial->map->kind != NODE_MAP)
		return;
	if (node_get(trial->map, "name") == NULL)
		TELL(trial, trial->map, FINDING_MISSING, "a test has a 'name' that says what it shows");
	if (node_get(trial->map, "html") == NULL && node_get(trial->map, "eml") == NULL)
		TELL(trial, trial->map, FINDING_MISSING, "a test has 'html', or 'eml' with a whole message");
	if (trial->expect == NULL)
		TELL(trial, trial->map, FINDING_MISSING, "a test has 'expect': {match: true}");
	else
		read_expect(trial);
	if (node_get(trial->map, "rcpt") != NULL)
		read_recipients(trial, node_get(trial->map, "rcpt"));
	if (node_get(trial->map, "given") != NULL)
		read_given(trial, node_get(trial->map, "given"));
}

/* --- the message: {{md5:rcpt}} and the like stand for forms of the first recipient's address --- */

static struct span
form_digest(struct arena *arena, struct span text, GChecksumType type)
{
	char		*digest = g_compute_checksum_for_data(type, (const guchar *)text.at, text.len);
	struct span	 copy = arena_copy(arena, span_of(digest));

	g_free(digest);
	return copy;
}

static struct span
form_base64(struct arena *arena, struct span text)
{
	char		*encoded = g_base64_encode((const guchar *)text.at, text.len);
	struct span	 copy = arena_copy(arena, span_of(encoded));

	g_free(encoded);
	return copy;
}

static struct span
form_hex(struct arena *arena, struct span text)
{
	struct span copy = SPAN("");

	for (size_t i = 0; i < text.len; i++)
		copy = arena_printf(arena, "%.*s%02x", SPAN_ARG(copy), (unsigned)(unsigned char)text.at[i]);
	return copy;
}

static struct span
form_local(struct arena *arena, struct span text)
{
	(void)arena;
	return span_cut(text, 0, span_find_char(text, '@', 0));
}

static struct span	form_md5(struct arena *a, struct span s) { return form_digest(a, s, G_CHECKSUM_MD5); }
static struct span	form_sha1(struct arena *a, struct span s) { return form_digest(a, s, G_CHECKSUM_SHA1); }
static struct span	form_sha256(struct arena *a, struct span s) { return form_digest(a, s, G_CHECKSUM_SHA256); }

static const struct {
	const char	*name;
	struct span	(*make)(struct arena *, struct span);
} forms[] = {
	{ "md5", form_md5 }, { "sha1", form_sha1 }, { "sha256", form_sha256 }, { "base64", form_base64 },
	{ "hex", form_hex }, { "lower", arena_lower }, { "local", form_local },
};

/* "md5:lower:rcpt", from its right end; at is NULL if it is none. */
static struct span
expand_one(const struct trial *trial, struct span words)
{
	struct span text = trial->recipients[0];

	for (size_t end = words.len, round = 0; end > 0 && text.at != NULL; round++) {
		size_t begin = end;

		while (begin > 0 && words.at[begin - 1] != ':')
			begin--;
		struct span word = span_cut(words, begin, end);
		if (round == 0 && !span_eq(word, SPAN("rcpt")))
			return SPAN_NONE;
		struct span made = round == 0 ? text : SPAN_NONE;
		for (size_t i = 0; round > 0 && i < NITEMS(forms); i++)
			if (span_eq(word, span_of(forms[i].name)))
				made = forms[i].make(trial->arena, text);
		text = made;
		end = begin > 0 ? begin - 1 : 0;
	}
	return text;
}

static struct span
expand(struct trial *trial, const struct node *node)
{
	struct span	text = node->text, done;
	struct buf	out;

	buf_init(&out, (size_t)16 << 20);
	for (size_t at = 0; at < text.len;) {
		size_t open = span_find(text, SPAN("{{"), at), end = span_find(text, SPAN("}}"), open);

		buf_add(&out, span_cut(text, at, open));
		if (end >= text.len) {
			buf_add(&out, span_from(text, open));
			break;
		}
		struct span form = expand_one(trial, span_cut(text, open + 2, end));
		if (form.at == NULL) {
			struct place place = node_place_of(node, open);

			finding_add(trial->reading->findings, &place, FINDING_VALUE, "'%.*s' is no form of the recipient; write "
			    "{{rcpt}}, or before it md5: sha1: sha256: base64: hex: lower: local:",
			    SHOWN_OF(span_cut(text, open, end + 2)));
			trial->failed = true;
		}
		buf_add(&out, form);
		at = end + 2;
	}
	done = arena_copy(trial->arena, buf_span(&out));
	buf_fini(&out);
	return done;
}

static struct span
message_of(struct trial *trial)
{
	struct span to = SPAN("");

	if (trial->eml != NULL)
		return expand(trial, trial->eml);
	for (size_t i = 0; i < trial->recipient_count; i++)
		to = arena_printf(trial->arena, "%.*s%s<%.*s>", SPAN_ARG(to), i > 0 ? ", " : "",
		    SPAN_ARG(trial->recipients[i]));
	struct span html = expand(trial, trial->html);
	struct span from = trial->from != NULL ? trial->from->text : SPAN("Sender <sender@sender.example>");
	struct span subject = trial->subject != NULL ? trial->subject->text : SPAN("A test");
	return arena_printf(trial->arena, "From: %.*s\r\nTo: %.*s\r\nSubject: %.*s\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n\r\n%.*s\r\n", SPAN_ARG(from), SPAN_ARG(to), SPAN_ARG(subject),
	    SPAN_ARG(html));
}

/* --- what comes of it --- */

/* References whose URL holds the piece, all if it is empty: how many there are, how many are stripped, and how many are proxied. */
struct fates {
	size_t	all, stripped, proxied;
};

static struct fates
fates_of(const struct ruling *ruling, const struct dissection *d, struct span piece)
{
	struct fates fates = { 0 };

	for (uint32_t i = 0; i < d->references.count; i++) {
		struct span	url = dissection_text(d, dissection_references(d)[i].url);
		bool		stripped = ruling_strips(ruling, i);

		if (piece.len > 0 && span_find(url, piece, 0) >= url.len)
			continue;
		fates.all++;
		fates.stripped += stripped;
		fates.proxied += !stripped && ruling_proxies(ruling, i);
	}
	return fates;
}

enum fate { FATE_KEPT, FATE_STRIPPED, FATE_PROXIED };

static void
compare_references(struct trial *trial, const struct ruling *ruling, const struct dissection *d, const struct node *urls,
    enum fate wanted)
{
	static const char *const words[] = { "kept", "stripped", "proxied" };

	for (const struct node *one = urls == NULL ? NULL : urls->kind == NODE_LIST ? urls->first : urls; one != NULL;
	    one = urls->kind == NODE_LIST ? one->next : NULL) {
		if (one->kind != NODE_SCALAR) {
			TELL(trial, one, FINDING_VALUE, "a piece of a URL is wanted here");
			continue;
		}
		struct fates	fates = fates_of(ruling, d, one->text);
		enum fate	fate = fates.stripped > 0 ? FATE_STRIPPED : fates.proxied > 0 ? FATE_PROXIED : FATE_KEPT;

		if (fates.all == 0)
			TELL(trial, one, FINDING_TEST, "test '%.*s': there is no reference with '%.*s' in its URL",
			    SHOWN_OF(trial->name->text), SHOWN_OF(one->text));
		else if (fate != wanted)
			TELL(trial, one, FINDING_TEST, "test '%.*s': '%.*s' is %s", SHOWN_OF(trial->name->text),
			    SHOWN_OF(one->text), words[fate]);
	}
}

static const char *
action_of(const struct rule *rule, const struct ruling *ruling, const struct dissection *d, struct evidence *evidence)
{
	struct value	watched;

	if (ruling->met == NULL || !ruling->met->matched || rule->exempts)
		return "none";
	if (rule->reject.len > 0)
		return "reject";
	if (rule->redirect.len > 0)
		return "redirect";
	fact_get(fact_named(SPAN("recipients.watched")), evidence, SCOPE_MESSAGE, 0, &watched);
	if (rule->hold == HOLD_ALWAYS || (rule->hold == HOLD_WATCHED && span_eq(watched.texts[0], SPAN("all"))))
		return "hold";
	struct fates fates = fates_of(ruling, d, SPAN(""));
	if (fates.stripped > 0)
		return "strip";
	if (fates.proxied > 0)
		return "proxy";
	if (rule->notices)
		return "notice";
	if (rule->copy.len > 0)
		return "copy";
	return rule->tag || rule->hold == HOLD_WATCHED ? "tag" : "none";
}

static void
compare_truth(struct trial *trial, const struct node *wanted, bool is, const char *what)
{
	if (wanted != NULL && span_eq(wanted->text, SPAN("true")) != is)
		TELL(trial, wanted, FINDING_TEST, "test '%.*s': the rule %s%s", SHOWN_OF(trial->name->text),
		    is ? "" : "does not ", what);
}

static void
compare(struct trial *trial, const struct ruling *ruling, const struct dissection *d, struct evidence *evidence)
{
	bool matched = ruling->met != NULL && ruling->met->matched;

	if (ruling->met != NULL && ruling->met->failure != NULL)
		TELL(trial, trial->name, FINDING_TEST, "test '%.*s': %s", SHOWN_OF(trial->name->text), ruling->met->failure);
	compare_truth(trial, trial->match, matched, matched ? "matches" : "match");
	compare_truth(trial, trial->exempt, matched && trial->rule->exempts, matched ? "exempts" : "exempt");
	compare_references(trial, ruling, d, trial->strips, FATE_STRIPPED);
	compare_references(trial, ruling, d, trial->proxies, FATE_PROXIED);
	compare_references(trial, ruling, d, trial->keeps, FATE_KEPT);
	if (trial->action == NULL)
		return;
	const char *action = action_of(trial->rule, ruling, d, evidence);
	if (!span_eq(trial->action->text, span_of(action)))
		TELL(trial, trial->action, FINDING_TEST, "test '%.*s': the action is %s", SHOWN_OF(trial->name->text), action);
}

static void
run(struct trial *trial, struct span raw, dissect_function *dissect)
{
	struct message			 message = { .raw = raw, .recipients = trial->recipients,
					    .recipient_count = trial->recipient_count };
	const struct dissection		*d = NULL;
	struct evidence			 evidence;
	struct ruling			 ruling;
	/* Rules of shadow strip nothing; what is tested is what they would do. */
	struct rule			 rule = *trial->rule;

	rule.status = RULE_ENFORCE;
	if (message.raw.at == NULL || dissect(message.raw, &limits_default, trial->arena, &d) != PW_OK) {
		TELL(trial, trial->name, FINDING_TEST, "test '%.*s': its message cannot be taken apart",
		    SHOWN_OF(trial->name->text));
		return;
	}
	evidence_init(&evidence, &message, d, NULL, 0, trial->arena);
	evidence.given = trial->given;
	if (!rule_judge(&rule, trial->reading->lists, &evidence, &ruling))
		trial->reading->findings->no_memory = true;
	else
		compare(trial, &ruling, d, &evidence);
}

size_t
trial_run(struct reading_rules *reading, const struct rule *rule, dissect_function *dissect)
{
	static const struct span	 nobody = { "recipient@recipient.example", 27 };
	const struct node		*tests = node_get(rule->document, "tests");
	struct arena			*arena = arena_new(TRIAL_ARENA_BYTES);
	size_t				 count = 0;

	if (arena == NULL)
		reading->findings->no_memory = true;
	for (const struct node *node = tests != NULL && tests->kind == NODE_LIST ? tests->first : NULL;
	    node != NULL && !reading->findings->no_memory; node = node->next) {
		struct trial trial = { .reading = reading, .rule = rule, .map = node, .recipients = { nobody },
		    .recipient_count = 1, .arena = arena };

		read_one(&trial);
		if (trial.html != NULL || trial.eml != NULL) {
			struct span raw = message_of(&trial);

			if (!trial.failed && dissect != NULL)
				run(&trial, raw, dissect);
		}
		arena_reset(arena);
		count++;
	}
	arena_free(arena);
	return count;
}
