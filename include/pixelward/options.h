/* The configuration as the daemon uses it. Each field is a row of the option table (milter/base/options.c). */
#ifndef PIXELWARD_OPTIONS_H
#define PIXELWARD_OPTIONS_H

#include <pixelward/limits.h>
#include <pixelward/span.h>

enum mode { MODE_SHADOW, MODE_TAG, MODE_ENFORCE };
enum remote_content { REMOTE_TRACKERS, REMOTE_UNVOUCHED, REMOTE_ALL };
enum on_failure { ON_HOLD, ON_TEMPFAIL, ON_ACCEPT };
enum on_signed_live { SIGNED_REWRITE, SIGNED_TAG, SIGNED_HOLD };
enum on_campaign { CAMPAIGN_STRIP, CAMPAIGN_WATCHED, CAMPAIGN_HOLD };
enum on_journal_full { JOURNAL_ACCEPT, JOURNAL_TEMPFAIL };
enum read_receipts { RECEIPTS_WATCHED, RECEIPTS_KEEP, RECEIPTS_STRIP };

struct option_list {
	char	**at;
	size_t	  count;
};

/* Names, and the file that each stands for. A set of names fits into 64 bits. */
#define MOST_FILES_OF_OPTION	64

struct option_file {
	char	*name, *path;
};

struct option_files {
	struct option_file	*at;
	size_t			 count;
};

struct options {
	enum mode		mode;
	enum remote_content	remote_content;
	enum on_failure		on_limit;	/* a limit was exceeded */
	enum on_failure		on_poison;	/* the parser failed on it */
	enum on_signed_live	on_signed_live;
	enum read_receipts	read_receipts;	/* header fields that ask for one */
	enum on_campaign	on_campaign;	/* mail that belongs to a campaign */
	uint64_t		campaign_window_ms;	/* how far apart mails of a campaign may be */
	uint64_t		campaign_new_ms;	/* a domain first seen so lately is new */
	uint64_t		campaign_score;	/* docs/campaigns.md */
	struct option_files	groups;		/* of recipients: their addresses are in the files */
	struct option_list	watch_groups;	/* names of groups, in any case; one may be undefined */
	char			*socket;	/* unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST (no brackets), fd:N */
	char			*user;		/* "user" or "user:group" to become after binding; "" stays */
	char			*pid_file;	/* "" for none */
	char			*state_dir, *rules_dir;
	char			*redis;		/* "none", or as redis_place_parse() has it */
	char			*redis_user;	/* "" for Redis's default user */
	char			*redis_password_file;	/* absolute, or the name of a systemd credential; "" for none */
	uint64_t		redis_deadline_ms;
	char			*node_name;	/* "" is the host's name */
	enum on_journal_full	on_journal_full;
	uint64_t		journal_size, journal_keep_ms;
	uint64_t		event_keep_ms, index_keep_ms, top_keep_ms;	/* in Redis */
	char			*dissectors;	/* how many, or "auto"; see options_dissectors() */
	char			*notice_text;
	char			*image_proxy;	/* "" for none, else http(s)://HOST[:PORT][/PATH] without a slash at its end */
	char			*image_proxy_key_file;
	char			*authserv_id;
	struct option_list	internal_hosts;	/* CIDR blocks and addresses */
	struct option_list	trusted_authserv_ids;	/* ID, or ID/METHOD */
	bool			skip_authenticated;
	bool			syslog;		/* else standard error */
	uint64_t		umask;
	uint64_t		max_connections;
	uint64_t		max_memory;	/* bytes of all messages in flight; past it: tempfail */
	uint64_t		milter_timeout_ms;
	uint64_t		dissector_jobs;	/* messages that a dissector reads before another takes its place */
	uint64_t		dissect_timeout_ms, queue_timeout_ms;
	uint64_t		keep_poison;	/* messages kept in state_dir/poison; 0: none */
	struct limits		limits;
	bool			rules_dir_given;	/* not an option: the file names RulesDir */
};

/* The number that Dissectors stands for on this machine; 0: the gateway's threads dissect by themselves. */
unsigned	options_dissectors(const struct options *);

#endif
