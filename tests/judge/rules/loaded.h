/* Rule files from texts, and what was found in them. */
#ifndef TESTS_JUDGE_RULES_LOADED_H
#define TESTS_JUDGE_RULES_LOADED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/rules/rule_set.h"

struct loaded {
	struct list_set	 lists;
	struct rule_set	*set;
	enum pw_err	 err;
	struct buf	 found;		/* "line:column PWnnn what", a line each; NUL-terminated */
};

static inline void
loaded_init(struct loaded *loaded, const char *text, dissect_function *run)
{
	static const char	list[] = "bad.example\nworse.example\n", filters[] = "! x\n||t.example/open?\n";
	struct buf		report;

	buf_init(&loaded->found, 1 << 20);
	buf_init(&report, 4096);
	list_set_init(&loaded->lists);
	assert_int_equal(list_set_read(&loaded->lists, &(struct list_file){ .path = "l.txt", .name = SPAN("suspects"),
	    .text = span_of(list) }, &report), PW_OK);
	assert_int_equal(list_set_read(&loaded->lists, &(struct list_file){ .path = "b.txt", .name = SPAN("beacons"),
	    .text = span_of(filters) }, &report), PW_OK);
	assert_int_equal(list_set_index(&loaded->lists), PW_OK);
	buf_fini(&report);
	loaded->set = rule_set_new();
	assert_non_null(loaded->set);
	rule_set_read(loaded->set, &loaded->lists, "r.yaml", span_of(text));
	loaded->err = rule_set_finish(loaded->set, &loaded->lists, run);
	buf_add(&loaded->found, SPAN(""));
	for (size_t i = 0; i < loaded->set->findings.count; i++) {
		const struct finding *finding = &loaded->set->findings.at[i];

		buf_printf(&loaded->found, "%zu:%zu PW%d %.*s\n", finding->place.line, finding->place.column,
		    (int)finding->code, SPAN_ARG(finding->what));
	}
}

static inline void
loaded_fini(struct loaded *loaded)
{
	rule_set_free(loaded->set);
	list_set_fini(&loaded->lists);
	buf_fini(&loaded->found);
}

#endif
