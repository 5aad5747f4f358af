/* See door.h. */
#include "door.h"

#include "../io/address.h"
#include "origin.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char PATH[] = "/nt/";

const char *nt4_door_name(struct lws *wsi, char *path, int size)
{
	const char *name;

	if (lws_hdr_copy(wsi, path, size, WSI_TOKEN_GET_URI) <= 0)
		return NULL;
	name = path + strlen(PATH);
	return strncmp(path, PATH, strlen(PATH)) == 0 && *name ? name : NULL;
}

/* Any page on the internet can have a browser of this machine connect to it. */
static bool is_from_here(struct nt4_listen *listen, struct lws *wsi)
{
	char origin[256] = "", host[256] = "";
	bool has_origin = lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0, is_good;

	is_good = lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) >= 0 &&
	          (!has_origin || lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN) > 0);
	if (is_good && listen->is_local)
		is_good = nt4_host_is_local(host);
	if (is_good && has_origin)
		is_good = nt4_origin_is_good(origin, host, listen->origins);
	if (is_good || listen->n_foreign++ > 0)
		return is_good;
	for (char *at = origin; *at; at++)
		*at = *at < ' ' || *at > '~' ? '?' : *at;
	if (*origin)
		pkd_log(listen->ctx, PKD_LOG_WARNING,
		        "a web page of '%s' is refused: name it in `origins` where it is a dashboard "
		        "that may read and write",
		        origin);
	else
		pkd_log(listen->ctx, PKD_LOG_WARNING,
		        "a client is refused that knows this machine by another name than "
		        "localhost or 127.0.0.1");
	return false;
}

int nt4_door_confirm(struct nt4_listen *listen, struct lws *wsi)
{
	char path[NT4_MAX_NAME];
	unsigned status = 0;

	if (!nt4_door_name(wsi, path, sizeof(path)))
		status = HTTP_STATUS_NOT_FOUND;
	else if (!is_from_here(listen, wsi))
		status = HTTP_STATUS_FORBIDDEN;
	else if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) <= 0)
		status = HTTP_STATUS_BAD_REQUEST;
	else if (listen->n_peers >= listen->max_clients)
		status = HTTP_STATUS_SERVICE_UNAVAILABLE;
	if (!status)
		return 0;
	if (status == HTTP_STATUS_SERVICE_UNAVAILABLE && listen->n_refused++ == 0)
		pkd_log(listen->ctx, PKD_LOG_WARNING,
		        "a client is refused, as max_clients = %" PRIu32
		        " are there: it is counted, and so are others",
		        listen->max_clients);
	return lws_return_http_status(wsi, status, NULL) < 0 ? -1 : 1;
}

int nt4_door_check(const char *host, uint32_t port, int64_t grace_ns, struct pkd_ctx *ctx)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	                         .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
	struct addrinfo *address;
	char digits[16];
	int fd;

	snprintf(digits, sizeof(digits), "%" PRIu32, port);
	if (getaddrinfo(host, digits, &hints, &address) != 0)
		return pkd_error(ctx, EINVAL,
		                 "host '%s' is no address in digits: write \"127.0.0.1\" for this "
		                 "machine alone, or \"0.0.0.0\" for all that reach it",
		                 host);
	fd = io_address_listen_within(address, grace_ns, host, port, ctx);
	freeaddrinfo(address);
	if (fd < 0)
		return fd;
	close(fd);
	return PKD_OK;
}
