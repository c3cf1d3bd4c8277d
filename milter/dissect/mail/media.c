#include "media.h"

static const struct {
	const char		*type;
	enum media		 media;
	enum document_kind	 kind;
} types[] = {
	{ "text/html",			MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "text/x-html",		MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "application/html",		MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "text/x-amp-html",		MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "text/watch-html",		MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "text/x-server-parsed-html",	MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "application/hta",		MEDIA_DOCUMENT,	DOCUMENT_HTML },
	{ "application/xhtml+xml",	MEDIA_DOCUMENT,	DOCUMENT_XML },
	{ "application/vnd.wap.xhtml+xml", MEDIA_DOCUMENT, DOCUMENT_XML },
	{ "image/svg+xml",		MEDIA_DOCUMENT,	DOCUMENT_XML },
	{ "image/svg",			MEDIA_DOCUMENT,	DOCUMENT_XML },
	{ "text/xml",			MEDIA_DOCUMENT,	DOCUMENT_XML },
	{ "application/xml",		MEDIA_DOCUMENT,	DOCUMENT_XML },
	{ "text/css",			MEDIA_DOCUMENT,	DOCUMENT_CSS },
	{ "message/rfc822",		MEDIA_MESSAGE,	DOCUMENT_HTML },
	{ "message/global",		MEDIA_MESSAGE,	DOCUMENT_HTML },
	{ "message/news",		MEDIA_MESSAGE,	DOCUMENT_HTML },
	{ "",				MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "text",			MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "html",			MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "application/octet-stream",	MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "application/unknown",	MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "unknown/unknown",		MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "application/x-unknown",	MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "application/force-download",	MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "application/x-msdownload",	MEDIA_UNKNOWN,	DOCUMENT_HTML },
	{ "application/binary",		MEDIA_UNKNOWN,	DOCUMENT_HTML },
};

static const struct {
	const char		*ending;
	enum document_kind	 kind;
} endings[] = {
	{ ".html", DOCUMENT_HTML }, { ".htm", DOCUMENT_HTML }, { ".shtml", DOCUMENT_HTML }, { ".hta", DOCUMENT_HTML },
	{ ".xhtml", DOCUMENT_XML }, { ".xht", DOCUMENT_XML }, { ".svg", DOCUMENT_XML }, { ".xml", DOCUMENT_XML },
	{ ".xsl", DOCUMENT_XML }, { ".css", DOCUMENT_CSS },
};

static const struct {
	const char		*opening;
	enum document_kind	 kind;
} openings[] = {
	{ "<!doctype html", DOCUMENT_HTML }, { "<html", DOCUMENT_HTML }, { "<head", DOCUMENT_HTML },
	{ "<script", DOCUMENT_HTML }, { "<iframe", DOCUMENT_HTML }, { "<h1", DOCUMENT_HTML }, { "<div", DOCUMENT_HTML },
	{ "<font", DOCUMENT_HTML }, { "<table", DOCUMENT_HTML }, { "<a", DOCUMENT_HTML }, { "<style", DOCUMENT_HTML },
	{ "<title", DOCUMENT_HTML }, { "<b", DOCUMENT_HTML }, { "<body", DOCUMENT_HTML }, { "<br", DOCUMENT_HTML },
	{ "<p", DOCUMENT_HTML }, { "<img", DOCUMENT_HTML }, { "<meta", DOCUMENT_HTML }, { "<link", DOCUMENT_HTML },
	{ "<center", DOCUMENT_HTML }, { "<span", DOCUMENT_HTML }, { "<!--", DOCUMENT_HTML }, { "<?xml", DOCUMENT_XML },
	{ "<svg", DOCUMENT_XML },
};

enum media
media_of_type(struct span type, enum document_kind *kind)
{
	*kind = DOCUMENT_HTML;
	for (size_t i = 0; i < NITEMS(types); i++)
		if (span_eq(type, span_of(types[i].type))) {
			*kind = types[i].kind;
			return types[i].media;
		}
	if (span_starts(type, SPAN("multipart/")))
		return MEDIA_MULTIPART;
	if (span_ends_nocase(type, SPAN("+xml"))) {
		*kind = DOCUMENT_XML;
		return MEDIA_DOCUMENT;
	}
	size_t slash = span_find_char(type, '/', 0);
	return slash == 0 || slash + 1 >= type.len ? MEDIA_UNKNOWN : MEDIA_OPAQUE;
}

bool
media_of_name(struct span name, enum document_kind *kind)
{
	for (size_t i = 0; i < NITEMS(endings); i++)
		if (span_ends_nocase(name, span_of(endings[i].ending))) {
			*kind = endings[i].kind;
			return true;
		}
	return false;
}

bool
media_sniff(struct span content, enum document_kind *kind)
{
	if (span_starts(content, SPAN("\xef\xbb\xbf")))
		content = span_from(content, 3);
	content = span_trim(span_cut(content, 0, 1445));
	for (size_t i = 0; i < NITEMS(openings); i++) {
		struct span opening = span_of(openings[i].opening);

		if (!span_starts_nocase(content, opening))
			continue;
		char next = content.len > opening.len ? content.at[opening.len] : '>';
		if (ascii_space(next) || next == '>' || next == '/' || opening.at[1] == '!' || opening.at[1] == '?') {
			*kind = openings[i].kind;
			return true;
		}
	}
	return false;
}
