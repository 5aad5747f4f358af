/* Typing of the functions of the language. */
#include "sema/lift.h"
#include <string.h>

enum { MAX_ARGUMENTS = 3, MAX_DECIMALS = 17 };

/* The arguments of a call, built. */
struct arguments {
	const struct ast_expr *exprs[MAX_ARGUMENTS];
	struct term *terms[MAX_ARGUMENTS];
	size_t n;
};

static bool build_rest(struct lift *lift, const struct ast_expr *expr, struct arguments *all)
{
	for (size_t i = 0; i < expr->args.n; i++) {
		all->exprs[i] = expr->args.items[i].value;
		if (i >= all->n)
			all->terms[i] = term_build(lift, all->exprs[i], NULL);
		if (!all->terms[i])
			return false;
	}
	all->n = expr->args.n;
	return true;
}

/* What of the arguments is no number: NULL where all are, or have no type yet. */
static struct term *other_than_number(const struct arguments *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->terms[i]->type && !type_is_number(all->terms[i]->type))
			return all->terms[i];
	return NULL;
}

static struct term *call(struct lift *lift, const struct ast_expr *expr, enum function function,
                         const struct type *type, const struct arguments *all)
{
	struct term *term = term_new(lift, TERM_CALL, type, expr->span);
	term->function = function;
	term->items = arena_alloc(lift->e->sema->arena, MAX_ARGUMENTS * sizeof *term->items);
	term->n_items = all->n;
	for (size_t i = 0; i < all->n; i++)
		term->items[i] = all->terms[i];
	return term;
}

/* ---- Numbers ---- */

static struct term *extreme(struct lift *lift, const struct ast_expr *expr, enum function function,
                            const struct arguments *all)
{
	struct term *term = term_new(lift, TERM_MINMAX, all->terms[0]->type, expr->span);
	term->fold = function == FUNCTION_MIN ? FOLD_MIN : FOLD_MAX;
	term->left = all->terms[0];
	term->right = all->terms[1];
	return term;
}

/* All are numbers, or all are times. */
static struct term *build_keep(struct lift *lift, const struct ast_expr *expr,
                               enum function function, struct arguments *all)
{
	struct term *other = other_than_number(all);
	bool meet = (!other || other->type->kind == TYPE_TIME) &&
	            term_meet_all(lift, all->exprs, all->terms, all->n);
	if (!meet)
		return term_mismatch(lift, other ? other->span : expr->span,
		                     all->n > 1 ? "numbers or times are needed here"
		                                : "a number or a time is needed here",
		                     other ? other->type : NULL);
	const struct type *type = all->terms[0]->type;
	if (functions[function].form == FORM_EXTREME)
		return extreme(lift, expr, function, all);
	if (function == FUNCTION_ABS && type && type_is_unsigned(type))
		return all->terms[0];
	if (function == FUNCTION_SIGN && type && type->kind == TYPE_TIME)
		type = type_scalar(TYPE_I64);
	return call(lift, expr, function, type, all);
}

/* What a function gives is of its type: a literal that comes out as it went in takes no other. */
static struct term *as_no_literal(struct lift *lift, const struct ast_expr *expr, struct term *term)
{
	if (term->kind != TERM_CONST)
		return term;
	struct term *result = term_new(lift, TERM_CONVERT, term->type, expr->span);
	result->left = term;
	return result;
}

/* Computed in f64, and rounded back where they are f32. */
static struct term *build_real(struct lift *lift, const struct ast_expr *expr,
                               enum function function, struct arguments *all)
{
	struct term *other = other_than_number(all);
	bool whole = functions[function].form == FORM_WHOLE;
	if (other)
		return term_mismatch(lift, other->span, "a number is needed here", other->type);
	term_meet_all(lift, all->exprs, all->terms, all->n);
	const struct type *type = all->terms[0]->type;
	if (whole && type && type_is_integer(type))
		return as_no_literal(lift, expr, all->terms[0]);
	if (!type || type_is_integer(type))
		type = type_scalar(TYPE_F64);
	for (size_t i = 0; i < all->n; i++)
		all->terms[i] = term_convert(lift, all->terms[i], type);
	return call(lift, expr, function, type, all);
}

