/* What the table of facts calls: each finds out one fact of one element, and leaves unknown what cannot be said. */
#ifndef JUDGE_RULES_GETTER_H
#define JUDGE_RULES_GETTER_H

#include "value.h"

typedef void	fact_getter(struct evidence *, enum scope, uint32_t element, struct value *);

#define GETTER(name)								\
	void									\
	name(struct evidence *evidence, enum scope scope, uint32_t element, struct value *value)

/* Facts of the message are the same for all its elements. */
#define UNUSED	(void)scope, (void)element

fact_getter	get_from_address, get_from_domain, get_from_display, get_sender_domain, get_reply_to_domain,
		get_subject, get_envelope_sender, get_envelope_domain, get_client_address, get_client_name,
		get_client_helo, get_auth_spf, get_auth_spf_domains, get_auth_dkim, get_auth_dkim_domains,
		get_auth_dmarc, get_auth_dmarc_policy, get_auth_aligned, get_list_id, get_list_unsubscribe,
		get_list_post, get_precedence, get_auto_submitted, get_mailer, get_message_id_domain,
		get_recipients_count, get_recipients_groups, get_recipients_watched, get_references_count,
		get_references_hosts, get_references_domains, get_links_count, get_links_hosts,
		get_links_domains, get_parts_count, get_attachments_count, get_text_length, get_message_size,
		get_message_ambiguous, get_message_quirks, get_part_type, get_part_charset, get_part_name,
		get_part_encoding, get_part_disposition, get_part_text_length, get_part_quirks,
		get_part_reading, get_kind, get_trigger, get_place, get_document, get_nested, get_url,
		get_scheme, get_host, get_domain, get_path, get_query, get_fragment, get_invalid, get_opaque, get_template, get_token,
		get_static, get_proof, get_report, get_in_link, get_recipient, get_recipient_form, get_host_references, get_position, get_alone,
		get_alt, get_size_declared, get_width, get_height, get_hidden, get_spacer,
		get_reputation_known, get_sender_reputation_known,
		get_reputation_first_seen_days, get_sender_reputation_first_seen_days,
		get_reputation_messages, get_sender_reputation_messages,
		get_reputation_recipients, get_sender_reputation_recipients,
		get_reputation_score, get_sender_reputation_score,
		get_reputation_vouched, get_sender_reputation_vouched,
		get_reputation_word, get_sender_reputation_word,
		get_campaign_member, get_campaign_mails, get_campaign_recipients, get_campaign_watched, get_campaign_surge,
		get_recipient_address, get_recipient_domain, get_recipient_groups, get_recipient_watched;

#endif
