#include "url/host.h"
#include "url/address.h"
#include "url/idna.h"
#include "url/text.h"

#include <pixelward/base/utf8.h>

static enum pw_err
opaque_parse(struct span written, struct arena *arena, struct span *host)
{
	size_t encoded = 0;

	for (size_t i = 0; i < written.len; i++) {
		if (url_is(written.at[i], URL_NOT_IN_HOST))
			return PW_ESYNTAX;
		encoded += url_is(written.at[i], URL_ENCODE_C0);
	}
	struct url_out out = { .capacity = written.len + 2 * encoded };
	out.at = arena_alloc(arena, out.capacity);
	if (out.at == NULL)
		return PW_ENOMEM;
	url_out_encode(&out, written, URL_ENCODE_C0);
	*host = (struct span){ out.at, out.len };
	return PW_OK;
}

static enum pw_err
copy_to_arena(struct span s, struct arena *arena, struct span *copy)
{
	*copy = arena_copy(arena, s);
	return copy->at != NULL ? PW_OK : PW_ENOMEM;
}

static bool
has_forbidden(struct span domain)
{
	for (size_t i = 0; i < domain.len; i++)
		if (url_is(domain.at[i], URL_NOT_IN_DOMAIN))
			return true;
	return false;
}

static enum pw_err
idna_parse(struct span domain, struct arena *arena, struct span *ascii)
{
	char		room[URL_IDNA_MAX];
	struct url_out	out = { .at = room, .capacity = sizeof(room) };
	enum pw_err	err = url_idna_write(domain, &out);

	if (err != PW_OK)
		return err;
	struct span name = { room, out.len };
	/* Asked again, since mapping makes some: U+00A0 becomes a space. */
	if (name.len == 0 || has_forbidden(name))
		return PW_ESYNTAX;
	return copy_to_arena(name, arena, ascii);
}

enum pw_err
url_domain_parse(struct span domain, struct arena *arena, struct span *ascii)
{
	unsigned char all = 0;

	for (size_t i = 0; i < domain.len; i++)
		all |= (unsigned char)domain.at[i];
	if (domain.len == 0 || has_forbidden(domain))
		return PW_ESYNTAX;
	if (all >= 0x80)
		return utf8_is_valid(domain) ? idna_parse(domain, arena, ascii) : PW_ESYNTAX;

	/* The standard's answer for ASCII, whatever is wrong with an "xn--" in it. */
	enum pw_err err = copy_to_arena(domain, arena, ascii);
	if (err == PW_OK)
		for (char *c = (char *)ascii->at; *c != '\0'; c++)
			*c = ascii_lower(*c);
	return err;
}

enum pw_err
url_host_parse(struct span written, bool opaque, struct arena *arena, struct span *host)
{
	char room[URL_ADDRESS_MAX];

	if (written.len > 0 && written.at[0] == '[') {
		if (written.at[written.len - 1] != ']')
			return PW_ESYNTAX;
		struct span address = url_ipv6_write(span_cut(written, 1, written.len - 1), room);
		return address.len > 0 ? copy_to_arena(address, arena, host) : PW_ESYNTAX;
	}
	if (opaque)
		return opaque_parse(written, arena, host);

	struct span domain = url_text_decode(written, arena);
	if (domain.at == NULL && written.len > 0)
		return PW_ENOMEM;
	enum pw_err err = url_domain_parse(domain, arena, host);
	if (err != PW_OK || !url_ipv4_is_meant(*host))
		return err;
	struct span address = url_ipv4_write(*host, room);
	return address.len > 0 ? copy_to_arena(address, arena, host) : PW_ESYNTAX;
}
