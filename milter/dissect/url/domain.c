/* Domain names: the registrable domain of a host, names as headers and lists have them. */
#include "url/address.h"
#include "url/host.h"
#include "url/idna.h"
#include "url/url.h"

#include <pixelward/dissect/dissect.h>

#include <libpsl.h>
#include <string.h>

/* No rule of the list looks further back: it has a handful of labels. */
#define TAIL_MAX	512

/* The whole labels in the last TAIL_MAX bytes. */
static struct span
tail_of(struct span host)
{
	if (host.len <= TAIL_MAX)
		return host;
	struct span tail = span_from(host, host.len - TAIL_MAX);
	return span_from(tail, span_find_char(tail, '.', 0) + 1);
}

struct span
url_registrable_domain(struct span host)
{
	const psl_ctx_t	*list = psl_builtin();
	struct span	 whole = url_without_last_dot(host), tail = tail_of(whole);
	char		 name[TAIL_MAX + 1];

	if (list == NULL || tail.len == 0 || tail.at[0] == '[' || url_ipv4_is_meant(whole))
		return whole;
	for (size_t i = 0; i < tail.len; i++)
		name[i] = ascii_lower(tail.at[i]);
	name[tail.len] = '\0';

	const char *domain = psl_registrable_domain(list, name);
	return domain != NULL ? span_from(tail, (size_t)(domain - name)) : whole;
}

struct span
url_domain_to_ascii(struct span domain, struct arena *arena)
{
	struct span ascii;

	if (url_domain_parse(domain, arena, &ascii) != PW_OK)
		return SPAN_NONE;
	ascii = url_without_last_dot(ascii);
	if (ascii.at[0] == '.' || span_find(ascii, SPAN(".."), 0) < ascii.len || ascii.at[ascii.len - 1] == '.')
		return SPAN_NONE;
	return ascii;
}

struct span
dissect_domain(struct span host, struct arena *arena)
{
	struct span name;

	if (host.len == 0 || url_host_parse(host, false, arena, &name) != PW_OK)
		return SPAN_NONE;
	return url_registrable_domain(name);
}

void
url_prepare(void)
{
	url_registrable_domain(SPAN("www.example.com"));
	url_idna_prepare();
}
