/* The tokens of CSS Syntax 3 (CRD 2021-12-24), section 4: how a run of bytes is cut into them. */
#include "css/css.h"

#include <pixelward/base/utf8.h>

#include <float.h>

/*
 * Classes of bytes. Preprocessing (section 3.3) is done here: CR, FF and CRLF are newlines, NUL is
 * U+FFFD, so a name may hold it. Every byte of a non-ASCII character is a name's: browsers know no
 * narrower set.
 */
#define START		1u	/* begins a name, goes on with it */
#define PLAIN		2u	/* goes on with a name and stands for itself */
#define DIGIT		4u
#define SPACE		8u
#define NEWLINE		16u
#define STRING_STOP	32u	/* needs a look inside a string */
#define URL_STOP	64u	/* needs a look inside an unquoted url */

static const unsigned char classes[256] = {
	[0x00]		= START | STRING_STOP | URL_STOP,
	[0x01 ... 0x08]	= URL_STOP,
	['\t']		= SPACE | URL_STOP,
	['\n']		= SPACE | NEWLINE | STRING_STOP | URL_STOP,
	[0x0b]		= URL_STOP,
	['\f']		= SPACE | NEWLINE | STRING_STOP | URL_STOP,
	['\r']		= SPACE | NEWLINE | STRING_STOP | URL_STOP,
	[0x0e ... 0x1f]	= URL_STOP,
	[' ']		= SPACE | URL_STOP,
	['"']		= STRING_STOP | URL_STOP,
	['\'']		= STRING_STOP | URL_STOP,
	['(']		= URL_STOP,
	[')']		= URL_STOP,
	['-']		= PLAIN,
	['0' ... '9']	= DIGIT | PLAIN,
	['A' ... 'Z']	= START | PLAIN,
	['\\']		= STRING_STOP | URL_STOP,
	['_']		= START | PLAIN,
	['a' ... 'z']	= START | PLAIN,
	[0x7f]		= URL_STOP,
	[0x80 ... 0xff]	= START | PLAIN,
};

static inline bool
is(const struct css_lexer *lexer, size_t i, unsigned int wanted)
{
	return i < lexer->text.len && (classes[(unsigned char)lexer->text.at[i]] & wanted) != 0;
}

/* Behind the run of wanted bytes at i. */
static inline size_t
run_end(const struct css_lexer *lexer, size_t i, unsigned int wanted)
{
	const char	*text = lexer->text.at;
	size_t		 len = lexer->text.len;

	while (i < len && (classes[(unsigned char)text[i]] & wanted) != 0)
		i++;
	return i;
}

static inline bool
is_char(const struct css_lexer *lexer, size_t i, char c)
{
	return i < lexer->text.len && lexer->text.at[i] == c;
}

/* Section 4.3.8. A backslash at the very end is valid: it stands for U+FFFD. */
static inline bool
escape_is_valid(const struct css_lexer *lexer, size_t i)
{
	return is_char(lexer, i, '\\') && !is(lexer, i + 1, NEWLINE);
}

static size_t
newline_end(const struct css_lexer *lexer, size_t i)
{
	return is_char(lexer, i, '\r') && is_char(lexer, i + 1, '\n') ? i + 2 : i + 1;
}

/* The place behind the escape whose backslash is at i (section 4.3.7). */
static size_t
escape_end(const struct css_lexer *lexer, size_t i)
{
	size_t first = ++i;

	if (i >= lexer->text.len)
		return i;
	while (i < lexer->text.len && i < first + 6 && ascii_hex(lexer->text.at[i]) >= 0)
		i++;
	if (i == first)
		return i + 1;
	return is(lexer, i, SPACE) ? newline_end(lexer, i) : i;
}

/* What the escape at i stands for; the bytes of a multi-byte character but its first are not its. */
static size_t
escape_put(const struct css_lexer *lexer, size_t i, char *out)
{
	uint32_t code = 0;
	size_t	 digits;

	i++;
	for (digits = 0; digits < 6 && i + digits < lexer->text.len; digits++) {
		int digit = ascii_hex(lexer->text.at[i + digits]);

		if (digit < 0)
			break;
		code = code << 4 | (uint32_t)digit;
	}
	if (digits == 0 && i < lexer->text.len && lexer->text.at[i] != '\0') {
		out[0] = lexer->text.at[i];
		return 1;
	}
	return utf8_encode(utf8_may_be_named(code) ? code : 0xfffd, out);
}

