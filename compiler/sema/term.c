/* Typing of expressions: names, constants, parts of values. Numbers of different types meet in the
 * wider one, a literal takes the type of what it meets; nothing is narrowed unless a port asks for
 * it. */
#include "sema/lift.h"
#include <string.h>

struct term *term_new(struct lift *lift, enum term_kind kind, const struct type *type,
                      struct span span)
{
	struct term *term = arena_new(lift->e->sema->arena, struct term);
	term->kind = kind;
	term->type = type;
	term->span = span;
	return term;
}

struct term *term_mismatch(struct lift *lift, struct span span, const char *what,
                           const struct type *type)
{
	diag_report(lift_diags(lift), E0302, span, "%s, not %s", what, type ? type->name : "this");
	return NULL;
}

struct term *term_part_of_itself(struct lift *lift, struct span span, const char *what)
{
	diag_report(lift_diags(lift), E0308, span,
	            "%s, and the type of this is not known: it is made from itself", what);
	diag_help(lift_diags(lift),
	          "give what goes on from its own past a name of its own, and put that into the "
	          "whole: 'v = (v[-1] ?? 0) + …', '{ v: v }'");
	return NULL;
}

/* ---- Numbers ---- */

/* The type in which two numbers meet: the wider one; i64 for integers of different signs; f64 for a
 * fraction and an integer that f32 cannot hold. */
static const struct type *meet(const struct type *a, const struct type *b)
{
	struct layout size_a, size_b;
	type_layout(a, &size_a);
	type_layout(b, &size_b);
	if (type_is_fraction(a) || type_is_fraction(b)) {
		bool wide = (type_is_integer(a) && size_a.size > 2) ||
		            (type_is_integer(b) && size_b.size > 2) || a->kind == TYPE_F64 ||
		            b->kind == TYPE_F64;
		return type_scalar(wide ? TYPE_F64 : TYPE_F32);
	}
	bool signed_a = a->kind <= TYPE_I64, signed_b = b->kind <= TYPE_I64;
	if (signed_a != signed_b)
		return type_scalar(TYPE_I64);
	return size_a.size >= size_b.size ? a : b;
}

const struct type *term_common(const struct type *a, const struct type *b)
{
	if (type_equal(a, b))
		return a;
	if (type_is_number(a) && type_is_number(b))
		return meet(a, b);
	if (a->kind != TYPE_STRING || b->kind != TYPE_STRING)
		return NULL;
	return !a->n.value || (b->n.value && a->n.value >= b->n.value) ? a : b;
}

const struct type *term_shape(const struct type *hint)
{
	bool scalar = hint && (type_is_number(hint) || hint->kind == TYPE_TIME);
	return scalar ? NULL : hint;
}

/* Whether the constants that may be the value of a term fit the type; a report otherwise. */
static bool constants_fit(struct lift *lift, const struct term *term, const struct type *type)
{
	struct value value = term->value;
	bool checked = type->kind == TYPE_STRING || value.kind == VALUE_INT;
	if (term->kind == TERM_CONST)
		return !checked || resolve_value(lift->e->sema, type, term->span, &value);
	if (term->kind == TERM_PART) {
		bool known = term->meaning->fits && type_equal(term->meaning->fits, type);
		if (!known && !constants_fit(lift, term->left, type))
			return false;
		term->meaning->fits = type;
		return true;
	}
	if (term->kind == TERM_WHEN)
		return constants_fit(lift, term->left, type);
	if (term->kind == TERM_COALESCE)
		return constants_fit(lift, term->left, type) &&
		       constants_fit(lift, term->right, type);
	return term->kind != TERM_IF ||
	       (constants_fit(lift, term->right, type) && constants_fit(lift, term->third, type));
}

