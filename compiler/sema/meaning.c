/* What expressions mean. A name that is bound to one stands for its text, so that naming a part
 * changes nothing; its term is built once for each kind of place, and shared. */
#include "sema/lift.h"
#include <string.h>

/* ---- Known ones ---- */

static bool same_hint(const struct type *a, const struct type *b)
{
	return a == b || (a && b && type_equal(a, b));
}

static struct meaning *known_meaning(const struct lift *place, const struct binding *binding,
                                     const struct type *hint)
{
	for (size_t i = binding->meanings.n; i-- > 0;) {
		struct meaning *known = binding->meanings.items[i];
		/* One that is being built for a text that looked back to here is no circle. */
		if (known->state == OPEN && known->level < place->e->chain)
			continue;
		if (known->wide == place->wide && known->for_param == place->for_param &&
		    same_hint(known->hint, hint))
			return known;
	}
	return NULL;
}

static void forget(struct meaning *meaning)
{
	struct binding *binding = meaning->binding;
	size_t n = 0;
	for (size_t i = 0; i < binding->meanings.n; i++)
		if (binding->meanings.items[i] != meaning)
			binding->meanings.items[n++] = binding->meanings.items[i];
	binding->meanings.n = n;
}

/* What was built since and rests on the guess of `open`, which was wrong. */
static void forget_since(struct elaborator *e, size_t first, const struct meaning *open)
{
	size_t n = first;
	for (size_t i = first; i < e->meanings.n; i++) {
		if (e->meanings.items[i]->low <= open->level)
			forget(e->meanings.items[i]);
		else
			e->meanings.items[n++] = e->meanings.items[i];
	}
	e->meanings.n = n;
}

const struct type *meaning_guess(struct elaborator *e, struct meaning *open)
{
	open->guessed = true;
	e->low = e->low < open->level ? e->low : open->level;
	return open->guess;
}

/* ---- What is made while guesses are open ---- */

uint32_t meaning_before_making(struct elaborator *e)
{
	uint32_t low = e->low;
	e->low = NO_GUESS;
	return low;
}

void meaning_after_making(struct elaborator *e, uint32_t low)
{
	e->made = e->low < e->made ? e->low : e->made;
	e->low = low < e->low ? low : e->low;
}

/* ---- Circles ---- */

static struct term *report_circle(struct elaborator *e, const struct binding *binding)
{
	diag_report(e->sema->diags, E0601, binding->at, "'%s' depends on itself", binding->path);
	diag_help(e->sema->diags,
	          "go back in time: write '(%s[-1] ?? 0)', with its first value in place of 0",
	          binding->path);
	return NULL;
}

void meaning_report_untyped(struct elaborator *e, const struct binding *of, struct span at)
{
	const char *name = of->anonymous ? "x" : strrchr(of->path, '.');
	name = !name ? of->path : name[0] == '.' ? name + 1 : name;
	diag_report(e->sema->diags, E0308, at,
	            "the type of this is not known: it is made from itself");
	diag_help(e->sema->diags, "say what it is where it is bound, as in '%s = f32(…)'", name);
}

/* `self`: what its earlier values were last taken for. */
static void report_endless(struct elaborator *e, const struct binding *binding,
                           const struct type *self)
{
	struct span span = binding->expr->span;
	if (self && self->kind == TYPE_STRING) {
		diag_report(e->sema->diags, E0308, span,
		            "this string has no bound: it is made from itself, and grows");
		diag_help(e->sema->diags,
		          "let a node keep it: its output says how long it may be, as in "
		          "string<64>");
		return;
	}
	meaning_report_untyped(e, binding, span);
}

/* ---- Building ---- */

static struct term *build_once(struct elaborator *e, struct meaning *meaning)
{
	struct binding *binding = meaning->binding;
	struct lift lift = {.e = e,
	                    .scope = binding->scope,
	                    .meaning = meaning,
	                    .wide = meaning->wide,
	                    .for_param = meaning->for_param};
	meaning->guessed = false;
	return binding->hint ? term_build_near(&lift, binding->expr, binding->hint)
	                     : term_build(&lift, binding->expr, meaning->hint);
}

/* The type that an expression says of itself, whatever it is made from; NULL: it says none. */
static const struct type *written_type(struct elaborator *e, const struct scope *scope,
                                       const struct ast_expr *expr)
{
	if (expr->kind == EXPR_WHEN)
		return written_type(e, scope, expr->left);
	if (expr->kind != EXPR_CALL || !call_is_value(scope, expr))
		return NULL;
	struct symbol *symbol = scope_type(scope, expr->left);
	if (symbol)
		return resolve_symbol_type(e->sema, e->bound->file, symbol);
	return term_cast_type(function_find(expr->left->name.text));
}

/* What goes on from its own past has the type of what it becomes: found by trying. A node that was
 * made from a guess which then proves wrong cannot be unmade. */
