/* Typing of records and lists that are written out. */
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

/* A record whose type is written nowhere has the fields that are written. */
static const struct type *anonymous_record(struct lift *lift, const struct ast_expr *expr,
                                           const struct term *term)
{
	struct elaborator *e = lift->e;
	struct record *record = arena_new(e->sema->arena, struct record);
	record->name = arena_printf(e->sema->arena, "record_%u", ++e->n_records);
	record->unit = e->bound->file->unit;
	record->kind = record->name;
	record->c_name = arena_printf(e->sema->arena, "%s_%s", e->bound->name, record->name);
	record->doc = "";
	record->span = expr->span;
	for (size_t i = 0; i < expr->args.n; i++)
		vec_push(e->sema->arena, &record->fields,
		         (struct field){.name = expr->args.items[i].name.text,
		                        .type = term->items[i]->type,
		                        .doc = "",
		                        .span = expr->args.items[i].name.span});
	vec_push(e->sema->arena, &e->bound->file->unit->records, record);
	for (size_t i = 0; i < record->fields.n; i++)
		resolve_use(e->sema, e->bound->file->unit, record->fields.items[i].type);
	return type_record(e->sema->arena, record);
}

static const struct field *hinted_field(const struct type *hint, const char *name)
{
	for (size_t i = 0; hint && hint->kind == TYPE_RECORD && i < hint->record->fields.n; i++)
		if (strcmp(hint->record->fields.items[i].name, name) == 0)
			return &hint->record->fields.items[i];
	return NULL;
}

/* Puts the items of a record of a known type in the order of its fields. */
static struct term *order_fields(struct lift *lift, const struct ast_expr *expr, struct term *term,
                                 const struct type *type)
{
	const struct record *record = type->record;
	const struct term **ordered = arena_alloc(lift->e->sema->arena,
	                                          (record->fields.n + 1) * sizeof *ordered);
	for (size_t i = 0; i < record->fields.n; i++)
		for (size_t k = 0; k < term->n_items; k++)
			if (strcmp(record->fields.items[i].name, expr->args.items[k].name.text) ==
			    0)
				ordered[i] = term->items[k];
	for (size_t i = 0; i < record->fields.n; i++) {
		if (ordered[i])
			continue;
		diag_report(lift_diags(lift), E0310, expr->span,
		            "the field '%s' of %s has no value", record->fields.items[i].name,
		            record->kind);
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
	term->items = arena_alloc(lift->e->sema->arena, (expr->args.n + 1) * sizeof *term->items);
	term->n_items = expr->args.n;
	for (size_t i = 0; i < expr->args.n; i++) {
		const struct ast_arg *arg = &expr->args.items[i];
		const struct field *field = hinted_field(hint, arg->name.text);
		if (hinted && !field) {
			diag_report(lift_diags(lift), E0303, arg->name.span, "%s has no field '%s'",
			            hint->name, arg->name.text);
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
		term->optional = term->optional || item->optional;
	}
	if (hinted)
		return order_fields(lift, expr, term, hint);
	term->type = anonymous_record(lift, expr, term);
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

struct term *term_build_list(struct lift *lift, const struct ast_expr *expr,
                             const struct type *hint)
{
	struct term *term = term_new(lift, TERM_LIST, NULL, expr->span);
	bool hinted = hint && hint->kind == TYPE_LIST;
	const struct type *item = hinted ? hint->item : NULL;
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
		term->optional = term->optional || built[i]->optional;
	}
	if (!item)
		return term_mismatch(lift, expr->span, "the type of this list is not known", NULL);
	uint64_t n = hinted && !hint->n.variable ? hint->n.value : expr->args.n;
	if (expr->args.n > n)
		return term_mismatch(lift, expr->span, "more items than there is room for", hint);
	term->type = type_list(arena, item, (struct size){.value = n});
	return term;
}
