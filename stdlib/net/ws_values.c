/* net.ws_values: the newest value as a message, for each client when it takes one. */
#include "../table/json_text.h"
#include "web.h"

#include <errno.h>
#include <inttypes.h>
#include <net/ws_values.pkd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SOCKET[] = "/ws/values", NEWEST[] = "/value.json";

enum { HEAD_SIZE = 80 }; /* of the message, before the value; and what ends it */

struct net_ws_values {
	const struct net_ws_values_params *params;
	struct web web;
	char *text; /* the newest message, behind WEB_PRE */
	size_t n, room;
	uint64_t number; /* of values so far */
};

/* ---- Clients ---- */

/* The number of the value that it was sent last. */
static uint64_t *sent_of(struct web_peer *peer)
{
	return peer->of;
}

static int may_join(void *owner, const char *path)
{
	(void)owner;
	return strcmp(path, SOCKET) == 0 ? 0 : HTTP_STATUS_NOT_FOUND;
}

static bool join(void *owner, struct web_peer *peer, const char *path)
{
	(void)owner;
	(void)path;
	peer->of = calloc(1, sizeof(uint64_t));
	return peer->of != NULL;
}

static void leave(void *owner, struct web_peer *peer)
{
	(void)owner;
	free(peer->of);
	peer->of = NULL;
}

static bool message(void *owner, struct web_peer *peer, struct web_content *ret_content)
{
	struct net_ws_values *self = owner;

	if (*sent_of(peer) == self->number)
		return false;
	*sent_of(peer) = self->number;
	*ret_content = (struct web_content){.data = (uint8_t *)self->text + WEB_PRE, .n = self->n};
	return true;
}

/* A copy: it may take long to be sent, and the next value comes. */
static int get(void *owner, struct web_peer *peer, const char *path,
               struct web_content *ret_content)
{
	struct net_ws_values *self = owner;
	uint8_t *copy;

	(void)peer;
	if (strcmp(path, NEWEST) != 0)
		return HTTP_STATUS_NOT_FOUND;
	if (self->number == 0)
		return HTTP_STATUS_SERVICE_UNAVAILABLE;
	copy = malloc(self->n);
	if (!copy)
		return HTTP_STATUS_SERVICE_UNAVAILABLE;
	memcpy(copy, self->text + WEB_PRE, self->n);
	*ret_content = (struct web_content){
		.type = "application/json", .data = copy, .n = self->n, .let_go = free, .of = copy};
	return 0;
}

static bool is_public(void *owner, const char *path)
{
	(void)owner;
	(void)path;
	return false;
}

static const struct web_owner methods = {.get = get,
                                         .is_public = is_public,
                                         .may_join = may_join,
                                         .join = join,
                                         .message = message,
                                         .leave = leave};

/* ---- The node ---- */

int net_ws_values_init(struct net_ws_values *self, const struct net_ws_values_params *params,
                       struct pkd_ctx *ctx)
{
	const struct web_options options = {.host = params->host,
	                                    .port = params->port,
	                                    .token = params->token,
	                                    .origins = params->origins,
	                                    .max_clients = params->max_clients,
	                                    .stall_ns = params->stall};
	int error;

	self->params = params;
	if (!table_json_is_whole(params->T))
		return pkd_error(ctx, EINVAL,
		                 "JSON has no images: give the other fields of %s alone, and the "
		                 "pictures to net.mjpeg or net.ws_video",
		                 params->T->name);
	error = web_open(&self->web, &options, &methods, self, ctx);
	if (error)
		return error;
	web_tell(&self->web, "the values are at ws", SOCKET, "them");
	return PKD_OK;
}

/* The message of a value: where there is no memory, the one before stays. */
static bool make_message(struct net_ws_values *self, const void *value, struct pkd_ctx *ctx)
{
	const struct pkd_type *T = self->params->T;
	size_t n = table_json_text(T, value, NULL, 0);
	char time[TABLE_SCALAR_SIZE];
	int n_head;

	if (WEB_PRE + HEAD_SIZE + n > self->room) {
		char *larger = realloc(self->text, WEB_PRE + HEAD_SIZE + 2 * n);

		if (!larger)
			return false;
		self->text = larger;
		self->room = WEB_PRE + HEAD_SIZE + 2 * n;
	}
	table_seconds(pkd_time(ctx), 0, time);
	n_head = snprintf(self->text + WEB_PRE, HEAD_SIZE,
	                  "{\"frame\":%" PRIu64 ",\"time_s\":%s,\"value\":", pkd_number(ctx), time);
	table_json_text(T, value, self->text + WEB_PRE + n_head, n);
	self->n = (size_t)n_head + n;
	self->text[WEB_PRE + self->n++] = '}';
	return true;
}

int net_ws_values_step(struct net_ws_values *self, const struct net_ws_values_in *in,
                       struct net_ws_values_out *out, struct pkd_ctx *ctx)
{
	(void)out;
	if (!make_message(self, in->value, ctx))
		return PKD_OK;
	self->number++;
	for (struct web_peer *peer = self->web.peers; peer; peer = peer->next)
		web_has_news(peer);
	web_turn(&self->web, ctx);
	return PKD_OK;
}

int net_ws_values_ready(struct net_ws_values *self, struct pkd_ctx *ctx)
{
	web_turn(&self->web, ctx);
	return PKD_OK;
}

void net_ws_values_finish(struct net_ws_values *self)
{
	web_close(&self->web);
	free(self->text);
}

PKD_WATCHING_NODE(net_ws_values);
