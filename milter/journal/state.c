/* The journal's health, for who looks at it from outside. */
#include <pixelward/journal/counters.h>

#include <glob.h>
#include <stdio.h>

#include "position.h"
#include "folder.h"

static void
record_count(void *context, uint64_t number, struct span body)
{
	(void)number;
	(void)body;
	++*(uint64_t *)context;
}

/* Records that who saves its position under this name has not taken; 0 if there is nobody. */
static uint64_t
behind(const char *directory, const char *name)
{
	char		path[4096 + 64];
	struct position	position;
	uint64_t	count = 0;

	snprintf(path, sizeof(path), "%s/position.%s", directory, name);
	if (!position_look(path, &position) ||
	    folder_scan(directory, position.number, record_count, &count) != PW_OK)
		return 0;
	return count;
}

enum pw_err
journal_state_read(const char *state_dir, struct journal_state *state)
{
	char		directory[4096], pattern[4096 + 16];
	glob_t		bad = { 0 };

	*state = (struct journal_state){ 0 };
	snprintf(directory, sizeof(directory), "%s/journal", state_dir);
	enum pw_err err = folder_measure(directory, &state->bytes, &state->segments);
	if (err != PW_OK)
		return err;
	state->unlearned = behind(directory, "reputation");
	state->untold = behind(directory, "events");
	snprintf(pattern, sizeof(pattern), "%s/*.bad", directory);
	if (glob(pattern, GLOB_NOSORT, NULL, &bad) == 0)
		state->bad = bad.gl_pathc;
	globfree(&bad);
	return PW_OK;
}
