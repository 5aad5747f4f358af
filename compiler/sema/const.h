/* Constants that are made of others. Private to const.c and const_part.c; each returns VALUE_NONE
 * after a report. */
#ifndef SEMA_CONST_H
#define SEMA_CONST_H

#include "sema/scope.h"

/* [a, b] and { x: a, y: b }. */
struct value const_items(struct sema *sema, struct file_scope *file, const struct ast_expr *expr);

/* record.name, list[index]. */
struct value const_field(struct sema *sema, struct value record, struct ast_name name);
struct value const_element(struct sema *sema, struct span span, struct value list,
                           struct value index);

/* Of what a list or a record takes when it is written out. */
enum { CONST_BYTES_MAX = 1 << 20 };

/* Two strings in one, of at most so many bytes: constants can double each other. */
enum { CONST_STRING_MAX = 65535 };
struct value const_join(struct sema *sema, struct span span, struct value a, struct value b);

/* len, text, min, max, sum. */
struct value const_call(struct sema *sema, struct file_scope *file, const struct ast_expr *call);

#endif