const struct type *term_cast_type(enum function function)
{
	static const enum type_kind kinds[N_FUNCTIONS] = {
		[FUNCTION_I8] = TYPE_I8,   [FUNCTION_I16] = TYPE_I16, [FUNCTION_I32] = TYPE_I32,
		[FUNCTION_I64] = TYPE_I64, [FUNCTION_U8] = TYPE_U8,   [FUNCTION_U16] = TYPE_U16,
		[FUNCTION_U32] = TYPE_U32, [FUNCTION_U64] = TYPE_U64, [FUNCTION_F32] = TYPE_F32,
		[FUNCTION_F64] = TYPE_F64,
	};
	return functions[function].form == FORM_CAST ? type_scalar(kinds[function]) : NULL;
}

static struct term *build_cast(struct lift *lift, const struct ast_expr *expr,
                               enum function function, struct term *from)
{
	const struct type *type = term_cast_type(function);
	if (from->type && !type_is_number(from->type)) {
		term_mismatch(lift, from->span, "a number is needed here", from->type);
		const char *text = resolve_source(lift->e->sema, from->span);
		if (from->type->kind == TYPE_TIME)
			diag_help(lift_diags(lift), "write 'seconds(%s)', or divide it by a time",
			          text);
		if (from->type->kind == TYPE_BOOL)
			diag_help(lift_diags(lift), "write '(if %s then 1 else 0)'", text);
		return NULL;
	}
	if (!from->type)
		return term_convert(lift, from, type);
	if (type_equal(from->type, type))
		return as_no_literal(lift, expr, from);
	struct term *term = term_new(lift, TERM_CONVERT, type, expr->span);
	term->left = from;
	return term;
}

static struct term *build_seconds(struct lift *lift, const struct ast_expr *expr, struct term *time)
{
	if (!time->type || time->type->kind != TYPE_TIME)
		return term_mismatch(lift, time->span, "a time is needed here", time->type);
	struct term *second = term_new(lift, TERM_CONST, type_scalar(TYPE_F64), expr->span);
	second->value = (struct value){.kind = VALUE_FLOAT, .f = 1e9};
	struct term *term = term_new(lift, TERM_BINARY, second->type, expr->span);
	term->op = OP_DIV;
	term->left = term_fraction(lift, time);
	term->right = second;
	return term;
}

/* ---- Texts ---- */

/* The longest name of an enum. */
static uint64_t longest_name(const struct enumeration *names)
{
	uint64_t longest = 1;
	for (size_t i = 0; i < names->names.n; i++) {
		uint64_t length = strlen(names->names.items[i]);
		longest = length > longest ? length : longest;
	}
	return longest;
}

/* The most characters that a value may take; 0 where it has no text. */
static uint64_t text_length(const struct type *type, uint32_t decimals)
{
	static const uint64_t lengths[] = {
		[TYPE_BOOL] = sizeof "false" - 1, /* the least and the largest of each */
		[TYPE_I8] = sizeof "-128" - 1,
		[TYPE_I16] = sizeof "-32768" - 1,
		[TYPE_I32] = sizeof "-2147483648" - 1,
		[TYPE_I64] = sizeof "-9223372036854775808" - 1,
		[TYPE_U8] = sizeof "255" - 1,
		[TYPE_U16] = sizeof "65535" - 1,
		[TYPE_U32] = sizeof "4294967295" - 1,
		[TYPE_U64] = sizeof "18446744073709551615" - 1,
		[TYPE_F32] = sizeof "-1234567890123456" - 1,
		[TYPE_F64] = sizeof "-0.000012345678901234567" - 1,
		[TYPE_TIME] = sizeof "-9223372036.854775808" - 1,
	};
	if (type->kind == TYPE_ENUM)
		return longest_name(type->enumeration);
	if (type->kind > TYPE_TIME)
		return 0;
	/* Numbers from 1e16 on are written as without decimals. */
	uint64_t fixed = strlen("-9999999999999999.") + decimals, shortest = lengths[TYPE_F64];
	bool is_fixed = decimals != TEXT_SHORTEST;
	return !is_fixed ? lengths[type->kind] : fixed > shortest ? fixed : shortest;
}

