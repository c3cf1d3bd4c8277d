#include "callbacks.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>
#include <pixelward/gateway/pipeline.h>
#include <pixelward/gateway/record.h>

#include "connection.h"
#include "current.h"
#include "fate.h"
#include "history.h"
#include "load.h"
#include "poison.h"
#include "pool.h"
#include "probe.h"
#include "reply.h"
#include "unjudged.h"

static struct span
macro(SMFICTX *ctx, const char *name)
{
	return span_of(smfi_getsymval(ctx, (char *)name));
}

static struct span
queue_id_or_none(struct span queue_id)
{
	return queue_id.len > 0 ? queue_id : SPAN("NOQUEUE");
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused_2,
    unsigned long unused_3, unsigned long *want_actions, unsigned long *want_steps, unsigned long *want_2,
    unsigned long *want_3)
{
	struct generation	*generation = current_hold();
	struct connection	*connection = connection_new(generation);

	(void)unused_2;
	(void)unused_3;
	*want_2 = *want_3 = 0;
	if (connection != NULL) {
		negotiate(ctx, generation_options(generation)->mode, actions, steps, want_actions, want_steps,
		    &connection->negotiated);
		connection_free(smfi_getpriv(ctx));
		smfi_setpriv(ctx, connection);
	}
	generation_drop(generation);
	/* Anything but CONTINUE ends the connection, and the MTA does what it does without a filter. */
	return connection != NULL ? SMFIS_CONTINUE : SMFIS_TEMPFAIL;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *client)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL)
		connection_set_client(connection, name, (const struct sockaddr *)client,
		    smfi_getsymval(ctx, (char *)"{client_addr}"));
	return SMFIS_NOREPLY;
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL)
		connection_set_helo(connection, name);
	return SMFIS_NOREPLY;
}

/* Why a message is not looked at, or NULL. */
static const char *
skip_reason(const struct connection *connection, const struct options *options, bool authenticated)
{
	if (connection_is_internal(connection, options))
		return "internal";
	return authenticated && options->skip_authenticated ? "authenticated" : NULL;
}

/* The option that says that there is too much to do, or NULL. */
static const char *
overload_reason(const struct options *options)
{
	if (load_places() >= options->max_connections)
		return "MaxConnections";
	return load_bytes() >= options->max_memory ? "MaxMemory" : NULL;
}

static sfsistat
mail_begin(SMFICTX *ctx, struct connection *connection, struct generation *generation, const char *sender)
{
	const struct options	*options = generation_options(generation);
	bool			 authenticated = macro(ctx, "{auth_authen}").len > 0;
	const char		*skip = skip_reason(connection, options, authenticated);
	const char		*overload = skip == NULL ? overload_reason(options) : NULL;
	struct span		 queue_id = queue_id_or_none(macro(ctx, "i"));

	/* Shadow changes nothing, not even when a message is delivered. */
	if (overload != NULL && options->mode == MODE_SHADOW)
		skip = overload;
	if (skip != NULL) {
		log_info("%.*s: action=skip reason=%s client=%s", SPAN_ARG(queue_id), skip,
		    connection->client_address);
		return SMFIS_ACCEPT;
	}
	if (overload == NULL) {
		connection->mail = mail_new(generation, sender);
		if (connection->mail != NULL) {
			connection->mail->authenticated = authenticated;
			return SMFIS_CONTINUE;
		}
		overload = "memory";
	}
	log_warn("%.*s: action=tempfail reason=%s client=%s", SPAN_ARG(queue_id), overload,
	    connection->client_address);
	return reply_overload(ctx);
}

static sfsistat
on_mail(SMFICTX *ctx, char **arguments)
{
	struct connection	*connection = smfi_getpriv(ctx);
	struct generation	*generation;
	sfsistat		 status;

	/* Without a negotiation nobody knows what the MTA would take. */
	if (connection == NULL)
		return reply_overload(ctx);
	mail_free(connection->mail);
	connection->mail = NULL;
	generation = connection_generation(connection);
	status = mail_begin(ctx, connection, generation, arguments[0]);
	generation_drop(generation);
	return status;
}

static struct mail *
mail_of(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	return connection != NULL ? connection->mail : NULL;
}

static sfsistat
on_recipient(SMFICTX *ctx, char **arguments)
{
	struct mail *mail = mail_of(ctx);

	if (mail != NULL)
		mail_add_recipient(mail, arguments[0]);
	return SMFIS_NOREPLY;
}

/* Sent only by MTAs that do not offer to leave it out. */
static sfsistat
on_data(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL && connection->mail != NULL)
		mail_add_header(connection->mail, name, value, connection->negotiated.header_space);
	return SMFIS_NOREPLY;
}

