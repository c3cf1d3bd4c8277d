#include "encapsulated.h"

#include <string.h>

/* MS-OXRTFCP 2.1.3.1.1: the dictionary starts with what most RTF holds. */
static const char start[] = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
#define WINDOW		4096u
/* Sizes before the mark, a checksum behind it. */
#define MARK_AT		8u
#define HEADER_BYTES	16u

/* Where the input of one stream stands. */
struct stream {
	struct span	in;
	size_t		at;
	char		window[WINDOW];
	unsigned	write_at;
	char		*out;		/* NULL: only count */
	size_t		 len;
};

static void
put(struct stream *stream, char c)
{
	if (stream->out != NULL)
		stream->out[stream->len] = c;
	stream->len++;
	stream->window[stream->write_at] = c;
	stream->write_at = (stream->write_at + 1) % WINDOW;
}

/* Two bytes: twelve bits say where in the window, four how many and two. false: it is the end. */
static bool
copy_run(struct stream *stream)
{
	unsigned word, from, count;

	if (stream->at + 2 > stream->in.len)
		return false;
	word = (unsigned)(unsigned char)stream->in.at[stream->at] << 8 | (unsigned char)stream->in.at[stream->at + 1];
	stream->at += 2;
	from = word >> 4;
	count = (word & 15) + 2;
	if (from == stream->write_at)
		return false;
	for (unsigned i = 0; i < count; i++)
		put(stream, stream->window[(from + i) % WINDOW]);
	return true;
}

/* A control byte, then eight pieces; a set bit is a run, the lowest first. */
static void
decompress(struct stream *stream, struct span in, char *out)
{
	*stream = (struct stream){ .in = in, .write_at = sizeof(start) - 1, .out = out };
	memcpy(stream->window, start, sizeof(start) - 1);
	while (stream->at < stream->in.len) {
		unsigned control = (unsigned char)stream->in.at[stream->at++];

		for (unsigned bit = 0; bit < 8; bit++)
			if ((control >> bit & 1) != 0) {
				if (!copy_run(stream))
					return;
			} else if (stream->at < stream->in.len)
				put(stream, stream->in.at[stream->at++]);
	}
}

enum pw_err
encapsulated_next(struct span bytes, size_t *at, struct arena *arena, struct span *rtf)
{
	size_t mark = span_find(bytes, SPAN("LZFu"), *at);

	*rtf = SPAN_NONE;
	if (mark >= bytes.len || mark < MARK_AT) {
		*at = mark >= bytes.len ? bytes.len : mark + 1;
		return PW_OK;
	}
	struct span	in = span_from(bytes, mark - MARK_AT + HEADER_BYTES);
	struct stream	stream;
	/* Twice, so that many small ones do not each take memory for all that might follow. */
	decompress(&stream, in, NULL);
	char *out = arena_alloc(arena, stream.len + 1);
	if (out == NULL)
		return PW_ENOMEM;
	decompress(&stream, in, out);
	*rtf = (struct span){ out, stream.len };
	*at = mark - MARK_AT + HEADER_BYTES + stream.at;
	return PW_OK;
}

/* A control word, "\name", perhaps a number, perhaps a blank: the offset behind it. */
static size_t
control_word(struct span rtf, size_t at, struct span *name, bool *is_off)
{
	size_t begin = at, digits;

	while (at < rtf.len && ascii_alpha(rtf.at[at]))
		at++;
	*name = span_cut(rtf, begin, at);
	at += at < rtf.len && rtf.at[at] == '-';
	for (digits = at; at < rtf.len && ascii_digit(rtf.at[at]);)
		at++;
	*is_off = at == digits + 1 && rtf.at[digits] == '0';
	return at + (at < rtf.len && rtf.at[at] == ' ');
}

/* Words that stand for a character in HTML. */
static const struct {
	const char	*word;
	char		 c;
} characters[] = { { "par", '\n' }, { "line", '\n' }, { "tab", '\t' }, { "lquote", '\'' }, { "rquote", '\'' },
    { "ldblquote", '"' }, { "rdblquote", '"' } };

struct span
encapsulated_html(struct span rtf, struct arena *arena)
{
	char	*out = arena_alloc(arena, rtf.len + 1);
	size_t	 len = 0, at = 0;
	bool	 suppressed = false;	/* \htmlrtf: for those that show the RTF itself */

	if (out == NULL)
		return SPAN_NONE;
	while (at < rtf.len) {
		char		c = rtf.at[at++], next = at < rtf.len ? rtf.at[at] : '\0';
		struct span	name = SPAN_NONE;
		bool		is_off = false;

		if (c == '{' || c == '}' || c == '\r' || c == '\n')
			continue;
		if (c != '\\') {
			if (!suppressed)
				out[len++] = c;
			continue;
		}
		if (next == '\'' && at + 2 < rtf.len && ascii_hex(rtf.at[at + 1]) >= 0 && ascii_hex(rtf.at[at + 2]) >= 0) {
			c = (char)(ascii_hex(rtf.at[at + 1]) * 16 + ascii_hex(rtf.at[at + 2]));
			at += 3;
		} else if (ascii_alpha(next)) {
			at = control_word(rtf, at, &name, &is_off);
			c = '\0';
			if (span_eq(name, SPAN("htmlrtf")))
				suppressed = !is_off;
			for (size_t i = 0; i < NITEMS(characters); i++)
				if (span_eq(name, span_of(characters[i].word)))
					c = characters[i].c;
		} else {
			c = next == '\\' || next == '{' || next == '}' ? next : '\0';
			at++;
		}
		if (c != '\0' && !suppressed)
			out[len++] = c;
	}
	return (struct span){ out, len };
}
