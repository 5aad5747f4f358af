/* Typing of records and lists that are written out. */
#include "sema/c_unit.h"
#include "sema/lift.h"
#include <string.h>

/* ---- Records ---- */

/* A field whose name is C's, or is what C makes of that of another one. */
static void check_field_name(struct lift *lift, const struct ast_expr *expr, size_t i)
{
	struct ast_name name = expr->args.items[i].name;

	resolve_part_name(lift->e->sema, name);
	for (size_t k = 0; k < i; k++)
		if (resolve_meets(lift->e->sema, name, expr->args.items[k].name.text))
			return;
}

static const char *fields_key(struct arena *arena, const struct term *term,
                              const struct ast_name *names)
{
	struct buf key;
	buf_init(&key);
	for (size_t i = 0; i < term->n_items; i++) {
		buf_printf(&key, "%s ", names[i].text);
		type_put_key(&key, term->items[i]->type);
		buf_putc(&key, ',');
	}
	const char *text = arena_strdup(arena, key.text);
	buf_finish(&key);
	return text;
}

/* A record whose type is written nowhere has the fields that are written: those with the same ones
 * are of one type, so that it does not matter whether one of them has a name. */
static const struct type *anonymous_record(struct lift *lift, const struct term *term,
                                           const struct ast_name *names)
{
	struct elaborator *e = lift->e;
	const char *key = fields_key(e->sema->arena, term, names);
	struct record *record = map_get(&e->records, key);
	if (record)
		return type_record(e->sema->arena, record);
	record = arena_new(e->sema->arena, struct record);
	map_put(e->sema->arena, &e->records, key, record);
	do
		record->name = arena_printf(e->sema->arena, "record_%u", ++e->n_records);
	while (map_get(&e->bound->file->module->symbols, record->name));
	record->unit = e->bound->file->unit;
	record->kind = record->name;
	record->unnamed = true;
	record->c_name = c_claim_struct(
		e->sema, arena_printf(e->sema->arena, "%s_%s", e->bound->name, record->name));
	record->doc = "";
	record->span = term->span;
	for (size_t i = 0; i < term->n_items; i++)
		vec_push(e->sema->arena, &record->fields,
		         (struct field){.name = names[i].text,
		                        .type = term->items[i]->type,
		                        .doc = "",
		                        .span = names[i].span});
	record->holds_picture = type_record_holds(record);
	record->lossless = type_record_is_lossless(record);
	vec_push(e->sema->arena, &e->bound->file->unit->records, record);
	for (size_t i = 0; i < record->fields.n; i++)
		resolve_use(e->sema, e->bound->file->unit, record->fields.items[i].type);
	return type_record(e->sema->arena, record);
}

const char *term_record_words(const struct type *type)
{
	return type->kind == TYPE_RECORD && type->record->unnamed ? "this record" : type->name;
}

static const struct field *hinted_field(const struct type *hint, const char *name)
{
	for (size_t i = 0; hint && hint->kind == TYPE_RECORD && i < hint->record->fields.n; i++)
		if (strcmp(hint->record->fields.items[i].name, name) == 0)
			return &hint->record->fields.items[i];
	return NULL;
}

/* Puts the items of a record of a known type in the order of its fields. */
static struct term *order_fields(struct lift *lift, struct term *term, const struct ast_name *names,
                                 const struct type *type)
{
	const struct record *record = type->record;
	const struct term **ordered = arena_alloc(lift->e->sema->arena,
	                                          (record->fields.n + 1) * sizeof *ordered);
	for (size_t i = 0; i < record->fields.n; i++)
		for (size_t k = 0; k < term->n_items; k++)
			if (strcmp(record->fields.items[i].name, names[k].text) == 0)
				ordered[i] = term->items[k];
	for (size_t i = 0; i < record->fields.n; i++) {
		if (ordered[i])
			continue;
		diag_report(lift_diags(lift), E0310, term->span,
		            "the field '%s' of %s has no value", record->fields.items[i].name,
		            record->unnamed ? "this record" : record->kind);
		return NULL;
	}
	term->items = ordered;
	term->n_items = record->fields.n;
	term->type = type;
	return term;
}

struct term *term_build_record(struct lift *lift, const struct ast_expr *expr,
                               const struct type *hint)
{
	struct term *term = term_new(lift, TERM_RECORD, NULL, expr->span);
	bool hinted = hint && hint->kind == TYPE_RECORD;
	struct arena *arena = lift->e->sema->arena;
	struct ast_name *names = arena_alloc(arena, (expr->args.n + 1) * sizeof *names);
	term->items = arena_alloc(arena, (expr->args.n + 1) * sizeof *term->items);
	term->n_items = expr->args.n;
	for (size_t i = 0; i < expr->args.n; i++) {
		const struct ast_arg *arg = &expr->args.items[i];
		names[i] = arg->name;
		const struct field *field = hinted_field(hint, arg->name.text);
		if (hinted && !field) {
			diag_report(lift_diags(lift), E0303, arg->name.span, "%s has no field '%s'",
			            term_record_words(hint), arg->name.text);
			return NULL;
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(expr->args.items[k].name.text, arg->name.text) != 0)
				continue;
			diag_report(lift_diags(lift), E0202, arg->name.span, "'%s' is given twice",
			            arg->name.text);
			return NULL;
		}
		struct term *item = field ? term_build_as(lift, arg->value, field->type)
		                          : term_build(lift, arg->value, NULL);
		if (!item)
			return NULL;
		if (!item->type)
			return term_mismatch(lift, arg->value->span,
			                     "the type of this is not known", NULL);
		if (!field)
			check_field_name(lift, expr, i);
		term->items[i] = item;
	}
	if (hinted)
		return order_fields(lift, term, names, hint);
	term->type = anonymous_record(lift, term, names);
	return term;
}

