/* Parameters: their types, ranges and defaults; constants as values of a type. */
#include "sema/resolve.h"
#include <string.h>

static const struct int_bounds {
	enum type_kind kind;
	int64_t min, max;
} int_bounds[] = {
	{TYPE_I8, INT8_MIN, INT8_MAX},    {TYPE_I16, INT16_MIN, INT16_MAX},
	{TYPE_I32, INT32_MIN, INT32_MAX}, {TYPE_I64, INT64_MIN, INT64_MAX},
	{TYPE_U8, 0, UINT8_MAX},          {TYPE_U16, 0, UINT16_MAX},
	{TYPE_U32, 0, UINT32_MAX},        {TYPE_U64, 0, INT64_MAX}, /* what a literal can say */
};

static const struct int_bounds *find_bounds(enum type_kind kind)
{
	for (size_t i = 0; i < sizeof int_bounds / sizeof *int_bounds; i++)
		if (int_bounds[i].kind == kind)
			return &int_bounds[i];
	return NULL;
}

/* Whether the kind of the value suits the type; converts whole numbers and rates to fractions. */
static bool kind_suits(const struct type *type, struct value *value)
{
	if (type->kind == TYPE_F32 || type->kind == TYPE_F64) {
		if (value->kind == VALUE_INT || value->kind == VALUE_RATE)
			value->kind = VALUE_FLOAT;
		return value->kind == VALUE_FLOAT;
	}
	if (type->kind == TYPE_ENUM)
		return value->kind == VALUE_ENUM && value->enumeration == type->enumeration;
	enum value_kind needed = type->kind == TYPE_BOOL     ? VALUE_BOOL
	                         : type->kind == TYPE_TIME   ? VALUE_TIME
	                         : type->kind == TYPE_STRING ? VALUE_STRING
	                         : find_bounds(type->kind)   ? VALUE_INT
	                                                     : VALUE_NONE;
	return value->kind == needed;
}

/* The same for each element of an array. */
static bool resolve_values(struct sema *sema, const struct type *type, struct span span,
                           struct value *value)
{
	struct value *items = arena_alloc(sema->arena, (value->n + 1) * sizeof *items);
	if (value->n != type->n.value) {
		diag_report(sema->diags, E0307, span, "%s takes %llu values, these are %zu",
		            type->name, (unsigned long long)type->n.value, value->n);
		return false;
	}
	for (size_t i = 0; i < value->n; i++) {
		items[i] = value->items[i];
		if (!resolve_value(sema, type->item, span, &items[i]))
			return false;
	}
	value->items = items;
	return true;
}

/* `period: 100`: a number where a time is needed lacks its unit, and the reverse. */
static void help_value(struct sema *sema, const struct type *type, struct span span,
                       const struct value *value)
{
	const char *text = resolve_source(sema, span);

	if (type->kind == TYPE_TIME && (value->kind == VALUE_INT || value->kind == VALUE_FLOAT) &&
	    text[strspn(text, "0123456789._")] == '\0')
		diag_help(sema->diags, "write its unit: '%ss', or '%sms'", text, text);
	else if (type->kind == TYPE_STRING &&
	         (value->kind == VALUE_INT || value->kind == VALUE_FLOAT) &&
	         text[strspn(text, "0123456789._")] == '\0')
		diag_help(sema->diags, "write '\"%s\"'", text);
	else if (type->kind == TYPE_BOOL && value->kind == VALUE_INT &&
	         (value->i == 0 || value->i == 1))
		diag_help(sema->diags, "write '%s'", value->i ? "true" : "false");
}

