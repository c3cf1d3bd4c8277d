#include "vectors.h"

#include <string.h>

/*
 * WHATWG HTML (attributes of type URL, srcset, srcdoc), SVG 2 (href, presentation attributes), the legacy ones that
 * mail clients still fetch (lowsrc, dynsrc, background, bgsound), VML, AMP for email, MathML.
 * xlink:href is looked up as href, whatever its prefix. Of the rows of one attribute the first that fits counts.
 */
const struct vector vectors[] = {
	/* attribute		element			grammar			kind			trigger		neutral */
	{ "action",		"form",			VALUE_URL,		REFERENCE_FORM,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "action-xhr",	"*",			VALUE_URL,		REFERENCE_FORM,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "altimg",		"*",			VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "archive",		"applet",		VALUE_URLS,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "archive",		"object",		VALUE_URLS,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "attributionsrc",	"*",			VALUE_URLS,		REFERENCE_PING,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "background",	"*",			VALUE_URL,		REFERENCE_BACKGROUND,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "by",		"*",			VALUE_ANIMATION,	REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "classid",		"object",		VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "clip-path",	"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "code",		"applet",		VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "code",		"embed",		VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "codebase",		"*",			VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "content",		"meta",			VALUE_META,		REFERENCE_REFRESH,	TRIGGER_OPEN,	NEUTRAL_TAG },
	{ "cursor",		"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "data",		"object",		VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "definitionurl",	"*",			VALUE_URL,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "dynsrc",		"*",			VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "fill",		"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "filter",		"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "formaction",	"button",		VALUE_URL,		REFERENCE_FORM,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "formaction",	"input",		VALUE_URL,		REFERENCE_FORM,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "from",		"*",			VALUE_ANIMATION,	REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"a",			VALUE_URL,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "href",		"base",			VALUE_BASE,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "href",		"area",			VALUE_URL,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "href",		"amp-link",		VALUE_URL,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "href",		"image",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"feimage",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"filter",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"use",			VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"tref",			VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"textpath",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"pattern",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"lineargradient",	VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"radialgradient",	VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"mpath",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"script",		VALUE_URL,		REFERENCE_SCRIPT,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"cursor",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"animate",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"color-profile",	VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"font-face-uri",	VALUE_URL,		REFERENCE_FONT,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"glyphref",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"altglyph",		VALUE_URL,		REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"link",			VALUE_REL,		REFERENCE_STYLESHEET,	TRIGGER_OPEN,	NEUTRAL_TAG },
	{ "href",		"xi:include",		VALUE_URL,		REFERENCE_XML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"xsl:import",		VALUE_URL,		REFERENCE_XML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"xsl:include",		VALUE_URL,		REFERENCE_XML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "href",		"*",			VALUE_URL,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "icon",		"menuitem",		VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "imagesrcset",	"*",			VALUE_SRCSET,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "lowsrc",		"*",			VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "manifest",		"html",			VALUE_URL,		REFERENCE_HINT,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "marker",		"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "marker-end",	"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "marker-mid",	"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "marker-start",	"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "mask",		"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "movie",		"*",			VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "o:href",		"*",			VALUE_URL,		REFERENCE_VML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "ping",		"*",			VALUE_URLS,		REFERENCE_PING,		TRIGGER_CLICK,	NEUTRAL_ATTRIBUTE },
	{ "pluginspage",	"*",			VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "pluginurl",	"*",			VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "poster",		"*",			VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "profile",		"head",			VALUE_URL,		REFERENCE_LINK,		TRIGGER_CLICK,	NEUTRAL_NONE },
	{ "src",		"img",			VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_IMAGE },
	{ "src",		"image",		VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_IMAGE },
	{ "src",		"input",		VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_IMAGE },
	{ "src",		"amp-img",		VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_IMAGE },
	{ "src",		"amp-anim",		VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_IMAGE },
	{ "src",		"source",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"video",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"audio",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"track",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"bgsound",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_TAG },
	{ "src",		"script",		VALUE_URL,		REFERENCE_SCRIPT,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"iframe",		VALUE_URL,		REFERENCE_FRAME,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"frame",		VALUE_URL,		REFERENCE_FRAME,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"model",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"portal",		VALUE_URL,		REFERENCE_FRAME,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"fencedframe",		VALUE_URL,		REFERENCE_FRAME,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"embed",		VALUE_URL,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"mglyph",		VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"annotation-xml",	VALUE_URL,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"xml",			VALUE_URL,		REFERENCE_VML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"*:*",			VALUE_URL,		REFERENCE_VML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "src",		"amp-*",		VALUE_URL,		REFERENCE_MEDIA,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "srcdoc",		"iframe",		VALUE_DOCUMENT,		REFERENCE_FRAME,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "srcset",		"img",			VALUE_SRCSET,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "srcset",		"*",			VALUE_SRCSET,		REFERENCE_IMAGE,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "stroke",		"*",			VALUE_CSS,		REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "style",		"*",			VALUE_DECLARATIONS,	REFERENCE_CSS,		TRIGGER_OPEN,	NEUTRAL_CSS_URL },
	{ "to",		"*",			VALUE_ANIMATION,	REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "value",		"param",		VALUE_PARAM,		REFERENCE_PLUGIN,	TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "values",		"*",			VALUE_ANIMATION,	REFERENCE_SVG,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
	{ "xml:base",		"*",			VALUE_URL,		REFERENCE_XML,		TRIGGER_OPEN,	NEUTRAL_ATTRIBUTE },
};
const size_t vector_count = NITEMS(vectors);

/* WHATWG HTML 4.6.7 and the ones that browsers and mail clients act on beside it. */
const struct link_rel link_rels[] = {
	{ "stylesheet",			REFERENCE_STYLESHEET,	TRIGGER_OPEN },
	{ "preload",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "modulepreload",		REFERENCE_HINT,		TRIGGER_OPEN },
	{ "prefetch",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "prerender",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "subresource",		REFERENCE_HINT,		TRIGGER_OPEN },
	{ "icon",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "apple-touch-icon",		REFERENCE_HINT,		TRIGGER_OPEN },
	{ "apple-touch-icon-precomposed", REFERENCE_HINT,	TRIGGER_OPEN },
	{ "apple-touch-startup-image",	REFERENCE_HINT,		TRIGGER_OPEN },
	{ "mask-icon",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "fluid-icon",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "manifest",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "search",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "pingback",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "import",			REFERENCE_HINT,		TRIGGER_OPEN },
	{ "monetization",		REFERENCE_HINT,		TRIGGER_OPEN },
	{ "compression-dictionary",	REFERENCE_HINT,		TRIGGER_OPEN },
	{ "dns-prefetch",		REFERENCE_HINT,		TRIGGER_DNS },
	{ "preconnect",			REFERENCE_HINT,		TRIGGER_DNS },
};
const size_t link_rel_count = NITEMS(link_rels);

/* Where the rows of each first letter begin: most attributes share theirs with none. All 0 before vectors_prepare(). */
#define LETTERS	26

static uint16_t of_letter[LETTERS + 1];
/* Bits: how long their names are. Most attributes are told apart by that: "width", "class", "align". */
static uint32_t lengths_of_letter[LETTERS];

void
vectors_prepare(void)
{
	for (size_t letter = 0, row = 0; letter <= LETTERS; letter++) {
		while (row < vector_count && vectors[row].attribute[0] < 'a' + (int)letter)
			row++;
		of_letter[letter] = (uint16_t)row;
	}
	for (size_t row = 0; row < vector_count; row++)
		lengths_of_letter[vectors[row].attribute[0] - 'a'] |=
		    (uint32_t)1 << strnlen(vectors[row].attribute, VECTOR_NAME_BYTES);
}

static const struct vector *
vectors_of(struct span attribute, size_t *count)
{
	char	 name[VECTOR_NAME_BYTES] = "";
	size_t	 low = 0, high = vector_count;
	unsigned letter = attribute.len > 0 ? (unsigned)(ascii_lower(attribute.at[0]) - 'a') : LETTERS;

	*count = 0;
	if (letter >= LETTERS || attribute.len > sizeof(name) ||
	    (of_letter[LETTERS] != 0 && (lengths_of_letter[letter] >> attribute.len & 1) == 0))
		return NULL;
	for (size_t i = 0; i < attribute.len; i++)
		name[i] = ascii_lower(attribute.at[i]);
	/* A name may hold NULs: it is none of the table's, which are padded with them. */
	if (name[attribute.len - 1] == '\0')
		return NULL;
	if (of_letter[LETTERS] != 0) {
		low = of_letter[letter];
		high = of_letter[letter + 1];
	}
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(name, vectors[middle].attribute, sizeof(name)) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + *count < vector_count && memcmp(name, vectors[low + *count].attribute, sizeof(name)) == 0)
		++*count;
	return *count > 0 ? &vectors[low] : NULL;
}

static bool
vector_is_for_any(const struct vector *vector)
{
	return vector->element[0] == '*' && vector->element[1] == '\0';
}

static bool
vector_is_for(const struct vector *vector, struct span element)
{
	if (vector_is_for_any(vector))
		return true;
	if (strcmp(vector->element, "*:*") == 0)
		return memchr(element.at, ':', element.len) != NULL;
	if (strcmp(vector->element, "amp-*") == 0)
		return span_starts_nocase(element, SPAN("amp-"));
	return span_is(element, vector->element);
}

/* xlink:href is href, whatever the prefix. */
static struct span
attribute_name(struct span attribute)
{
	size_t colon = span_find_char(attribute, ':', 0);

	return colon < attribute.len && span_eq_nocase(span_from(attribute, colon + 1), SPAN("href")) &&
	    !span_eq_nocase(attribute, SPAN("o:href")) ? span_from(attribute, colon + 1) : attribute;
}

struct span
vector_local_name(struct span element)
{
	for (size_t i = 0; i + 1 < element.len; i++)
		if (element.at[i] == ':')
			return span_from(element, i + 1);
	return element;
}

const struct vector *
vector_for(struct span attribute, struct span element)
{
	size_t			 count;
	const struct vector	*rows = vectors_of(attribute_name(attribute), &count), *any = NULL;
	struct span		 local = vector_local_name(element);

	for (size_t i = 0; i < count; i++)
		if (vector_is_for_any(&rows[i]))
			any = &rows[i];
		else if (vector_is_for(&rows[i], element))
			return &rows[i];
	for (size_t i = 0; local.len < element.len && i < count; i++)
		if (!vector_is_for_any(&rows[i]) && vector_is_for(&rows[i], local))
			return &rows[i];
	return any;
}

static const char *const void_elements[] = {
	"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img", "input", "link",
	"meta", "param", "source", "track", "wbr",
};

bool
element_is_void(struct span name)
{
	return span_is_any(name, void_elements, NITEMS(void_elements));
}
