/* What a name means as a stream. */
#include "sema/elaborate.h"
#include <string.h>

static const struct stream_ref no_stream = {UNBOUND, UNBOUND, false};

/* ---- Bindings ---- */

/* Elaborated; of several names of one expression the first. NULL after a report. */
static struct binding *forced(struct elaborator *e, struct binding *binding)
{
	if (!elaborate_force(e, binding))
		return NULL;
	return binding->same ? binding->same : binding;
}

static void suggest_binding(struct elaborator *e, struct scope *scope, const char *name)
{
	VEC(const char *) names = {0};
	if (!diag_wants_suggestion(e->sema->diags))
		return;
	for (; scope; scope = scope->parent)
		for (size_t i = 0; i < scope->names.n; i++)
			vec_push(e->sema->arena, &names, scope->names.entries[i].key);
	diag_suggest(e->sema->diags, name, names.items, names.n);
}

/* A bank whose elements a loop binds that has no rounds, as with -D N=0. */
static bool note_empty_loop(struct elaborator *e, const struct ast_stmts *stmts, const char *name)
{
	for (size_t i = 0; i < stmts->n; i++) {
		const struct ast_stmt *stmt = &stmts->items[i];
		for (size_t k = 0; stmt->kind == STMT_FOR && k < stmt->body.n; k++) {
			const struct ast_expr *target = stmt->body.items[k].target;
			if (!target || target->kind != EXPR_INDEX ||
			    target->left->kind != EXPR_NAME || !target->left->name.text ||
			    strcmp(target->left->name.text, name) != 0)
				continue;
			diag_note(e->sema->diags, stmt->span,
			          "this loop binds the elements of '%s', and has no rounds", name);
			return true;
		}
		if (note_empty_loop(e, &stmt->body, name) || note_empty_loop(e, &stmt->other, name))
			return true;
	}
	return false;
}

/* The value of an enum, which only a place that says so takes by its bare name. */
static void help_enum(struct elaborator *e, const struct file_scope *file, const char *name)
{
	const struct map *symbols = &file->module->symbols;
	for (size_t i = 0; i < symbols->n; i++) {
		struct symbol *symbol = symbols->entries[i].value;
		if (symbol->kind != SYMBOL_ENUM)
			continue;
		const struct type *type = resolve_symbol_type(e->sema, e->bound->file, symbol);
		for (size_t k = 0; type->kind == TYPE_ENUM && k < type->enumeration->names.n; k++)
			if (strcmp(type->enumeration->names.items[k], name) == 0)
				diag_help(e->sema->diags, "write '%s.%s'", symbol->name.text, name);
	}
}

void stream_help_value(struct elaborator *e, const char *text)
{
	bool word = !strpbrk(text, " \t\n") || text[0] == '{' || text[0] == '"';
	if (strchr(text, '\n') || strncmp(text, "sample ", 7) == 0)
		return;
	diag_help(e->sema->diags,
	          word ? "a value has no frames: write '%s when present(x)' for one on each frame "
	                 "of a stream x"
	               : "a value has no frames: write '(%s) when present(x)' for one on each "
	                 "frame of a stream x",
	          text);
}

/* For a parameter or a number that is named where a stream is needed. */
static void help_constant(struct elaborator *e, const struct binding *binding, const char *name)
{
	const struct type *type = binding->kind == BINDING_PARAM ? binding->param->type : NULL;
	if (type && type->kind == TYPE_STRING && !binding->param->bounded)
		diag_help(e->sema->diags,
		          "declare it '%s: string<64>' and write '%s when present(x)', for each "
		          "frame of a stream x",
		          name, name);
	else if (type && type->kind == TYPE_ARRAY && type->item->kind != TYPE_STRING)
		diag_help(e->sema->diags,
		          "write '%s[0] when present(x)' for an element on each frame of a stream "
		          "x",
		          name);
	else if (!type || type->kind != TYPE_ARRAY)
		stream_help_value(e, name);
}

