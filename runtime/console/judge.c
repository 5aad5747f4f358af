#include "console/judge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A client leaves the port of HTTP out. */
static bool is_written(const struct pkdi_http_text *host, const char *address)
{
	size_t n = strlen(address);

	if (host->n + 3 == n && !strcmp(address + host->n, ":80"))
		n = host->n;
	return host->n == n && strncasecmp(host->at, address, n) == 0;
}

/* The host must be the address that was connected to, so that no web page reaches this server by a
 * name of its own for it (DNS rebinding). */
bool pkdi_judge_host(int fd, const struct pkdi_http_text *host)
{
	char address[PKDI_ADDRESS_SIZE], name[PKDI_ADDRESS_SIZE];
	struct pkdi_address own;

	if (pkdi_address_of(fd, &own) < 0)
		return false;
	pkdi_address_show(&own, address);
	snprintf(name, sizeof(name), "localhost:%u", (unsigned)own.port);
	return is_written(host, address) ||
	       (pkdi_address_is_loopback(&own) && is_written(host, name));
}

/* Whether an address is one of this server, or is not given; `*ret_n` of its bytes say so. */
static bool is_own(const struct pkdi_http *http, const struct pkdi_http_text *address,
                   size_t *ret_n)
{
	static const char scheme[] = "http://";
	size_t length = sizeof(scheme) - 1;

	*ret_n = address->at ? length + http->host.n : 0;
	return !address->at ||
	       (address->n >= *ret_n && memcmp(address->at, scheme, length) == 0 &&
	        strncasecmp(address->at + length, http->host.at, http->host.n) == 0);
}

/* Whether an origin is one of a list with commas. */
static bool is_listed(const char *list, const struct pkdi_http_text *origin)
{
	const struct pkdi_http_text all = {list, strlen(list)};
	char text[256];

	if (origin->n >= sizeof(text))
		return false;
	memcpy(text, origin->at, origin->n);
	text[origin->n] = '\0';
	return pkdi_http_lists(&all, text);
}

/* A page of this server says that it is one; what a person has typed comes from none. A browser
 * sends Origin with few requests, but Sec-Fetch-Site with all. */
bool pkdi_judge_origin(const struct pkdi_serve *serve, const struct pkdi_http *http)
{
	const struct pkdi_http_text *site = &http->fetch_site, *referer = &http->referer;
	size_t n;

	if (*serve->origins && http->origin.at && is_listed(serve->origins, &http->origin))
		return true;
	if (!is_own(http, &http->origin, &n) || n != http->origin.n)
		return false;
	if (!is_own(http, referer, &n) || (n < referer->n && referer->at[n] != '/'))
		return false;
	return !site->at || pkdi_http_is(site, "same-origin") || pkdi_http_is(site, "none");
}

/* In a time that does not depend on where they differ. */
static bool is_token(const char *token, const struct pkdi_http_text *given)
{
	size_t n = strlen(token);
	unsigned different = 0;

	if (!given->at || given->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		different |= (unsigned char)(token[i] ^ given->at[i]);
	return different == 0;
}

static bool has_token(const char *token, const struct pkdi_http *http)
{
	struct pkdi_http_text bearer = pkdi_http_bearer(http);
	struct pkdi_http_text query = pkdi_http_query(&http->query, "token");
	bool by_header = is_token(token, &bearer);
	bool by_query = is_token(token, &query);

	return by_header | by_query;
}

enum pkdi_may pkdi_judge_token(const struct pkdi_serve *serve, const struct pkdi_http *http)
{
	bool may_all = has_token(serve->token, http);
	bool may_view = *serve->view_token && has_token(serve->view_token, http);

	if (may_all)
		return PKDI_MAY_ALL;
	return may_view ? PKDI_MAY_VIEW : PKDI_MAY_NOTHING;
}