/* Each of the odd escapes and NULs makes the text at most two bytes longer. */
static struct span
text_undo(struct css_lexer *lexer, size_t begin, size_t end, size_t odd, bool in_string)
{
	char	*out = lexer->arena != NULL ? arena_alloc(lexer->arena, end - begin + 2 * odd) : NULL;
	size_t	 len = 0;

	if (out == NULL) {
		lexer->no_memory = true;
		return SPAN_NONE;
	}
	for (size_t i = begin; i < end;) {
		char c = lexer->text.at[i];

		if (c == '\0') {
			len += utf8_encode(0xfffd, out + len);
			i++;
		} else if (c != '\\') {
			out[len++] = c;
			i++;
		} else if (is(lexer, i + 1, NEWLINE)) {
			i = newline_end(lexer, i + 1);
		} else {
			if (i + 1 < lexer->text.len || !in_string)
				len += escape_put(lexer, i, out + len);
			i = escape_end(lexer, i);
		}
	}
	return (struct span){ out, len };
}

/* The text of [begin, end) as the standard reads it; copied only if it has escapes or NULs: odd counts them. */
static inline struct span
text_of(struct css_lexer *lexer, size_t begin, size_t end, size_t odd, bool in_string)
{
	if (odd != 0)
		return text_undo(lexer, begin, end, odd, in_string);
	return (struct span){ lexer->text.at + begin, end - begin };
}

static inline bool
starts_name(const struct css_lexer *lexer, size_t i)
{
	if (is_char(lexer, i, '-')) {
		i++;
		if (is_char(lexer, i, '-'))
			return true;
	}
	return is(lexer, i, START) || escape_is_valid(lexer, i);
}

static inline bool
starts_number(const struct css_lexer *lexer, size_t i)
{
	if (is_char(lexer, i, '+') || is_char(lexer, i, '-'))
		i++;
	return is(lexer, i, DIGIT) || (is_char(lexer, i, '.') && is(lexer, i + 1, DIGIT));
}

static struct span
name_take(struct css_lexer *lexer)
{
	size_t begin = lexer->at, i = begin, odd = 0;

	for (;;) {
		i = run_end(lexer, i, PLAIN);
		if (is(lexer, i, START))	/* NUL */
			i++;
		else if (escape_is_valid(lexer, i))
			i = escape_end(lexer, i);
		else
			break;
		odd++;
	}
	lexer->at = i;
	return text_of(lexer, begin, i, odd, false);
}

static enum css_token_type
string_take(struct css_lexer *lexer, struct css_token *token)
{
	char			quote = lexer->text.at[lexer->at];
	size_t			begin = lexer->at + 1, i = begin, odd = 0;
	enum css_token_type	type = CSS_STRING;
	bool			closed = false;

	for (;;) {
		while (i < lexer->text.len && !is(lexer, i, STRING_STOP))
			i++;
		if (i >= lexer->text.len)
			break;
		char c = lexer->text.at[i];
		if (c == quote) {
			closed = true;
			break;
		}
		if (is(lexer, i, NEWLINE)) {
			type = CSS_BAD_STRING;
			break;
		}
		if (c == '\\') {
			i = is(lexer, i + 1, NEWLINE) ? newline_end(lexer, i + 1) : escape_end(lexer, i);
			odd++;
		} else {
			odd += c == '\0';
			i++;
		}
	}
	token->value = text_of(lexer, begin, i, odd, true);
	lexer->at = i + closed;
	return type;
}

/* Section 4.3.14: up to ")", which an escape may hide. The value is all of it, for those who want to guess. */
static enum css_token_type
bad_url_take(struct css_lexer *lexer, struct css_token *token, size_t begin)
{
	size_t i = begin, odd = 0;

	while (i < lexer->text.len && lexer->text.at[i] != ')') {
		char c = lexer->text.at[i];

		odd += c == '\0' || c == '\\';
		i = escape_is_valid(lexer, i) ? escape_end(lexer, i) : i + 1;
	}
	token->value = text_of(lexer, begin, i, odd, false);
	lexer->at = i < lexer->text.len ? i + 1 : i;
	return CSS_BAD_URL;
}

