#include "node/policy.h"

#include "node/account.h"
#include "node/believe.h"
#include "node/every.h"

/* A writer that laps a reader so often within one look has corrupted words. The reader then sees
 * nothing, instead of spinning for ever. */
enum { MAX_TRIES = 10000 };

static const bool fires[] = {
#define POLICY(constant, word, fires, loses) [constant] = fires,
#include <pkd/policy.def>
#undef POLICY
};

enum pkdi_role pkdi_policy_role(const struct pkd_input *decl)
{
	if (decl->stream == PKD_NONE)
		return PKDI_ROLE_NONE;
	if (!fires[decl->policy])
		return PKDI_ROLE_SAMPLED;
	return decl->last < 0 ? PKDI_ROLE_HISTORY : PKDI_ROLE_FIRING;
}

static uint32_t looked_back_at(const struct pkd_input *decl)
{
	return (uint32_t) - (int64_t)decl->first;
}

uint32_t pkdi_policy_pins(const struct pkd_input *decl, bool fires_any)
{
	if (decl->policy == PKD_QUEUE && (!fires_any || decl->last < 0))
		return 0;
	return 1 + looked_back_at(decl);
}

uint64_t pkdi_policy_window(const struct pkd_input *decl)
{
	uint64_t window = decl->window ? decl->window : 1;

	if (decl->last < 0)
		return window;
	return window > looked_back_at(decl) ? window - looked_back_at(decl) : 1;
}

/* Skips a frame that `every`, or this worker, does not take. */
static void pass(struct pkdi_input *input)
{
	input->passed = input->number;
	pkdi_account_pass(input, input->cursor + 1,
	                  input->shares ? PKDI_FATE_OTHER_WORKER : PKDI_FATE_THINNED);
	pkdi_input_advance(input, input->cursor + 1);
}

/* A worker of a pool claims the frame here: its node has room in all outputs. */
static bool takes(struct pkdi_input *input, const struct pkd_frame *frame)
{
	if (!input->thins)
		return true;
	return input->pool.claims ? pkdi_pool_takes(&input->pool, input->cursor)
	                          : pkdi_every_takes(input, frame);
}

/* Every frame in order. The cursor protects the slot, so no pin is needed. */
static void look_queue(struct pkdi_input *input)
{
	while (!input->front) {
		uint32_t slot = pkdi_ring_find(&input->ring, input->cursor);
		const struct pkd_frame *frame;

		if (slot == PKDI_NO_SLOT)
			return;
		frame = pkdi_input_frame(input, slot);
		if (!pkdi_believe(input, frame, input->cursor))
			return;
		if (takes(input, frame))
			input->front = frame;
		else
			pass(input);
	}
}

/* Holds value `seq` and its history; NULL if the writer has lapped one of them meanwhile. */
static const struct pkd_frame *hold(struct pkdi_input *input, uint64_t seq)
{
	const struct pkd_frame *frame = pkdi_input_hold(input, seq, 0);

	for (uint32_t back = 1; frame && back <= input->n_back; back++) {
		if (seq <= back)
			pkdi_input_release(input, back);
		else if (!pkdi_input_hold(input, seq - back, back))
			return NULL;
	}
	return frame;
}

/* Holds the oldest of the newest `window` values that are not behind `from`. Returns its seq, 0
 * when there is none. */
static uint64_t hold_within(struct pkdi_input *input, uint64_t from, uint64_t window,
                            const struct pkd_frame **ret_frame)
{
	for (uint32_t i = 0; i < MAX_TRIES; i++) {
		uint64_t newest = pkdi_ring_newest(&input->ring, from);
		uint64_t seq = from;

		if (!newest)
			break;
		if (newest - from >= window)
			seq = newest - window + 1;
		*ret_frame = hold(input, seq);
		if (*ret_frame)
			return seq;
	}
	return 0;
}

/* The choice is held until the node has fired with it or skipped it. `looked`: from this value on,
 * it was looked for one to take. */
static void choose(struct pkdi_input *input, uint64_t seq, const struct pkd_frame *frame,
                   uint64_t looked)
{
	if (seq != input->cursor)
		pkdi_account_choose(input, seq, looked);
	input->cursor = seq;
	/* Release: who sees the choice, a position, sees what the account says of it. */
	atomic_store_explicit(&input->words->chosen, seq, memory_order_release);
	input->front = frame;
}

