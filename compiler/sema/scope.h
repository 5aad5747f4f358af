/* Names: modules, the files in them, and what each name stands for. Filled by import, resolved on
 * first use by resolve and const. Private to sema/. */
#ifndef SEMA_SCOPE_H
#define SEMA_SCOPE_H

#include "base/map.h"
#include "front/ast.h"
#include "front/diag.h"
#include "sema/interface.h"

enum symbol_kind {
	SYMBOL_MODULE,
	SYMBOL_CONST,
	SYMBOL_RECORD,
	SYMBOL_ENUM,
	SYMBOL_NODE,
	SYMBOL_PIPELINE,
};

enum symbol_state { UNRESOLVED, RESOLVING, RESOLVED };

struct symbol {
	enum symbol_kind kind;
	enum symbol_state state; /* RESOLVING, met again: a circle of definitions */
	struct ast_name name;
	struct file_scope *file;
	struct ast_decl *decl;
	struct module *module;   /* SYMBOL_MODULE */
	struct value value;      /* SYMBOL_CONST */
	const struct type *type; /* SYMBOL_RECORD, SYMBOL_ENUM */
	struct interface *face;  /* SYMBOL_NODE; NULL after a mistake in its declaration */
};

/* A folder of the standard library, or one file of the user. */
struct module {
	const char *name;   /* "video"; "" of the main file */
	const char *in_c;   /* before its names in C; "" in the main file */
	struct map symbols; /* of all its files: one name, one meaning */
	VEC(struct file_scope *) files;
	bool loading; /* its files are being read: a file that is met again is a circle */
};

/* One file: what it declares is in its module, what it uses is its own. */
struct file_scope {
	struct unit *unit;
	struct ast_file *ast;
	struct module *module;
	struct map uses; /* name -> struct symbol of a module */
};

struct sema {
	struct arena *arena;
	struct diags *diags;
	struct sources *sources;
	const char *stdlib;             /* folder of the standard library */
	struct map modules;             /* by path on the file system */
	VEC(struct file_scope *) files; /* all that were read, in order; the main one first */
	struct map c_tags, c_names;     /* in C, of structs and enums and of all else: c_unit.h */
	const char *const *defines;     /* NAME=value, for constants of the main file */
	size_t n_defines;
	const void *locals; /* of the elaborator: loop variables and generics are constants, too */
	const char *choice; /* the condition of an `if` of a pipeline, while it is computed */
	bool (*find_local)(struct sema *sema, const struct ast_expr *name, struct value *ret_value);
	/* Of a parameter that is an array: how many elements; false where it is not. */
	bool (*local_length)(struct sema *sema, const struct ast_expr *name, uint64_t *ret_length);
	uint32_t import_depth, const_depth, type_depth; /* limits of recursions */
};

#define IMPORT_MAX_DEPTH 32
#define CONST_MAX_DEPTH 200
#define TYPE_MAX_DEPTH 64

/* ---- import.c ---- */

/* Why no file that a program names can have this path: "has a quotation mark in it", or NULL. */
const char *import_name_fault(const char *path);

/* Reads the main file and all that it uses. NULL when it cannot be read (reported). */
struct file_scope *import_main(struct sema *sema, const char *path);

/* Reads a module of the standard library; NULL when there is none (not reported). */
struct module *import_stdlib(struct sema *sema, const char *name);

/* What a name means in a file, NULL when nothing; with a path of two, the first is a module.
 * Looking up reports; scope_find does not. */
struct symbol *scope_find(const struct file_scope *file, const char *name);
struct symbol *scope_lookup(struct sema *sema, struct file_scope *file,
                            const struct ast_names *path, enum diag_code unknown, const char *what);

/* Whether a line with a syntax error would have given the name a meaning: it is not missed. */
bool scope_is_lost(const struct file_scope *file, const char *name);

/* "a module", "a node" … for messages. */
const char *symbol_kind_text(enum symbol_kind kind);

/* ---- const.c ---- */

/* The value of a constant expression; VALUE_NONE after a report. */
struct value const_eval(struct sema *sema, struct file_scope *file, const struct ast_expr *expr);

/* An integer 1 … max, else a report with E0309 or E0308 and false. */
bool const_size(struct sema *sema, struct file_scope *file, const struct ast_expr *expr,
                uint64_t max, uint64_t *ret_size);

/* Whether it calls a function that constants have, with no more than they give it. */
bool const_has_call(const struct ast_expr *call);

const char *value_kind_text(enum value_kind kind); /* "a whole number", "a string" … */

/* Applies an operator of the language to two constants (right unused for a unary one); reports at
 * `span`. */
struct value const_apply(struct sema *sema, struct span span, enum ast_op op, struct value left,
                         struct value right);

#endif