struct term *term_convert(struct lift *lift, struct term *term, const struct type *type)
{
	if (!term || !term->type || type_equal(term->type, type)) {
		if (term && !term->type)
			term->type = type;
		return term;
	}
	if (term->kind == TERM_CONST) {
		struct value value = term->value;
		if (!resolve_value(lift->e->sema, type, term->span, &value))
			return NULL;
		term->value = value;
		term->type = type;
		return term;
	}
	bool numbers = type_is_number(term->type) && type_is_number(type);
	bool strings = term->type->kind == TYPE_STRING && type->kind == TYPE_STRING &&
	               (!term->type->n.value || type->n.value);
	if ((!numbers && !strings) || !constants_fit(lift, term, type))
		return NULL;
	struct term *converted = term_new(lift, TERM_CONVERT, type, term->span);
	converted->left = term;
	return converted;
}

struct term *term_fraction(struct lift *lift, struct term *term)
{
	bool constant = term->kind == TERM_CONST;
	struct term *converted = term_new(lift, constant ? TERM_CONST : TERM_CONVERT,
	                                  type_scalar(TYPE_F64), term->span);
	if (constant) {
		converted->value = term->value;
		converted->value.kind = VALUE_FLOAT;
		converted->value.f = (double)term->value.i;
		return converted;
	}
	converted->left = term;
	return converted;
}

/* ---- Several of one type ---- */

/* Has a literal take the type of what it meets, where it has such a value. */
static void retake(struct lift *lift, const struct ast_expr *expr, struct term **term,
                   const struct type *type)
{
	bool numbers = type_is_number((*term)->type) && type_is_number(type);
	if ((*term)->kind != TERM_CONST || !numbers || type_equal((*term)->type, type))
		return;
	struct term *again = term_build(lift, expr, type);
	*term = again ? again : *term;
}

/* The common type of those that are literals, or of those that are not, and `type` (NULL: none). */
static bool find_common(struct term **terms, size_t n, bool literals, const struct type **type)
{
	for (size_t i = 0; i < n; i++) {
		if (!terms[i]->type || (terms[i]->kind == TERM_CONST) != literals)
			continue;
		*type = *type ? term_common(*type, terms[i]->type) : terms[i]->type;
		if (!*type)
			return false;
	}
	return true;
}

bool term_meet_all(struct lift *lift, const struct ast_expr *const *exprs, struct term **terms,
                   size_t n)
{
	const struct type *type = NULL;
	if (!find_common(terms, n, false, &type))
		return false;
	for (size_t i = 0; type && i < n; i++)
		if (terms[i]->type)
			retake(lift, exprs[i], &terms[i], type);
	if (!find_common(terms, n, true, &type))
		return false;
	for (size_t i = 0; type && i < n; i++) {
		terms[i] = term_convert(lift, terms[i], type);
		if (!terms[i])
			return false;
	}
	return true;
}

bool term_holds(const struct type *type, const struct type *from)
{
	struct layout size, from_size;
	type_layout(type, &size);
	type_layout(from, &from_size);
	if (type_is_fraction(type))
		return type_is_fraction(from) ? size.size >= from_size.size
		                              : size.size > from_size.size;
	if (type_is_fraction(from))
		return false;
	if (type_is_unsigned(type))
		return type_is_unsigned(from) && size.size >= from_size.size;
	return type_is_unsigned(from) ? size.size > from_size.size : size.size >= from_size.size;
}

struct term *term_widen(struct lift *lift, struct term *term, const struct type *type)
{
	bool numbers = term->type && type_is_number(term->type) && type_is_number(type);
	bool fits = !numbers || term->kind == TERM_CONST || term_holds(type, term->type);
	return fits ? term_convert(lift, term, type) : NULL;
}

static void help_as(struct lift *lift, const struct ast_expr *expr, const struct type *type,
                    const struct term *term)
{
	bool whole = term->type && type_is_number(term->type) && !type_is_fraction(term->type);
	const char *text = resolve_source(lift->e->sema, expr->span);
	bool operand = !strpbrk(text, " \n");

	diag_report(lift_diags(lift), E0302, expr->span, "%s is needed here, this is %s",
	            type->name, term->type ? term->type->name : "not known");
	if (type->kind == TYPE_BOOL && whole && !strchr(text, '\n'))
		diag_help(lift_diags(lift), operand ? "write '%s != 0'" : "write '(%s) != 0'",
		          text);
}

