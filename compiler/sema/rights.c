/* What a node may touch: its clauses, once its parameters are known, for they name them. */
#include "sema/resolve.h"
#include <string.h>

static uint32_t find_param(const struct interface *face, const char *name)
{
	for (uint32_t i = 0; i < face->params.n; i++)
		if (strcmp(face->params.items[i].name, name) == 0)
			return i;
	return NO_PARAM;
}

static void report_unknown(struct sema *sema, const struct interface *face, struct ast_name name)
{
	VEC(const char *) names = {0};
	diag_report(sema->diags, E0303, name.span, "'%s' has no parameter '%s'", face->name,
	            name.text);
	for (size_t i = 0; i < face->params.n; i++)
		vec_push(sema->arena, &names, face->params.items[i].name);
	if (map_get(&face->names, name.text))
		diag_help(sema->diags, "a path is a string parameter: what a port carries is known "
		                       "only while the program runs");
	else
		diag_suggest(sema->diags, name.text, names.items, names.n);
}

/* The parameter that a clause names, of the type it must have; NO_PARAM after a report. `text` is
 * what a string stands for here. */
static uint32_t named_param(struct sema *sema, const struct interface *face, struct ast_name name,
                            enum type_kind kind, const char *text)
{
	bool path = kind == TYPE_STRING;
	uint32_t i = find_param(face, name.text);
	if (i == NO_PARAM) {
		report_unknown(sema, face, name);
		return NO_PARAM;
	}
	const struct param *param = &face->params.items[i];
	if (param->type->kind == TYPE_ERROR)
		return NO_PARAM;
	if (path && param->bounded && !param->live) {
		diag_report(sema->diags, E0302, name.span,
		            "%s is a string without a capacity, '%s' is %s", text, name.text,
		            param->bounded->name);
		return NO_PARAM;
	}
	if (param->type->kind != kind) {
		diag_report(sema->diags, E0302, name.span, "%s%s is needed here, '%s' is %s", text,
		            path ? ", which is a string," : "", name.text, param->type->name);
	} else if (param->live) {
		if (path)
			diag_report(sema->diags, E0208, name.span, "a live parameter cannot be %s",
			            text);
		else
			diag_report(sema->diags, E0208, name.span,
			            "a live parameter cannot decide what a node may touch");
		diag_note(sema->diags, param->span, "'%s' may change while the program runs",
		          name.text);
		diag_help(sema->diags, "what a node may touch is settled before it starts: write "
		                       "'param' without 'live'");
	} else {
		return i;
	}
	return NO_PARAM;
}

/* Fills in the path of a clause; false after a report. */
static bool resolve_path(struct sema *sema, const struct interface *face,
                         const struct ast_expr *expr, struct right *right)
{
	if (!expr)
		return true;
	if (expr->kind == EXPR_NAME) {
		right->param = named_param(sema, face, expr->name, TYPE_STRING,
		                           right->kind == RIGHT_SETS ? "a list of parameters"
		                                                     : "a path");
		return right->param != NO_PARAM &&
		       secret_check_path(sema, &face->params.items[right->param], expr->name.span);
	}
	right->path = expr->text;
	if (*expr->text)
		return true;
	diag_report(sema->diags, E0208, expr->span,
	            right->kind == RIGHT_SETS ? "an empty list names no parameter"
	                                      : "an empty path names no file");
	return false;
}

static bool same_target(const struct right *a, const struct right *b)
{
	if (a->param != b->param || !a->path != !b->path)
		return false;
	return !a->path || strcmp(a->path, b->path) == 0;
}

static bool is_output(enum right_kind kind)
{
	return kind == RIGHT_WRITES || kind == RIGHT_APPENDS;
}

/* The clauses of one target: each once; one file is made anew or goes on, unless a flag decides. */
static bool check_against(struct sema *sema, const struct right *right, const struct right *old)
{
	if (!same_target(right, old))
		return true;
	if (right->kind == old->kind) {
		diag_report(sema->diags, E0208, right->span, "this '%s' stands here twice",
		            right_word(right->kind));
	} else if (is_output(right->kind) && is_output(old->kind) && right->when == NO_PARAM &&
	           old->when == NO_PARAM) {
		diag_report(sema->diags, E0208, right->span,
		            "one file is both written anew and appended to");
		diag_help(sema->diags, "say when: appends … when FLAG, with a bool parameter FLAG");
	} else {
		return true;
	}
	diag_note(sema->diags, old->span, "first declared here");
	return false;
}

static void resolve_right(struct sema *sema, const struct ast_item *item, struct interface *face)
{
	struct right right = {
		.kind = item->right, .span = item->span, .param = NO_PARAM, .when = NO_PARAM};
	face->declared = true;
	if (!resolve_path(sema, face, item->expr, &right))
		return;
	if (item->name.text) {
		right.when = named_param(sema, face, item->name, TYPE_BOOL, "a bool");
		if (right.when == NO_PARAM)
			return;
	}
	for (size_t i = 0; i < face->rights.n; i++)
		if (!check_against(sema, &right, &face->rights.items[i]))
			return;
	vec_push(sema->arena, &face->rights, right);
}

static void report_twice(struct sema *sema, const struct ast_item *item, const char *what)
{
	diag_report(sema->diags, E0208, item->span, "'%s' stands here twice", what);
}

static void report_contradiction(struct sema *sema, const struct interface *face,
                                 const struct ast_item *nothing)
{
	diag_report(sema->diags, E0208, nothing->span, "'%s' touches nothing, and yet '%s …'",
	            face->name, right_word(face->rights.items[0].kind));
	diag_note(sema->diags, face->rights.items[0].span, "here");
	diag_help(sema->diags, "leave out one of the two");
}

void resolve_rights(struct sema *sema, const struct ast_decl *decl, struct interface *face)
{
	const struct ast_item *nothing = NULL;
	for (size_t i = 0; i < decl->items.n; i++) {
		const struct ast_item *item = &decl->items.items[i];
		if (item->kind == ITEM_RIGHT) {
			resolve_right(sema, item, face);
		} else if (item->kind == ITEM_SETTLED) {
			if (face->settled)
				report_twice(sema, item, "settled after init");
			face->settled = true;
		} else if (item->kind == ITEM_TOUCHES_NOTHING) {
			if (nothing)
				report_twice(sema, item, "touches nothing");
			else
				nothing = item;
			face->declared = true;
		}
	}
	if (nothing && face->rights.n > 0)
		report_contradiction(sema, face, nothing);
}
