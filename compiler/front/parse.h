/* What scanner, grammar and helpers share while one file is parsed. */
#ifndef FRONT_PARSE_H
#define FRONT_PARSE_H

#include "base/map.h"
#include "front/ast.h"
#include "front/diag.h"

/* A doc comment: the text after `///`. */
struct doc_comment {
	uint32_t line;
	bool alone; /* nothing before it on its line */
	const char *text;
};

struct parser {
	struct arena *arena;
	struct diags *diags;
	struct sources *sources;
	struct ast_file *file;
	uint32_t source;
	uint32_t offset; /* of the next byte to scan */
	int brackets;    /* open ( and [: inside them a line's end means nothing */
	int last;        /* token before, for the rule that ends a statement at a line's end */
	struct span at, before; /* of the last token scanned, and of the one before it */
	bool ended;             /* the END_STMT before the end of the file was given */
	struct map words;       /* interned names */
	VEC(struct doc_comment) docs;
};

/* The name, once per spelling, so that tables may hold it. */
const char *parser_intern(struct parser *parser, const char *text, size_t length);

/* A string literal's text between its quotes, escapes decoded: \n \t \\ \" \0 is refused. */
const char *parser_unescape(struct parser *parser, struct span span, const char *text,
                            size_t length);

/* Makers used by the grammar's actions. ast_over stands over `left`, and reports what would be too
 * deep for the recursions of later stages. */
struct ast_expr *ast_expr(struct parser *parser, enum ast_expr_kind kind, struct span span);
struct ast_expr *ast_over(struct parser *parser, enum ast_expr_kind kind, struct ast_expr *left,
                          struct span span);
struct ast_expr *ast_binary(struct parser *parser, enum ast_op op, struct ast_expr *left,
                            struct ast_expr *right);
struct ast_expr *ast_unary(struct parser *parser, enum ast_op op, struct ast_expr *left,
                           struct span span);
struct ast_item ast_right(enum right_kind right, struct ast_expr *path);
struct ast_expr *ast_every(struct parser *parser, struct ast_expr *count, struct span span);

/* Puts the operand under the innermost edge word. */
struct ast_expr *ast_edge_over(struct ast_expr *edge, struct ast_expr *operand);
struct ast_type *ast_type(struct parser *parser, enum ast_type_kind kind, struct span span);

/* The path as an expression: a, a.b, a.b.c. */
struct ast_expr *ast_path(struct parser *parser, const struct ast_names *path);
struct ast_decl *ast_decl(struct parser *parser, enum ast_decl_kind kind, struct span span,
                          struct ast_name name);

/* Words that a later version of the language uses; for a message of their own. */
bool parser_is_later_word(const char *word);

/* "ms", "MiB" … */
bool parser_is_unit(const char *word);

#endif