struct term *term_build_as(struct lift *lift, const struct ast_expr *expr, const struct type *type)
{
	struct term *term = term_build(lift, expr, type);
	if (!term)
		return NULL;
	size_t errors = lift_diags(lift)->n_errors;
	struct term *converted = term_convert(lift, term, type);
	if (!converted && lift_diags(lift)->n_errors == errors)
		help_as(lift, expr, type, term);
	return converted;
}

struct term *term_build_near(struct lift *lift, const struct ast_expr *expr,
                             const struct type *type)
{
	struct term *term = term_build(lift, expr, type);
	if (!term || !term->type)
		return term;
	bool numbers = type_is_number(term->type) && type_is_number(type);
	bool strings = term->type->kind == TYPE_STRING && type->kind == TYPE_STRING;
	return numbers || strings ? term_convert(lift, term, type) : term;
}

/* ---- Leaves ---- */

const struct type *term_type_of(enum value_kind kind)
{
	static const enum type_kind kinds[] = {[VALUE_BOOL] = TYPE_BOOL,
	                                       [VALUE_INT] = TYPE_I64,
	                                       [VALUE_FLOAT] = TYPE_F64,
	                                       [VALUE_TIME] = TYPE_TIME,
	                                       [VALUE_RATE] = TYPE_F64};
	return type_scalar(kinds[kind]);
}

struct term *term_of_value(struct lift *lift, struct value value, struct span span,
                           const struct type *hint)
{
	if (value.kind == VALUE_NONE)
		return NULL;
	if (value.kind == VALUE_ENUM)
		return term_mismatch(lift, span, "a value of an enum needs a type here", NULL);
	if (value.kind == VALUE_RECORD)
		return term_of_record(lift, &value, span, hint);
	if (value.kind == VALUE_LIST)
		return term_of_list(lift, &value, span, hint);
	struct term *term = term_new(lift, TERM_CONST, NULL, span);
	bool fits = hint &&
	            (type_is_fraction(hint) ? value.kind == VALUE_INT || value.kind == VALUE_FLOAT
	                                    : type_is_integer(hint) && value.kind == VALUE_INT);
	if (value.kind == VALUE_STRING) {
		uint64_t n = lift->for_param ? 0 : strlen(value.s) ? strlen(value.s) : 1;
		term->type = type_string(lift->e->sema->arena, (struct size){.value = n});
	} else {
		term->type = fits ? hint : term_type_of(value.kind);
	}
	if (value.kind != VALUE_STRING && !resolve_value(lift->e->sema, term->type, span, &value))
		return NULL;
	term->value = value;
	return term;
}

struct term *term_build_const(struct lift *lift, const struct ast_expr *expr,
                              const struct type *hint)
{
	return term_of_value(lift, elaborate_const(lift->e, lift->scope, expr), expr->span, hint);
}

static struct term *enum_term(struct lift *lift, const struct type *type, const char *name,
                              struct span span)
{
	const struct enumeration *names = type->enumeration;
	for (size_t i = 0; i < names->names.n; i++) {
		if (strcmp(names->names.items[i], name) != 0)
			continue;
		struct term *term = term_new(lift, TERM_CONST, type, span);
		term->value =
			(struct value){.kind = VALUE_ENUM, .i = (int64_t)i, .enumeration = names};
		return term;
	}
	return NULL;
}

/* A bare name that is one of an enum's, where that is what is compared with. */
static struct term *build_enum(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	if (!hint || hint->kind != TYPE_ENUM || expr->kind != EXPR_NAME || !expr->name.text ||
	    scope_binding(lift->scope, expr->name.text))
		return NULL;
	return enum_term(lift, hint, expr->name.text, expr->span);
}