bool resolve_value(struct sema *sema, const struct type *type, struct span span,
                   struct value *value)
{
	if (value->kind == VALUE_NONE || type->kind == TYPE_ERROR)
		return false;
	if (type->kind == TYPE_ARRAY && value->kind == VALUE_LIST)
		return resolve_values(sema, type, span, value);
	if (!kind_suits(type, value)) {
		diag_report(sema->diags, E0302, span, "%s is needed here, this is %s", type->name,
		            value_kind_text(value->kind));
		help_value(sema, type, span, value);
		return false;
	}
	const struct int_bounds *bounds = find_bounds(type->kind);
	if (bounds && (value->i < bounds->min || value->i > bounds->max)) {
		diag_report(sema->diags, E0307, span, "%lld does not fit %s, from %lld to %lld",
		            (long long)value->i, type->name, (long long)bounds->min,
		            (long long)bounds->max);
		return false;
	}
	size_t length = type->kind == TYPE_STRING ? strlen(value->s) : 0;
	if (type->n.value && length > type->n.value) {
		diag_report(sema->diags, E0307, span, "this has %zu bytes, and %s takes %llu",
		            length, type->name, (unsigned long long)type->n.value);
		return false;
	}
	return true;
}

static double number_of(const struct value *value)
{
	return value->kind == VALUE_FLOAT ? value->f : (double)value->i;
}

/* Whole numbers and times are compared exactly. */
static bool is_less(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_FLOAT || b->kind == VALUE_FLOAT)
		return number_of(a) < number_of(b);
	return a->i < b->i;
}

static bool fits_capacity(struct sema *sema, const struct param *param, struct span span,
                          struct value value)
{
	return resolve_value(sema, param->bounded, span, &value);
}

bool resolve_in_range(struct sema *sema, const struct param *param, struct span span,
                      const struct value *value)
{
	char number[VALUE_TEXT_SIZE], min[VALUE_TEXT_SIZE], max[VALUE_TEXT_SIZE];
	if (value->kind == VALUE_LIST) {
		for (size_t i = 0; i < value->n; i++)
			if (!resolve_in_range(sema, param, span, &value->items[i]))
				return false;
		return true;
	}
	if (param->bounded && value->kind == VALUE_STRING)
		return fits_capacity(sema, param, span, *value);
	if (!param->has_range || (!is_less(value, &param->min) && !is_less(&param->max, value)))
		return true;
	diag_report(sema->diags, E0307, span, "%s is outside the range of '%s', %s..%s",
	            value_number_text(value, number), param->name,
	            value_number_text(&param->min, min), value_number_text(&param->max, max));
	if (param->span.start != span.start)
		diag_note(sema->diags, param->span, "declared here");
	return false;
}

static bool is_param_type(const struct type *type)
{
	if (type->kind == TYPE_ARRAY && type->item->kind != TYPE_ARRAY)
		return !type->n.variable && is_param_type(type->item);
	return type->kind <= TYPE_TIME || type->kind == TYPE_ENUM ||
	       (type->kind == TYPE_STRING && type->n.value == 0);
}

const char *resolve_source(struct sema *sema, struct span span)
{
	return arena_strndup(sema->arena, sema->sources->list.items[span.source].text + span.start,
	                     span.end - span.start);
}

/* Requests of a console, which set them, are bounded. */
#define PARAM_CAPACITY_MAX 4096

/* Each element on its own, so that it may be the bare name of an enum's value. */
static struct value resolve_array(struct sema *sema, struct file_scope *file,
                                  const struct type *type, const struct ast_expr *expr)
{
	struct value *items = arena_alloc(sema->arena, expr->args.n * sizeof *items);
	struct value list = {.kind = VALUE_LIST, .items = items, .n = expr->args.n};
	for (size_t i = 0; i < list.n; i++) {
		items[i] = resolve_constant(sema, file, type->item, expr->args.items[i].value);
		if (items[i].kind == VALUE_NONE)
			return (struct value){0};
	}
	return resolve_value(sema, type, expr->span, &list) ? list : (struct value){0};
}

