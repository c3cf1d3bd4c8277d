#include "neutral.h"

/* A transparent GIF of one pixel. No padding, no quotes, no blanks: it stands in any attribute, also an unquoted one. */
#define EMPTY_IMAGE	"data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

static const struct {
	bool		whole_tag, erases;
	struct span	fresh;
} forms[] = {
	[NEUTRAL_IMAGE]		= { false, false, { EMPTY_IMAGE, sizeof(EMPTY_IMAGE) - 1 } },
	[NEUTRAL_ATTRIBUTE]	= { false, true, { NULL, 0 } },
	[NEUTRAL_TAG]		= { true, true, { NULL, 0 } },
	[NEUTRAL_CSS_URL]	= { false, false, { "url(data:,)", 11 } },
	[NEUTRAL_CSS_DROP]	= { false, true, { NULL, 0 } },
	[NEUTRAL_FIELD]		= { false, true, { NULL, 0 } },
	[NEUTRAL_ERASE]		= { false, true, { NULL, 0 } },
};

enum pw_err
neutral_of(const struct reference *reference, struct neutral *neutral)
{
	if (reference->neutral == NEUTRAL_NONE || reference->neutral >= NITEMS(forms))
		return PW_ENOTINERT;
	neutral->whole_tag = forms[reference->neutral].whole_tag;
	neutral->fresh = forms[reference->neutral].fresh;
	/*
	 * A picture without a box leaves nothing behind: some clients draw an empty one as broken. Any other keeps its tag,
	 * be it of one pixel: the line or the block that it makes would be missed by what stands below.
	 */
	if (reference->neutral == NEUTRAL_IMAGE && (reference->hidden & HIDDEN_DISPLAY) != 0 &&
	    (reference->flags & REFERENCE_VOID_TAG) != 0) {
		neutral->whole_tag = true;
		neutral->fresh = SPAN_NONE;
	}
	return PW_OK;
}

enum pw_err
neutral_proxied(const struct reference *reference, struct span written, struct span url, struct arena *arena,
    struct neutral *neutral)
{
	struct span before = SPAN(""), behind = SPAN("");

	if (reference->neutral == NEUTRAL_CSS_URL) {
		before = SPAN("url(");
		behind = SPAN(")");
	} else if (reference->neutral == NEUTRAL_ATTRIBUTE) {
		size_t equals = span_find_char(written, '=', 0);

		if (equals == written.len)
			return PW_ENOTINERT;
		before = arena_printf(arena, "%.*s\"", SPAN_ARG(span_cut(written, 0, equals + 1)));
		behind = SPAN("\"");
	} else if (reference->neutral != NEUTRAL_IMAGE)
		return PW_ENOTINERT;
	neutral->whole_tag = false;
	neutral->fresh = arena_printf(arena, "%.*s%.*s%.*s", SPAN_ARG(before), SPAN_ARG(url), SPAN_ARG(behind));
	return before.at == NULL || neutral->fresh.at == NULL ? PW_ENOMEM : PW_OK;
}
