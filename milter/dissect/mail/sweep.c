#include "sweep.h"

#include <stdlib.h>
#include <string.h>

#include "../html/html.h"
#include "charset.h"
#include "transfer.h"

/* Encodings inside encodings. */
#define MOST_ROUNDS		3
/* Less base64 than this holds no tag with a URL. */
#define LEAST_BASE64_CHARS	28

struct sweep {
	struct block	*block;
	uint32_t	 part, document;
};

static void	sweep_text(struct sweep *, struct span text, unsigned round);

static void
out_of_memory(struct sweep *sweep)
{
	block_fail(sweep->block, PW_ENOMEM, SPAN("the sweep"));
}

static void
collect(struct sweep *sweep, struct span text)
{
	struct collector	collector = { .block = sweep->block, .document = sweep->document, .raw.none = true };
	struct layer		layer = { .text = text, .loose = true };

	if (memchr(text.at, '<', text.len) != NULL)
		html_collect(&collector, &layer, HTML_NESTED);
}

/* UTF-16 and UTF-32 without their mark: ASCII with NULs in between. */
static void
sweep_wide(struct sweep *sweep, struct span text)
{
	char	*narrow;
	size_t	 len = 0;

	if (memchr(text.at, '\0', text.len) == NULL)
		return;
	if ((narrow = arena_alloc(sweep->block->arena, text.len)) == NULL) {
		out_of_memory(sweep);
		return;
	}
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != '\0')
			narrow[len++] = text.at[i];
	collect(sweep, (struct span){ narrow, len });
}

static void
sweep_charset(struct sweep *sweep, struct span text, struct span label)
{
	struct charset_text decoded;

	if (charset_decode(charset_of(label, SPAN_NONE), text, sweep->block->arena, &decoded) != PW_OK)
		out_of_memory(sweep);
	else
		collect(sweep, decoded.text);
}

/* UTF-7's shift of '<', or the escape of ISO-2022. */
static void
sweep_stateful(struct sweep *sweep, struct span text)
{
	if (span_find(text, SPAN("+ADw"), 0) < text.len || span_find(text, SPAN("+AD4"), 0) < text.len)
		sweep_charset(sweep, text, SPAN("utf-7"));
	if (memchr(text.at, '\033', text.len) != NULL)
		sweep_charset(sweep, text, SPAN("iso-2022-jp"));
}

static bool
is_base64(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '+' || c == '/';
}

/* Nearly all printable: perhaps base64 or quoted-printable once more. */
static bool
is_text(struct span bytes)
{
	size_t printable = 0;

	for (size_t i = 0; i < bytes.len; i++)
		printable += ascii_space(bytes.at[i]) || (bytes.at[i] >= ' ' && bytes.at[i] < 0x7f);
	return bytes.len > 0 && printable >= bytes.len - bytes.len / 16;
}

/* A tag's name and what follows it are printable; in the noise of a picture such a run is rare. */
#define TAG_RUN	6

static bool
may_hold_tag(struct span bytes)
{
	if (span_find(bytes, SPAN("+AD"), 0) < bytes.len)
		return true;
	for (size_t at = 0; (at = span_find_char(bytes, '<', at)) < bytes.len; at++) {
		size_t run = 0, from = at + 1;

		while (from < bytes.len && run < TAG_RUN && (bytes.at[from] == '\0' ||
		    ascii_space(bytes.at[from]) || (bytes.at[from] >= ' ' && bytes.at[from] < 0x7f))) {
			run += bytes.at[from] != '\0';
			from++;
		}
		if (run == TAG_RUN)
			return true;
	}
	/* An encoding inside: lines of it are printable, too. */
	return is_text(bytes);
}

/* Decode a region that looks like base64 from each of the four ways to count its digits. */
static void
sweep_region(struct sweep *sweep, struct span region, unsigned round)
{
	char	*digits = arena_alloc(sweep->block->arena, region.len + 1);
	size_t	 len = 0;

	if (digits == NULL) {
		out_of_memory(sweep);
		return;
	}
	for (size_t i = 0; i < region.len; i++)
		if (is_base64(region.at[i]))
			digits[len++] = region.at[i];
	for (size_t shift = 0; shift < 4 && len > shift + LEAST_BASE64_CHARS; shift++) {
		struct decoded decoded;

		if (transfer_decode((struct span){ digits + shift, len - shift }, ENCODING_BASE64, sweep->block->arena,
		    &decoded) != PW_OK) {
			out_of_memory(sweep);
			return;
		}
		if (may_hold_tag(decoded.bytes))
			sweep_text(sweep, decoded.bytes, round + 1);
	}
}

