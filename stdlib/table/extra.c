/* See extra.h. */
#include "extra.h"

#include <stdio.h>
#include <string.h>

void table_extra_tell(void *to, const char *name, size_t n)
{
	struct table_extra *extra = to;
	char cut[EXTRA_NAME];

	if (n == strlen(extra->known) && memcmp(name, extra->known, n) == 0)
		return;
	snprintf(cut, sizeof(cut), "%.*s", n < EXTRA_NAME ? (int)n : EXTRA_NAME - 1, name);
	for (uint32_t i = 0; i < extra->n_told; i++)
		if (strcmp(extra->told[i], cut) == 0)
			return;
	if (extra->n_told == EXTRA_MAX)
		return;
	memcpy(extra->told[extra->n_told++], cut, sizeof(cut));
	pkd_note(extra->ctx, "%s has no field '%s': it is left out", extra->type, cut);
}
