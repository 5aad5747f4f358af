/* http.get: the answers wait for their turn in the slots of their requests. */
#include "answer.h"
#include "queue.h"

#include <errno.h>
#include <http/get.pkd.h>

struct http_get {
	const struct http_get_params *params;
	struct http_queue queue;
};

int http_get_init(struct http_get *self, const struct http_get_params *params, struct pkd_ctx *ctx)
{
	struct http_options options = HTTP_OPTIONS(params, params->base);

	options.slots = HTTP_QUEUE_MAX;
	self->params = params;
	return http_queue_open(&self->queue, &options, 1, ctx);
}

/* What a string<URL> holds. */
static const char *text_of(const struct http_get *self, const void *url, size_t *ret_n)
{
	*ret_n = pkd_length(url, self->params->URL);
	return (const char *)url + sizeof(uint32_t);
}

static void start_all(struct http_get *self, const struct http_get_in *in, struct pkd_ctx *ctx)
{
	struct http_queue *queue = &self->queue;
	struct http_slot *slot;
	uint32_t n_before;
	const void *url;

	http_queue_align(queue, in->url);
	n_before = queue->n;
	while (queue->n < queue->room &&
	       (url = queue->n ? pkd_ahead(ctx, 0, queue->n) : (const void *)in->url) &&
	       (slot = http_queue_add(queue, url))) {
		struct http_request request = {
			.method = "GET", .limit = self->params->N, .limit_name = "N"};

		request.url = text_of(self, url, &request.url_n);
		http_slot_start(slot, &request);
	}
	if (queue->n > n_before)
		http_client_begin(&queue->client);
}

static int give(const struct http_slot *slot, struct http_get_out *out, struct pkd_ctx *ctx)
{
	if (slot->is_failed && !pkd_wanted(ctx, 2))
		return pkd_error(ctx, EIO, "%s", slot->why);
	if (slot->status)
		http_answer_set(out->answer, slot);
	else
		http_get_absent_answer(ctx);
	if (slot->is_failed) {
		http_get_absent_body(ctx);
		pkd_string_set(out->error, slot->why);
		return PKD_OK;
	}
	http_get_absent_error(ctx);
	http_body_set(&out->body->len, out->body->data, slot);
	return PKD_OK;
}

int http_get_step(struct http_get *self, const struct http_get_in *in, struct http_get_out *out,
                  struct pkd_ctx *ctx)
{
	struct http_queue *queue = &self->queue;
	int result;

	queue->client.rate = self->params->rate;
	start_all(self, in, ctx);
	if (!http_slot_is_done(http_queue_first(queue)))
		return PKD_LATER;
	result = give(http_queue_first(queue), out, ctx);
	http_queue_drop_first(queue);
	return result;
}

int http_get_ready(struct http_get *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	http_client_drive(&self->queue.client);
	return PKD_OK;
}

void http_get_finish(struct http_get *self)
{
	http_queue_close(&self->queue);
}

PKD_WATCHING_NODE(http_get);
