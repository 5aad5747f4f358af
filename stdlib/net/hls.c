/* net.hls: packets come in, and segments of them are there to be fetched. */
#include "hls_segments.h"
#include "web.h"

#include <errno.h>
#include <net/hls.pkd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUERY_SIZE = 1600, TOKEN_SIZE = 512 };

struct net_hls {
	const struct net_hls_params *params;
	struct web web;
	struct live live;
	struct live_cursor cursor;
	struct hls hls;
	bool has_told_large, has_told_other;
};

/* ---- What is asked for ---- */

/* As the playlist was asked for: what is not a letter or a digit is escaped. */
static void write_query(struct net_hls *self, char query[static QUERY_SIZE])
{
	char token[TOKEN_SIZE];
	size_t n;

	*query = '\0';
	web_query(&self->web, "token", token, sizeof(token));
	if (!*token)
		return;
	n = (size_t)sprintf(query, "?token=");
	for (const char *at = token; *at; at++) {
		unsigned char c = (unsigned char)*at;
		bool is_plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');

		n += (size_t)sprintf(query + n, is_plain ? "%c" : "%%%02X", c);
	}
}

static void let_go(void *of)
{
	hls_let_go(of);
}

static int get_playlist(struct net_hls *self, struct web_content *ret_content)
{
	char query[QUERY_SIZE], *text;

	write_query(self, query);
	text = hls_playlist(&self->hls, query);
	if (!text)
		return HTTP_STATUS_SERVICE_UNAVAILABLE;
	*ret_content = (struct web_content){.type = "application/vnd.apple.mpegurl",
	                                    .data = (uint8_t *)text,
	                                    .n = strlen(text),
	                                    .let_go = free,
	                                    .of = text};
	return 0;
}

static int get(void *owner, struct web_peer *peer, const char *path,
               struct web_content *ret_content)
{
	struct net_hls *self = owner;
	struct hls_part *part;

	(void)peer;
	if (strcmp(path, "/index.m3u8") == 0)
		return get_playlist(self, ret_content);
	part = hls_find(&self->hls, path + 1);
	if (!part)
		return HTTP_STATUS_NOT_FOUND;
	*ret_content = (struct web_content){.type = "video/mp4",
	                                    .data = part->data,
	                                    .n = part->n,
	                                    .let_go = let_go,
	                                    .of = part};
	return 0;
}

static bool is_public(void *owner, const char *path)
{
	(void)owner;
	(void)path;
	return false;
}

static const struct web_owner methods = {.get = get, .is_public = is_public};

/* ---- The node ---- */

static void release(struct net_hls *self)
{
	live_leave(&self->cursor);
	live_end(&self->live);
	hls_end(&self->hls);
}

/* Players have seen the numbers of the run before, and take no lower ones: so many segments could
 * have been since 1970, were they as short as they may be. */
static uint64_t first_number(int64_t segment_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec <= 0 ? 1
	                       : (uint64_t)now.tv_sec * 1000 / (uint64_t)(segment_ns / 1000000) + 1;
}

int net_hls_init(struct net_hls *self, const struct net_hls_params *params, struct pkd_ctx *ctx)
{
	const struct web_options options = {.host = params->host,
	                                    .port = params->port,
	                                    .token = params->token,
	                                    .origins = params->origins,
	                                    .max_clients = params->max_clients,
	                                    .stall_ns = params->stall};
	uint64_t ticks = (uint64_t)params->segment * (MEDIA_FRAGMENT_TICKS / 1000) / 1000000;
	const struct hls_options of = {
		.n_listed = params->segments,
		.keep = params->keep,
		.least_ticks = ticks - ticks / 50, /* a picture may come a little early */
		.first_number = first_number(params->segment),
	};
	int error;

	self->params = params;
	live_begin(&self->live, "stream", 0, INT64_MAX);
	live_join(&self->live, &self->cursor, LIVE_FMP4, 0);
	error = hls_begin(&self->hls, &of);
	if (error) {
		release(self);
		return pkd_error(ctx, -error, "no memory for %u segments", params->segments);
	}
	error = web_open(&self->web, &options, &methods, self, ctx);
	if (error) {
		release(self);
		return error;
	}
	web_tell(&self->web, "the playlist is at http", "/index.m3u8", "it");
	return PKD_OK;
}

/* What the stream says of itself. */
static void hear(struct net_hls *self, const char *text, struct pkd_ctx *ctx)
{
	if (self->has_told_other || !strstr(text, "\"type\":\"error\""))
		return;
	self->has_told_other = true;
	pkd_log(ctx, PKD_LOG_WARNING,
	        "its packets are JPEGs: HLS has h264 and hevc; net.ws_video "
	        "and net.mjpeg send these");
}

int net_hls_step(struct net_hls *self, const struct net_hls_in *in, struct net_hls_out *out,
                 struct pkd_ctx *ctx)
{
	struct live_message message;

	(void)out;
	live_put(&self->live, in->packet, pkd_now());
	if (*self->live.wrong)
		pkd_log(ctx, PKD_LOG_WARNING, "%s", self->live.wrong);
	*self->live.wrong = '\0';
	while (live_next(&self->cursor, &message)) {
		if (message.is_text)
			hear(self, (const char *)message.data, ctx);
		hls_take(&self->hls, &message);
	}
	if (self->hls.was_large && !self->has_told_large) {
		self->has_told_large = true;
		pkd_log(ctx, PKD_LOG_WARNING,
		        "a segment would have more than half of `keep`, and is left out: its key "
		        "frames are far apart");
	}
	web_turn(&self->web, ctx);
	return PKD_OK;
}

int net_hls_ready(struct net_hls *self, struct pkd_ctx *ctx)
{
	web_turn(&self->web, ctx);
	return PKD_OK;
}

void net_hls_finish(struct net_hls *self)
{
	web_close(&self->web);
	release(self);
}

PKD_WATCHING_NODE(net_hls);
