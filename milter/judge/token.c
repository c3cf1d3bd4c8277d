#include "token.h"

#include <string.h>

#include "digest.h"
#include "needle.h"

/* A shorter local part is too often a word of its own. */
#define LEAST_LOCAL	5
#define MOST_RECIPIENT	512	/* bytes; RFC 5321 allows 254 */
/* URL text of one message. Newsletters have some ten thousand bytes of it. */
#define MOST_URL_BYTES	((size_t)4 << 20)
/* What a digest or an encoded local part needs at least. */
#define LEAST_HEX	(2 * LEAST_LOCAL)
#define LEAST_BASE64	7

enum kind {
	KIND_ADDRESS,
	KIND_DISTINCT,	/* a local part with a digit or a separator: nobody's word */
	KIND_WORD,	/* a local part that may be a word: it must stand alone */
	KIND_ROT13 = 4,	/* or-ed */
};

struct tokens {
	struct arena	*arena;
	struct needles	*needles;
	struct digests	*digests;
	size_t		 bytes_left;
	char		*scratch[4];
	size_t		 room;
	struct span	 last_url;	/* the same URL comes often: in src and in VML, in each reading */
	struct token	 last;
};

/* Local parts that many have, and that paths are full of (RFC 2142, and habit): they name nobody. */
static const char *const roles[] = {
	"abuse", "account", "accounts", "admin", "administrator", "alerts", "assets", "billing", "bounce", "bureau",
	"careers", "cloud", "contact", "content", "default", "editor", "email", "emails", "enquiries", "event", "events",
	"feedback", "finance", "front", "hello", "helpdesk", "hostmaster", "image", "images", "index", "inquiries",
	"invoice", "kontakt", "legal", "list", "lists", "login", "mailer", "marketing", "media", "member", "members",
	"messages", "newsletter", "newsletters", "notification", "notifications", "office", "offers", "order", "orders",
	"postmaster", "presse", "press", "privacy", "public", "redaktion", "register", "reply", "sales", "secretariat",
	"secretary", "security", "sekretariat", "service", "services", "static", "status", "store", "support", "system",
	"team", "track", "upload", "uploads", "usenet", "users", "verify", "webmaster", "welcome",
};

static bool
is_role(struct span local)
{
	return span_is_any(local, roles, NITEMS(roles));
}

static bool
is_alnum(char c)
{
	return ascii_alpha(c) || ascii_digit(c);
}

static bool
is_distinct(struct span local)
{
	for (size_t i = 0; i < local.len; i++)
		if (!ascii_alpha(local.at[i]))
			return true;
	return false;
}

