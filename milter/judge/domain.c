#include "domain.h"

#include <glib.h>
#include <string.h>

#define MOST_LABEL_BYTES	63
#define MOST_NATIVE_BYTES	1024	/* UTF-8 of a name that may still fit when it is in A-labels */

bool
domain_is_name(struct span domain, size_t *bad)
{
	size_t label = 0;

	for (*bad = 0; *bad < domain.len; ++*bad) {
		char c = domain.at[*bad];

		if (c == '.' && (label == 0 || domain.at[*bad - 1] == '-'))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > MOST_LABEL_BYTES || (c != '.' && c != '-' && c != '_' && !ascii_alpha(c) && !ascii_digit(c)))
			return false;
	}
	return label > 0 && domain.len <= DOMAIN_BYTES;
}

struct span
domain_to_ascii(struct span domain, char ascii[DOMAIN_BYTES + 1])
{
	bool native = false;

	for (size_t i = 0; i < domain.len; i++)
		native = native || (unsigned char)domain.at[i] >= 0x80;
	if (!native)
		return domain;
	if (domain.len > MOST_NATIVE_BYTES)
		return SPAN_NONE;
	char	*utf8 = g_strndup(domain.at, domain.len);
	char	*converted = g_utf8_validate(utf8, -1, NULL) ? g_hostname_to_ascii(utf8) : NULL;
	size_t	 len = converted != NULL ? strlen(converted) : 0;

	if (len > 0 && len <= DOMAIN_BYTES)
		memcpy(ascii, converted, len + 1);
	else
		len = 0;
	g_free(converted);
	g_free(utf8);
	return len > 0 ? (struct span){ ascii, len } : SPAN_NONE;
}

struct span
domain_of_mailbox(struct span mailbox)
{
	size_t at = mailbox.len;

	while (at > 0 && mailbox.at[at - 1] != '@')
		at--;
	return at > 0 ? span_trim(span_from(mailbox, at)) : SPAN_NONE;
}