/* Mode.halt */
static struct term *build_enum_member(struct lift *lift, const struct ast_expr *expr,
                                      struct symbol *symbol)
{
	const struct type *type = resolve_symbol_type(lift->e->sema, lift->e->bound->file, symbol);
	if (type->kind != TYPE_ENUM)
		return term_mismatch(lift, expr->left->span, "a record has its values in brackets",
		                     type);
	struct term *term = enum_term(lift, type, expr->name.text, expr->span);
	if (term)
		return term;
	VEC(const char *) names = {0};
	for (size_t i = 0; i < type->enumeration->names.n; i++)
		vec_push(lift->e->sema->arena, &names, type->enumeration->names.items[i]);
	diag_report(lift_diags(lift), E0303, expr->name.span, "%s has no value '%s'", type->name,
	            expr->name.text);
	diag_choose(lift_diags(lift), "its values are", expr->name.text, names.items, names.n);
	return NULL;
}

/* What a parameter is given has its value before any stream has one. */
static struct term *no_stream_here(struct lift *lift, const struct ast_expr *expr)
{
	elaborate_const(lift->e, lift->scope, expr); /* says what it is instead */
	return NULL;
}

/* A name or the output of a pipeline: an expression's text stands in its place. */
static struct term *build_stream(struct lift *lift, const struct ast_expr *expr,
                                 const struct type *hint)
{
	struct binding *binding = stream_expression(lift->e, lift->scope, expr);
	if (binding)
		return lift_name(lift, binding, expr, hint);
	return lift->for_param ? no_stream_here(lift, expr) : lift_operand(lift, expr);
}

/* `xs where score > 0.5`: a field of the item stands without its `it`. */
static bool lacks_it(struct lift *lift, const struct ast_expr *expr)
{
	const char *name = expr->name.text;
	if (!name || !lift->it || lift->it->kind != TYPE_RECORD ||
	    scope_binding(lift->scope, name) || scope_find(lift->scope->file, name))
		return false;
	for (size_t i = 0; i < lift->it->record->fields.n; i++) {
		if (strcmp(lift->it->record->fields.items[i].name, name) != 0)
			continue;
		diag_report(lift_diags(lift), E0201, expr->span, "unknown name '%s'", name);
		diag_help(lift_diags(lift), "write 'it.%s'", name);
		return true;
	}
	return false;
}

/* A string of a parameter, in an expression over streams: as long as the option may be. */
static struct term *term_bounded(struct lift *lift, const struct binding *binding,
                                 struct term *term)
{
	const struct type *type = binding->param->bounded;
	if (type && term->kind == TERM_OPTION)
		type = lift->e->bound->params.items[term->index].bounded;
	if (!type || (term->kind != TERM_OPTION && term->kind != TERM_CONST))
		return term_no_string(lift, term->span);
	term->type = type;
	return term;
}

static struct term *build_name(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	struct binding *binding = expr->name.text ? scope_binding(lift->scope, expr->name.text)
	                                          : NULL;
	struct term *constant = build_enum(lift, expr, hint);
	if (constant)
		return constant;
	if (binding && binding->kind == BINDING_PARAM) {
		if (!binding->term)
			return NULL;
		if (binding->param->type->kind == TYPE_ARRAY) {
			diag_report(lift_diags(lift), E0302, expr->span,
			            "'%s' is an array: one of its elements is needed here",
			            expr->name.text);
			diag_help(lift_diags(lift), "write '%s[0]'", expr->name.text);
			return NULL;
		}
		struct term *term = arena_new(lift->e->sema->arena, struct term);
		*term = *binding->term; /* it may be converted here */
		term->span = expr->span;
		if (term->type->kind == TYPE_STRING && !lift->for_param)
			return term_bounded(lift, binding, term);
		return term;
	}
	if (term_is_const_name(lift->scope, expr->name.text))
		return term_build_const(lift, expr, hint);
	return lacks_it(lift, expr) ? NULL : build_stream(lift, expr, hint);
}

/* ---- Parts of values ---- */

