#include "node/history.h"

#include "node/believe.h"

bool pkdi_history_is_settled(const struct pkdi_input *input, uint64_t number)
{
	return input->settled >= number - 1;
}

/* Moves to the newest published value whose number is below `number`. */
static void move_to_newest(struct pkdi_input *input, uint64_t number)
{
	for (;;) {
		const struct pkd_frame *next = pkdi_input_find(input, input->seen + 1);

		if (!next || !pkdi_believe(input, next, input->seen + 1) || input->number >= number)
			return;
		input->seen++;
	}
}

bool pkdi_history_advance(struct pkdi_input *input, uint64_t number)
{
	uint64_t n = (uint64_t) - (int64_t)input->decl->first;

	if (input->cursor == PKDI_ENDED)
		return false;
	move_to_newest(input, number);
	if (input->seen < n || input->seen + 1 - n <= input->cursor)
		return false;
	input->cursor = input->seen + 1 - n;
	/* Release: the reads of the released slots happen before. */
	atomic_store_explicit(&input->words->cursor, input->cursor, memory_order_release);
	return true;
}

void pkdi_history_put(struct pkdi_input *input, uint64_t number)
{
	uint64_t last = (uint64_t) - (int64_t)input->decl->last;

	move_to_newest(input, number);
	for (uint32_t i = 0; i < input->n_values; i++) {
		uint64_t back = last + (input->n_values - 1 - i); /* 1 = the newest */
		const struct pkd_frame *frame = NULL;

		if (input->seen >= back)
			frame = pkdi_input_find(input, input->seen + 1 - back);
		input->place[i] = frame ? frame + 1 : NULL;
	}
}
