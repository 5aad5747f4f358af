/* Members of an object that a type has no field for: each is told once, by its name. */
#ifndef PKD_TABLE_EXTRA_H
#define PKD_TABLE_EXTRA_H

#include <pkd/node.h>

enum { EXTRA_MAX = 64, EXTRA_NAME = 64 }; /* names that are told, and bytes of one with its NUL */

struct table_extra {
	struct pkd_ctx *ctx;
	const char *type;  /* its name */
	const char *known; /* a member that is no field, and still read; "": none */
	uint32_t n_told;
	char told[EXTRA_MAX][EXTRA_NAME];
};

/* `to` is a struct table_extra, as parse_members wants it. */
void table_extra_tell(void *to, const char *name, size_t n);

#endif
