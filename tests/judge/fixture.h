/* A dissection laid out by hand: tables of rows in, a flat block out, checked as one from another process would be. */
#ifndef TESTS_JUDGE_FIXTURE_H
#define TESTS_JUDGE_FIXTURE_H

#include <pixelward/dissection.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct fixture_part {
	uint32_t	 parent;
	const char	*type;
	bool		 header;	/* its document is its header */
};

struct fixture_reference {
	const char	*url, *host, *domain;	/* host NULL: cut from the url; domain NULL: its last two labels */
	uint32_t	 kind, trigger, flags, hidden, width, height;
	uint32_t	 document;		/* 0 stands for the first HTML document */
	uint32_t	 tag;			/* where its tag begins */
};

struct fixture_address {
	uint32_t	 role;
	const char	*mailbox, *domain;
};

#define FIXTURE_BYTES	((size_t)8 << 20)
#define FIXTURE_SPACE	100000u		/* bytes of each document: room for tags */

struct fixture {
	struct dissection	*d;
	uint32_t		 used;
};

static inline uint32_t
fixture_take(struct fixture *fixture, size_t bytes)
{
	uint32_t at = (fixture->used + 7) & ~7u;

	assert(at + bytes <= FIXTURE_BYTES);
	fixture->used = at + (uint32_t)bytes;
	return at;
}

static inline struct text
fixture_text(struct fixture *fixture, const char *text, size_t len)
{
	uint32_t at = fixture_take(fixture, len + 1);

	memcpy((char *)fixture->d + at, text, len);
	((char *)fixture->d)[at + len] = '\0';
	return (struct text){ at, (uint32_t)len };
}

static inline struct text
fixture_words(struct fixture *fixture, const char *text)
{
	return fixture_text(fixture, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static inline void *
fixture_table(struct fixture *fixture, struct table *table, size_t count, size_t size)
{
	table->at = fixture_take(fixture, count * size);
	table->count = (uint32_t)count;
	return (char *)fixture->d + table->at;
}

/* Every part gets a document of the same index; one part of text/html if there are none. */
static inline void
fixture_parts(struct fixture *fixture, const struct fixture_part *parts, size_t count)
{
	static const struct fixture_part	 one = { DISSECTION_NONE, "text/html", false };
	struct part				*rows;
	struct document				*documents;

	if (count == 0) {
		parts = &one;
		count = 1;
	}
	rows = fixture_table(fixture, &fixture->d->parts, count, sizeof(*rows));
	documents = fixture_table(fixture, &fixture->d->documents, count, sizeof(*documents));
	for (size_t i = 0; i < count; i++) {
		rows[i].parent = parts[i].parent;
		rows[i].body.end = FIXTURE_SPACE;
		rows[i].type = fixture_words(fixture, parts[i].type);
		rows[i].path = rows[i].charset = rows[i].name = fixture_words(fixture, "");
		documents[i].part = (uint32_t)i;
		documents[i].kind = parts[i].header ? DOCUMENT_HEADER : DOCUMENT_HTML;
		documents[i].flags = DOCUMENT_IN_MESSAGE;
		documents[i].bytes = (struct text){ 0, FIXTURE_SPACE };
		documents[i].base = fixture_words(fixture, "");
	}
}

static inline struct span
fixture_host(const char *url)
{
	const char *begin = strstr(url, "//");

	if (begin == NULL)
		return SPAN_NONE;
	begin += 2;
	const char *user = memchr(begin, '@', strcspn(begin, "/?#"));
	if (user != NULL)
		begin = user + 1;
	return (struct span){ begin, strcspn(begin, ":/?#") };
}

static inline struct span
fixture_domain(struct span host)
{
	size_t dots = 0, i = host.len;

	for (; i > 0; i--)
		if (host.at[i - 1] == '.' && ++dots == 2)
			break;
	return span_from(host, i);
}

static inline uint32_t
fixture_offset(struct span url, const char *sign, size_t behind)
{
	size_t from = span_find(url, SPAN("//"), 0), at;

	at = span_find(url, span_of(sign), from < url.len ? from + 2 : 0);
	return at < url.len ? (uint32_t)(at + behind) : DISSECTION_NONE;
}

static inline void
fixture_references(struct fixture *fixture, const struct fixture_reference *references, size_t count)
{
	struct reference *rows = fixture_table(fixture, &fixture->d->references, count, sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		const struct fixture_reference	*from = &references[i];
		struct reference		*row = &rows[i];
		struct span			 url = span_of(from->url);
		struct span			 host = from->host != NULL ? span_of(from->host) : fixture_host(from->url);
		struct span			 domain = from->domain != NULL ? span_of(from->domain) :
						    fixture_domain(host);
		uint32_t			 query, fragment;

		*row = (struct reference){ .document = from->document, .kind = from->kind, .trigger = from->trigger,
		    .neutral = NEUTRAL_TAG, .flags = from->flags, .hidden = from->hidden, .width = from->width,
		    .height = from->height };
		row->url = fixture_text(fixture, url.at, url.len);
		row->host = fixture_text(fixture, host.at != NULL ? host.at : "", host.len);
		row->domain = fixture_text(fixture, domain.at != NULL ? domain.at : "", domain.len);
		row->place = fixture_words(fixture, "img src");
		row->alt = fixture_words(fixture, "");
		fragment = fixture_offset(url, "#", 1);
		query = fixture_offset(url, "?", 1);
		row->query_at = query < fragment ? query : DISSECTION_NONE;
		row->fragment_at = fragment;
		row->path_at = fixture_offset(url, "/", 0);
		row->tag = (struct extent){ from->tag, from->tag + 1 };
	}
}

static inline void
fixture_addresses(struct fixture *fixture, const struct fixture_address *addresses, size_t count)
{
	struct address *rows = fixture_table(fixture, &fixture->d->addresses, count, sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		rows[i].role = addresses[i].role;
		rows[i].mailbox = fixture_words(fixture, addresses[i].mailbox);
		rows[i].domain = fixture_words(fixture, addresses[i].domain);
		rows[i].organisation = rows[i].display = fixture_words(fixture, "");
	}
}

static inline void
fixture_begin(struct fixture *fixture)
{
	fixture->d = calloc(1, FIXTURE_BYTES);
	assert(fixture->d != NULL);
	fixture->used = sizeof(*fixture->d);
	fixture->d->magic = DISSECTION_MAGIC;
	fixture->d->message_bytes = FIXTURE_SPACE;
	fixture->d->subject = fixture->d->message_id = fixture->d->failure_text = fixture_words(fixture, "");
}

/* Parts and references first. Free with free(). */
static inline const struct dissection *
fixture_finish(struct fixture *fixture)
{
	struct dissection	*d = fixture->d;
	struct table		*tables[] = { &d->parts, &d->documents, &d->references, &d->addresses, &d->marks, &d->claims,
				    &d->notes };

	for (size_t i = 0; i < NITEMS(tables); i++)
		if (tables[i]->count == 0)
			tables[i]->at = fixture_take(fixture, 0);
	d->bytes = fixture->used;
	enum pw_err err = dissection_check(d, d->bytes, FIXTURE_SPACE, &limits_default);
	assert(err == PW_OK);
	(void)err;
	return d;
}

#endif