struct term *term_build_typed_record(struct lift *lift, const struct ast_expr *expr)
{
	struct symbol *symbol = scope_type(lift->scope, expr->left);
	const struct type *type = resolve_symbol_type(lift->e->sema, lift->e->bound->file, symbol);
	if (type->kind == TYPE_RECORD) {
		for (size_t i = 0; i < expr->args.n; i++) {
			if (expr->args.items[i].name.text)
				continue;
			diag_report(lift_diags(lift), E0303, expr->args.items[i].value->span,
			            "the fields of %s are given by name", type->name);
			size_t field = i < type->record->fields.n ? i : 0;
			diag_help(lift_diags(lift), "a record is written as in '%s(%s: ...)'",
			          type->name, type->record->fields.items[field].name);
			return NULL;
		}
		return term_build_record(lift, expr, type);
	}
	if (type->kind != TYPE_ERROR) {
		diag_report(lift_diags(lift), E0206, expr->span, "'%s' is an enum", type->name);
		diag_help(lift_diags(lift), "write one of its values: '%s.%s'", type->name,
		          type->enumeration->names.items[0]);
	}
	return NULL;
}

struct term *term_of_record(struct lift *lift, const struct value *value, struct span span,
                            const struct type *hint)
{
	struct arena *arena = lift->e->sema->arena;
	struct term *term = term_new(lift, TERM_RECORD, NULL, span);
	struct ast_name *names = arena_alloc(arena, (value->n + 1) * sizeof *names);
	bool hinted = hint && hint->kind == TYPE_RECORD;
	term->items = arena_alloc(arena, (value->n + 1) * sizeof *term->items);
	term->n_items = value->n;
	for (size_t i = 0; i < value->n; i++) {
		const struct field *field = hinted_field(hint, value->names[i]);
		struct term *item = term_of_value(lift, value->items[i], span,
		                                  field ? field->type : NULL);
		names[i] = (struct ast_name){.text = value->names[i], .span = span};
		if (hinted && !field) {
			diag_report(lift_diags(lift), E0303, span, "%s has no field '%s'",
			            term_record_words(hint), value->names[i]);
			return NULL;
		}
		term->items[i] = field && item ? term_convert(lift, item, field->type) : item;
		if (!term->items[i])
			return NULL;
	}
	if (hinted)
		return order_fields(lift, term, names, hint);
	term->type = anonymous_record(lift, term, names);
	return term;
}

/* ---- Lists ---- */

static struct term *no_common_item(struct lift *lift, const struct ast_expr *expr,
                                   struct term *const *items)
{
	size_t i = 1;
	while (i + 1 < expr->args.n && items[0]->type && items[i]->type &&
	       term_common(items[0]->type, items[i]->type))
		i++;
	diag_report(lift_diags(lift), E0302, expr->args.items[i].value->span,
	            "the items of a list have one type, and not both %s and %s",
	            items[0]->type ? items[0]->type->name : "an unknown one",
	            items[i]->type ? items[i]->type->name : "an unknown one");
	return NULL;
}

/* Where an array is wanted, the items are its elements. */
static bool is_array_of(struct lift *lift, const struct ast_expr *expr, const struct type *array)
{
	if (expr->args.n == array->n.value)
		return true;
	diag_report(lift_diags(lift), E0302, expr->span, "%s has %llu elements, and these are %zu",
	            array->name, (unsigned long long)array->n.value, expr->args.n);
	return false;
}

struct term *term_build_list(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint)
{
	struct term *term = term_new(lift, TERM_LIST, NULL, expr->span);
	bool is_array = hint && hint->kind == TYPE_ARRAY && type_is_concrete(hint);
	bool hinted = is_array || (hint && hint->kind == TYPE_LIST);
	const struct type *item = hinted ? hint->item : NULL;
	if (is_array && !is_array_of(lift, expr, hint))
		return NULL;
	struct arena *arena = lift->e->sema->arena;
	const struct ast_expr **exprs = arena_alloc(arena, (expr->args.n + 1) * sizeof *exprs);
	struct term **built = arena_alloc(arena, (expr->args.n + 1) * sizeof *built);
	term->items = arena_alloc(arena, (expr->args.n + 1) * sizeof *term->items);
	term->n_items = expr->args.n;
	for (size_t i = 0; i < expr->args.n; i++) {
		const struct ast_expr *written = expr->args.items[i].value;
		exprs[i] = written;
		built[i] = item ? term_build_as(lift, written, item)
		                : term_build(lift, written, i ? term_shape(built[0]->type) : NULL);
		if (!built[i])
			return NULL;
	}
	if (!item && !term_meet_all(lift, exprs, built, expr->args.n))
		return no_common_item(lift, expr, built);
	for (size_t i = 0; i < expr->args.n; i++) {
		item = item ? item : built[i]->type;
		term->items[i] = built[i];
	}
	if (!item && expr->args.n == 0) {
		diag_report(lift_diags(lift), E0308, expr->span,
		            "which items this empty list has none of is not known");
		diag_help(
			lift_diags(lift),
			"write it where its place says so, as in 'xs ?? []': it cannot be bound to "
			"a name");
		return NULL;
	}
	if (!item)
		return term_mismatch(lift, expr->span, "the type of this list is not known", NULL);
	if (is_array) {
		term->type = hint;
		return term;
	}
	uint64_t n = hinted && !hint->n.variable ? hint->n.value : expr->args.n;
	if (expr->args.n > n)
		return term_mismatch(lift, expr->span, "more items than there is room for", hint);
	term->type = type_list(arena, item, (struct size){.value = n});
	return term;
}
