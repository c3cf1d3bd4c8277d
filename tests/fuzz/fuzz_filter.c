/* Any text is read as filters and any other as a URL: what is added is found by its token or by none, and nothing hangs. */
#include "judge/filter.h"
#include "judge/regex.h"

#include "fuzz.h"

static void
fill(struct filter_set *set, struct span lines, struct filter_source *source)
{
	struct filter_fault fault;

	for (uint32_t number = 1; lines.len > 0; number++) {
		size_t		end = span_find_char(lines, '\n', 0);
		struct span	line = span_cut(lines, 0, end);

		lines = span_from(lines, end + 1);
		switch (filter_parse(line, source, &fault)) {
		case FILTER_NETWORK:
			INVARIANT(fuzz_is_within(source->pattern, line) && (source->types & TYPES_OF_MAIL) != 0);
			for (size_t i = 0; i < source->domain_count; i++)
				INVARIANT(fuzz_is_within(source->domains[i].name, line));
			enum pw_err err = filter_set_add(set, source, number % 3, number, &fault);
			INVARIANT(err == PW_OK || err == PW_ESYNTAX || err == PW_ENOMEM);
			break;
		case FILTER_UNSUPPORTED:
		case FILTER_BAD:
			INVARIANT(fault.at <= line.len && fault.text[0] != '\0');
			break;
		case FILTER_COSMETIC:
		case FILTER_WEB:
			break;
		}
	}
}

/* Without an index every filter is tried: the index must lose none of them. */
static void
check_index(const struct filter_set *set, struct filter_asker *asker, const struct filter_question *question)
{
	size_t			count;
	uint32_t		every[64];
	struct filter_set	plain = *set;

	if (set->count > NITEMS(every))
		return;
	for (uint32_t i = 0; i < set->count; i++)
		every[i] = i;
	plain.filed = every;
	plain.filed_count = 0;
	plain.unfiled = set->count;
	uint32_t none[2] = { 0 };
	plain.seen = none;
	plain.seen_bits = 64;
	asker->work = FILTER_WORK;
	if (filter_set_match(set, asker, question) != PW_OK)
		return;
	count = asker->hit_count;
	asker->work = FILTER_WORK;
	if (filter_set_match(&plain, asker, question) != PW_OK)
		return;
	INVARIANT(asker->hit_count == count);
}

static void
check(struct span input, struct arena *arena)
{
	struct filter_source	*source = malloc(sizeof(*source));
	struct filter_asker	 asker = { .arena = arena, .work = FILTER_WORK, .sites = { SPAN("a.example") }, .site_count = 1 };
	struct filter_set	 set;
	size_t			 end = span_find(input, SPAN("\n\n"), 0);
	struct span		 url = span_from(input, end + 2);
	size_t			 authority = span_find(url, SPAN("://"), 0), host_end;

	INVARIANT(source != NULL);
	filter_set_init(&set);
	fill(&set, span_cut(input, 0, end), source);
	authority = authority < url.len ? authority + 3 : url.len;
	for (host_end = authority; host_end < url.len && url.at[host_end] != '/' && url.at[host_end] != '?' &&
	    url.at[host_end] != '#' && url.at[host_end] != ':';)
		host_end++;
	struct span host = span_cut(url, authority, host_end);
	if (filter_set_index(&set) == PW_OK)
		for (uint32_t type = 1; type <= TYPE_LINK; type *= 32)
			check_index(&set, &asker, &(struct filter_question){ url, host, host, type });
	filter_set_fini(&set);
	free(source);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