static struct binding *find_name(struct elaborator *e, struct scope *scope, struct ast_name name)
{
	struct diags *diags = e->sema->diags;
	struct binding *binding = name.text ? scope_binding(scope, name.text) : NULL;
	if (!name.text)
		return NULL;
	if (binding && (binding->kind == BINDING_PARAM || binding->kind == BINDING_CONST)) {
		diag_report(diags, E0311, name.span, "a stream is needed here, '%s' is a %s",
		            name.text, binding->kind == BINDING_PARAM ? "parameter" : "number");
		diag_note(diags, binding->at, "declared here");
		help_constant(e, binding, name.text);
		return NULL;
	}
	if (binding)
		return forced(e, binding);
	struct symbol *symbol = scope_find(scope->file, name.text);
	if (symbol) {
		diag_report(diags, E0311, name.span, "a stream is needed here, '%s' is %s",
		            name.text, symbol_kind_text(symbol->kind));
		if (symbol->kind == SYMBOL_CONST)
			stream_help_value(e, name.text);
		return NULL;
	}
	if (scope_is_lost(scope->file, name.text))
		return NULL;
	diag_report(diags, E0201, name.span, "unknown name '%s'", name.text);
	if (!diag_wants_suggestion(diags)) /* nobody will read more of it */
		return NULL;
	help_enum(e, scope->file, name.text);
	if (strcmp(name.text, "return") == 0) {
		diag_help(diags, DIAG_NO_RETURN);
		return NULL;
	}
	if (map_get(&scope->pipeline->outputs, name.text)) {
		diag_help(diags,
		          "an output is no name: bind the value first, and give it to 'out %s'",
		          name.text);
		return NULL;
	}
	if (!note_empty_loop(e, &scope->pipeline->decl->stmts, name.text))
		suggest_binding(e, scope, name.text);
	return NULL;
}

static struct binding *output_binding(struct elaborator *e, const struct binding *node,
                                      uint32_t output)
{
	struct binding *binding = arena_new(e->sema->arena, struct binding);
	*binding = *node;
	binding->kind = BINDING_STREAM;
	binding->output = output;
	return binding;
}

static struct binding *node_output(struct elaborator *e, const struct binding *binding,
                                   struct ast_name port)
{
	const struct interface *face = e->bound->nodes.items[binding->node].face;
	VEC(const char *) names = {0};
	for (uint32_t i = 0; face && i < face->outputs.n; i++) {
		if (strcmp(face->outputs.items[i].name, port.text) == 0)
			return output_binding(e, binding, i);
		vec_push(e->sema->arena, &names, face->outputs.items[i].name);
	}
	if (!face)
		return NULL;
	diag_report(e->sema->diags, E0303, port.span, "%s has no output '%s'", face->kind,
	            port.text);
	diag_offer(e->sema->diags, port.text, names.items, names.n);
	diag_note(e->sema->diags, face->span, "declared here");
	return NULL;
}

static struct binding *pipeline_output(struct elaborator *e, const struct binding *binding,
                                       struct ast_name port)
{
	struct binding *output = map_get(&binding->inside->outputs, port.text);
	if (output)
		return forced(e, output);
	VEC(const char *) names = {0};
	for (size_t i = 0; i < binding->pipeline->outputs.n; i++)
		vec_push(e->sema->arena, &names, binding->pipeline->outputs.items[i].name.text);
	diag_report(e->sema->diags, E0303, port.span, "%s has no output '%s'",
	            binding->pipeline->name.text, port.text);
	diag_offer(e->sema->diags, port.text, names.items, names.n);
	return NULL;
}

static struct binding *member_binding(struct elaborator *e, struct scope *scope,
                                      const struct ast_expr *expr)
{
	struct binding *left = stream_binding(e, scope, expr->left);
	if (!left)
		return NULL;
	if (left->kind == BINDING_NODE)
		return node_output(e, left, expr->name);
	if (left->kind == BINDING_PIPELINE)
		return pipeline_output(e, left, expr->name);
	diag_report(e->sema->diags, E0303, expr->name.span, "'%s' is %s: it has no output '%s'",
	            left->path, left->kind == BINDING_BANK ? "a bank" : "one stream",
	            expr->name.text);
	if (left->kind == BINDING_BANK)
		diag_help(e->sema->diags, "an output of its first element is '%s[0].%s'",
		          resolve_source(e->sema, expr->left->span), expr->name.text);
	return NULL;
}

