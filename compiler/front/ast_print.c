/* --dump=ast: the tree as nested lists, one declaration or statement a line. */
#include "front/front.h"

static const char *const op_words[] = {"-", "not", "+",  "-", "*",  "/",   "%", "==",
                                       "!=", "<",  "<=", ">", ">=", "and", "or"};
static const char *const policy_words[] = {"queue", "latest", "sample"};

static void print_expr(const struct ast_expr *expr, FILE *file);

static void print_args(const struct ast_args *args, FILE *file)
{
	for (size_t i = 0; i < args->n; i++) {
		if (args->items[i].name.text)
			fprintf(file, " %s:", args->items[i].name.text);
		putc(' ', file);
		print_expr(args->items[i].value, file);
	}
}

static void print_expr(const struct ast_expr *expr, FILE *file)
{
	switch (expr->kind) {
	case EXPR_ERROR:
		fputs("(error)", file);
		break;
	case EXPR_NAME:
		fputs(expr->name.text, file);
		break;
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_QUANTITY:
		fputs(expr->text, file);
		break;
	case EXPR_STRING:
		fprintf(file, "\"%s\"", expr->text);
		break;
	case EXPR_BOOL:
		fputs(expr->truth ? "true" : "false", file);
		break;
	case EXPR_MEMBER:
		print_expr(expr->left, file);
		fprintf(file, ".%s", expr->name.text);
		break;
	case EXPR_CALL:
		fputs("(call ", file);
		print_expr(expr->left, file);
		print_args(&expr->args, file);
		putc(')', file);
		break;
	case EXPR_UNARY:
		fprintf(file, "(%s ", op_words[expr->op]);
		print_expr(expr->left, file);
		putc(')', file);
		break;
	case EXPR_BINARY:
		fprintf(file, "(%s ", op_words[expr->op]);
		print_expr(expr->left, file);
		putc(' ', file);
		print_expr(expr->right, file);
		putc(')', file);
		break;
	case EXPR_EDGE:
		fprintf(file, "(%s", policy_words[expr->policy]);
		print_args(&expr->args, file);
		putc(' ', file);
		print_expr(expr->left, file);
		putc(')', file);
		break;
	}
}

static void print_type(const struct ast_type *type, FILE *file)
{
	switch (type->kind) {
	case AST_TYPE_ERROR:
		fputs("(error)", file);
		break;
	case AST_TYPE_ANY:
		fputs("any", file);
		break;
	case AST_TYPE_SIZE:
		print_expr(type->size, file);
		break;
	case AST_TYPE_ARRAY:
	case AST_TYPE_NAMED:
		putc('(', file);
		fputs(type->kind == AST_TYPE_ARRAY ? "array" : "type", file);
		for (size_t i = 0; i < type->path.n; i++)
			fprintf(file, "%s%s", i ? "." : " ", type->path.items[i].text);
		for (size_t i = 0; i < type->args.n; i++) {
			putc(' ', file);
			print_type(type->args.items[i], file);
		}
		putc(')', file);
		break;
	}
}

static void print_port(const struct ast_port *port, const char *what, FILE *file)
{
	fprintf(file, "  (%s%s %s ", port->live ? "live " : "", what, port->name.text);
	print_type(port->type, file);
	if (port->optional)
		fputs(" optional", file);
	if (port->initial) {
		fputs(" = ", file);
		print_expr(port->initial, file);
	}
	if (port->low) {
		fputs(" in ", file);
		print_expr(port->low, file);
		putc(' ', file);
		print_expr(port->high, file);
	}
	if (port->doc && *port->doc)
		fprintf(file, " doc \"%s\"", port->doc);
	fputs(")\n", file);
}

static void print_ports(const struct ast_ports *ports, const char *what, FILE *file)
{
	for (size_t i = 0; i < ports->n; i++)
		print_port(&ports->items[i], ports->items[i].param ? "param" : what, file);
}

static void print_item(const struct ast_item *item, FILE *file)
{
	static const char *const words[] = {"param", "budget",    "rate",         "source",
	                                    "link",  "stateless", "origin paced", "origin live"};
	if (item->kind == ITEM_PARAM) {
		print_port(&item->port, "param", file);
		return;
	}
	fprintf(file, "  (%s", words[item->kind]);
	if (item->expr) {
		putc(' ', file);
		print_expr(item->expr, file);
	}
	fputs(")\n", file);
}

static void print_stmt(const struct ast_stmt *stmt, FILE *file)
{
	static const char *const words[] = {"bind", "call", "assert"};
	fprintf(file, "  (%s", words[stmt->kind]);
	if (stmt->name.text)
		fprintf(file, " %s", stmt->name.text);
	if (stmt->expr) {
		putc(' ', file);
		print_expr(stmt->expr, file);
	}
	if (stmt->arrow)
		fputs(" ->", file);
	print_args(&stmt->args, file);
	if (stmt->limit) {
		fputs(" <= ", file);
		print_expr(stmt->limit, file);
	}
	fputs(")\n", file);
}

static void print_rule(const struct ast_rule *rule, FILE *file)
{
	fputs(rule->kind == RULE_PROCESS ? "  (process" : "  (crash", file);
	if (rule->name.text)
		fprintf(file, " %s", rule->name.text);
	for (size_t i = 0; i < rule->members.n; i++)
		fprintf(file, " %s", rule->members.items[i].text);
	if (rule->restarts)
		fprintf(file, " restart %s per %s", rule->restarts->text, rule->per->text);
	if (rule->backoff)
		fprintf(file, " backoff %s", rule->backoff->text);
	if (rule->has_end)
		fputs(rule->absent ? " absent" : " stop", file);
	fputs(")\n", file);
}

static void print_decl(const struct ast_decl *decl, FILE *file)
{
	static const char *const words[] = {"use",  "const",    "type",  "enum",
	                                    "node", "pipeline", "deploy"};
	fprintf(file, "(%s %s", words[decl->kind], decl->name.text);
	if (decl->of.text)
		fprintf(file, " of %s", decl->of.text);
	for (size_t i = 0; i < decl->generics.n; i++)
		fprintf(file, " <%s>", decl->generics.items[i].name.text);
	for (size_t i = 0; i < decl->names.n; i++)
		fprintf(file, " %s", decl->names.items[i].text);
	if (decl->expr) {
		putc(' ', file);
		print_expr(decl->expr, file);
	}
	if (decl->doc && *decl->doc)
		fprintf(file, " doc \"%s\"", decl->doc);
	putc('\n', file);
	print_ports(&decl->fields, "field", file);
	print_ports(&decl->inputs, decl->kind == DECL_PIPELINE ? "param" : "in", file);
	print_ports(&decl->outputs, "out", file);
	for (size_t i = 0; i < decl->items.n; i++)
		print_item(&decl->items.items[i], file);
	for (size_t i = 0; i < decl->stmts.n; i++)
		print_stmt(&decl->stmts.items[i], file);
	for (size_t i = 0; i < decl->rules.n; i++)
		print_rule(&decl->rules.items[i], file);
	fputs(")\n", file);
}

void ast_print(const struct ast_file *ast, FILE *file)
{
	for (size_t i = 0; i < ast->decls.n; i++)
		print_decl(ast->decls.items[i], file);
}
