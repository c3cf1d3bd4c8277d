#include "sighting.h"

#include <glib.h>
#include <string.h>

#include <pixelward/base/words.h>

#include "kind.h"
#include "rules/element.h"
#include "rules/getter.h"
#include "shape/opaque.h"

/* Of more fetches the hosts alone are remembered: an attacker's long list is no newsletter. */
#define MOST_TEMPLATED		256u
#define MOST_TEMPLATED_BYTES	((size_t)256 << 10)

struct witness {
	struct evidence		*evidence;
	const struct dissection	*d;
	struct arena		*arena;
	struct sighting		*sighting;
	GChecksum		*checksum;
	size_t			 templated, templated_bytes;	/* fetches, and the text of their URLs */
	bool			 no_memory;
};

static uint64_t
digest_of(struct witness *witness, struct span a, struct span b)
{
	guint8		bytes[32];
	gsize		len = sizeof(bytes);
	uint64_t	digest = 0;

	g_checksum_reset(witness->checksum);
	if (a.len > 0)
		g_checksum_update(witness->checksum, (const guchar *)a.at, (gssize)a.len);
	/* Neither of them holds a NUL. */
	if (b.len > 0) {
		g_checksum_update(witness->checksum, (const guchar *)"", 1);
		g_checksum_update(witness->checksum, (const guchar *)b.at, (gssize)b.len);
	}
	g_checksum_get_digest(witness->checksum, bytes, &len);
	for (size_t i = 0; i < sizeof(digest); i++)
		digest = digest << 8 | bytes[i];
	return digest != 0 ? digest : 1;
}

static struct span
lower(struct witness *witness, struct span text)
{
	struct span copy = arena_lower(witness->arena, text);

	witness->no_memory = witness->no_memory || copy.at == NULL;
	return copy;
}

/* --- the message --- */

/* How mail programs begin the subject of an answer or a forward: in English and in languages of Europe. Sorted. */
static const char *const reply_words[] = {
	"antw", "aw", "doorst", "enc", "fw", "fwd", "i", "odp", "pd", "r", "re", "ref", "rif", "rv", "sv", "tr", "vb", "vl", "vs",
	"wg", "ynt",
};
static const struct words reply_prefixes = { reply_words, NITEMS(reply_words) };

static bool
is_reply(struct span subject)
{
	struct span word;

	subject = span_trim(subject);
	word = span_cut(subject, 0, span_find_char(subject, ':', 0));
	return word.len < subject.len && words_have(&reply_prefixes, span_trim(span_cut(word, 0, span_find_char(word, '[', 0))));
}

static uint32_t
flags_of(struct witness *witness)
{
	const struct dissection	*d = witness->d;
	const struct message	*message = witness->evidence->message;
	struct value		 aligned = { .known = false };
	uint32_t		 flags = message->internal || message->authenticated ? SIGHTING_INTERNAL : 0;

	get_auth_aligned(witness->evidence, SCOPE_MESSAGE, 0, &aligned);
	if (aligned.known)
		flags |= aligned.truth ? SIGHTING_ALIGNED : SIGHTING_UNALIGNED;
	for (uint32_t i = 0; i < d->marks.count; i++) {
		const struct mark *mark = &dissection_marks(d)[i];

		if (mark->field == MARK_LIST_ID || mark->field == MARK_LIST_UNSUBSCRIBE || mark->field == MARK_LIST_POST ||
		    mark->field == MARK_PRECEDENCE)
			flags |= SIGHTING_BULK;
	}
	if (dissection_is_ambiguous(d))
		flags |= SIGHTING_AMBIGUOUS;
	if (is_reply(dissection_text(d, d->subject)))
		flags |= SIGHTING_REPLY;
	for (uint32_t i = 0; i < d->parts.count; i++) {
		const struct part *part = &dissection_parts(d)[i];

		if (span_eq(dissection_text(d, part->type), SPAN("text/html")))
			flags |= SIGHTING_HTML;
		if (witness->sighting->skeleton == 0)
			witness->sighting->skeleton = (uint64_t)part->imprint[0] << 32 | part->imprint[1];
	}
	return flags;
}

