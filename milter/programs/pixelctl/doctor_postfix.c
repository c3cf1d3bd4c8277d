/* pixelctl doctor: does Postfix pass its mail through this milter, in the right place and with patience? */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "doctor.h"
#include "postconf.h"

#define MOST_MILTERS	32u

/* Milters whose place matters, by a word of their address or by the port that their packages propose. */
static const struct neighbour {
	const char	*name;
	struct span	port;
	bool		before;		/* it verifies; else it seals, over what is delivered */
} neighbours[] = {
	{ "opendkim",	{ ":8891", 5 }, true },
	{ "dkimpy",	{ ":8892", 5 }, true },
	{ "opendmarc",	{ ":8893", 5 }, true },
	{ "pyspf",	{ NULL, 0 }, true },
	{ "rspamd",	{ ":11332", 6 }, true },
	{ "openarc",	{ ":8894", 5 }, false },
};

/* What of Postfix is looked at. */
struct looking {
	struct doctor		*doctor;
	struct postconf		 postconf;
	struct span		 service;	/* the first that has our milter */
	struct postconf_milter	 milters[MOST_MILTERS];
	size_t			 count, ours;	/* ours: its place among them */
};

/* --- is it ours? --- */

static bool
is_file(const char *socket)
{
	return span_starts_nocase(span_of(socket), SPAN("unix:")) || span_starts_nocase(span_of(socket), SPAN("local:"));
}

static bool
same_file(const char *a, const char *b)
{
	struct stat first, second;

	return strcmp(a, b) == 0 || (stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_ino == second.st_ino &&
	    first.st_dev == second.st_dev);
}

/* Postfix's daemons stand in queue_directory; in a chroot it is the root of all names, too. */
static bool
is_our_file(struct looking *looking, struct span path, bool chroot)
{
	struct span	directory = postconf_value(&looking->postconf, SPAN_NONE, "queue_directory");
	bool		absolute = path.len > 0 && path.at[0] == '/';
	struct span	whole = absolute && !chroot ? arena_copy(looking->doctor->arena, path) :
			    arena_printf(looking->doctor->arena, "%.*s%s%.*s", SPAN_ARG(directory), absolute ? "" : "/", SPAN_ARG(path));

	return whole.at != NULL && same_file(strchr(looking->doctor->options->socket, ':') + 1, whole.at);
}

static bool
shares_address(const char *ours, const char *theirs)
{
	const struct addrinfo	 hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo		*first = NULL, *second = NULL;
	bool			 shares = strcmp(ours, "0.0.0.0") == 0 || strcmp(ours, "::") == 0 || strcmp(ours, theirs) == 0;

	if (!shares && getaddrinfo(ours, NULL, &hints, &first) == 0 && getaddrinfo(theirs, NULL, &hints, &second) == 0)
		for (const struct addrinfo *a = first; a != NULL; a = a->ai_next)
			for (const struct addrinfo *b = second; b != NULL; b = b->ai_next)
				shares = shares || (a->ai_addrlen == b->ai_addrlen &&
				    memcmp(a->ai_addr, b->ai_addr, a->ai_addrlen) == 0);
	if (first != NULL)
		freeaddrinfo(first);
	if (second != NULL)
		freeaddrinfo(second);
	return shares;
}

/* Theirs is HOST:PORT, ours PORT@HOST. */
static bool
is_our_port(const char *socket, struct span theirs)
{
	struct span	ours = span_of(strchr(socket, ':') + 1);
	size_t		at = span_find_char(ours, '@', 0), colon = theirs.len;
	char		host[256];

	while (colon > 0 && theirs.at[colon - 1] != ':')
		colon--;
	if (colon == 0 || at == ours.len || !span_eq(span_from(theirs, colon), span_cut(ours, 0, at)))
		return false;
	struct span name = span_cut(theirs, 0, colon - 1);
	if (name.len > 1 && name.at[0] == '[')
		name = span_cut(name, 1, name.len - 1);
	snprintf(host, sizeof(host), "%.*s", SPAN_ARG(name));
	return shares_address(ours.at + at + 1, host);
}

static bool
is_ours(struct looking *looking, struct span address, bool chroot)
{
	const char	*socket = looking->doctor->options->socket;
	size_t		 colon = span_find_char(address, ':', 0);
	struct span	 rest = span_from(address, colon + 1);

	if (span_starts(address, SPAN("unix:")) || span_starts(address, SPAN("local:")))
		return is_file(socket) && is_our_file(looking, rest, chroot);
	return !is_file(socket) && span_starts(address, SPAN("inet")) && is_our_port(socket, rest);
}