static struct term *build(struct elaborator *e, struct meaning *meaning)
{
	size_t first = e->meanings.n;
	struct term *term = build_once(e, meaning);
	for (int tries = 0; term && meaning->guessed; tries++) {
		if (term->type && meaning->guess && type_equal(term->type, meaning->guess))
			return term;
		if (!term->type || tries == 3 || e->made <= meaning->level) {
			report_endless(e, meaning->binding, meaning->guess);
			return NULL;
		}
		forget_since(e, first, meaning);
		meaning->guess = term->type;
		term = build_once(e, meaning);
	}
	return term;
}

static const struct type *first_guess(struct elaborator *e, const struct binding *binding)
{
	if (binding->last_type)
		return binding->last_type;
	return binding->hint ? binding->hint : written_type(e, binding->scope, binding->expr);
}

/* What a name is bound to has a type by itself; where that is what is needed, it is the same. */
static struct meaning *find_meaning(const struct lift *place, struct binding *binding,
                                    const struct type *hint)
{
	struct elaborator *e = place->e;
	struct arena *arena = e->sema->arena;
	struct meaning *meaning = known_meaning(place, binding, hint);
	if (meaning) {
		if (meaning->state == KNOWN && meaning->low < e->low)
			e->low = meaning->low;
		return meaning;
	}
	if (hint && !binding->anonymous) {
		meaning = find_meaning(place, binding, NULL);
		if (meaning->state != KNOWN || type_equal(meaning->term->type, hint))
			return meaning;
	}
	meaning = arena_new(arena, struct meaning);
	*meaning = (struct meaning){.binding = binding,
	                            .wide = place->wide,
	                            .for_param = place->for_param,
	                            .hint = hint,
	                            .guess = first_guess(e, binding)};
	vec_push(arena, &binding->meanings, meaning);
	uint32_t low = e->low;
	meaning->level = e->n_open++;
	e->low = NO_GUESS;
	if (e->depth >= FORCE_MAX_DEPTH)
		diag_report(e->sema->diags, E0105, binding->at,
		            "'%s' is defined through too many others", binding->path);
	e->depth++;
	meaning->term = e->depth <= FORCE_MAX_DEPTH ? build(e, meaning) : NULL;
	e->depth--;
	e->n_open--;
	e->made = e->made < meaning->level ? e->made : NO_GUESS; /* what it rested on was right */
	meaning->low = e->low < meaning->level ? e->low : NO_GUESS;
	e->low = low < meaning->low ? low : meaning->low;
	meaning->state = meaning->term ? KNOWN : FAILED;
	if (meaning->term && !hint && !meaning->wide && !meaning->for_param)
		binding->last_type = meaning->term->type;
	if (meaning->term)
		meaning_find_uses(e, meaning);
	vec_push(arena, &e->meanings, meaning);
	return meaning;
}

bool meaning_is_open(const struct binding *binding)
{
	for (size_t i = 0; i < binding->meanings.n; i++)
		if (binding->meanings.items[i]->state == OPEN)
			return true;
	return false;
}

bool meaning_guess_open(struct elaborator *e, const struct binding *binding,
                        const struct type **ret_type)
{
	for (size_t i = binding->meanings.n; i-- > 0;) {
		struct meaning *open = binding->meanings.items[i];
		if (open->state != OPEN || open->hint || open->wide || open->for_param)
			continue;
		*ret_type = meaning_guess(e, open);
		return true;
	}
	return false;
}

struct meaning *meaning_of(struct elaborator *e, struct binding *binding, const struct type *hint)
{
	struct lift place = {.e = e};
	struct meaning *meaning = find_meaning(&place, binding, hint);
	if (meaning->state == OPEN) {
		report_circle(e, binding);
		meaning->state = FAILED;
	}
	return meaning->state == KNOWN ? meaning : NULL;
}

struct term *lift_name(struct lift *lift, struct binding *binding, const struct ast_expr *expr,
                       const struct type *hint)
{
	struct meaning *meaning = find_meaning(lift, binding, hint);
	binding->used = true;
	if (meaning->state == OPEN) {
		meaning->state = FAILED;
		return report_circle(lift->e, binding);
	}
	if (meaning->state == FAILED)
		return NULL;
	struct term *term = arena_new(lift->e->sema->arena, struct term);
	/* A parameter has no node that could compute its parts: its text stands in its place. */
	if (meaning->term->kind == TERM_CONST || meaning->term->kind == TERM_OPTION ||
	    meaning->term->kind == TERM_INPUT || lift->for_param) {
		*term = *meaning->term;
		term->span = expr->span;
		return term;
	}
	*term = (struct term){.kind = TERM_PART,
	                      .type = meaning->term->type,
	                      .span = expr->span,
	                      .left = meaning->term,
	                      .meaning = meaning};
	return term;
}

