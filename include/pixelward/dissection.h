/*
 * What a message is made of, as clients may read it: the result of dissect().
 *
 * One flat block: a struct dissection, then its tables, then its text. Offsets, no pointers,
 * so that it can cross a process border and be checked there (dissection_check). Whoever holds
 * the block's memory owns everything in it.
 *
 * Coordinates. "raw" counts bytes of the message as the MTA handed it over, header included.
 * "decoded" counts bytes of a document after its transfer encoding was undone. A document whose
 * charset is not safe to splice (UTF-16, ISO-2022 and the like) counts bytes of its UTF-8 text
 * instead: see DOCUMENT_AS_TEXT.
 */
#ifndef PIXELWARD_DISSECTION_H
#define PIXELWARD_DISSECTION_H

#include <pixelward/error.h>
#include <pixelward/limits.h>
#include <pixelward/span.h>

#define DISSECTION_MAGIC	0x50574434u	/* "PWD4": changes with the layout */
#define DISSECTION_NONE		UINT32_MAX	/* no such index or number */
#define DISSECTION_MOST_MARKS	32u
#define DISSECTION_MOST_CLAIMS	240u

/* A run of bytes: [begin, end). */
struct extent {
	uint32_t	begin, end;
};

/* Text inside the block, NUL-terminated there (the NUL is not counted). */
struct text {
	uint32_t	at, len;
};

struct table {
	uint32_t	at, count;
};

struct dissection {
	uint32_t	magic;
	uint32_t	bytes;		/* of the whole block */
	uint32_t	message_bytes;	/* of the message it describes */
	uint32_t	body_at;	/* raw: first byte behind the header's blank line */
	uint32_t	limit;		/* enum limit: what was exceeded; the tables hold what was found before */
	uint32_t	failure;	/* enum pw_err: PW_OK, or why the dissection is incomplete */
	struct text	failure_text;	/* for the log: "<what> in part <path>" */
	struct text	subject;	/* RFC 2047 words decoded, UTF-8 */
	struct text	message_id;
	struct table	parts, documents, references, addresses, marks, claims, notes;
};

enum transfer_encoding {
	ENCODING_IDENTITY,	/* 7bit, 8bit, binary, unknown */
	ENCODING_QP,
	ENCODING_BASE64,
	ENCODING_UU,
};

enum disposition { DISPOSITION_NONE, DISPOSITION_INLINE, DISPOSITION_ATTACHMENT, DISPOSITION_OTHER };

/* One MIME entity. Entities come in document order, parents before children. */
struct part {
	uint32_t	parent;		/* index; DISSECTION_NONE for the message itself */
	struct text	path;		/* as in IMAP: "1.2"; the message itself is "" unless it is a leaf: "1" */
	struct extent	header, body;	/* raw; the line end before a boundary belongs to the boundary */
	struct extent	type_field, encoding_field;	/* raw: the whole field with its line end; empty if missing */
	struct text	type;		/* lower case "text/html"; what clients take it for */
	struct text	charset;	/* label as written, or empty */
	struct text	name;		/* file name, decoded */
	uint32_t	encoding;	/* enum transfer_encoding */
	uint32_t	disposition;	/* enum disposition */
	uint32_t	characters;	/* that a reader sees of its text; DISSECTION_NONE if it is not shown as text */
	uint32_t	opening;	/* 1 more than where its page's text begins, in its first document; 0: no page */
	uint32_t	opening_raw;	/* raw: the same place, or 0 where decoded bytes have no raw place */
	uint32_t	imprint[2];	/* of its page's blocks, the high half first; zeros: hardly any */
	uint32_t	reading;	/* 0: the plain one; others are alternatives opened by a quirk */
	uint32_t	quirks;		/* bits 1u << enum quirk: what makes clients differ here */
};

enum document_kind {
	DOCUMENT_HTML,
	DOCUMENT_XML,		/* XHTML, SVG */
	DOCUMENT_CSS,
	DOCUMENT_CALENDAR,	/* also vCard */
	DOCUMENT_ENRICHED,
	DOCUMENT_RTF,
	DOCUMENT_HEADER,	/* header fields of the message or of a nested one */
};

