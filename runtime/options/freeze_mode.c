#include "options/freeze_mode.h"

#include <errno.h>
#include <string.h>

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
