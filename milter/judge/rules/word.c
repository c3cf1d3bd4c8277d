#include "word.h"

#include <pixelward/dissection.h>

#include "../template.h"

static const char *const hidden_words[] = {
	"size", "display", "visibility", "opacity", "offscreen", "clipped", "font", "nature",
};
_Static_assert(1u << (NITEMS(hidden_words) - 1) == HIDDEN_BY_NATURE, "every way of hiding has its word");

static const char *const quirk_words[] = {
	"duplicate-type", "duplicate-encoding", "duplicate-parameter", "bad-type", "odd-encoding", "broken-base64",
	"broken-qp", "no-boundary", "unclosed", "epilogue", "preamble", "line-ends", "field-syntax", "html-by-name",
	"kind-conflict", "charset-conflict", "unknown-charset", "encoded-multipart", "nested-oddly", "uuencode",
	"smime-opaque", "tnef",
};
_Static_assert(NITEMS(quirk_words) == QUIRK_TNEF + 1, "every quirk has its word");

static const char *const watched_words[] = { "none", "some", "all" };
static const char *const encoding_words[] = { "identity", "quoted-printable", "base64", "uuencode" };
static const char *const document_words[] = { "html", "xml", "css", "calendar", "enriched", "rtf", "header" };

static const char *const disposition_words[] = { "none", "inline", "attachment", "other" };
static const char *const report_words[] = { "no", "unsaid", "maybe", "yes" };
/* Those of a template, then what else is said of them. */
static const char *const token_words[] = { "number", "hex", "mixed", "uuid", "address", "none", "opaque", "recipient",
	"unique-per-delivery" };
_Static_assert(1u << 4 == TEMPLATE_ADDRESS, "every token has its word");
static const char *const analyst_words[] = { "none", "allow", "deny" };
static const char *const proof_words[] = { "none", "unique-per-delivery", "static" };
static const char *const position_words[] = { "first", "last" };

#define WORDS_OF(name)								\
	const char *								\
	word_of_##name(uint32_t i)						\
	{									\
		return i < NITEMS(name##_words) ? name##_words[i] : NULL;	\
	}
WORDS_OF(hidden)
WORDS_OF(quirk)
WORDS_OF(watched)
WORDS_OF(encoding)
WORDS_OF(document)
WORDS_OF(disposition)
WORDS_OF(report)
WORDS_OF(position)
WORDS_OF(token)
WORDS_OF(analyst)
WORDS_OF(proof)

const char *
word_of_kind(uint32_t i)
{
	return i <= REFERENCE_DOCUMENT ? reference_kind_name(i) : NULL;
}

const char *
word_of_trigger(uint32_t i)
{
	return i <= TRIGGER_MUA ? trigger_name(i) : NULL;
}

/* What is untold has no word. */
const char *
word_of_policy(uint32_t i)
{
	return claim_policy_name(i + POLICY_NONE);
}
