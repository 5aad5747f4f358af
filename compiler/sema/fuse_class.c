/* Which expressions have the same streams and the same clocks: the classes of their texts. Texts
 * begin in one class where they read the same streams; a class is split until all in it look back
 * at the same expressions outside of it. */
#include "base/set.h"
#include "sema/lift.h"
#include <string.h>

/* The streams that a text reads, by their numbers in `struct fusion`. */
struct reads {
	const struct set *now, *past; /* fires the node or is sampled; looked back at */
	const struct set *needed;     /* of those that fire: nothing is computed without */
};

VEC_OF(numbers, uint32_t);

struct text {
	struct meaning *meaning;
	struct reads reads;
	const struct set *nodes; /* of its own */
	const struct set *back;  /* the nodes that all of it looks back at */
	/* The texts that it stands in, or that look back at it: by number. */
	struct numbers users, lookers;
	size_t place;   /* among the members of its class */
	uint32_t asked; /* in which walk it was last met */
};

struct class
{
	struct numbers members;
	const struct set *nodes; /* of them */
};

/* Members of a class that look back at the same nodes outside of it. */
struct piece {
	const struct set *apart;
	struct numbers members;
};

VEC_OF(pieces, struct piece);

struct fusion {
	struct elaborator *e;
	struct arena *arena;
	struct sets sets;
	struct map streams;     /* how one is read -> its number, from 1 */
	VEC(struct text) texts; /* of nodes that stay, each behind what stands in it */
	VEC(struct class) classes;
	struct numbers work; /* classes that nobody has looked at */
	uint32_t n_walks;
};

/* NULL: of no node that stays, or not of an expression. */
static struct text *text_of(const struct fusion *f, const struct meaning *meaning)
{
	struct text *text = meaning && meaning->text < f->texts.n ? &f->texts.items[meaning->text]
	                                                          : NULL;

	return text && text->meaning == meaning ? text : NULL;
}

static const struct set *add(struct fusion *f, const struct set *set, uint32_t number)
{
	return set_unite(&f->sets, set, set_of(&f->sets, number));
}

/* ---- Which streams a text reads ---- */

static uint32_t number_of(struct fusion *f, struct map *numbers, const char *key)
{
	uintptr_t known = (uintptr_t)map_get(numbers, key);

	if (!known) {
		known = numbers->n + 1;
		map_put(f->arena, numbers, key, (void *)known);
	}
	return (uint32_t)known;
}

static void add_operand(struct fusion *f, struct reads *reads, const struct use *use)
{
	const struct bound_input *input = &use->operand->input;
	const char *key = arena_printf(f->arena, "%u.%u %d %lld", input->node, input->output,
	                               (int)input->policy, (long long)input->max_age_ns);
	uint32_t stream = number_of(f, &f->streams, key);

	if (input->last < 0)
		reads->past = add(f, reads->past, stream);
	else
		reads->now = add(f, reads->now, stream);
	if (use->needed && bound_input_fires(input))
		reads->needed = add(f, reads->needed, stream);
}

static void add_reads(struct fusion *f, struct reads *reads, const struct reads *more, bool needed)
{
	reads->now = set_unite(&f->sets, reads->now, more->now);
	reads->past = set_unite(&f->sets, reads->past, more->past);
	if (needed)
		reads->needed = set_unite(&f->sets, reads->needed, more->needed);
}

/* Earlier values of an expression are not among them: where these are is asked later. */
static void find_reads(struct fusion *f, struct text *text)
{
	const struct uses *uses = &text->meaning->uses;

	for (size_t i = 0; i < uses->n; i++) {
		const struct use *use = &uses->items[i];
		if (use->text)
			add_reads(f, &text->reads, &text_of(f, use->text)->reads, use->needed);
		else if (!use->operand->of || use->operand->input.last == 0)
			add_operand(f, &text->reads, use);
	}
}

/* ---- What a text looks back at ---- */

/* The node that an operand looks back at; UNBOUND: none, or one that is not made of a text. */
static uint32_t looked_back_at(const struct fusion *f, const struct use *use)
{
	const struct operand *operand = use->operand;

	if (!operand || !operand->of || operand->input.last == 0)
		return UNBOUND;
	return f->e->bound->nodes.items[operand->input.node].meaning ? operand->input.node
	                                                             : UNBOUND;
}

