/*
 * A dissector that lies: whatever block it answers with, the gateway refuses it, or judges and rewrites by it without
 * reading past its end, without looping, in bounded memory.
 *
 * The input's first byte chooses a message of the table and how the rest becomes a block: patches of eight bytes to the
 * honest block of that message, or the block's own bytes.
 */
#include <string.h>

#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>

#include "fuzz.h"
#include "judge/rules/element.h"

static const char *const messages[] = {
	"Authentication-Results: mx.example; dkim=pass header.d=example.org; spf=pass smtp.mailfrom=a@example.org;\r\n"
	" dmarc=fail (p=reject) header.from=example.org\r\n"
	"From: a@example.org\r\nTo: b@example.net\r\nSubject: =?utf-8?Q?x_y?=\r\nMessage-ID: <1@example.org>\r\n"
	"List-Id: <l.example>\r\nList-Unsubscribe: <https://u.example/x>\r\nX-Mailer: m\r\n"
	"Disposition-Notification-To: c@example.org\r\nMIME-Version: 1.0\r\n"
	"Content-Type: text/html; charset=utf-8\r\n\r\n<p style=\"background:url(http://t.example/b)\">"
	"<img src=\"http://t.example/a?id=1#x\" width=1 height=1><a href=http://l.example/>x</a>"
	"<style>@import 'http://t.example/c';</style></p>\r\n",

	"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	"--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	"<img src=3D\"http://t.example/a\">=E4=\r\n<img src=3Dhttp://t.example/b>\r\n"
	"--b\r\nContent-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	"//48AGkAbQBnACAAcwByAGMAPQBoAHQAdABwADoALwAvAHQALgBlAHgAYQBtAHAAbABlAC8AdwA+AA==\r\n"
	"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\nContent-Type: text/html\r\n\r\n"
	"<body background=http://t.example/d><img src=http://t.example/e>\r\n--b--\r\n",

	"From: a@example.org\r\nContent-Type: text/plain\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
	"--b\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	"PGltZyBzcmM9aHR0cDovL3QuZXhhbXBsZS9hPg==\r\n"
	"--b\r\n\r\nbegin 644 a.html\r\n4/&EM9R!S<F,]:'1T<#HO+W0O83X \r\n`\r\nend\r\n--b--\r\n<img src=http://t.example/f>",
};

static struct options	*options;
static struct honest {
	void	*block;
	size_t	 bytes;
} honest[NITEMS(messages)];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct buf report;

	(void)argc;
	(void)argv;
	dissect_prepare();
	buf_init(&report, 65536);
	options = options_new();
	INVARIANT(options != NULL && config_set(options, "fuzz", "Mode", "enforce", &report) == PW_OK &&
	    config_set(options, "fuzz", "RemoteContent", "all", &report) == PW_OK);
	buf_fini(&report);
	options->limits.parse_ms = 60000;
	for (size_t i = 0; i < NITEMS(messages); i++) {
		struct arena		*arena = arena_new((size_t)1 << 30);
		struct span		 message = span_of(messages[i]);
		const struct dissection	*d;

		INVARIANT(dissect(message, &options->limits, arena, &d) == PW_OK && d->references.count > 0);
		INVARIANT(dissection_check(d, d->bytes, message.len, &options->limits) == PW_OK);
		honest[i] = (struct honest){ malloc(d->bytes), d->bytes };
		INVARIANT(honest[i].block != NULL);
		memcpy(honest[i].block, d, d->bytes);
		arena_free(arena);
	}
	return 0;
}

/* One patch: which word of the block, what to do with it, and a number for that. */
struct patch {
	uint16_t	word;
	uint8_t		what, by;
	uint32_t	number;
};

static void
patch_apply(const struct patch *patch, uint32_t *words, size_t count)
{
	uint32_t *word = &words[patch->word % count];

	switch (patch->what % 4) {
	case 0:
		*word = patch->number;
		break;
	case 1:
		*word += patch->by;
		break;
	case 2:
		*word -= patch->by;
		break;
	case 3:
		*word = words[patch->number % count];
		break;
	}
}

/* Exactly as large as the block, so that reading past its end is seen. */
static void *
patched_block(const struct honest *from, struct span patches, size_t *bytes)
{
	char *block = malloc(from->bytes);

	INVARIANT(block != NULL);
	*bytes = from->bytes;
	memcpy(block, from->block, from->bytes);
	for (; patches.len >= sizeof(struct patch); patches = span_from(patches, sizeof(struct patch))) {
		struct patch patch;

		memcpy(&patch, patches.at, sizeof(patch));
		patch_apply(&patch, (uint32_t *)(void *)block, from->bytes / sizeof(uint32_t));
	}
	return block;
}

static void *
raw_block(struct span input, size_t message_bytes, size_t *bytes)
{
	struct dissection	head = { 0 };
	char			*block;

	*bytes = input.len > sizeof(head) ? input.len : sizeof(head);
	block = calloc(1, *bytes);
	INVARIANT(block != NULL);
	if (input.len > 0)
		memcpy(block, input.at, input.len);
	memcpy(&head, block, sizeof(head));
	head.magic = DISSECTION_MAGIC;
	head.bytes = (uint32_t)*bytes;
	head.message_bytes = (uint32_t)message_bytes;
	memcpy(block, &head, sizeof(head));
	return block;
}

