#include "channel/freeze.h"

#include "os/shm.h"

static int protect(const struct pkdi_output *output, uint32_t slot, bool writable)
{
	size_t size = output->stream->slot_size;

	return pkdi_map_protect(output->data + slot * size, size, writable);
}

int pkdi_freeze_open(struct pkdi_output *output)
{
	int r;

	if (!output->frozen || output->open_slot == output->slots.loaned)
		return 0;
	r = protect(output, output->slots.loaned, true);
	if (r == 0)
		output->open_slot = output->slots.loaned;
	return r;
}

int pkdi_freeze_close(struct pkdi_output *output)
{
	int r;

	if (!output->frozen || output->open_slot == PKDI_NO_SLOT)
		return 0;
	r = protect(output, output->open_slot, false);
	if (r == 0)
		output->open_slot = PKDI_NO_SLOT;
	return r;
}
