#include "forks.h"

/* Bytes are read at most this often on average. */
#define MOST_READINGS	8

/* Where tokens begin that are still to be read: a bit per byte of text. */
struct forks {
	struct span			 text;
	const struct forks_doubts	*doubts;
	uint8_t				*due;
	size_t				 raw_ends[HTML_RAW_ELEMENTS];	/* the last one found, by element */
	size_t				 bytes;				/* read so far */
};

/* Tokens that begin in the same place are the same from there on. */
static void
fork_at(struct forks *forks, size_t at)
{
	size_t begin = span_find_char(forks->text, '<', at);

	forks->due[begin / 8] = (uint8_t)(forks->due[begin / 8] | 1u << begin % 8);
}

static bool
is_doubtful(const struct forks *forks, struct span name)
{
	if (forks->doubts->foreign || span_eq_nocase(name, SPAN("noscript")))
		return true;
	return forks->doubts->frameset && !span_eq_nocase(name, SPAN("noframes"));
}

/* Behind the text of a raw text element; its content, too, where it may be markup. */
static void
fork_start_tag(struct forks *forks, const struct html_tag *tag)
{
	size_t kind = html_raw_element(tag->name), *end;

	if (kind == HTML_RAW_ELEMENTS || is_doubtful(forks, tag->name))
		fork_at(forks, tag->end);
	if (kind == HTML_RAW_ELEMENTS)
		return;
	end = &forks->raw_ends[kind];
	if (*end < tag->end)
		*end = html_raw_text_end(forks->text, tag->name, tag->end);
	fork_at(forks, *end);
	if (span_eq_nocase(tag->name, SPAN("script"))) {
		size_t exact = html_script_end(forks->text, tag->end);

		forks->bytes += exact - tag->end;
		fork_at(forks, exact);
	}
}

static void
fork_behind(struct forks *forks, const struct html_token *token)
{
	if (token->type == HTML_START_TAG)
		fork_start_tag(forks, &token->tag);
	else
		fork_at(forks, token->end);
	if (span_starts(span_from(forks->text, token->begin), SPAN("<![CDATA[")))
		fork_at(forks, span_find_char(forks->text, '>', token->begin) + 1);
}

/* The next place from at that is due, or the end. */
static size_t
next_due(const struct forks *forks, size_t at)
{
	while (at < forks->text.len && (forks->due[at / 8] & 1u << at % 8) == 0)
		at += forks->due[at / 8] == 0 ? 8 - at % 8 : 1;
	return at < forks->text.len ? at : forks->text.len;
}

enum pw_err
forks_scan(struct span text, const struct forks_doubts *doubts, uint64_t max_attributes, struct arena *arena,
    void (*take)(void *, const struct html_token *), void *context)
{
	struct forks		forks = { .text = text, .doubts = doubts, .due = arena_alloc(arena, text.len / 8 + 1) };
	struct html_lexer	lexer;
	struct html_token	token;

	if (forks.due == NULL)
		return PW_ENOMEM;
	html_lexer_init(&lexer, text, HTML_FOREIGN, max_attributes, arena);
	fork_at(&forks, 0);
	for (size_t at = 0; (at = next_due(&forks, at)) < text.len; at++) {
		lexer.at = at;
		html_lexer_next(&lexer, &token);
		if (lexer.failure != PW_OK)
			return lexer.failure;
		forks.bytes += (token.type == HTML_EOF ? text.len : token.end) - at;
		if (forks.bytes > MOST_READINGS * text.len)
			return PW_ELIMIT;
		if (token.type == HTML_EOF)
			continue;
		take(context, &token);
		fork_behind(&forks, &token);
	}
	return PW_OK;
}
