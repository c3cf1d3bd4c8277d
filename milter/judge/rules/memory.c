#include "memory.h"

#include <string.h>

bool
memory_init(struct memory *memory, struct arena *arena, size_t lines, size_t selections)
{
	*memory = (struct memory){
		.lines = arena_array(arena, lines, sizeof(*memory->lines)),
		.selections = arena_array(arena, selections, sizeof(*memory->selections)),
		.any = arena_array(arena, selections, sizeof(*memory->any)),
		.failures = arena_array(arena, lines, sizeof(*memory->failures)),
		.failed = arena_array(arena, lines, sizeof(*memory->failed)),
		.now = MEMORY_MESSAGE,
		.looks = MEMORY_MESSAGE,
	};
	return memory->lines != NULL && memory->selections != NULL && memory->any != NULL && memory->failures != NULL &&
	    memory->failed != NULL;
}

uint32_t
memory_turn(struct memory *memory)
{
	uint32_t before = memory->now;

	memory->now = ++memory->looks;
	return before;
}

const char *
memory_why(const struct memory *memory, uint8_t why)
{
	return why > 0 ? memory->whys[why - 1] : NULL;
}

/* There are few reasons, each a text of the program's own. */
uint8_t
memory_note_why(struct memory *memory, const char *why)
{
	uint8_t i = 0;

	if (why == NULL)
		return 0;
	while (i < MEMORY_WHYS - 1 && memory->whys[i] != NULL && strcmp(memory->whys[i], why) != 0)
		i++;
	memory->whys[i] = why;
	return (uint8_t)(i + 1);
}
