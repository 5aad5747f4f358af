/* --dump=ast: the tree as nested lists, one declaration or statement a line. */
#include "front/front.h"

static const char *const policy_words[] = {"queue", "latest", "sample", "every"};

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

/* "(word a b c)" */
static void print_list(const char *word, const struct ast_expr *const *parts, size_t n, FILE *file)
{
	fprintf(file, "(%s", word);
	for (size_t i = 0; i < n; i++) {
		putc(' ', file);
		print_expr(parts[i], file);
	}
	putc(')', file);
}

static void print_call(const char *word, const struct ast_expr *expr, FILE *file)
{
	fprintf(file, "(%s", word);
	if (expr->left && expr->kind == EXPR_CALL) {
		putc(' ', file);
		print_expr(expr->left, file);
	}
	print_args(&expr->args, file);
	if (expr->left && expr->kind == EXPR_EDGE) {
		putc(' ', file);
		print_expr(expr->left, file);
	}
	putc(')', file);
}

static void print_leaf(const struct ast_expr *expr, FILE *file)
{
	if (expr->kind == EXPR_STRING)
		fprintf(file, "\"%s\"", expr->text);
	else if (expr->kind == EXPR_BOOL)
		fputs(expr->truth ? "true" : "false", file);
	else if (expr->kind == EXPR_NAME)
		fputs(expr->name.text ? expr->name.text : "?", file);
	else
		fputs(expr->kind == EXPR_IT ? "it" : expr->text ? expr->text : "(error)", file);
}

static void print_expr(const struct ast_expr *expr, FILE *file)
{
	const struct ast_expr *const parts[] = {expr->left, expr->right, expr->third};
	switch (expr->kind) {
	case EXPR_ERROR:
	case EXPR_NAME:
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_QUANTITY:
	case EXPR_STRING:
	case EXPR_BOOL:
	case EXPR_IT:
		print_leaf(expr, file);
		break;
	case EXPR_MEMBER:
		print_expr(expr->left, file);
		fprintf(file, ".%s", expr->name.text);
		break;
	case EXPR_CALL:
		print_call("call", expr, file);
		break;
	case EXPR_EDGE:
		print_call(policy_words[expr->policy], expr, file);
		break;
	case EXPR_RECORD:
		print_call("record", expr, file);
		break;
	case EXPR_LIST:
		print_call("list", expr, file);
		break;
	case EXPR_UNARY:
		print_list(operators[expr->op].word, parts, 1, file);
		break;
	case EXPR_BINARY:
		print_list(operators[expr->op].word, parts, 2, file);
		break;
	case EXPR_INDEX:
		print_list("index", parts, 2, file);
		break;
	case EXPR_WINDOW:
		print_list("window", parts, 3, file);
		break;
	case EXPR_IF:
		print_list("if", parts, 3, file);
		break;
	case EXPR_WHERE:
	case EXPR_SELECT:
		print_list(expr->kind == EXPR_WHERE ? "where" : "select", parts, 2, file);
		break;
	case EXPR_WHEN:
		print_list("when", parts, 2, file);
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
	fprintf(file, "  (%s%s %s%s%s%s ", port->live ? "live " : "", what,
	        port->secret ? "secret " : "",
	        port->exact   ? "exact "
	        : port->lossy ? "lossy "
	                      : "",
	        privacy_before(port->privacy.word), port->name.text);
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
	static const char *const words[] = {"param",
	                                    "budget",
	                                    "rate",
	                                    "source",
	                                    "link",
	                                    "stateless",
	                                    "origin paced",
	                                    "origin live",
	                                    "fires any",
	                                    "flushes",
	                                    "wakes",
	                                    "makes",
	                                    "state",
	                                    "persistent state",
	                                    "persistent memory",
	                                    "command",
	                                    "step",
	                                    "init",
	                                    "finish",
	                                    "changed",
	                                    "state",
	                                    "include",
	                                    "define",
	                                    "may",
	                                    "settled after init",
	                                    "touches nothing"};
	const char *word = words[item->kind];
	if (item->kind == ITEM_PARAM || item->kind == ITEM_STATE || item->kind == ITEM_PERSISTENT ||
	    item->kind == ITEM_MEMORY) {
		print_port(&item->port, word, file);
		return;
	}
	bool right = item->kind == ITEM_RIGHT;
	fprintf(file, "  (%s", right ? right_word(item->right) : word);
	if (item->name.text && !right)
		fprintf(file, " %s", item->name.text);
	if (item->expr) {
		putc(' ', file);
		print_expr(item->expr, file);
	}
	if (item->name.text && right)
		fprintf(file, " when %s", item->name.text);
	if (item->result) {
		fputs(" -> ", file);
		print_type(item->result, file);
	}
	fputs(")\n", file);
	print_ports(&item->inputs, "in", file);
}

static void print_stmts(const struct ast_stmts *stmts, int depth, FILE *file);

static void print_stmt(const struct ast_stmt *stmt, int depth, FILE *file)
{
	static const char *const words[] = {"bind", "call", "out", "assert", "for", "if"};
	const struct ast_expr *const parts[] = {stmt->target, stmt->low, stmt->high, stmt->expr};
	fprintf(file, "%*s(%s%s", depth * 2, "", privacy_before(stmt->privacy.word),
	        words[stmt->kind]);
	if (stmt->name.text)
		fprintf(file, " %s", stmt->name.text);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i])
			continue;
		putc(' ', file);
		print_expr(parts[i], file);
	}
	if (stmt->arrow)
		fputs(" ->", file);
	print_args(&stmt->args, file);
	if (stmt->limit) {
		fputs(" <= ", file);
		print_expr(stmt->limit, file);
	}
	fputs(")\n", file);
	print_stmts(&stmt->body, depth + 1, file);
	if (stmt->other.n > 0) {
		fprintf(file, "%*s(else)\n", depth * 2, "");
		print_stmts(&stmt->other, depth + 1, file);
	}
}

