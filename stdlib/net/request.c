/* See request.h. */
#include "request.h"

#include <string.h>
#include <strings.h>

/* ---- Texts ---- */

bool net_text_is(const struct net_text *text, const char *word)
{
	return text->at && text->n == strlen(word) && memcmp(text->at, word, text->n) == 0;
}

static bool begins_with(const struct net_text *text, const char *word)
{
	size_t n = strlen(word);

	return text->n >= n && strncasecmp(text->at, word, n) == 0;
}

static bool is_called(const struct net_text *text, const char *word)
{
	return text->n == strlen(word) && strncasecmp(text->at, word, text->n) == 0;
}

/* The next word in *text, which then begins behind the `end`; all of it where that does not
 * come. */
static struct net_text cut(struct net_text *text, char end)
{
	const char *found = text->n ? memchr(text->at, end, text->n) : NULL;
	struct net_text word = {text->at, found ? (size_t)(found - text->at) : text->n};
	size_t n = word.n + (found != NULL);

	text->at += n;
	text->n -= n;
	return word;
}

static struct net_text trim(struct net_text text)
{
	while (text.n && (*text.at == ' ' || *text.at == '\t')) {
		text.at++;
		text.n--;
	}
	while (text.n && (text.at[text.n - 1] == ' ' || text.at[text.n - 1] == '\t'))
		text.n--;
	return text;
}

/* Letters, digits and what may stand beside them in the name of a method or a line. */
static bool is_token(const struct net_text *text)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < text->n; i++) {
		char c = text->at[i];

		if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
		      (c && memchr(others, c, sizeof(others) - 1))))
			return false;
	}
	return text->n > 0;
}

/* No control character among them. */
static bool is_plain(const struct net_text *text)
{
	for (size_t i = 0; i < text->n; i++)
		if (((unsigned char)text->at[i] < ' ' && text->at[i] != '\t') ||
		    text->at[i] == 0x7f)
			return false;
	return true;
}

/* ---- A request ---- */

static bool refuse(struct net_request *request, int status, const char *wrong)
{
	request->status = status;
	request->wrong = wrong;
	return false;
}

static bool read_version(const struct net_text *version, struct net_request *request)
{
	if (net_text_is(version, "HTTP/1.1"))
		request->keeps_alive = request->is_new = true;
	else if (!net_text_is(version, "HTTP/1.0"))
		return refuse(request,
		              version->n >= 5 && memcmp(version->at, "HTTP/", 5) == 0 ? 505 : 400,
		              "the first line ends with no HTTP/1.0 or HTTP/1.1");
	return true;
}

static bool read_first(struct net_text line, struct net_request *request)
{
	struct net_text method = cut(&line, ' '), target = cut(&line, ' ');

	if (!is_token(&method) || !is_plain(&target) || target.n == 0)
		return refuse(request, 400, "the first line is no METHOD PATH HTTP/1.1");
	if (!read_version(&line, request))
		return false;
	if (net_text_is(&method, "GET"))
		request->method = NET_GET;
	else if (net_text_is(&method, "HEAD"))
		request->method = NET_HEAD;
	else if (net_text_is(&method, "POST"))
		request->method = NET_POST;
	else
		return refuse(request, 405, "the method is none of GET, HEAD and POST");
	/* As it is written to a proxy. */
	if (begins_with(&target, "http://")) {
		target.at += 7;
		target.n -= 7;
		while (target.n && *target.at != '/') {
			target.at++;
			target.n--;
		}
	}
	if (target.n == 0 || *target.at != '/')
		return refuse(request, 400, "the path does not begin with a slash");
	request->path = cut(&target, '?');
	request->query = target;
	return true;
}

static bool read_length(const struct net_text *value, struct net_request *request)
{
	request->body = 0;
	for (size_t i = 0; i < value->n; i++) {
		if (value->at[i] < '0' || value->at[i] > '9')
			return refuse(request, 400, "Content-Length is no number");
		request->body = request->body * 10 + (uint32_t)(value->at[i] - '0');
		if (request->body > NET_BODY_SIZE)
			return refuse(request, 413, "the body is too long");
	}
	return value->n > 0 || refuse(request, 400, "Content-Length is no number");
}

