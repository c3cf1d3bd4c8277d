#include "reply.h"

#include <pixelward/base/log.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* One packet of the milter protocol; libmilter sends a packet for each call, however small the piece. */
#define PACKET_BYTES	((size_t)65535)
#define REASON_BYTES	((size_t)250)

/* What the MTA is told in enforce mode. */
static const struct action_row {
	bool		 changes, quarantine;
	sfsistat	 status;
	const char	*code, *extended, *text;
} actions[] = {
	[ACTION_DELIVER]	= { false, false, SMFIS_CONTINUE, NULL, NULL, NULL },
	[ACTION_TAG]		= { false, false, SMFIS_CONTINUE, NULL, NULL, NULL },
	[ACTION_NEUTRALISE]	= { true, false, SMFIS_CONTINUE, NULL, NULL, NULL },
	[ACTION_HOLD]		= { true, true, SMFIS_CONTINUE, NULL, NULL, NULL },
	[ACTION_REDIRECT]	= { true, false, SMFIS_CONTINUE, NULL, NULL, NULL },
	[ACTION_REJECT]		= { false, false, SMFIS_REJECT, "550", "5.7.1", "Message refused by policy" },
	[ACTION_TEMPFAIL]	= { false, false, SMFIS_TEMPFAIL, "451", "4.7.1",
	    "Message could not be examined now; please try again later" },
};

struct reply {
	SMFICTX			*ctx;
	const struct negotiated	*negotiated;
	struct arena		*arena;
	const char		*refused;	/* the first call that libmilter refused, or NULL */
};

static void
note(struct reply *reply, int result, const char *call)
{
	if (result != MI_SUCCESS && reply->refused == NULL)
		reply->refused = call;
}

/*
 * A header value as the protocol wants it: lines folded with LF alone, NUL-terminated, the space behind the
 * colon only where it was negotiated. NULL: no memory.
 */
static char *
value_for_mta(const struct reply *reply, struct span value)
{
	char	*text = arena_alloc(reply->arena, value.len + 2);
	size_t	 len = 0;

	if (text == NULL)
		return NULL;
	if (value.len > 0 && value.at[0] == ' ')
		value = span_from(value, 1);
	if (reply->negotiated->header_space)
		text[len++] = ' ';
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] != '\r' && value.at[i] != '\0')
			text[len++] = value.at[i];
	return text;
}

static void
foreign_remove(struct reply *reply, struct foreign *foreign)
{
	foreign_order(foreign);
	for (size_t i = 0; i < foreign->count; i++)
		note(reply, smfi_chgheader(reply->ctx, (char *)foreign->fields[i].name.at,
		    (int)foreign->fields[i].index, NULL), "smfi_chgheader");
}

static int
by_index_down(const void *a, const void *b)
{
	const struct header_edit *left = a, *right = b;

	if (left->index != right->index)
		return left->index < right->index ? 1 : -1;
	/* What takes the place of a field comes when that is gone. */
	return (left->value.at != NULL) - (right->value.at != NULL);
}

/* Highest index first: a deletion renumbers its namesakes behind it. */
static void
header_change(struct reply *reply, const struct rewritten *rewritten)
{
	size_t			 count = rewritten->header_edit_count;
	struct header_edit	*edits = arena_array(reply->arena, count, sizeof(*edits));

	if (edits == NULL) {
		note(reply, MI_FAILURE, "arena_array");
		return;
	}
	if (count > 0)
		memcpy(edits, rewritten->header_edits, count * sizeof(*edits));
	qsort(edits, count, sizeof(*edits), by_index_down);
	for (size_t i = 0; i < count; i++) {
		struct span	 name = arena_copy(reply->arena, edits[i].name);
		char		*value = edits[i].value.at != NULL ? value_for_mta(reply, edits[i].value) : NULL;

		if (name.at == NULL || (value == NULL && edits[i].value.at != NULL)) {
			note(reply, MI_FAILURE, "arena_copy");
			return;
		}
		note(reply, smfi_chgheader(reply->ctx, (char *)name.at, (int)edits[i].index, value),
		    "smfi_chgheader");
	}
}