static struct term *build_field(struct lift *lift, const struct ast_expr *expr)
{
	struct term *left = term_build(lift, expr->left, NULL);
	if (!left)
		return NULL;
	if (!left->type)
		return term_part_of_itself(lift, expr->left->span,
		                           "a record is needed before a field");
	if (left->type->kind != TYPE_RECORD)
		return term_mismatch(lift, expr->left->span, "a record is needed before a field",
		                     left->type);
	const struct record *record = left->type->record;
	VEC(const char *) names = {0};
	for (size_t i = 0; i < record->fields.n; i++) {
		if (strcmp(record->fields.items[i].name, expr->name.text) == 0) {
			struct term *term = term_new(lift, TERM_FIELD, record->fields.items[i].type,
			                             expr->span);
			term->left = left;
			term->index = (uint32_t)i;
			return term;
		}
		vec_push(lift->e->sema->arena, &names, record->fields.items[i].name);
	}
	diag_report(lift_diags(lift), E0303, expr->name.span, "%s has no field '%s'",
	            term_record_words(left->type), expr->name.text);
	diag_choose(lift_diags(lift), "its fields are", expr->name.text, names.items, names.n);
	return NULL;
}

static struct term *build_member(struct lift *lift, const struct ast_expr *expr,
                                 const struct type *hint)
{
	struct symbol *symbol = scope_type(lift->scope, expr->left);
	if (symbol)
		return build_enum_member(lift, expr, symbol);
	if (lift->for_param)
		return term_build_const(lift, expr, NULL);
	return stream_is_expression(lift->e, lift->scope, expr) || expr->left->kind == EXPR_IT ||
	                       expr->left->kind == EXPR_CALL
	               ? build_field(lift, expr)
	               : build_stream(lift, expr, hint);
}

/* Of a constant number, whether there can ever be such an element. */
static bool holds_element(struct lift *lift, const struct type *type, const struct ast_expr *expr,
                          const struct term *index)
{
	bool array = type->kind == TYPE_ARRAY;
	if (index->kind != TERM_CONST || index->value.kind != VALUE_INT || type->n.variable ||
	    (index->value.i >= 0 && (uint64_t)index->value.i < type->n.value))
		return true;
	diag_report(lift_diags(lift), E0307, expr->right->span,
	            array ? "'%s' has the elements 0 to %llu"
	                  : "'%s' never has more than the elements 0 to %llu",
	            resolve_source(lift->e->sema, expr->left->span),
	            (unsigned long long)type->n.value - 1);
	return false;
}

struct term *term_build_element(struct lift *lift, const struct ast_expr *expr, struct term *left)
{
	if (!left)
		return NULL;
	if (!left->type)
		return term_part_of_itself(lift, expr->left->span,
		                           "only a list or an array has elements");
	if (left->type->kind != TYPE_LIST && left->type->kind != TYPE_ARRAY)
		return term_mismatch(lift, expr->left->span, "only a list or an array has elements",
		                     left->type);
	struct term *index = term_build_as(lift, expr->right, type_scalar(TYPE_I64));
	if (!index)
		return NULL;
	if (!holds_element(lift, left->type, expr, index))
		return NULL;
	struct term *term = term_new(lift, TERM_ELEMENT, left->type->item, expr->span);
	term->left = left;
	term->right = index;
	return term;
}

static struct term *build_index(struct lift *lift, const struct ast_expr *expr,
                                const struct type *hint)
{
	if (!stream_is_expression(lift->e, lift->scope, expr) && expr->left->kind != EXPR_IT)
		return build_stream(lift, expr, hint);
	return term_build_element(lift, expr, term_build(lift, expr->left, NULL));
}

/* ---- Every form ---- */

/* Forms that only streams have: what may be absent, and what a parameter's type cannot be. */
static bool is_for_streams(const struct ast_expr *expr)
{
	return expr->kind == EXPR_INDEX || expr->kind == EXPR_WHERE || expr->kind == EXPR_SELECT ||
	       expr->kind == EXPR_WHEN || expr->kind == EXPR_RECORD || expr->kind == EXPR_LIST ||
	       expr->kind == EXPR_EDGE || expr->kind == EXPR_WINDOW ||
	       (expr->kind == EXPR_BINARY && expr->op == OP_COALESCE);
}