static void print_stmts(const struct ast_stmts *stmts, int depth, FILE *file)
{
	for (size_t i = 0; i < stmts->n; i++)
		print_stmt(&stmts->items[i], depth, file);
}

static void print_setting(const char *word, const struct ast_expr *expr, FILE *file)
{
	if (!expr)
		return;
	fprintf(file, " %s ", word);
	print_expr(expr, file);
}

static void print_rule(const struct ast_rule *rule, FILE *file)
{
	static const char *const words[] = {"process",        "crash",     "stall", "workers",
	                                    "budget",         "rate",      "limit", "may rest",
	                                    "starts resting", "wait spin", "host"};
	fprintf(file, "  (%s", words[rule->kind]);
	if (rule->name.text)
		fprintf(file, " %s", rule->name.text);
	for (size_t i = 0; i < rule->members.n; i++) {
		putc(' ', file);
		print_expr(rule->members.items[i], file);
	}
	for (size_t i = 0; i < rule->limits.n; i++)
		print_setting(rule->limits.items[i].name.text, rule->limits.items[i].value, file);
	print_setting("=", rule->expr, file);
	if (rule->expr && rule->dynamic)
		fputs(" dynamic", file);
	print_setting("restart", rule->restarts, file);
	print_setting("per", rule->per, file);
	print_setting("backoff", rule->backoff, file);
	print_setting(rule->dynamic ? "workers dynamic" : "workers", rule->workers, file);
	print_setting("cpu", rule->cpu, file);
	print_setting("..", rule->cpu_last != rule->cpu ? rule->cpu_last : NULL, file);
	print_setting("priority", rule->priority, file);
	if (rule->has_end)
		fputs(rule->absent ? " absent" : " stop", file);
	fputs(")\n", file);
}

static void print_decl(const struct ast_decl *decl, FILE *file)
{
	static const char *const words[] = {"use",  "const",    "type",   "enum",
	                                    "node", "pipeline", "deploy", "c"};
	fprintf(file, "(%s%s%s", words[decl->kind], *decl->name.text ? " " : "", decl->name.text);
	if (decl->of.text)
		fprintf(file, " of %s", decl->of.text);
	for (size_t i = 0; i < decl->generics.n; i++)
		fprintf(file, " <%s>", decl->generics.items[i].name.text);
	if (decl->kind == DECL_TYPE && decl->names.n)
		fputs(" dropped by", file);
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
	print_stmts(&decl->stmts, 1, file);
	for (size_t i = 0; i < decl->rules.n; i++)
		print_rule(&decl->rules.items[i], file);
	fputs(")\n", file);
}

void ast_print(const struct ast_file *ast, FILE *file)
{
	for (size_t i = 0; i < ast->decls.n; i++)
		print_decl(ast->decls.items[i], file);
}
