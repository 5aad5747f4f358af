/* Which published values are write-protected against their own writer: see channel/freeze.h. */
#ifndef PKDI_FREEZE_MODE_H
#define PKDI_FREEZE_MODE_H

#include <pkd/program.h>
#include <stdbool.h>

enum pkdi_freeze {
	PKDI_FREEZE_AUTO, /* where that is cheap compared with making the value */
	PKDI_FREEZE_ALL,  /* everywhere, in slots of whole pages: for tests and for debugging */
	PKDI_FREEZE_OFF,
};

/* Protecting and unprotecting cost two system calls and some work for each page, which is little
 * for large values: `make bench` shows both costs by size. */
#define PKDI_FREEZE_AUTO_SIZE (256u * 1024)

/* `auto`, `all` or `off`; -EINVAL for anything else. */
int pkdi_freeze_parse(const char *text, enum pkdi_freeze *ret_freeze);

const char *pkdi_freeze_name(enum pkdi_freeze freeze);

bool pkdi_freeze_covers(enum pkdi_freeze freeze, const struct pkd_stream *stream);

#endif
