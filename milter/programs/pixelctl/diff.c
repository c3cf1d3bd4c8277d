/* pixelctl rules diff: what another set of rules would change in mail that is at hand. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pixelward/dissect/dissect.h>

#include "commands.h"
#include "mailbox.h"
#include "opened.h"
#include "rules_source.h"

#define OUT_BYTES	((size_t)64 << 20)
#define MOST_REFERENCES	10	/* of a message, as text */

enum { OLD, NEW };

/* In how many messages a rule matches with one set only. */
struct tally {
	struct span	name;		/* on the heap */
	size_t		gained, lost;
};

struct diff {
	struct rules_source	 sources[2];
	struct policy		*policies[2];
	bool			 json;
	struct tally		*tallies;
	size_t			 tally_count, tally_capacity;
	size_t			 changed, unjudged, silent;	/* silent: other rules match, and nothing comes of it */
	bool			 no_memory;
	struct mailbox		*mailbox;
	struct arena		*arena;
	struct buf		 out;
};

/* --- comparing --- */

/* Rules that matched, then notes of those that change nothing: "shadow.NAME". */
static size_t
name_count(const struct verdict *verdict)
{
	return verdict->rule_count + verdict->note_count;
}

static struct span
name_at(const struct verdict *verdict, size_t i)
{
	return i < verdict->rule_count ? verdict->rules[i] : verdict->notes[i - verdict->rule_count];
}

static bool
has(const struct verdict *verdict, struct span name)
{
	for (size_t i = 0; i < name_count(verdict); i++)
		if (span_eq(name_at(verdict, i), name))
			return true;
	return false;
}

static bool
is_decided_anew(const struct verdict *old, const struct verdict *new, size_t i)
{
	return strcmp(decision_name(&old->decisions[i]), decision_name(&new->decisions[i])) != 0;
}

static bool
is_changed(const struct verdict *old, const struct verdict *new)
{
	if (old->action != new->action || old->tag != new->tag)
		return true;
	for (size_t i = 0; i < new->decision_count; i++)
		if (is_decided_anew(old, new, i))
			return true;
	return false;
}

static struct tally *
tally_of(struct diff *diff, struct span name)
{
	for (size_t i = 0; i < diff->tally_count; i++)
		if (span_eq(diff->tallies[i].name, name))
			return &diff->tallies[i];
	if (diff->tally_count == diff->tally_capacity) {
		size_t		 capacity = diff->tally_capacity * 2 + 16;
		struct tally	*larger = reallocarray(diff->tallies, capacity, sizeof(*larger));

		if (larger == NULL)
			return NULL;
		diff->tallies = larger;
		diff->tally_capacity = capacity;
	}
	char *copy = strndup(name.at, name.len);
	if (copy == NULL)
		return NULL;
	diff->tallies[diff->tally_count] = (struct tally){ .name = { copy, name.len } };
	return &diff->tallies[diff->tally_count++];
}

/* Rules and notes that one verdict has and the other has not; the number of them. */
static size_t
count_names(struct diff *diff, const struct verdict *with, const struct verdict *without, bool gained)
{
	size_t found = 0;

	for (size_t i = 0; i < name_count(with); i++) {
		if (has(without, name_at(with, i)))
			continue;
		struct tally *tally = tally_of(diff, name_at(with, i));
		diff->no_memory = diff->no_memory || tally == NULL;
		if (tally != NULL)
			*(gained ? &tally->gained : &tally->lost) += 1;
		found++;
	}
	return found;
}

/* --- telling --- */

static void
text_names(struct diff *diff, const char *sign, const struct verdict *with, const struct verdict *without)
{
	for (size_t i = 0; i < name_count(with); i++) {
		if (has(without, name_at(with, i)))
			continue;
		buf_printf(&diff->out, "  %s ", sign);
		buf_add_plain(&diff->out, name_at(with, i));
		buf_add_char(&diff->out, '\n');
	}
}

static struct span
part_of(const struct dissection *d, uint32_t reference)
{
	return dissection_text(d, dissection_parts(d)[dissection_documents(d)[
	    dissection_references(d)[reference].document].part].path);
}

/* The grounds of the verdict that does something to it. */
static const struct decision *
grounds_of(const struct verdict *old, const struct verdict *new, size_t i)
{
	return decision_edits(&new->decisions[i]) ? &new->decisions[i] : &old->decisions[i];
}

