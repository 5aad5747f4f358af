/* How the columns of a row are called that is no record, and so has no names of fields. */
#ifndef PKD_TABLE_ONLY_H
#define PKD_TABLE_ONLY_H

#include <pkd/node.h>

#define TABLE_ONLY_ITEMS "items"
#define TABLE_ONLY_COUNT "count" /* of the items of a list */

static inline const char *table_only_name(const struct pkd_type *type)
{
	return type->kind == PKD_LIST || type->kind == PKD_ARRAY ? TABLE_ONLY_ITEMS : "value";
}

#endif
