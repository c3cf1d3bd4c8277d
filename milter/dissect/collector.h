/* Where everything that finds references in a document puts them: resolves the URL and maps the place. */
#ifndef DISSECT_COLLECTOR_H
#define DISSECT_COLLECTOR_H

#include "block.h"
#include "url/url.h"

/* Where decoded bytes stand in the message. */
struct raw_map {
	const uint32_t	*map;	/* offset from base of each decoded byte, and one behind; NULL: the same offsets */
	uint32_t	 base;
	bool		 none;	/* base64, or a document in text coordinates */
};

struct collector {
	struct block	*block;
	uint32_t	 document;
	struct raw_map	 raw;
	struct url	 base;
	bool		 has_base;
	bool		 has_broken_base;	/* one that is no URL by the standard, yet leads somewhere in some client */
	uint32_t	 characters;	/* that a reader sees of an HTML document */
	uint64_t	 imprint;	/* of its blocks: html/imprint.h */
	uint32_t	 opening, opening_raw;	/* as of a part */
};

/* A place that names a URL. Extents are in document coordinates. */
struct place {
	struct span		 written;	/* the URL, references and escapes undone */
	enum reference_kind	 kind;
	enum trigger		 trigger;
	enum neutral_form	 neutral;
	struct extent		 tag, site;
	uint32_t		 flags;		/* REFERENCE_VOID_TAG, NO_TREE, NESTED; LIVE is found out here */
	uint32_t		 hidden, width, height;
	struct span		 element, attribute;	/* for people: "img", "src" */
	struct span		 alt;		/* with REFERENCE_HAS_ALT */
	bool			 inert;		/* never rendered: recorded, but not live */
	bool			 composed;	/* written is a piece of what a client may make a URL of: live whatever it is */
};

/* reach tells what the URL was; a reference is added for what is remote or broken only. */
void	collector_add(struct collector *, const struct place *, enum url_reach *reach, struct url *url);
/* The base for relative references, as a base element or a header field gives it. false: it can be none. */
bool	collector_set_base(struct collector *, struct span written);
/* The text of a page begins there, in document coordinates. */
void	collector_opening(struct collector *, uint32_t at);

#endif
