#include "sweep.h"

#include <stdlib.h>
#include <string.h>

#include "../html/html.h"
#include "guises.h"
#include "inlined.h"
#include "known.h"
#include "render.h"
#include "transfer.h"

/* Encodings inside encodings. */
#define MOST_ROUNDS		3
/* Less base64 than this holds no tag with a URL. */
#define LEAST_BASE64_CHARS	28
/* Text is looked at in pieces, so that its other forms need memory for one piece only. They overlap by a long tag. */
#define PIECE_BYTES		((size_t)2 << 20)
#define OVERLAP_BYTES		((size_t)8 << 10)

/* What looking for encodings in a text costs, in readings of it as a document. */
#define DECODING_COST		3u

struct sweep {
	struct block	*block;
	uint32_t	 part, document;
	struct arena	*scratch[MOST_ROUNDS];	/* of each round: dies with its piece */
};

static void	sweep_text(struct sweep *, struct span text, unsigned round);

static void
out_of_memory(struct sweep *sweep)
{
	block_fail(sweep->block, PW_ENOMEM, SPAN("the sweep"));
}

static void
collect_markup(struct sweep *sweep, struct span text)
{
	struct collector	collector = { .block = sweep->block, .document = sweep->document, .raw.none = true };
	struct layer		layer = { .text = text, .loose = true };

	html_collect(&collector, &layer, HTML_NESTED);
}

/* A page may begin anywhere: what stands before, an open comment or quote, is none of its business. */
static void
collect(struct sweep *sweep, struct span text, struct arena *scratch)
{
	bool has_style = span_find_nocase(text, SPAN("<style"), 0) < text.len;

	if (memchr(text.at, '<', text.len) == NULL)
		return;
	collect_markup(sweep, text);
	for (int break_style = has_style ? 0 : 1; break_style <= 1 && sweep->block->failure == PW_OK; break_style++) {
		struct span other;

		if (guise_without_context(text, break_style, scratch, &other) != PW_OK)
			out_of_memory(sweep);
		else
			collect_markup(sweep, other);
	}
}

/* In each guise up to most; the first leaves out what is no character, and may wear the others in turn. */
static void
collect_guises(struct sweep *sweep, struct span text, size_t most, struct arena *scratch)
{
	struct span worn[2] = { text, SPAN_NONE };

	for (size_t i = 0; i < most && sweep->block->failure == PW_OK; i++)
		for (size_t k = 0; k < (i > 0 ? 2 : 1); k++) {
			struct span other;

			if (guise_of(i, worn[k], scratch, &other) != PW_OK)
				out_of_memory(sweep);
			else if (other.at != NULL)
				collect(sweep, other, scratch);
			if (i == 0)
				worn[1] = other;
		}
}

/* What base64 decodes to is text in some places and noise in others: pictures, archives, or wrong counts. */
#define BLOCK_BYTES	1024u
/* Of 256 bytes, noise has 24 controls that text does without; prose that is no base64 decodes to half as many. */
#define MOST_CONTROLS	(BLOCK_BYTES / 64)

static bool
is_noise(struct span block)
{
	size_t controls = 0;

	/* Not NUL, not what ends lines, not the shifts of ISO-2022. */
	for (size_t i = 0; i < block.len; i++) {
		unsigned c = (unsigned char)block.at[i];

		controls += (c - 1u < 8u) | (c - 0x10u < 0xbu) | (c - 0x1cu < 4u);
	}
	return controls > MOST_CONTROLS && !guise_is_ebcdic(block);
}

/* What a tag in noise must show soon: an attribute that can fetch, with NULs in between or not. */
#define HINT_BYTES	512u
#define TAG_BYTES	4096u
static const char *const hints[] = { "src", "href", "url", "style", "back", "data", "poster", "content" };

static bool
has_hint(struct span tag)
{
	char	near[HINT_BYTES];
	size_t	len = 0;

	for (size_t i = 0; i < tag.len && len < sizeof(near) && i < 4 * sizeof(near); i++)
		if (tag.at[i] != '\0')
			near[len++] = ascii_lower(tag.at[i]);
	for (size_t i = 0; i < NITEMS(hints); i++)
		if (span_find((struct span){ near, len }, span_of(hints[i]), 0) < len)
			return true;
	return false;
}

