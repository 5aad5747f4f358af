#include "console/page.h"

#include <stdio.h>

#include "console/health.h"
#include "console/metrics.h"

static const struct pkdi_page pages[] = {
#define PAGE(path, type, answer, write) {path, type, answer, write},
#include "console/page.def"
#undef PAGE
};

const struct pkdi_page *pkdi_page_find(const struct pkdi_http_text *path)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (pkdi_http_is(path, pages[i].path))
			return &pages[i];
	return NULL;
}

const char *pkdi_page_paths(void)
{
	static char paths[256];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]) && n < sizeof(paths); i++)
		n += (size_t)snprintf(paths + n, sizeof(paths) - n, "%s%s", i ? ", " : "",
		                      pages[i].path);
	return paths;
}
