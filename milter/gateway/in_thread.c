/* Dissecting in the thread that asks: no sandbox, no second process. */
#include <pixelward/gateway/dissectors.h>

#include <pixelward/dissect/canonical.h>

static enum pw_err
in_thread_dissect(void *context, struct span message, const struct limits *limits, struct arena *arena,
    const struct dissection **d)
{
	(void)context;
	return dissect(message, limits, arena, d);
}

static enum pw_err
in_thread_anew(void *context, struct span message, const struct limits *limits, struct arena *arena,
    struct span *fresh, const struct dissection **d)
{
	(void)context;
	return dissect_anew(message, limits, arena, fresh, d);
}

static enum pw_err
in_thread_inert(void *context, const struct changed *changed, size_t count, const struct limits *limits,
    struct arena *arena, struct span *first_live)
{
	(void)context;
	return dissect_inert(changed, count, limits, arena, first_live);
}

const struct dissectors dissectors_in_thread = {
	.dissect = in_thread_dissect, .anew = in_thread_anew, .inert = in_thread_inert,
};
