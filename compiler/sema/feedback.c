/* Feedback that can never begin: what an expression needs in order to have a value, or a node in C
 * in order to fire, is, some frames back, what becomes of it. */
#include "sema/lift.h"

enum visit { NEW, ON_THE_WAY, DONE };

/* A text, or a node in C; or none. */
struct place {
	struct meaning *text;
	const struct bound_node *node;
	uint32_t *visit; /* NULL: none */
};

/* One on the way, and the next of what it reads to be looked at. */
struct step {
	struct place place;
	size_t next;
	bool sole; /* one input alone fires it */
};

struct feedback {
	struct elaborator *e;
	uint32_t *visits; /* per node in C */
	VEC(struct step) way;
};

static struct place place_of(const struct feedback *f, uint32_t node)
{
	if (node == UNBOUND)
		return (struct place){0};
	const struct bound_node *bound = &f->e->bound->nodes.items[node];
	return bound->meaning
	               ? (struct place){.text = bound->meaning, .visit = &bound->meaning->visit}
	               : (struct place){.node = bound, .visit = &f->visits[node]};
}

/* ---- What is needed ---- */

static bool has_one_firing(const struct bound_node *node)
{
	size_t n = 0;
	for (size_t i = 0; i < node->inputs.n; i++)
		n += bound_input_fires(&node->inputs.items[i]);
	return n == 1;
}

/* A node that flushes may begin at the end of its inputs. */
static struct place needed_by_node(const struct feedback *f, const struct step *step)
{
	const struct interface *face = step->place.node->face;
	const struct bound_input *input = &step->place.node->inputs.items[step->next];
	bool needs = face && !face->flushes && bound_input_fires(input) &&
	             (step->sole ||
	              (!face->fires_any && !face->inputs.items[input->port].optional));
	return needs ? place_of(f, input->node) : (struct place){0};
}

static struct place needed_by_text(const struct feedback *f, const struct step *step)
{
	const struct use *use = &step->place.text->uses.items[step->next];
	if (!use->always)
		return (struct place){0};
	return use->text ? (struct place){.text = use->text, .visit = &use->text->visit}
	                 : place_of(f, use->operand->input.node);
}

/* ---- Circles ---- */

/* What is looked back at on the way from `to` to its end: where it is read. NULL: nothing, so that
 * there is no feedback. */
static const struct use *find_past(const struct feedback *f, struct place to)
{
	for (size_t i = f->way.n; i-- > 0;) {
		const struct step *step = &f->way.items[i];
		const struct use *use = step->place.text
		                                ? &step->place.text->uses.items[step->next - 1]
		                                : NULL;
		if (use && use->operand && !bound_input_fires(&use->operand->input))
			return use;
		if (step->place.visit == to.visit)
			break;
	}
	return NULL;
}

static void report(struct feedback *f, const struct use *use)
{
	struct elaborator *e = f->e;
	const struct bound_node *node = &e->bound->nodes.items[use->operand->input.node];
	const struct binding *of = node->meaning ? node->meaning->binding : NULL;
	diag_report(e->sema->diags, E0610, use->at,
	            "'%s' never has a value: it needs the one before, and at first there is none",
	            of && of->anonymous ? resolve_source(e->sema, of->at)
	            : of                ? of->path
	                                : node->name);
	diag_help(e->sema->diags,
	          "write '(%s ?? 0)', with the value that it begins with in place of 0",
	          resolve_source(e->sema, use->at));
}

static void enter(struct feedback *f, struct place place)
{
	const struct use *past;
	if (place.visit && *place.visit == NEW) {
		*place.visit = ON_THE_WAY;
		vec_push(f->e->sema->arena, &f->way,
		         (struct step){place, 0, place.node && has_one_firing(place.node)});
	} else if (place.visit && *place.visit == ON_THE_WAY && (past = find_past(f, place))) {
		report(f, past);
	}
}

static void walk(struct feedback *f, struct place from)
{
	if (*from.visit == NEW)
		enter(f, from);
	while (f->way.n > 0) {
		struct step *at = &f->way.items[f->way.n - 1];
		size_t n = at->place.text ? at->place.text->uses.n : at->place.node->inputs.n;
		if (at->next == n) {
			*at->place.visit = DONE;
			f->way.n--;
			continue;
		}
		struct place needed = at->place.text ? needed_by_text(f, at)
		                                     : needed_by_node(f, at);
		at->next++;
		enter(f, needed);
	}
}

void feedback_check(struct elaborator *e)
{
	struct feedback f = {.e = e};
	size_t n = e->bound->nodes.n;
	f.visits = arena_alloc(e->sema->arena, (n + 1) * sizeof *f.visits);
	for (uint32_t i = 0; i < n; i++)
		walk(&f, place_of(&f, i));
}