/* A line of base64, perhaps with foreign bytes: mostly digits, and no blanks inside. */
static bool
is_base64_line(struct span line)
{
	size_t digits = 0;

	for (size_t i = 0; i < line.len; i++)
		digits += is_base64(line.at[i]) || line.at[i] == '=';
	return digits > 0 && digits * 4 >= line.len * 3;
}

static void
sweep_base64(struct sweep *sweep, struct span text, unsigned round)
{
	size_t begin = 0, end, digits = 0;

	for (size_t at = 0; at <= text.len; at = end + 1) {
		end = span_find_char(text, '\n', at);
		struct span line = span_trim(span_cut(text, at, end));
		if (is_base64_line(line)) {
			if (digits == 0)
				begin = at;
			digits += line.len;
		} else if (line.len > 0 || at >= text.len) {
			if (digits > LEAST_BASE64_CHARS)
				sweep_region(sweep, span_cut(text, begin, at), round);
			digits = 0;
		}
		if (at >= text.len)
			break;
	}
	if (digits > LEAST_BASE64_CHARS)
		sweep_region(sweep, span_from(text, begin), round);
}

static void
sweep_qp(struct sweep *sweep, struct span text, unsigned round)
{
	struct decoded	decoded;
	bool		escaped = false;

	for (size_t at = 0; !escaped && (at = span_find_char(text, '=', at)) + 1 < text.len; at++)
		escaped = ascii_hex(text.at[at + 1]) >= 0 || text.at[at + 1] == '\n' || text.at[at + 1] == '\r';
	if (!escaped)
		return;
	if (transfer_decode(text, ENCODING_QP, sweep->block->arena, &decoded) != PW_OK)
		out_of_memory(sweep);
	else
		sweep_text(sweep, decoded.bytes, round + 1);
}

/* Bounded recursion: MOST_ROUNDS. */
static void
sweep_text(struct sweep *sweep, struct span text, unsigned round)
{
	if (round >= MOST_ROUNDS || text.len == 0 || sweep->block->failure != PW_OK)
		return;
	collect(sweep, text);
	sweep_wide(sweep, text);
	sweep_stateful(sweep, text);
	sweep_qp(sweep, text, round);
	sweep_base64(sweep, text, round);
}

static struct span
url_of(const struct block *block, const struct reference *reference)
{
	return (struct span){ block->text + reference->url.at, reference->url.len };
}

static int
compare(const void *a, const void *b)
{
	const struct span	*left = a, *right = b;
	int			 order = memcmp(left->at, right->at, left->len < right->len ? left->len : right->len);

	return order != 0 ? order : left->len < right->len ? -1 : left->len > right->len;
}

/* Drop what the readings found as well, what needs a click, and what the sweep found twice. */
static void
drop_known(struct sweep *sweep, size_t before)
{
	struct block		*block = sweep->block;
	struct reference	*references = block->references.at;
	struct span		*known = arena_array(block->arena, before, sizeof(*known));
	size_t			 known_count = 0, kept = before;

	if (known == NULL) {
		out_of_memory(sweep);
		return;
	}
	for (size_t i = 0; i < before; i++)
		if (references[i].trigger != TRIGGER_CLICK)
			known[known_count++] = url_of(block, &references[i]);
	if (known_count > 1)
		qsort(known, known_count, sizeof(*known), compare);
	for (size_t i = before; i < block->references.count; i++) {
		struct span	url = url_of(block, &references[i]);
		bool		seen = references[i].trigger == TRIGGER_CLICK ||
				    (known_count > 0 && bsearch(&url, known, known_count, sizeof(*known), compare) != NULL);

		for (size_t k = before; !seen && k < kept; k++)
			seen = span_eq(url_of(block, &references[k]), url);
		if (seen)
			continue;
		references[kept] = references[i];
		references[kept].neutral = NEUTRAL_NONE;
		references[kept].tag = references[kept].site = (struct extent){ 0, 0 };
		references[kept].flags |= REFERENCE_NO_TREE;
		kept++;
	}
	block->references.count = kept;
}

static void
sweep_all(struct block *block, uint32_t part, struct span bytes)
{
	struct document	*document = block_add_document(block);
	struct sweep	 sweep = { .block = block, .part = part };
	size_t		 before = block->references.count;

	if (document == NULL)
		return;
	*document = (struct document){ .part = part, .kind = DOCUMENT_HTML };
	sweep.document = (uint32_t)block->documents.count - 1;
	sweep_text(&sweep, bytes, 0);
	drop_known(&sweep, before);
	if (block->references.count == before)
		block->documents.count--;
}

void
sweep_message(struct block *block)
{
	sweep_all(block, 0, block->message);
}

void
sweep_bytes(struct block *block, uint32_t part, struct span bytes)
{
	sweep_all(block, part, bytes);
}
