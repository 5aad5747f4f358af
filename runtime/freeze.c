#include "freeze.h"

#include <errno.h>
#include <string.h>

#include "shm.h"

static const char *const names[] = {
	[PKDI_FREEZE_AUTO] = "auto",
	[PKDI_FREEZE_ALL] = "all",
	[PKDI_FREEZE_OFF] = "off",
};

const char *pkdi_freeze_name(enum pkdi_freeze freeze)
{
	return names[freeze];
}

int pkdi_freeze_parse(const char *text, enum pkdi_freeze *ret_freeze)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*ret_freeze = (enum pkdi_freeze)i;
		return 0;
	}
	return -EINVAL;
}

bool pkdi_freeze_covers(enum pkdi_freeze freeze, const struct pkd_stream *stream)
{
	return freeze == PKDI_FREEZE_ALL ||
	       (freeze == PKDI_FREEZE_AUTO && stream->slot_size >= PKDI_FREEZE_AUTO_SIZE);
}

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