enum document_flag {
	DOCUMENT_IN_MESSAGE = 1,	/* decoded bytes are raw bytes: at counts from the message's first byte */
	DOCUMENT_AS_TEXT = 2,		/* coordinates are those of text; the part must be re-emitted as UTF-8 */
	DOCUMENT_GUISED = 4,		/* clients that know its charset less well read other bytes: look at it again */
};

/* The decoded content of one part, as far as a client renders it. */
struct document {
	uint32_t	part;
	uint32_t	kind;		/* enum document_kind */
	uint32_t	flags;
	struct text	bytes;		/* decoded bytes, in the block or (IN_MESSAGE) in the message */
	struct text	base;		/* base URL for relative references, or empty */
};

enum reference_kind {
	REFERENCE_IMAGE, REFERENCE_BACKGROUND, REFERENCE_STYLESHEET, REFERENCE_IMPORT, REFERENCE_FONT,
	REFERENCE_CSS, REFERENCE_HINT, REFERENCE_REFRESH, REFERENCE_FRAME, REFERENCE_MEDIA, REFERENCE_PLUGIN,
	REFERENCE_SCRIPT, REFERENCE_FORM, REFERENCE_LINK, REFERENCE_PING, REFERENCE_SVG, REFERENCE_XML,
	REFERENCE_VML, REFERENCE_CALENDAR, REFERENCE_EXTERNAL_BODY, REFERENCE_RECEIPT, REFERENCE_HEADER,
	REFERENCE_CRYPTO, REFERENCE_DOCUMENT,
};

enum trigger {
	TRIGGER_OPEN,	/* fetched on display */
	TRIGGER_DNS,	/* a look-up or a connection only */
	TRIGGER_CLICK,	/* on a gesture */
	TRIGGER_MUA,	/* by the mail client's own machinery */
};

/* How a reference is made inert where the reader can see its place. */
enum neutral_form {
	NEUTRAL_NONE,		/* cannot be edited: strip means that the mail is held */
	NEUTRAL_IMAGE,		/* the value becomes an empty picture; site is the value without quotes */
	NEUTRAL_ATTRIBUTE,	/* site, an attribute with its leading space, goes */
	NEUTRAL_TAG,		/* the tag goes */
	NEUTRAL_CSS_URL,	/* site, a url token or a string, becomes url(data:,) */
	NEUTRAL_CSS_DROP,	/* site, a whole declaration or at-rule, goes */
	NEUTRAL_FIELD,		/* site, a header field or content line with its line end, goes */
	NEUTRAL_ERASE,		/* site goes */
};

/* Why a reader does not see it; bits. */
enum hidden {
	HIDDEN_SIZE = 1,	/* declared at most 3 x 3 CSS px, or a side of 0 */
	HIDDEN_DISPLAY = 2,
	HIDDEN_VISIBILITY = 4,
	HIDDEN_OPACITY = 8,
	HIDDEN_OFFSCREEN = 16,
	HIDDEN_CLIPPED = 32,	/* by itself or by a box of no size around it */
	HIDDEN_FONT = 64,	/* mso-hide:all and the like */
	HIDDEN_BY_NATURE = 128,	/* the element shows nothing: a sound, a refresh */
};

enum reference_flag {
	REFERENCE_LIVE = 1,	/* remote: opening it contacts a host */
	REFERENCE_VOID_TAG = 2,	/* its tag may be removed without leaving an end tag */
	REFERENCE_NO_TREE = 4,	/* found in the tokens only: the tree says nothing of size or visibility */
	REFERENCE_NESTED = 8,	/* inside a container (comment, srcdoc, data: URL); edits reach it all the same */
	REFERENCE_INVALID_URL = 16,	/* no URL by the standard, yet some client may try */
	REFERENCE_HAS_ALT = 32,		/* its tag has an alt attribute */
	REFERENCE_IN_FLOW = 64,		/* it stands among text and pictures: the next three are known */
	REFERENCE_ALONE = 128,		/* nothing else is shown in its table cell; outside of tables, in the document */
	REFERENCE_FIRST = 256,		/* no text or picture that a reader sees stands before it */
	REFERENCE_LAST = 512,		/* nor behind it */
	REFERENCE_IN_LINK = 1024,	/* a link stands around it */
};

