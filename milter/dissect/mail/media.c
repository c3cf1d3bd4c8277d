#include "media.h"

#include <string.h>

#include "fields.h"

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
	{ "text/calendar",		MEDIA_DOCUMENT,	DOCUMENT_CALENDAR },
	{ "application/ics",		MEDIA_DOCUMENT,	DOCUMENT_CALENDAR },
	{ "text/vcard",			MEDIA_DOCUMENT,	DOCUMENT_CALENDAR },
	{ "text/x-vcard",		MEDIA_DOCUMENT,	DOCUMENT_CALENDAR },
	{ "text/x-vcalendar",		MEDIA_DOCUMENT,	DOCUMENT_CALENDAR },
	{ "text/directory",		MEDIA_DOCUMENT,	DOCUMENT_CALENDAR },
	{ "text/enriched",		MEDIA_DOCUMENT,	DOCUMENT_ENRICHED },
	{ "text/richtext",		MEDIA_DOCUMENT,	DOCUMENT_ENRICHED },
	{ "text/rtf",			MEDIA_DOCUMENT,	DOCUMENT_RTF },
	{ "application/rtf",		MEDIA_DOCUMENT,	DOCUMENT_RTF },
	{ "application/x-rtf",		MEDIA_DOCUMENT,	DOCUMENT_RTF },
	/* Programs that look at the type alone take these for a message. */
	{ "application/news-transmission", MEDIA_MESSAGE, DOCUMENT_HTML },
	{ "application/x-mimearchive",	MEDIA_MESSAGE,	DOCUMENT_HTML },
	{ "application/x-eml",		MEDIA_MESSAGE,	DOCUMENT_HTML },
	{ "message/delivery-status",	MEDIA_REPORT,	DOCUMENT_HTML },
	{ "message/global-delivery-status", MEDIA_REPORT, DOCUMENT_HTML },
	{ "message/disposition-notification", MEDIA_REPORT, DOCUMENT_HTML },
	{ "message/global-disposition-notification", MEDIA_REPORT, DOCUMENT_HTML },
	{ "message/feedback-report",	MEDIA_REPORT,	DOCUMENT_HTML },
	{ "message/tracking-status",	MEDIA_REPORT,	DOCUMENT_HTML },
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
	{ ".xsl", DOCUMENT_XML }, { ".css", DOCUMENT_CSS }, { ".ics", DOCUMENT_CALENDAR }, { ".vcf", DOCUMENT_CALENDAR },
	{ ".rtf", DOCUMENT_RTF },
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

bool
media_is_type(struct span type)
{
	size_t slash = span_find_char(type, '/', 0);

	for (size_t i = 0; i < type.len; i++)
		if ((unsigned char)type.at[i] <= ' ' || (unsigned char)type.at[i] >= 0x7f ||
		    (i != slash && strchr("()<>@,;:\\\"/[]?=", type.at[i]) != NULL))
			return false;
	return slash > 0 && slash + 1 < type.len;
}

/* Registered top-level types (RFC 6838, 4.2); under any other, clients look at the content. */
static const char *const top_levels[] = { "text/", "application/", "image/", "audio/", "video/", "font/", "model/" };

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
	if (span_starts(type, SPAN("message/")))
		return MEDIA_MESSAGE;
	/* "text/html.", "application/vnd.ms-html", "'text/html'": many a client looks for the word. */
	if (span_find(type, SPAN("html"), 0) < type.len)
		return MEDIA_DOCUMENT;
	if (span_ends_nocase(type, SPAN("+xml"))) {
		*kind = DOCUMENT_XML;
		return MEDIA_DOCUMENT;
	}
	if (span_starts(type, SPAN("text/")) && !span_eq(type, SPAN("text/plain")))
		return MEDIA_UNKNOWN;
	for (size_t i = 0; i < NITEMS(top_levels); i++)
		if (span_starts(type, span_of(top_levels[i])))
			return media_is_type(type) ? MEDIA_OPAQUE : MEDIA_UNKNOWN;
	return MEDIA_UNKNOWN;
}

struct span
media_type_of_kind(enum document_kind kind)
{
	static const char *const names[] = {
		[DOCUMENT_HTML] = "text/html", [DOCUMENT_XML] = "text/xml", [DOCUMENT_CSS] = "text/css",
		[DOCUMENT_CALENDAR] = "text/calendar", [DOCUMENT_RTF] = "text/rtf", [DOCUMENT_ENRICHED] = "text/enriched",
	};

	return span_of(kind < NITEMS(names) ? names[kind] : names[DOCUMENT_HTML]);
}

/* Windows drops blanks and dots at the end of a name. */
static struct span
without_tail(struct span name)
{
	while (name.len > 0 && (name.at[name.len - 1] == '.' || (unsigned char)name.at[name.len - 1] <= ' '))
		name.len--;
	return name;
}

bool
media_is_message_name(struct span name)
{
	name = without_tail(name);
	return span_ends_nocase(name, SPAN(".eml")) || span_ends_nocase(name, SPAN(".mht")) ||
	    span_ends_nocase(name, SPAN(".mhtml"));
}

bool
media_of_name(struct span name, enum document_kind *kind)
{
	name = without_tail(name);
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

bool
media_is_report(struct span body)
{
	for (size_t at = 0; at < body.len;) {
		struct field_reader	reader;
		struct field		field;

		field_reader_init(&reader, span_from(body, at));
		while (field_next(&reader, &field))
			if (span_starts_nocase(field.name, SPAN("content-")))
				return false;
		if (reader.no_blank_line)
			return false;
		at += reader.at;
	}
	return true;
}