static char
rot13(char c)
{
	if (!ascii_alpha(c))
		return c;
	char first = c >= 'a' ? 'a' : 'A';
	return (char)(first + (c - first + 13) % 26);
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static struct span
mapped(struct arena *arena, struct span s, char (*map)(char))
{
	struct span	copy = arena_copy(arena, s);
	char		*at = (char *)(uintptr_t)copy.at;

	for (size_t i = 0; i < copy.len; i++)
		at[i] = map(at[i]);
	return copy;
}

/* What is known of the recipients while it is collected. */
struct roll {
	struct arena	*arena;
	struct needle	*needles;
	size_t		 needle_count;
	struct digests	*digests;
	bool		 no_memory;
};

/* Of one recipient: address, local=domain and local part, with and without +tag, each in rot13 too. */
#define MOST_NEEDLES	12
#define MOST_VALUES	10

static void
add_needle(struct roll *roll, struct span text, unsigned kind)
{
	struct span lower = arena_lower(roll->arena, text), turned = mapped(roll->arena, lower, rot13);

	if (lower.at == NULL || turned.at == NULL) {
		roll->no_memory = true;
		return;
	}
	if (text.len == 0)
		return;
	roll->needles[roll->needle_count++] = (struct needle){ lower, kind };
	roll->needles[roll->needle_count++] = (struct needle){ turned, kind | KIND_ROT13 };
}

static void
add_digests(struct roll *roll, struct span text, unsigned kind, bool with_upper)
{
	struct span lower = arena_lower(roll->arena, text);

	if (lower.at == NULL) {
		roll->no_memory = true;
		return;
	}
	if (text.len == 0)
		return;
	digests_add(roll->digests, lower, kind);
	if (!span_eq(lower, text))
		digests_add(roll->digests, text, kind);
	if (!with_upper)
		return;
	struct span loud = mapped(roll->arena, lower, upper);
	if (loud.at != NULL)
		digests_add(roll->digests, loud, kind);
	else
		roll->no_memory = true;
}

static void
add_mailbox(struct roll *roll, struct span local, struct span domain)
{
	struct span address = arena_printf(roll->arena, "%.*s@%.*s", SPAN_ARG(local), SPAN_ARG(domain));
	struct span verp = arena_printf(roll->arena, "%.*s=%.*s", SPAN_ARG(local), SPAN_ARG(domain));

	if (address.at == NULL || verp.at == NULL) {
		roll->no_memory = true;
		return;
	}
	if (domain.len > 0) {
		add_needle(roll, address, KIND_ADDRESS);
		add_needle(roll, verp, KIND_ADDRESS);
		add_digests(roll, address, KIND_ADDRESS, true);
	}
	if (local.len >= LEAST_LOCAL && !is_role(local))
		add_needle(roll, local, is_distinct(local) ? KIND_DISTINCT : KIND_WORD);
	/* A digest is nobody's word, however short what it was made of. */
	add_digests(roll, local, KIND_DISTINCT, false);
}

static void
add_recipient(struct roll *roll, struct span recipient)
{
	size_t at;

	recipient = span_trim(recipient);
	if (recipient.len == 0 || recipient.len > MOST_RECIPIENT)
		return;
	for (at = recipient.len; at > 0 && recipient.at[at - 1] != '@';)
		at--;
	struct span	local = at > 0 ? span_cut(recipient, 0, at - 1) : recipient;
	struct span	domain = at > 0 ? span_from(recipient, at) : SPAN_NONE;
	size_t		plus = span_find_char(local, '+', 0);

	add_mailbox(roll, local, domain);
	if (plus > 0 && plus < local.len)
		add_mailbox(roll, span_cut(local, 0, plus), domain);
}

struct tokens *
tokens_new(const struct message *message, struct arena *arena)
{
	struct tokens	*tokens = arena_alloc(arena, sizeof(*tokens));
	struct roll	 roll = { .arena = arena };

	if (tokens == NULL)
		return NULL;
	roll.needles = arena_array(arena, message->recipient_count, MOST_NEEDLES * sizeof(*roll.needles));
	roll.digests = digests_new(arena, message->recipient_count * MOST_VALUES);
	if (roll.needles != NULL && roll.digests != NULL)
		for (size_t i = 0; i < message->recipient_count && !roll.no_memory; i++)
			add_recipient(&roll, message->recipients[i]);
	digests_finish(roll.digests);
	if (roll.needles == NULL || roll.digests == NULL || roll.no_memory)
		return NULL;
	tokens->arena = arena;
	tokens->digests = roll.digests;
	tokens->needles = needles_new(arena, roll.needles, roll.needle_count);
	tokens->bytes_left = MOST_URL_BYTES;
	return tokens->needles != NULL ? tokens : NULL;
}

/* One text in which something may stand: a URL, or what was decoded from it. */
struct view {
	struct tokens	*tokens;
	struct token	*token;		/* where a find is noted */
	struct token	*second;	/* a local part: it counts if nothing better is found in any view */
	size_t		 host_end;	/* dots before it part labels */
	const char	*form, *inside;
};

static bool
parts_words(struct span text, size_t at, const struct view *view)
{
	char c = text.at[at];

	if (c == '.' && at < view->host_end)
		return true;
	return c == '\0' || (!is_alnum(c) && strchr("-_.+@%", c) == NULL);
}

/* Does the local part stand by itself, text[begin, end)? */
static bool
is_apart(struct span text, size_t begin, size_t end, unsigned kind, const struct view *view)
{
	if (kind == KIND_DISTINCT)
		return (begin == 0 || !is_alnum(text.at[begin - 1])) && (end == text.len || !is_alnum(text.at[end]));
	return (begin == 0 || parts_words(text, begin - 1, view)) && (end == text.len || parts_words(text, end, view));
}

static struct token
token_of(const struct view *view, const struct needle *needle, bool local)
{
	return (struct token){ .found = true, .local = local,
	    .form = (needle->kind & KIND_ROT13) != 0 ? "rot13" : view->form, .inside = view->inside };
}

static bool
accept(struct span text, size_t begin, size_t end, const struct needle *needle, const void *context)
{
	const struct view	*view = context;
	unsigned		 kind = needle->kind & ~(unsigned)KIND_ROT13;

	/* A whole address is nothing else, whatever stands beside it. */
	if (kind == KIND_ADDRESS)
		return true;
	/* It may yet turn out to be the beginning of the address. */
	if (!view->second->found && is_apart(text, begin, end, kind, view))
		*view->second = token_of(view, needle, true);
	return false;
}

static bool
look_for_needles(const struct view *view, struct span lower)
{
	const struct needle *needle = needles_find(view->tokens->needles, lower, accept, view);

	if (needle != NULL)
		*view->token = token_of(view, needle, false);
	return needle != NULL;
}

static bool
look_for_digests(const struct view *view, struct span bytes)
{
	const struct digest *digest = digests_find(view->tokens->digests, bytes);

	if (digest == NULL)
		return false;
	*view->token = (struct token){ .found = true, .local = digest->kind != KIND_ADDRESS, .form = digest->name,
	    .inside = view->inside };
	return true;
}

/* A text in its own case: it is folded into scratch. */
static bool
look_at_text(const struct view *view, struct span text, char *scratch)
{
	for (size_t i = 0; i < text.len; i++)
		scratch[i] = ascii_lower(text.at[i]);
	return look_for_needles(view, (struct span){ scratch, text.len });
}

/* Decoded bytes, folded in place. */
static bool
look_at_bytes(const struct view *view, char *bytes, size_t len)
{
	if (look_for_digests(view, (struct span){ bytes, len }))
		return true;
	return look_at_text(view, (struct span){ bytes, len }, bytes);
}

/*
 * The values of letters, plus 1; 0: no letter of the alphabet. Tables, since every byte of every URL is asked
 * several times. base64 has both alphabets of RFC 4648 at once: no text needs both.
 */
static const unsigned char base64_values[256] = {
	[0x20] = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 63, 0, 63, 0, 64,
	[0x30] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 0, 0, 0, 0, 0, 0,
	[0x40] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	[0x50] = 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0, 0, 0, 0, 64,
	[0x60] = 0, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
	[0x70] = 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 0, 0, 0, 0, 0,
};
static const unsigned char hex_values[256] = {
	[0x30] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0, 0, 0,
	[0x40] = 0, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	[0x60] = 0, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static bool
is_base64(char c)
{
	return base64_values[(unsigned char)c] != 0;
}

static bool
is_hex(char c)
{
	return hex_values[(unsigned char)c] != 0;
}

static unsigned
hex_value(char c)
{
	return hex_values[(unsigned char)c] - 1u;
}

static size_t
percent_decode(struct span text, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '%' && i + 2 < text.len && is_hex(text.at[i + 1]) && is_hex(text.at[i + 2])) {
			out[len++] = (char)(unsigned char)(hex_value(text.at[i + 1]) << 4 | hex_value(text.at[i + 2]));
			i += 2;
		} else
			out[len++] = text.at[i];
	}
	return len;
}

