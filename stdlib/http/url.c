/* See url.h. */
#include "url.h"

#include "../base/utf8.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *why_of(CURLUcode error)
{
	switch ((int)error) {
	case CURLUE_UNSUPPORTED_SCHEME:
		return "it is neither of http nor of https";
	case CURLUE_USER_NOT_ALLOWED:
		return "it names a user: write user: and password: instead";
	case CURLUE_OUT_OF_MEMORY:
		return "out of memory";
	default:
		return "it is no address";
	}
}

static bool is_http(CURLU *url)
{
	char *scheme = NULL;
	bool is;

	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		return false;
	is = strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0;
	curl_free(scheme);
	return is;
}

/* Whether it is an address as it stands, of which nothing is to be read: most are. */
static bool is_plain(const char *url)
{
	size_t scheme = strncmp(url, "http://", 7) == 0    ? 7
	                : strncmp(url, "https://", 8) == 0 ? 8
	                                                   : 0;
	const char *at = url + scheme;

	if (scheme == 0 || !isalnum((unsigned char)*at))
		return false;
	while (isalnum((unsigned char)*at) || *at == '.' || *at == '-')
		at++;
	if (*at == ':' && strspn(at + 1, "0123456789") <= 5 && atol(at + 1) <= UINT16_MAX)
		at += 1 + strspn(at + 1, "0123456789");
	if (*at != '/')
		return false;
	while (*at > ' ' && *at < 127 && *at != '#' && *at != '\\')
		at++;
	return !*at;
}

static char *read_join(const char *base, const char *url, const char **ret_why)
{
	const unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE;
	CURLU *joined = curl_url();
	char *text = NULL, *copy;
	CURLUcode error = joined ? CURLUE_OK : CURLUE_OUT_OF_MEMORY;

	if (!error && *base)
		error = curl_url_set(joined, CURLUPART_URL, base, flags);
	if (!error)
		error = curl_url_set(joined, CURLUPART_URL, url, flags);
	if (!error && !is_http(joined))
		error = CURLUE_UNSUPPORTED_SCHEME;
	if (!error)
		error = curl_url_set(joined, CURLUPART_FRAGMENT, NULL, 0);
	if (!error)
		error = curl_url_get(joined, CURLUPART_URL, &text, 0);
	curl_url_cleanup(joined);
	if (error)
		*ret_why = why_of(error);
	copy = error ? NULL : strdup(text);
	curl_free(text);
	return copy;
}

char *http_url_join(const char *base, const char *url, const char **ret_why)
{
	*ret_why = why_of(CURLUE_OUT_OF_MEMORY);
	return is_plain(url) ? strdup(url) : read_join(base, url, ret_why);
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	char *text_a = NULL, *text_b = NULL;
	bool same = curl_url_get(a, part, &text_a, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	            curl_url_get(b, part, &text_b, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	            strcasecmp(text_a, text_b) == 0;

	curl_free(text_a);
	curl_free(text_b);
	return same;
}

bool http_url_same_host(const char *a, const char *b)
{
	CURLU *url_a = curl_url(), *url_b = curl_url();
	bool same = url_a && url_b && curl_url_set(url_a, CURLUPART_URL, a, 0) == CURLUE_OK &&
	            curl_url_set(url_b, CURLUPART_URL, b, 0) == CURLUE_OK &&
	            same_part(url_a, url_b, CURLUPART_SCHEME) &&
	            same_part(url_a, url_b, CURLUPART_HOST) &&
	            same_part(url_a, url_b, CURLUPART_PORT);

	curl_url_cleanup(url_a);
	curl_url_cleanup(url_b);
	return same;
}

/* Behind "http://user:password@". */
static const char *behind_user(const char *url, size_t *ret_prefix)
{
	const char *host = strstr(url, "://");
	size_t n;

	host = host ? host + 3 : url;
	*ret_prefix = (size_t)(host - url);
	n = strcspn(host, "/?#\\");
	for (const char *at = host + n; at > host; at--)
		if (at[-1] == '@')
			return at;
	return host;
}

void http_url_show(const char *url, char ret_text[static HTTP_SHOWN_SIZE])
{
	size_t prefix, used = 0;
	const char *at = behind_user(url, &prefix);

	if (prefix >= HTTP_SHOWN_SIZE / 2)
		prefix = 0;
	memcpy(ret_text, url, prefix);
	used = prefix;
	while (*at && *at != '?' && *at != '#') {
		size_t length = utf8_length(at, strlen(at));
		bool plain = length > 1 || (length == 1 && *at >= ' ' && *at != 127);

		length = length ? length : 1;
		if (used + length + 5 > HTTP_SHOWN_SIZE)
			break;
		memcpy(ret_text + used, plain ? at : "?", length);
		used += length;
		at += length;
	}
	if (*at == '?')
		ret_text[used++] = '?';
	memcpy(ret_text + used, *at && *at != '#' ? "…" : "", *at && *at != '#' ? 3 : 0);
	used += *at && *at != '#' ? 3 : 0;
	ret_text[used] = '\0';
}

/* Unreserved characters of RFC 3986 stand for themselves. */
static size_t encode(const char *text, size_t n, char *to)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("-._~", c))) {
			to[used++] = (char)c;
			continue;
		}
		to[used++] = '%';
		to[used++] = digits[c >> 4];
		to[used++] = digits[c & 15];
	}
	return used;
}

char *http_url_fill(const char *template, size_t template_n, const char *id, size_t id_n)
{
	static const char mark[] = "{id}";
	size_t n_marks = 0, used = 0;
	char *text;

	for (size_t i = 0; i + sizeof(mark) - 1 <= template_n; i++)
		n_marks += memcmp(template + i, mark, sizeof(mark) - 1) == 0;
	text = malloc(template_n + n_marks * 3 * id_n + 1);
	if (!text)
		return NULL;
	for (size_t i = 0; i < template_n;) {
		if (i + sizeof(mark) - 1 <= template_n &&
		    memcmp(template + i, mark, sizeof(mark) - 1) == 0) {
			used += encode(id, id_n, text + used);
			i += sizeof(mark) - 1;
		} else {
			text[used++] = template[i++];
		}
	}
	text[used] = '\0';
	return text;
}
