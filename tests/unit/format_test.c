/* The layout of every .pkd file of the project, as it is and with its white space shaken. */
#define _GNU_SOURCE /* memmem */
#include "base/file.h"
#include "front/front.h"
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VARIANTS 12

struct fixture {
	struct arena *arena;
	struct sources sources;
	struct diags diags;
};

static void begin(struct fixture *f)
{
	f->arena = arena_create();
	sources_init(&f->sources, f->arena);
	diags_init(&f->diags, f->arena, &f->sources);
}

static uint32_t add(struct fixture *f, const char *text, size_t length)
{
	uint32_t source;
	sources_add_text(&f->sources, "text", "", text, length, &source);
	return source;
}

static const char *laid_out(struct fixture *f, const char *text, size_t length)
{
	struct buf out;
	buf_init(&out);
	assert_true(format(f->arena, &f->sources, add(f, text, length), &out));
	const char *copy = arena_strndup(f->arena, out.text, out.length);
	buf_finish(&out);
	return copy;
}

static void expect_layout(const char *text, const char *expected)
{
	struct fixture f;
	begin(&f);
	assert_string_equal(laid_out(&f, text, strlen(text)), expected);
	assert_string_equal(laid_out(&f, expected, strlen(expected)), expected);
	arena_destroy(f.arena);
}

/* ---- Rules ---- */

static void angle_brackets_of_types_are_tight_and_comparisons_are_not(void **state)
{
	(void)state;
	expect_layout("node f < W > ( a : list < i32,4 > ?,b : bool=1<2 )",
	              "node f<W>(a: list<i32, 4>?, b: bool = 1 < 2)\n");
	expect_layout("pipeline p(){ x=f(a:b<c,d:[e<g]) }",
	              "pipeline p() { x = f(a: b < c, d: [e < g]) }\n");
}

static void minus_is_an_operator_only_behind_an_operand(void **state)
{
	(void)state;
	expect_layout("const A=- 1- - b", "const A = -1 - -b\n");
	expect_layout("pipeline p(){x=y [ - 7 .. 0 ]}", "pipeline p() { x = y[-7..0] }\n");
}

static void bindings_are_aligned_where_one_was(void **state)
{
	(void)state;
	expect_layout("const A  = 1\nconst BB = 2\nconst CCC = 3\n",
	              "const A   = 1\nconst BB  = 2\nconst CCC = 3\n");
	expect_layout("const A = 1\nconst BB = 2\n\nconst C   =3\n",
	              "const A = 1\nconst BB = 2\n\nconst C = 3\n");
	expect_layout("const A    = 1\nconst BB = 2\n", "const A    = 1\nconst BB   = 2\n");
}

static void comments_of_lines_in_a_row_share_a_column(void **state)
{
	(void)state;
	expect_layout("const A=1// one\nconst BB=22/* two */\n",
	              "const A = 1    // one\nconst BB = 22  /* two */\n");
	expect_layout("const A = 1        // one\nconst BB = 22   // two\n",
	              "const A = 1        // one\nconst BB = 22      // two\n");
	expect_layout("const A = 1   // one\n              // more\n// next\n",
	              "const A = 1   // one\n              // more\n// next\n");
}

static void c_is_left_as_it_is(void **state)
{
	(void)state;
	expect_layout("node n ( ) {\nstep {=\n\t  int  x;  \r\n =}\n}",
	              "node n() {\n    step {=\n\t  int  x;  \r\n =}\n}\n");
}

static void blank_lines_do_not_pile_up(void **state)
{
	(void)state;
	expect_layout("\n\n\nconst A = 1\n\n\n\n// c  \n\n\nconst B = 2\n\n\n",
	              "const A = 1\n\n// c\n\nconst B = 2\n");
	expect_layout("", "");
	expect_layout("\xEF\xBB\xBF\r\n// only\r\n", "// only\n");
}

static void a_column_far_away_is_not_kept(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f);
	const char *text = arena_printf(f.arena, "const A = 1%5000s// one\n", "");
	assert_string_equal(laid_out(&f, text, strlen(text)), "const A = 1  // one\n");
	arena_destroy(f.arena);
}