static void
see_sender(struct witness *witness)
{
	const struct dissection	*d = witness->d;
	const struct message	*message = witness->evidence->message;
	struct sighting		*sighting = witness->sighting;
	size_t			 at = span_find_char(message->envelope_sender, '@', 0);

	sighting->sender_domain = lower(witness, span_from(message->envelope_sender, at + 1));
	for (uint32_t i = d->addresses.count; i-- > 0;) {
		const struct address *address = &dissection_addresses(d)[i];

		if (address->role != ADDRESS_FROM)
			continue;
		sighting->from = dissection_text(d, address->mailbox);
		if (address->organisation.len > 0)
			sighting->sender_domain = dissection_text(d, address->organisation);
	}
	sighting->time_ms = message->arrived_ms;
	sighting->queue_id = message->queue_id;
	sighting->message_id = dissection_text(d, d->message_id);
	sighting->client_address = message->client_address;
	sighting->helo = message->helo;
	sighting->envelope_sender = lower(witness, message->envelope_sender);
	/* A sender chooses the Message-ID: alone it would make one message of many. */
	sighting->message = message->queue_id.len + sighting->message_id.len > 0 ?
	    digest_of(witness, message->queue_id, sighting->message_id) :
	    digest_of(witness, span_cut(message->raw, 0, d->body_at), SPAN_NONE);
}

static void
see_recipients(struct witness *witness)
{
	const struct evidence	*evidence = witness->evidence;
	const struct message	*message = evidence->message;
	struct sighting		*sighting = witness->sighting;
	size_t			 count = message->recipient_count < SIGHTING_MOST_RECIPIENTS ? message->recipient_count :
				    SIGHTING_MOST_RECIPIENTS;

	sighting->recipients_in_all = message->recipient_count;
	sighting->recipients = arena_array(witness->arena, count, sizeof(*sighting->recipients));
	if (sighting->recipients == NULL) {
		witness->no_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct span	mailbox = lower(witness, message->recipients[i]);
		bool		watched = evidence->groups != NULL &&
				    (group_set_of(evidence->groups, mailbox) & evidence->watched) != 0;

		sighting->recipients[i] = (struct sighting_recipient){ mailbox, digest_of(witness, mailbox, SPAN_NONE), watched };
		sighting->watched_count += watched;
	}
	sighting->recipient_count = count;
}

/* --- what it would contact --- */

static uint32_t
see_host(struct witness *witness, struct span host, struct span domain)
{
	struct sighting *sighting = witness->sighting;

	for (uint32_t i = 0; i < sighting->host_count; i++)
		if (span_eq(sighting->hosts[i].host, host))
			return i;
	sighting->hosts_in_all++;
	if (sighting->host_count == SIGHTING_MOST_HOSTS)
		return SIGHTING_NONE;
	sighting->hosts[sighting->host_count] = (struct sighting_host){ .host = host, .domain = domain };
	return (uint32_t)sighting->host_count++;
}

#define LONGEST_EXTENSION	5u

/* ".gif" of "{hex}-{mixed}.gif". */
static struct span
extension_of(struct span piece)
{
	size_t dot = piece.len;

	while (dot > 0 && (ascii_alpha(piece.at[dot - 1]) || ascii_digit(piece.at[dot - 1])))
		dot--;
	return dot > 0 && piece.at[dot - 1] == '.' && piece.len - dot <= LONGEST_EXTENSION ? span_from(piece, dot - 1) :
	    SPAN_NONE;
}

/* Also what a template leaves as it is: the name of a picture, which may hold a digest of it, or of its reader. */
static bool
has_token(struct span piece, bool in_host)
{
	return span_find_char(piece, '{', 0) < piece.len ||
	    (!in_host && shape_is_opaque(span_cut(piece, 0, piece.len - extension_of(piece).len)));
}

/*
 * A template with one star for each piece that has a token, of whatever kind: base64 and its like look like one word in one
 * mail and like three in the next. path_at: where its path begins then, if a token is in it.
 */