/* ---- What it reads ---- */

static void add_use(struct arena *arena, struct uses *uses, struct use use)
{
	const struct uses **gathered = use.operand ? &use.operand->gathered : &use.text->gathered;
	size_t *place = use.operand ? &use.operand->place : &use.text->place;
	if (*gathered != uses) {
		*gathered = uses;
		*place = uses->n;
		vec_push(arena, uses, use);
		return;
	}
	struct use *known = &uses->items[*place];
	known->needed = known->needed || use.needed;
	known->always = known->always || use.always;
	known->dated = known->dated || use.dated;
	known->by_other = known->by_other || use.by_other;
}

/* Whether its right side is computed for each item of a list. */
static bool is_loop(const struct term *term)
{
	return term->kind == TERM_WHERE || term->kind == TERM_SELECT || term->kind == TERM_SORTED ||
	       term->kind == TERM_BEST || term->kind == TERM_FOLD;
}

/* What is said of the place of a term. */
struct place {
	bool needed, always;
};

static struct place place_in(struct place place, bool needs, bool loops)
{
	return (struct place){place.needed && needs, place.always && needs && !loops};
}

static void find_uses(struct arena *arena, struct meaning *meaning, const struct term *term,
                      struct place place)
{
	struct term_needs needs = term_needs(term);
	bool dates = term->kind == TERM_NUMBER || term->kind == TERM_TIME || term->kind == TERM_AGE;
	const struct term *input = dates ? term->left : term;
	if (input->kind == TERM_INPUT)
		add_use(arena, &meaning->uses,
		        (struct use){.operand = input->operand,
		                     .at = input->span,
		                     .needed = place.needed && !dates,
		                     .always = place.always && !dates,
		                     .dated = dates,
		                     .by_other = input->operand->of != meaning->binding});
	if (term->kind == TERM_PART) {
		add_use(arena, &meaning->uses,
		        (struct use){.text = term->meaning,
		                     .at = term->span,
		                     .needed = place.needed,
		                     .always = place.always});
		return;
	}
	if (term->left)
		find_uses(arena, meaning, term->left, place_in(place, needs.left, false));
	if (term->right)
		find_uses(arena, meaning, term->right, place_in(place, needs.right, is_loop(term)));
	if (term->third)
		find_uses(arena, meaning, term->third, place_in(place, needs.third, false));
	for (size_t i = 0; i < term->n_items; i++)
		find_uses(arena, meaning, term->items[i], place_in(place, needs.items, false));
}

void meaning_find_uses(struct elaborator *e, struct meaning *meaning)
{
	find_uses(e->sema->arena, meaning, meaning->term, (struct place){true, true});
	for (size_t i = 0; i < meaning->uses.n; i++) {
		const struct use *use = &meaning->uses.items[i];
		meaning->has_streams = meaning->has_streams || use->operand ||
		                       use->text->has_streams;
	}
}

/* A text on the way through those that stand in each other: the next of its uses. */
struct visit {
	struct meaning *meaning;
	size_t next;
	bool needed;
};

void meaning_gather(struct elaborator *e, struct uses *uses, struct meaning *meaning)
{
	struct arena *arena = e->sema->arena;
	VEC(struct visit) way = {0};
	vec_push(arena, &way, (struct visit){meaning, 0, true});
	while (way.n > 0) {
		struct visit *at = &way.items[way.n - 1];
		bool again = at->meaning->gathered == uses &&
		             (at->meaning->gathered_needed || !at->needed);
		if (at->next == 0 && again) {
			way.n--;
			continue;
		}
		at->meaning->gathered = uses;
		at->meaning->gathered_needed = at->needed;
		if (at->next == at->meaning->uses.n) {
			way.n--;
			continue;
		}
		struct use use = at->meaning->uses.items[at->next++];
		use.needed = use.needed && at->needed;
		if (use.operand)
			add_use(arena, uses, use);
		else
			vec_push(arena, &way, (struct visit){use.text, 0, use.needed});
	}
}

void meaning_order(struct elaborator *e, struct meanings *list, struct meaning *meaning)
{
	struct arena *arena = e->sema->arena;
	VEC(struct visit) way = {0};
	vec_push(arena, &way, (struct visit){meaning, 0, false});
	while (way.n > 0) {
		struct visit *at = &way.items[way.n - 1];
		if (at->next == 0 && at->meaning->ordered == list) {
			way.n--;
			continue;
		}
		at->meaning->ordered = list;
		if (at->next == at->meaning->uses.n) {
			vec_push(arena, list, at->meaning);
			way.n--;
			continue;
		}
		const struct use *use = &at->meaning->uses.items[at->next++];
		if (use->text)
			vec_push(arena, &way, (struct visit){use->text, 0, false});
	}
}