static sfsistat
on_end_of_header(SMFICTX *ctx)
{
	struct mail *mail = mail_of(ctx);

	if (mail != NULL)
		mail_end_header(mail);
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *chunk, size_t bytes)
{
	struct mail *mail = mail_of(ctx);

	if (mail != NULL)
		mail_add_body(mail, (struct span){ (const char *)chunk, bytes });
	return SMFIS_NOREPLY;
}

static void
message_fill(SMFICTX *ctx, const struct connection *connection, struct message *message)
{
	struct mail *mail = connection->mail;

	*message = (struct message){
		.queue_id = macro(ctx, "i"),
		.arrived_ms = clock_unix_ms(),
		.client_name = span_of(connection->client_name),
		.client_address = span_of(connection->client_address),
		.helo = span_of(connection->helo),
		.envelope_sender = mail->sender,
		.recipients = mail->recipients,
		.recipient_count = mail->recipient_count,
		.authenticated = mail->authenticated,
		.internal = connection_is_internal(connection, generation_options(mail->generation)),
	};
	mail_seal(mail, &message->raw);
}

static void
judge_in_pool(const struct mail *mail, const struct message *message, struct outcome *outcome)
{
	struct visit		visit = { .message = message, .options = generation_options(mail->generation),
				    .raw_fd = store_file(&mail->store) };
	struct dissectors	dissectors = pool_dissectors(&visit);

	pipeline_run(message, visit.options, generation_policy(mail->generation), &dissectors,
	    history_reputation(), mail->arena, outcome);
	outcome->cpu_us += visit.cpu_us;
	/* Of more recipients than are known some would get the mail all the same. */
	if (outcome->verdict.action == ACTION_REDIRECT && mail->recipients_seen > mail->recipient_count)
		outcome->verdict.action = ACTION_HOLD;
	poison_note(&visit, outcome);
}

/* OnJournalFull tempfail: what cannot be remembered is to come again. Shadow changes nothing. */
static void
not_recorded(const struct options *options, struct outcome *outcome, struct arena *arena)
{
	if (options->mode == MODE_SHADOW)
		return;
	outcome->verdict.action = ACTION_TEMPFAIL;
	fate_add_reason(&outcome->verdict, SPAN("the journal takes no record (OnJournalFull tempfail)"), arena);
}

static sfsistat
on_end_of_message(SMFICTX *ctx)
{
	struct connection	*connection = smfi_getpriv(ctx);
	struct message		 message;
	struct outcome		 outcome = { 0 };

	/* Only a peer that breaks the protocol ends a message that it never began. */
	if (connection == NULL || connection->mail == NULL)
		return SMFIS_TEMPFAIL;

	struct mail		*mail = connection->mail;
	const struct options	*options = generation_options(mail->generation);
	message_fill(ctx, connection, &message);
	if (!unjudged(mail, &outcome))
		judge_in_pool(mail, &message, &outcome);
	history_notice(options, outcome.verdict.knowledge);
	if (!history_write(record_of(&message, options, &outcome, mail->arena)))
		not_recorded(options, &outcome, mail->arena);
	sfsistat status = reply_send(ctx, &connection->negotiated, mail, &message, &outcome,
	    outcome_header(&message, options, &outcome, mail->arena));
	struct span line = outcome_log_line(&message, options, &outcome, mail->arena);
	log_info("%.*s: %.*s", SPAN_ARG(queue_id_or_none(message.queue_id)), SPAN_ARG(line));
	line = outcome_campaign_line(&outcome, mail->arena);
	if (line.len > 0)
		log_warn("%.*s: %.*s", SPAN_ARG(queue_id_or_none(message.queue_id)), SPAN_ARG(line));
	connection->mail = NULL;
	mail_free(mail);
	return status;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL) {
		mail_free(connection->mail);
		connection->mail = NULL;
	}
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection == NULL)
		probe_served();
	connection_free(connection);
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

const struct smfiDesc callbacks = {
	.xxfi_name	= (char *)"pixelward",
	.xxfi_version	= SMFI_VERSION,
	.xxfi_negotiate	= on_negotiate,
	.xxfi_connect	= on_connect,
	.xxfi_helo	= on_helo,
	.xxfi_envfrom	= on_mail,
	.xxfi_envrcpt	= on_recipient,
	.xxfi_data	= on_data,
	.xxfi_header	= on_header,
	.xxfi_eoh	= on_end_of_header,
	.xxfi_body	= on_body,
	.xxfi_eom	= on_end_of_message,
	.xxfi_abort	= on_abort,
	.xxfi_close	= on_close,
};