static void
text_change(struct diff *diff, const char *name, const struct dissection *d, const struct verdict *old,
    const struct verdict *new)
{
	struct buf	*out = &diff->out;
	size_t		 told = 0;

	buf_add_plain(out, span_of(name));
	if (old->action != new->action)
		buf_printf(out, ": %s -> %s\n", action_name(old->action), action_name(new->action));
	else
		buf_printf(out, ": %s as before\n", action_name(new->action));
	text_names(diff, "+", new, old);
	text_names(diff, "-", old, new);
	for (uint32_t i = 0; i < new->decision_count; i++) {
		const struct reference *reference = &dissection_references(d)[i];

		if (!is_decided_anew(old, new, i) || ++told > MOST_REFERENCES)
			continue;
		buf_printf(out, "  %s -> %s %s in part %.*s ", decision_name(&old->decisions[i]),
		    decision_name(&new->decisions[i]), reference_kind_name(reference->kind), SPAN_ARG(part_of(d, i)));
		buf_add_plain(out, dissection_text(d, reference->url));
		const struct decision *grounds = grounds_of(old, new, i);
		for (size_t k = 0; k < grounds->reason_count; k++) {
			buf_add(out, k == 0 ? SPAN("\n    ") : SPAN("; "));
			buf_add_plain(out, grounds->reasons[k]);
		}
		buf_add_char(out, '\n');
	}
	if (told > MOST_REFERENCES)
		buf_printf(out, "  and %zu more references\n", told - MOST_REFERENCES);
}

static void
json_names(struct diff *diff, const char *key, const struct verdict *with, const struct verdict *without)
{
	struct buf	*out = &diff->out;
	size_t		 count = 0;

	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < name_count(with); i++) {
		if (without != NULL && has(without, name_at(with, i)))
			continue;
		buf_add(out, count++ > 0 ? SPAN(",") : SPAN(""));
		buf_add_json(out, name_at(with, i));
	}
	buf_add_char(out, ']');
}

static void
json_verdict(struct diff *diff, const char *key, const struct verdict *verdict)
{
	buf_printf(&diff->out, ",\"%s\":{\"action\":\"%s\",\"stripped\":%zu", key, action_name(verdict->action),
	    verdict->strip_count);
	json_names(diff, "rules", verdict, NULL);
	buf_add_char(&diff->out, '}');
}

static void
json_reference(struct diff *diff, const struct dissection *d, const struct verdict *old, const struct verdict *new,
    uint32_t i)
{
	const struct reference	*reference = &dissection_references(d)[i];
	const struct decision	*grounds = grounds_of(old, new, i);
	struct buf		*out = &diff->out;

	buf_add(out, SPAN("{\"part\":"));
	buf_add_json(out, part_of(d, i));
	buf_printf(out, ",\"kind\":\"%s\",\"url\":", reference_kind_name(reference->kind));
	buf_add_json(out, dissection_text(d, reference->url));
	buf_printf(out, ",\"old\":\"%s\",\"new\":\"%s\",\"reasons\":[", decision_name(&old->decisions[i]),
	    decision_name(&new->decisions[i]));
	for (size_t k = 0; k < grounds->reason_count; k++) {
		buf_add(out, k > 0 ? SPAN(",") : SPAN(""));
		buf_add_json(out, grounds->reasons[k]);
	}
	buf_add(out, SPAN("]}"));
}

static void
json_change(struct diff *diff, const char *name, const struct dissection *d, const struct verdict *old,
    const struct verdict *new)
{
	struct buf	*out = &diff->out;
	size_t		 told = 0;

	buf_add(out, diff->changed > 1 ? SPAN(",\n{\"file\":") : SPAN("\n{\"file\":"));
	buf_add_json(out, span_of(name));
	buf_add(out, SPAN(",\"message_id\":"));
	buf_add_json(out, dissection_text(d, d->message_id));
	json_verdict(diff, "old", old);
	json_verdict(diff, "new", new);
	json_names(diff, "gained", new, old);
	json_names(diff, "lost", old, new);
	buf_add(out, SPAN(",\"references\":["));
	for (uint32_t i = 0; i < new->decision_count; i++)
		if (is_decided_anew(old, new, i)) {
			buf_add(out, told++ > 0 ? SPAN(",") : SPAN(""));
			json_reference(diff, d, old, new, i);
		}
	buf_add(out, SPAN("]}"));
}

/* --- one message --- */

static enum pw_err
judge_both(struct diff *diff, struct message *message, const struct dissection **d, struct verdict verdicts[2])
{
	enum pw_err err = opened_dissect(diff->sources[OLD].options, message, diff->arena, d);

	for (int i = OLD; i <= NEW && err == PW_OK; i++)
		err = judge(message, *d, diff->sources[i].options, diff->policies[i], NULL, diff->arena, &verdicts[i]);
	return err;
}

static void
compare(struct diff *diff, const char *name, const struct dissection *d, const struct verdict verdicts[2])
{
	const struct verdict	*old = &verdicts[OLD], *new = &verdicts[NEW];
	size_t			 names = count_names(diff, new, old, true) + count_names(diff, old, new, false);

	if (!is_changed(old, new)) {
		diff->silent += names > 0;
		return;
	}
	diff->changed++;
	buf_reset(&diff->out);
	(diff->json ? json_change : text_change)(diff, name, d, old, new);
	progress_clear(&diff->mailbox->progress);
	printf("%.*s", SPAN_ARG(buf_span(&diff->out)));
}

