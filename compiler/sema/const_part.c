/* Constants that are made of others: arrays, records, their parts, and functions of them. */
#include "sema/const.h"
#include <pkd/text.h>
#include <string.h>

static struct value none(void)
{
	return (struct value){0};
}

static struct value whole(size_t n)
{
	return (struct value){.kind = VALUE_INT, .i = (int64_t)n, .f = (double)n};
}

/* ---- Arrays and records ---- */

/* An array has items of one kind; whole numbers beside fractions are fractions. */
static bool agree(struct sema *sema, const struct ast_expr *expr, struct value *items, size_t n)
{
	bool any_float = false;
	for (size_t i = 0; i < n; i++)
		any_float = any_float || items[i].kind == VALUE_FLOAT;
	for (size_t i = 0; i < n; i++) {
		if (any_float && items[i].kind == VALUE_INT)
			items[i].kind = VALUE_FLOAT;
		if (items[i].kind == items[0].kind)
			continue;
		diag_report(sema->diags, E0309, expr->args.items[i].value->span,
		            "the items of an array have one type: the first is %s, this is %s",
		            value_kind_text(items[0].kind), value_kind_text(items[i].kind));
		return false;
	}
	return true;
}

/* How much room it takes to write the items out. One that stands in many places is one in memory,
 * so a few lines can name more than any memory holds. */
static size_t count_bytes(const struct value *items, size_t n)
{
	size_t n_bytes = 0;
	for (size_t i = 0; i < n; i++) {
		bool made = items[i].kind == VALUE_LIST || items[i].kind == VALUE_RECORD;
		n_bytes += made ? items[i].n_bytes : sizeof(int64_t);
		n_bytes += items[i].kind == VALUE_STRING ? strlen(items[i].s) : 0;
	}
	return n_bytes;
}

struct value const_items(struct sema *sema, struct file_scope *file, const struct ast_expr *expr)
{
	size_t n = expr->args.n;
	bool record = expr->kind == EXPR_RECORD;
	struct value *items = arena_alloc(sema->arena, (n + 1) * sizeof *items);
	const char **names = arena_alloc(sema->arena, (n + 1) * sizeof *names);
	bool known = n > 0;
	if (!known)
		diag_report(sema->diags, E0309, expr->span,
		            "a constant array has at least one item");
	for (size_t i = 0; i < n; i++) {
		const struct ast_arg *arg = &expr->args.items[i];
		items[i] = const_eval(sema, file, arg->value);
		names[i] = arg->name.text;
		known = known && items[i].kind != VALUE_NONE;
		for (size_t k = 0; record && k < i; k++) {
			if (strcmp(names[k], names[i]) != 0)
				continue;
			diag_report(sema->diags, E0202, arg->name.span, "'%s' is given twice",
			            names[i]);
			known = false;
		}
	}
	if (!known || (!record && !agree(sema, expr, items, n)))
		return none();
	size_t n_bytes = count_bytes(items, n);
	if (n_bytes > CONST_BYTES_MAX) {
		diag_report(sema->diags, E0309, expr->span,
		            "written out, this constant is larger than %d MiB",
		            CONST_BYTES_MAX >> 20);
		return none();
	}
	return (struct value){.kind = record ? VALUE_RECORD : VALUE_LIST,
	                      .n_bytes = n_bytes,
	                      .items = items,
	                      .names = record ? names : NULL,
	                      .n = n};
}

struct value const_field(struct sema *sema, struct value record, struct ast_name name)
{
	if (record.kind == VALUE_NONE || !name.text)
		return none();
	if (record.kind != VALUE_RECORD) {
		diag_report(sema->diags, E0309, name.span, "%s has no fields",
		            value_kind_text(record.kind));
		return none();
	}
	for (size_t i = 0; i < record.n; i++)
		if (strcmp(record.names[i], name.text) == 0)
			return record.items[i];
	diag_report(sema->diags, E0303, name.span, "this record has no field '%s'", name.text);
	diag_suggest(sema->diags, name.text, record.names, record.n);
	return none();
}

struct value const_element(struct sema *sema, struct span span, struct value list,
                           struct value index)
{
	if (list.kind == VALUE_NONE || index.kind == VALUE_NONE)
		return none();
	if (list.kind != VALUE_LIST) {
		diag_report(sema->diags, E0309, span, "%s has no elements",
		            value_kind_text(list.kind));
		return none();
	}
	if (index.kind != VALUE_INT) {
		diag_report(sema->diags, E0309, span, "elements are numbered by %s, not by %s",
		            value_kind_text(VALUE_INT), value_kind_text(index.kind));
		return none();
	}
	if (index.i >= 0 && (uint64_t)index.i < list.n)
		return list.items[index.i];
	diag_report(sema->diags, E0307, span,
	            "there is no element %lld: an array of %zu has the elements 0 to %zu",
	            (long long)index.i, list.n, list.n - 1);
	return none();
}

/* ---- Strings ---- */

struct value const_join(struct sema *sema, struct span span, struct value a, struct value b)
{
	if (strlen(a.s) + strlen(b.s) > CONST_STRING_MAX) {
		diag_report(sema->diags, E0104, span, "this string is longer than %d bytes",
		            CONST_STRING_MAX);
		return none();
	}
	return (struct value){.kind = VALUE_STRING,
	                      .s = arena_printf(sema->arena, "%s%s", a.s, b.s)};
}

