#include "node/every.h"

/* The first value of each period; periods are counted from the first value seen. The last value
 * taken is stored before its period: a restart in between finds the value at its cursor, takes
 * it again and stores the period again. */
static bool takes_period(struct pkdi_input *input, const struct pkd_frame *frame)
{
	struct pkdi_input_words *words = input->words;
	uint64_t seq = pkdi_read(&words->every_seq);
	int64_t since;
	uint64_t period;

	if (!seq)
		atomic_store_explicit(&words->every_base_ns, frame->capture_ns,
		                      memory_order_relaxed);
	/* Both times were written by another process. */
	if (__builtin_sub_overflow(
		    frame->capture_ns,
		    atomic_load_explicit(&words->every_base_ns, memory_order_relaxed), &since))
		return false;
	period = since < 0 ? 1 : (uint64_t)(since / input->decl->every_ns) + 1;
	if (seq != frame->seq) {
		if (period <= pkdi_read(&words->every_period))
			return false;
		atomic_signal_fence(memory_order_seq_cst);
		atomic_store_explicit(&words->every_seq, frame->seq, memory_order_relaxed);
		atomic_signal_fence(memory_order_seq_cst);
	}
	atomic_store_explicit(&words->every_period, period, memory_order_relaxed);
	return true;
}

bool pkdi_every_takes(struct pkdi_input *input, const struct pkd_frame *frame)
{
	const struct pkd_input *decl = input->decl;

	if (decl->every_n && (input->number - 1) % decl->every_n != decl->every_from)
		return false;
	return !decl->every_ns || takes_period(input, frame);
}
