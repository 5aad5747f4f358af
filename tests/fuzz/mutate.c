/* A mutator for libFuzzer that knows the tokens of the language: it takes tokens, what stands in
 * brackets, and statements out of a text, repeats, exchanges and replaces them, also by those of
 * other texts. Most of what it makes gets past the parser, which few bytes that change at random
 * do. */
#include "front/front.h"
#include "sema/function.h"
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

enum { N_KEPT = 4096, KEPT_MAX = 400 };

/* A token, and how many bytes of blanks and comments stand before it in the text. */
struct piece {
	const char *text;
	size_t gap, n;
	bool ends_statement;
};

VEC_OF(pieces, struct piece);

/* A run of pieces: from `start`, before `end`. */
struct run {
	size_t start, end;
};

/* Runs of texts that were seen, each to be put into another one. */
static struct kept {
	char *text;
	size_t n;
} kept[N_KEPT];
static size_t n_kept;

static uint32_t state;

/* Xorshift: below n, which is not 0. */
static size_t below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static bool one_in(size_t n)
{
	return below(n) == 0;
}

static bool is_word(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

static struct pieces split(struct arena *arena, const char *text, size_t size)
{
	struct sources sources;
	struct diags diags;
	struct pieces pieces = {0};
	uint32_t source, before = 0;

	sources_init(&sources, arena);
	diags_init(&diags, arena, &sources);
	sources_add_text(&sources, "fuzz.pkd", "", text, size, &source);
	struct tokens tokens = lexer_tokens(arena, &diags, &sources, source);
	for (size_t i = 0; i < tokens.n; i++) {
		struct token token = tokens.items[i];
		if (token.span.end <= before || token.span.end > size)
			continue;
		uint32_t start = token.span.start < before ? before : token.span.start;
		vec_push(arena, &pieces,
		         (struct piece){text + before, start - before, token.span.end - start,
		                        token.ends_statement});
		before = token.span.end;
	}
	return pieces;
}

/* ---- Runs ---- */

static struct run some_tokens(const struct pieces *all)
{
	size_t start = below(all->n), n = one_in(4) ? 1 + below(6) : 1;

	return (struct run){start, start + n < all->n ? start + n : all->n};
}

static char first_char(const struct pieces *all, size_t i)
{
	return all->items[i].n ? all->items[i].text[all->items[i].gap] : '\0';
}

/* From an opening bracket to the one that closes it. */
static bool some_brackets(const struct pieces *all, struct run *ret_run)
{
	size_t from = below(all->n), depth = 0;

	while (from < all->n && (!first_char(all, from) || !strchr("([{", first_char(all, from))))
		from++;
	for (size_t i = from; i < all->n; i++) {
		char c = first_char(all, i);
		if (c && strchr("([{", c))
			depth++;
		if (c && strchr(")]}", c) && --depth == 0) {
			*ret_run = (struct run){from, i + 1};
			return true;
		}
	}
	return false;
}

/* What stands between two commas, brackets, "=" or line ends: an argument, a side of a binding. */
static struct run some_part(const struct pieces *all)
{
	size_t start = below(all->n), end, depth = 0;

	for (end = start; end < all->n; end++) {
		char c = first_char(all, end);
		if (all->items[end].ends_statement || (c && strchr(",:=", c) && depth == 0))
			break;
		if (c && strchr("([{", c))
			depth++;
		else if (c && strchr(")]}", c) && depth-- == 0)
			break;
	}
	return (struct run){start, end > start ? end : start + 1};
}

/* With its line end. */
static struct run some_statement(const struct pieces *all)
{
	size_t start = below(all->n), end = start;

	while (start > 0 && !all->items[start - 1].ends_statement)
		start--;
	while (end < all->n && !all->items[end].ends_statement)
		end++;
	return (struct run){start, end < all->n ? end + 1 : end};
}

static struct run some_run(const struct pieces *all)
{
	struct run run;

	switch (below(4)) {
	case 0:
		return some_statement(all);
	case 1:
		return some_part(all);
	case 2:
		if (some_brackets(all, &run))
			return run;
		/* fallthrough */
	default:
		return some_tokens(all);
	}
}

/* A run of the same kind as another: a name for a name, brackets for brackets. */
static struct run alike(const struct pieces *all, struct run run)
{
	for (int i = 0; i < 16; i++) {
		struct run other = run.end - run.start == 1 ? some_tokens(all) : some_run(all);
		char a = first_char(all, run.start), b = first_char(all, other.start);
		if ((is_word(a) && is_word(b)) || a == b)
			return other;
	}
	return some_run(all);
}

/* ---- Texts ---- */

static struct pieces with(struct arena *arena, const struct pieces *all, struct run out,
                          const struct pieces *from, struct run in)
{
	struct pieces result = {0};

	for (size_t i = 0; i < out.start; i++)
		vec_push(arena, &result, all->items[i]);
	for (size_t i = in.start; i < in.end; i++)
		vec_push(arena, &result, from->items[i]);
	for (size_t i = out.end; i < all->n; i++)
		vec_push(arena, &result, all->items[i]);
	return result;
}

/* The text; a blank where two tokens would be one. */
static size_t put(const struct pieces *all, char *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct piece piece = all->items[i];
		size_t blank = piece.gap == 0 && n > 0 && is_word(out[n - 1]) &&
		               is_word(*piece.text);
		if (n + blank + piece.gap + piece.n > max)
			break;
		if (blank)
			out[n++] = ' ';
		memcpy(out + n, piece.text, piece.gap + piece.n);
		n += piece.gap + piece.n;
	}
	return n;
}

