/* Tables that are searched by halves are sorted, and lower case. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "judge/shape/words.h"

static void
tables_are_sorted_and_lower_case(void **state)
{
	(void)state;
	for (size_t table = 0; table < SHAPE_WORDS; table++) {
		const struct words *words = &shape_words[table];

		assert_true(words->count > 0);
		for (size_t i = 0; i < words->count; i++) {
			if (i > 0)
				assert_true(strcmp(words->at[i - 1], words->at[i]) < 0);
			for (const char *c = words->at[i]; *c != '\0'; c++)
				assert_int_equal(*c, ascii_lower(*c));
		}
	}
}

static void
every_word_is_found_in_its_table_and_nothing_near_it(void **state)
{
	char text[64];

	(void)state;
	for (size_t table = 0; table < SHAPE_WORDS; table++)
		for (size_t i = 0; i < shape_words[table].count; i++) {
			struct span word = span_of(shape_words[table].at[i]);

			assert_true(words_have(&shape_words[table], word));
			memcpy(text, word.at, word.len);
			text[0] = text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 'a' + 'A') : text[0];
			assert_true(words_have(&shape_words[table], (struct span){ text, word.len }));
			text[word.len] = '\0';
			assert_false(words_have(&shape_words[table], (struct span){ text, word.len + 1 }));
			text[word.len] = '~';
			assert_false(words_have(&shape_words[table], (struct span){ text, word.len + 1 }));
		}
	assert_false(words_have(&shape_words[SHAPE_PICTURE_WORDS], SPAN("")));
	assert_false(words_have(&shape_words[SHAPE_PICTURE_WORDS], SPAN("zzz")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_sorted_and_lower_case),
		cmocka_unit_test(every_word_is_found_in_its_table_and_nothing_near_it),
	};

	return cmocka_run_group_tests_name("shape_words", tests, NULL, NULL);
}
