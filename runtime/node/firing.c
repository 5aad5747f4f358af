#include "node/firing.h"

#include "node/account.h"
#include "node/believe.h"
#include "node/history.h"
#include "node/policy.h"

/* The combined state of all firing inputs. */
struct view {
	uint64_t lowest;  /* frame at a cursor; UINT64_MAX = no input holds any */
	uint64_t decided; /* no frame up to here can fire any more, except `lowest` */
	bool drained;
};

static bool has_watermark(const struct pkdi_input *input)
{
	return input->role == PKDI_ROLE_FIRING || input->role == PKDI_ROLE_HISTORY;
}

/* What the rings alone say. */
struct ring_view {
	bool moved; /* an input has passed frames by */
	bool all;   /* every input shows a front, so that no watermark matters */
	bool none;  /* no input does */
};

static struct ring_view read_rings(struct pkdi_input *inputs, uint32_t n_inputs)
{
	struct ring_view rings = {.all = true, .none = true};

	for (uint32_t i = 0; i < n_inputs; i++) {
		struct pkdi_input *input = &inputs[i];
		uint64_t cursor = input->cursor;

		if (pkdi_policy_fires(input)) {
			pkdi_policy_look(input);
			rings.moved |= input->thins && input->cursor != cursor;
			rings.all &= input->front != NULL;
			rings.none &= input->front == NULL;
		} else if (has_watermark(input)) {
			rings.all = false;
		}
	}
	return rings;
}

/* All watermarks are read before any ring: a frame that is published in between is then seen,
 * and a frame that is not seen was not there when the watermark was read. Where the rings alone
 * suffice, the line of the watermark is left to its writer. True when an input has passed frames
 * by: its writer may wait for that room. */
static bool read_inputs(struct pkdi_input *inputs, uint32_t n_inputs, bool skip_watermarks)
{
	struct ring_view first = read_rings(inputs, n_inputs), second;

	if (first.all || (first.none && skip_watermarks))
		return first.moved;
	for (uint32_t i = 0; i < n_inputs; i++)
		if (has_watermark(&inputs[i]))
			pkdi_input_load_settled(&inputs[i]);
	second = read_rings(inputs, n_inputs);
	for (uint32_t i = 0; i < n_inputs; i++)
		if (pkdi_policy_fires(&inputs[i]) && !inputs[i].front)
			pkdi_believe_watermark(&inputs[i]);
	for (uint32_t i = 0; i < n_inputs; i++)
		/* A skipped frame will not come, whatever the writer has said so far. */
		if (pkdi_policy_fires(&inputs[i]) && inputs[i].passed > inputs[i].settled)
			inputs[i].settled = inputs[i].passed;
	return first.moved || second.moved;
}

static struct view survey(const struct pkdi_input *inputs, uint32_t n_inputs)
{
	struct view view = {.lowest = UINT64_MAX, .decided = UINT64_MAX, .drained = true};
	bool required_drained = false;

	for (uint32_t i = 0; i < n_inputs; i++) {
		const struct pkdi_input *input = &inputs[i];
		uint64_t decided = input->settled;

		if (!pkdi_policy_fires(input))
			continue;
		if (input->front) {
			decided = input->number - 1;
			if (input->number < view.lowest)
				view.lowest = input->number;
			view.drained = false;
		} else if (input->settled != PKDI_ENDED) {
			view.drained = false;
		} else if (!input->decl->optional) {
			required_drained = true;
		}
		if (decided < view.decided)
			view.decided = decided;
	}
	if (required_drained)
		view.drained = true;
	return view;
}

/* Can frame `number` fire, can it never, or is it too early to tell? */
static enum pkdi_choice judge(struct pkdi_input *inputs, uint32_t n_inputs, uint64_t number)
{
	enum pkdi_choice choice = PKDI_CHOICE_FIRE;

