/* Lists in expressions: loops. `xs where p` is a test inside of the loop that reads it, and becomes
 * a list of its own only where one is wanted. */
#include "emit/writer.h"
#include <string.h>

struct loop {
	struct block block;
	struct value_text list; /* what it goes over */
	const struct type *type;
	const char *i, *end;
	size_t n_tests; /* ifs that are open */
};

/* The tests of `xs where p where q`, the first one first. */
static void open_tests(struct writer *w, struct loop *loop, const struct term *list)
{
	if (list->kind != TERM_WHERE)
		return;
	open_tests(w, loop, list->left);
	writer_say(w, "if (%s) {", term_number(w, list->right).text);
	term_learn(w, list->right, true);
	w->depth++;
	loop->n_tests++;
}

/* The list that a loop goes over, and the statements that make it. */
static struct loop find_list(struct writer *w, const struct term *list)
{
	struct loop loop = {0};

	while (list->kind == TERM_WHERE)
		list = list->left;
	loop.type = list->type;
	loop.list = term_place(w, list);
	if (out_columns(loop.list.text) > 24)
		loop.list = term_keep(w, loop.list, loop.type, "list");
	return loop;
}

/* A loop over what the tests leave of a list; what is said next is its body. */
static void open_loop(struct writer *w, struct loop *loop, const struct term *list)
{
	struct item item = {.name = NULL};

	const char *i = writer_name(w, "i");
	loop->end = writer_name(w, "end");
	writer_say(w, "for (uint32_t %s = 0, %s = %s; %s < %s; %s++) {", i, loop->end,
	           place_length(w->arena, loop->list, loop->type), i, loop->end, i);
	item.name = writer_name(w, "it");
	item.access = place_item(w->arena, loop->list, loop->type, i).text;
	item.type = loop->type->item;
	vec_push(w->arena, &w->items, item);
	loop->i = i;
	loop->n_tests = 0;
	writer_open(w, &loop->block);
	open_tests(w, loop, list);
}

static void close_loop(struct writer *w, struct loop *loop)
{
	struct item item = w->items.items[w->items.n - 1];
	struct value_text access = {.text = item.access};
	const char *body;

	for (; loop->n_tests; loop->n_tests--) {
		w->depth--;
		writer_say(w, "}");
	}
	body = writer_close(w, &loop->block);
	w->items.n--;
	w->depth++;
	if (item.used && term_is_place(item.type))
		writer_define(w, writer_pointer(w, item.type, item.name),
		              place_address(w->arena, access, item.type));
	else if (item.used)
		writer_define(w,
		              arena_printf(w->arena, "const %s",
		                           writer_variable(w, item.type, item.name)),
		              item.access);
	w->depth--;
	buf_puts(w->out, body);
	writer_say(w, "}");
	writer_forget(w, loop->i);
	writer_forget(w, loop->end);
	writer_forget(w, item.name);
}

/* The item that the loop is at. */
static struct value_text this_item(struct writer *w)
{
	struct item *item = &w->items.items[w->items.n - 1];

	item->used = true;
	return (struct value_text){
		.text = item->name, .binding = BINDS_ALL, .pointer = term_is_place(item->type)};
}

static struct value_text local(const char *name)
{
	return (struct value_text){.text = name, .binding = BINDS_ALL};
}

/* ---- Folds ---- */

/* What is folded of each item. */
static struct value_text folded(struct writer *w, const struct term *term)
{
	return term->right ? term_number(w, term->right) : this_item(w);
}

static struct value_text count(struct writer *w, const struct term *list, const struct term *fold)
{
	struct loop loop = find_list(w, list);
	const char *name = writer_name(w, "count");
	bool tests = fold && (fold->right || list->type->item->kind == TYPE_BOOL);

	writer_say(w, "uint32_t %s = 0;", name);
	open_loop(w, &loop, list);
	if (tests)
		writer_say(w, "if (%s)\n\t%s++;", folded(w, fold).text, name);
	else
		writer_say(w, "%s++;", name);
	close_loop(w, &loop);
	return local(name);
}

