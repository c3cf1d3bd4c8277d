/*
 * A base and a reference, a line each: what is serialised parses to itself, its offsets lie where they say, and a
 * client's way to read a reference agrees with the parser's.
 */
#include "dissect/url/url.h"

#include "fuzz.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	url_prepare();
	return 0;
}

static void
check_offset(const struct url *url, uint32_t at, char sign)
{
	if (at == URL_NO_PART)
		return;
	INVARIANT(at > 0 && at <= url->href.len && url->href.at[at - 1] == sign);
}

static void
check_offsets(const struct url *url)
{
	INVARIANT(url->path_at <= url->href.len);
	check_offset(url, url->query_at, '?');
	check_offset(url, url->fragment_at, '#');
	INVARIANT(url->query_at == URL_NO_PART || url->query_at > url->path_at);
	INVARIANT(url->fragment_at == URL_NO_PART || url->fragment_at > url->path_at);
	INVARIANT(url->query_at == URL_NO_PART || url->query_at <= url->fragment_at);
	INVARIANT(span_starts(url->href, url->scheme) && url->href.len > url->scheme.len &&
	    url->href.at[url->scheme.len] == ':');
	INVARIANT(url->has_host || url->host.len == 0);
	for (size_t i = 0; i < url->href.len; i++)
		INVARIANT((unsigned char)url->href.at[i] >= ' ' && (unsigned char)url->href.at[i] < 0x7f);
}

static void
check_again(const struct url *url, struct arena *arena)
{
	struct url again;

	INVARIANT(url_parse(url->href, NULL, arena, &again) == PW_OK);
	check_offsets(&again);
	INVARIANT(span_eq(again.href, url->href) && span_eq(again.scheme, url->scheme) && span_eq(again.host, url->host));
	INVARIANT(again.has_host == url->has_host && again.special == url->special && again.port == url->port &&
	    again.opaque_path == url->opaque_path && again.path_at == url->path_at && again.query_at == url->query_at &&
	    again.fragment_at == url->fragment_at);
}

static void
check_classified(struct span written, const struct url *base, struct arena *arena)
{
	enum url_reach	reach, again;
	struct url	url, same;

	INVARIANT(url_classify(written, base, arena, &reach, &url) == PW_OK);
	if (reach != URL_REMOTE)
		return;
	check_offsets(&url);
	/* What is contacted is contacted under that name, too. */
	INVARIANT(url_classify(url.href, base, arena, &again, &same) == PW_OK);
	INVARIANT(again == URL_REMOTE && span_eq(same.href, url.href));
	struct span domain = url_registrable_domain(url.host);
	INVARIANT(fuzz_is_within(domain, url.host));
}

static void
check(struct span input, struct arena *arena)
{
	size_t		 line = span_find_char(input, '\n', 0);
	struct span	 written = span_from(input, line < input.len ? line + 1 : 0);
	struct url	 base, url;
	const struct url *around = NULL;

	if (line < input.len && url_parse(span_cut(input, 0, line), NULL, arena, &base) == PW_OK) {
		check_offsets(&base);
		check_again(&base, arena);
		around = &base;
	}
	if (url_parse(written, around, arena, &url) == PW_OK) {
		check_offsets(&url);
		check_again(&url, arena);
	}
	check_classified(written, around, arena);
	struct span domain = url_domain_to_ascii(written, arena);
	if (domain.at != NULL && domain.len > 0)
		INVARIANT(span_eq(url_domain_to_ascii(domain, arena), domain));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
