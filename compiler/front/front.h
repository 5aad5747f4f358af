/* The parser's doorway. */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "front/ast.h"
#include "front/diag.h"

/* Parses source number `source`. Always returns a file; after errors it may be partial. */
struct ast_file *parse(struct arena *arena, struct diags *diags, struct sources *sources,
                       uint32_t source);

/* --dump=tokens: one token a line with its span. */
void lexer_print(struct arena *arena, struct diags *diags, struct sources *sources,
                 uint32_t source, FILE *file);

void ast_print(const struct ast_file *ast, FILE *file); /* --dump=ast */

#endif
