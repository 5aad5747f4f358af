/* net.ws_video: packets come in, and go to those who look. */
#include "live.h"
#include "web_page.h"

#include <errno.h>
#include <net/ws_video.pkd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)LIVE_PRE == (int)WEB_PRE, "a stream leaves room for what its server writes");

static const int64_t TELL_NS = 1000000000;
static const char STREAMS[] = "/ws/stream/";

enum { DESCRIBED_SIZE = 512 };

struct net_ws_video {
	const struct net_ws_video_params *params;
	struct web web;
	struct web_page page;
	struct live *streams;
	char *names; /* those of the streams point into it */
	char *list;  /* of the streams, as JSON */
	size_t list_size;
	int64_t arrived_ns; /* the last packet … */
	int64_t time_ns;    /* … and its capture time */
	int64_t counted_ns; /* when these were: */
	uint64_t n_sent, n_bytes;
	float rate, bits;
	uint64_t skipped, muxed; /* before this process began */
};

/* ---- What is asked for ---- */

static struct live *find(const struct net_ws_video *self, const char *path)
{
	size_t n = strlen(STREAMS);

	if (strncmp(path, STREAMS, n) != 0)
		return NULL;
	for (uint32_t i = 0; i < self->params->N; i++)
		if (strcmp(self->streams[i].name, path + n) == 0)
			return &self->streams[i];
	return NULL;
}

static bool find_format(struct net_ws_video *self, enum live_format *ret_format)
{
	static const char *const words[LIVE_FORMATS] = {"fmp4", "raw", "jpeg"};
	char word[16];

	web_query(&self->web, "format", word, sizeof(word));
	for (int i = 0; i < LIVE_FORMATS; i++) {
		if (strcmp(word, words[i]) == 0 || (i == LIVE_FMP4 && !*word)) {
			*ret_format = (enum live_format)i;
			return true;
		}
	}
	return false;
}

static int may_join(void *owner, const char *path)
{
	struct net_ws_video *self = owner;
	enum live_format format;

	if (!find(self, path))
		return HTTP_STATUS_NOT_FOUND;
	return find_format(self, &format) ? 0 : HTTP_STATUS_BAD_REQUEST;
}

static bool join(void *owner, struct web_peer *peer, const char *path)
{
	struct net_ws_video *self = owner;
	struct live *live = find(self, path);
	struct live_cursor *cursor = malloc(sizeof(*cursor));
	enum live_format format;

	if (!cursor || !live || !find_format(self, &format)) {
		free(cursor);
		return false;
	}
	live_join(live, cursor, format, pkd_now());
	peer->of = cursor;
	if (pkd_logs(self->web.ctx, PKD_LOG_DEBUG))
		pkd_log(self->web.ctx, PKD_LOG_DEBUG, "%s looks at '%s'", peer->address,
		        live->name);
	return true;
}

static void leave(void *owner, struct web_peer *peer)
{
	(void)owner;
	live_leave(peer->of);
	free(peer->of);
	peer->of = NULL;
}

static bool message(void *owner, struct web_peer *peer, struct web_content *ret_content)
{
	struct live_message next;

	(void)owner;
	if (!live_next(peer->of, &next))
		return false;
	*ret_content = (struct web_content){
		.type = next.is_text ? NULL : "", .data = next.data, .n = next.n};
	return true;
}

static void put_list(struct net_ws_video *self)
{
	size_t n = (size_t)snprintf(self->list, self->list_size, "{\"streams\":[");

	for (uint32_t i = 0; i < self->params->N; i++) {
		n += (size_t)snprintf(self->list + n, self->list_size - n, i ? "," : "");
		n += (size_t)live_describe(&self->streams[i], self->list + n, self->list_size - n);
	}
	snprintf(self->list + n, self->list_size - n, "]}\n");
}

static int get(void *owner, struct web_peer *peer, const char *path,
               struct web_content *ret_content)
{
	struct net_ws_video *self = owner;

	(void)peer;
	if (strcmp(path, "/streams.json") == 0) {
		put_list(self);
		*ret_content = (struct web_content){.type = "application/json",
		                                    .data = (const uint8_t *)self->list,
		                                    .n = strlen(self->list)};
		return 0;
	}
	return web_page_find(&self->page, path, ret_content) ? 0 : HTTP_STATUS_NOT_FOUND;
}

static bool is_public(void *owner, const char *path)
{
	struct net_ws_video *self = owner;
	struct web_content content;

	return web_page_find(&self->page, path, &content);
}

static const struct web_owner methods = {.get = get,
                                         .is_public = is_public,
                                         .may_join = may_join,
                                         .join = join,
                                         .message = message,
                                         .leave = leave};

/* ---- Start and end ---- */

static char *next_name(char **at)
{
	char *name = *at + strspn(*at, " ,"), *end = name + strcspn(name, " ,");

	*at = *end ? end + 1 : end;
	*end = '\0';
	return name;
}

