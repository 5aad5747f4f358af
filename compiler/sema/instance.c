/* Pipelines inside pipelines: one use of one, with what its ports, sizes and parameters are. */
#include "sema/elaborate.h"
#include <string.h>

/* ---- Ports ---- */

/* What the caller's argument for a port is inside: the same stream, bank or expression; a chosen
 * one through a node of its own, so that all uses inside see the same. */
static struct binding *port_binding(struct elaborator *e, struct scope *from, const char *path,
                                    const struct ast_expr *expr, const struct type *type)
{
	struct binding *binding = binding_new(e, BINDING_ERROR, path, expr->span);
	if (stream_is_expression(e, from, expr) || stream_is_history(e, from, expr) ||
	    scope_is_value(from, expr)) {
		binding = expression_here(e, from, expr, path);
		binding->hint = type_is_concrete(type) ? type : NULL;
		return binding;
	}
	if (expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW) {
		struct stream_ref ref = expression_relay(e, from, expr, path);
		if (ref.node == UNBOUND)
			return binding;
		binding->kind = BINDING_STREAM;
		binding->node = ref.node;
		binding->output = ref.output;
		return binding;
	}
	struct binding *to = stream_binding(e, from, expr);
	if (to && to->kind == BINDING_EXPRESSION && meaning_is_open(to) && type_is_concrete(type)) {
		binding = expression_here(e, from, expr, path);
		binding->hint = type;
		return binding;
	}
	if (!to || !type_is_concrete(type) || !expression_converts(to, binding_type(e, to), type))
		return to ? to : binding;
	binding = expression_here(e, from, expr, path);
	binding->hint = type;
	return binding;
}

/* What is given is being built, and needs this pipeline for that. */
static bool is_late(struct scope *from, const struct ast_expr *expr)
{
	const struct binding *given = expr->kind == EXPR_NAME && expr->name.text
	                                      ? scope_binding(from, expr->name.text)
	                                      : NULL;
	return given && given->kind == BINDING_EXPRESSION && meaning_is_open(given);
}

static void check_port(struct elaborator *e, struct instance *instance, const struct port *port,
                       struct binding *binding, struct span at)
{
	const struct interface *face = instance->face;
	const struct type *declared = port->type;
	struct binding *first = binding;
	if (binding->kind == BINDING_BANK && declared->kind == TYPE_ARRAY) {
		uint64_t n;
		if (!unify_count(face, instance->sizes, declared->n, binding->elements.n, &n))
			diag_report(e->sema->diags, E0308, at,
			            "'%s' of %s takes %llu streams, this "
			            "bank has %zu",
			            port->name, face->kind, (unsigned long long)n,
			            binding->elements.n);
		declared = declared->item;
		first = binding->elements.n > 0 ? binding->elements.items[0] : NULL;
		if (first && first->kind == BINDING_PENDING)
			elaborate_force(e, first);
	}
	const struct type *actual = first ? binding_type(e, first) : NULL;
	if (actual && !unify_port(face->generics.items, face->generics.n, instance->sizes,
	                          instance->types, declared, actual))
		unify_report(e->sema, face, port, declared, actual, at);
}

/* ---- Arguments ---- */

/* Nothing stores what a nested pipeline is given, and so cuts or refuses it there. */
static void check_capacity(struct elaborator *e, const struct instance *instance,
                           const struct param *param, struct span span, const struct term *term)
{
	const struct type *from = term->kind == TERM_OPTION
	                                  ? e->bound->params.items[term->index].bounded
	                                  : NULL;
	if (!param->bounded || term->kind == TERM_CONST ||
	    (from && from->n.value <= param->bounded->n.value))
		return;
	diag_report(e->sema->diags, E0302, span, "'%s' of %s is %s, and this may be longer",
	            param->name, instance->face->kind, param->bounded->name);
	diag_note(e->sema->diags, param->span, "declared here");
}

