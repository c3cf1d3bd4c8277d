/* Any file is read as a list: it is refused with mistakes that name a place, or each of its domains is found. */
#include "judge/list.h"

#include "fuzz.h"

static void
check_report(struct span report)
{
	for (size_t at = 0; at < report.len;) {
		size_t		end = span_find_char(report, '\n', at);
		struct span	line = span_cut(report, at, end);

		INVARIANT(end < report.len && span_starts(line, SPAN("list.txt:")));
		at = end + 1;
	}
}

static void
check_matches(const struct list_set *set)
{
	for (size_t i = 0; i < set->entry_count; i++) {
		struct span	domain = { set->names + set->entries[i].at, set->entries[i].len };
		struct list_hit	hits[MOST_HITS];

		INVARIANT(list_set_match(set, domain, hits) == 1);
		INVARIANT(span_eq(hits[0].domain, domain) && hits[0].list == &set->lists[0]);
	}
}

static void
check(struct span input, struct arena *arena)
{
	struct list_set	set;
	struct buf	report;
	struct list_hit	hits[MOST_HITS];

	(void)arena;
	list_set_init(&set);
	buf_init(&report, (size_t)1 << 20);
	enum pw_err err = list_set_read(&set, &(struct list_file){ .path = "list.txt", .name = SPAN("fuzz"), .text = input,
	    .modified = 1700000000, .now = 1750000000 }, &report);
	check_report(buf_span(&report));
	INVARIANT(err != PW_ECONFIG || report.len > 0);
	if (err == PW_OK && list_set_index(&set) == PW_OK) {
		check_matches(&set);
		INVARIANT(list_set_match(&set, input, hits) <= 1);
	}
	buf_fini(&report);
	list_set_fini(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
