/* The option table, and a set of options with all its defaults. */
#include "option.h"

#include <pixelward/base/config.h>
#include <pixelward/base/nearest.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT(field)	offsetof(struct options, field)
#define K		((uint64_t)1024)
#define M		(1024 * K)
#define G		(1024 * M)
#define T		(1024 * G)
#define SECOND		((uint64_t)1000)
#define HOUR		(3600 * SECOND)
#define DAY		(24 * HOUR)

/* In the order of their enums in options.h. */
static const char *const modes[] = { "shadow", "tag", "enforce", NULL };
static const char *const contents[] = { "trackers", "unvouched", "all", NULL };
static const char *const failures[] = { "hold", "tempfail", "accept", NULL };
static const char *const signed_lives[] = { "rewrite", "tag", "hold", NULL };
static const char *const campaigns[] = { "strip", "watched", "hold", NULL };
static const char *const journal_fulls[] = { "accept", "tempfail", NULL };
static const char *const receipts[] = { "watched", "keep", "strip", NULL };

#define NOTICE_TEXT	"Be careful with this message. Ask your security desk before you answer it, follow a link or open a file."

/* A row's limit has its default in limits.c alone. */
#define LIMIT(keyword, type, field, least, most, meaning) \
	{ keyword, type, SLOT(limits.field), NULL, least, most, NULL, NULL, meaning }

