#include "notice.h"

#include <pixelward/base/buf.h>
#include <pixelward/base/utf8.h>

#include <iconv.h>
#include <string.h>

#include "encode.h"

/* An important declaration of an element's own is stronger than any of a sheet. */
#define BOX_STYLE	"all:initial!important;display:block!important;position:relative!important;z-index:2147483647!important;" \
			"box-sizing:border-box!important;margin:0 0 12px!important;padding:12px 16px!important;" \
			"border:2px solid #8a4b00!important;background:#fff4ce!important;color:#1f1f1f!important;" \
			"font:bold 15px/1.4 Arial,Helvetica,sans-serif!important;text-align:start!important"
#define MOST_BOX_BYTES	8192

/* The length of the character that begins there; the text is UTF-8. */
static size_t
character_bytes(struct span text, size_t at)
{
	size_t len = 1;

	while (at + len < text.len && utf8_goes_on(text.at[at + len]))
		len++;
	return len;
}

static void
add_escaped(struct buf *out, struct span text)
{
	for (size_t at = 0, len; at < text.len; at += len) {
		len = character_bytes(text, at);
		uint32_t character = utf8_character(span_cut(text, at, at + len));

		if (character > '~' || strchr("&<>\"'", (int)character) != NULL)
			buf_printf(out, "&#%u;", character);
		else
			buf_add_char(out, (char)character);
	}
}

struct span
notice_box(struct span text, struct arena *arena)
{
	struct buf	out;
	struct span	box;

	buf_init(&out, MOST_BOX_BYTES);
	buf_add(&out, SPAN("<div role=\"note\" dir=\"auto\" style=\"" BOX_STYLE "\">"));
	add_escaped(&out, text);
	buf_add(&out, SPAN("</div>"));
	box = arena_copy(arena, buf_span(&out));
	buf_fini(&out);
	return box;
}

/* Charsets in which ASCII is ASCII, at any place. */
static const char *const plain_charsets[] = { "iso-8859-", "windows-125", "koi8-" };

static bool
is_ascii(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] > 0x7f)
			return false;
	return true;
}

/* What the charset has not becomes a question mark. */
static struct span
in_charset(struct span text, struct span charset, struct arena *arena)
{
	struct span	 label = arena_copy(arena, charset);
	char		*out = arena_alloc(arena, text.len + 1);
	iconv_t		 converter = label.at != NULL ? iconv_open(label.at, "UTF-8") : (iconv_t)-1;
	size_t		 used = 0;

	for (size_t at = 0, len; out != NULL && at < text.len; at += len) {
		len = character_bytes(text, at);
		char	*from = (char *)(uintptr_t)text.at + at, *to = out + used;
		size_t	 left = len, room = text.len - used;

		if (len == 1)
			*to++ = text.at[at];
		else if (converter == (iconv_t)-1 || iconv(converter, &from, &left, &to, &room) == (size_t)-1)
			*to++ = '?';
		used = (size_t)(to - out);
	}
	if (converter != (iconv_t)-1)
		iconv_close(converter);
	return out != NULL && label.at != NULL ? (struct span){ out, used } : SPAN_NONE;
}

/* Whole lines of base64 without a padding at the end: another such text may stand behind. */
#define BASE64_LINE_BYTES	57

static struct span
in_whole_lines(struct span line, struct arena *arena)
{
	size_t over = (line.len + 4) % BASE64_LINE_BYTES;

	return arena_printf(arena, "%.*s%*s\r\n\r\n", SPAN_ARG(line), (int)(over > 0 ? BASE64_LINE_BYTES - over : 0), "");
}

static struct span
encode(const struct part *part, struct span line, struct span line_end, struct arena *arena)
{
	struct span fresh = line;

	if (part->encoding == ENCODING_BASE64) {
		fresh = encode_base64(in_whole_lines(line, arena), line_end, arena);
		return fresh.at == NULL ? fresh : arena_printf(arena, "%.*s%.*s", SPAN_ARG(fresh), SPAN_ARG(line_end));
	}
	if (part->encoding == ENCODING_QP)
		fresh = encode_qp_piece(line, 0, 0, line_end, arena);
	return fresh.at == NULL ? fresh :
	    arena_printf(arena, "%.*s%.*s%.*s", SPAN_ARG(fresh), SPAN_ARG(line_end), SPAN_ARG(line_end));
}

enum pw_err
notice_line(struct span body, const struct part *part, struct span charset, struct span text, struct span line_end,
    struct arena *arena, struct notice_line *line)
{
	bool utf8 = span_eq_nocase(charset, SPAN("utf-8")), ascii = charset.len == 0 || span_eq_nocase(charset, SPAN("us-ascii"));
	bool fits = utf8 || ascii;

	*line = (struct notice_line){ .fresh = SPAN_NONE };
	for (size_t i = 0; i < NITEMS(plain_charsets); i++)
		fits = fits || span_starts_nocase(charset, span_of(plain_charsets[i]));
	if (!fits || part->encoding == ENCODING_UU)
		return PW_OK;
	line->to_utf8 = ascii && !is_ascii(text);
	if (!utf8 && !line->to_utf8)
		text = in_charset(text, charset, arena);
	line->anew = part->encoding == ENCODING_IDENTITY && !is_ascii(text) && is_ascii(body);
	line->fresh = line->anew ? in_whole_lines(text, arena) : encode(part, text, line_end, arena);
	if (text.at == NULL || line->fresh.at == NULL)
		return PW_ENOMEM;
	if (span_starts(body, line->fresh))
		*line = (struct notice_line){ .fresh = SPAN_NONE };
	return PW_OK;
}
