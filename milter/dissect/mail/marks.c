#include "marks.h"

#include "../url/url.h"
#include "words.h"

/* Real mail has a handful of them; what a sender writes beyond is not read. */
#define MOST_MARKS	DISSECTION_MOST_MARKS
#define MOST_BYTES	512

typedef void	add_function(struct block *, enum mark_field, struct span value);

static void
add(struct block *block, enum mark_field field, struct span text, struct span domain)
{
	struct mark *mark = block->marks.count < MOST_MARKS ? block_add_mark(block) : NULL;

	if (mark == NULL)
		return;
	domain = domain.len > 0 ? url_domain_to_ascii(domain, block->arena) : SPAN_NONE;
	*mark = (struct mark){ .field = field, .text = block_text(block, span_cut(text, 0, MOST_BYTES)),
	    .domain = block_text(block, domain) };
}

/* Between the first angle brackets at or behind *at; without any, nothing. */
static bool
next_bracketed(struct span value, size_t *at, struct span *inside)
{
	size_t begin = span_find_char(value, '<', *at), end = span_find_char(value, '>', begin);

	if (end >= value.len)
		return false;
	*inside = span_trim(span_cut(value, begin + 1, end));
	*at = end + 1;
	return true;
}

static struct span
behind_at(struct span mailbox)
{
	size_t begin = mailbox.len;

	while (begin > 0 && mailbox.at[begin - 1] != '@')
		begin--;
	return begin > 0 ? span_from(mailbox, begin) : SPAN_NONE;
}

/* RFC 2369: URLs in angle brackets. */
static void
add_urls(struct block *block, enum mark_field field, struct span value)
{
	struct span	written;
	size_t		at = 0;

	while (block->marks.count < MOST_MARKS && next_bracketed(value, &at, &written)) {
		struct span	address = span_cut(written, 0, span_find_char(written, '?', 0));
		enum url_reach	reach;
		struct url	url;

		if (written.len > block->limits->url_bytes)
			continue;
		if (span_starts_nocase(written, SPAN("mailto:")))
			add(block, field, written, behind_at(address));
		else if (url_classify(written, NULL, block->arena, &reach, &url) != PW_OK)
			block_fail(block, PW_ENOMEM, SPAN("a URL"));
		else
			add(block, field, written, reach == URL_REMOTE ? url.host : SPAN_NONE);
	}
}

/* Some leave the brackets out. */
static struct span
bracketed_or_all(struct span value)
{
	struct span	inside;
	size_t		at = 0;

	return next_bracketed(value, &at, &inside) ? inside : value;
}

/* RFC 2919: "Name" <list.example.org> */
static void
add_list_id(struct block *block, enum mark_field field, struct span value)
{
	struct span inside = bracketed_or_all(value);

	add(block, field, inside, inside);
}

static void
add_identifier(struct block *block, enum mark_field field, struct span value)
{
	struct span inside = bracketed_or_all(value);

	add(block, field, inside, behind_at(inside));
}

/* "auto-replied; owner=x" */
static void
add_word(struct block *block, enum mark_field field, struct span value)
{
	size_t end = 0;

	while (end < value.len && !ascii_space(value.at[end]) && value.at[end] != ';' && value.at[end] != '(')
		end++;
	add(block, field, span_cut(value, 0, end), SPAN_NONE);
}

static void
add_words(struct block *block, enum mark_field field, struct span value)
{
	add(block, field, words_decode(value, block->arena), SPAN_NONE);
}

static const struct {
	const char	*name;
	enum mark_field	 field;
	add_function	*add;
} fields[] = {
	{ "list-id",		MARK_LIST_ID,		add_list_id },
	{ "list-unsubscribe",	MARK_LIST_UNSUBSCRIBE,	add_urls },
	{ "list-post",		MARK_LIST_POST,		add_urls },
	{ "precedence",		MARK_PRECEDENCE,	add_word },
	{ "auto-submitted",	MARK_AUTO_SUBMITTED,	add_word },
	{ "x-mailer",		MARK_MAILER,		add_words },
	{ "user-agent",		MARK_MAILER,		add_words },
	{ "message-id",		MARK_MESSAGE_ID,	add_identifier },
};

void
marks_add(struct block *block, struct span name, struct span value)
{
	for (size_t i = 0; i < NITEMS(fields) && block->marks.count < MOST_MARKS; i++)
		if (span_is(name, fields[i].name)) {
			fields[i].add(block, fields[i].field, span_trim(value));
			return;
		}
}
