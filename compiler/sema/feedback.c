/* Expressions that can never begin: what they need in order to have a value is, some frames back,
 * their own value. */
#include "sema/lift.h"

enum visit { NEW, ON_THE_WAY, DONE };

/* A text on the way, and the next of its uses to be looked at. */
struct step {
	struct meaning *meaning;
	size_t next;
};

VEC_OF(way, struct step);

static void report(struct elaborator *e, const struct binding *binding, const struct use *use)
{
	const char *path = binding->anonymous ? resolve_source(e->sema, binding->at)
	                                      : binding->path;
	diag_report(e->sema->diags, E0610, use->at,
	            "'%s' never has a value: it needs the one before, and at first there is none",
	            path);
	diag_help(e->sema->diags,
	          "write '(%s ?? 0)', with the value that it begins with in place of 0",
	          resolve_source(e->sema, use->at));
}

/* The text whose value this use needs; NULL: that of a C node, or of none. */
static struct meaning *needed_text(struct elaborator *e, const struct use *use)
{
	if (!use->always)
		return NULL;
	if (use->text)
		return use->text;
	struct binding *of = use->operand->of;
	/* Through a pipeline that was open when this was built. */
	if (!of && use->operand->input.node == UNBOUND)
		of = stream_expression(e, use->operand->scope, use->operand->stream);
	return of ? meaning_of(e, of, NULL) : NULL;
}

static void look_at(struct elaborator *e, struct way *way, const struct use *use)
{
	struct meaning *next = needed_text(e, use);
	if (next && next->visit == NEW) {
		next->visit = ON_THE_WAY;
		vec_push(e->sema->arena, way, (struct step){next, 0});
	} else if (next && next->visit == ON_THE_WAY) {
		report(e, next->binding, use);
	}
}

void feedback_check(struct elaborator *e, struct binding *binding)
{
	if (binding->kind != BINDING_EXPRESSION || binding->same ||
	    term_is_constant(binding->scope, binding->expr))
		return;
	struct meaning *meaning = meaning_of(e, binding, NULL);
	struct way way = {0};
	if (!meaning || meaning->visit != NEW)
		return;
	meaning->visit = ON_THE_WAY;
	vec_push(e->sema->arena, &way, (struct step){meaning, 0});
	while (way.n > 0) {
		struct step *at = &way.items[way.n - 1];
		if (at->next < at->meaning->uses.n) {
			look_at(e, &way, &at->meaning->uses.items[at->next++]);
			continue;
		}
		at->meaning->visit = DONE;
		way.n--;
	}
}
