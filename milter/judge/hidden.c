#include "hidden.h"

#include "kind.h"

static const struct {
	uint32_t	 bit;
	const char	*how;	/* follows "the picture " */
} ways[] = {
	{ HIDDEN_DISPLAY, "is not displayed (display: none)" },
	{ HIDDEN_VISIBILITY, "is invisible (visibility: hidden)" },
	{ HIDDEN_OPACITY, "is transparent (opacity: 0)" },
	{ HIDDEN_OFFSCREEN, "stands outside the page" },
	{ HIDDEN_CLIPPED, "is clipped away" },
	{ HIDDEN_FONT, "is hidden from word processors (mso-hide)" },
};

static struct span
size_words(struct arena *arena, const struct reference *reference, const char *noun)
{
	if (reference->width == REFERENCE_NO_SIZE && reference->height == REFERENCE_NO_SIZE)
		return arena_printf(arena, "the %s is too small to be seen", noun);
	if (reference->height == REFERENCE_NO_SIZE)
		return arena_printf(arena, "the %s is declared %u wide", noun, reference->width);
	if (reference->width == REFERENCE_NO_SIZE)
		return arena_printf(arena, "the %s is declared %u high", noun, reference->height);
	return arena_printf(arena, "the %s is declared %u x %u", noun, reference->width, reference->height);
}

bool
hidden_grounds(struct opinion *opinion, const struct reference *reference, struct grounds *grounds)
{
	const struct kind	*kind = kind_of(reference);
	struct arena		*arena = opinion->arena;
	bool			 hidden = false;

	/* A style sheet in a hidden place works as well as anywhere. */
	if (kind->shows == SHOWS_LOOK)
		return false;
	if (kind->shows == SHOWS_NOTHING || (reference->hidden & HIDDEN_BY_NATURE) != 0) {
		ground_add(opinion, grounds, arena_printf(arena, "the %s shows nothing to a reader", kind->noun));
		hidden = true;
	}
	if ((reference->hidden & HIDDEN_SIZE) != 0) {
		ground_add(opinion, grounds, size_words(arena, reference, kind->noun));
		hidden = true;
	}
	for (size_t i = 0; i < NITEMS(ways); i++)
		if ((reference->hidden & ways[i].bit) != 0) {
			ground_add(opinion, grounds, arena_printf(arena, "the %s %s", kind->noun, ways[i].how));
			hidden = true;
		}
	return hidden;
}