#define REFERENCE_NO_SIZE	UINT32_MAX

/* One place that can make a client contact a host. In source order within a document. */
struct reference {
	uint32_t	document;
	uint32_t	kind, trigger, neutral, flags, hidden;
	struct text	url;		/* as the client resolves it, serialised */
	struct text	host;		/* lower case, A-labels; empty if the scheme has none */
	struct text	domain;		/* registrable domain (Public Suffix List, private part included), or the host */
	struct text	place;		/* for people: "img src", "style background-image" */
	struct text	alt;		/* of its tag, the beginning */
	uint32_t	path_at, query_at, fragment_at;	/* offsets in url; DISSECTION_NONE if missing */
	struct extent	tag, tag_raw;	/* the start tag around it; empty in sheets and headers */
	struct extent	site, site_raw;	/* what the neutral form edits; raw is empty where decoded bytes have no
					   raw place of their own (base64) */
	uint32_t	width, height;	/* CSS px as declared; REFERENCE_NO_SIZE if not */
};

/* ADDRESS_TO: To, Cc, Delivered-To and the like. */
enum address_role { ADDRESS_FROM, ADDRESS_SENDER, ADDRESS_REPLY_TO, ADDRESS_TO };

/* A mailbox of the message's header: read leniently, every @ counts. */
struct address {
	uint32_t	role;
	struct text	mailbox;	/* lower case local@domain */
	struct text	domain;		/* lower case, A-labels */
	struct text	organisation;	/* the domain's registrable domain, as of a reference */
	struct text	display;	/* decoded words; may be empty */
};

enum mark_field {
	MARK_LIST_ID, MARK_LIST_UNSUBSCRIBE, MARK_LIST_POST, MARK_PRECEDENCE, MARK_AUTO_SUBMITTED, MARK_MAILER,
	MARK_MESSAGE_ID,
};

/* What a field of the message's header says of how it was sent: a row for each value, as far as they are read. */
struct mark {
	uint32_t	field;		/* enum mark_field */
	struct text	text;		/* without angle brackets; free text decoded */
	struct text	domain;		/* of the URL, the mailbox or the identifier, lower case; or empty */
};

/* CLAIM_UNREADABLE: a field that parsers may read differently; it claims nothing, but whose name it bears is known. */
enum claim_method { CLAIM_SPF, CLAIM_DKIM, CLAIM_DMARC, CLAIM_UNREADABLE };

/* RFC 8601, 2.7: what is known to all methods. The best first. */
enum claim_result {
	CLAIM_PASS, CLAIM_POLICY, CLAIM_NEUTRAL, CLAIM_SOFTFAIL, CLAIM_FAIL, CLAIM_PERMERROR,
	CLAIM_TEMPERROR, CLAIM_NONE,
};

/* What the domain of From asks for; not every verifier tells. */
enum claim_policy { POLICY_UNTOLD, POLICY_NONE, POLICY_QUARANTINE, POLICY_REJECT };

/*
 * What somebody claims to have verified: one result of an Authentication-Results field that stands above the first
 * Received field. Whether he who claims it is one of ours is for others to say.
 */
struct claim {
	uint32_t	place;		/* which of these fields: the topmost has the least */
	uint32_t	method, result;	/* enum claim_method, claim_result */
	uint32_t	policy;		/* enum claim_policy; of DMARC */
	uint32_t	of_helo;	/* 1: SPF was asked for the name in HELO, not for the sender */
	struct text	verifier;	/* the authserv-id */
	struct text	domain;		/* what the result is about: lower case, A-labels; may be empty */
	struct text	organisation;	/* its registrable domain */
};