static void help_history(struct sema *sema, struct span of)
{
	const struct source *source = &sema->sources->list.items[of.source];
	diag_help(sema->diags, "its value one frame before is '%.*s[-1]'", (int)(of.end - of.start),
	          source->text + of.start);
}

static struct binding *element_binding(struct elaborator *e, struct scope *scope,
                                       const struct ast_expr *expr)
{
	struct binding *left = stream_binding(e, scope, expr->left);
	if (!left)
		return NULL;
	if (left->kind != BINDING_BANK) {
		bool back = expr->right->kind == EXPR_UNARY && expr->right->op == OP_NEG;
		diag_report(e->sema->diags, E0311, expr->span,
		            back ? "a value of the past is for the input of a node, or for an "
		                   "expression that something else fires"
		                 : "'%s' is not a bank",
		            left->path);
		if (!back)
			help_history(e->sema, expr->left->span);
		return NULL;
	}
	struct value index = elaborate_const(e, scope, expr->right);
	if (index.kind == VALUE_NONE)
		return NULL;
	bool inside = index.kind == VALUE_INT && index.i >= 0 &&
	              (uint64_t)index.i < left->elements.n;
	struct binding *element = inside ? left->elements.items[index.i] : NULL;
	if (!element) {
		diag_report(e->sema->diags, E0307, expr->right->span, "'%s' has no element %lld",
		            left->path, (long long)index.i);
		diag_note(e->sema->diags, left->at, "it has %zu", left->elements.n);
		return NULL;
	}
	return forced(e, element);
}

struct binding *stream_binding(struct elaborator *e, struct scope *scope,
                               const struct ast_expr *expr)
{
	struct diags *diags = e->sema->diags;
	if (expr->kind == EXPR_NAME)
		return find_name(e, scope, expr->name);
	if (expr->kind == EXPR_MEMBER)
		return member_binding(e, scope, expr);
	if (expr->kind == EXPR_INDEX)
		return element_binding(e, scope, expr);
	if (expr->kind == EXPR_CALL) {
		call_report_inside(e, scope, expr);
	} else if (expr->kind != EXPR_ERROR) {
		diag_report(diags, E0311, expr->span, "a stream is needed here, this is a value");
	}
	return NULL;
}

/* ---- One stream ---- */

/* The only output of a node or pipeline that was named without one. */
static struct stream_ref only_output(struct elaborator *e, const struct binding *binding,
                                     struct span span)
{
	const struct interface *face = e->bound->nodes.items[binding->node].face;
	if (!face)
		return no_stream;
	if (face->outputs.n == 1)
		return (struct stream_ref){binding->node, 0, false};
	if (face->outputs.n == 0) {
		diag_report(e->sema->diags, E0311, span, "'%s' has no output", binding->path);
		diag_note(e->sema->diags, face->span, "%s is a sink", face->kind);
		return no_stream;
	}
	const char *names = "";
	for (size_t i = 0; i < face->outputs.n; i++)
		names = arena_printf(e->sema->arena, "%s%s%s.%s", names, i ? ", " : "",
		                     binding->path, face->outputs.items[i].name);
	diag_report(e->sema->diags, E0401, span, "'%s' has %zu outputs", binding->path,
	            face->outputs.n);
	diag_help(e->sema->diags, "write one of %s", names);
	return no_stream;
}

struct stream_ref stream_of_binding(struct elaborator *e, struct binding *binding, struct span span)
{
	binding = forced(e, binding);
	if (!binding)
		return no_stream;
	if (binding->kind == BINDING_EXPRESSION)
		return expression_stream(e, binding, span, NULL);
	if (binding->kind == BINDING_STREAM)
		return (struct stream_ref){binding->node, binding->output, false};
	if (binding->kind == BINDING_NODE)
		return only_output(e, binding, span);
	if (binding->kind == BINDING_BANK) {
		diag_report(e->sema->diags, E0311, span, "'%s' is a bank of %zu streams",
		            binding->path, binding->elements.n);
		diag_help(e->sema->diags, "write one of them, such as '%s[0]'", binding->path);
		return no_stream;
	}
	struct map *outputs = &binding->inside->outputs;
	if (outputs->n == 1)
		return stream_of_binding(e, outputs->entries[0].value, span);
	diag_report(e->sema->diags, E0401, span, "'%s' has %zu outputs", binding->path, outputs->n);
	return no_stream;
}