static bool
diff_message(void *context, const char *name, struct span raw)
{
	struct diff		*diff = context;
	struct message		 message = { .raw = raw };
	struct verdict		 verdicts[2];
	const struct dissection	*d;

	diff->arena = opened_arena(diff->sources[OLD].options, raw.len);
	if (diff->arena == NULL)
		return false;
	enum pw_err err = judge_both(diff, &message, &d, verdicts);
	if (err == PW_OK)
		compare(diff, name, d, verdicts);
	else {
		/* Beyond a limit rules are not asked: nothing can change. */
		diff->unjudged++;
		diff->no_memory = err == PW_ENOMEM;
	}
	arena_free(diff->arena);
	return !diff->no_memory;
}

static int
by_count(const void *a, const void *b)
{
	const struct tally	*left = a, *right = b;
	size_t			 x = left->gained + left->lost, y = right->gained + right->lost;

	return x != y ? (x < y ? 1 : -1) : span_order(&left->name, &right->name);
}

static void
sum_up(struct diff *diff)
{
	struct buf *out = &diff->out;

	if (diff->tally_count > 1)
		qsort(diff->tallies, diff->tally_count, sizeof(*diff->tallies), by_count);
	buf_reset(out);
	if (diff->json) {
		buf_printf(out, "%s],\"messages\":%zu,\"changed\":%zu,\"silent\":%zu,\"unjudged\":%zu,\"unreadable\":%zu,\"rules\":[",
		    diff->changed > 0 ? "\n" : "", diff->mailbox->count, diff->changed, diff->silent, diff->unjudged,
		    diff->mailbox->unreadable);
		for (size_t i = 0; i < diff->tally_count; i++) {
			buf_add(out, i > 0 ? SPAN(",{\"rule\":") : SPAN("{\"rule\":"));
			buf_add_json(out, diff->tallies[i].name);
			buf_printf(out, ",\"gained\":%zu,\"lost\":%zu}", diff->tallies[i].gained, diff->tallies[i].lost);
		}
		buf_add(out, SPAN("]}\n"));
	} else {
		for (size_t i = 0; i < diff->tally_count; i++) {
			buf_add_plain(out, diff->tallies[i].name);
			buf_printf(out, ": matches %zu more, %zu no longer\n", diff->tallies[i].gained, diff->tallies[i].lost);
		}
		buf_printf(out, "%zu messages, %zu change", diff->mailbox->count, diff->changed);
		if (diff->silent > 0)
			buf_printf(out, "; in %zu more other rules match, and nothing comes of it", diff->silent);
		if (diff->unjudged > 0)
			buf_printf(out, "; %zu are beyond a limit and asked no rule", diff->unjudged);
		buf_add_char(out, '\n');
	}
	printf("%.*s", SPAN_ARG(buf_span(out)));
}

/* --- arguments --- */

static int
run(struct diff *diff, int argc, char **argv)
{
	static const struct option longs[] = { { "format", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 } };
	const char	*config = NULL;
	int		 letter;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (letter == 'c')
			config = optarg;
		else if (letter != 'f' || !format_read(optarg, &diff->json))
			return RULES_USAGE;
	}
	if (argc - optind < 3) {
		fprintf(stderr, "pixelctl: rules diff wants two sets of rules, each a directory or a file, and mail\n");
		return RULES_USAGE;
	}
	const char *const *arguments = (const char *const *)argv + optind;
	for (int i = OLD; i <= NEW; i++) {
		int status = rules_source_take(&diff->sources[i], config, arguments + i, 1, &diff->policies[i]);

		if (status != RULES_GOOD)
			return status;
	}
	dissect_prepare();
	struct mailbox mailbox = { .what = "judging", .most_bytes = diff->sources[OLD].options->limits.message_bytes,
	    .message = diff_message, .context = diff };
	diff->mailbox = &mailbox;
	if (diff->json)
		printf("{\"changes\":[");
	mailbox_read(&mailbox, arguments + 2, (size_t)(argc - optind - 2));
	sum_up(diff);
	if (mailbox.no_memory || mailbox.stopped)
		return RULES_SOFTWARE;
	if (mailbox.unreadable > 0)
		return RULES_NO_INPUT;
	return diff->changed > 0 ? RULES_MISTAKES : RULES_GOOD;
}

int
rules_diff(int argc, char **argv)
{
	struct diff diff = { .json = false };

	buf_init(&diff.out, OUT_BYTES);
	int status = run(&diff, argc, argv);
	for (int i = OLD; i <= NEW; i++) {
		policy_free(diff.policies[i]);
		rules_source_close(&diff.sources[i]);
	}
	for (size_t i = 0; i < diff.tally_count; i++)
		free((char *)(uintptr_t)diff.tallies[i].name.at);
	free(diff.tallies);
	buf_fini(&diff.out);
	return status;
}