static void keep(const struct pieces *all, struct run run)
{
	struct pieces part = {all->items + run.start, run.end - run.start, 0};
	char text[KEPT_MAX];
	size_t n = put(&part, text, sizeof text);
	size_t at = n_kept < N_KEPT ? n_kept++ : below(N_KEPT);

	free(kept[at].text);
	kept[at].text = malloc(n + 1);
	memcpy(kept[at].text, text, n);
	kept[at].n = n;
}

/* Something from elsewhere: a function's name, or a run that was kept. */
static struct pieces something(struct arena *arena)
{
	struct pieces one = {0};

	if (one_in(16)) {
		const char *name = functions[below(N_FUNCTIONS)].word;
		vec_push(arena, &one, (struct piece){name, 0, strlen(name), false});
	} else if (n_kept > 0) {
		const struct kept *some = &kept[below(n_kept)];
		vec_push(arena, &one,
		         (struct piece){arena_strndup(arena, some->text, some->n), 0, some->n,
		                        false});
	}
	return one;
}

static struct pieces changed(struct arena *arena, const struct pieces *all)
{
	struct run run = some_run(all), none = {below(all->n), 0};
	struct pieces other = something(arena);
	struct run whole = {0, other.n};

	none.end = none.start;
	switch (below(6)) {
	case 0:
		return with(arena, all, run, all, (struct run){0, 0});
	case 1:
		return with(arena, all, none, all, run);
	case 2:
	case 3:
		return with(arena, all, run, all, alike(all, run));
	case 4:
		return with(arena, all, run, &other, whole);
	default:
		return with(arena, all, none, &other, whole);
	}
}

/* ---- The doorway ---- */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	state = seed | 1;
	if (size == 0 || one_in(8))
		return LLVMFuzzerMutate(data, size, max_size);
	struct arena *arena = arena_create();
	struct pieces all = split(arena, arena_strndup(arena, (char *)data, size), size);
	for (size_t n = 1 + below(4); n > 0 && all.n > 0; n--) {
		keep(&all, some_run(&all));
		all = changed(arena, &all);
	}
	size = all.n > 0 ? put(&all, (char *)data, max_size)
	                 : LLVMFuzzerMutate(data, size, max_size);
	arena_destroy(arena);
	return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_size, unsigned seed)
{
	struct arena *arena = arena_create();
	struct pieces a = split(arena, arena_strndup(arena, (const char *)data1, size1), size1);
	struct pieces b = split(arena, arena_strndup(arena, (const char *)data2, size2), size2);
	size_t n = 0;

	state = seed | 1;
	for (size_t i = 1 + below(3); i > 0 && a.n > 0 && b.n > 0; i--) {
		struct run in = some_run(&b);
		struct run at = one_in(2) ? some_run(&a) : (struct run){below(a.n), 0};
		at.end = at.end < at.start ? at.start : at.end;
		a = with(arena, &a, at, &b, in);
	}
	n = put(&a, (char *)out, max_size);
	arena_destroy(arena);
	return n;
}