/* Fills in the milters of a list; true: ours is among them. */
static bool
list_read(struct looking *looking, struct span list, bool chroot)
{
	looking->count = 0;
	looking->ours = MOST_MILTERS;
	while (looking->count < MOST_MILTERS && postconf_milter_next(&list, &looking->milters[looking->count])) {
		if (looking->ours == MOST_MILTERS && is_ours(looking, looking->milters[looking->count].address, chroot))
			looking->ours = looking->count;
		looking->count++;
	}
	return looking->ours < MOST_MILTERS;
}

/* --- what is looked at, once it is ours --- */

static void
look_at_action(struct looking *looking)
{
	struct span action = postconf_milter_value(&looking->postconf, looking->service, &looking->milters[looking->ours],
	    "default_action");
	static const struct {
		const char	*name, *means;
		enum finding	 finding;
	} actions[] = {
		{ "tempfail",	"senders come again while pixelward is away", FINDING_OK },
		{ "quarantine",	"mail is held while pixelward is away", FINDING_OK },
		{ "accept",	"mail is delivered unexamined while pixelward is away: every crash is a way around it", FINDING_WARN },
		{ "reject",	"mail is refused for good while pixelward is away", FINDING_WARN },
		{ "shutdown",	"sessions are cut off while pixelward is away", FINDING_WARN },
	};

	for (size_t i = 0; i < NITEMS(actions); i++)
		if (span_is(action, actions[i].name)) {
			doctor_say(looking->doctor, actions[i].finding, actions[i].finding == FINDING_OK ? SPAN_NONE :
			    SPAN("postconf -e 'milter_default_action = tempfail'"), "milter_default_action = %s: %s", actions[i].name,
			    actions[i].means);
			return;
		}
	doctor_say(looking->doctor, FINDING_WARN, SPAN("postconf -e 'milter_default_action = tempfail'"),
	    "milter_default_action = %.*s", SPAN_ARG(action));
}

static const struct neighbour *
neighbour_of(struct span address)
{
	for (size_t i = 0; i < NITEMS(neighbours); i++)
		if (span_find_nocase(address, span_of(neighbours[i].name), 0) < address.len ||
		    (neighbours[i].port.len > 0 && span_ends_nocase(address, neighbours[i].port)))
			return &neighbours[i];
	return NULL;
}

static void
look_at_order(struct looking *looking)
{
	size_t	wrong = 0, verifiers = 0;

	for (size_t i = 0; i < looking->count; i++) {
		const struct neighbour *neighbour = i == looking->ours ? NULL : neighbour_of(looking->milters[i].address);

		verifiers += neighbour != NULL && neighbour->before;
		if (neighbour == NULL || neighbour->before == (i < looking->ours))
			continue;
		wrong++;
		doctor_say(looking->doctor, FINDING_FAIL, SPAN("postconf -e 'smtpd_milters = opendkim's, opendmarc's, pixelward's, "
		    "openarc's'"), neighbour->before ? "%.*s (%s) stands behind pixelward, and verifies what that has changed" :
		    "%.*s (%s) stands before pixelward, which changes what that has sealed", SPAN_ARG(looking->milters[i].address),
		    neighbour->name);
	}
	if (verifiers > 0 && looking->doctor->options->trusted_authserv_ids.count == 0)
		doctor_say(looking->doctor, FINDING_WARN, SPAN("TrustedAuthservIDs, with AuthservID of opendkim and opendmarc"),
		    "%zu milters verify, and none is believed", verifiers);
	if (wrong == 0)
		doctor_say(looking->doctor, FINDING_OK, SPAN_NONE, "smtpd_milters: pixelward is number %zu of %zu", looking->ours + 1,
		    looking->count);
}

static void
look_at_size(struct looking *looking)
{
	uint64_t	ours = looking->doctor->options->limits.message_bytes;
	uint64_t	theirs = (uint64_t)postconf_number(postconf_value(&looking->postconf, SPAN_NONE, "message_size_limit"));

	if (theirs == 0)
		doctor_say(looking->doctor, FINDING_WARN, arena_printf(looking->doctor->arena, "postconf -e 'message_size_limit = %llu'",
		    (unsigned long long)ours), "message_size_limit = 0: what is larger than MaxMessageSize is treated as OnLimit says");
	else if (theirs > ours)
		doctor_say(looking->doctor, FINDING_WARN, arena_printf(looking->doctor->arena, "MaxMessageSize %llu",
		    (unsigned long long)theirs), "message_size_limit = %llu, and MaxMessageSize is %llu: what is between is treated as "
		    "OnLimit says", (unsigned long long)theirs, (unsigned long long)ours);
	else
		doctor_say(looking->doctor, FINDING_OK, SPAN_NONE, "message_size_limit = %llu, within MaxMessageSize",
		    (unsigned long long)theirs);
}