/* The dissector that lies: the same block for every question. */
struct liar {
	const void	*block;
	size_t		 bytes;
};

static enum pw_err
lie(void *context, struct span message, const struct limits *limits, struct arena *arena, const struct dissection **d)
{
	const struct liar	*liar = context;
	struct span		 copy = arena_copy(arena, (struct span){ liar->block, liar->bytes });
	struct dissection	*answer = (struct dissection *)(uintptr_t)copy.at;

	(void)limits;
	if (copy.at == NULL)
		return PW_ENOMEM;
	/* A message that was changed has another length: else only the first answer would be looked at. */
	answer->message_bytes = (uint32_t)message.len;
	*d = answer;
	return PW_OK;
}

static enum pw_err
lie_anew(void *context, struct span message, const struct limits *limits, struct arena *arena, struct span *fresh,
    const struct dissection **d)
{
	*fresh = message;
	return lie(context, message, limits, arena, d);
}

static enum pw_err
lie_inert(void *context, const struct changed *changed, size_t count, const struct limits *limits, struct arena *arena,
    struct span *first_live)
{
	(void)context;
	return dissect_inert(changed, count, limits, arena, first_live);
}

static const enum scope scopes[] = { SCOPE_MESSAGE, SCOPE_PART, SCOPE_REFERENCE, SCOPE_LINK, SCOPE_RECIPIENT };

/* Whatever a rule may ask of such a block. */
static void
ask(const struct message *message, const struct dissection *d, struct arena *arena)
{
	static char		 name[] = "mx.example";
	struct option_list	 verifiers = { .at = (char *[]){ name }, .count = 1 };
	struct evidence		 evidence;

	evidence_init(&evidence, message, d, NULL, 0, arena);
	evidence.verifiers = &verifiers;
	for (size_t s = 0; s < NITEMS(scopes); s++) {
		uint32_t	*elements = NULL, whole = 0;
		size_t		 count = 1;

		if (scopes[s] == SCOPE_MESSAGE)
			elements = &whole;
		else if (!elements_of(&evidence, scopes[s], &elements, &count))
			return;
		for (size_t i = 0; i < fact_count; i++)
			for (size_t e = 0; (facts[i].scopes & (unsigned)scopes[s]) != 0 && e < count; e++) {
				struct value value;

				fact_get(&facts[i], &evidence, scopes[s], elements[e], &value);
				for (size_t t = 0; value.known && t < value.count; t++)
					INVARIANT(value.texts[t].len == 0 || value.texts[t].at != NULL);
			}
	}
}

static void
use(struct span message, const void *block, size_t bytes, struct arena *arena)
{
	struct message		 about = { .raw = message };
	struct liar		 liar = { block, bytes };
	const struct dissectors	 dissectors = { &liar, lie, lie_anew, lie_inert };
	const struct dissection	*d = block;
	struct outcome		 outcome;
	size_t			 total = 0;

	/* What a pool of processes makes sure of before it answers. */
	if (d->bytes > bytes)
		return;
	/* Read where a sanitizer knows its end, before it is read in an arena. */
	if (dissection_check(block, bytes, message.len, &options->limits) == PW_OK) {
		ask(&about, d, arena);
		for (uint32_t i = 0; i < d->references.count; i++) {
			const struct reference *reference = &dissection_references(d)[i];

			INVARIANT(dissection_text(d, reference->url).at[reference->url.len] == '\0');
			INVARIANT(reference->site_raw.end <= message.len);
		}
	}
	pipeline_run(&about, options, NULL, &dissectors, NULL, arena, &outcome);
	INVARIANT(outcome_log_line(&about, options, &outcome, arena).len > 0);
	(void)outcome_header(&about, options, &outcome, arena);
	if (outcome.dissection == NULL) {
		INVARIANT(outcome.verdict.action == ACTION_HOLD && !outcome.rewritten.changed);
		return;
	}
	INVARIANT(outcome.verdict.decision_count == outcome.dissection->references.count);
	if (!outcome.rewritten.changed)
		return;
	for (size_t i = 0; i < outcome.rewritten.header_piece_count; i++)
		total += outcome.rewritten.header_pieces[i].len;
	for (size_t i = 0; i < outcome.rewritten.body_piece_count; i++)
		total += outcome.rewritten.body_pieces[i].len;
	INVARIANT(total <= options->limits.message_bytes);
}

static void
check(struct span input, struct arena *arena)
{
	unsigned char	first = input.len > 0 ? (unsigned char)input.at[0] : 0;
	size_t		which = first % NITEMS(messages), bytes;
	struct span	message = span_of(messages[which]), rest = span_from(input, 1);
	void		*block = (first & 0x80) == 0 ? patched_block(&honest[which], rest, &bytes) :
			    raw_block(rest, message.len, &bytes);

	use(message, block, bytes, arena);
	free(block);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
