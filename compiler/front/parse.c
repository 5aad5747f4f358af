/* Runs scanner and grammar over one file, and what their actions need: interned names, decoded
 * strings, makers of tree nodes, doc comments. */
#include "front/parse.h"
#include "base/buf.h"
#include "front/front.h"
#include "front/parser.h"
#include <string.h>

/* Of the generated scanner; its header drags in macros that nobody needs here. */
int lexer_lex_init_extra(struct parser *parser, void **ret_scanner);
void *lexer__scan_bytes(const char *text, int length, void *scanner);
int lexer_lex_destroy(void *scanner);

const char *parser_intern(struct parser *parser, const char *text, size_t length)
{
	char *copy = arena_strndup(parser->arena, text, length);
	const char *known = map_get(&parser->words, copy);
	if (known)
		return known;
	map_put(parser->arena, &parser->words, copy, copy);
	return copy;
}

const char *parser_unescape(struct parser *parser, struct span span, const char *text,
                            size_t length)
{
	char *out = arena_alloc(parser->arena, length + 1);
	size_t n = 0;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (c == '\\' && i + 1 < length) {
			static const char from[] = "nt\\\"", to[] = "\n\t\\\"";
			const char *at = strchr(from, text[++i]);
			if (at && *at) {
				c = to[at - from];
			} else {
				struct span place = {span.source, span.start + (uint32_t)i,
				                     span.start + (uint32_t)i + 2};
				diag_report(parser->diags, E0103, place,
				            "unknown escape sequence '\\%c'", text[i]);
				diag_help(parser->diags,
				          "the escape sequences are \\n \\t \\\\ and \\\"");
				c = text[i];
			}
		} else if (c == '\0') {
			diag_report(parser->diags, E0101, span, "a NUL byte inside a string");
			c = ' ';
		}
		out[n++] = c;
	}
	return out;
}

bool parser_is_later_word(const char *word)
{
	static const char *const later[] = {"test", "expect", "import", "match", "while"};
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (strcmp(later[i], word) == 0)
			return true;
	return false;
}

bool parser_is_unit(const char *word)
{
	static const char *const units[] = {
#define UNIT(word, measures, factor) word,
#include <pkd/unit.def>
#undef UNIT
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i], word) == 0)
			return true;
	return false;
}

/* ---- Tree nodes ---- */

/* Deeper expressions than any person writes; the later stages recurse over them. */
enum { MAX_DEPTH = 200 };

struct ast_expr *ast_expr(struct parser *parser, enum ast_expr_kind kind, struct span span)
{
	struct ast_expr *expr = arena_new(parser->arena, struct ast_expr);
	expr->kind = kind;
	expr->span = span;
	return expr;
}

static void set_depth(struct parser *parser, struct ast_expr *expr)
{
	uint32_t left = expr->left ? expr->left->depth : 0;
	uint32_t right = expr->right ? expr->right->depth : 0;
	expr->depth = 1 + (left > right ? left : right);
	if (expr->depth <= MAX_DEPTH)
		return;
	diag_report(parser->diags, E0105,
	            (struct span){expr->span.source, expr->span.start, expr->span.start + 1},
	            "this expression is nested more than %d deep", MAX_DEPTH);
	diag_help(parser->diags, "give parts of it names of their own");
	*expr = (struct ast_expr){.kind = EXPR_ERROR, .span = expr->span};
}

struct ast_expr *ast_over(struct parser *parser, enum ast_expr_kind kind, struct ast_expr *left,
                          struct span span)
{
	struct ast_expr *expr = ast_expr(parser, kind, span);
	expr->left = left;
	set_depth(parser, expr);
	return expr;
}

struct ast_expr *ast_binary(struct parser *parser, enum ast_op op, struct ast_expr *left,
                            struct ast_expr *right)
{
	struct ast_expr *expr = ast_expr(parser, EXPR_BINARY, span_join(left->span, right->span));
	expr->op = op;
	expr->left = left;
	expr->right = right;
	set_depth(parser, expr);
	return expr;
}

struct ast_expr *ast_unary(struct parser *parser, enum ast_op op, struct ast_expr *left,
                           struct span span)
{
	struct ast_expr *expr = ast_over(parser, EXPR_UNARY, left, span);
	expr->op = op;
	return expr;
}

struct ast_expr *ast_every(struct parser *parser, struct ast_expr *count, struct span span)
{
	struct ast_expr *edge = ast_expr(parser, EXPR_EDGE, span);
	edge->policy = POLICY_EVERY;
	edge->has_args = true;
	vec_push(parser->arena, &edge->args, (struct ast_arg){.value = count});
	return edge;
}

const char *right_word(enum right_kind kind)
{
	static const char *const words[] = {
#define RIGHT(name, word) word,
#include "front/right.def"
#undef RIGHT
	};
	return words[kind];
}

struct ast_item ast_right(enum right_kind right, struct ast_expr *path)
{
	return (struct ast_item){.kind = ITEM_RIGHT, .right = right, .expr = path};
}

struct ast_expr *ast_edge_over(struct ast_expr *edge, struct ast_expr *operand)
{
	struct ast_expr *inner = edge;
	while (inner->left)
		inner = inner->left;
	inner->left = operand;
	return edge;
}

struct ast_expr *ast_path(struct parser *parser, const struct ast_names *path)
{
	struct ast_expr *expr = ast_expr(parser, EXPR_NAME, path->items[0].span);
	expr->name = path->items[0];
	for (size_t i = 1; i < path->n; i++) {
		struct ast_name name = path->items[i];
		expr = ast_over(parser, EXPR_MEMBER, expr, span_join(expr->span, name.span));
		expr->name = name;
	}
	return expr;
}