/* Tags in noise: each with what follows it, no more. */
static void
sweep_noise(struct sweep *sweep, struct span noise, struct arena *scratch)
{
	for (size_t at = 0; (at = span_find_char(noise, '<', at)) < noise.len; at++) {
		size_t name = at + 1;

		while (name < noise.len && noise.at[name] == '\0')
			name++;
		if (name >= noise.len || !ascii_alpha(noise.at[name]) || !has_hint(span_from(noise, name)))
			continue;
		struct span tag = span_cut(noise, at, at + TAG_BYTES);
		collect(sweep, tag, scratch);
		collect_guises(sweep, tag, guise_count_of_known, scratch);
		at += tag.len / 2;
	}
}

static size_t
block_end(struct span bytes, size_t at)
{
	return bytes.len - at > BLOCK_BYTES ? at + BLOCK_BYTES : bytes.len;
}

/* Runs of text with a block on either side are swept as such; what is between them is noise. */
static void
sweep_mixed(struct sweep *sweep, struct span bytes, unsigned round)
{
	struct arena *scratch = sweep->scratch[round];

	for (size_t at = 0, end; at < bytes.len && sweep->block->failure == PW_OK; at = end) {
		bool noise = is_noise(span_cut(bytes, at, block_end(bytes, at)));

		for (end = block_end(bytes, at); end < bytes.len; end = block_end(bytes, end))
			if (is_noise(span_cut(bytes, end, block_end(bytes, end))) != noise)
				break;
		struct span run = span_cut(bytes, at > BLOCK_BYTES ? at - BLOCK_BYTES : 0, block_end(bytes, end));
		if (noise)
			sweep_noise(sweep, run, scratch);
		else
			sweep_text(sweep, run, round + 1);
	}
}

/* What is no digit: it is ignored, it is of the alphabet for URLs (RFC 4648, 5), its line is, or padding counts as one. */
enum foreign { FOREIGN_BYTE, FOREIGN_ALPHABET, FOREIGN_LINE, FOREIGN_PADDING };

/* The values of the digits, 0 to 63. */
static size_t
digits_of(struct span text, enum foreign foreign, unsigned char *digits)
{
	size_t len = 0, line = 0;

	for (size_t i = 0; i < text.len; i++) {
		char	c = text.at[i];
		int	value = transfer_base64_digit(c);

		if (value < 0 && foreign == FOREIGN_ALPHABET)
			value = c == '-' ? 62 : c == '_' ? 63 : -1;
		if (foreign == FOREIGN_PADDING && c == '=')
			value = 0;
		if (value >= 0)
			digits[len++] = (unsigned char)value;
		else if (c == '\n')
			line = len;
		else if (foreign == FOREIGN_LINE && c != '=' && !ascii_space(c)) {
			i = span_find_char(text, '\n', i);
			len = line;
		}
	}
	return len;
}

static size_t
decode_digits(const unsigned char *digits, size_t count, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i + 4 <= count; i += 4) {
		out[len++] = (char)(digits[i] << 2 | digits[i + 1] >> 4);
		out[len++] = (char)(digits[i + 1] << 4 | digits[i + 2] >> 2);
		out[len++] = (char)(digits[i + 2] << 6 | digits[i + 3]);
	}
	/* The last ones may be less than four. */
	for (size_t i = count / 4 * 4; i + 1 < count; i++)
		out[len++] = (char)(digits[i] << (2 + 2 * (i % 4)) | digits[i + 1] >> (4 - 2 * (i % 4)));
	return len;
}

/* What digits are there, counted from each of the first four. The number of digits. */
static size_t
sweep_digits(struct sweep *sweep, struct span text, enum foreign foreign, size_t unless, unsigned round)
{
	struct arena	*arena = sweep->scratch[round];
	unsigned char	*digits = arena_alloc(arena, text.len + 1);
	char		*bytes = arena_alloc(arena, text.len + 4);
	size_t		 count;

	if (digits == NULL || bytes == NULL) {
		out_of_memory(sweep);
		return 0;
	}
	count = digits_of(text, foreign, digits);
	for (size_t shift = 0; count != unless && shift < 4 && count > shift + LEAST_BASE64_CHARS; shift++)
		sweep_mixed(sweep, (struct span){ bytes, decode_digits(digits + shift, count - shift, bytes) }, round);
	return count;
}