static struct span
mould_of(struct witness *witness, struct span template, size_t *path_at)
{
	char		*mould = arena_alloc(witness->arena, 2 * template.len + 1);
	size_t		 len = 0;
	size_t		 slash = SIZE_MAX;
	bool		 in_host = true;

	if (mould == NULL) {
		witness->no_memory = true;
		return SPAN_NONE;
	}
	*path_at = SIZE_MAX;
	for (size_t at = 0; at < template.len;) {
		size_t end = at;

		while (end < template.len && strchr(in_host ? "./?#" : "/?&=#", template.at[end]) == NULL)
			end++;
		struct span piece = span_cut(template, at, end);
		if (has_token(piece, in_host)) {
			struct span extension = in_host ? SPAN_NONE : extension_of(piece);

			mould[len++] = '*';
			*path_at = slash;
			memcpy(mould + len, extension.len > 0 ? extension.at : "", extension.len);
			len += extension.len;
		} else {
			memcpy(mould + len, piece.len > 0 ? piece.at : "", piece.len);
			len += piece.len;
		}
		if (end < template.len) {
			if (in_host && template.at[end] != '.') {
				in_host = false;
				slash = len;
			}
			mould[len++] = template.at[end++];
		}
		at = end;
	}
	return (struct span){ mould, len };
}

static uint32_t
see_template(struct witness *witness, uint32_t reference, uint32_t host)
{
	struct sighting		*sighting = witness->sighting;
	const struct reference	*references = dissection_references(witness->d);
	struct span		 url = dissection_text(witness->d, references[reference].url), mould;
	const struct template	*template;
	uint64_t		 digest;
	size_t			 path_at;

	/* A URL that was there before says nothing new. */
	for (uint32_t i = 0; i < sighting->template_count; i++)
		if (span_eq(url, dissection_text(witness->d, references[sighting->templates[i].reference].url)))
			return i;
	template = evidence_template(witness->evidence, reference);
	if (template == NULL) {
		witness->no_memory = true;
		return SIGHTING_NONE;
	}
	mould = mould_of(witness, template->text, &path_at);
	digest = digest_of(witness, mould, SPAN_NONE);
	for (uint32_t i = 0; i < sighting->template_count; i++)
		if (sighting->templates[i].digest == digest) {
			sighting->templates[i].various = true;
			return i;
		}
	sighting->templates_in_all++;
	if (sighting->template_count == SIGHTING_MOST_TEMPLATES)
		return SIGHTING_NONE;
	sighting->templates[sighting->template_count] = (struct sighting_template){
		.host = host, .tokens = template->tokens, .text = template->text, .digest = digest,
		.path = path_at < mould.len ? digest_of(witness, span_from(mould, path_at), SPAN_NONE) : 0,
		.token = digest_of(witness, url, SPAN_NONE),
		.reference = reference,
	};
	return (uint32_t)sighting->template_count++;
}

/* A sheet or a font for one reader is nothing that he sees. */
static bool
is_hidden(struct witness *witness, const struct reference *reference)
{
	const struct kind	*kind = kind_of(reference);
	struct url_pieces	 pieces;

	if (kind->shows != SHOWS_LOOK)
		return kind->shows == SHOWS_NOTHING || reference->hidden != 0;
	pieces = url_pieces_of(witness->d, reference);
	return shape_has_opaque_token(&pieces);
}

/* Of what is not hidden: a picture with neither a size nor a text may be one pixel. */
static bool
is_shown(struct witness *witness, const struct reference *reference)
{
	return kind_of(reference)->shows != SHOWS_PICTURE || reference->width != REFERENCE_NO_SIZE ||
	    reference->height != REFERENCE_NO_SIZE || (reference->flags & REFERENCE_IN_LINK) != 0 ||
	    span_trim(dissection_text(witness->d, reference->alt)).len > 0;
}

/* Is there work left for this one? */
static bool
takes_url(struct witness *witness, const struct reference *reference)
{
	if (witness->templated >= MOST_TEMPLATED || reference->url.len > MOST_TEMPLATED_BYTES - witness->templated_bytes)
		return false;
	witness->templated++;
	witness->templated_bytes += reference->url.len;
	return true;
}

static uint32_t
appearance_of(struct witness *witness, uint32_t index, bool reads_url)
{
	const struct reference	*reference = &dissection_references(witness->d)[index];
	uint32_t		 appearance = APPEARS_FETCHED | (is_hidden(witness, reference) ? APPEARS_HIDDEN :
				    is_shown(witness, reference) ? APPEARS_SHOWN : 0) |
				    (reference->kind != REFERENCE_IMAGE ? APPEARS_UNUSUAL : 0);
	const struct token	*token;

	if (!reads_url)
		return appearance;
	token = evidence_token(witness->evidence, index);
	if (token != NULL && token->found)
		appearance |= APPEARS_RECIPIENT;
	if (evidence_report(witness->evidence, index) >= SHAPE_MAY_REPORT)
		appearance |= APPEARS_REPORTING;
	return appearance;
}