/* A message waits for a dissector, is read, and what was changed is read once more. */
static void
look_at_timeouts(struct looking *looking)
{
	const struct options	*options = looking->doctor->options;
	struct span		 text = postconf_milter_value(&looking->postconf, looking->service,
				    &looking->milters[looking->ours], "content_timeout");
	uint64_t		 patience = (uint64_t)postconf_ms(text);
	uint64_t		 most = options->queue_timeout_ms + 2 * options->dissect_timeout_ms;

	if (patience <= most)
		doctor_say(looking->doctor, FINDING_WARN, arena_printf(looking->doctor->arena,
		    "postconf -e 'milter_content_timeout = %llus'", (unsigned long long)(most / 1000 + 30)),
		    "milter_content_timeout = %.*s, and pixelward may take QueueTimeout and twice DissectTimeout, %llu s", SPAN_ARG(text),
		    (unsigned long long)(most / 1000));
	else if (options->milter_timeout_ms <= patience)
		doctor_say(looking->doctor, FINDING_WARN, SPAN("MilterTimeout 7210s"),
		    "MilterTimeout is %llu s, and milter_content_timeout = %.*s: pixelward hangs up on a slow sender",
		    (unsigned long long)(options->milter_timeout_ms / 1000), SPAN_ARG(text));
	else
		doctor_say(looking->doctor, FINDING_OK, SPAN_NONE, "milter_content_timeout = %.*s, longer than pixelward takes",
		    SPAN_ARG(text));
}

/* "6", or "2,3,4,6": the highest number is that of the version. */
static void
look_at_protocol(struct looking *looking)
{
	struct span	text = postconf_milter_value(&looking->postconf, looking->service, &looking->milters[looking->ours],
			    "protocol");
	int64_t		version = 0;

	for (size_t i = 0; i < text.len; i++)
		if (ascii_digit(text.at[i]) && text.at[i] - '0' > version)
			version = text.at[i] - '0';
	if (version < 6)
		doctor_say(looking->doctor, FINDING_WARN, SPAN("postconf -e 'milter_protocol = 6'"),
		    "milter_protocol = %.*s: header fields do not come as they are, and every step is answered", SPAN_ARG(text));
	else
		doctor_say(looking->doctor, FINDING_OK, SPAN_NONE, "milter_protocol = %.*s", SPAN_ARG(text));
}

static void	(*const looks[])(struct looking *) = {
	look_at_order, look_at_action, look_at_size, look_at_timeouts, look_at_protocol,
};

/* --- which services have it --- */

/* What smtpd_milters should say for our Socket. */
static struct span
address_for(struct looking *looking)
{
	const char	*socket = looking->doctor->options->socket, *rest = strchr(socket, ':') + 1;
	struct span	 directory = postconf_value(&looking->postconf, SPAN_NONE, "queue_directory");
	const char	*at = strchr(rest, '@');

	if (span_starts_nocase(span_of(socket), SPAN("inet")))
		return arena_printf(looking->doctor->arena, "inet:%s:%.*s", at != NULL ? at + 1 : "", at != NULL ? (int)(at - rest) : 0, rest);
	if (span_starts(span_of(rest), directory) && rest[directory.len] == '/')
		return arena_printf(looking->doctor->arena, "unix:%s", rest + directory.len + 1);
	return arena_printf(looking->doctor->arena, "unix:%s", rest);
}

static bool
is_main_door(struct span service)
{
	struct span	name = span_cut(service, 0, span_find_char(service, '/', 0));
	size_t		port = name.len;

	/* "smtp", "25", "192.0.2.1:25", and behind postscreen "smtpd" of type pass. */
	while (port > 0 && name.at[port - 1] != ':')
		port--;
	name = span_from(name, port);
	return span_eq(name, SPAN("smtp")) || span_eq(name, SPAN("smtpd")) || span_eq(name, SPAN("25"));
}

static void
say_absent(struct looking *looking, struct span service)
{
	struct doctor	*doctor = looking->doctor;
	const char	*socket = doctor->options->socket;
	struct span	 list = postconf_value(&looking->postconf, service, "smtpd_milters"), ours = address_for(looking);
	struct span	 directory = postconf_value(&looking->postconf, SPAN_NONE, "queue_directory");

	if (postconf_chroot(&looking->postconf, service) && is_file(socket) &&
	    !span_starts(span_of(strchr(socket, ':') + 1), directory))
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "Socket unix:%.*s/pixelward/pixelward.sock",
		    SPAN_ARG(directory)), "Socket %s is out of reach of %.*s, whose chroot is %.*s: its mail is not judged", socket,
		    SPAN_ARG(service), SPAN_ARG(directory));
	else if (list_read(looking, list, false))
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "postconf -e 'smtpd_milters = %.*s'", SPAN_ARG(ours)),
		    "%.*s is in a chroot, where %.*s is another file: its mail is not judged", SPAN_ARG(service),
		    SPAN_ARG(looking->milters[looking->ours].address));
	else
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "postconf -e 'smtpd_milters = %.*s%s%.*s'", SPAN_ARG(list),
		    list.len > 0 ? ", " : "", SPAN_ARG(ours)), "Socket %s is not in smtpd_milters of %.*s: its mail is not judged",
		    socket, SPAN_ARG(service));
}