/* x.y where x is no module, x[i], f(x): no constant. */
static bool is_of_stream(struct scope *scope, const struct ast_expr *expr)
{
	bool member = expr->kind == EXPR_MEMBER && (expr->left->kind != EXPR_NAME ||
	                                            scope_binding(scope, expr->left->name.text));
	return member || expr->kind == EXPR_INDEX || expr->kind == EXPR_CALL;
}

/* How many decimals, a constant; false after a report. */
static bool read_decimals(struct lift *lift, const struct ast_expr *expr, uint32_t *ret_decimals)
{
	*ret_decimals = TEXT_SHORTEST;
	if (expr->args.n < 2)
		return true;
	const struct ast_expr *written = expr->args.items[1].value;
	if (is_of_stream(lift->scope, written)) {
		diag_report(lift_diags(lift), E0309, written->span,
		            "the number of decimals must be a constant, as in text(x, 2)");
		return false;
	}
	struct value n = elaborate_const(lift->e, lift->scope, written);
	if (n.kind == VALUE_NONE)
		return false;
	*ret_decimals = (uint32_t)n.i;
	if (n.kind == VALUE_INT && n.i >= 0 && n.i <= MAX_DECIMALS)
		return true;
	diag_report(lift_diags(lift), E0307, written->span,
	            "the number of decimals must be between 0 and %d", MAX_DECIMALS);
	return false;
}

/* A whole number keeps all its digits, and its decimals are zeros: "." and those are a string. */
static struct term *add_zeros(struct lift *lift, struct term *text, uint32_t decimals)
{
	static const char zeros[] = ".00000000000000000";
	struct arena *arena = lift->e->sema->arena;
	uint64_t n = lift->for_param ? 0 : decimals + 1,
		 length = lift->for_param ? 0 : text->type->n.value;
	struct term *end = term_new(lift, TERM_CONST, NULL, text->span);
	end->type = type_string(arena, (struct size){.value = n});
	end->value = (struct value){.kind = VALUE_STRING,
	                            .s = arena_printf(arena, "%.*s", (int)decimals + 1, zeros)};
	struct term *sum = term_new(lift, TERM_BINARY, NULL, text->span);
	sum->type = type_string(arena, (struct size){.value = length + n});
	sum->op = OP_ADD;
	sum->left = text;
	sum->right = end;
	return sum;
}

static struct term *build_text(struct lift *lift, const struct ast_expr *expr, struct term *value)
{
	uint32_t decimals;
	if (!read_decimals(lift, expr, &decimals))
		return NULL;
	const struct type *type = value->type;
	if (type && type->kind == TYPE_STRING && decimals == TEXT_SHORTEST)
		return value;
	bool number = type && type_is_number(type);
	bool fixed = decimals != TEXT_SHORTEST, whole = fixed && number && type_is_integer(type);
	uint64_t length = type ? text_length(type, whole ? TEXT_SHORTEST : decimals) : 0;
	if (!length || (fixed && !number))
		return term_mismatch(lift, value->span,
		                     fixed ? "a number is needed here"
		                           : "a number, a bool, a time or an enum is needed here",
		                     type);
	struct term *term = term_new(lift, TERM_TEXT, NULL, expr->span);
	term->type = type_string(lift->e->sema->arena,
	                         (struct size){.value = lift->for_param ? 0 : length});
	term->left = fixed && !whole ? term_convert(lift, value, type_scalar(TYPE_F64)) : value;
	term->index = whole ? TEXT_SHORTEST : decimals;
	return whole && decimals ? add_zeros(lift, term, decimals) : term;
}

static struct term *build_length(struct lift *lift, const struct ast_expr *expr, struct term *of)
{
	const struct type *type = of->type;
	if (!type ||
	    (type->kind != TYPE_LIST && type->kind != TYPE_STRING && type->kind != TYPE_BYTES)) {
		term_mismatch(lift, of->span, "a list, a string or bytes is needed here", type);
		if (type && type->kind == TYPE_ARRAY)
			diag_help(lift_diags(lift), "it has %llu elements always",
			          (unsigned long long)type->n.value);
		return NULL;
	}
	struct term *term = term_new(lift, TERM_LENGTH, type_scalar(TYPE_U32), expr->span);
	term->left = of;
	return term;
}

