/* The syntax tree: shape only. Made by the parser, read by resolve and check; nothing later holds
 * a pointer into it. After a syntax error it may lack what could not be read. */
#ifndef FRONT_AST_H
#define FRONT_AST_H

#include "base/vec.h"
#include "front/operator.h"
#include "front/privacy.h"
#include "front/right.h"
#include "front/source.h"
#include <stdbool.h>
#include <stdint.h>

struct ast_name {
	const char *text; /* NULL: no name stands here */
	struct span span;
};

VEC_OF(ast_names, struct ast_name);

enum ast_expr_kind {
	EXPR_ERROR, /* could not be read; already reported */
	EXPR_NAME,
	EXPR_INT,
	EXPR_FLOAT,
	EXPR_QUANTITY, /* a number and a unit: 30fps */
	EXPR_STRING,
	EXPR_BOOL,
	EXPR_MEMBER, /* left . name */
	EXPR_CALL,   /* left ( args ) */
	EXPR_UNARY,  /* op left */
	EXPR_BINARY, /* left op right */
	EXPR_EDGE,   /* policy [( args )] left; every(…) may stand over another edge */
	EXPR_IT,     /* the element that `where` or an aggregate looks at */
	EXPR_INDEX,  /* left [ right ] */
	EXPR_WINDOW, /* left [ right .. third ] */
	EXPR_IF,     /* if left then right else third */
	EXPR_WHERE,  /* left where right */
	EXPR_SELECT, /* left select right */
	EXPR_WHEN,   /* left when right */
	EXPR_RECORD, /* { args } */
	EXPR_LIST,   /* [ args ] */
};

enum ast_policy { POLICY_QUEUE, POLICY_LATEST, POLICY_SAMPLE, POLICY_EVERY };

struct ast_expr;

struct ast_arg {
	struct ast_name name; /* of `name: value`; no text: positional */
	struct ast_expr *value;
};

VEC_OF(ast_args, struct ast_arg);

struct ast_expr {
	enum ast_expr_kind kind;
	struct span span;
	uint32_t depth;         /* of what stands below it, limited by the parser */
	struct ast_name name;   /* NAME, MEMBER */
	const char *text;       /* INT, FLOAT, QUANTITY: as written; STRING: decoded */
	bool truth;             /* BOOL */
	enum ast_op op;         /* UNARY, BINARY */
	enum ast_policy policy; /* EDGE */
	bool has_args;          /* EDGE: parentheses were written */
	struct ast_expr *left, *right, *third;
	struct ast_args args; /* CALL, EDGE, RECORD, LIST */
};

/* A type as written, or what may stand between < and >: a size or a format is a name, or SIZE. */
enum ast_type_kind {
	AST_TYPE_ERROR,
	AST_TYPE_NAMED, /* path [< args >] */
	AST_TYPE_ARRAY, /* [ args[0] ; args[1] ] */
	AST_TYPE_ANY,
	AST_TYPE_SIZE, /* `size`, which is no bare name */
};

struct ast_type;
VEC_OF(ast_types, struct ast_type *);

struct ast_type {
	enum ast_type_kind kind;
	struct span span;
	struct ast_names path;
	struct ast_types args;
	struct ast_expr *size;
};

/* A port, a parameter, a field of a record. */
struct ast_port {
	struct ast_name name;
	struct ast_type *type;
	struct span span;
	const char *doc;
	bool optional, param, live, secret;
	bool exact;                  /* an input: it wants the value of the very frame */
	bool lossy;                  /* an input: some of its values may be missing */
	struct privacy_mark privacy; /* an output */
	struct span word_at;         /* of `exact` or `lossy` */
	struct ast_expr *initial;
	struct ast_expr *low, *high; /* in low..high */
};

VEC_OF(ast_ports, struct ast_port);

struct ast_generic {
	struct ast_name name;
	struct ast_expr *initial;
};

VEC_OF(ast_generics, struct ast_generic);

enum ast_item_kind {
	ITEM_PARAM,
	ITEM_BUDGET, /* expr */
	ITEM_RATE,   /* expr */
	ITEM_SOURCE, /* expr, a string */
	ITEM_LINK,   /* expr, a string */
	ITEM_STATELESS,
	ITEM_ORIGIN_PACED,
	ITEM_ORIGIN_LIVE,
	ITEM_FIRES_ANY,
	ITEM_FLUSHES,
	ITEM_WAKES,
	ITEM_MAKES,      /* expr */
	ITEM_STATE,      /* port, a field of struct NAME */
	ITEM_PERSISTENT, /* port, a field that survives the node */
	ITEM_MEMORY,     /* port, memory that survives the node */
	ITEM_COMMAND,    /* name, inputs, result; expr, likewise or NULL */
	ITEM_STEP,       /* expr, the C between {= and =} */
	ITEM_INIT,       /* expr, likewise */
	ITEM_FINISH,     /* expr, likewise */
	ITEM_CHANGED,    /* expr, likewise */
	ITEM_MEMBERS,    /* expr, likewise: fields of struct NAME in C */
	ITEM_INCLUDE,    /* expr, a string */
	ITEM_DEFINE,     /* expr, a string */
	ITEM_RIGHT,      /* right, expr (a name, a string or NULL), name of the flag */
	ITEM_SETTLED,
	ITEM_TOUCHES_NOTHING,
};