static void find_back(struct fusion *f, uint32_t number)
{
	struct text *text = &f->texts.items[number];
	const struct uses *uses = &text->meaning->uses;

	for (size_t i = 0; i < uses->n; i++) {
		const struct use *use = &uses->items[i];
		uint32_t node = looked_back_at(f, use);
		if (use->text) {
			struct text *inside = text_of(f, use->text);
			text->back = set_unite(&f->sets, text->back, inside->back);
			vec_push(f->arena, &inside->users, number);
		}
		if (node == UNBOUND)
			continue;
		struct text *other = text_of(f, f->e->bound->nodes.items[node].meaning);
		text->back = add(f, text->back, node);
		if (other)
			vec_push(f->arena, &other->lookers, number);
	}
}

/* ---- Classes ---- */

static uint32_t new_class(struct fusion *f)
{
	uint32_t class = (uint32_t)f->classes.n;

	vec_push(f->arena, &f->classes, (struct class){.nodes = NULL});
	vec_push(f->arena, &f->work, class);
	return class;
}

static void enter(struct fusion *f, uint32_t number, uint32_t class)
{
	struct text *text = &f->texts.items[number];
	struct class *to = &f->classes.items[class];

	text->meaning->class = class;
	text->place = to->members.n;
	vec_push(f->arena, &to->members, number);
	to->nodes = set_unite(&f->sets, to->nodes, text->nodes);
}

static void leave(struct fusion *f, uint32_t number)
{
	const struct text *text = &f->texts.items[number];
	struct class *from = &f->classes.items[text->meaning->class];
	uint32_t last = from->members.items[--from->members.n];

	from->members.items[text->place] = last;
	f->texts.items[last].place = text->place;
	from->nodes = set_subtract(&f->sets, from->nodes, text->nodes);
}

static const struct binding *kept_of(const struct fusion *f, const struct meaning *meaning)
{
	for (size_t i = 0; i < meaning->binding->nodes.n; i++) {
		const struct bound_node *node =
			&f->e->bound->nodes.items[meaning->binding->nodes.items[i].node];
		if (node->kept)
			return node->kept;
	}
	return NULL;
}

/* By the streams; the past of one is there wherever the stream fires the node. */
static void enter_first(struct fusion *f, struct map *keys, uint32_t number)
{
	const struct text *text = &f->texts.items[number];
	const struct reads *reads = &text->reads;
	const struct set *past = set_subtract(&f->sets, reads->past, reads->now);
	uint32_t class = number_of(f, keys,
	                           arena_printf(f->arena, "%p %p %p %p", (const void *)reads->now,
	                                        (const void *)past, (const void *)reads->needed,
	                                        (const void *)kept_of(f, text->meaning)));

	if (class == f->classes.n)
		new_class(f);
	enter(f, number, class);
}

/* ---- Splitting ---- */

static const struct set *find_apart(struct fusion *f, uint32_t class, uint32_t number)
{
	return set_subtract(&f->sets, f->texts.items[number].back, f->classes.items[class].nodes);
}

static struct pieces find_pieces(struct fusion *f, uint32_t class, const struct numbers *members)
{
	struct pieces pieces = {0};
	struct map keys = {0};

	for (size_t i = 0; i < members->n; i++) {
		const struct set *apart = find_apart(f, class, members->items[i]);
		const char *key = arena_printf(f->arena, "%p", (const void *)apart);
		uint32_t k = number_of(f, &keys, key);
		if (k > pieces.n)
			vec_push(f->arena, &pieces, (struct piece){.apart = apart});
		vec_push(f->arena, &pieces.items[k - 1].members, members->items[i]);
	}
	return pieces;
}

static const struct set *apart_of_most(const struct pieces *pieces)
{
	const struct set *apart = NULL;
	size_t most = 0;

	for (size_t i = 0; i < pieces->n; i++)
		if (pieces->items[i].members.n > most) {
			most = pieces->items[i].members.n;
			apart = pieces->items[i].apart;
		}
	return apart;
}