/* Whether the operand goes through a pipeline that is being elaborated: its outputs may not be
 * declared yet. */
static bool is_open(struct scope *scope, const struct ast_expr *expr)
{
	while (expr->kind == EXPR_MEMBER || expr->kind == EXPR_INDEX)
		expr = expr->left;
	if (expr->kind != EXPR_NAME || !expr->name.text)
		return false;
	struct binding *binding = scope_binding(scope, expr->name.text);
	return binding && binding->forcing;
}

struct stream_ref stream_resolve(struct elaborator *e, struct scope *scope,
                                 const struct ast_expr *expr)
{
	if (is_open(scope, expr))
		return (struct stream_ref){UNBOUND, UNBOUND, true};
	struct binding *binding = stream_binding(e, scope, expr);
	return binding ? stream_of_binding(e, binding, expr->span) : no_stream;
}

/* ---- Kinds of operands ---- */

struct binding *stream_quiet_binding(struct elaborator *e, struct scope *scope,
                                     const struct ast_expr *expr)
{
	if (expr->kind == EXPR_NAME) {
		struct binding *binding = expr->name.text ? scope_binding(scope, expr->name.text)
		                                          : NULL;
		bool stream = binding && binding->kind != BINDING_PARAM &&
		              binding->kind != BINDING_CONST && !binding->forcing;
		return stream ? forced(e, binding) : NULL;
	}
	if (expr->kind == EXPR_INDEX) {
		struct binding *bank = stream_quiet_binding(e, scope, expr->left);
		return bank && bank->kind == BINDING_BANK ? element_binding(e, scope, expr) : NULL;
	}
	if (expr->kind != EXPR_MEMBER)
		return NULL;
	struct binding *left = stream_quiet_binding(e, scope, expr->left);
	if (left && (left->kind == BINDING_NODE || left->kind == BINDING_PIPELINE)) {
		const struct interface *face = left->kind == BINDING_NODE
		                                       ? e->bound->nodes.items[left->node].face
		                                       : NULL;
		for (uint32_t i = 0; face && i < face->outputs.n; i++)
			if (strcmp(face->outputs.items[i].name, expr->name.text) == 0)
				return output_binding(e, left, i);
		struct binding *output = left->kind == BINDING_PIPELINE
		                                 ? map_get(&left->inside->outputs, expr->name.text)
		                                 : NULL;
		return output && !output->forcing ? forced(e, output) : NULL;
	}
	return NULL;
}

const struct type *binding_type(struct elaborator *e, struct binding *binding)
{
	if (binding->kind == BINDING_EXPRESSION)
		return expression_type(e, binding->same ? binding->same : binding);
	if (binding->kind != BINDING_NODE && binding->kind != BINDING_STREAM)
		return NULL;
	return unify_output(e, binding->node, binding->kind == BINDING_NODE ? 0 : binding->output);
}

struct binding *stream_expression(struct elaborator *e, struct scope *scope,
                                  const struct ast_expr *expr)
{
	struct binding *binding = stream_quiet_binding(e, scope, expr);
	while (binding && binding->kind == BINDING_PIPELINE && binding->inside->outputs.n == 1) {
		struct binding *output = binding->inside->outputs.entries[0].value;
		binding = output->forcing ? NULL : forced(e, output);
	}
	return binding && binding->kind == BINDING_EXPRESSION ? binding : NULL;
}

