/* pixelctl doctor: which clients does Postfix lead past us, by smtpd_milter_maps? */
#include "doctor.h"

#include <pixelward/base/cidr.h>

#include "milter_maps.h"

#define MOST_SHOWN	3u

struct clients {
	struct doctor	*doctor;
	bool		(*has_us)(void *context, struct span milters);
	void		*context;
	size_t		 past, internal, with;	/* of these InternalHosts, whom we would pass */
	bool		 everybody;
	struct span	 shown;
};

static bool
is_everybody(struct span client)
{
	return client.len == 0 || span_eq(client, SPAN("0.0.0.0/0")) || span_eq(client, SPAN("::/0"));
}

/* All of a block in one of ours. */
static bool
is_internal(const struct options *options, struct span client)
{
	struct span	address = span_cut(client, 0, span_find_char(client, '/', 0));
	struct cidr	inner, outer;

	if (!cidr_parse(client, &inner, NULL))
		return false;
	for (size_t i = 0; i < options->internal_hosts.count; i++)
		if (cidr_parse(span_of(options->internal_hosts.at[i]), &outer, NULL) && outer.bits <= inner.bits &&
		    cidr_has(&outer, address))
			return true;
	return false;
}

static void
look_at_entry(void *context, const struct milter_map_entry *entry)
{
	struct clients *clients = context;

	if (!span_eq_nocase(entry->milters, SPAN("DISABLE")) && clients->has_us(clients->context, entry->milters))
		clients->with++;
	else if (is_internal(clients->doctor->options, entry->client))
		clients->internal++;
	else {
		clients->everybody = clients->everybody || is_everybody(entry->client);
		if (clients->past++ < MOST_SHOWN)
			clients->shown = arena_printf(clients->doctor->arena, "%.*s%s%.*s", SPAN_ARG(clients->shown),
			    clients->past > 1 ? ", " : "", SPAN_ARG(entry->client));
	}
}

static struct span
others(const struct clients *clients)
{
	return clients->past <= MOST_SHOWN ? SPAN("") :
	    arena_printf(clients->doctor->arena, ", and %zu more", clients->past - MOST_SHOWN);
}

static void
look_at_map(struct clients *clients, struct span map)
{
	struct doctor *doctor = clients->doctor;

	if (!milter_map_read(map, doctor->arena, look_at_entry, clients))
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "postmap -q ADDRESS '%.*s', for clients whose mail should be "
		    "judged", SPAN_ARG(map)), "smtpd_milter_maps: what %.*s leads past pixelward cannot be seen from here", SPAN_ARG(map));
	else if (clients->everybody)
		doctor_say(doctor, FINDING_FAIL, SPAN("postconf -X smtpd_milter_maps"),
		    "smtpd_milter_maps: %.*s leads everybody past pixelward: no mail is judged", SPAN_ARG(map));
	else if (clients->past > 0)
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "pixelward's address of smtpd_milters in these lines of %.*s, if "
		    "their mail should be judged", SPAN_ARG(map)), "smtpd_milter_maps: %.*s leads clients past pixelward: %.*s%.*s",
		    SPAN_ARG(map), SPAN_ARG(clients->shown), SPAN_ARG(others(clients)));
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "smtpd_milter_maps: %.*s leads nobody past pixelward%s", SPAN_ARG(map),
		    clients->internal > 0 ? " but InternalHosts" : "");
}

void
doctor_clients(struct doctor *doctor, struct span maps, bool (*has_us)(void *context, struct span milters), void *context)
{
	struct span map;

	while (milter_map_next(&maps, &map)) {
		struct clients clients = { .doctor = doctor, .has_us = has_us, .context = context, .shown = SPAN("") };

		look_at_map(&clients, map);
	}
}
