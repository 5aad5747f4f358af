/* Sets as Patricia trees, each part of which there is once: equal parts are recognized by their
 * address, and what an operation makes of two of them is remembered. */
#include "base/set.h"

#include "base/hash.h"

/* ---- What is known ---- */

enum set_kind { SET_ONE = 1, SET_FORK, SET_UNITE, SET_SUBTRACT };

/* A set by its number (SET_ONE) or its two parts, or the result of an operation on two. */
struct set_key {
	enum set_kind kind;
	uint32_t number;
	const struct set *a, *b;
};

struct set_entry {
	struct set_key key; /* kind 0: free */
	const struct set *set;
};

static bool same_key(const struct set_key *a, const struct set_key *b)
{
	return a->kind == b->kind && a->number == b->number && a->a == b->a && a->b == b->b;
}

/* The entry of the key, or the free one where it belongs. */
static struct set_entry *probe(const struct sets *sets, const struct set_key *key)
{
	size_t i = hash_fold(hash_bytes(HASH_INIT, key, sizeof *key)) & (sets->cap - 1);

	while (sets->table[i].key.kind && !same_key(&sets->table[i].key, key))
		i = (i + 1) & (sets->cap - 1);
	return &sets->table[i];
}

static void grow(struct sets *sets)
{
	struct sets old = *sets;

	sets->cap = old.cap ? old.cap * 2 : 64;
	sets->table = arena_alloc(sets->arena, sets->cap * sizeof *sets->table);
	for (size_t i = 0; i < old.cap; i++)
		if (old.table[i].key.kind)
			*probe(sets, &old.table[i].key) = old.table[i];
}

/* Only until the next call. */
static struct set_entry *find(struct sets *sets, struct set_key key)
{
	if ((sets->n + 1) * 2 > sets->cap)
		grow(sets);
	return probe(sets, &key);
}

static const struct set *remember(struct sets *sets, struct set_key key, const struct set *set)
{
	*find(sets, key) = (struct set_entry){key, set};
	sets->n++;
	return set;
}

/* ---- Making ---- */

static const struct set *make(struct sets *sets, struct set_key key, struct set set)
{
	const struct set *known = find(sets, key)->set;

	if (known)
		return known;
	struct set *made = arena_new(sets->arena, struct set);
	*made = set;
	return remember(sets, key, made);
}

const struct set *set_of(struct sets *sets, uint32_t number)
{
	return make(sets, (struct set_key){SET_ONE, number, NULL, NULL},
	            (struct set){.lowest = number});
}

/* Of two that differ first in this bit; or of one. */
static const struct set *fork_of(struct sets *sets, uint32_t bit, const struct set *left,
                                 const struct set *right)
{
	if (!left || !right)
		return left ? left : right;
	return make(sets, (struct set_key){SET_FORK, bit, left, right},
	            (struct set){left->lowest, bit, left, right});
}

/* Whether the number has the bits above its fork that all of the set have. */
static bool is_under(const struct set *set, uint32_t number)
{
	uint32_t below = set->bit ? set->bit * 2 - 1 : 0;

	return ((set->lowest ^ number) & ~below) == 0;
}

static uint32_t highest_bit(uint32_t bits)
{
	while (bits & (bits - 1))
		bits &= bits - 1;
	return bits;
}

/* Of two that have no part of their trees in common. */
static const struct set *join(struct sets *sets, const struct set *a, const struct set *b)
{
	uint32_t bit = highest_bit(a->lowest ^ b->lowest);

	return a->lowest & bit ? fork_of(sets, bit, b, a) : fork_of(sets, bit, a, b);
}

/* ---- Operations ---- */

static const struct set *unite(struct sets *sets, const struct set *a, const struct set *b)
{
	if (a->bit == b->bit && is_under(a, b->lowest))
		return fork_of(sets, a->bit, set_unite(sets, a->left, b->left),
		               set_unite(sets, a->right, b->right));
	if (a->bit < b->bit) {
		const struct set *smaller = a;
		a = b;
		b = smaller;
	}
	if (!is_under(a, b->lowest) || a->bit == b->bit)
		return join(sets, a, b);
	if (b->lowest & a->bit)
		return fork_of(sets, a->bit, a->left, set_unite(sets, a->right, b));
	return fork_of(sets, a->bit, set_unite(sets, a->left, b), a->right);
}

static const struct set *subtract(struct sets *sets, const struct set *a, const struct set *b)
{
	if (a->bit == b->bit && is_under(a, b->lowest))
		return fork_of(sets, a->bit, set_subtract(sets, a->left, b->left),
		               set_subtract(sets, a->right, b->right));
	if (a->bit < b->bit && is_under(b, a->lowest))
		return set_subtract(sets, a, a->lowest & b->bit ? b->right : b->left);
	if (a->bit <= b->bit || !is_under(a, b->lowest))
		return a;
	if (b->lowest & a->bit)
		return fork_of(sets, a->bit, a->left, set_subtract(sets, a->right, b));
	return fork_of(sets, a->bit, set_subtract(sets, a->left, b), a->right);
}

static const struct set *compute(struct sets *sets, const struct set_key *key)
{
	return key->kind == SET_UNITE ? unite(sets, key->a, key->b)
	                              : subtract(sets, key->a, key->b);
}

/* What is done with a single number is a walk down, and not worth an entry. */
static const struct set *operate(struct sets *sets, struct set_key key)
{
	if (!key.a->bit || !key.b->bit)
		return compute(sets, &key);
	const struct set_entry *known = find(sets, key);
	return known->key.kind ? known->set : remember(sets, key, compute(sets, &key));
}

const struct set *set_unite(struct sets *sets, const struct set *a, const struct set *b)
{
	if (a == b || !a || !b)
		return a ? a : b;
	return operate(sets, (struct set_key){SET_UNITE, 0, a, b});
}

const struct set *set_subtract(struct sets *sets, const struct set *a, const struct set *b)
{
	if (a == b || !a || !b)
		return a == b ? NULL : a;
	return operate(sets, (struct set_key){SET_SUBTRACT, 0, a, b});
}