static void
body_send(struct reply *reply, struct span bytes)
{
	do {
		struct span now = span_cut(bytes, 0, INT_MAX);

		note(reply, smfi_replacebody(reply->ctx, (unsigned char *)now.at, (int)now.len),
		    "smfi_replacebody");
		bytes = span_from(bytes, now.len);
	} while (bytes.len > 0 && reply->refused == NULL);
}

/* Splices leave many short pieces: they are gathered into whole packets; long ones go as they are. */
static void
body_replace(struct reply *reply, const struct rewritten *rewritten)
{
	char	*packet = arena_alloc(reply->arena, PACKET_BYTES);
	size_t	 used = 0;
	bool	 sent = false;

	if (packet == NULL) {
		note(reply, MI_FAILURE, "arena_alloc");
		return;
	}
	for (size_t i = 0; i < rewritten->body_piece_count && reply->refused == NULL; i++) {
		struct span piece = rewritten->body_pieces[i];

		if (piece.len > PACKET_BYTES - used) {
			struct span fill = span_cut(piece, 0, PACKET_BYTES - used);

			memcpy(packet + used, fill.at, fill.len);
			body_send(reply, (struct span){ packet, PACKET_BYTES });
			sent = true;
			used = 0;
			piece = span_from(piece, fill.len);
			/* Whole packets out of the middle need no copy. */
			fill = span_cut(piece, 0, piece.len - piece.len % PACKET_BYTES);
			if (fill.len > 0)
				body_send(reply, fill);
			piece = span_from(piece, fill.len);
		}
		if (piece.len > 0)
			memcpy(packet + used, piece.at, piece.len);
		used += piece.len;
	}
	/* A body that became empty is told by one empty packet. */
	if (reply->refused == NULL && (used > 0 || !sent))
		body_send(reply, (struct span){ packet, used });
}

/* The pieces are the old body itself: only header fields changed. */
static bool
body_is_unchanged(const struct rewritten *rewritten, const struct message *message,
    const struct dissection *dissection)
{
	const struct span *body = rewritten->body_pieces;

	if (rewritten->body_piece_count == 0)
		return true;
	return rewritten->body_piece_count == 1 && dissection != NULL &&
	    body->at == message->raw.at + dissection->body_at &&
	    body->len == message->raw.len - dissection->body_at;
}

/* The MTA's queue tools show it: one line of printable ASCII. */
static char *
quarantine_reason(struct arena *arena, const struct verdict *verdict)
{
	char	*text = arena_alloc(arena, REASON_BYTES + 1);
	size_t	 len = 0;

	if (text == NULL)
		return NULL;
	memcpy(text, "pixelward:", 10);
	len = 10;
	for (size_t i = 0; i < verdict->reason_count && len + 2 < REASON_BYTES; i++) {
		struct span reason = verdict->reasons[i];

		if (i > 0)
			text[len++] = ';';
		text[len++] = ' ';
		for (size_t j = 0; j < reason.len && len < REASON_BYTES; j++)
			text[len++] = reason.at[j] >= ' ' && reason.at[j] <= '~' ? reason.at[j] : '?';
	}
	if (verdict->reason_count == 0)
		memcpy(text + len, " held", 5);
	return text;
}

static void
held(struct reply *reply, const struct verdict *verdict)
{
	char *reason = quarantine_reason(reply->arena, verdict);

	note(reply, reason != NULL ? smfi_quarantine(reply->ctx, reason) : MI_FAILURE, "smfi_quarantine");
}

static void
header_add(struct reply *reply, struct span value)
{
	char *text = value_for_mta(reply, value);

	note(reply, text != NULL ? smfi_addheader(reply->ctx, (char *)"X-Pixelward", text) : MI_FAILURE,
	    "smfi_addheader");
}