/* The run of digits from from on, read from either of its first two: a digest may follow another digit. */
static bool
look_at_hex_run(const struct view *view, struct span run, char *scratch)
{
	for (size_t phase = 0; phase < 2; phase++) {
		size_t len = 0;

		for (size_t i = phase; i + 1 < run.len; i += 2)
			scratch[len++] = (char)(unsigned char)(hex_value(run.at[i]) << 4 | hex_value(run.at[i + 1]));
		if (look_at_bytes(view, scratch, len))
			return true;
	}
	return false;
}

/* Runs of at least so many digits: a byte in so many is asked until one of them is a digit. */
static bool
look_at_hex(const struct view *outer, struct span text, size_t least, char *scratch)
{
	struct view view = *outer;

	view.form = "hexadecimal";
	view.host_end = 0;
	for (size_t at = least - 1; at < text.len; at += least) {
		size_t begin = at, end = at;

		if (!is_hex(text.at[at]))
			continue;
		while (begin > 0 && is_hex(text.at[begin - 1]))
			begin--;
		while (end < text.len && is_hex(text.at[end]))
			end++;
		if (end - begin >= least && look_at_hex_run(&view, span_cut(text, begin, end), scratch))
			return true;
		at = end;
	}
	return false;
}

static size_t
base64_decode(struct span text, char *out)
{
	uint32_t	bits = 0;
	unsigned	count = 0;
	size_t		len = 0;

	for (size_t i = 0; i < text.len; i++) {
		bits = bits << 6 | (base64_values[(unsigned char)text.at[i]] - 1u);
		count += 6;
		if (count >= 8) {
			count -= 8;
			out[len++] = (char)(unsigned char)(bits >> count);
		}
	}
	return len;
}