/* Whether there is an item that says so, or none that does not. */
static struct value_text exists(struct writer *w, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	bool all = term->fold == FOLD_ALL;
	const char *name = writer_name(w, all ? "all" : "any");
	struct value_text test;

	writer_say(w, "bool %s = %s;", name, all ? "true" : "false");
	open_loop(w, &loop, term->left);
	test = folded(w, term);
	writer_say(w, "if (%s) {\n\t%s = %s;\n\tbreak;\n}",
	           all ? value_not(w->arena, test) : test.text, name, all ? "false" : "true");
	close_loop(w, &loop);
	return local(name);
}

/* The statement that adds an item to a sum. */
static void add_item(struct writer *w, const struct term *term, const struct type *type,
                     const char *name)
{
	struct value_text value = folded(w, term);

	if (type_is_fraction(type))
		writer_say(w, "%s += %s;", name, value.text);
	else
		writer_say(w, "%s = pkd_add_%s(%s, %s);", name, type_word(type), name, value.text);
}

static struct value_text sum(struct writer *w, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	const char *name = writer_name(w, "sum");

	writer_say(w, "%s = 0;", writer_variable(w, term->type, name));
	open_loop(w, &loop, term->left);
	add_item(w, term, term->type, name);
	close_loop(w, &loop);
	return local(name);
}

/* The mean of nothing is not there. */
static struct value_text mean(struct writer *w, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	const struct type *type = type_wide(term->right ? term->right->type
	                                                : term->left->type->item);
	const char *name = writer_name(w, "sum"), *n = writer_name(w, "n");
	bool whole = type_is_integer(type);

	writer_say(w, "%s = 0;", writer_variable(w, type, name));
	writer_say(w, "uint32_t %s = 0;", n);
	open_loop(w, &loop, term->left);
	add_item(w, term, type, name);
	writer_say(w, "%s++;", n);
	close_loop(w, &loop);
	writer_require(w, arena_printf(w->arena, "%s > 0", n),
	               arena_printf(w->arena, "%s == 0", n));
	return value_number(arena_printf(w->arena, "%s%s / %s", whole ? "(double)" : "", name, n),
	                    BINDS_PRODUCT);
}

/* The least of nothing is not there. */
static struct value_text extreme(struct writer *w, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	bool is_min = term->fold == FOLD_MIN;
	const char *name = writer_name(w, is_min ? "least" : "most");
	const char *any = writer_name(w, arena_printf(w->arena, "has_%s", name));
	struct value_text value;

	writer_say(w, "%s = 0;", writer_variable(w, term->type, name));
	writer_say(w, "bool %s = false;", any);
	open_loop(w, &loop, term->left);
	value = folded(w, term);
	if (out_columns(value.text) > 16)
		value = term_keep(w, value, term->type, NULL);
	writer_say(w, "%s = %s ? pkd_%s_%s(%s, %s) : %s;", name, any, is_min ? "min" : "max",
	           type_word(term->type), name, value.text,
	           value_operand(w->arena, value, BINDS_OR));
	writer_say(w, "%s = true;", any);
	close_loop(w, &loop);
	writer_require(w, any, arena_printf(w->arena, "!%s", any));
	return local(name);
}

struct value_text list_fold(struct writer *w, const struct term *term)
{
	switch (term->fold) {
	case FOLD_MIN:
	case FOLD_MAX:
		return extreme(w, term);
	case FOLD_SUM:
		return sum(w, term);
	case FOLD_MEAN:
		return mean(w, term);
	case FOLD_COUNT:
		return count(w, term->left, term);
	case FOLD_EXISTS:
	case FOLD_ALL:
		break;
	}
	return exists(w, term);
}

struct value_text list_length(struct writer *w, const struct term *term)
{
	if (term->left->kind == TERM_WHERE)
		return count(w, term->left, NULL);
	if (!term_is_place(term->left->type))
		return value_number(arena_printf(w->arena, "(uint32_t)strlen(%s)",
		                                 term_number(w, term->left).text),
		                    BINDS_UNARY);
	return value_number(place_length(w->arena, term_place(w, term->left), term->left->type),
	                    BINDS_ALL);
}

/* ---- Items ---- */