static void bind_param(struct elaborator *e, struct instance *instance, const struct param *param,
                       struct scope *from, const struct ast_expr *expr, struct span at)
{
	struct binding *binding = binding_new(e, BINDING_PARAM, param->name, param->span);
	struct term *initial = arena_new(e->sema->arena, struct term);
	*initial = (struct term){.kind = TERM_CONST,
	                         .type = param->type,
	                         .span = param->span,
	                         .value = param->initial};
	if (!expr && !param->initial_text && param->type->kind != TYPE_ERROR) {
		diag_report(e->sema->diags, E0310, at,
		            "the parameter '%s' of %s has no default and must be given",
		            param->name, instance->face->kind);
		diag_note(e->sema->diags, param->span, "declared here");
	}
	binding->param = param;
	binding->term = expr ? argument_build(e, from, param->type, expr) : initial;
	if (binding->term && expr && binding->term->kind == TERM_CONST)
		resolve_in_range(e->sema, param, expr->span, &binding->term->value);
	if (binding->term && expr)
		check_capacity(e, instance, param, expr->span, binding->term);
	if (binding->term && expr)
		secret_check_argument(e, instance->face, param, expr->span, binding->term);
	map_put(e->sema->arena, &instance->inside->names, param->name, binding);
}

/* Generics that were given by name come first, so that ports can be checked against them. */
static void bind_generics(struct elaborator *e, struct instance *instance, struct scope *from,
                          const struct call_arguments *arguments)
{
	for (size_t i = 0; i < instance->face->generics.n; i++) {
		const struct generic *generic = &instance->face->generics.items[i];
		const struct ast_expr *expr = arguments->generics[i];
		if (!expr)
			continue;
		struct value value = elaborate_const(e, from, expr);
		if (value.kind == VALUE_INT && value.i > 0)
			instance->sizes[i] = (uint64_t)value.i;
		else if (value.kind != VALUE_NONE)
			diag_report(e->sema->diags, E0308, expr->span, "'%s' is a size, 1 or more",
			            generic->name);
	}
}

static void bind_instance(struct elaborator *e, struct instance *instance, struct scope *from,
                          const struct ast_expr *call)
{
	const struct interface *face = instance->face;
	struct call_arguments arguments = call_arguments(e, face, call);
	bind_generics(e, instance, from, &arguments);
	for (size_t i = 0; i < face->inputs.n; i++) {
		const struct port *port = &face->inputs.items[i];
		const struct ast_expr *expr = arguments.inputs[i];
		const char *path = arena_printf(e->sema->arena, "%s%s", instance->inside->prefix,
		                                port->name);
		if (!expr) {
			map_put(e->sema->arena, &instance->inside->names, port->name,
			        binding_new(e, BINDING_ERROR, path, port->span));
			diag_report(e->sema->diags, E0304, call->left->span,
			            "the input '%s' of %s is not connected", port->name,
			            face->kind);
			diag_note(e->sema->diags, port->span, "declared here");
			continue;
		}
		struct binding *binding = port_binding(e, from, path, expr, port->type);
		map_put(e->sema->arena, &instance->inside->names, port->name, binding);
		if (is_late(from, expr))
			vec_push(e->sema->arena, &instance->late_ports,
			         (struct late_port){port, binding, expr->span});
		else
			check_port(e, instance, port, binding, expr->span);
	}
	for (size_t i = 0; i < face->generics.n; i++) {
		const struct generic *generic = &face->generics.items[i];
		if (instance->sizes[i] == 0 && generic->has_initial)
			instance->sizes[i] = generic->initial;
		if (generic->given_only && instance->sizes[i] == 0 && !arguments.generics[i]) {
			diag_report(e->sema->diags, E0308, call->left->span,
			            "'%s' of %s is not known", generic->name, face->kind);
			diag_help(e->sema->diags, "give it by name: '%s: 4'", generic->name);
			diag_note(e->sema->diags, generic->span, "declared here");
		}
		if (generic->kind != GENERIC_TYPE && instance->sizes[i] != 0)
			scope_put_size(e, instance->inside, generic, instance->sizes[i]);
		else if (e->sema->diags->n_errors > 0) /* why it is not known was said */
			map_put(e->sema->arena, &instance->inside->names, generic->name,
			        binding_new(e, BINDING_ERROR, generic->name, generic->span));
	}
	for (size_t i = 0; i < face->params.n; i++)
		bind_param(e, instance, &face->params.items[i], from, arguments.params[i],
		           call->left->span);
}

/* ---- Outputs ---- */

