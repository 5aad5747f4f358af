/* Secret parameters: texts whose value nothing shows. So it stands in no source, is no path, which
 * messages name, and comes from parameters that are secret, too. What is computed from one for
 * another parameter is secret without being declared so: the runtime knows where it comes from. */
#include "sema/elaborate.h"

static bool has_text(const struct value *value)
{
	if (value->kind == VALUE_STRING)
		return *value->s != '\0';
	for (size_t i = 0; value->kind == VALUE_LIST && i < value->n; i++)
		if (has_text(&value->items[i]))
			return true;
	return false;
}

void secret_check_param(struct sema *sema, const struct ast_port *port, const struct param *param)
{
	if (param->type->kind != TYPE_STRING || param->bounded) {
		diag_report(sema->diags, E0315, port->type->span, "a secret is a string, not %s",
		            param_declared(param)->name);
	} else if (param->live) {
		diag_report(sema->diags, E0315, port->span, "a secret cannot be live");
		diag_help(sema->diags, "leave out 'live': it is given when the program starts");
	} else if (has_text(&param->initial)) {
		diag_report(sema->diags, E0315, port->initial->span,
		            "a secret has no default: everybody can read the source");
		diag_help(sema->diags,
		          "leave it out, or write '= \"\"' where the program can do without '%s'",
		          param->name);
	}
}

bool secret_check_path(struct sema *sema, const struct param *param, struct span span)
{
	if (!param->secret)
		return true;
	diag_report(sema->diags, E0315, span, "a secret cannot be a path: messages name paths");
	diag_note(sema->diags, param->span, "'%s' is declared secret", param->name);
	return false;
}

/* The first option that a value is computed from, of those that are secret or of the others; NULL:
 * there is none. */
static const struct param *find_option(const struct elaborator *e, const struct term *term,
                                       bool secret)
{
	const struct param *found = NULL;

	if (!term)
		return NULL;
	if (term->kind == TERM_OPTION && e->bound->params.items[term->index].secret == secret)
		return &e->bound->params.items[term->index];
	for (size_t i = 0; i < term_n_operands(term) && !found; i++)
		found = find_option(e, term_operand(term, i), secret);
	return found;
}

static bool is_path(const struct interface *face, const struct param *param)
{
	for (size_t i = 0; i < face->rights.n; i++)
		if (face->rights.items[i].param != NO_PARAM &&
		    &face->params.items[face->rights.items[i].param] == param)
			return true;
	return false;
}

bool secret_check_argument(struct elaborator *e, const struct interface *face,
                           const struct param *param, struct span span, const struct term *argument)
{
	const struct param *from = find_option(e, argument, true), *open;

	if (from && is_path(face, param))
		return secret_check_path(e->sema, from, span);
	if (!param->secret || from || (argument->kind == TERM_CONST && !has_text(&argument->value)))
		return true;
	open = find_option(e, argument, false);
	diag_report(e->sema->diags, E0315, span,
	            open ? "'%s' of %s is secret, and '%s' is not"
	                 : "'%s' of %s is secret: everybody can read the source",
	            param->name, face->kind, open ? open->name : "");
	diag_note(e->sema->diags, param->span, "declared here");
	if (open)
		diag_help(e->sema->diags, "declare it: 'param secret %s: string'", open->name);
	else
		diag_help(e->sema->diags,
		          "give it a parameter of the pipeline: 'param secret %s: string'",
		          param->name);
	return false;
}