const struct option options_table[] = {
	{ "Mode", OPTION_WORD, SLOT(mode), "shadow", 0, 0, modes, NULL,
	  "shadow judges and logs and changes nothing; tag adds a header field; enforce makes references inert" },
	{ "Socket", OPTION_TEXT, SLOT(socket), "unix:/run/pixelward/pixelward.sock", 1, 4096, NULL, check_socket,
	  "where the MTA connects: unix:/PATH (or local:), inet:PORT@HOST, inet6:PORT@HOST, fd:N" },
	{ "UserID", OPTION_TEXT, SLOT(user), "", 0, 64, NULL, check_user,
	  "user, or user:group, to become after the socket is bound; empty stays what it is" },
	{ "UMask", OPTION_OCTAL, SLOT(umask), "007", 0, 0777, NULL, NULL,
	  "file mode bits that the socket and every file are made without (octal)" },
	{ "PidFile", OPTION_TEXT, SLOT(pid_file), "", 0, 4095, NULL, check_path,
	  "file for the process id; empty writes none" },
	{ "Syslog", OPTION_BOOL, SLOT(syslog), "no", 0, 0, NULL, NULL,
	  "log to syslog, facility mail, instead of standard error" },
	{ "RulesDir", OPTION_TEXT, SLOT(rules_dir), "/etc/pixelward/rules", 1, 4095, NULL, check_path,
	  "directory of the rules, *.yaml; its lists.d holds the lists (docs/lists.md)" },
	{ "RemoteContent", OPTION_WORD, SLOT(remote_content), "unvouched", 0, 0, contents, NULL,
	  "what is made inert: trackers; unvouched: also what hosts without standing have, once there is a history; or all" },
	{ "Redis", OPTION_TEXT, SLOT(redis), "none", 1, 4096, NULL, check_redis,
	  "store that gateways share: none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT" },
	{ "RedisUser", OPTION_TEXT, SLOT(redis_user), "", 0, 64, NULL, NULL,
	  "user to be for Redis (conf/redis-acl.conf: writer); empty: its default user" },
	{ "RedisPasswordFile", OPTION_TEXT, SLOT(redis_password_file), "", 0, 4095, NULL, check_password_file,
	  "file with the password in its first line: a path, or the name of a systemd credential" },
	{ "RedisDeadline", OPTION_TIME, SLOT(redis_deadline_ms), "20ms", 1, 5 * SECOND, NULL, NULL,
	  "how long a message may wait for Redis; past it, it is judged without" },
	{ "StateDir", OPTION_TEXT, SLOT(state_dir), "/var/lib/pixelward", 1, 4095, NULL, check_path,
	  "directory for what must outlive a restart" },
	{ "NodeName", OPTION_TEXT, SLOT(node_name), "", 0, 255, NULL, check_node_name,
	  "this gateway's name among those that share a Redis; empty is the host's name" },
	{ "OnJournalFull", OPTION_WORD, SLOT(on_journal_full), "accept", 0, 0, journal_fulls, NULL,
	  "fate of mail that the journal cannot record: accept and count what is missing, or tempfail" },
	{ "JournalSize", OPTION_BYTES, SLOT(journal_size), "1G", M, T, NULL, NULL,
	  "bytes of StateDir/journal; what was handed on goes first when it is full" },
	{ "JournalKeep", OPTION_TIME, SLOT(journal_keep_ms), "7d", 0, 3660 * 24 * HOUR, NULL, NULL,
	  "how long records are kept that were handed on" },
	{ "EventKeep", OPTION_TIME, SLOT(event_keep_ms), "30d", HOUR, 3660 * 24 * HOUR, NULL, NULL,
	  "how long Redis keeps events (pw:ev)" },
	{ "IndexKeep", OPTION_TIME, SLOT(index_keep_ms), "90d", HOUR, 3660 * 24 * HOUR, NULL, NULL,
	  "how long Redis keeps which events a domain was in (pw:i:*)" },
	{ "TopKeep", OPTION_TIME, SLOT(top_keep_ms), "35d", 24 * HOUR, 3660 * 24 * HOUR, NULL, NULL,
	  "how long Redis keeps a day's top lists (pw:top:*)" },
	{ "InternalHosts", OPTION_LIST, SLOT(internal_hosts), "127.0.0.0/8, ::1", 0, 64, NULL, check_cidr,
	  "clients whose mail is not looked at: addresses and blocks" },
	{ "SkipAuthenticated", OPTION_BOOL, SLOT(skip_authenticated), "yes", 0, 0, NULL, NULL,
	  "mail of clients that logged in (SMTP AUTH) is not looked at" },
	{ "OnLimit", OPTION_WORD, SLOT(on_limit), "hold", 0, 0, failures, NULL,
	  "fate of mail that exceeds a limit: hold, tempfail, or accept what could not be read" },
	{ "OnPoison", OPTION_WORD, SLOT(on_poison), "hold", 0, 0, failures, NULL,
	  "fate of mail on which the parser fails" },
	{ "OnSignedLive", OPTION_WORD, SLOT(on_signed_live), "rewrite", 0, 0, signed_lives, NULL,
	  "signed content that would contact somebody: rewrite (breaks its signature), tag it only, or hold" },
	{ "OnCampaign", OPTION_WORD, SLOT(on_campaign), "watched", 0, 0, campaigns, NULL,
	  "mail of a campaign that showed itself: strip it; watched: hold it if all its recipients are watched; or hold it" },
	{ "CampaignWindow", OPTION_TIME, SLOT(campaign_window_ms), "14d", HOUR, 90 * DAY, NULL, NULL,
	  "how far apart mails may be that are looked at as one campaign" },
	{ "CampaignNew", OPTION_TIME, SLOT(campaign_new_ms), "14d", HOUR, 90 * DAY, NULL, NULL,
	  "how long after its first mail a domain counts as new to the campaign's terms" },
	{ "CampaignScore", OPTION_COUNT, SLOT(campaign_score), "8", 4, 100, NULL, NULL,
	  "what the terms of docs/campaigns.md must come to before a campaign has shown itself" },
	{ "Group", OPTION_FILES, SLOT(groups), "", 1, 4095, NULL, check_path,
	  "NAME FILE: a group of recipients; the file has one user@domain or @domain to a line" },
	{ "WatchGroups", OPTION_LIST, SLOT(watch_groups), "watch", 0, 64, NULL, check_group_name,
	  "groups of recipients that are likely targets" },
	{ "ReadReceipts", OPTION_WORD, SLOT(read_receipts), "watched", 0, 0, receipts, NULL,
	  "header fields that ask for a read receipt: strip those to watched recipients, keep or strip all" },
	{ "NoticeText", OPTION_TEXT, SLOT(notice_text), NOTICE_TEXT, 1, 500, NULL, check_notice,
	  "what readers are told at the begin of a mail to which a rule gives a notice" },
	{ "ImageProxy", OPTION_TEXT, SLOT(image_proxy), "", 0, 512, NULL, check_image_proxy,
	  "where rules that proxy let pictures come from: the site's own go-camo, https://camo.example; empty: none" },
	{ "ImageProxyKeyFile", OPTION_TEXT, SLOT(image_proxy_key_file), "", 0, 4095, NULL, check_path,
	  "file with the key of ImageProxy; readable by pixelward alone" },
	{ "Dissectors", OPTION_TEXT, SLOT(dissectors), "auto", 1, 4, NULL, check_dissectors,
	  "processes that take mail apart, each in a sandbox; auto: one for each processor; 0: none, and no sandbox" },
	{ "DissectorJobs", OPTION_COUNT, SLOT(dissector_jobs), "1000", 1, 1000000, NULL, NULL,
	  "messages that a dissector reads before a fresh process takes its place" },
	{ "DissectTimeout", OPTION_TIME, SLOT(dissect_timeout_ms), "5s", 100, 300 * SECOND, NULL, NULL,
	  "how long a dissector may take for one question; past it, OnLimit" },
	{ "QueueTimeout", OPTION_TIME, SLOT(queue_timeout_ms), "30s", 100, 300 * SECOND, NULL, NULL,
	  "how long mail may wait for a dissector; past it, the sender is asked to come again" },
	{ "KeepPoison", OPTION_COUNT, SLOT(keep_poison), "16", 0, 10000, NULL, NULL,
	  "messages that ended a dissector, kept in StateDir/poison for who mends it; 0 keeps none" },
	{ "AuthservID", OPTION_TEXT, SLOT(authserv_id), "", 0, 255, NULL, check_authserv_id,
	  "this site's name in Authentication-Results; empty is the host's name" },
	{ "TrustedAuthservIDs", OPTION_LIST, SLOT(trusted_authserv_ids), "", 0, 255, NULL, check_verifier,
	  "our own verifiers: whose Authentication-Results are believed; ID/dkim: of that method alone" },
	{ "MaxConnections", OPTION_COUNT, SLOT(max_connections), "200", 1, 100000, NULL, NULL,
	  "connections with a message coming in or being judged; more are asked to come again" },
	{ "MaxMemory", OPTION_BYTES, SLOT(max_memory), "4G", 64 * M, T, NULL, NULL,
	  "memory of all messages at hand; more are asked to come again" },
	{ "MilterTimeout", OPTION_TIME, SLOT(milter_timeout_ms), "7210s", SECOND, 24 * HOUR, NULL, NULL,
	  "how long a silent MTA keeps its connection" },
	LIMIT("MaxMessageSize", OPTION_BYTES, message_bytes, K, G, "size of a message"),
	LIMIT("MaxHeaderBytes", OPTION_BYTES, header_bytes, K, 64 * M, "size of a header, the message's or a part's"),
	LIMIT("MaxHeaderLines", OPTION_COUNT, header_lines, 10, 1000000, "lines of a header"),
	LIMIT("MaxParts", OPTION_COUNT, parts, 1, 100000, "MIME parts of a message, in all readings"),
	LIMIT("MaxNesting", OPTION_COUNT, depth, 1, 1000, "how deep parts may stand in parts"),
	LIMIT("MaxReadings", OPTION_COUNT, readings, 1, 1024, "ways in which clients may understand a message"),
	LIMIT("MaxReferences", OPTION_COUNT, references, 1, 1000000, "remote references of a message"),
	LIMIT("MaxHtmlBytes", OPTION_BYTES, html_bytes, K, 256 * M, "size of one HTML part, decoded"),
	LIMIT("MaxAttributes", OPTION_COUNT, attributes, 16, 65536, "attributes of one tag"),
	LIMIT("MaxTreeDepth", OPTION_COUNT, tree_depth, 16, 8192, "how deep elements may stand in elements"),
	LIMIT("MaxCssTokens", OPTION_COUNT, css_tokens, 1000, 100000000, "tokens of one style sheet"),
	LIMIT("MaxUrlBytes", OPTION_BYTES, url_bytes, 256, M, "size of one URL"),
	LIMIT("MaxParseMemory", OPTION_BYTES, parse_memory, M, 4 * G, "memory for parsing one message"),
	LIMIT("MaxParseTime", OPTION_TIME, parse_ms, 10, 60 * SECOND, "processor time for parsing one message"),
};
const size_t options_count = NITEMS(options_table);