/* ---- All files ---- */

static unsigned random_state;

static unsigned below(unsigned n)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % n;
}

static void put_space(struct buf *out, unsigned least)
{
	static const char *const spaces[] = {" ", "  ", "\t", "     ", " \t", "\r"};
	for (unsigned n = least + below(3); n > 0; n--)
		buf_puts(out, spaces[below(6)]);
}

/* What stands between two tokens: other spaces, more line ends where one was, comments. */
static void shake_gap(struct buf *out, const char *text, uint32_t length)
{
	put_space(out, 0);
	for (uint32_t i = 0; i < length;) {
		const char *close = NULL;
		uint32_t n = 1;
		if (text[i] == '/') {
			bool line = text[i + 1] == '/';
			close = line ? memchr(text + i, '\n', length - i)
			             : memmem(text + i + 2, length - i - 2, "*/", 2);
			n = !close ? length - i : (uint32_t)(close - text) - i + (line ? 0 : 2);
			buf_write(out, text + i, n);
		} else if (text[i] == '\n') {
			buf_puts(out, below(4) ? "\n" : "\n \n\n");
			put_space(out, 0);
		} else {
			put_space(out, 1);
		}
		i += n;
	}
}

static void shake(struct fixture *f, uint32_t source, struct buf *out)
{
	const struct source s = f->sources.list.items[source];
	struct tokens tokens = lexer_tokens(f->arena, &f->diags, &f->sources, source);
	uint32_t at = 0;
	for (size_t i = 0; i < tokens.n; i++) {
		struct span span = tokens.items[i].span;
		if (tokens.items[i].ends_statement)
			continue;
		shake_gap(out, s.text + at, span.start - at);
		buf_write(out, s.text + span.start, span.end - span.start);
		at = span.end;
	}
	shake_gap(out, s.text + at, s.length - at);
}

static void lay_out_file(const char *path)
{
	struct fixture f;
	uint32_t source;
	begin(&f);
	int error = sources_add(&f.sources, path, path, &source);
	if (error == -EILSEQ) { /* of the fuzzer: it has NULs, and is no text */
		arena_destroy(f.arena);
		return;
	}
	assert_int_equal(error, 0);
	lexer_tokens(f.arena, &f.diags, &f.sources, source);
	size_t n_errors = f.diags.n_errors; /* a test of the scanner's own messages */
	for (unsigned variant = 0; !n_errors && variant < VARIANTS; variant++) {
		struct buf text;
		buf_init(&text);
		random_state = variant;
		if (variant)
			shake(&f, source, &text);
		else
			buf_write(&text, f.sources.list.items[source].text,
			          f.sources.list.items[source].length);
		const char *once = laid_out(&f, text.text, text.length);
		assert_string_equal(laid_out(&f, once, strlen(once)), once);
		buf_finish(&text);
	}
	arena_destroy(f.arena);
}

static int n_files;

static int visit(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)place;
	const char *dot = strrchr(path, '.');
	if (type != FTW_F || !dot || strcmp(dot, ".pkd") != 0)
		return 0;
	n_files++;
	lay_out_file(path);
	return 0;
}

static void layout_of_every_file_keeps_its_tokens_and_is_stable(void **state)
{
	static const char *const directories[] = {"stdlib", "examples", "tests"};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const char *root = getenv("ROOT");
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", root ? root : ".", directories[i]);
		assert_int_equal(nftw(path, visit, 16, FTW_PHYS), 0);
	}
	assert_true(n_files > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(angle_brackets_of_types_are_tight_and_comparisons_are_not),
		cmocka_unit_test(minus_is_an_operator_only_behind_an_operand),
		cmocka_unit_test(bindings_are_aligned_where_one_was),
		cmocka_unit_test(comments_of_lines_in_a_row_share_a_column),
		cmocka_unit_test(c_is_left_as_it_is),
		cmocka_unit_test(blank_lines_do_not_pile_up),
		cmocka_unit_test(a_column_far_away_is_not_kept),
		cmocka_unit_test(layout_of_every_file_keeps_its_tokens_and_is_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
