#include "report.h"

#include <pixelward/base/buf.h>

static bool
is_reported(const struct reference *reference)
{
	return (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0;
}

static struct span
part_path(const struct dissection *d, const struct reference *reference)
{
	return dissection_text(d, dissection_parts(d)[dissection_documents(d)[reference->document].part].path);
}

static void
add_strings(struct buf *out, const struct span *strings, size_t count)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		buf_add_json(out, strings[i]);
	}
	buf_add_char(out, ']');
}

static void
add_reference(struct buf *out, const struct dissection *d, const struct reference *reference,
    const struct decision *decision)
{
	const struct {
		const char	*key;
		struct span	 value;
	} members[] = {
		{ "part", part_path(d, reference) },
		{ "kind", span_of(reference_kind_name(reference->kind)) },
		{ "trigger", span_of(trigger_name(reference->trigger)) },
		{ "url", dissection_text(d, reference->url) },
		{ "host", dissection_text(d, reference->host) },
		{ "place", dissection_text(d, reference->place) },
		{ "decision", span_of(decision_name(decision)) },
	};

	for (size_t i = 0; i < NITEMS(members); i++) {
		buf_printf(out, "%s\"%s\":", i == 0 ? "{" : ",", members[i].key);
		buf_add_json(out, members[i].value);
	}
	buf_add(out, SPAN(",\"reasons\":"));
	add_strings(out, decision->reasons, decision->reason_count);
	buf_add_char(out, '}');
}

static void
add_notes(struct buf *out, const struct dissection *d, const struct verdict *verdict)
{
	buf_add_char(out, '[');
	for (uint32_t i = 0; d != NULL && i < d->notes.count; i++) {
		const struct note	*note = &dissection_notes(d)[i];
		struct buf		 text;

		buf_init(&text, 4096);
		if (note->part != DISSECTION_NONE)
			buf_printf(&text, "part %.*s: ", SPAN_ARG(dissection_text(d, dissection_parts(d)[note->part].path)));
		buf_add(&text, dissection_text(d, note->text));
		if (i > 0)
			buf_add_char(out, ',');
		buf_add_json(out, buf_span(&text));
		buf_fini(&text);
	}
	for (size_t i = 0; i < verdict->note_count; i++) {
		if (i > 0 || (d != NULL && d->notes.count > 0))
			buf_add_char(out, ',');
		buf_add_json(out, verdict->notes[i]);
	}
	buf_add_char(out, ']');
}

void
report_json(FILE *file, const char *name, const struct outcome *outcome)
{
	const struct verdict	*verdict = &outcome->verdict;
	struct buf		 out;
	bool			 first = true;

	buf_init(&out, (size_t)1 << 30);
	buf_add(&out, SPAN("{\"file\":"));
	buf_add_json(&out, span_of(name));
	buf_printf(&out, ",\"action\":\"%s\",", action_name(verdict->action));
	if (outcome->generation != NULL)
		buf_printf(&out, "\"generation\":\"%s\",", outcome->generation);
	buf_add(&out, SPAN("\"references\":["));
	for (uint32_t i = 0; i < verdict->decision_count; i++) {
		const struct reference *reference = &dissection_references(outcome->dissection)[i];

		if (!is_reported(reference))
			continue;
		if (!first)
			buf_add_char(&out, ',');
		first = false;
		add_reference(&out, outcome->dissection, reference, &verdict->decisions[i]);
	}
	buf_add(&out, SPAN("],\"rules\":"));
	add_strings(&out, verdict->rules, verdict->rule_count);
	buf_add(&out, SPAN(",\"reasons\":"));
	add_strings(&out, verdict->reasons, verdict->reason_count);
	buf_add(&out, SPAN(",\"notes\":"));
	add_notes(&out, outcome->dissection, verdict);
	buf_add(&out, SPAN("}\n"));
	fwrite(out.at, 1, out.len, file);
	buf_fini(&out);
}

void
report_campaign_json(struct buf *out, const struct campaign_sign *sign, struct span at, const struct span *earlier)
{
	buf_add(out, SPAN("{\"campaign\":"));
	buf_add_json(out, sign->id);
	buf_add(out, SPAN(",\"at\":"));
	buf_add_json(out, at);
	buf_add(out, SPAN(",\"hosts\":"));
	add_strings(out, sign->hosts, sign->host_count);
	buf_add(out, SPAN(",\"senders\":"));
	add_strings(out, sign->senders, sign->sender_count);
	buf_printf(out, ",\"recipients\":%u,\"watched\":%u,\"earlier\":", sign->recipients, sign->watched);
	add_strings(out, earlier, sign->earlier_count);
	buf_add(out, SPAN(",\"reasons\":"));
	add_strings(out, sign->reasons, sign->reason_count);
	buf_add(out, SPAN(",\"parts\":"));
	add_strings(out, sign->parts, sign->part_count);
	buf_add(out, SPAN("}\n"));
}

/* Terminals act on control characters; mail may hold any. */
static void
print_plain(FILE *file, struct span text)
{
	struct buf plain;

	buf_init(&plain, (size_t)1 << 30);
	buf_add_plain(&plain, text);
	fprintf(file, "%.*s", SPAN_ARG(buf_span(&plain)));
	buf_fini(&plain);
}

void
report_text(FILE *file, const char *name, const struct outcome *outcome)
{
	const struct verdict *verdict = &outcome->verdict;

	fprintf(file, "%s: %s\n", name, action_name(verdict->action));
	for (size_t i = 0; i < verdict->reason_count; i++) {
		fputs("  because ", file);
		print_plain(file, verdict->reasons[i]);
		fputc('\n', file);
	}
	for (uint32_t i = 0; i < verdict->decision_count; i++) {
		const struct dissection	*d = outcome->dissection;
		const struct reference	*reference = &dissection_references(d)[i];
		const struct decision	*decision = &verdict->decisions[i];

		if (!is_reported(reference))
			continue;
		fprintf(file, "  %-5s part %.*s %s (%s) ", decision_name(decision),
		    SPAN_ARG(part_path(d, reference)), reference_kind_name(reference->kind),
		    trigger_name(reference->trigger));
		print_plain(file, dissection_text(d, reference->url));
		for (size_t k = 0; k < decision->reason_count; k++) {
			fputs(k == 0 ? "\n        " : "; ", file);
			print_plain(file, decision->reasons[k]);
		}
		fputc('\n', file);
	}
}