struct ast_item {
	enum ast_item_kind kind;
	struct span span;
	struct ast_port port;
	struct ast_expr *expr;
	struct ast_name name;
	struct ast_ports inputs;
	struct ast_type *result; /* or NULL */
	enum right_kind right;
};

VEC_OF(ast_items, struct ast_item);

enum ast_stmt_kind {
	STMT_BIND,   /* target = expr */
	STMT_CALL,   /* expr */
	STMT_OUT,    /* out name = expr */
	STMT_ASSERT, /* assert name [( args )] [<= limit], or name ( from -> to ) */
	STMT_FOR,    /* for name in low .. high { body } */
	STMT_IF,     /* if expr { body } else { other } */
};

struct ast_stmt;

struct ast_stmts {
	struct ast_stmt *items;
	size_t n, cap;
};

struct ast_stmt {
	enum ast_stmt_kind kind;
	struct span span;
	struct ast_name name;        /* OUT, ASSERT, FOR */
	struct privacy_mark privacy; /* BIND */
	struct ast_expr *target;     /* BIND: a name, or an element of a bank */
	struct ast_expr *expr;
	struct ast_args args;
	bool arrow; /* args are from and to */
	struct ast_expr *limit;
	struct ast_expr *low, *high;
	bool open; /* FOR: ..< leaves high out */
	struct ast_stmts body, other;
};

VEC_OF(ast_exprs, struct ast_expr *);

enum ast_rule_kind {
	RULE_PROCESS,        /* process name { members } settings */
	RULE_CRASH,          /* on crash of members { … } */
	RULE_STALL,          /* on stall after expr of members { … } */
	RULE_WORKERS,        /* workers members[0] = expr */
	RULE_BUDGET,         /* budget members[0] = expr */
	RULE_RATE,           /* rate members[0] = expr */
	RULE_LIMIT,          /* limit members { limits } */
	RULE_MAY_REST,       /* may rest members */
	RULE_STARTS_RESTING, /* starts resting members */
	RULE_WAIT_SPIN,      /* wait spin expr */
	RULE_HOST,           /* host name = expr */
};

struct ast_rule {
	enum ast_rule_kind kind;
	struct span span;
	struct ast_name name;
	struct ast_name host;     /* PROCESS name on host */
	struct ast_exprs members; /* names of nodes: a, rig.a, cam[2] */
	struct ast_expr *expr;
	struct ast_args limits;                               /* memory 512MiB, processes 0 */
	struct ast_expr *restarts, *per, *backoff;            /* NULL: not written */
	bool has_end, absent;                                 /* then stop, then absent */
	struct ast_expr *workers, *cpu, *cpu_last, *priority; /* settings; NULL: not written */
	bool dynamic;                                         /* workers … dynamic */
};

VEC_OF(ast_rules, struct ast_rule);

enum ast_decl_kind {
	DECL_USE,
	DECL_CONST,
	DECL_TYPE,
	DECL_ENUM,
	DECL_NODE,
	DECL_PIPELINE,
	DECL_DEPLOY,
	DECL_C, /* expr: C that the steps of the file share */
};

struct ast_decl {
	enum ast_decl_kind kind;
	struct span span;
	const char *doc;
	struct ast_name name;         /* USE: the name it gets here */
	struct ast_expr *expr;        /* CONST; USE of a file: its path */
	struct ast_ports fields;      /* TYPE */
	struct ast_names names;       /* ENUM; path of a module, USE; of what drops values, TYPE */
	struct ast_generics generics; /* NODE, PIPELINE */
	struct ast_ports inputs, outputs;
	struct ast_items items; /* NODE */
	struct ast_stmts stmts; /* PIPELINE */
	struct ast_name of;     /* DEPLOY name of pipeline */
	struct ast_rules rules; /* DEPLOY */
};

VEC_OF(ast_decls, struct ast_decl *);

/* Whether it is a pipeline that can be a program: one with ports is a part of others. */
static inline bool ast_is_program(const struct ast_decl *decl)
{
	for (size_t i = 0; i < decl->inputs.n; i++)
		if (!decl->inputs.items[i].param && !decl->inputs.items[i].initial)
			return false;
	return decl->kind == DECL_PIPELINE && decl->outputs.n == 0;
}

struct ast_file {
	uint32_t source;
	struct ast_decls decls;
	VEC(const char *) lost; /* names that lines with a syntax error would have bound */
};

#endif