/* Of the milters of the list that was read: what seals is no verifier. */
static bool
has_front(const struct looking *looking)
{
	for (size_t i = 0; i < looking->count && i < looking->ours; i++) {
		const struct neighbour *neighbour = neighbour_of(looking->milters[i].address);

		if (neighbour == NULL || neighbour->before)
			return true;
	}
	return false;
}

/* Through a main door that has nobody in front forged fields come in, whatever the others have. */
static void
look_at_front(struct looking *looking, const struct span *services, size_t count)
{
	struct doctor *doctor = looking->doctor;

	for (size_t i = 0; i < count && doctor->front != FRONT_NOBODY; i++) {
		if (!is_main_door(services[i]) && !span_eq(services[i], looking->service))
			continue;
		(void)list_read(looking, postconf_value(&looking->postconf, services[i], "smtpd_milters"),
		    postconf_chroot(&looking->postconf, services[i]));
		doctor->front = has_front(looking) ? FRONT_SOMEBODY : FRONT_NOBODY;
	}
}

static bool
has_us(void *context, struct span milters)
{
	struct looking *looking = context;

	return list_read(looking, milters, postconf_chroot(&looking->postconf, looking->service));
}

/* Clients for whom smtpd_milters do not count; of services that have us, each table once. */
static void
look_at_clients(struct looking *looking, const struct span *services, size_t count)
{
	struct span before = SPAN("");

	for (size_t i = 0; i < count; i++) {
		struct span maps = postconf_value(&looking->postconf, services[i], "smtpd_milter_maps");

		looking->service = services[i];
		if (maps.len > 0 && !span_eq(maps, before) &&
		    has_us(looking, postconf_value(&looking->postconf, services[i], "smtpd_milters")))
			doctor_clients(looking->doctor, before = maps, has_us, looking);
	}
}

void
doctor_postfix(struct doctor *doctor)
{
	struct looking	looking = { .doctor = doctor };
	struct span	services[POSTCONF_MOST_SERVICES], why;
	size_t		count, with = 0;

	if (!postconf_read(&looking.postconf, doctor->arena, &why)) {
		doctor_say(doctor, why.len > 0 ? FINDING_WARN : FINDING_OK, why.len > 0 ? SPAN("postconf -n") : SPAN_NONE,
		    "%s%.*s", why.len > 0 ? "postconf cannot be asked: " : "there is no Postfix here", SPAN_ARG(why));
		return;
	}
	if (span_starts_nocase(span_of(doctor->options->socket), SPAN("fd:"))) {
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "Socket %s has no address that smtpd_milters could be compared with",
		    doctor->options->socket);
		return;
	}
	count = postconf_smtpds(&looking.postconf, services);
	for (size_t i = 0; i < count; i++)
		if (list_read(&looking, postconf_value(&looking.postconf, services[i], "smtpd_milters"),
		    postconf_chroot(&looking.postconf, services[i])) && with++ == 0)
			looking.service = services[i];
	struct span ours = looking.service;
	look_at_clients(&looking, services, count);
	looking.service = ours;
	look_at_front(&looking, services, count);
	/* Other doors may be meant to lead past it. */
	for (size_t i = 0; i < count; i++)
		if ((with == 0 && i == 0) || (is_main_door(services[i]) && !list_read(&looking, postconf_value(&looking.postconf,
		    services[i], "smtpd_milters"), postconf_chroot(&looking.postconf, services[i]))))
			say_absent(&looking, services[i]);
	if (count == 0)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "no service of this Postfix takes mail by SMTP");
	if (with == 0)
		return;
	doctor_say(doctor, FINDING_OK, SPAN_NONE, "%zu of %zu services that take mail pass it through %s%s", with, count,
	    doctor->options->socket, list_read(&looking, postconf_value(&looking.postconf, SPAN_NONE, "non_smtpd_milters"), false) ?
	    ", and so does mail of local users" : "");
	(void)list_read(&looking, postconf_value(&looking.postconf, looking.service, "smtpd_milters"),
	    postconf_chroot(&looking.postconf, looking.service));
	for (size_t i = 0; i < NITEMS(looks); i++)
		looks[i](&looking);
}
