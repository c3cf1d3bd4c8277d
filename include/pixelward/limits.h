/* What a sender may make us do at most. Defaults and bounds are rows of the option table. */
#ifndef PIXELWARD_LIMITS_H
#define PIXELWARD_LIMITS_H

#include <stdint.h>

/*
 * Every limit has a name, that of its option: it stands in the reason of a held mail. parse_memory and what ends in
 * _bytes is in bytes, parse_ms in milliseconds of processor time; the others say how many.
 */
#define PW_LIMITS(X)	/* field, option */ \
	X(message_bytes,	"MaxMessageSize") \
	X(header_bytes,		"MaxHeaderBytes") \
	X(header_lines,		"MaxHeaderLines") \
	X(parts,		"MaxParts") \
	X(depth,		"MaxNesting") \
	X(readings,		"MaxReadings") \
	X(references,		"MaxReferences") \
	X(html_bytes,		"MaxHtmlBytes") \
	X(attributes,		"MaxAttributes") \
	X(tree_depth,		"MaxTreeDepth") \
	X(css_tokens,		"MaxCssTokens") \
	X(url_bytes,		"MaxUrlBytes") \
	X(parse_memory,		"MaxParseMemory") \
	X(parse_ms,		"MaxParseTime")

struct limits {
#define X(field, option) uint64_t field;
	PW_LIMITS(X)
#undef X
};

enum limit {
	LIMIT_NONE,
#define X(field, option) LIMIT_##field,
	PW_LIMITS(X)
#undef X
};

/* The option's name, or "none". */
const char		*limit_name(enum limit);
/* The most memory that one message may take in all its forms: parsed, decoded, changed and encoded anew. */
uint64_t		 limits_memory(const struct limits *);
/* The documented defaults. */
extern const struct limits limits_default;

#endif
