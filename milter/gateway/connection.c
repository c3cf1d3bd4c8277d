#include "connection.h"

#include <pixelward/base/cidr.h>
#include <pixelward/base/log.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "current.h"
#include "load.h"

/*
 * Half of the descriptors are for connections: without any for their messages none would be of use, and libmilter, with
 * none to accept one more, would spin.
 */
static bool
has_room(uint64_t connections)
{
	static _Atomic bool	told;
	struct rlimit		limit;
	bool			room = getrlimit(RLIMIT_NOFILE, &limit) != 0 || connections <= limit.rlim_cur / 2;

	if (room)
		atomic_store(&told, false);
	else if (!atomic_exchange(&told, true))
		log_warn("%llu connections are all that the limit on open files allows: no more for now",
		    (unsigned long long)limit.rlim_cur / 2);
	return room;
}

struct connection *
connection_new(struct generation *generation)
{
	const struct options	*options = generation_options(generation);
	struct connection	*connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	if (!has_room(load_open_connection())) {
		load_close_connection();
		free(connection);
		return NULL;
	}
	if (options->mode == MODE_SHADOW)
		connection->promised = generation_hold(generation);
	return connection;
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	mail_free(connection->mail);
	generation_drop(connection->promised);
	free(connection);
	load_close_connection();
}

void
connection_set_client(struct connection *connection, const char *name, const struct sockaddr *client,
    const char *client_addr_macro)
{
	struct sockaddr_in	ipv4;
	struct sockaddr_in6	ipv6;
	char			address[INET6_ADDRSTRLEN] = "unknown";

	connection->is_local = false;
	if (client != NULL && client->sa_family == AF_INET) {
		memcpy(&ipv4, client, sizeof(ipv4));
		inet_ntop(AF_INET, &ipv4.sin_addr, address, sizeof(address));
		client_addr_macro = NULL;
	} else if (client != NULL && client->sa_family == AF_INET6) {
		memcpy(&ipv6, client, sizeof(ipv6));
		inet_ntop(AF_INET6, &ipv6.sin6_addr, address, sizeof(address));
		client_addr_macro = NULL;
	} else if (client != NULL && client->sa_family == AF_UNIX) {
		connection->is_local = true;
		client_addr_macro = "local";
	}
	snprintf(connection->client_address, sizeof(connection->client_address), "%s",
	    client_addr_macro != NULL ? client_addr_macro : address);
	snprintf(connection->client_name, sizeof(connection->client_name), "%s", name != NULL ? name : "");
}

void
connection_set_helo(struct connection *connection, const char *helo)
{
	snprintf(connection->helo, sizeof(connection->helo), "%s", helo != NULL ? helo : "");
}

bool
connection_is_internal(const struct connection *connection, const struct options *options)
{
	return cidr_list_has(&options->internal_hosts,
	    connection->is_local ? SPAN("127.0.0.1") : span_of(connection->client_address));
}

struct generation *
connection_generation(const struct connection *connection)
{
	struct generation *current = current_hold();

	if (connection->promised == NULL || generation_options(current)->mode == MODE_SHADOW)
		return current;
	generation_drop(current);
	return generation_hold(connection->promised);
}