/* Only around padding it makes a difference whether that counts. */
#define PADDING_BYTES	((size_t)4 << 10)

static void
sweep_padding(struct sweep *sweep, struct span text, unsigned round)
{
	for (size_t at = 0, end; (at = span_find_char(text, '=', at)) < text.len; at = end) {
		end = at;
		for (size_t next = at; next < text.len && next <= end; next = span_find_char(text, '=', next + 1))
			end = next + PADDING_BYTES;
		sweep_digits(sweep, span_cut(text, at > PADDING_BYTES ? at - PADDING_BYTES : 0, end), FOREIGN_PADDING,
		    SIZE_MAX, round);
	}
}

/*
 * Whatever of the text is base64, wherever it begins: without its padding from each of the four ways to count digits,
 * which all that stands between two pieces shifts; with its padding; and as it is, where each piece of it is padded.
 */
static void
sweep_base64(struct sweep *sweep, struct span text, unsigned round)
{
	struct decoded	padded;
	size_t		plain = sweep_digits(sweep, text, FOREIGN_BYTE, SIZE_MAX, round);

	/* Unless nothing foreign is in it: then the ways do not differ. */
	sweep_digits(sweep, text, FOREIGN_ALPHABET, plain, round);
	sweep_digits(sweep, text, FOREIGN_LINE, plain, round);
	if (span_find_char(text, '=', 0) == text.len)
		return;
	sweep_padding(sweep, text, round);
	if (transfer_decode(text, ENCODING_BASE64, sweep->scratch[round], &padded) != PW_OK)
		out_of_memory(sweep);
	else
		sweep_mixed(sweep, padded.bytes, round);
}

static void
sweep_qp(struct sweep *sweep, struct span text, unsigned round)
{
	struct decoded	decoded;
	bool		escaped = false;

	for (size_t at = 0; !escaped && (at = span_find_char(text, '=', at)) + 1 < text.len; at++)
		escaped = ascii_hex(text.at[at + 1]) >= 0 || ascii_space(text.at[at + 1]);
	if (!escaped)
		return;
	if (transfer_decode(text, ENCODING_QP, sweep->scratch[round], &decoded) != PW_OK)
		out_of_memory(sweep);
	else
		sweep_text(sweep, decoded.bytes, round + 1);
}

static void
sweep_inlined(struct sweep *sweep, struct span text, unsigned round)
{
	struct inlined file;

	for (size_t at = 0; at < text.len; at = file.end) {
		if (inlined_next(text, at, sweep->scratch[round], &file) != PW_OK) {
			out_of_memory(sweep);
			return;
		}
		if (file.bytes.len > 0)
			sweep_text(sweep, file.bytes, round + 1);
	}
}

static void
sweep_uu_lines(struct sweep *sweep, struct span text, unsigned round)
{
	struct span bytes;

	if (transfer_decode_uu_lines(text, sweep->scratch[round], &bytes) != PW_OK)
		out_of_memory(sweep);
	else
		sweep_mixed(sweep, bytes, round);
}

/* Bounded recursion: MOST_ROUNDS. */
static void
sweep_text(struct sweep *sweep, struct span text, unsigned round)
{
	if (round >= MOST_ROUNDS || text.len == 0 || sweep->block->failure != PW_OK)
		return;
	/* Text that is text again in each of its decodings was made to be so. */
	if (!block_read(sweep->block, DECODING_COST * (uint64_t)text.len))
		return;
	arena_reset(sweep->scratch[round]);
	sweep_inlined(sweep, text, round);
	for (size_t at = 0; at < text.len && sweep->block->failure == PW_OK; at += PIECE_BYTES) {
		struct span piece = span_cut(text, at, at + PIECE_BYTES + OVERLAP_BYTES);

		arena_reset(sweep->scratch[round]);
		collect(sweep, piece, sweep->scratch[round]);
		collect_guises(sweep, piece, guise_count, sweep->scratch[round]);
		sweep_qp(sweep, piece, round);
		sweep_base64(sweep, piece, round);
		sweep_uu_lines(sweep, piece, round);
	}
}

