/* Where a server of TCP listens: a numeric address of IPv4 or IPv6, and a port. */
#ifndef PKDI_ADDRESS_H
#define PKDI_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of an address as text, with its end. */
enum { PKDI_ADDRESS_SIZE = 64 };

struct pkdi_address {
	bool is_v6;
	uint16_t port;
	uint8_t bytes[16]; /* in the order of the network; 4 of them, or all */
};

/* "9464", which is a port of the loopback address; "0.0.0.0:9464"; "[::1]:9464". False: the text is
 * none of these. */
bool pkdi_address_parse(const char *text, struct pkdi_address *ret_address);

/* The text of it that stands in URLs, with its port. */
void pkdi_address_show(const struct pkdi_address *address, char ret_text[PKDI_ADDRESS_SIZE]);

/* The same, but of an address that stands for all of the machine the loopback address, and true. */
bool pkdi_address_name(const struct pkdi_address *address, char ret_text[PKDI_ADDRESS_SIZE]);

/* Whether only this machine reaches it. */
bool pkdi_address_is_loopback(const struct pkdi_address *address);

/* The address of this end of a connection, or of what listens. Returns 0 or -errno. */
int pkdi_address_of(int fd, struct pkdi_address *ret_address);

/* A socket that listens there, without blocking; port 0 becomes the one that was free. Returns the
 * descriptor, or -errno. */
int pkdi_address_listen(struct pkdi_address *address, int backlog);

#endif
