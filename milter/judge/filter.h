/*
 * Adblock network filters of many lists, and the question which of them speak about a URL.
 *
 * Nobody tries all filters. Each is filed under one token (a run of letters and digits) that stands whole in every URL
 * it can match, the one that the fewest other filters have; a URL asks for its own tokens only:
 *
 *	.acemlna.com/lt.php?$image	->	"acemlna"	<-	https://x.acemlna.com/lt.php?notrack=1
 *	||t.example^			->	the host	<-	each suffix of the URL's host
 *	https://a.example/lure12345	->	"lure12…"	<-	the first six bytes of a long token, if the filter
 *							leaves its end open, or the last six
 *
 * What has no such token (a few regular expressions) is tried on every URL; there may be MOST_UNFILED of them.
 */
#ifndef JUDGE_FILTER_H
#define JUDGE_FILTER_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

#include "pattern.h"

/* What a reference is to a filter's options; bits. */
enum filter_type {
	TYPE_IMAGE = 1, TYPE_STYLESHEET = 2, TYPE_SCRIPT = 4, TYPE_FONT = 8, TYPE_MEDIA = 16, TYPE_OBJECT = 32,
	TYPE_SUBDOCUMENT = 64, TYPE_PING = 128, TYPE_OTHER = 256,
	TYPE_WEB = 512,		/* what only web pages have: requests of scripts, sockets, windows */
	TYPE_LINK = 1024,	/* followed on a click; no Adblock filter speaks about it */
};

#define TYPES_OF_MAIL	(TYPE_WEB - 1)
#define TYPES_OF_FILTER	(TYPES_OF_MAIL | TYPE_WEB)
#define ANY_TYPE	(TYPES_OF_FILTER | TYPE_LINK)

enum filter_flag {
	FILTER_EXCEPTION = 1,
	FILTER_IMPORTANT = 2,
	FILTER_MATCH_CASE = 4,
	FILTER_THIRD_PARTY = 8,
	FILTER_FIRST_PARTY = 16,
	FILTER_REGEX = 32,
};

#define MOST_FILTER_BYTES	16384
#define MOST_FILTERS		4000000
#define MOST_UNFILED		2000

/* One domain of domain=; longer ones win over shorter ones. */
struct filter_domain {
	struct span	name;
	bool		excluded;
};

#define MOST_FILTER_DOMAINS	2048

/* A filter as read from its line; spans are borrowed from it. */
struct filter_source {
	struct span		pattern;	/* between the slashes if it is a regular expression */
	struct span		line;		/* as written, for people */
	unsigned		prefix;		/* an anchor: pattern is no pattern, but text to stand there */
	uint32_t		flags, types;
	struct filter_domain	domains[MOST_FILTER_DOMAINS];
	size_t			domain_count;
};

enum filter_kind {
	FILTER_NETWORK,
	FILTER_COSMETIC,	/* hides or changes what a page shows */
	FILTER_WEB,		/* speaks of nothing that mail has */
	FILTER_UNSUPPORTED,	/* has an option that we do not know */
	FILTER_BAD,
};

/* What is wrong, or what is not supported, at which byte of the line. */
struct filter_fault {
	size_t	at;
	char	text[256];
};

/* Reads one line; fault is filled for the last two kinds. */
enum filter_kind	filter_parse(struct span line, struct filter_source *, struct filter_fault *);

struct filter {
	struct pattern	pattern;	/* of an expression: its source */
	struct span	line;
	struct regex	*regex;
	uint32_t	list, number;	/* of the line in the list's file */
	uint32_t	first_domain;
	uint16_t	domain_count, types, flags;
};

struct filter_bucket;

struct filter_set {
	struct filter		*filters;
	size_t			 count, capacity;
	struct filter_domain	*domains;
	size_t			 domain_count, domain_capacity;
	struct arena		*arena;		/* of their texts */
	struct filter_bucket	*buckets;
	size_t			 bucket_count;	/* a power of two */
	uint32_t		*filed;		/* filters, bucket by bucket; then those without a token */
	size_t			 filed_count, unfiled;
	uint32_t		*seen;		/* a bit for each token that has a bucket, and by chance for a few others */
	size_t			 seen_bits;
	uint32_t		 list_count;	/* lists are numbered below it */
	uint32_t		 types;		/* that any of its filters speaks of */
};

void		filter_set_init(struct filter_set *);
void		filter_set_fini(struct filter_set *);
/*
 * Add a filter to a list. What it needs of source is copied.
 *	PW_ESYNTAX	it would match everything, or is no expression, or is one too many: fault says so
 */
enum pw_err	filter_set_add(struct filter_set *, const struct filter_source *, uint32_t list, size_t number,
		    struct filter_fault *) PW_MUST_CHECK;
/* Takes the filters behind the first count of them away again. */
void		filter_set_cut(struct filter_set *, size_t count);
/* After the last filter, before the first question. */
enum pw_err	filter_set_index(struct filter_set *) PW_MUST_CHECK;

/* Of one list: the filter that decides. */
struct filter_hit {
	const struct filter	*filter;
	bool			 failed;	/* it could not be tried; neither match nor no match */
};

struct filter_standing;

#define MOST_SITES	4

/* Who asks: one message, and what it was answered last. What it needs grows in arena. */
struct filter_asker {
	struct arena		*arena;
	struct span		 sites[MOST_SITES];	/* domains of From: what pages are to a browser */
	size_t			 site_count;
	uint64_t		 work;			/* what may still be spent on this message */
	struct regex_budget	*regexes;		/* of the message; NULL: each call by itself */
	struct filter_hit	*hits;			/* until the next question: one of each list that matches */
	size_t			 hit_count;
	char			*scratch;		/* its URLs, lowered and decoded */
	size_t			 capacity;
	struct filter_standing	*standings;
	size_t			 standing_count, standing_capacity, hit_capacity;
	uint32_t		*places;		/* of each list, its standing + 1; 0: none */
	size_t			 place_count;
};

/* Ten thousand URLs of 200 bytes take an eighth of it; all of it is some tenths of a second. */
#define FILTER_WORK	((uint64_t)16 << 20)

struct filter_question {
	struct span	url, host;	/* serialised */
	struct span	domain;		/* the host's registrable domain */
	uint32_t	type;
};

/*
 * The lists that match the URL as it is or percent-decoded, each with one filter in asker->hits: exceptions of a list win
 * over its other filters, and its important ones over exceptions; what only an exception matches is no hit.
 *	PW_ELIMIT	the message has spent its work; the hits found before count
 *	PW_ENOMEM	none
 */
enum pw_err	filter_set_match(const struct filter_set *, struct filter_asker *, const struct filter_question *)
		    PW_MUST_CHECK;

#endif