/* ---- Streams ---- */

static struct term *build_origin(struct lift *lift, const struct ast_expr *expr,
                                 enum function function)
{
	static const struct {
		enum term_kind kind;
		enum type_kind type;
	} rows[N_FUNCTIONS] = {
		[FUNCTION_NUMBER] = {TERM_NUMBER, TYPE_U64},
		[FUNCTION_TIME] = {TERM_TIME, TYPE_TIME},
		[FUNCTION_AGE] = {TERM_AGE, TYPE_TIME},
		[FUNCTION_PRESENT] = {TERM_PRESENT, TYPE_BOOL},
	};
	/* It is a part of the whole frame, not of an item, and as wide as it is outside of a sum. */
	struct lift around = *lift;
	lift->wide = false;
	lift->it = NULL;
	lift->whole = functions[function].word;
	struct term *of = term_build(lift, expr->args.items[0].value, NULL);
	lift->wide = around.wide;
	lift->it = around.it;
	lift->whole = around.whole;
	if (!of)
		return NULL;
	struct term *term = term_new(lift, rows[function].kind, type_scalar(rows[function].type),
	                             expr->span);
	term->left = of;
	return term;
}

/* ---- Calls ---- */

/* Whether the call gives as many arguments as the function takes, without names. */
static bool takes(struct lift *lift, const struct ast_expr *expr, const struct function_row *row)
{
	static const char *const numbers[] = {"no", "one", "two", "three"};
	for (size_t i = 0; i < expr->args.n; i++) {
		if (!expr->args.items[i].name.text)
			continue;
		diag_report(lift_diags(lift), E0303, expr->args.items[i].name.span,
		            "the arguments of '%s' have no names", row->word);
		diag_help(lift_diags(lift), "its arguments are those of %s(%s)", row->word,
		          row->arguments);
		return false;
	}
	if (expr->args.n >= row->least && expr->args.n <= row->most)
		return true;
	diag_report(lift_diags(lift), E0305, expr->span, "'%s' takes %s%s%s argument%s", row->word,
	            numbers[row->least], row->least < row->most ? " or " : "",
	            row->least < row->most ? numbers[row->most] : "", row->most > 1 ? "s" : "");
	diag_help(lift_diags(lift), "its arguments are those of %s(%s)", row->word, row->arguments);
	return false;
}

static bool is_for_streams(enum function function, const struct ast_expr *expr)
{
	enum function_form form = functions[function].form;
	return form == FORM_FOLD || form == FORM_ITEM || form == FORM_ITEMS ||
	       form == FORM_ORIGIN || (form == FORM_EXTREME && expr->args.n < 2);
}

static struct term *build_on(struct lift *lift, const struct ast_expr *expr, enum function function,
                             struct arguments *all)
{
	struct term *first = all->terms[0];
	enum function_form form = functions[function].form;
	bool list = first->type && first->type->kind == TYPE_LIST;
	if (form == FORM_FOLD || (form == FORM_EXTREME && (list || expr->args.n < 2)))
		return term_build_fold(lift, expr, function, first);
	if (form == FORM_ITEM)
		return term_build_item(lift, expr, function, first);
	if (form == FORM_ITEMS)
		return term_build_items(lift, expr, function, first);
	if (form == FORM_LENGTH)
		return build_length(lift, expr, first);
	if (form == FORM_CAST)
		return build_cast(lift, expr, function, first);
	if (form == FORM_SECONDS)
		return build_seconds(lift, expr, first);
	if (form == FORM_TEXT)
		return build_text(lift, expr, first);
	if (!build_rest(lift, expr, all))
		return NULL;
	return form == FORM_REAL || form == FORM_WHOLE ? build_real(lift, expr, function, all)
	                                               : build_keep(lift, expr, function, all);
}

/* The parameter of the pipeline, an array, that a call is about; NULL: none. */
static const struct param *array_param(const struct lift *lift, const struct ast_expr *expr)
{
	const struct ast_expr *first = expr->args.items[0].value;
	const struct binding *binding = first->kind == EXPR_NAME && first->name.text
	                                        ? scope_binding(lift->scope, first->name.text)
	                                        : NULL;
	bool array = binding && binding->kind == BINDING_PARAM && binding->param &&
	             binding->param->type->kind == TYPE_ARRAY;
	return array ? binding->param : NULL;
}

