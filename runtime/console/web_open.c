#include "console/web_open.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* The first is looked for where the linker was told, by pkdc. Bound at once: later there are no
 * files. */
static void *open_any(void)
{
	static const char *const places[] = {PKDI_WEB_LIBRARY_FILE,
	                                     "/usr/local/lib/pkd/" PKDI_WEB_LIBRARY_FILE,
	                                     "/usr/lib/pkd/" PKDI_WEB_LIBRARY_FILE};
	const char *chosen = getenv("PKD_WEB_LIBRARY");
	void *found = NULL;

	if (chosen)
		return *chosen ? dlopen(chosen, RTLD_NOW | RTLD_LOCAL) : NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++)
		found = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
	return found;
}

void pkdi_web_open(struct pkdi_web_part *part)
{
	void *opened = open_any();
	const struct pkdi_web_library *library = opened ? dlsym(opened, PKDI_WEB_LIBRARY_SYMBOL)
	                                                : NULL;

	*part = (struct pkdi_web_part){.library = NULL};
	if (!library) {
		snprintf(part->why, sizeof(part->why),
		         "%s is not there, so there is no page and no WebSocket",
		         PKDI_WEB_LIBRARY_FILE);
		return;
	}
	if (library->abi != PKDI_WEB_LIBRARY_ABI || library->program_abi != PKD_ABI) {
		snprintf(part->why, sizeof(part->why),
		         "%s is of another version of pkd: with pkdc build again there is a page",
		         PKDI_WEB_LIBRARY_FILE);
		return;
	}
	part->web = library->open();
	if (part->web)
		part->library = library;
	else
		snprintf(part->why, sizeof(part->why), "%s cannot be set up",
		         PKDI_WEB_LIBRARY_FILE);
}