/* Whether the only output of a pipeline has values with fields. */
static bool output_holds_fields(struct elaborator *e, const struct binding *pipeline)
{
	struct binding *output = pipeline->inside->outputs.entries[0].value;
	const struct type *type = NULL;
	if (output->forcing)
		return true;
	output = forced(e, output);
	while (output && output->kind == BINDING_PIPELINE && output->inside->outputs.n == 1)
		output = output->inside->outputs.entries[0].value;
	if (output)
		type = binding_type(e, output);
	return !type || type->kind == TYPE_RECORD;
}

/* Whether the one stream that a binding means has values with fields, or with elements. A type that
 * is not known yet is taken to have them. */
static bool holds_parts(struct elaborator *e, const struct binding *binding, bool fields)
{
	if (binding->kind == BINDING_EXPRESSION)
		return true; /* it has no outputs, and is no bank */
	if (binding->kind == BINDING_PIPELINE && binding->inside->outputs.n == 1)
		return !fields || output_holds_fields(e, binding);
	if (binding->kind != BINDING_NODE && binding->kind != BINDING_STREAM)
		return false;
	const struct interface *face = e->bound->nodes.items[binding->node].face;
	uint32_t output = binding->kind == BINDING_STREAM ? binding->output : 0;
	if (!face || (binding->kind == BINDING_NODE && face->outputs.n != 1))
		return false;
	const struct type *type = unify_output(e, binding->node, output);
	if (!type)
		return true;
	return fields ? type->kind == TYPE_RECORD
	              : type->kind == TYPE_LIST || type->kind == TYPE_ARRAY;
}

enum reads { READS_STREAM, READS_PAST, READS_VALUE };

static enum reads what_reads(struct elaborator *e, struct scope *scope,
                             const struct ast_expr *expr);

/* x.y, x[k]: of what x reads, which is asked once. */
static enum reads what_part_reads(struct elaborator *e, struct scope *scope,
                                  const struct ast_expr *expr)
{
	const struct ast_expr *index = expr->kind == EXPR_INDEX ? expr->right : NULL;
	bool back = index && index->kind == EXPR_UNARY && index->op == OP_NEG;
	struct binding *left = stream_quiet_binding(e, scope, expr->left);
	bool open = is_open(scope, expr->left);
	bool value_of_enum = expr->kind == EXPR_MEMBER && scope_type(scope, expr->left);
	enum reads of = READS_STREAM;
	if (value_of_enum || term_is_table(scope, expr))
		return READS_VALUE;
	if (!left && !open && expr->left->kind != EXPR_NAME)
		of = what_reads(e, scope, expr->left);
	if (back && (left ? left->kind != BINDING_BANK : open || of != READS_STREAM))
		return READS_PAST;
	if (is_open(scope, expr) || stream_quiet_binding(e, scope, expr))
		return READS_STREAM;
	/* A field or an element of a stream's value; a mistake otherwise. */
	bool value = left ? holds_parts(e, left, expr->kind == EXPR_MEMBER) : of != READS_STREAM;
	return value ? READS_VALUE : READS_STREAM;
}

static enum reads what_reads(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	switch (expr->kind) {
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_QUANTITY:
	case EXPR_STRING:
	case EXPR_BOOL:
	case EXPR_UNARY:
	case EXPR_BINARY:
	case EXPR_IT:
	case EXPR_IF:
	case EXPR_WHERE:
	case EXPR_SELECT:
	case EXPR_WHEN:
	case EXPR_RECORD:
	case EXPR_LIST:
		return READS_VALUE;
	case EXPR_CALL:
		return call_is_value(scope, expr) ? READS_VALUE : READS_STREAM;
	case EXPR_EDGE:
		return expr->policy == POLICY_SAMPLE ? READS_VALUE : READS_STREAM;
	case EXPR_MEMBER:
	case EXPR_INDEX:
		return what_part_reads(e, scope, expr);
	case EXPR_NAME:
	case EXPR_WINDOW:
	case EXPR_ERROR:
		break;
	}
	return READS_STREAM;
}

bool stream_is_expression(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	return what_reads(e, scope, expr) == READS_VALUE;
}

bool stream_is_history(struct elaborator *e, struct scope *scope, const struct ast_expr *expr)
{
	return what_reads(e, scope, expr) == READS_PAST;
}