/* What other milters call it. Only ever suggested: one thing has one keyword. */
static const struct {
	const char	*foreign, *ours;
} foreign_words[] = {
	{ "IgnoreAuthenticatedClients", "SkipAuthenticated" },
	{ "PeerList", "InternalHosts" },
	{ "LocalNet", "InternalHosts" },
	{ "IgnoreHosts", "InternalHosts" },
	{ "MilterSocket", "Socket" },
	{ "Listen", "Socket" },
	{ "User", "UserID" },
	{ "MaxFileSize", "MaxMessageSize" },
	{ "MaxSize", "MaxMessageSize" },
	{ "ReadTimeout", "MilterTimeout" },
	{ "RedisSocket", "Redis" },
	{ "RedisServer", "Redis" },
	{ "RedisPassword", "RedisPasswordFile" },
	{ "RedisTimeout", "RedisDeadline" },
	{ "RewriteSigned", "OnSignedLive" },
	{ "PolicyMode", "Mode" },
	{ "RemoteImages", "RemoteContent" },
	{ "BaseDirectory", "StateDir" },
	{ "CamoURL", "ImageProxy" },
};

unsigned
options_dissectors(const struct options *options)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (strcmp(options->dissectors, "auto") != 0)
		return (unsigned)strtoul(options->dissectors, NULL, 10);
	return processors < 1 ? 1 : processors > DISSECTORS_MOST ? DISSECTORS_MOST : (unsigned)processors;
}