static bool
look_at_base64(const struct view *outer, struct span text, char *decoded, char *scratch)
{
	struct view	view = *outer, within = *outer;
	size_t		len = base64_decode(text, decoded);

	view.form = "base64";
	view.host_end = 0;
	within.inside = "base64";
	if (look_for_digests(&within, (struct span){ decoded, len }) ||
	    look_at_hex(&within, (struct span){ decoded, len }, 2 * DIGEST_BYTES, scratch))
		return true;
	if (look_at_text(&view, (struct span){ decoded, len }, scratch))
		return true;
	return memchr(decoded, '%', len) != NULL &&
	    look_at_bytes(&view, scratch, percent_decode((struct span){ decoded, len }, scratch));
}

/*
 * A run of the alphabet's letters. What parts the pieces of a URL ("/", "-", "_") is in the alphabet too, so
 * the run is read from each of its first four letters on: one of them is in step with the piece. Beside it the
 * signs decode to bytes that are no letters, so that a local part stands apart there as well.
 */
static bool
look_at_base64_run(const struct view *view, struct span run, char *decoded, char *scratch)
{
	for (size_t phase = 0; phase < 4; phase++)
		if (look_at_base64(view, span_from(run, phase), decoded, scratch))
			return true;
	return false;
}

static bool
look_at_encoded(const struct view *view, struct span text)
{
	char *decoded = view->tokens->scratch[2], *scratch = view->tokens->scratch[3];

	if (look_at_hex(view, text, LEAST_HEX, scratch))
		return true;
	for (size_t from = 0, end; from < text.len; from = end + 1) {
		for (end = from; end < text.len && is_base64(text.at[end]); end++)
			;
		if (end - from >= LEAST_BASE64 &&
		    look_at_base64_run(view, span_cut(text, from, end), decoded, scratch))
			return true;
	}
	return false;
}

/* A digest too long for one label goes over several. */
static bool
look_at_host(const struct view *view, struct span host)
{
	char	*joined = view->tokens->scratch[0];
	size_t	 len = 0;

	for (size_t i = 0; i < host.len; i++)
		if (host.at[i] != '.')
			joined[len++] = host.at[i];
	return look_at_hex(view, (struct span){ joined, len }, 2 * DIGEST_BYTES, view->tokens->scratch[3]);
}

static bool
look_at_url(struct view *view, struct span text, struct span host)
{
	static const char *const forms[] = { "plain", "percent-encoded", "percent-encoded twice" };
	char			*decoded[] = { view->tokens->scratch[0], view->tokens->scratch[1] };

	if (look_at_host(view, host))
		return true;
	for (size_t round = 0;; round++) {
		bool	more = round < NITEMS(decoded) && memchr(text.at, '%', text.len) != NULL;
		size_t	len = more ? percent_decode(text, decoded[round]) : text.len;

		more = more && len < text.len;	/* else a % that escapes nothing */
		view->form = forms[round];
		if (look_at_text(view, text, view->tokens->scratch[3]))
			return true;
		/* Not before the first decoding: an escape parts the letters of an encoding. */
		if ((round > 0 || !more) && look_at_encoded(view, text))
			return true;
		if (!more)
			return false;
		text = (struct span){ decoded[round], len };
	}
}

static bool
scratch_reserve(struct tokens *tokens, size_t bytes)
{
	size_t room = tokens->room * 2 > bytes ? tokens->room * 2 : bytes;

	if (bytes <= tokens->room)
		return true;
	for (size_t i = 0; i < NITEMS(tokens->scratch); i++) {
		tokens->scratch[i] = arena_alloc(tokens->arena, room);
		if (tokens->scratch[i] == NULL) {
			tokens->room = 0;
			return false;
		}
	}
	tokens->room = room;
	return true;
}

enum pw_err
tokens_find(struct tokens *tokens, struct span url, struct span host, uint32_t path_at, struct token *token)
{
	size_t		colon = span_find_char(url, ':', 0);
	size_t		begin = colon < url.len ? colon + 1 : 0;	/* behind the scheme */
	struct token	second = { 0 };
	struct view	view = { .tokens = tokens, .token = token, .second = &second };

	if (url.len > 0 && span_eq(url, tokens->last_url)) {
		*token = tokens->last;
		return PW_OK;
	}
	*token = (struct token){ 0 };
	if (url.len > tokens->bytes_left) {
		tokens->bytes_left = 0;
		token->unread = true;
		return PW_OK;
	}
	tokens->bytes_left -= url.len;
	if (!scratch_reserve(tokens, url.len + host.len + 1))
		return PW_ENOMEM;
	view.host_end = path_at >= begin && path_at <= url.len ? path_at - begin : url.len;
	if (url.len > begin)
		look_at_url(&view, span_from(url, begin), host);
	if (!token->found)
		*token = second;
	tokens->last_url = url;
	tokens->last = *token;
	return PW_OK;
}