/* Section 4.3.6; the lexer stands behind "url(". */
static enum css_token_type
url_take(struct css_lexer *lexer, struct css_token *token)
{
	size_t begin = lexer->at, i, end, odd = 0;

	begin = run_end(lexer, begin, SPACE);
	for (i = begin;;) {
		while (i < lexer->text.len && !is(lexer, i, URL_STOP))
			i++;
		if (is_char(lexer, i, '\0'))
			i++;
		else if (escape_is_valid(lexer, i))
			i = escape_end(lexer, i);
		else
			break;
		odd++;
	}
	end = i;
	i = run_end(lexer, i, SPACE);
	if (i < lexer->text.len && lexer->text.at[i] != ')')
		return bad_url_take(lexer, token, begin);
	token->value = text_of(lexer, begin, end, odd, false);
	lexer->at = i < lexer->text.len ? i + 1 : i;
	return CSS_URL;
}

static enum css_token_type
name_like_take(struct css_lexer *lexer, struct css_token *token)
{
	token->value = name_take(lexer);
	if (!is_char(lexer, lexer->at, '('))
		return CSS_IDENT;
	lexer->at++;
	if (token->value.len != 3 || !span_eq_nocase(token->value, SPAN("url")))
		return CSS_FUNCTION;
	size_t i = run_end(lexer, lexer->at, SPACE);
	if (is_char(lexer, i, '"') || is_char(lexer, i, '\''))
		return CSS_FUNCTION;
	return url_take(lexer, token);
}

static double
number_scale(double mantissa, long exponent)
{
	double	power = 1, base = 10;

	if (mantissa == 0)
		return 0;
	/* Beyond this every double is 0 or too large, whatever its mantissa. */
	if (exponent > 400)
		exponent = 400;
	if (exponent < -400)
		exponent = -400;
	for (unsigned long n = (unsigned long)(exponent < 0 ? -exponent : exponent); n > 0; n >>= 1) {
		if ((n & 1) != 0)
			power *= base;
		base *= base;
	}
	mantissa = exponent < 0 ? mantissa / power : mantissa * power;
	return mantissa > DBL_MAX ? DBL_MAX : mantissa;
}

static double
number_take(struct css_lexer *lexer)
{
	double	mantissa = 0;
	long	exponent = 0, written = 0;	/* a text has fewer digits than a long can count */
	size_t	i = lexer->at;
	bool	negative = is_char(lexer, i, '-');

	if (negative || is_char(lexer, i, '+'))
		i++;
	for (; is(lexer, i, DIGIT); i++) {
		if (mantissa < 1e17)
			mantissa = mantissa * 10 + (lexer->text.at[i] - '0');
		else
			exponent++;
	}
	if (is_char(lexer, i, '.') && is(lexer, i + 1, DIGIT)) {
		for (i++; is(lexer, i, DIGIT); i++) {
			if (mantissa >= 1e17)
				continue;
			mantissa = mantissa * 10 + (lexer->text.at[i] - '0');
			exponent--;
		}
	}
	if (is_char(lexer, i, 'e') || is_char(lexer, i, 'E')) {
		bool	minus = is_char(lexer, i + 1, '-');
		size_t	digits = minus || is_char(lexer, i + 1, '+') ? i + 2 : i + 1;

		if (is(lexer, digits, DIGIT)) {
			for (i = digits; is(lexer, i, DIGIT); i++)
				if (written < 1000000000)
					written = written * 10 + (lexer->text.at[i] - '0');
			exponent += minus ? -written : written;
		}
	}
	lexer->at = i;
	mantissa = number_scale(mantissa, exponent);
	return negative ? -mantissa : mantissa;
}

static enum css_token_type
numeric_take(struct css_lexer *lexer, struct css_token *token)
{
	token->number = number_take(lexer);
	if (starts_name(lexer, lexer->at)) {
		token->value = name_take(lexer);
		return CSS_DIMENSION;
	}
	if (is_char(lexer, lexer->at, '%')) {
		lexer->at++;
		return CSS_PERCENTAGE;
	}
	return CSS_NUMBER;
}

static void
comments_skip(struct css_lexer *lexer)
{
	while (is_char(lexer, lexer->at, '/') && is_char(lexer, lexer->at + 1, '*')) {
		size_t star = span_find_char(lexer->text, '*', lexer->at + 2);

		while (star < lexer->text.len && !is_char(lexer, star + 1, '/'))
			star = span_find_char(lexer->text, '*', star + 1);
		lexer->at = star < lexer->text.len ? star + 2 : star;
	}
}