void list_where(struct writer *w, struct value_text to, const struct term *term)
{
	struct loop loop = find_list(w, term);
	const char *n = writer_name(w, "n");
	const struct type *type = term->type;
	bool assigned = !term_is_place(type->item) || type->item->kind == TYPE_RECORD;
	const char *at = assigned ? arena_printf(w->arena, "%s++", n) : n;

	writer_say(w, "uint32_t %s = 0;", n);
	open_loop(w, &loop, term);
	place_copy(w, place_item(w->arena, to, type, at), this_item(w), type->item);
	if (!assigned)
		writer_say(w, "%s++;", n);
	close_loop(w, &loop);
	writer_say(w, "%s = %s;", place_member(w->arena, to, "len").text, n);
}

void list_select(struct writer *w, struct value_text to, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	const char *n = writer_name(w, "n");

	writer_say(w, "uint32_t %s = 0;", n);
	open_loop(w, &loop, term->left);
	term_fill(w, place_item(w->arena, to, term->type, n), term->right);
	writer_say(w, "%s++;", n);
	close_loop(w, &loop);
	writer_say(w, "%s = %s;", place_member(w->arena, to, "len").text, n);
}

void list_take(struct writer *w, struct value_text to, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	bool constant = term->right->kind == TERM_CONST && term->right->value.i >= 0 &&
	                term->right->value.i <= INT32_MAX;
	struct value_text most = term_number(w, term->right);
	const char *n = writer_name(w, "n");

	if (!constant)
		most = term_keep(w, most, term->right->type, "most");
	writer_say(w, "uint32_t %s = 0;", n);
	open_loop(w, &loop, term->left);
	writer_say(w, "if (%s >= %s)\n\tbreak;", n, most.text);
	place_copy(w, place_item(w->arena, to, term->type, n), this_item(w), term->type->item);
	writer_say(w, "%s++;", n);
	close_loop(w, &loop);
	writer_say(w, "%s = %s;", place_member(w->arena, to, "len").text, n);
}

/* Room for the order of a list's items. */
static const char *make_order(struct writer *w, const struct type *key, uint64_t n)
{
	bool large = n * 16 > WRITER_LARGE;
	const char *name = large ? writer_member(w, "order") : writer_name(w, "order");
	const char *declaration = arena_printf(w->arena, "struct pkd_order_%s %s[%llu]",
	                                       type_word(key), name, (unsigned long long)n);

	if (!large) {
		writer_say(w, "%s;", declaration);
		return name;
	}
	out_field(&w->rooms, "%s;", declaration);
	return arena_printf(w->arena, "self->%s", name);
}

void list_sorted(struct writer *w, struct value_text to, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	const struct type *item = term->type->item;
	const struct type *key = type_wide(term->right ? term->right->type : item);
	const char *order = make_order(w, key, term->type->n.value), *n = writer_name(w, "n");

	writer_say(w, "uint32_t %s = 0;", n);
	open_loop(w, &loop, term->left);
	writer_say(w, "%s[%s++] = (struct pkd_order_%s){%s, %s};", order, n, type_word(key),
	           folded(w, term).text, loop.i);
	close_loop(w, &loop);
	writer_say(w, "pkd_sort_%s(%s, %s);", type_word(key), order, n);
	const char *i = writer_name(w, "i");
	const char *at = arena_printf(w->arena, "%s[%s].at", order, i);
	writer_say(w, "for (uint32_t %s = 0; %s < %s; %s++)%s", i, i, n, i,
	           term_is_place(item) && item->kind != TYPE_RECORD ? " {" : "");
	w->depth++;
	place_copy(w, place_item(w->arena, to, term->type, i),
	           place_item(w->arena, loop.list, loop.type, at), item);
	w->depth--;
	if (term_is_place(item) && item->kind != TYPE_RECORD)
		writer_say(w, "}");
	writer_forget(w, i);
	writer_say(w, "%s = %s;", place_member(w->arena, to, "len").text, n);
}