static struct span
url_of(const struct block *block, const struct reference *reference)
{
	return (struct span){ block->text + reference->url.at, reference->url.len };
}

struct found {
	struct span	url;
	size_t		index;
};

static int
compare_found(const void *a, const void *b)
{
	const struct found	*left = a, *right = b;
	int			 order = span_order(&left->url, &right->url);

	return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

/* Leave the first reference of each URL from first on: the others become clicks, which nobody asks for. */
static bool
drop_twins(struct block *block, size_t first)
{
	struct reference	*references = block->references.at;
	size_t			 count = block->references.count - first;
	struct found		*found = arena_array(block->arena, count, sizeof(*found));

	if (found == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		found[i] = (struct found){ url_of(block, &references[first + i]), first + i };
	qsort(found, count, sizeof(*found), compare_found);
	for (size_t i = 1; i < count; i++)
		if (span_eq(found[i].url, found[i - 1].url))
			references[found[i].index].trigger = TRIGGER_CLICK;
	return true;
}

/* Drop what the readings found as well, what needs a click, and what the sweep found twice. */
static void
drop_known(struct sweep *sweep, size_t before)
{
	struct block		*block = sweep->block;
	struct reference	*references = block->references.at;
	struct known		 known;
	size_t			 kept = before;

	for (size_t i = before; i < block->references.count; i++)
		if (references[i].trigger != TRIGGER_CLICK)
			references[kept++] = references[i];
	block->references.count = kept;
	kept = before;
	if (known_init(&known, block, before) != PW_OK || !drop_twins(block, before)) {
		out_of_memory(sweep);
		return;
	}
	for (size_t i = before; i < block->references.count; i++) {
		struct span	url = url_of(block, &references[i]);
		bool		seen;

		if (references[i].trigger == TRIGGER_CLICK)
			continue;
		if (known_has(&known, url, block->arena, &seen) != PW_OK) {
			out_of_memory(sweep);
			return;
		}
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

/* false: no memory. A document for what is found is there, and is taken back by end_sweep if there is no need of it. */
static bool
begin_sweep(struct sweep *sweep, struct block *block, uint32_t part, size_t bytes)
{
	struct document	*document = block_add_document(block);
	bool		 fine = document != NULL;

	*sweep = (struct sweep){
		.block = block, .part = part, .document = (uint32_t)block->documents.count - 1,
	};
	for (unsigned i = 0; i < MOST_ROUNDS; i++) {
		sweep->scratch[i] = arena_new(bytes * 2 + 64 * PIECE_BYTES);
		fine = fine && sweep->scratch[i] != NULL;
	}
	if (fine)
		*document = (struct document){ .part = part, .kind = DOCUMENT_HTML };
	else
		out_of_memory(sweep);
	return fine;
}

static bool
end_sweep(struct sweep *sweep, size_t before)
{
	for (unsigned i = 0; i < MOST_ROUNDS; i++)
		arena_free(sweep->scratch[i]);
	if (sweep->block->failure != PW_ENOMEM)
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
	struct sweep	sweep;
	size_t		before = block->references.count;

	if (begin_sweep(&sweep, block, part, bytes.len))
		sweep_text(&sweep, bytes, 0);
	end_sweep(&sweep, before);
}

bool
sweep_guises(struct block *block, uint32_t part, struct span bytes, bool charset_known)
{
	struct sweep	sweep;
	size_t		before = block->references.count;

	if (begin_sweep(&sweep, block, part, bytes.len)) {
		collect(&sweep, bytes, sweep.scratch[0]);
		collect_guises(&sweep, bytes, charset_known ? guise_count_of_known : guise_count, sweep.scratch[0]);
	}
	return end_sweep(&sweep, before);
}

bool
sweep_as(struct block *block, uint32_t part, struct span text, enum document_kind kind, struct span base)
{
	struct sweep	sweep;
	size_t		before = block->references.count;

	if (begin_sweep(&sweep, block, part, text.len)) {
		struct collector	collector = { .block = block, .document = sweep.document, .raw.none = true };
		struct layer		layer = { .text = text };

		if (base.len > 0)
			collector_set_base(&collector, base);
		render_document(&collector, &layer, kind);
	}
	return end_sweep(&sweep, before);
}