static int take_names(struct net_ws_video *self, struct pkd_ctx *ctx)
{
	const struct net_ws_video_params *params = self->params;
	char *at;
	uint32_t i;

	/* Room for numbers. */
	self->names = calloc(1, strlen(params->names) + 6 * (size_t)params->N + 1);
	self->streams = calloc(params->N, sizeof(*self->streams));
	self->list_size = 64 + (DESCRIBED_SIZE + strlen(params->names)) * params->N;
	self->list = malloc(self->list_size);
	if (!self->names || !self->streams || !self->list)
		return pkd_error(ctx, ENOMEM, "no memory for %u streams", params->N);
	at = self->names;
	strcpy(at, params->names);
	for (i = 0; !*params->names && i < params->N; i++)
		sprintf(at + strlen(at), "%u,", i);
	for (i = 0; i < params->N; i++) {
		char *name = next_name(&at);

		if (!web_is_name(name))
			break;
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(self->streams[k].name, name) == 0)
				return pkd_error(ctx, EINVAL, "names has '%s' twice", name);
		live_begin(&self->streams[i], name, params->keep, params->behind);
	}
	if (i < params->N || *next_name(&at))
		return pkd_error(ctx, EINVAL,
		                 "names is '%s': write %u, with commas between them, each of "
		                 "letters, digits, - and _, as \"door, yard\"",
		                 params->names, params->N);
	return PKD_OK;
}

static void release(struct net_ws_video *self)
{
	for (uint32_t i = 0; self->streams && i < self->params->N; i++)
		live_end(&self->streams[i]);
	web_page_close(&self->page);
	free(self->streams);
	free(self->names);
	free(self->list);
}

int net_ws_video_init(struct net_ws_video *self, const struct net_ws_video_params *params,
                      struct pkd_ctx *ctx)
{
	const struct web_options options = {.host = params->host,
	                                    .port = params->port,
	                                    .token = params->token,
	                                    .origins = params->origins,
	                                    .max_clients = params->max_clients,
	                                    .stall_ns = params->stall};
	const struct net_ws_video_state *state = net_ws_video_get_state(ctx);
	int error;

	self->params = params;
	error = take_names(self, ctx);
	if (!error)
		error = web_page_open(&self->page, params->page, ctx);
	if (!error)
		error = web_open(&self->web, &options, &methods, self, ctx);
	if (error) {
		release(self);
		return error;
	}
	web_tell(&self->web, "the pictures are at http", "/", "them");
	self->skipped = state->skipped;
	self->muxed = state->muxed;
	self->time_ns = state->last;
	self->arrived_ns = self->counted_ns = pkd_now();
	pkd_wake(ctx, self->counted_ns);
	return PKD_OK;
}

/* ---- What comes ---- */

static void take(struct net_ws_video *self, uint32_t i, const struct video_Packet *packet,
                 struct pkd_ctx *ctx)
{
	struct live *live = &self->streams[i];

	self->arrived_ns = pkd_now();
	self->time_ns = pkd_time(ctx);
	live_put(live, packet, self->arrived_ns);
	if (*live->wrong)
		pkd_log(ctx, PKD_LOG_WARNING, "'%s': %s", live->name, live->wrong);
	*live->wrong = '\0';
	for (struct web_peer *peer = self->web.peers; peer; peer = peer->next) {
		struct live_cursor *cursor = peer->of;

		if (cursor->live == live && cursor->unit)
			web_has_news(peer);
	}
}

/* Of the last second or more. */
static void count(struct net_ws_video *self, int64_t now_ns)
{
	double s = (double)(now_ns - self->counted_ns) / 1e9;
	uint64_t n_sent = 0;

	if (s < 1)
		return;
	for (uint32_t i = 0; i < self->params->N; i++)
		n_sent += self->streams[i].n_sent;
	self->rate = (float)((double)(n_sent - self->n_sent) / s);
	self->bits = (float)((double)(self->web.n_bytes - self->n_bytes) * 8 / s);
	self->n_sent = n_sent;
	self->n_bytes = self->web.n_bytes;
	self->counted_ns = now_ns;
}

static void tell(struct net_ws_video *self, struct net_Served *served,
                 struct net_ws_video_state *state)
{
	state->skipped = self->skipped;
	state->muxed = self->muxed;
	for (uint32_t i = 0; i < self->params->N; i++) {
		state->skipped += self->streams[i].n_skipped;
		state->muxed += self->streams[i].n_muxed;
	}
	*served = (struct net_Served){.clients = self->web.n_sockets,
	                              .rate = self->rate,
	                              .bits = self->bits,
	                              .skipped = state->skipped,
	                              .encoded = state->muxed};
}

int net_ws_video_step(struct net_ws_video *self, const struct net_ws_video_in *in,
                      struct net_ws_video_out *out, struct pkd_ctx *ctx)
{
	struct net_ws_video_state *state = net_ws_video_get_state(ctx);
	bool has_packet = !pkd_woken(ctx) && in->packets[pkd_fired(ctx)];
	int64_t now_ns, time_ns;

	if (has_packet)
		take(self, pkd_fired(ctx), in->packets[pkd_fired(ctx)], ctx);
	web_turn(&self->web, ctx);
	now_ns = pkd_now();
	if (!has_packet && !state->begun)
		return pkd_later(ctx, now_ns + TELL_NS);
	/* By the clock of the packets, also between them. */
	time_ns = self->time_ns + (has_packet ? 0 : now_ns - self->arrived_ns);
	state->last = time_ns > state->last || !state->begun ? time_ns : state->last;
	state->begun = true;
	pkd_set_time(ctx, state->last);
	count(self, now_ns);
	tell(self, out->served, state);
	pkd_wake(ctx, now_ns + TELL_NS);
	return PKD_OK;
}

int net_ws_video_ready(struct net_ws_video *self, struct pkd_ctx *ctx)
{
	web_turn(&self->web, ctx);
	return PKD_OK;
}

void net_ws_video_finish(struct net_ws_video *self)
{
	web_close(&self->web);
	release(self);
}

PKD_WATCHING_NODE(net_ws_video);
