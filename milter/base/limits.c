#include <pixelward/limits.h>
#include <pixelward/span.h>

static const char *const names[] = {
	[LIMIT_NONE] = "none",
#define X(field, option) [LIMIT_##field] = option,
	PW_LIMITS(X)
#undef X
};

const char *
limit_name(enum limit limit)
{
	return (size_t)limit < NITEMS(names) ? names[limit] : "none";
}

uint64_t
limits_memory(const struct limits *limits)
{
	return limits->parse_memory + 4 * limits->html_bytes + 3 * limits->message_bytes + 2 * limits->header_bytes +
	    ((uint64_t)32 << 20);
}

const struct limits limits_default = {
	.message_bytes	= (uint64_t)64 << 20,
	.header_bytes	= (uint64_t)1 << 20,
	.header_lines	= 10000,
	.parts		= 1000,
	.depth		= 100,
	.readings	= 64,
	.references	= 10000,
	.html_bytes	= (uint64_t)8 << 20,
	.attributes	= 512,
	.tree_depth	= 1024,
	.css_tokens	= 1000000,
	.url_bytes	= 65536,
	.parse_memory	= (uint64_t)256 << 20,
	.parse_ms	= 1000,
};