struct value_text list_best(struct writer *w, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	const struct type *type = term->left->type->item, *key = term->right->type;
	const char *best = writer_name(w, "best"), *most = writer_name(w, "most"), *better;
	struct value_text value;

	writer_say(w, "%s = NULL;", writer_pointer(w, type, best));
	writer_say(w, "%s = 0;", writer_variable(w, key, most));
	open_loop(w, &loop, term->left);
	value = term_number(w, term->right);
	if (out_columns(value.text) > 16)
		value = term_keep(w, value, key, NULL);
	better = type_is_fraction(key)
	                 ? arena_printf(w->arena, "pkd_above_%s(%s, %s)", type_word(key),
	                                value.text, most)
	                 : arena_printf(w->arena, "%s > %s",
	                                value_operand(w->arena, value, BINDS_SUM), most);
	writer_say(w, "if (!%s || %s) {\n\t%s = %s;\n\t%s = %s;\n}", best, better, best,
	           place_address(w->arena,
	                         (struct value_text){.text = w->items.items[w->items.n - 1].access},
	                         type),
	           most, value.text);
	close_loop(w, &loop);
	writer_require(w, best, arena_printf(w->arena, "!%s", best));
	return (struct value_text){.text = best, .binding = BINDS_ALL, .pointer = true};
}

/* The item of a number among those that pass the tests. */
static struct value_text passing(struct writer *w, const struct term *term)
{
	struct loop loop = find_list(w, term->left);
	const struct type *type = term->left->type->item;
	bool first = term->right->kind == TERM_CONST && term->right->value.i == 0;
	const char *skip = NULL, *name, *address;

	if (!first) {
		struct value_text index = term_number(w, term->right);
		skip = writer_name(w, "skip");
		writer_say(w, "int64_t %s = %s;", skip, index.text);
	}
	name = writer_name(w, first ? "first" : "found");
	writer_say(w, "%s = NULL;", writer_pointer(w, type, name));
	open_loop(w, &loop, term->left);
	address = place_address(
		w->arena, (struct value_text){.text = w->items.items[w->items.n - 1].access}, type);
	if (first)
		writer_say(w, "%s = %s;\nbreak;", name, address);
	else
		writer_say(w, "if (%s-- == 0) {\n\t%s = %s;\n\tbreak;\n}", skip, name, address);
	close_loop(w, &loop);
	writer_require(w, name, arena_printf(w->arena, "!%s", name));
	return (struct value_text){.text = name, .binding = BINDS_ALL, .pointer = true};
}

/* Holds where the index is inside. */
static void require_inside(struct writer *w, struct value_text list, const struct type *type,
                           const char *index, bool constant)
{
	const char *n = type->kind == TYPE_LIST
	                        ? place_length(w->arena, list, type)
	                        : arena_printf(w->arena, "%llu", (unsigned long long)type->n.value);

	if (constant)
		writer_require(w, arena_printf(w->arena, "%s > %s", n, index),
		               strcmp(index, "0") == 0
		                       ? arena_printf(w->arena, "%s == 0", n)
		                       : arena_printf(w->arena, "%s <= %s", n, index));
	else
		writer_require(w, arena_printf(w->arena, "%s >= 0 && %s < %s", index, index, n),
		               arena_printf(w->arena, "%s < 0 || %s >= %s", index, index, n));
}

struct value_text list_element(struct writer *w, const struct term *term)
{
	const struct type *type = term->left->type;
	bool constant = term->right->kind == TERM_CONST;
	struct value_text list, index;

	if (term->left->kind == TERM_WHERE)
		return passing(w, term);
	list = term_place(w, term->left);
	if (out_columns(list.text) > 24)
		list = term_keep(w, list, type, "list");
	index = term_number(w, term->right);
	if (constant &&
	    (term->right->value.i < 0 ||
	     (type->kind == TYPE_ARRAY && (uint64_t)term->right->value.i >= type->n.value))) {
		writer_say(w, "%s", writer_leave(w));
		return place_item(w->arena, list, type, "0");
	}
	if (!constant && term->right->kind != TERM_IT)
		index = term_keep(w, index, term->right->type, "at");
	if (!constant || type->kind == TYPE_LIST)
		require_inside(w, list, type, index.text, constant);
	return place_item(w->arena, list, type, index.text);
}