	for (uint32_t i = 0; i < n_inputs; i++) {
		struct pkdi_input *input = &inputs[i];
		bool past;

		input->fires = false;
		if (input->role == PKDI_ROLE_HISTORY && choice == PKDI_CHOICE_FIRE &&
		    !pkdi_history_is_settled(input, number))
			choice = PKDI_CHOICE_WAIT;
		if (!pkdi_policy_fires(input))
			continue;
		input->fires = input->front && input->number == number;
		if (input->fires)
			continue;
		past = input->front || input->settled >= number;
		if (past && !input->decl->optional)
			choice = PKDI_CHOICE_SKIPPED;
		else if (!past && choice == PKDI_CHOICE_FIRE)
			choice = PKDI_CHOICE_WAIT;
	}
	return choice;
}

static void skip(struct pkdi_input *inputs, uint32_t n_inputs, uint64_t number)
{
	pkdi_account_unjoined(inputs, n_inputs, number);
	for (uint32_t i = 0; i < n_inputs; i++)
		if (inputs[i].fires)
			pkdi_input_advance(&inputs[i], inputs[i].cursor + 1);
}

enum pkdi_choice pkdi_firing_choose(struct pkdi_input *inputs, uint32_t n_inputs,
                                    bool skip_watermarks, struct pkdi_firing *ret_firing)
{
	enum pkdi_choice choice;
	struct view view;
	bool moved = read_inputs(inputs, n_inputs, skip_watermarks);

	view = survey(inputs, n_inputs);
	*ret_firing = (struct pkdi_firing){
		.number = view.lowest,
		.settled = view.decided,
		.moved = moved,
	};
	if (view.drained)
		return PKDI_CHOICE_DRAINED;
	if (view.lowest == UINT64_MAX)
		return PKDI_CHOICE_WAIT;
	choice = judge(inputs, n_inputs, view.lowest);
	if (choice == PKDI_CHOICE_FIRE) {
		ret_firing->settled = view.lowest - 1;
		for (uint32_t i = 0; i < n_inputs; i++) {
			if (!inputs[i].fires)
				continue;
			ret_firing->capture_ns = inputs[i].front->capture_ns;
			ret_firing->origin = inputs[i].front->origin;
		}
	} else if (choice == PKDI_CHOICE_SKIPPED) {
		ret_firing->settled = view.lowest;
		skip(inputs, n_inputs, view.lowest);
	}
	return choice;
}

static void fire_none(struct pkdi_input *inputs, uint32_t n_inputs)
{
	for (uint32_t i = 0; i < n_inputs; i++)
		inputs[i].fires = false;
}

static void take(struct pkdi_input *input, uint32_t index, struct pkdi_firing *firing)
{
	input->fires = true;
	firing->capture_ns = input->front->capture_ns;
	firing->fired = index;
}

enum pkdi_choice pkdi_firing_choose_any(struct pkdi_input *inputs, uint32_t n_inputs,
                                        bool skip_watermarks, struct pkdi_firing *ret_firing)
{
	struct pkdi_input *oldest = NULL;
	bool drained = true;

	*ret_firing = (struct pkdi_firing){.moved = read_inputs(inputs, n_inputs, skip_watermarks)};
	fire_none(inputs, n_inputs);
	for (uint32_t i = 0; i < n_inputs; i++) {
		struct pkdi_input *input = &inputs[i];

		if (!pkdi_policy_fires(input))
			continue;
		if (input->front || input->settled != PKDI_ENDED)
			drained = false;
		if (input->front &&
		    (!oldest || input->front->publish_ns < oldest->front->publish_ns))
			oldest = input;
	}
	if (!oldest)
		return drained ? PKDI_CHOICE_DRAINED : PKDI_CHOICE_WAIT;
	take(oldest, (uint32_t)(oldest - inputs), ret_firing);
	return PKDI_CHOICE_FIRE;
}

bool pkdi_firing_go_on(struct pkdi_input *inputs, uint32_t n_inputs, uint32_t input,
                       struct pkdi_firing *ret_firing)
{
	*ret_firing = (struct pkdi_firing){0};
	fire_none(inputs, n_inputs);
	pkdi_policy_look(&inputs[input]);
	if (!inputs[input].front)
		return false;
	take(&inputs[input], input, ret_firing);
	return true;
}

void pkdi_firing_flush(struct pkdi_input *inputs, uint32_t n_inputs, struct pkdi_firing *ret_firing)
{
	*ret_firing = (struct pkdi_firing){.fired = PKD_NONE};
	fire_none(inputs, n_inputs);
}
