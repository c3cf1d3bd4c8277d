/* A message's bytes come out of the store as they went in, whatever their size and their pieces. */
#include "gateway/store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const struct store_case {
	const char	*says;
	size_t		 pieces, piece_bytes;
	bool		 in_memory_file;
} cases[] = {
	{ "an empty message is an empty span",				0, 0, false },
	{ "a message of one byte stays on the heap",			1, 1, false },
	{ "many short header lines stay on the heap",			1000, 70, false },
	{ "a message just as large as the heap may hold stays there",	4, STORE_SMALL_BYTES / 4, false },
	{ "one byte more goes to a memory file",			1, STORE_SMALL_BYTES + 1, true },
	{ "header lines beyond the heap are gathered for the file",	10000, 70, true },
	{ "body chunks go to the file as they come",			40, 65535, true },
	{ "chunks of half a stage are gathered in twos",		40, STORE_STAGE_BYTES / 2, true },
	{ "one piece larger than the heap and the stage is whole",	1, 3 * STORE_SMALL_BYTES, true },
};

/* Differs at every offset that a misplaced piece could come from. */
static char
byte_at(size_t offset)
{
	return (char)(offset * 31 + offset / 251 + offset / 65535);
}

static void
keeps_every_byte(void **state)
{
	const struct store_case	*row = *state;
	struct store		 store;
	struct span		 whole;
	char			*piece = malloc(row->piece_bytes + 1);
	size_t			 offset = 0;

	store_init(&store);
	for (size_t i = 0; i < row->pieces; i++) {
		for (size_t j = 0; j < row->piece_bytes; j++)
			piece[j] = byte_at(offset++);
		assert_int_equal(store_add(&store, (struct span){ piece, row->piece_bytes }), PW_OK);
		assert_int_equal(store_bytes(&store), offset);
	}
	assert_int_equal(store.fd >= 0, row->in_memory_file);
	assert_int_equal(store_seal(&store, &whole), PW_OK);
	assert_int_equal(whole.len, row->pieces * row->piece_bytes);
	for (size_t i = 0; i < whole.len; i++)
		if (whole.at[i] != byte_at(i))
			fail_msg("byte %zu is wrong", i);
	store_fini(&store);
	assert_int_equal(store.fd, -1);
	assert_int_equal(store_bytes(&store), 0);
	free(piece);
}

static void
is_sealed_against_everybody(void **state)
{
	struct store	store;
	struct span	whole;
	char		*piece = calloc(1, STORE_SMALL_BYTES + 1);

	(void)state;
	store_init(&store);
	assert_int_equal(store_add(&store, (struct span){ piece, STORE_SMALL_BYTES + 1 }), PW_OK);
	assert_int_equal(store_seal(&store, &whole), PW_OK);
	assert_int_equal(pwrite(store.fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(store.fd, 1), -1);
	assert_int_equal(ftruncate(store.fd, 10 * (off_t)STORE_SMALL_BYTES), -1);
	store_fini(&store);
	free(piece);
}

static void
can_be_finished_at_any_time(void **state)
{
	struct store store;

	(void)state;
	store_init(&store);
	store_fini(&store);
	store_fini(&store);
	assert_int_equal(store_add(&store, SPAN("again")), PW_OK);
	assert_int_equal(store_bytes(&store), 5);
	store_fini(&store);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases) + 2] = {
		{ .name = "a sealed memory file can be neither written nor resized",
		  .test_func = is_sealed_against_everybody },
		{ .name = "a store can be finished at any time and used again",
		  .test_func = can_be_finished_at_any_time },
	};

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i + 2] = (struct CMUnitTest){ .name = cases[i].says, .test_func = keeps_every_byte,
		    .initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