/* "[gains[0], gains[1]]"; of a bank each with the output that is read. */
static void help_list(struct lift *lift, const char *name, const char *output, uint64_t n)
{
	const char *list = "";
	for (uint64_t i = 0; i < n && n <= 8; i++)
		list = arena_printf(lift->e->sema->arena, "%s%s%s[%llu]%s", list, i ? ", " : "",
		                    name, (unsigned long long)i, output);
	if (n <= 8)
		diag_help(lift_diags(lift), "write '[%s]'", list);
	else
		diag_help(lift_diags(lift), "write a list of its elements: [%s[0]%s, %s[1]%s, …]",
		          name, output, name, output);
}

/* sum(gains): its elements make a list. */
static struct term *no_list(struct lift *lift, const struct ast_expr *expr,
                            const struct param *param)
{
	const struct ast_expr *first = expr->args.items[0].value;
	const char *name = first->name.text;
	uint64_t n = param->type->n.value;
	diag_report(lift_diags(lift), E0302, first->span,
	            "'%s' is a parameter, an array, and '%s' takes a list", name,
	            expr->left->name.text);
	help_list(lift, name, "", n);
	return NULL;
}

/* ".mean", of a bank of nodes with several outputs. */
static const char *first_output(struct lift *lift, const struct binding *bank)
{
	const struct binding *element = bank->elements.n > 0 ? bank->elements.items[0] : NULL;
	const struct interface *face = element && element->kind == BINDING_NODE
	                                       ? lift->e->bound->nodes.items[element->node].face
	                                       : NULL;
	return face && face->outputs.n > 1
	               ? arena_printf(lift->e->sema->arena, ".%s", face->outputs.items[0].name)
	               : "";
}

/* sum(cams), sum(cams.x): the streams of a bank make a list. */
static bool is_bank(struct lift *lift, const struct ast_expr *expr)
{
	const struct ast_expr *first = expr->args.items[0].value;
	const struct ast_expr *of = first->kind == EXPR_MEMBER ? first->left : first;
	const struct binding *bank = of->kind == EXPR_NAME || of->kind == EXPR_MEMBER
	                                     ? stream_quiet_binding(lift->e, lift->scope, of)
	                                     : NULL;
	if (!bank || bank->kind != BINDING_BANK)
		return false;
	diag_report(lift_diags(lift), E0311, first->span,
	            "'%s' is a bank of %zu streams, and '%s' takes one value",
	            resolve_source(lift->e->sema, of->span), bank->elements.n,
	            expr->left->name.text);
	diag_note(lift_diags(lift), bank->at, "bound here");
	help_list(lift, resolve_source(lift->e->sema, of->span),
	          first == of ? first_output(lift, bank)
	                      : arena_printf(lift->e->sema->arena, ".%s", first->name.text),
	          bank->elements.n);
	return true;
}

struct term *term_build_call(struct lift *lift, const struct ast_expr *expr)
{
	if (!call_is_value(lift->scope, expr)) {
		call_report_inside(lift->e, lift->scope, expr);
		return NULL;
	}
	if (scope_type(lift->scope, expr->left))
		return term_build_typed_record(lift, expr);
	enum function function = function_find(expr->left->name.text);
	if (!takes(lift, expr, &functions[function]))
		return NULL;
	if (lift->for_param && is_for_streams(function, expr)) {
		diag_report(lift_diags(lift), E0309, expr->span,
		            "this is for streams: a parameter is computed once, before any frame");
		return NULL;
	}
	if (functions[function].form == FORM_ORIGIN)
		return build_origin(lift, expr, function);
	const struct param *array = array_param(lift, expr);
	if (array && functions[function].form == FORM_LENGTH)
		return term_build_const(lift, expr, NULL);
	if (array && is_for_streams(function, expr))
		return no_list(lift, expr, array);
	if (is_bank(lift, expr))
		return NULL;
	struct arguments all = {.n = 1};
	all.terms[0] = term_build(lift, expr->args.items[0].value, NULL);
	return all.terms[0] ? build_on(lift, expr, function, &all) : NULL;
}
