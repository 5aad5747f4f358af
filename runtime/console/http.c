#define _GNU_SOURCE
#include "console/http.h"

#include <string.h>
#include <strings.h>

static const struct pkdi_http_text none = {NULL, 0};

/* ---- Characters ---- */

static bool is_token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const struct pkdi_http_text *text)
{
	for (size_t i = 0; i < text->n; i++)
		if (!is_token_char((unsigned char)text->at[i]))
			return false;
	return text->n > 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Of a value of a header: no control character but tabs. */
static bool is_value(const struct pkdi_http_text *text)
{
	for (size_t i = 0; i < text->n; i++) {
		unsigned char c = (unsigned char)text->at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool is_visible(const struct pkdi_http_text *text)
{
	for (size_t i = 0; i < text->n; i++)
		if ((unsigned char)text->at[i] <= ' ' || (unsigned char)text->at[i] >= 0x7f)
			return false;
	return text->n > 0;
}

static bool is_called(const struct pkdi_http_text *text, const char *name)
{
	return strlen(name) == text->n && strncasecmp(text->at, name, text->n) == 0;
}

static struct pkdi_http_text trim(struct pkdi_http_text text)
{
	while (text.n && is_space(text.at[0])) {
		text.at++;
		text.n--;
	}
	while (text.n && is_space(text.at[text.n - 1]))
		text.n--;
	return text;
}

/* Takes what stands before the next `separator` out of *rest; all of it where there is none. */
static struct pkdi_http_text take(struct pkdi_http_text *rest, char separator)
{
	const char *found = rest->n ? memchr(rest->at, separator, rest->n) : NULL;
	struct pkdi_http_text part = {rest->at, found ? (size_t)(found - rest->at) : rest->n};

	rest->at = found ? found + 1 : NULL;
	rest->n = found ? rest->n - part.n - 1 : 0;
	return part;
}

/* ---- Its end ---- */

/* The bytes of empty lines before a request, which some clients send behind the one before. */
static size_t skip_empty_lines(const char *text, size_t n)
{
	size_t at = 0;

	while (n - at >= 2 && text[at] == '\r' && text[at + 1] == '\n')
		at += 2;
	return at;
}

static enum pkdi_http_end find_end(const char *text, size_t n, size_t *ret_size)
{
	size_t most = n < PKDI_HTTP_SIZE ? n : PKDI_HTTP_SIZE;
	const char *end = memmem(text, most, "\r\n\r\n", 4);

	if (!end)
		return n < PKDI_HTTP_SIZE ? PKDI_HTTP_PART : PKDI_HTTP_TOO_LARGE;
	*ret_size = (size_t)(end - text) + 4;
	return PKDI_HTTP_WHOLE;
}

/* ---- The first line ---- */

static enum pkdi_http_end take_version(struct pkdi_http *http, const struct pkdi_http_text *text)
{
	if (text->n != 8 || memcmp(text->at, "HTTP/", 5) != 0 || text->at[6] != '.' ||
	    text->at[5] < '0' || text->at[5] > '9' || text->at[7] < '0' || text->at[7] > '9')
		return PKDI_HTTP_BAD;
	if (text->at[5] != '1')
		return PKDI_HTTP_VERSION;
	http->minor = text->at[7] > '0';
	http->closes = !http->minor;
	return PKDI_HTTP_WHOLE;
}

/* What is asked for: "/path?query"; or with "http://host" before it, as to a proxy. */
static bool take_target(struct pkdi_http *http, struct pkdi_http_text target)
{
	static const char scheme[] = "http://";
	size_t length = sizeof(scheme) - 1;

	if (!is_visible(&target))
		return false;
	if (target.n > length && strncasecmp(target.at, scheme, length) == 0) {
		const char *path = memchr(target.at + length, '/', target.n - length);

		if (!path || path == target.at + length)
			return false;
		http->host = (struct pkdi_http_text){target.at + length,
		                                     (size_t)(path - target.at) - length};
		target.n -= (size_t)(path - target.at);
		target.at = path;
	}
	if (target.at[0] != '/')
		return false;
	http->path = take(&target, '?');
	http->query = target.at ? target : none;
	return true;
}

static enum pkdi_http_end take_first_line(struct pkdi_http *http, struct pkdi_http_text line)
{
	struct pkdi_http_text target;

	http->method = take(&line, ' ');
	target = take(&line, ' ');
	if (!is_token(&http->method) || !line.at || !take_target(http, target))
		return PKDI_HTTP_BAD;
	return take_version(http, &line);
}

/* ---- The others ---- */

static bool take_once(struct pkdi_http_text *where, const struct pkdi_http_text *value)
{
	if (where->at)
		return false;
	*where = *value;
	return true;
}

/* A body of no bytes is none. */
static bool take_length(struct pkdi_http *http, const struct pkdi_http_text *value)
{
	for (size_t i = 0; i < value->n; i++) {
		if (value->at[i] < '0' || value->at[i] > '9')
			return false;
		http->has_body |= value->at[i] != '0';
	}
	return value->n > 0;
}

static void take_connection(struct pkdi_http *http, struct pkdi_http_text value)
{
	while (value.n) {
		struct pkdi_http_text word = trim(take(&value, ','));

		http->closes |= is_called(&word, "close");
	}
}

/* `has_host`: the line Host has come; a host in the target counts before it. */
static bool take_header(struct pkdi_http *http, struct pkdi_http_text line, bool *has_host)
{
	struct pkdi_http_text name = take(&line, ':'), value = trim(line);

	/* A name with a space behind it, and a line that continues the one before, are refused here,
	 * too. */
	if (!is_token(&name) || !line.at || !is_value(&value))
		return false;
	if (is_called(&name, "Host")) {
		if (*has_host || !is_visible(&value))
			return false;
		*has_host = true;
		return http->host.at || take_once(&http->host, &value);
	}
	if (is_called(&name, "Origin"))
		return take_once(&http->origin, &value);
	if (is_called(&name, "Referer"))
		return take_once(&http->referer, &value);
	if (is_called(&name, "Sec-Fetch-Site"))
		return take_once(&http->fetch_site, &value);
	if (is_called(&name, "Authorization"))
		return take_once(&http->authorization, &value);
	if (is_called(&name, "Upgrade"))
		return take_once(&http->upgrade, &value);
	if (is_called(&name, "Sec-WebSocket-Protocol"))
		return take_once(&http->protocols, &value);
	if (is_called(&name, "Content-Length"))
		return take_length(http, &value);
	if (is_called(&name, "Transfer-Encoding"))
		http->has_body = true;
	if (is_called(&name, "Connection"))
		take_connection(http, value);
	return true;
}

/* The next line, without its end. A CR or an LF alone ends none, and is no part of one, either. */
static bool take_line(struct pkdi_http_text *rest, struct pkdi_http_text *ret_line)
{
	*ret_line = take(rest, '\n');
	if (!ret_line->n || ret_line->at[ret_line->n - 1] != '\r')
		return false;
	ret_line->n--;
	return !ret_line->n || !memchr(ret_line->at, '\r', ret_line->n);
}

static enum pkdi_http_end take_lines(struct pkdi_http *http, struct pkdi_http_text rest)
{
	struct pkdi_http_text line;
	enum pkdi_http_end end;
	bool has_host = false;

	if (!take_line(&rest, &line))
		return PKDI_HTTP_BAD;
	end = take_first_line(http, line);
	while (end == PKDI_HTTP_WHOLE) {
		if (!take_line(&rest, &line))
			return PKDI_HTTP_BAD;
		if (!line.n)
			return has_host ? end : PKDI_HTTP_BAD;
		if (!take_header(http, line, &has_host))
			return PKDI_HTTP_BAD;
	}
	return end;
}

enum pkdi_http_end pkdi_http_read(const char *text, size_t n, struct pkdi_http *ret_http,
                                  size_t *ret_size)
{
	size_t before = skip_empty_lines(text, n), size = 0;
	struct pkdi_http http = {.minor = 1};
	enum pkdi_http_end end = PKDI_HTTP_PART;

	if (before >= PKDI_HTTP_SIZE)
		return PKDI_HTTP_TOO_LARGE;
	if (before < n)
		end = find_end(text + before, n - before, &size);
	if (end != PKDI_HTTP_WHOLE)
		return end;
	end = take_lines(&http, (struct pkdi_http_text){text + before, size});
	if (end != PKDI_HTTP_WHOLE)
		return end;
	*ret_http = http;
	*ret_size = before + size;
	return end;
}

/* ---- Its parts ---- */

bool pkdi_http_is(const struct pkdi_http_text *text, const char *other)
{
	return text->at && strlen(other) == text->n && memcmp(text->at, other, text->n) == 0;
}

struct pkdi_http_text pkdi_http_query(const struct pkdi_http_text *query, const char *name)
{
	struct pkdi_http_text rest = *query;

	while (rest.n) {
		struct pkdi_http_text value = take(&rest, '&');
		struct pkdi_http_text key = take(&value, '=');

		if (value.at && pkdi_http_is(&key, name))
			return value;
	}
	return none;
}

bool pkdi_http_lists(const struct pkdi_http_text *list, const char *word)
{
	struct pkdi_http_text rest = *list;

	while (rest.n) {
		struct pkdi_http_text one = trim(take(&rest, ','));

		if (pkdi_http_is(&one, word))
			return true;
	}
	return false;
}

struct pkdi_http_text pkdi_http_bearer(const struct pkdi_http *http)
{
	static const char scheme[] = "Bearer ";
	const struct pkdi_http_text *all = &http->authorization;
	size_t length = sizeof(scheme) - 1;

	if (!all->at || all->n < length || strncasecmp(all->at, scheme, length) != 0)
		return none;
	return trim((struct pkdi_http_text){all->at + length, all->n - length});
}