const struct option *
option_find(struct span keyword)
{
	for (size_t i = 0; i < options_count; i++)
		if (span_is(keyword, options_table[i].keyword))
			return &options_table[i];
	return NULL;
}

const char *
option_suggest(struct span keyword)
{
	struct nearest nearest = { .word = keyword };

	for (size_t i = 0; i < NITEMS(foreign_words); i++)
		if (span_is(keyword, foreign_words[i].foreign))
			return foreign_words[i].ours;
	for (size_t i = 0; i < options_count; i++)
		nearest_try(&nearest, options_table[i].keyword);
	return nearest.best;
}

/* The table's own text is read as a file's would be; a list is cut at its commas. */
static enum pw_err
set_default(const struct option *option, struct options *options)
{
	struct span	rest = span_of(option->fallback);
	struct word	words[8];
	size_t		count = 0;
	struct buf	report;

	while (option->type == OPTION_LIST && rest.len > 0 && count < NITEMS(words)) {
		size_t comma = span_find_char(rest, ',', 0);

		words[count++].text = span_trim(span_cut(rest, 0, comma));
		rest = span_from(rest, comma + 1);
	}
	if (option->type != OPTION_LIST)
		words[count++] = (struct word){ .text = rest };
	buf_init(&report, 4096);
	enum pw_err err = option_set(option, options, words, count, false, (struct place){ .file = "default" },
	    &report);
	buf_fini(&report);
	return err;
}

struct options *
options_new(void)
{
	struct options *options = calloc(1, sizeof(*options));

	if (options == NULL)
		return NULL;
	options->limits = limits_default;
	for (size_t i = 0; i < options_count; i++)
		if (options_table[i].fallback != NULL && set_default(&options_table[i], options) != PW_OK) {
			options_free(options);
			return NULL;
		}
	options->rules_dir_given = false;
	return options;
}

void
options_free(struct options *options)
{
	if (options == NULL)
		return;
	for (size_t i = 0; i < options_count; i++)
		option_clear(&options_table[i], options);
	free(options);
}

void
config_print(const struct options *options, struct buf *out)
{
	for (size_t i = 0; i < options_count; i++) {
		buf_printf(out, KEYWORD_COLUMN, options_table[i].keyword);
		option_print(&options_table[i], options, out);
		buf_add_char(out, '\n');
	}
}

bool
config_differs(const struct options *options, const struct options *others, const char *keyword)
{
	const struct option	*option = option_find(span_of(keyword));
	struct buf		 text, other;

	buf_init(&text, 1 << 16);
	buf_init(&other, 1 << 16);
	option_print(option, options, &text);
	option_print(option, others, &other);
	bool differs = !span_eq(buf_span(&text), buf_span(&other));
	buf_fini(&text);
	buf_fini(&other);
	return differs;
}

void
config_print_table(struct buf *out)
{
	struct options *defaults = options_new();

	if (defaults == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < options_count; i++) {
		const struct option *option = &options_table[i];

		buf_printf(out, "%s\t%s\t", option->keyword, option_type_name(option->type));
		option_print(option, defaults, out);
		buf_add_char(out, '\t');
		option_print_bounds(option, out);
		buf_printf(out, "\t%s\n", option->meaning);
	}
	options_free(defaults);
}
