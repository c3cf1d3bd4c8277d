#include "group.h"

#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define MOST_MEMBERS	1000000		/* of all groups together */
#define LOCAL_BYTES	512		/* RFC 5321 allows 64; letters may grow when their case is folded */
#define KEY_BYTES	(LOCAL_BYTES + 1 + DOMAIN_BYTES + 1)

void
group_set_init(struct group_set *set)
{
	*set = (struct group_set){ .members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
}

void
group_set_fini(struct group_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->names[i]);
	g_hash_table_destroy(set->members);
	*set = (struct group_set){ .count = 0 };
}

/* --- addresses as they are compared --- */

/* "a b\@"@x is a b@@x (RFC 5321, 4.1.2). */
static size_t
unquote(struct span local, char plain[LOCAL_BYTES + 1])
{
	bool	quoted = local.len >= 2 && local.at[0] == '"' && local.at[local.len - 1] == '"';
	size_t	len = 0;

	if (quoted)
		local = span_cut(local, 1, local.len - 1);
	for (size_t i = 0; i < local.len && len < LOCAL_BYTES; i++) {
		if (quoted && local.at[i] == '\\' && i + 1 < local.len)
			i++;
		plain[len++] = local.at[i];
	}
	plain[len] = '\0';
	return len;
}

/* at is NULL: no local part that a group could hold. */
static struct span
local_normal(struct span local, char normal[LOCAL_BYTES + 1])
{
	bool ascii = true;

	if (local.len > LOCAL_BYTES || (local.len > 0 && memchr(local.at, '\0', local.len) != NULL))
		return SPAN_NONE;
	size_t len = unquote(local, normal);
	for (size_t i = 0; i < len; i++) {
		ascii = ascii && (unsigned char)normal[i] < 0x80;
		normal[i] = ascii_lower(normal[i]);
	}
	if (ascii)
		return (struct span){ normal, len };
	if (!g_utf8_validate(normal, (gssize)len, NULL))
		return SPAN_NONE;
	/* One spelling of letters with accents, since keyboards differ in it. */
	char	*folded = g_utf8_casefold(normal, (gssize)len);
	char	*composed = g_utf8_normalize(folded, -1, G_NORMALIZE_DEFAULT_COMPOSE);
	size_t	 bytes = composed != NULL ? strlen(composed) : LOCAL_BYTES + 1;

	if (bytes <= LOCAL_BYTES)
		memcpy(normal, composed, bytes + 1);
	g_free(folded);
	g_free(composed);
	return bytes <= LOCAL_BYTES ? (struct span){ normal, bytes } : SPAN_NONE;
}

static const char *
key_of(struct span local, struct span domain, char key[KEY_BYTES])
{
	memcpy(key, local.at != NULL ? local.at : "", local.len);
	key[local.len] = '@';
	memcpy(key + local.len + 1, domain.at, domain.len);
	key[local.len + 1 + domain.len] = '\0';
	return key;
}

/* --- questions --- */

static groups
member_groups(const struct group_set *set, struct span local, struct span domain)
{
	char		 key[KEY_BYTES];
	const groups	*found = g_hash_table_lookup(set->members, key_of(local, domain, key));

	return found != NULL ? *found : 0;
}

groups
group_set_of(const struct group_set *set, struct span mailbox)
{
	char		ascii[DOMAIN_BYTES + 1], lower[DOMAIN_BYTES + 1], normal[LOCAL_BYTES + 1];
	struct span	written = domain_of_mailbox(mailbox), domain = domain_to_ascii(written, ascii), local;
	groups		found;

	if (set->count == 0)
		return 0;
	if (domain.len > 1 && domain.at[domain.len - 1] == '.')
		domain.len--;
	if (domain.len == 0 || domain.len > DOMAIN_BYTES || memchr(domain.at, '\0', domain.len) != NULL)
		return 0;
	for (size_t i = 0; i < domain.len; i++)
		lower[i] = ascii_lower(domain.at[i]);
	domain.at = lower;
	found = member_groups(set, SPAN_NONE, domain);
	local = span_trim(span_cut(mailbox, 0, (size_t)(written.at - mailbox.at)));
	while (local.len > 0 && local.at[local.len - 1] != '@')
		local.len--;
	local = span_cut(local, 0, local.len > 0 ? local.len - 1 : 0);
	/* A source route means nothing anymore (RFC 5321, appendix F.2). */
	if (local.len > 0 && local.at[0] == '@') {
		size_t colon = span_find_char(local, ':', 0);
		local = span_from(local, colon < local.len ? colon + 1 : 0);
	}
	local = local_normal(local, normal);
	if (local.len == 0)
		return found;
	size_t tag = span_find_char(local, '+', 0);
	if (tag > 0 && tag < local.len)
		found |= member_groups(set, span_cut(local, 0, tag), domain);
	return found | member_groups(set, local, domain);
}

