#define _GNU_SOURCE
#include "os/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Digits only, at most 65535; -1 = it is no port. */
static int parse_port(const char *text)
{
	int port = 0;

	if (!*text || strlen(text) > 5)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		port = 10 * port + (*text - '0');
	}
	return port <= UINT16_MAX ? port : -1;
}

bool pkdi_address_parse(const char *text, struct pkdi_address *ret_address)
{
	const char *colon = strrchr(text, ':');
	int port = parse_port(colon ? colon + 1 : text);
	size_t n = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN] = "127.0.0.1";
	struct pkdi_address address = {.is_v6 = n > 2 && text[0] == '[' && text[n - 1] == ']'};

	if (address.is_v6) {
		text++;
		n -= 2;
	}
	if (port < 0 || n >= sizeof(host))
		return false;
	if (colon) {
		memcpy(host, text, n);
		host[n] = '\0';
	}
	if (inet_pton(address.is_v6 ? AF_INET6 : AF_INET, host, address.bytes) != 1)
		return false;
	address.port = (uint16_t)port;
	*ret_address = address;
	return true;
}

void pkdi_address_show(const struct pkdi_address *address, char ret_text[PKDI_ADDRESS_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(address->is_v6 ? AF_INET6 : AF_INET, address->bytes, host, sizeof(host));
	snprintf(ret_text, PKDI_ADDRESS_SIZE, address->is_v6 ? "[%s]:%u" : "%s:%u", host,
	         (unsigned)address->port);
}

static const uint8_t any[16] = {0}, loopback_v6[16] = {[15] = 1}, loopback_v4[4] = {127, 0, 0, 1};

bool pkdi_address_name(const struct pkdi_address *address, char ret_text[PKDI_ADDRESS_SIZE])
{
	struct pkdi_address shown = *address;
	bool is_any = !memcmp(address->bytes, any, address->is_v6 ? 16 : 4);

	if (is_any && address->is_v6)
		memcpy(shown.bytes, loopback_v6, 16);
	else if (is_any)
		memcpy(shown.bytes, loopback_v4, 4);
	pkdi_address_show(&shown, ret_text);
	return is_any;
}

bool pkdi_address_is_loopback(const struct pkdi_address *address)
{
	return address->is_v6 ? !memcmp(address->bytes, loopback_v6, 16) : address->bytes[0] == 127;
}

int pkdi_address_of(int fd, struct pkdi_address *ret_address)
{
	union place place = {.v6 = {0}};
	socklen_t size = sizeof(place);
	struct pkdi_address address = {0};

	if (getsockname(fd, &place.any, &size) < 0)
		return -errno;
	address.is_v6 = place.any.sa_family == AF_INET6;
	if (address.is_v6)
		memcpy(address.bytes, &place.v6.sin6_addr, 16);
	else
		memcpy(address.bytes, &place.v4.sin_addr, 4);
	address.port = ntohs(address.is_v6 ? place.v6.sin6_port : place.v4.sin_port);
	*ret_address = address;
	return 0;
}

static socklen_t place_of(const struct pkdi_address *address, union place *ret_place)
{
	*ret_place = (union place){.v6 = {0}};
	if (address->is_v6) {
		ret_place->v6.sin6_family = AF_INET6;
		ret_place->v6.sin6_port = htons(address->port);
		memcpy(&ret_place->v6.sin6_addr, address->bytes, 16);
		return sizeof(ret_place->v6);
	}
	ret_place->v4.sin_family = AF_INET;
	ret_place->v4.sin_port = htons(address->port);
	memcpy(&ret_place->v4.sin_addr, address->bytes, 4);
	return sizeof(ret_place->v4);
}

int pkdi_address_listen(struct pkdi_address *address, int backlog)
{
	union place place;
	socklen_t size = place_of(address, &place);
	int fd = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int yes = 1;
	int r;

	if (fd < 0)
		return -errno;
	/* Connections of a run before this one, which linger, are no reason to refuse the port. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    (address->is_v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) < 0) ||
	    bind(fd, &place.any, size) < 0 || listen(fd, backlog) < 0)
		r = -errno;
	else
		r = pkdi_address_of(fd, address);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}