static bool
is_text(const struct css_lexer *lexer, struct span wanted)
{
	return span_starts(span_from(lexer->text, lexer->at), wanted);
}

static enum css_token_type
take(struct css_lexer *lexer, enum css_token_type type, size_t bytes)
{
	lexer->at += bytes;
	return type;
}

static enum css_token_type
delim_take(struct css_lexer *lexer, struct css_token *token)
{
	token->delim = lexer->text.at[lexer->at];
	return take(lexer, CSS_DELIM, 1);
}

/* Section 4.3.1, for the bytes that begin nothing by themselves. */
static enum css_token_type
sign_take(struct css_lexer *lexer, struct css_token *token)
{
	size_t i = lexer->at;

	switch (lexer->text.at[i]) {
	case '#':
		if (!is(lexer, i + 1, START | PLAIN) && !escape_is_valid(lexer, i + 1))
			break;
		lexer->at++;
		token->value = name_take(lexer);
		return CSS_HASH;
	case '@':
		if (!starts_name(lexer, i + 1))
			break;
		lexer->at++;
		token->value = name_take(lexer);
		return CSS_AT_KEYWORD;
	case '+':
	case '.':
		if (starts_number(lexer, i))
			return numeric_take(lexer, token);
		break;
	case '-':
		if (starts_number(lexer, i))
			return numeric_take(lexer, token);
		if (is_text(lexer, SPAN("-->")))
			return take(lexer, CSS_CDC, 3);
		if (starts_name(lexer, i))
			return name_like_take(lexer, token);
		break;
	case '<':
		if (is_text(lexer, SPAN("<!--")))
			return take(lexer, CSS_CDO, 4);
		break;
	case '\\':
		if (escape_is_valid(lexer, i))
			return name_like_take(lexer, token);
		break;
	}
	return delim_take(lexer, token);
}

/* Bytes that are a token by themselves; CSS_EOF: the others. */
static const unsigned char singles[256] = {
	['('] = CSS_OPEN_PAREN,		[')'] = CSS_CLOSE_PAREN,
	['['] = CSS_OPEN_SQUARE,	[']'] = CSS_CLOSE_SQUARE,
	['{'] = CSS_OPEN_BRACE,		['}'] = CSS_CLOSE_BRACE,
	[','] = CSS_COMMA,		[':'] = CSS_COLON,
	[';'] = CSS_SEMICOLON,
};

static enum css_token_type
token_take(struct css_lexer *lexer, struct css_token *token)
{
	unsigned char	c = (unsigned char)lexer->text.at[lexer->at];
	unsigned int	class = classes[c];

	if ((class & START) != 0)
		return name_like_take(lexer, token);
	if ((class & SPACE) != 0) {
		lexer->at = run_end(lexer, lexer->at + 1, SPACE);
		return CSS_WHITESPACE;
	}
	if (singles[c] != CSS_EOF)
		return take(lexer, (enum css_token_type)singles[c], 1);
	if ((class & DIGIT) != 0)
		return numeric_take(lexer, token);
	if (c == '"' || c == '\'')
		return string_take(lexer, token);
	return sign_take(lexer, token);
}

void
css_lexer_init(struct css_lexer *lexer, struct span text, struct arena *arena, uint64_t max_tokens)
{
	*lexer = (struct css_lexer){ .text = text, .arena = arena, .tokens_left = max_tokens };
}

void
css_next(struct css_lexer *lexer, struct css_token *token)
{
	for (;;) {
		if (is_char(lexer, lexer->at, '/'))
			comments_skip(lexer);
		if (!lexer->skip_space || !is(lexer, lexer->at, SPACE))
			break;
		lexer->at = run_end(lexer, lexer->at + 1, SPACE);
	}
	token->type = CSS_EOF;
	token->begin = token->end = lexer->at;
	token->value = SPAN_NONE;
	token->number = 0;
	token->delim = '\0';
	if (lexer->at >= lexer->text.len || lexer->no_memory)
		return;
	if (lexer->tokens_left == 0) {
		lexer->spent = true;
		return;
	}
	lexer->tokens_left--;
	enum css_token_type type = token_take(lexer, token);
	token->end = lexer->at;
	if (!lexer->no_memory)
		token->type = type;
}
