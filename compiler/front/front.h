/* The parser's doorway. */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "base/buf.h"
#include "front/ast.h"
#include "front/diag.h"

/* Parses source number `source`. Always returns a file; after errors it may be partial. */
struct ast_file *parse(struct arena *arena, struct diags *diags, struct sources *sources,
                       uint32_t source);

struct token {
	struct span span;
	bool ends_statement; /* it is the end of a line that ends a statement */
};

VEC_OF(tokens, struct token);

struct tokens lexer_tokens(struct arena *arena, struct diags *diags, struct sources *sources,
                           uint32_t source);

/* --dump=tokens: one token a line with its span. */
void lexer_print(struct arena *arena, struct diags *diags, struct sources *sources, uint32_t source,
                 FILE *file);

void ast_print(const struct ast_file *ast, FILE *file); /* --dump=ast */

/* Writes the text of a source that was parsed without mistakes, laid out anew. Adds a source of its
 * own: the result is scanned once more. False when it does not hold the same tokens and comments,
 * and must not be used. */
bool format(struct arena *arena, struct sources *sources, uint32_t source, struct buf *out);

#endif
