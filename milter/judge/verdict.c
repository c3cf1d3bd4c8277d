#include <pixelward/verdict.h>

static const char *const names[] = {
	[ACTION_DELIVER] = "deliver",
	[ACTION_TAG] = "tag",
	[ACTION_NEUTRALISE] = "neutralise",
	[ACTION_HOLD] = "hold",
	[ACTION_REDIRECT] = "redirect",
	[ACTION_REJECT] = "reject",
	[ACTION_TEMPFAIL] = "tempfail",
};

const char *
action_name(enum action action)
{
	return (size_t)action < NITEMS(names) ? names[action] : "unknown";
}

const char *
decision_name(const struct decision *decision)
{
	return decision->strip ? "strip" : decision->proxied.len > 0 ? "proxy" : "keep";
}
