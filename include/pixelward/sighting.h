/*
 * What the house remembers of one message: what it would have contacted, for whom, and what became of it.
 *
 * Made by judge() (sender, recipients, hosts, templates), completed by the gateway (the verdict), written to the journal
 * as one record, and learned by the reputation. Digests are the first 8 bytes of SHA-256, as a number; 0: none.
 */
#ifndef PIXELWARD_SIGHTING_H
#define PIXELWARD_SIGHTING_H

#include <pixelward/span.h>

/* Beyond these a message is remembered by its first ones; how many there were is remembered, too. */
#define SIGHTING_MOST_HOSTS		32u
#define SIGHTING_MOST_TEMPLATES		64u
#define SIGHTING_MOST_RECIPIENTS	1000u
#define SIGHTING_NONE			UINT32_MAX	/* no such index */

enum sighting_flag {
	SIGHTING_ALIGNED = 1,	/* a declared verifier: From's domain passed DKIM, SPF or DMARC */
	SIGHTING_UNALIGNED = 2,	/* it spoke, and it did not; neither: nobody spoke */
	SIGHTING_BULK = 4,	/* List-Id, List-Unsubscribe or Precedence say that it went to many */
	SIGHTING_REMOTE = 8,	/* opening it would have contacted somebody */
	SIGHTING_INTERNAL = 16,	/* from InternalHosts, or authenticated */
	SIGHTING_HTML = 32,
	SIGHTING_AMBIGUOUS = 64,
	SIGHTING_LEARNED = 128,	/* old mail that `pixelctl learn` read: nobody got it from us */
	SIGHTING_REPLY = 512,	/* its subject says that it answers or forwards another mail */
	SIGHTING_NEW_SENDER = 256,	/* its domain was first seen lately; of messages with a suspect template */
};

struct sighting_recipient {
	struct span	mailbox;	/* lower case */
	uint64_t	digest;		/* of it */
	bool		watched;	/* in a group of WatchGroups */
};

/* How a host or a template appears in the message; bits. */
enum appearance {
	APPEARS_FETCHED = 1,	/* without a click: on display, by a look-up, by the client */
	APPEARS_LINKED = 2,	/* behind a link */
	APPEARS_HIDDEN = 4,	/* a fetch that a reader does not see, or a sheet or a font with a token */
	APPEARS_SHOWN = 8,	/* a fetch that a reader sees: a picture with a size, an alt or a link, another sheet or font */
	APPEARS_OPAQUE = 16,	/* with a token in the URL of a fetch */
	APPEARS_RECIPIENT = 32,	/* with the recipient's address in the URL of a fetch, plain or disguised */
	APPEARS_REPORTING = 64,	/* a URL that says that it reports the opening (judge/shape/report.h) */
	APPEARS_LISTED = 128,	/* on one of the site's lists, of trackers or of indicators */
	APPEARS_STRIPPED = 256,	/* at least one of them was made inert */
	APPEARS_LIVE = 512,	/* at least one fetch was delivered live */
	APPEARS_SUSPECT = 1024,	/* of a template: a beacon, as far as one message shows it, of a domain first seen lately */
	APPEARS_INDICATED = 2048,	/* listed, on a list that holds mail */
	APPEARS_UNUSUAL = 4096,	/* fetched by something else than a picture: a sheet, a font, a background, a drawing */
};

struct sighting_host {
	struct span	host, domain;	/* domain: registrable, the suffix list's private part included; or the host */
	uint32_t	appearance;	/* enum appearance */
	uint32_t	references;	/* fetches */
};

/* A URL with the form of its tokens in their place (judge/template.h), of fetches only. */
struct sighting_template {
	uint32_t	host;		/* index */
	uint32_t	appearance;
	uint32_t	tokens;		/* kinds of tokens in it, as url.token: 0: it is the same for all */
	struct span	text;
	uint64_t	digest;		/* of text, whatever the kind of its tokens */
	uint64_t	path;		/* the same without its host, if it has tokens: what several hosts may share; or 0 */
	uint64_t	token;		/* digest of the URL: another one has other tokens */
	uint32_t	reference;	/* the first one; not part of the record, as the next */
	bool		various;	/* another URL of it is in this message, too */
};

enum exposure { EXPOSURE_NONE, EXPOSURE_INERT, EXPOSURE_LIVE, EXPOSURE_UNKNOWN };

struct sighting {
	uint64_t	 number;	/* of the record, counted up by its node; 0: not recorded */
	int64_t		 time_ms;	/* when it arrived, Unix time; of old mail: when it says */
	struct span	 queue_id, message_id, client_address, helo;
	struct span	 envelope_sender, from;	/* from: the first mailbox of From, lower case */
	struct span	 sender_domain;	/* registrable, of from, else of the envelope sender; lower case; may be empty */
	uint64_t	 message;	/* digest of Message-ID, or of the bytes if there is none */
	uint64_t	 skeleton;	/* of the page's structure, whatever its text; 0: no page, or hardly any structure */
	uint32_t	 flags;		/* enum sighting_flag */
	struct sighting_recipient *recipients;
	size_t		 recipient_count, recipients_in_all, watched_count;
	struct sighting_host *hosts;
	size_t		 host_count, hosts_in_all;
	struct sighting_template *templates;
	size_t		 template_count, templates_in_all;
	uint32_t	*host_of, *template_of;	/* of each reference, or SIGHTING_NONE; not part of the record */

	/* Completed after the verdict. */
	uint32_t	 action;	/* enum action */
	uint32_t	 mode;		/* enum mode */
	uint32_t	 exposure;	/* enum exposure */
	uint32_t	 failure;	/* enum pw_err */
	uint32_t	 references, stripped;
	uint32_t	 bytes, cpu_us;	/* of the message; of judging it */
	struct span	*rules;		/* that matched */
	size_t		 rule_count;
	struct span	 campaign;	/* its id, if the message belongs to one; or empty */
};

#endif