/* text(x), text(x, n): with n decimals. */
static struct value text_of(struct sema *sema, const struct ast_expr *call, struct value x,
                            const struct value *decimals)
{
	char digits[PKD_NUMBER_SIZE];
	const char *text = NULL;
	bool number = x.kind == VALUE_INT || x.kind == VALUE_FLOAT;
	if (decimals &&
	    (!number || decimals->kind != VALUE_INT || decimals->i < 0 || decimals->i > 17)) {
		if (decimals->kind != VALUE_NONE)
			diag_report(sema->diags, E0309, call->args.items[1].value->span,
			            "text(x, n) writes a number with n decimals, from 0 to 17");
		return none();
	}
	if (x.kind == VALUE_INT)
		pkd_text_i64(x.i, digits);
	else if (x.kind == VALUE_FLOAT && decimals)
		pkd_text_fixed(x.f, (int)decimals->i, digits);
	else if (x.kind == VALUE_FLOAT)
		pkd_text_f64(x.f, digits);
	else if (x.kind == VALUE_TIME)
		pkd_text_seconds(x.i, digits);
	if (x.kind == VALUE_INT && decimals && decimals->i > 0)
		text = arena_printf(sema->arena, "%s.%0*d", digits, (int)decimals->i, 0);
	else if (number || x.kind == VALUE_TIME)
		text = arena_strdup(sema->arena, digits);
	else if (x.kind == VALUE_BOOL)
		text = x.i ? "true" : "false";
	else if (x.kind == VALUE_STRING)
		text = x.s;
	if (!text)
		diag_report(sema->diags, E0309, call->args.items[0].value->span,
		            "text(x) takes a number, a time, a boolean or a string, not %s",
		            value_kind_text(x.kind));
	return text ? (struct value){.kind = VALUE_STRING, .s = text} : none();
}

/* ---- Functions ---- */

static struct value length_of(struct sema *sema, const struct ast_expr *arg, struct value value)
{
	if (value.kind == VALUE_LIST)
		return whole(value.n);
	if (value.kind == VALUE_STRING)
		return whole(strlen(value.s));
	if (value.kind != VALUE_NONE)
		diag_report(sema->diags, E0309, arg->span, "%s has no length",
		            value_kind_text(value.kind));
	return none();
}

/* Of two values, or of the items of an array. */
static struct value fold(struct sema *sema, const struct ast_expr *call, enum ast_op op,
                         const struct value *items, size_t n)
{
	struct value result = items[0];
	for (size_t i = 1; i < n; i++) {
		struct value with = const_apply(sema, call->span, op, items[i], result);
		if (with.kind == VALUE_NONE)
			return none();
		if (op == OP_ADD)
			result = with;
		else if (with.i)
			result = items[i];
	}
	return result;
}

static const struct const_function {
	const char *name;
	size_t least, most; /* arguments */
	enum ast_op op;
} of_constants[] = {
	{"len", 1, 1, OP_ADD}, {"text", 1, 2, OP_ADD}, {"min", 1, 2, OP_LT},
	{"max", 1, 2, OP_GT},  {"sum", 1, 1, OP_ADD},
};

bool const_has_call(const struct ast_expr *call)
{
	const char *name = call->left->kind == EXPR_NAME ? call->left->name.text : NULL;
	for (size_t i = 0; name && i < sizeof of_constants / sizeof *of_constants; i++)
		if (strcmp(of_constants[i].name, name) == 0)
			return call->args.n <= of_constants[i].most;
	return false;
}

static struct value apply(struct sema *sema, const struct const_function *function,
                          const struct ast_expr *call, struct value values[2])
{
	size_t n = call->args.n;
	if (strcmp(function->name, "len") == 0)
		return length_of(sema, call->args.items[0].value, values[0]);
	if (values[0].kind == VALUE_NONE || (n == 2 && values[1].kind == VALUE_NONE))
		return none();
	if (strcmp(function->name, "text") == 0)
		return text_of(sema, call, values[0], n == 2 ? &values[1] : NULL);
	if (n == 2)
		return fold(sema, call, function->op, values, 2);
	if (values[0].kind == VALUE_LIST && values[0].n > 0)
		return fold(sema, call, function->op, values[0].items, values[0].n);
	diag_report(sema->diags, E0309, call->args.items[0].value->span,
	            "'%s' needs an array here, not %s", function->name,
	            value_kind_text(values[0].kind));
	return none();
}

struct value const_call(struct sema *sema, struct file_scope *file, const struct ast_expr *call)
{
	const char *name = call->left->kind == EXPR_NAME ? call->left->name.text : NULL;
	for (size_t i = 0; name && i < sizeof of_constants / sizeof *of_constants; i++) {
		struct value values[2] = {{0}};
		uint64_t length;
		if (strcmp(of_constants[i].name, name) != 0)
			continue;
		if (call->args.n < of_constants[i].least || call->args.n > of_constants[i].most) {
			diag_report(sema->diags, E0305, call->span, "'%s' takes %s", name,
			            of_constants[i].most == 1 ? "one argument"
			                                      : "one or two arguments");
			return none();
		}
		const struct ast_expr *first = call->args.items[0].value;
		if (strcmp(name, "len") == 0 && first->kind == EXPR_NAME && sema->locals &&
		    sema->local_length(sema, first, &length))
			return whole(length);
		for (size_t k = 0; k < call->args.n; k++)
			values[k] = const_eval(sema, file, call->args.items[k].value);
		return apply(sema, &of_constants[i], call, values);
	}
	diag_report(sema->diags, E0309, call->span, "this call cannot be computed in a constant");
	diag_help(sema->diags, "there are len(xs), text(x), min(a, b), max(a, b) and sum(xs)");
	return none();
}