struct ast_type *ast_type(struct parser *parser, enum ast_type_kind kind, struct span span)
{
	struct ast_type *type = arena_new(parser->arena, struct ast_type);
	type->kind = kind;
	type->span = span;
	return type;
}

struct ast_decl *ast_decl(struct parser *parser, enum ast_decl_kind kind, struct span span,
                          struct ast_name name)
{
	struct ast_decl *decl = arena_new(parser->arena, struct ast_decl);
	decl->kind = kind;
	decl->span = span;
	decl->name = name;
	return decl;
}

/* ---- Doc comments ---- */

/* Index of the first doc comment on `line` or after it. */
static size_t first_doc(const struct parser *parser, uint32_t line)
{
	size_t low = 0, high = parser->docs.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (parser->docs.items[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *joined_docs(struct parser *parser, size_t start, size_t end)
{
	struct buf joined;
	buf_init(&joined);
	for (size_t i = start; i < end; i++) {
		buf_puts(&joined, i == start ? "" : " ");
		buf_puts(&joined, parser->docs.items[i].text);
	}
	const char *text = arena_strndup(parser->arena, joined.text, joined.length);
	buf_finish(&joined);
	return text;
}

/* The comment behind the thing on its last line, else the block right above it. */
static const char *doc_of(struct parser *parser, struct span span)
{
	uint32_t first = source_line(parser->sources, span.source, span.start);
	uint32_t last = source_line(parser->sources, span.source, span.end);
	size_t behind = first_doc(parser, last);
	if (behind < parser->docs.n && parser->docs.items[behind].line == last &&
	    !parser->docs.items[behind].alone)
		return parser->docs.items[behind].text;
	size_t end = first_doc(parser, first), start = end;
	uint32_t line = first;
	while (start > 0 && parser->docs.items[start - 1].alone &&
	       parser->docs.items[start - 1].line == line - 1) {
		start--;
		line--;
	}
	return start < end ? joined_docs(parser, start, end) : "";
}

/* What shares its line with the declaration has no comment of its own. */
static void attach_to_ports(struct parser *parser, struct ast_ports *ports, struct span decl)
{
	uint32_t line = source_line(parser->sources, decl.source, decl.start);
	for (size_t i = 0; i < ports->n; i++) {
		struct span span = ports->items[i].span;
		bool own = source_line(parser->sources, span.source, span.start) > line;
		ports->items[i].doc = own ? doc_of(parser, span) : "";
	}
}

/* Gives every declaration, port, field and parameter the doc comment above or behind it. */
static void attach_docs(struct parser *parser)
{
	for (size_t i = 0; i < parser->file->decls.n; i++) {
		struct ast_decl *decl = parser->file->decls.items[i];
		decl->doc = doc_of(parser, (struct span){decl->span.source, decl->span.start,
		                                         decl->span.start});
		attach_to_ports(parser, &decl->fields, decl->span);
		attach_to_ports(parser, &decl->inputs, decl->span);
		attach_to_ports(parser, &decl->outputs, decl->span);
		for (size_t k = 0; k < decl->items.n; k++)
			decl->items.items[k].port.doc = doc_of(parser, decl->items.items[k].span);
	}
}

/* ---- The doorway ---- */

static void parser_init(struct parser *parser, struct arena *arena, struct diags *diags,
                        struct sources *sources, uint32_t source, void **ret_scanner)
{
	*parser = (struct parser){
		.arena = arena, .diags = diags, .sources = sources, .source = source};
	parser->file = arena_new(arena, struct ast_file);
	parser->file->source = source;
	const struct source *file = &sources->list.items[source];
	if (lexer_lex_init_extra(parser, ret_scanner) != 0)
		*ret_scanner = NULL;
	else
		lexer__scan_bytes(file->text, (int)file->length, *ret_scanner);
}

struct ast_file *parse(struct arena *arena, struct diags *diags, struct sources *sources,
                       uint32_t source)
{
	struct parser parser;
	void *scanner;
	parser_init(&parser, arena, diags, sources, source, &scanner);
	if (scanner) {
		parser_parse(scanner, &parser);
		lexer_lex_destroy(scanner);
	}
	attach_docs(&parser);
	return parser.file;
}

struct tokens lexer_tokens(struct arena *arena, struct diags *diags, struct sources *sources,
                           uint32_t source)
{
	struct parser parser;
	struct tokens tokens = {0};
	void *scanner;
	parser_init(&parser, arena, diags, sources, source, &scanner);
	if (!scanner)
		return tokens;
	for (;;) {
		PARSER_STYPE value;
		struct span span = {source, 0, 0};
		int token = lexer_lex(&value, &span, scanner);
		if (token == TOKEN_YYEOF)
			break;
		vec_push(arena, &tokens, (struct token){span, token == TOKEN_END_STMT});
	}
	lexer_lex_destroy(scanner);
	return tokens;
}

void lexer_print(struct arena *arena, struct diags *diags, struct sources *sources, uint32_t source,
                 FILE *file)
{
	struct tokens tokens = lexer_tokens(arena, diags, sources, source);
	const char *text = sources->list.items[source].text;
	for (size_t i = 0; i < tokens.n; i++) {
		struct span span = tokens.items[i].span;
		fprintf(file, "%u..%u\t", span.start, span.end);
		if (tokens.items[i].ends_statement)
			fputs("end of line\n", file);
		else
			fprintf(file, "%.*s\n", (int)(span.end - span.start), text + span.start);
	}
}
