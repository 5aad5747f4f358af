#include "channel/spin.h"

int64_t pkdi_spin_for(struct pkdi_spin *spin, int64_t fixed_ns, int64_t waited_ns)
{
	if (fixed_ns)
		return waited_ns <= fixed_ns ? fixed_ns : 0;
	if (waited_ns > PKDI_SPIN_SHORT_NS)
		return 0;
	return spin->balance_ns >= 0 || ++spin->n_short % PKDI_SPIN_TRY == 0 ? PKDI_SPIN_NS : 0;
}

void pkdi_spin_end(struct pkdi_spin *spin, int64_t took_ns, bool found)
{
	/* Times have changed: what it has cost before is forgotten. */
	if (found && spin->balance_ns < 0)
		spin->balance_ns = 0;
	spin->balance_ns += (found ? PKDI_SPIN_WAKE_NS : 0) - took_ns;
	if (spin->balance_ns > PKDI_SPIN_BALANCE_NS)
		spin->balance_ns = PKDI_SPIN_BALANCE_NS;
}
