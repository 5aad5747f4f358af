/* See site.h. */
#include "site.h"

#include <string.h>
#include <strings.h>

static bool is_all_of(const struct net_text *text, size_t from, const char *characters)
{
	for (size_t i = from; i < text->n; i++)
		if (text->at[i] == '\0' || !strchr(characters, text->at[i]))
			return false;
	return true;
}

/* What stands before the port. False: behind it is no port. */
static bool split_host(const struct net_text *host, struct net_text *ret_name)
{
	const char *colon = NULL;
	size_t n = host->n;

	if (n && *host->at == '[') {
		const char *end = memchr(host->at, ']', n);

		if (!end)
			return false;
		n = (size_t)(end - host->at) + 1;
	} else {
		colon = n ? memchr(host->at, ':', n) : NULL;
		n = colon ? (size_t)(colon - host->at) : n;
	}
	*ret_name = (struct net_text){host->at, n};
	return n == host->n || (host->at[n] == ':' && is_all_of(host, n + 1, "0123456789"));
}

static bool is_called(const struct net_text *text, const char *word)
{
	return text->n == strlen(word) && strncasecmp(text->at, word, text->n) == 0;
}

/* A name that leads here by way of somebody else's server of names is not ours: a page of theirs
 * could read the pictures. */
bool net_is_for_local(const struct net_request *request)
{
	struct net_text name;

	if (!request->host.at)
		return true;
	if (!split_host(&request->host, &name))
		return false;
	return is_called(&name, "localhost") || is_called(&name, "localhost.") ||
	       is_called(&name, "[::1]") ||
	       (name.n > 4 && memcmp(name.at, "127.", 4) == 0 &&
	        is_all_of(&name, 4, "0123456789."));
}

/* Of an Origin, or of a Referer, which goes on behind the host. */
static bool is_at(const struct net_text *address, const struct net_text *host)
{
	static const char scheme[] = "http://";
	const size_t n = sizeof(scheme) - 1;

	return host->n && address->n >= n + host->n && strncasecmp(address->at, scheme, n) == 0 &&
	       strncasecmp(address->at + n, host->at, host->n) == 0 &&
	       (address->n == n + host->n || address->at[n + host->n] == '/');
}

/* To an address without TLS a browser tells no Sec-Fetch-Site but of this machine, of a picture no
 * Origin, and no Referer where the page forbids it. A page of ours sends one of them; what is no
 * browser sends none. */
bool net_is_of_ours(const struct net_request *request)
{
	const struct net_text *host = &request->host;
	bool has_origin = request->origin.n > 0, has_referer = request->referer.n > 0;

	if (request->is_of_other_site || (has_origin && !is_at(&request->origin, host)) ||
	    (has_referer && !is_at(&request->referer, host)))
		return false;
	return !request->is_of_browser || request->is_of_own_site || has_origin || has_referer;
}