static bool read_line(struct net_text line, struct net_request *request, bool *has_length)
{
	struct net_text name = cut(&line, ':'), value = trim(line);

	if (line.at == name.at + name.n || !is_token(&name) || !is_plain(&value))
		return refuse(request, 400, "a line of the header is no NAME: VALUE");
	if (is_called(&name, "Host")) {
		if (request->host.at)
			return refuse(request, 400, "there are two lines Host");
		request->host = value;
	} else if (is_called(&name, "Origin")) {
		request->origin = value;
	} else if (is_called(&name, "Referer")) {
		request->referer = value;
	} else if (is_called(&name, "User-Agent")) {
		request->is_of_browser = begins_with(&value, "Mozilla");
	} else if (is_called(&name, "Sec-Fetch-Site")) {
		request->is_of_other_site = is_called(&value, "cross-site") ||
		                            is_called(&value, "same-site");
		request->is_of_own_site = is_called(&value, "same-origin") ||
		                          is_called(&value, "none");
	} else if (is_called(&name, "Connection")) {
		if (is_called(&value, "close"))
			request->keeps_alive = false;
		else if (is_called(&value, "keep-alive"))
			request->keeps_alive = true;
	} else if (is_called(&name, "Transfer-Encoding")) {
		return refuse(request, 501, "a body comes with a length only");
	} else if (is_called(&name, "Content-Length")) {
		if (*has_length)
			return refuse(request, 400, "there are two lines Content-Length");
		*has_length = true;
		return read_length(&value, request);
	}
	return true;
}

/* Where the empty line ends that ends it, or 0. Before it may stand other empty lines. */
static size_t find_end(const char *text, size_t n, size_t *ret_start)
{
	bool is_empty = true;
	size_t start = 0;

	while (start < n && (text[start] == '\n' ||
	                     (text[start] == '\r' && start + 1 < n && text[start + 1] == '\n')))
		start += text[start] == '\r' ? 2 : 1;
	*ret_start = start;
	for (size_t i = start; i < n; i++) {
		if (text[i] == '\n') {
			if (is_empty && i > start)
				return i + 1;
			is_empty = true;
		} else if (text[i] != '\r' || i + 1 == n || text[i + 1] != '\n') {
			is_empty = false;
		}
	}
	return 0;
}

enum net_end net_request_read(const char *text, size_t n, struct net_request *ret_request,
                              size_t *ret_size)
{
	size_t start, end = find_end(text, n < NET_REQUEST_SIZE ? n : NET_REQUEST_SIZE, &start);
	struct net_text rest = {text + start, end > start ? end - start : 0};
	bool is_first = true, has_length = false;

	memset(ret_request, 0, sizeof(*ret_request));
	if (!end && n < NET_REQUEST_SIZE)
		return NET_PART;
	if (!end) {
		refuse(ret_request, 431, "the request has more than 8192 bytes");
		return NET_BAD;
	}
	while (rest.n) {
		struct net_text line = cut(&rest, '\n');

		if (line.n && line.at[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			break;
		if (!(is_first ? read_first(line, ret_request)
		               : read_line(line, ret_request, &has_length)))
			return NET_BAD;
		is_first = false;
	}
	*ret_size = end;
	return NET_WHOLE;
}

/* ---- A query ---- */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int unescape(struct net_text text, char *value, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.at[i] == '+' ? ' ' : text.at[i];

		if (c == '%') {
			int high = i + 2 < text.n ? digit_of(text.at[i + 1]) : -1;
			int low = i + 2 < text.n ? digit_of(text.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -1;
			c = (char)(high << 4 | low);
			i += 2;
		}
		/* What is told of it is a plain line. */
		if (n + 1 >= size || (unsigned char)c < ' ' || (unsigned char)c > '~')
			return -1;
		value[n++] = c;
	}
	value[n] = '\0';
	return 1;
}

int net_query_find(const struct net_text *query, const char *key, char *value, size_t size)
{
	struct net_text rest = *query;

	while (rest.n) {
		struct net_text part = cut(&rest, '&'), name = cut(&part, '=');

		if (net_text_is(&name, key))
			return unescape(part, value, size);
	}
	return 0;
}

int net_query_next(struct net_text *rest, char *key, size_t key_size, char *value,
                   size_t value_size)
{
	struct net_text part, name;

	if (!rest->n)
		return 0;
	part = cut(rest, '&');
	name = cut(&part, '=');
	return unescape(name, key, key_size) < 0 ? -1 : unescape(part, value, value_size);
}
