/* See web_judge.h. */
#include "web_judge.h"

#include "../nt4/origin.h"

#include <string.h>
#include <strings.h>

enum { NAME_SIZE = 256, TOKEN_SIZE = 512, PAIR_SIZE = 640 };

bool web_is_same(const char *given, const char *token)
{
	size_t n_given = strlen(given), n = strlen(token);
	unsigned wrong = n_given != n;

	for (size_t i = 0; i < n_given; i++)
		wrong |= (unsigned char)given[i] ^ (unsigned char)token[n ? i % n : 0];
	return wrong == 0;
}

bool web_query_of(struct lws *wsi, const char *key, char *value, size_t size)
{
	char pair[PAIR_SIZE];
	size_t n_key = strlen(key);

	*value = '\0';
	for (int i = 0; i < 16; i++) {
		int n = lws_hdr_copy_fragment(wsi, pair, sizeof(pair), WSI_TOKEN_HTTP_URI_ARGS, i);

		if (n < 0)
			return false;
		if (strncmp(pair, key, n_key) != 0 || pair[n_key] != '=' ||
		    strlen(pair + n_key + 1) >= size)
			continue;
		strcpy(value, pair + n_key + 1);
		return true;
	}
	return false;
}

static bool has_token(const struct web *web, struct lws *wsi)
{
	static const char scheme[] = "Bearer ";
	char given[TOKEN_SIZE] = "";
	const char *word = given;

	if (!*web->options.token)
		return true;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_AUTHORIZATION) > 0 &&
	    lws_hdr_copy(wsi, given, sizeof(given), WSI_TOKEN_HTTP_AUTHORIZATION) > 0 &&
	    strncasecmp(given, scheme, sizeof(scheme) - 1) == 0)
		word += sizeof(scheme) - 1;
	else
		web_query_of(wsi, "token", given, sizeof(given));
	return web_is_same(word, web->options.token);
}

static void tell_of_page(struct web *web, char *origin)
{
	if (web->n_foreign++ > 0)
		return;
	for (char *at = origin; *at; at++)
		*at = *at < ' ' || *at > '~' ? '?' : *at;
	if (*origin)
		pkd_log(web->ctx, PKD_LOG_WARNING,
		        "a web page of '%s' is refused: name it in `origins` where it may see what "
		        "is sent here",
		        origin);
	else
		pkd_log(web->ctx, PKD_LOG_WARNING,
		        "a client is refused that knows this machine by another name than "
		        "localhost or 127.0.0.1");
}

static bool names_host(struct lws *wsi, char *host, int size)
{
	return lws_hdr_total_length(wsi, WSI_TOKEN_HOST) <= 0 ||
	       lws_hdr_copy(wsi, host, size, WSI_TOKEN_HOST) > 0;
}

static bool names_origin(struct lws *wsi, char *origin, int size)
{
	return lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) <= 0 ||
	       lws_hdr_copy(wsi, origin, size, WSI_TOKEN_ORIGIN) > 0;
}

/* Any page on the internet can have a browser of this machine ask, and with a name that leads here
 * read the answer. */
static bool is_from_here(struct web *web, struct lws *wsi)
{
	char origin[NAME_SIZE] = "", host[NAME_SIZE] = "";
	bool is_good = names_host(wsi, host, sizeof(host)) &&
	               names_origin(wsi, origin, sizeof(origin));

	if (is_good && web->is_local && *host)
		is_good = nt4_host_is_local(host);
	if (is_good && *origin)
		is_good = nt4_origin_is_good(origin, host, web->options.origins);
	if (!is_good)
		tell_of_page(web, origin);
	return is_good;
}

bool web_page_of(struct web *web, struct lws *wsi, char *origin, int size)
{
	char host[NAME_SIZE] = "";

	*origin = '\0';
	return names_host(wsi, host, sizeof(host)) && names_origin(wsi, origin, size) && *origin &&
	       nt4_origin_is_good(origin, host, web->options.origins);
}

unsigned web_judge(struct web *web, struct lws *wsi, const char *path, bool is_socket)
{
	if (!is_from_here(web, wsi))
		return HTTP_STATUS_FORBIDDEN;
	if (!is_socket && web->owner->is_public(web->of, path))
		return 0;
	if (!has_token(web, wsi)) {
		if (web->n_unknown++ == 0)
			pkd_log(web->ctx, PKD_LOG_WARNING,
			        "a client is refused that has no token, or another one: it is "
			        "counted, and so are others");
		return HTTP_STATUS_UNAUTHORIZED;
	}
	if (is_socket && web->n_sockets >= web->options.max_clients) {
		if (web->n_refused++ == 0)
			pkd_log(web->ctx, PKD_LOG_WARNING,
			        "a client is refused, as max_clients = %u are there: it is "
			        "counted, and so are others",
			        web->options.max_clients);
		return HTTP_STATUS_SERVICE_UNAVAILABLE;
	}
	return 0;
}
