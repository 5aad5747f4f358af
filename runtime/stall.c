#include "stall.h"

int64_t pkdi_stall_look(const struct pkdi_process_words *words, int64_t stall_ns, int64_t now_ns)
{
	int64_t since_ns = atomic_load_explicit(&words->step_since_ns, memory_order_relaxed);

	if (!since_ns)
		return now_ns + stall_ns;
	return now_ns - since_ns > stall_ns ? 0 : since_ns + stall_ns + 1;
}