static uint32_t find_untouched(const struct fusion *f, uint32_t class)
{
	const struct numbers *members = &f->classes.items[class].members;
	size_t i = 0;

	while (f->texts.items[members->items[i]].asked == f->n_walks)
		i++;
	return members->items[i];
}

/* The most of a class stay in it, and each other piece becomes a class. Of all but those that are
 * touched the same is apart. */
static void split(struct fusion *f, uint32_t class, const struct numbers *touched,
                  struct numbers *moved)
{
	struct numbers all = f->classes.items[class].members;
	bool few = touched->n < all.n / 2;
	struct pieces pieces = find_pieces(f, class, few ? touched : &all);
	const struct set *stays = few ? find_apart(f, class, find_untouched(f, class))
	                              : apart_of_most(&pieces);

	moved->n = 0;
	for (size_t i = 0; i < pieces.n; i++) {
		const struct piece *piece = &pieces.items[i];
		if (piece->apart == stays)
			continue;
		uint32_t to = new_class(f);
		for (size_t k = 0; k < piece->members.n; k++) {
			leave(f, piece->members.items[k]);
			enter(f, piece->members.items[k], to);
			vec_push(f->arena, moved, piece->members.items[k]);
		}
	}
}

static void meet(struct fusion *f, struct numbers *way, const struct numbers *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		struct text *text = &f->texts.items[texts->items[i]];
		if (text->asked == f->n_walks)
			continue;
		text->asked = f->n_walks;
		vec_push(f->arena, way, texts->items[i]);
	}
}

/* The members of a class that look back at what has left it. */
static void find_touched(struct fusion *f, uint32_t class, const struct numbers *moved,
                         struct numbers *way, struct numbers *touched)
{
	f->n_walks++;
	way->n = touched->n = 0;
	for (size_t i = 0; i < moved->n; i++)
		meet(f, way, &f->texts.items[moved->items[i]].lookers);
	for (size_t i = 0; i < way->n; i++) {
		const struct text *text = &f->texts.items[way->items[i]];
		if (text->meaning->class == class)
			vec_push(f->arena, touched, way->items[i]);
		meet(f, way, &text->users);
	}
}

static void split_all(struct fusion *f)
{
	struct numbers moved = {0}, way = {0}, touched = {0};

	for (size_t i = 0; i < f->work.n; i++) {
		uint32_t class = f->work.items[i];
		split(f, class, &f->classes.items[class].members, &moved);
		while (moved.n > 0) {
			find_touched(f, class, &moved, &way, &touched);
			moved.n = 0;
			if (touched.n > 0)
				split(f, class, &touched, &moved);
		}
	}
}

/* ---- The program ---- */

bool may_fuse(const struct bound_node *node)
{
	return node->meaning && node->meaning->binding->kind == BINDING_EXPRESSION;
}

/* The texts of all nodes that stay; which nodes are theirs. */
static void find_texts(struct fusion *f, const bool *stays)
{
	const struct bound *bound = f->e->bound;
	struct meanings *order = arena_new(f->arena, struct meanings);

	for (uint32_t i = 0; i < bound->nodes.n; i++)
		if (stays[i] && may_fuse(&bound->nodes.items[i]))
			meaning_order(f->e, order, bound->nodes.items[i].meaning);
	for (size_t i = 0; i < order->n; i++) {
		order->items[i]->text = (uint32_t)i;
		vec_push(f->arena, &f->texts, (struct text){.meaning = order->items[i]});
	}
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		struct text *text = text_of(f, bound->nodes.items[i].meaning);
		if (text)
			text->nodes = add(f, text->nodes, i);
	}
}

uint32_t fuse_classify(struct elaborator *e, const bool *stays)
{
	struct fusion f = {.e = e, .arena = e->sema->arena, .sets = {.arena = e->sema->arena}};
	struct map keys = {0};

	find_texts(&f, stays);
	vec_push(f.arena, &f.classes, (struct class){.nodes = NULL}); /* of no text */
	for (uint32_t i = 0; i < f.texts.n; i++) {
		find_reads(&f, &f.texts.items[i]);
		find_back(&f, i);
		enter_first(&f, &keys, i);
	}
	split_all(&f);
	return (uint32_t)f.classes.n;
}