/* What `out` says must be what is declared. */
static void check_outputs(struct elaborator *e, const struct instance *instance)
{
	struct map *outputs = &instance->inside->outputs;
	const struct interface *face = instance->face;
	if (e->n_declared > DECLARED_MAX) /* and so the rest was left out */
		return;
	for (size_t i = 0; i < face->generics.n; i++)
		if (face->generics.items[i].given_only && instance->sizes[i] == 0)
			return; /* likewise, for want of this number */
	for (size_t i = 0; i < face->outputs.n; i++) {
		const struct port *port = &face->outputs.items[i];
		if (map_get(outputs, port->name))
			continue;
		diag_report(e->sema->diags, E0401, port->span, "the output '%s' is given no value",
		            port->name);
		diag_help(e->sema->diags, "write 'out %s = …' in the pipeline", port->name);
		map_put(e->sema->arena, outputs, port->name,
		        binding_new(e, BINDING_ERROR, port->name, port->span));
	}
	for (size_t i = 0; i < outputs->n; i++) {
		const struct binding *binding = outputs->entries[i].value;
		bool declared = false;
		for (size_t k = 0; k < face->outputs.n; k++)
			declared = declared || strcmp(face->outputs.items[k].name,
			                              outputs->entries[i].key) == 0;
		if (!declared)
			diag_report(e->sema->diags, E0303, binding->at, "%s has no output '%s'",
			            face->kind, outputs->entries[i].key);
	}
}

/* The types of what `out` says, once all are known. */
void instance_check_types(struct elaborator *e, struct instance *instance)
{
	struct map *outputs = &instance->inside->outputs;
	const struct interface *face = instance->face;
	for (size_t i = 0; i < instance->late_ports.n; i++) {
		struct late_port late = instance->late_ports.items[i];
		check_port(e, instance, late.port, late.binding, late.at);
	}
	for (size_t i = 0; i < face->outputs.n; i++) {
		const struct port *port = &face->outputs.items[i];
		struct binding *binding = map_get(outputs, port->name);
		const struct type *actual = binding ? binding_type(e, binding) : NULL;
		if (!actual || unify_port(face->generics.items, face->generics.n, instance->sizes,
		                          instance->types, port->type, actual))
			continue;
		diag_report(e->sema->diags, E0302, binding->at,
		            "'%s' of %s is declared %s, this is %s", port->name, face->kind,
		            port->type->name, actual->name);
		diag_note(e->sema->diags, port->span, "declared here");
	}
}

/* ---- The whole ---- */

/* Only other sizes can put an end to it. */
static bool uses_itself(const struct scope *from, const struct symbol *symbol)
{
	if (symbol->decl->generics.n > 0)
		return false;
	for (const struct scope *user = from->pipeline; user; user = user->user)
		if (user->decl == symbol->decl)
			return true;
	return false;
}

void instance_elaborate(struct elaborator *e, struct binding *binding, struct symbol *symbol)
{
	struct arena *arena = e->sema->arena;
	struct scope *from = binding->scope;
	if (uses_itself(from, symbol)) {
		diag_report(e->sema->diags, E0105, binding->expr->span,
		            "'%s' is inside of '%s' already: this would never end",
		            symbol->name.text, symbol->name.text);
		return;
	}
	if (from->depth >= PIPELINE_MAX_DEPTH) {
		diag_report(e->sema->diags, E0105, binding->expr->span,
		            "pipelines stand inside each other more than %d deep",
		            PIPELINE_MAX_DEPTH);
		return;
	}
	struct instance *instance = arena_new(arena, struct instance);
	instance->face = resolve_node(e->sema, symbol);
	instance->sizes = arena_alloc(arena, (instance->face->generics.n + 1) * sizeof(uint64_t));
	instance->types = arena_alloc(arena, (instance->face->generics.n + 1) * sizeof(void *));
	struct scope *inside = arena_new(arena, struct scope);
	*inside = (struct scope){.file = symbol->file,
	                         .prefix = arena_printf(arena, "%s.", binding->path),
	                         .suffix = "",
	                         .decl = symbol->decl,
	                         .face = instance->face,
	                         .user = from->pipeline,
	                         .depth = from->depth + 1};
	inside->pipeline = inside;
	struct within *within = arena_new(arena, struct within);
	*within = (struct within){symbol->name.text, binding->expr->span, from->pipeline->within};
	inside->within = within;
	instance->inside = inside;
	vec_push(arena, &e->instances, instance);
	binding->kind = BINDING_PIPELINE;
	binding->pipeline = symbol->decl;
	binding->inside = inside;
	bind_instance(e, instance, from, binding->expr);
	declare_block(e, inside, &symbol->decl->stmts);
	check_outputs(e, instance);
}