#define PW_QUIRKS(X)	/* what makes clients read a message differently: name, text */ \
	X(DUPLICATE_TYPE,	"more than one Content-Type") \
	X(DUPLICATE_ENCODING,	"more than one Content-Transfer-Encoding") \
	X(DUPLICATE_PARAMETER,	"a Content-Type parameter is given twice") \
	X(BAD_TYPE,		"a Content-Type that is no media type") \
	X(ODD_ENCODING,		"a transfer encoding that clients read differently") \
	X(BROKEN_BASE64,	"base64 with foreign bytes or data behind its end") \
	X(BROKEN_QP,		"malformed quoted-printable") \
	X(NO_BOUNDARY,		"a multipart without a boundary or without parts") \
	X(UNCLOSED,		"a multipart that is never closed") \
	X(EPILOGUE,		"content behind the closing boundary") \
	X(PREAMBLE,		"markup before the first boundary") \
	X(LINE_ENDS,		"bare CR or NUL where lines end") \
	X(FIELD_SYNTAX,		"a header field that clients read differently") \
	X(HTML_BY_NAME,		"HTML under another media type") \
	X(KIND_CONFLICT,	"a name that says another kind of document than the type") \
	X(CHARSET_CONFLICT,	"charset label, byte order mark and content disagree") \
	X(UNKNOWN_CHARSET,	"a charset nobody knows") \
	X(ENCODED_MULTIPART,	"a transfer encoding around a multipart or message") \
	X(NESTED_ODDLY,		"a boundary that is a prefix of another") \
	X(UUENCODE,		"uuencoded content outside MIME") \
	X(SMIME_OPAQUE,		"content inside an S/MIME wrapper") \
	X(TNEF,			"content inside winmail.dat")

enum quirk {
#define X(name, text) QUIRK_##name,
	PW_QUIRKS(X)
#undef X
};

const char	*quirk_text(enum quirk);

/* Quirks that leave it open which bytes are whose: the message has more than one reading. */
#define QUIRKS_OF_STRUCTURE \
	(~(1u << QUIRK_HTML_BY_NAME | 1u << QUIRK_UUENCODE | 1u << QUIRK_SMIME_OPAQUE | 1u << QUIRK_TNEF))

struct note {
	uint32_t	part;	/* or DISSECTION_NONE */
	struct text	text;
};

/* Typed views; the block must have passed dissection_check() if another process made it. */
const struct part	*dissection_parts(const struct dissection *);
const struct document	*dissection_documents(const struct dissection *);
const struct reference	*dissection_references(const struct dissection *);
const struct address	*dissection_addresses(const struct dissection *);
const struct mark	*dissection_marks(const struct dissection *);
const struct claim	*dissection_claims(const struct dissection *);
const struct note	*dissection_notes(const struct dissection *);
struct span		 dissection_text(const struct dissection *, struct text);
/* The document's decoded bytes, wherever they lie. */
struct span		 document_bytes(const struct dissection *, const struct document *, struct span message);
/* Does any part have a quirk of structure? */
bool			 dissection_is_ambiguous(const struct dissection *);
/* Is any document one that some clients read in other bytes? */
bool			 dissection_is_guised(const struct dissection *);
/* "image", "open", "1.2" and so on, as printed in JSON and logs. */
const char		*reference_kind_name(uint32_t kind);
const char		*trigger_name(uint32_t trigger);
/* "dkim", "softfail", "quarantine", as Authentication-Results and rules have them. NULL past the last. */
const char		*claim_method_name(uint32_t method);
const char		*claim_result_name(uint32_t result);
const char		*claim_policy_name(uint32_t policy);

/*
 * Can all of it be read, by whoever follows the comments above? For a block that another process made; private memory,
 * which that process cannot change any more. Every index, offset, enum and bit in bounds; texts no longer than the block,
 * all together; parts within their parents, what is edited within its part; references in the order of their documents,
 * so that each document's are a run; no more parts, documents and references than the limits allow a dissection.
 * A block that passes can still lie about its message.
 *	PW_EBLOCK	nothing in it may be read
 */
enum pw_err		 dissection_check(const void *block, size_t block_bytes, size_t message_bytes,
			    const struct limits *) PW_MUST_CHECK;

#endif
