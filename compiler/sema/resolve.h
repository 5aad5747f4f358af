/* From declarations to types, parameters and interfaces. Private to sema/. */
#ifndef SEMA_RESOLVE_H
#define SEMA_RESOLVE_H

#include "sema/scope.h"

/* ---- resolve_type.c ---- */

/* Where a type is written: a node's generics may stand in its ports, nowhere else. */
struct type_place {
	struct file_scope *file;
	struct interface *face; /* or NULL */
	bool param;             /* `string` needs no size */
};

const struct type *resolve_type(struct sema *sema, struct type_place place,
                                const struct ast_type *written);

/* The type that is called so and has no declaration: `f32`, `time`; NULL: none. */
const struct type *resolve_scalar(const char *name);

/* The type of a record or enum; the header of `from` will include the one that has it. */
const struct type *resolve_symbol_type(struct sema *sema, struct file_scope *from,
                                       struct symbol *symbol);

/* The header of `unit` includes those that have the records and enums of the type. */
void resolve_use(struct sema *sema, struct unit *unit, const struct type *type);

/* Reports a concrete type whose values would be too large. */
bool resolve_layout(struct sema *sema, const struct type *type, struct span span);

struct generic *resolve_generic(struct interface *face, const char *name);

/* The format that an expression names for a generic that is one; false after a report. */
bool resolve_format_name(struct sema *sema, const struct generic *generic,
                         const struct ast_expr *written, uint64_t *ret_format);

/* "detect_Object", "detect.Object"; without the module in the main file. Of a file that is used,
 * the first has the file's name and the second the one after `as`. */
const char *resolve_c_name(struct sema *sema, const struct file_scope *file, const char *name);
const char *resolve_kind(struct sema *sema, const struct file_scope *file, const char *name);

/* ---- resolve.c ---- */

/* Resolves every declaration of a file, so that its mistakes are found though nobody uses it. */
void resolve_file(struct sema *sema, struct file_scope *file);

/* ---- resolve_node.c ---- */

struct interface *resolve_node(struct sema *sema, struct symbol *symbol);

/* ---- resolve_param.c ---- */

/* A parameter of a node or a pipeline. */
struct param resolve_param(struct sema *sema, struct file_scope *file, const struct ast_port *port);

/* The range and the default of what is declared as a parameter or like one, whose type is known. */
void resolve_bounds(struct sema *sema, struct file_scope *file, const struct ast_port *port,
                    struct param *param);

/* Whether a constant can be a value of a parameter's type, converted to it; otherwise a report. */
bool resolve_value(struct sema *sema, const struct type *type, struct span span,
                   struct value *value);

/* The constant for a parameter of this type, VALUE_NONE after a report. An enum's value is one of
 * its bare names. */
struct value resolve_constant(struct sema *sema, struct file_scope *file, const struct type *type,
                              const struct ast_expr *expr);

/* The same for the range of a parameter. */
bool resolve_in_range(struct sema *sema, const struct param *param, struct span span,
                      const struct value *value);

/* ---- secret.c ---- */

/* Reports a secret parameter that would be shown. */
void secret_check_param(struct sema *sema, const struct ast_port *port, const struct param *param);

/* Whether a path may be this parameter's value; otherwise a report. */
bool secret_check_path(struct sema *sema, const struct param *param, struct span span);

/* What a node may touch, once its parameters are known. (rights.c) */
void resolve_rights(struct sema *sema, const struct ast_decl *decl, struct interface *face);

/* A command of a node, whose name has been claimed; and whether its C stands where it should, once
 * all items of the node are known. (command.c) */
void resolve_command(struct sema *sema, struct file_scope *file, struct interface *face,
                     const struct ast_item *item);
void resolve_check_commands(struct sema *sema, const struct interface *face);

/* The source that a span covers. */
const char *resolve_source(struct sema *sema, struct span span);

/* Reports a name that C could not have; of what nodes and processes are called after. */
void resolve_name(struct sema *sema, struct ast_name name);

/* The same of what becomes a member of a struct, or part of a longer name. Words of C are moved out
 * of the way there (c_name.h). */
void resolve_part_name(struct sema *sema, struct ast_name name);

/* Reports it, whatever it is. */
void resolve_report_name(struct sema *sema, struct ast_name name);

/* Whether the two are one name in C, which is reported; of `from`, which is `to` there. */
bool resolve_meets(struct sema *sema, struct ast_name name, const char *other);
void resolve_report_moved(struct sema *sema, struct ast_name name, const char *from,
                          const char *to);

/* The same of a type or a node of the file. */
void resolve_symbol_name(struct sema *sema, const struct file_scope *file, struct ast_name name);

#endif
