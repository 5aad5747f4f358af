/* http.post: a body stays on its edge until it is answered, so a restart sends it again. */
#include "answer.h"
#include "queue.h"

#include <errno.h>
#include <http/post.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

struct http_post {
	const struct http_post_params *params;
	struct http_queue queue;
};

int http_post_init(struct http_post *self, const struct http_post_params *params,
                   struct pkd_ctx *ctx)
{
	struct http_options options = HTTP_OPTIONS(params, params->base);

	options.type = params->type;
	self->params = params;
	if (params->S->kind != PKD_STRING && params->S->kind != PKD_BYTES)
		return pkd_error(
			ctx, EINVAL,
			"a body is a string<N> or bytes<N>, and not %s: table.to_json makes one",
			params->S->name);
	return http_queue_open(&self->queue, &options, 2, ctx);
}

/* "0123456789abcdef-812": the run, and the frame. */
static void make_key(uint64_t *run, uint64_t number, char ret_key[static 64])
{
	if (*run == 0 && getrandom(run, sizeof(*run), 0) != sizeof(*run))
		*run = (uint64_t)pkd_now();
	snprintf(ret_key, 64, "%016" PRIx64 "-%" PRIu64, *run, number);
}

static const char *method_of(uint32_t method)
{
	static const char *const names[] = {"POST", "PUT", "PATCH", "DELETE"};

	return names[method];
}

static void start(struct http_post *self, struct pkd_ctx *ctx, const void *url, const void *body)
{
	const struct http_post_params *params = self->params;
	struct http_request request = {
		.method = method_of(params->method),
		.url = (const char *)url + sizeof(uint32_t),
		.url_n = pkd_length(url, params->URL),
		.body = (const char *)body + sizeof(uint32_t),
		.body_size = pkd_length(body, params->S->n),
		.type = params->type,
		.limit = params->N,
		.limit_name = "N",
	};
	char key[64];

	if (params->method == http_Method_delete && request.body_size == 0)
		request.body = NULL;
	if (params->key) {
		make_key(http_post_get_run(ctx), pkd_frame_of(url)->number, key);
		request.key = key;
	}
	http_slot_start(http_queue_add(&self->queue, url), &request);
}

static void start_all(struct http_post *self, const struct http_post_in *in, struct pkd_ctx *ctx)
{
	struct http_queue *queue = &self->queue;
	uint32_t n_before;
	const void *values[2];

	http_queue_align(queue, in->url);
	n_before = queue->n;
	if (queue->n == 0)
		start(self, ctx, in->url, in->body);
	while (queue->n < queue->room && http_queue_pair_ahead(ctx, queue->n, values))
		start(self, ctx, values[0], values[1]);
	if (queue->n > n_before)
		http_client_begin(&queue->client);
}

static int give(const struct http_slot *slot, struct http_post_out *out, struct pkd_ctx *ctx)
{
	if (slot->is_failed && !pkd_wanted(ctx, 2))
		return pkd_error(ctx, EIO, "%s", slot->why);
	if (slot->status)
		http_answer_set(out->answer, slot);
	else
		http_post_absent_answer(ctx);
	if (slot->is_failed) {
		http_post_absent_reply(ctx);
		pkd_string_set(out->error, slot->why);
		return PKD_OK;
	}
	http_post_absent_error(ctx);
	http_body_set(&out->reply->len, out->reply->data, slot);
	return PKD_OK;
}

int http_post_step(struct http_post *self, const struct http_post_in *in, struct http_post_out *out,
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

int http_post_ready(struct http_post *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	http_client_drive(&self->queue.client);
	return PKD_OK;
}

void http_post_finish(struct http_post *self)
{
	http_queue_close(&self->queue);
}

PKD_WATCHING_NODE(http_post);
