/* http.get_unordered: the address in hand stays until it is answered; what answers come meanwhile
 * for those behind it are given, and their addresses marked in the persistent state. */
#include "answer.h"
#include "transfer.h"

#include <errno.h>
#include <http/get_unordered.pkd.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 64, MAX_MARKS = 64 * BITS };

struct http_get_unordered {
	const struct http_get_unordered_params *params;
	struct http_client client;
	uint64_t *seqs; /* of the addresses that the slots are for: their places in the stream */
	uint32_t room;  /* addresses that are looked at, with the one in hand */
	uint64_t next;  /* the first address that was not looked at */
};

int http_get_unordered_init(struct http_get_unordered *self,
                            const struct http_get_unordered_params *params, struct pkd_ctx *ctx)
{
	struct http_options options = HTTP_OPTIONS(params, params->base);
	uint32_t room = pkd_ahead_room(ctx, 0) + 1;
	int error;

	self->params = params;
	self->room = room < MAX_MARKS ? room : MAX_MARKS;
	if (options.at_once > self->room)
		options.at_once = self->room;
	options.slots = self->room;
	self->seqs = calloc(self->room, sizeof(*self->seqs));
	if (!self->seqs)
		return pkd_error(ctx, ENOMEM, "out of memory");
	error = http_client_open(&self->client, &options, ctx);
	if (error)
		free(self->seqs);
	return error;
}

/* ---- The marks: bit k is that of the address k places behind the one in hand ---- */

static bool is_given(const struct http_get_unordered_state *state, uint64_t k)
{
	return state->given[k / BITS] >> k % BITS & 1;
}

/* Bit 0 is that of the address number `seq` from here on. */
static void move_to(struct http_get_unordered_state *state, uint64_t seq)
{
	uint64_t n = seq - state->first;
	uint64_t words = n / BITS, bits = n % BITS;

	state->first = seq;
	for (uint64_t i = 0; n > 0 && i < MAX_MARKS / BITS; i++) {
		uint64_t from = i + words;
		uint64_t low = from < MAX_MARKS / BITS ? state->given[from] : 0;
		uint64_t high = from + 1 < MAX_MARKS / BITS ? state->given[from + 1] : 0;

		state->given[i] = bits ? low >> bits | high << (BITS - bits) : low;
	}
}

/* ---- The requests ---- */

static const void *address(const struct http_get_unordered_in *in, uint64_t k, struct pkd_ctx *ctx)
{
	return k ? pkd_ahead(ctx, 0, (uint32_t)k) : (const void *)in->url;
}

static void start_all(struct http_get_unordered *self, const struct http_get_unordered_in *in,
                      struct pkd_ctx *ctx)
{
	const struct http_get_unordered_state *state = http_get_unordered_get_state(ctx);
	struct http_slot *slot;
	const void *url;
	bool any = false;

	self->next = self->next > state->first ? self->next : state->first;
	while (self->next < state->first + self->room && (slot = http_client_slot(&self->client)) &&
	       (url = address(in, self->next - state->first, ctx))) {
		const struct http_request request = {
			.method = "GET",
			.url = (const char *)url + sizeof(uint32_t),
			.url_n = pkd_length(url, self->params->URL),
			.limit = self->params->N,
			.limit_name = "N",
		};

		if (!is_given(state, self->next - state->first)) {
			self->seqs[slot - self->client.slots] = self->next;
			http_slot_start(slot, &request);
		}
		self->next++;
		any = true;
	}
	if (any)
		http_client_begin(&self->client);
}

/* Of those that are done the one whose address came first; NULL: none is. */
static struct http_slot *find(struct http_get_unordered *self)
{
	struct http_slot *found = NULL;

	for (uint32_t i = 0; i < self->client.n_open; i++) {
		struct http_slot *slot = &self->client.slots[i];

		if (http_slot_is_done(slot) &&
		    (!found || self->seqs[i] < self->seqs[found - self->client.slots]))
			found = slot;
	}
	return found;
}

/* What is left of addresses before the one in hand, which was passed by while the node rested. */
static void align(struct http_get_unordered *self, uint64_t first)
{
	for (uint32_t i = 0; i < self->client.n_open; i++)
		if (self->client.slots[i].state != HTTP_FREE && self->seqs[i] < first)
			http_slot_leave(&self->client.slots[i]);
}

/* ---- What is given ---- */

static void give_nothing(struct pkd_ctx *ctx)
{
	http_get_unordered_absent_body(ctx);
	http_get_unordered_absent_answer(ctx);
	http_get_unordered_absent_request(ctx);
	http_get_unordered_absent_index(ctx);
	http_get_unordered_absent_error(ctx);
}

static void put_request(const struct http_get_unordered *self, const void *url, void *to)
{
	uint32_t n = pkd_length(url, self->params->URL);

	memcpy(to, &n, sizeof(n));
	memcpy((char *)to + sizeof(n), (const char *)url + sizeof(n), n);
	((char *)to)[sizeof(n) + n] = '\0';
}

static int give(const struct http_slot *slot, struct http_get_unordered_out *out,
                struct pkd_ctx *ctx)
{
	if (slot->is_failed && !pkd_wanted(ctx, 4))
		return pkd_error(ctx, EIO, "%s", slot->why);
	if (slot->status)
		http_answer_set(out->answer, slot);
	else
		http_get_unordered_absent_answer(ctx);
	if (slot->is_failed) {
		http_get_unordered_absent_body(ctx);
		pkd_string_set(out->error, slot->why);
		return PKD_OK;
	}
	http_get_unordered_absent_error(ctx);
	http_body_set(&out->body->len, out->body->data, slot);
	return PKD_OK;
}

int http_get_unordered_step(struct http_get_unordered *self, const struct http_get_unordered_in *in,
                            struct http_get_unordered_out *out, struct pkd_ctx *ctx)
{
	struct http_get_unordered_state *state = http_get_unordered_get_state(ctx);
	struct http_slot *slot;
	uint64_t k;
	int result;

	self->client.rate = self->params->rate;
	move_to(state, pkd_frame_of(in->url)->seq);
	align(self, state->first);
	if (is_given(state, 0)) {
		give_nothing(ctx);
		return PKD_OK;
	}
	start_all(self, in, ctx);
	slot = find(self);
	if (!slot)
		return PKD_LATER;
	k = self->seqs[slot - self->client.slots] - state->first;
	result = give(slot, out, ctx);
	if (result != PKD_OK)
		return result;
	put_request(self, address(in, k, ctx), out->request);
	*out->index = state->first + k - 1;
	http_slot_leave(slot);
	if (k == 0)
		return PKD_OK;
	state->given[k / BITS] |= UINT64_C(1) << k % BITS;
	return PKD_MORE;
}

int http_get_unordered_ready(struct http_get_unordered *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	http_client_drive(&self->client);
	return PKD_OK;
}

void http_get_unordered_finish(struct http_get_unordered *self)
{
	http_client_close(&self->client);
	free(self->seqs);
}

PKD_WATCHING_NODE(http_get_unordered);