static void look_latest(struct pkdi_input *input)
{
	const struct pkd_frame *frame;
	uint64_t seq;

	if (input->front || input->cursor == PKDI_ENDED)
		return;
	seq = hold_within(input, input->cursor, input->window, &frame);
	if (seq && pkdi_believe(input, frame, seq))
		choose(input, seq, frame, seq);
}

/* Goes back from `newest`, as far as the ring reaches, to the oldest of the newest `window`
 * values that `every` takes, and holds that one. Returns its seq, 0 if there is none;
 * *ret_number is that of `newest`, 0 if the writer has lapped it meanwhile, and *ret_looked the
 * oldest that was looked at. */
static uint64_t hold_taken(struct pkdi_input *input, uint64_t newest,
                           const struct pkd_frame **ret_frame, uint64_t *ret_number,
                           uint64_t *ret_looked)
{
	uint64_t found = 0, n_found = 0, held = 0;

	*ret_number = 0;
	*ret_looked = newest + 1;
	for (uint64_t seq = newest; seq >= input->cursor && newest - seq < input->ring.depth;
	     seq--) {
		const struct pkd_frame *frame;

		if (n_found == input->window)
			break;
		held = 0;
		*ret_frame = frame = hold(input, seq);
		if (!frame || !pkdi_believe(input, frame, seq))
			break;
		held = *ret_looked = seq;
		if (seq == newest)
			*ret_number = input->number;
		if (!pkdi_every_takes(input, frame))
			continue;
		found = seq;
		n_found++;
		/* A period has only one. */
		if (input->decl->every_ns)
			break;
	}
	/* If the search has continued, it holds something else by now. */
	if (found && found != held) {
		*ret_frame = hold(input, found);
		if (!*ret_frame || !pkdi_believe(input, *ret_frame, found))
			*ret_number = found = 0;
	}
	return found;
}

/* The newest of the frames that `every` takes, not those among the newest frames: a late reader
 * would hardly ever find one. */
static void look_latest_thinned(struct pkdi_input *input)
{
	input->rejected = false;
	for (uint32_t i = 0; i < MAX_TRIES && !input->front && !input->rejected; i++) {
		const struct pkd_frame *frame;
		uint64_t newest = 0, seq, number, looked;

		if (input->cursor != PKDI_ENDED)
			newest = pkdi_ring_newest(&input->ring, input->cursor);
		if (!newest)
			return;
		seq = hold_taken(input, newest, &frame, &number, &looked);
		if (seq) {
			choose(input, seq, frame, looked);
		} else if (number) {
			input->passed = number;
			pkdi_account_choose(input, newest + 1, looked);
			pkdi_input_advance(input, newest + 1);
		}
	}
}

/* The value in hand stays until there is a newer one. */
static void look_sample(struct pkdi_input *input)
{
	const struct pkd_frame *frame;
	uint64_t seq;

	if (input->cursor == PKDI_ENDED || !pkdi_ring_has_reached(&input->ring, input->cursor))
		return;
	input->front = NULL;
	seq = hold_within(input, input->cursor, 1, &frame);
	if (!seq || !pkdi_believe(input, frame, seq))
		return;
	input->cursor = seq + 1;
	input->front = frame;
	atomic_store_explicit(&input->words->cursor, input->cursor, memory_order_relaxed);
}

const struct pkd_frame *pkdi_policy_show(struct pkdi_input *input)
{
	const struct pkd_frame *frame;

	/* It holds what `latest` has chosen to fire with next. */
	if (input->front && input->decl->policy == PKD_LATEST)
		return input->front;
	return hold_within(input, 1, 1, &frame) ? frame : NULL;
}

void pkdi_policy_start(struct pkdi_input *input)
{
	pkdi_input_start(input);
	input->seen_seq = input->seen_number = input->quiet_seq = input->quiet_number = 0;
	if (input->front && !pkdi_believe(input, input->front, input->cursor))
		input->front = NULL;
}

void pkdi_policy_look(struct pkdi_input *input)
{
	if (!input->stream)
		return;
	switch (input->decl->policy) {
	case PKD_QUEUE:
		look_queue(input);
		break;
	case PKD_LATEST:
		if (input->thins)
			look_latest_thinned(input);
		else
			look_latest(input);
		break;
	case PKD_SAMPLE:
		look_sample(input);
		break;
	}
}
