#include <pixelward/gateway/size.h>

#include "fate.h"

/* Line feeds without a carriage return before them: each is one byte more on the wire. */
static uint64_t
bare_line_feeds(struct span s)
{
	uint64_t count = 0;

	for (size_t at = span_find_char(s, '\n', 0); at < s.len; at = span_find_char(s, '\n', at + 1))
		if (at == 0 || s.at[at - 1] != '\r')
			count++;
	return count;
}

static bool
line_is_empty(struct span line)
{
	return line.len == 0 || (line.len == 1 && line.at[0] == '\r');
}

static enum limit
header_limit(struct span message, const struct limits *limits)
{
	uint64_t bytes = 0, lines = 0;

	for (size_t begin = 0, end; begin < message.len; begin = end + 1) {
		end = span_find_char(message, '\n', begin);
		struct span line = span_cut(message, begin, end);
		if (line_is_empty(line))
			break;
		bytes += line.len + (line.at[line.len - 1] == '\r' ? 1 : 2);
		lines++;
		if (bytes > limits->header_bytes)
			return LIMIT_header_bytes;
		if (lines > limits->header_lines)
			return LIMIT_header_lines;
	}
	return LIMIT_NONE;
}

enum limit
size_limit(struct span message, const struct limits *limits)
{
	if (message.len > limits->message_bytes)
		return LIMIT_message_bytes;
	/* It takes many line ends to double a message: most need not be counted. */
	if (message.len > limits->message_bytes / 2 &&
	    message.len + bare_line_feeds(message) > limits->message_bytes)
		return LIMIT_message_bytes;
	return header_limit(message, limits);
}

void
size_outcome(enum limit limit, const struct options *options, struct arena *arena, struct outcome *outcome)
{
	*outcome = (struct outcome){ .verdict.action = fate_action(options->on_limit) };
	fate_add_rule(&outcome->verdict, "builtin.limit", arena);
	fate_add_reason(&outcome->verdict, arena_printf(arena, "more than %s allows", limit_name(limit)), arena);
}
