/* See web_http.h. */
#include "web_http.h"

#include "web_judge.h"

#include <string.h>

enum {
	CHUNK = 65536, /* written at once */
	HEAD_SIZE = 2048,
};

void web_http_let_go(struct web_peer *peer)
{
	if (peer->content.data && peer->content.let_go)
		peer->content.let_go(peer->content.of);
	peer->content = (struct web_content){0};
	peer->done = 0;
}

static int add(struct lws *wsi, const char *name, const char *value, unsigned char **at,
               unsigned char *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
	                                   (const unsigned char *)value, (int)strlen(value), at,
	                                   end);
}

static int put_head(struct web *web, struct lws *wsi, const struct web_content *content)
{
	unsigned char head[LWS_PRE + HEAD_SIZE], *start = head + LWS_PRE, *at = start;
	unsigned char *end = head + sizeof(head) - 1;
	char origin[256];
	bool is_shared = web_page_of(web, wsi, origin, sizeof(origin));

	if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, content->type, content->n, &at, end) ||
	    add(wsi, "cache-control:", "no-store", &at, end) ||
	    add(wsi, "x-content-type-options:", "nosniff", &at, end) ||
	    add(wsi, "referrer-policy:", "no-referrer", &at, end) ||
	    (is_shared && (add(wsi, "access-control-allow-origin:", origin, &at, end) ||
	                   add(wsi, "vary:", "Origin", &at, end))))
		return -1;
	return lws_finalize_write_http_header(wsi, start, &at, end);
}

static int refuse(struct lws *wsi, unsigned status)
{
	if (lws_return_http_status(wsi, status, NULL) < 0)
		return -1;
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

int web_http_answer(struct web *web, struct lws *wsi, struct web_peer *peer, const char *path)
{
	bool is_head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	unsigned status = web_judge(web, wsi, path, false);

	if (!status && !is_head && lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) <= 0)
		status = HTTP_STATUS_METHOD_NOT_ALLOWED;
	web_http_let_go(peer);
	peer->wsi = wsi;
	if (!status)
		status = (unsigned)web->owner->get(web->of, peer, path, &peer->content);
	if (status)
		return refuse(wsi, status);
	if (put_head(web, wsi, &peer->content))
		return -1;
	if (is_head || peer->content.n == 0) {
		web_http_let_go(peer);
		return lws_http_transaction_completed(wsi) ? -1 : 0;
	}
	lws_callback_on_writable(wsi);
	return 0;
}

int web_http_send(struct web *web, struct web_peer *peer)
{
	static unsigned char chunk[LWS_PRE + CHUNK];
	struct web_content *content = &peer->content;
	size_t n = content->n - peer->done;
	bool is_last;

	if (!content->data || lws_partial_buffered(peer->wsi))
		return 0;
	n = n < CHUNK ? n : CHUNK;
	is_last = peer->done + n == content->n;
	memcpy(chunk + LWS_PRE, content->data + peer->done, n);
	if (lws_write(peer->wsi, chunk + LWS_PRE, n,
	              is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
		return -1;
	peer->done += n;
	web->n_bytes += n;
	lws_set_timeout(peer->wsi, PENDING_TIMEOUT_HTTP_CONTENT,
	                (int)(web->options.stall_ns / 1000000000) + 1);
	if (!is_last) {
		lws_callback_on_writable(peer->wsi);
		return 0;
	}
	web_http_let_go(peer);
	return lws_http_transaction_completed(peer->wsi) ? -1 : 0;
}
