/*
 * Start tags as HTML tokenizers emit them (WHATWG HTML, 13.2.5), without building a tree.
 *
 * A tokenizer's state depends on the tree in two ways: raw text elements and CDATA sections mean something
 * else inside SVG and MathML. It also depends on whether scripts run. Hence the modes; what any of them emits, some
 * client may render. Who wants all of them at once lets the lexer begin anew behind every doubtful token.
 */
#ifndef DISSECT_HTML_LEXER_H
#define DISSECT_HTML_LEXER_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

enum html_mode {
	HTML_PLAIN,	/* raw text elements hold text, "<![CDATA[" begins a bogus comment */
	HTML_FOREIGN,	/* as inside SVG or MathML: raw text elements hold markup, CDATA sections are text */
	HTML_AS_XML,	/* as FOREIGN, and comments, instructions and the DOCTYPE end where XML has them end */
};

struct html_attribute {
	struct span	name;		/* as written */
	struct span	value;		/* as written, without quotes; len 0 if there is none */
	size_t		begin, end;	/* in the text, from the white space (or slash) before the name to behind the value
					   and its quote */
	size_t		value_begin;	/* of value in the text */
	char		quote;		/* '"', '\'', or 0 */
	bool		has_value;
};

struct html_tag {
	struct span		 name;	/* as written */
	size_t			 begin, end;	/* in the text, from '<' to behind '>' */
	struct html_attribute	*attributes;	/* duplicates included, in order; valid until the next call */
	size_t			 attribute_count;
	bool			 self_closing;
};

enum html_token_type {
	HTML_EOF,
	HTML_START_TAG,
	HTML_END_TAG,		/* tag.name, begin, end */
	HTML_COMMENT,		/* text is what is inside; also bogus comments, processing instructions, CDATA */
	HTML_RAW_TEXT,		/* text of a raw text element; raw_element is its name */
};

struct html_token {
	enum html_token_type	type;
	struct html_tag		tag;
	size_t			begin, end;	/* the whole token */
	size_t			text_begin, text_end;
	struct span		raw_element;
	bool			bogus;		/* comment that does not begin with "<!--" */
};

struct html_lexer {
	struct span		 text;
	size_t			 at;
	enum html_mode		 mode;
	struct arena		*arena;
	struct html_attribute	*attributes;
	size_t			 capacity;
	uint64_t		 max_attributes;
	struct span		 raw_element;	/* set behind the start tag of a raw text element */
	enum pw_err		 failure;	/* PW_ELIMIT: a tag with more than max_attributes; PW_ENOMEM. Then EOF */
};

void		html_lexer_init(struct html_lexer *, struct span text, enum html_mode, uint64_t max_attributes,
		    struct arena *);
void		html_lexer_next(struct html_lexer *, struct html_token *);
/* The name of the tag that begins at text[at] == '<'; empty: none begins there. */
struct span	html_name_at(struct span text, size_t at);
/* The whole of it, as when a tree points there. false: no whole start tag. */
bool		html_lexer_tag_at(struct html_lexer *, size_t at, struct html_tag *);
/* title, style, xmp ...: their content is text in HTML, noscript's is where scripts run. An index, or the count. */
#define HTML_RAW_ELEMENTS	10
size_t		html_raw_element(struct span name);
/* Where the next end tag of any name may begin, or the end of the file. */
size_t		html_end_tag_next(struct span text, size_t at);
/* Where the text of a raw text element ends that begins at: its end tag, or the end of the file. */
size_t		html_raw_text_end(struct span text, struct span element, size_t at);
/* The same for a script whose comments may hide the end tags of scripts inside. (13.2.5.18 to 13.2.5.31) */
size_t		html_script_end(struct span text, size_t at);
/* "<!DOCTYPE" of XML stands at at: what is behind it. subset: its internal subset, with the brackets, or empty. */
size_t		html_xml_doctype_end(struct span text, size_t at, size_t *subset_begin, size_t *subset_end);
/* The first attribute of that name, or NULL. */
const struct html_attribute *html_tag_find(const struct html_tag *, struct span name);

#endif