struct value resolve_constant(struct sema *sema, struct file_scope *file, const struct type *type,
                              const struct ast_expr *expr)
{
	if (type->kind == TYPE_ENUM && expr->kind == EXPR_NAME && expr->name.text) {
		const struct enumeration *e = type->enumeration;
		for (size_t i = 0; i < e->names.n; i++)
			if (strcmp(e->names.items[i], expr->name.text) == 0)
				return (struct value){
					.kind = VALUE_ENUM, .i = (int64_t)i, .enumeration = e};
		diag_report(sema->diags, E0201, expr->span, "%s has no '%s'", type->name,
		            expr->name.text);
		diag_choose(sema->diags, "its values are", expr->name.text, e->names.items,
		            e->names.n);
		return (struct value){0};
	}
	if (type->kind == TYPE_ARRAY && expr->kind == EXPR_LIST)
		return resolve_array(sema, file, type, expr);
	struct value value = const_eval(sema, file, expr);
	return resolve_value(sema, type, expr->span, &value) ? value : (struct value){0};
}

static void resolve_range(struct sema *sema, struct file_scope *file, const struct ast_port *port,
                          struct param *param)
{
	const struct type *type = param->type->kind == TYPE_ARRAY ? param->type->item : param->type;
	bool ordered = type->kind != TYPE_BOOL && type->kind <= TYPE_TIME;
	if (!ordered) {
		diag_report(sema->diags, E0307, port->low->span, "a value of %s has no range",
		            param->type->name);
		return;
	}
	struct value low = resolve_constant(sema, file, type, port->low);
	struct value high = resolve_constant(sema, file, type, port->high);
	if (low.kind == VALUE_NONE || high.kind == VALUE_NONE)
		return;
	param->has_range = true;
	param->min = low;
	param->max = high;
	if (is_less(&high, &low))
		diag_report(sema->diags, E0307, span_join(port->low->span, port->high->span),
		            "this range is empty");
}

/* In expressions a string<n> of a parameter is a `string`: what is computed is checked against n
 * when it is stored. */
static void resolve_capacity(struct sema *sema, const struct ast_port *port, struct param *param)
{
	bool string = param->type->kind == TYPE_STRING;
	unsigned long long n = string && !param->type->n.variable ? param->type->n.value : 0;
	if (n > PARAM_CAPACITY_MAX) {
		diag_report(sema->diags, E0307, port->type->span,
		            "a string of a parameter has at most %d bytes", PARAM_CAPACITY_MAX);
		param->type = type_error();
	} else if (n) {
		param->bounded = param->type;
		param->type = type_string(sema->arena, (struct size){0});
	}
}

void resolve_bounds(struct sema *sema, struct file_scope *file, const struct ast_port *port,
                    struct param *param)
{
	if (port->low)
		resolve_range(sema, file, port, param);
	if (!port->initial)
		return;
	param->initial = resolve_constant(sema, file, param->type, port->initial);
	param->initial_text = resolve_source(sema, port->initial->span);
	if (param->initial.kind != VALUE_NONE)
		resolve_in_range(sema, param, port->initial->span, &param->initial);
}

struct param resolve_param(struct sema *sema, struct file_scope *file, const struct ast_port *port)
{
	struct param param = {.name = port->name.text,
	                      .doc = port->doc ? port->doc : "",
	                      .span = port->name.span,
	                      .live = port->live,
	                      .secret = port->secret};
	struct type_place place = {.file = file, .param = true};
	resolve_part_name(sema, port->name);
	param.type = resolve_type(sema, place, port->type);
	resolve_capacity(sema, port, &param);
	if (param.type->kind != TYPE_ERROR && !is_param_type(param.type)) {
		diag_report(sema->diags, E0302, port->type->span,
		            "a parameter is a number, a bool, a time, an enum or a string, not %s",
		            param.type->name);
		param.type = type_error();
	}
	if (param.type->kind == TYPE_ERROR)
		return param;
	resolve_bounds(sema, file, port, &param);
	if (param.secret)
		secret_check_param(sema, port, &param);
	return param;
}