/* As commands of SMTP have it; the MTA finds its recipients by that. NULL: no memory. */
static char *
address_for_mta(const struct reply *reply, struct span address)
{
	return (char *)(uintptr_t)arena_printf(reply->arena, "<%.*s>", SPAN_ARG(address)).at;
}

static void
recipient_add(struct reply *reply, struct span mailbox)
{
	char *address = address_for_mta(reply, mailbox);

	note(reply, address != NULL ? smfi_addrcpt(reply->ctx, address) : MI_FAILURE, "smfi_addrcpt");
}

static bool
is_recipient(const struct message *message, struct span mailbox)
{
	for (size_t i = 0; i < message->recipient_count; i++)
		if (span_eq_nocase(message->recipients[i], mailbox))
			return true;
	return false;
}

static void
redirect(struct reply *reply, const struct message *message, struct span mailbox)
{
	if (!is_recipient(message, mailbox))
		recipient_add(reply, mailbox);
	for (size_t i = 0; i < message->recipient_count && reply->refused == NULL; i++) {
		char *address = address_for_mta(reply, message->recipients[i]);

		if (!span_eq_nocase(message->recipients[i], mailbox))
			note(reply, address != NULL ? smfi_delrcpt(reply->ctx, address) : MI_FAILURE, "smfi_delrcpt");
	}
}

/* Who gets the mail beside its recipients, or instead of them. */
static void
recipients_change(struct reply *reply, const struct message *message, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->copy_count && reply->refused == NULL; i++)
		if (!is_recipient(message, verdict->copies[i]))
			recipient_add(reply, verdict->copies[i]);
	if (verdict->action == ACTION_REDIRECT)
		redirect(reply, message, verdict->mailbox);
}

static sfsistat
status_with_text(SMFICTX *ctx, const struct action_row *row, const struct verdict *verdict)
{
	const char *text = row->status == SMFIS_REJECT && verdict->reply.at != NULL ? verdict->reply.at : row->text;

	if (row->code != NULL)
		(void)smfi_setreply(ctx, (char *)row->code, (char *)row->extended, (char *)(uintptr_t)text);
	return row->status;
}

sfsistat
reply_send(SMFICTX *ctx, const struct negotiated *negotiated, struct mail *mail, const struct message *message,
    struct outcome *outcome, struct span header)
{
	enum mode		 mode = generation_options(mail->generation)->mode;
	enum action		 action = mode == MODE_TAG ? ACTION_TAG : outcome->verdict.action;
	const struct action_row	*row = &actions[action];
	struct reply		 reply = { ctx, negotiated, mail->arena, NULL };

	if (mode == MODE_SHADOW)
		return SMFIS_CONTINUE;
	if (row->status == SMFIS_CONTINUE) {
		foreign_remove(&reply, &mail->foreign);
		if (row->changes && outcome->rewritten.changed) {
			header_change(&reply, &outcome->rewritten);
			if (!body_is_unchanged(&outcome->rewritten, message, outcome->dissection))
				body_replace(&reply, &outcome->rewritten);
		}
		if (header.len > 0)
			header_add(&reply, header);
		if (row->quarantine)
			held(&reply, &outcome->verdict);
		if (mode == MODE_ENFORCE)
			recipients_change(&reply, message, &outcome->verdict);
	}
	if (reply.refused != NULL) {
		log_error("%.*s: %s failed: the MTA does not take the change, message deferred",
		    SPAN_ARG(message->queue_id.len > 0 ? message->queue_id : SPAN("NOQUEUE")), reply.refused);
		outcome->verdict.action = ACTION_TEMPFAIL;
		row = &actions[ACTION_TEMPFAIL];
	}
	return status_with_text(ctx, row, &outcome->verdict);
}

sfsistat
reply_overload(SMFICTX *ctx)
{
	(void)smfi_setreply(ctx, (char *)"451", (char *)"4.3.2",
	    (char *)"Too much mail is being examined; please try again later");
	return SMFIS_TEMPFAIL;
}
