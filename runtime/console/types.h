/* The records and enums that values of a program are made of, each once, for who reads values as
 * they lie in memory. */
#ifndef PKDI_TYPES_H
#define PKDI_TYPES_H

#include "console/method.h"

struct pkdi_types {
	size_t n, room;
	const struct pkd_type **items; /* what a record is made of before it */
};

/* Of all streams, arguments and answers. NULL: there is not enough memory. */
struct pkdi_types *pkdi_types_create(const struct pkd_program *program);
void pkdi_types_destroy(struct pkdi_types *types);

/* The members of one. */
void pkdi_types_write(const struct pkdi_types *types, uint32_t index, struct pkdi_out *out);

#endif
