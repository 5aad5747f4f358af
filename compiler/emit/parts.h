/* What the emitters of C share: types and constants as C text. Texts live in the arena. */
#ifndef EMIT_PARTS_H
#define EMIT_PARTS_H

#include "base/buf.h"
#include "base/map.h"
#include "graph/graph.h"

/* ---- Types (emit_type.c) ---- */

/* The C type of a parameter: "int32_t", "bool", "const char *". Ends in '*' or needs a blank. */
const char *type_c_param(const struct type *type);

/* "PKD_I32": enum pkd_kind. */
const char *type_pkd_kind(const struct type *type);

/* Bytes of an image's pixels at most. */
uint64_t type_image_bytes(const struct type *image);

/* `type declarator` in C, for a concrete type: "struct detect_Box box", "float m[3]"; lines after
 * the first are indented by `depth` tabs. */
const char *type_c_declaration(struct arena *arena, const struct type *type, const char *declarator,
                               size_t depth);

/* The body of the struct that a string, bytes or list is: "{ … }" over several lines. A capacity
 * that is a variable makes a flexible array. */
const char *type_c_body(struct arena *arena, const struct type *type, size_t depth);

/* Writes the `static const struct pkd_type` of a concrete type, after those it refers to, unless
 * `written` has it. Returns its name in C: "type_list_detect_Object_64". */
struct described {
	struct arena *arena;
	struct map by_type; /* the language's name -> the name in C */
	struct map *names;  /* at file scope */
	struct map shapes;  /* the language's name of a record -> its struct shape */
};
const char *type_describe(struct buf *out, struct described *described, const struct type *type);

/* ---- Commands (emit_header.c) ---- */

/* "int NAME_COMMAND(struct NAME *self, …)" and `tail`: of the function that a command is. */
void emit_command_head(struct arena *arena, const struct interface *node,
                       const struct command *command, struct buf *out, const char *tail);

/* ---- Constants (emit_constant.c) ---- */

/* A constant as C has it in a place of `type`: "0.5f", "true", "detect_Level_low", "\"x\"" (to
 * stand at `column`, see out_quote). */
const char *value_c(struct arena *arena, const struct value *value, const struct type *type,
                    size_t column);

/* {5, "a.mp4"}, {2, {1, 2}}: of a string<n> or a list, as an initializer. (emit_term.c) */
const char *value_initializer(struct arena *arena, const struct value *value,
                              const struct type *type);

#endif