/* A constant, or one with a minus; a name of either. */
static bool is_literal(struct scope *scope, const struct ast_expr *expr, unsigned depth)
{
	if (expr->kind == EXPR_UNARY && expr->op == OP_NEG)
		expr = expr->left;
	struct binding *named = expr->kind == EXPR_NAME && expr->name.text
	                                ? scope_text(scope, expr->name.text)
	                                : NULL;
	if (named && named->is_literal == UNASKED && depth < FORCE_MAX_DEPTH) {
		named->is_literal = NO;
		if (is_literal(named->scope, named->expr, depth + 1))
			named->is_literal = YES;
	}
	if (named)
		return named->is_literal == YES;
	return expr->kind == EXPR_INT || expr->kind == EXPR_FLOAT || expr->kind == EXPR_QUANTITY ||
	       (expr->kind == EXPR_NAME && term_is_const_name(scope, expr->name.text));
}

static struct term *build_it(struct lift *lift, const struct ast_expr *expr)
{
	if (lift->it)
		return term_new(lift, TERM_IT, lift->it, expr->span);
	if (lift->whole)
		diag_report(lift_diags(lift), E0206, expr->span,
		            "'%s' is about a stream or an expression, not about an item of a list",
		            lift->whole);
	else
		diag_report(lift_diags(lift), E0206, expr->span,
		            "'it' is the item that 'where' and count(…) look at");
	return NULL;
}

static struct term *build_edge(struct lift *lift, const struct ast_expr *expr)
{
	if (expr->policy == POLICY_SAMPLE)
		return lift_operand(lift, expr);
	diag_report(lift_diags(lift), E0311, expr->span,
	            "bind this to a name first: an expression fires on every frame");
	return NULL;
}

static struct term *report_window(struct lift *lift, const struct ast_expr *expr)
{
	diag_report(lift_diags(lift), E0311, expr->span, "a window is for the input of a node");
	diag_help(lift_diags(lift), "in an expression each value is named: [x, x[-1], x[-2]]");
	return NULL;
}

static struct term *build(struct lift *lift, const struct ast_expr *expr, const struct type *hint)
{
	struct term *part;
	if (term_build_part(lift, expr, hint, &part))
		return part;
	if (lift->for_param && is_for_streams(expr)) {
		diag_report(lift_diags(lift), E0309, expr->span,
		            "this is for streams: a parameter is computed once, before any frame");
		return NULL;
	}
	switch (expr->kind) {
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_QUANTITY:
	case EXPR_STRING:
	case EXPR_BOOL:
		return term_build_const(lift, expr, hint);
	case EXPR_NAME:
		return build_name(lift, expr, hint);
	case EXPR_MEMBER:
		return build_member(lift, expr, hint);
	case EXPR_INDEX:
		return build_index(lift, expr, hint);
	case EXPR_CALL:
		return term_build_call(lift, expr);
	case EXPR_UNARY:
		return is_literal(lift->scope, expr, 0) ? term_build_const(lift, expr, hint)
		                                        : term_build_unary(lift, expr);
	case EXPR_BINARY:
		return term_build_binary(lift, expr, hint);
	case EXPR_IF:
		return term_build_if(lift, expr, hint);
	case EXPR_WHERE:
		return term_build_where(lift, expr);
	case EXPR_SELECT:
		return term_build_select(lift, expr, hint);
	case EXPR_WHEN:
		return term_build_when(lift, expr, hint);
	case EXPR_RECORD:
		return term_build_record(lift, expr, hint);
	case EXPR_LIST:
		return term_build_list(lift, expr, hint);
	case EXPR_IT:
		return build_it(lift, expr);
	case EXPR_EDGE:
		return build_edge(lift, expr);
	case EXPR_WINDOW:
		return report_window(lift, expr);
	case EXPR_ERROR:
		break;
	}
	return NULL;
}

/* What is read of a value in sum and mean is as wide as the result. */
struct term *term_build(struct lift *lift, const struct ast_expr *expr, const struct type *hint)
{
	struct term *term = build(lift, expr, hint);
	if (!lift->wide || !term || !term->type || term->kind == TERM_CONST)
		return term;
	return term_convert(lift, term, type_wide(term->type));
}