groups
group_set_named(const struct group_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (span_is(span_of(name), set->names[i]))
			return (groups)1 << i;
	return 0;
}

const char *
group_set_name(const struct group_set *set, groups of)
{
	for (size_t i = 0; i < set->count; i++)
		if ((of >> i & 1) != 0)
			return set->names[i];
	return NULL;
}

/* --- files --- */

/* What may stand in a local part without quotes (RFC 5321, 4.1.2; RFC 6531), but *: *mistaken is the first else. */
static bool
is_local(struct span local, size_t *mistaken)
{
	for (*mistaken = 0; *mistaken < local.len; ++*mistaken) {
		char c = local.at[*mistaken];

		if (!ascii_alpha(c) && !ascii_digit(c) && (unsigned char)c < 0x80 &&
		    strchr(".!#$%&'+-/=?^_`{|}~", c) == NULL)
			return false;
	}
	return true;
}

/* What people write for "all of them". True: it was told. */
static bool
is_pattern(struct lines *lines, const struct line_word *word, struct span local, struct span domain)
{
	if (span_eq(local, SPAN("*")) && domain.len > 0 && domain.at[0] != '*' && domain.at[0] != '.')
		lines_mistake(lines, word->at, "'%.*s' is a pattern; write @%.*s for everybody there", SHOWN(word->text),
		    SHOWN(domain));
	else if (memchr(word->text.at, '*', word->text.len) != NULL || (domain.len > 0 && domain.at[0] == '.'))
		lines_mistake(lines, word->at, "'%.*s' is a pattern; write each address, or @ and each domain, on a line of "
		    "its own", SHOWN(word->text));
	else
		return false;
	return true;
}

/* False: no more of them fit. */
static bool
member_add(struct group_set *set, struct span local, struct span domain, groups bit)
{
	char	 key[KEY_BYTES];
	groups	*member = g_hash_table_lookup(set->members, key_of(local, domain, key));

	if (member == NULL && g_hash_table_size(set->members) == MOST_MEMBERS)
		return false;
	if (member == NULL) {
		member = g_new0(groups, 1);
		g_hash_table_insert(set->members, g_strdup(key), member);
	}
	*member |= bit;
	return true;
}

static void
address_add(struct group_set *set, struct lines *lines, const struct line_word *word, groups bit)
{
	char		lower[DOMAIN_BYTES + 1], normal[LOCAL_BYTES + 1];
	size_t		sign = word->text.len, bad;

	while (sign > 0 && word->text.at[sign - 1] != '@')
		sign--;
	if (sign == 0) {
		lines_mistake(lines, word->at, "'%.*s' is no address; write user@domain, or @domain for everybody there",
		    SHOWN(word->text));
		return;
	}
	struct span local = span_cut(word->text, 0, sign - 1), domain = span_from(word->text, sign);
	if (is_pattern(lines, word, local, domain))
		return;
	if (!is_local(local, &bad)) {
		lines_mistake(lines, word->at + bad, "'%.*s' is no address; write user@domain without quotes, brackets and "
		    "commas", SHOWN(word->text));
		return;
	}
	bool anybody = local.len == 0;
	local = local_normal(local, normal);
	if (local.at == NULL) {
		lines_mistake(lines, word->at, "'%.*s' has no user in UTF-8 of at most %d bytes; write user@domain",
		    SHOWN(word->text), LOCAL_BYTES);
		return;
	}
	domain = lines_domain(lines, word->at + sign, domain, lower);
	if (domain.at != NULL && !member_add(set, anybody ? SPAN_NONE : local, domain, bit)) {
		lines_mistake(lines, word->at, "'%.*s' is one address too many; write at most %d in all groups, or domains",
		    SHOWN(word->text), MOST_MEMBERS);
		lines->rest = SPAN_NONE;
	}
}

enum pw_err
group_set_read(struct group_set *set, const char *file, const char *name, struct span text, struct buf *report)
{
	struct lines		lines;
	struct line_word	word;

	set->names[set->count] = strdup(name);
	if (set->names[set->count] == NULL)
		return PW_ENOMEM;
	groups bit = (groups)1 << set->count++;
	lines_init(&lines, file, "address", text, report);
	while (lines_next(&lines, &word))
		if (!word.directive)	/* a comment like any other here */
			address_add(set, &lines, &word, bit);
	return lines_end(&lines);
}
