#include "sweep.h"

#include <string.h>

#include "../html/html.h"
#include "guises.h"
#include "inlined.h"
#include "known.h"
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

/* In each guise up to most. */
static void
collect_guises(struct sweep *sweep, struct span text, size_t most)
{
	for (size_t i = 0; i < most && sweep->block->failure == PW_OK; i++) {
		struct span other;

		if (guise_of(i, text, sweep->block->arena, &other) != PW_OK)
			out_of_memory(sweep);
		else if (other.at != NULL)
			collect(sweep, other);
	}
}

static bool
is_base64(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '+' || c == '/';
}

static bool
is_printable(char c)
{
	return ascii_space(c) || (c >= ' ' && c < 0x7f);
}

/* A run of text this long is no chance: perhaps base64 or quoted-printable once more. */
#define TEXT_RUN	(2 * LEAST_BASE64_CHARS)

static bool
may_hold_text(struct span bytes)
{
	size_t run = 0;

	for (size_t i = 0; i < bytes.len && run < TEXT_RUN; i++)
		run = is_printable(bytes.at[i]) ? run + 1 : 0;
	return run == TEXT_RUN;
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

		while (from < bytes.len && run < TAG_RUN && (bytes.at[from] == '\0' || is_printable(bytes.at[from]))) {
			run += bytes.at[from] != '\0';
			from++;
		}
		if (run == TAG_RUN)
			return true;
	}
	return may_hold_text(bytes);
}

/* Decode digits from each of the four ways to count them. */
static void
sweep_digits(struct sweep *sweep, char *digits, size_t len, unsigned round)
{
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

/* What looks like base64, with its foreign bytes ignored, and with those of the alphabet for URLs (RFC 4648, 5). */
static void
sweep_region(struct sweep *sweep, struct span region, unsigned round)
{
	bool for_urls = memchr(region.at, '-', region.len) != NULL || memchr(region.at, '_', region.len) != NULL;

	for (int alphabet = 0; alphabet <= for_urls; alphabet++) {
		char	*digits = arena_alloc(sweep->block->arena, region.len + 1);
		size_t	 len = 0;

		if (digits == NULL) {
			out_of_memory(sweep);
			return;
		}
		for (size_t i = 0; i < region.len; i++) {
			char c = region.at[i];

			if (alphabet == 1 && (c == '-' || c == '_'))
				c = c == '-' ? '+' : '/';
			if (is_base64(c))
				digits[len++] = c;
		}
		sweep_digits(sweep, digits, len, round);
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

static void
sweep_inlined(struct sweep *sweep, struct span text, unsigned round)
{
	struct inlined file;

	for (size_t at = 0; at < text.len; at = file.end) {
		if (inlined_next(text, at, sweep->block->arena, &file) != PW_OK) {
			out_of_memory(sweep);
			return;
		}
		if (file.bytes.len > 0)
			sweep_text(sweep, file.bytes, round + 1);
	}
}

/* Bounded recursion: MOST_ROUNDS. */
static void
sweep_text(struct sweep *sweep, struct span text, unsigned round)
{
	if (round >= MOST_ROUNDS || text.len == 0 || sweep->block->failure != PW_OK)
		return;
	collect(sweep, text);
	collect_guises(sweep, text, guise_count);
	sweep_inlined(sweep, text, round);
	sweep_qp(sweep, text, round);
	sweep_base64(sweep, text, round);
}

static struct span
url_of(const struct block *block, const struct reference *reference)
{
	return (struct span){ block->text + reference->url.at, reference->url.len };
}

/* Drop what the readings found as well, what needs a click, and what the sweep found twice. */
static void
drop_known(struct sweep *sweep, size_t before)
{
	struct block		*block = sweep->block;
	struct reference	*references = block->references.at;
	struct known		 known;
	size_t			 kept = before;

	if (known_init(&known, block, before) != PW_OK) {
		out_of_memory(sweep);
		return;
	}
	for (size_t i = before; i < block->references.count; i++) {
		struct span	url = url_of(block, &references[i]);
		bool		seen;

		if (known_has(&known, url, block->arena, &seen) != PW_OK) {
			out_of_memory(sweep);
			return;
		}
		seen = seen || references[i].trigger == TRIGGER_CLICK;
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

/* A document for what one sweep finds, or NULL. */
static struct document *
begin_sweep(struct sweep *sweep)
{
	struct document *document = block_add_document(sweep->block);

	if (document == NULL)
		return NULL;
	*document = (struct document){ .part = sweep->part, .kind = DOCUMENT_HTML };
	sweep->document = (uint32_t)sweep->block->documents.count - 1;
	return document;
}

static bool
end_sweep(struct sweep *sweep, size_t before)
{
	drop_known(sweep, before);
	if (sweep->block->references.count > before)
		return true;
	sweep->block->documents.count--;
	return false;
}

void
sweep_message(struct block *block)
{
	sweep_bytes(block, 0, block->message);
}

void
sweep_bytes(struct block *block, uint32_t part, struct span bytes)
{
	struct sweep	sweep = { .block = block, .part = part };
	size_t		before = block->references.count;

	if (begin_sweep(&sweep) == NULL)
		return;
	sweep_text(&sweep, bytes, 0);
	end_sweep(&sweep, before);
}

bool
sweep_guises(struct block *block, uint32_t part, struct span bytes, bool charset_known)
{
	struct sweep	sweep = { .block = block, .part = part };
	size_t		before = block->references.count;

	if (begin_sweep(&sweep) == NULL)
		return false;
	collect(&sweep, bytes);
	collect_guises(&sweep, bytes, charset_known ? guise_count_of_known : guise_count);
	return end_sweep(&sweep, before);
}