static void
see_reference(struct witness *witness, uint32_t index)
{
	const struct reference	*reference = &dissection_references(witness->d)[index];
	struct sighting		*sighting = witness->sighting;
	struct span		 name = dissection_text(witness->d, reference->host);
	uint32_t		 host, template, appearance;
	bool			 reads_url;

	sighting->host_of[index] = sighting->template_of[index] = SIGHTING_NONE;
	if ((reference->flags & REFERENCE_LIVE) == 0 || name.len == 0)
		return;
	host = see_host(witness, name, dissection_text(witness->d, reference->domain));
	sighting->host_of[index] = host;
	if (!element_is_of_scope(reference, SCOPE_REFERENCE)) {
		if (host != SIGHTING_NONE)
			sighting->hosts[host].appearance |= APPEARS_LINKED;
		return;
	}
	sighting->flags |= SIGHTING_REMOTE;
	sighting->references++;
	reads_url = takes_url(witness, reference);
	appearance = appearance_of(witness, index, reads_url);
	if (reads_url && host != SIGHTING_NONE) {
		template = see_template(witness, index, host);
		sighting->template_of[index] = template;
		if (template != SIGHTING_NONE) {
			appearance |= sighting->templates[template].tokens != 0 ? APPEARS_OPAQUE : 0;
			sighting->templates[template].appearance |= appearance;
		}
	}
	if (host != SIGHTING_NONE) {
		sighting->hosts[host].appearance |= appearance;
		sighting->hosts[host].references++;
	}
}

struct sighting *
sighting_of(struct evidence *evidence)
{
	const struct dissection	*d = evidence->d;
	struct arena		*arena = evidence->arena;
	struct sighting		*sighting = arena_alloc(arena, sizeof(*sighting));
	struct witness		 witness = { .evidence = evidence, .d = d, .arena = arena, .sighting = sighting };

	if (sighting == NULL)
		return NULL;
	*sighting = (struct sighting){ .bytes = d->message_bytes };
	sighting->hosts = arena_array(arena, SIGHTING_MOST_HOSTS, sizeof(*sighting->hosts));
	sighting->templates = arena_array(arena, SIGHTING_MOST_TEMPLATES, sizeof(*sighting->templates));
	sighting->host_of = arena_array(arena, d->references.count, sizeof(*sighting->host_of));
	sighting->template_of = arena_array(arena, d->references.count, sizeof(*sighting->template_of));
	if (sighting->hosts == NULL || sighting->templates == NULL || sighting->host_of == NULL ||
	    sighting->template_of == NULL)
		return NULL;
	witness.checksum = g_checksum_new(G_CHECKSUM_SHA256);
	sighting->flags = flags_of(&witness);
	see_sender(&witness);
	see_recipients(&witness);
	for (uint32_t i = 0; i < d->references.count && !witness.no_memory; i++)
		see_reference(&witness, i);
	g_checksum_free(witness.checksum);
	return witness.no_memory || evidence->no_memory ? NULL : sighting;
}

static void
add_appearance(struct sighting *sighting, uint32_t reference, uint32_t appearance)
{
	uint32_t host = sighting->host_of[reference], template = sighting->template_of[reference];

	if (host != SIGHTING_NONE)
		sighting->hosts[host].appearance |= appearance;
	if (template != SIGHTING_NONE)
		sighting->templates[template].appearance |= appearance;
}

void
sighting_list(struct sighting *sighting, uint32_t reference, bool holds)
{
	add_appearance(sighting, reference, APPEARS_LISTED | (holds ? APPEARS_INDICATED : 0));
}

void
sighting_decide(struct sighting *sighting, uint32_t reference, bool live, bool strip)
{
	sighting->stripped += live && strip;
	add_appearance(sighting, reference, !live ? 0 : strip ? APPEARS_STRIPPED : APPEARS_LIVE);
}
