#include "firing.h"

#include "policy.h"

/* What all firing inputs together say. */
struct view {
	uint64_t lowest;  /* frame at a cursor; UINT64_MAX = no input holds any */
	uint64_t decided; /* no frame up to here can fire any more, but for `lowest` */
	bool drained;
};

/* All watermarks are read before any ring: a frame that is published in between is then seen,
 * and a frame that is not seen was not there when the watermark was read. */
static void look_at_all(struct pkdi_input *inputs, uint32_t n_inputs)
{
	for (uint32_t i = 0; i < n_inputs; i++)
		if (pkdi_policy_fires(&inputs[i]))
			pkdi_input_load_settled(&inputs[i]);
	for (uint32_t i = 0; i < n_inputs; i++)
		if (pkdi_policy_fires(&inputs[i]))
			pkdi_policy_look(&inputs[i]);
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
			decided = input->front->number - 1;
			if (input->front->number < view.lowest)
				view.lowest = input->front->number;
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

/* Can frame `number` fire, can it never, or is it too early to say? */
static enum pkdi_choice judge(struct pkdi_input *inputs, uint32_t n_inputs, uint64_t number)
{
	enum pkdi_choice choice = PKDI_CHOICE_FIRE;

	for (uint32_t i = 0; i < n_inputs; i++) {
		struct pkdi_input *input = &inputs[i];
		bool past;

		input->fires = false;
		if (!pkdi_policy_fires(input))
			continue;
		input->fires = input->front && input->front->number == number;
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

static void skip(struct pkdi_input *inputs, uint32_t n_inputs)
{
	for (uint32_t i = 0; i < n_inputs; i++)
		if (inputs[i].fires)
			pkdi_input_advance(&inputs[i], inputs[i].cursor + 1);
}

enum pkdi_choice pkdi_firing_choose(struct pkdi_input *inputs, uint32_t n_inputs,
                                    struct pkdi_firing *ret_firing)
{
	enum pkdi_choice choice;
	struct view view;

	look_at_all(inputs, n_inputs);
	view = survey(inputs, n_inputs);
	*ret_firing = (struct pkdi_firing){.number = view.lowest, .settled = view.decided};
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
		skip(inputs, n_inputs);
	}
	return choice;
}
