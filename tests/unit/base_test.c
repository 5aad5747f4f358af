/* base/, sources and the rendering of messages. */
#define _GNU_SOURCE /* open_memstream, mkdtemp */
#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "base/quantity.h"
#include "base/set.h"
#include "base/text.h"
#include "front/diag.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Every test has an arena and an empty directory. */
struct fixture {
	struct arena *arena;
	char directory[64];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->arena = arena_create();
	strcpy(f->directory, "/tmp/pkd-base-XXXXXX");
	*state = f;
	return mkdtemp(f->directory) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	const char **names;
	size_t n;
	if (file_list(f->arena, f->directory, "", &names, &n) == 0) {
		for (size_t i = 0; i < n; i++)
			unlink(path_join(f->arena, f->directory, names[i]));
	}
	rmdir(f->directory);
	arena_destroy(f->arena);
	free(f);
	return 0;
}

static const char *in_directory(struct fixture *f, const char *name)
{
	return path_join(f->arena, f->directory, name);
}

static void arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
	struct fixture *f = *state;
	unsigned char *last = NULL;
	for (size_t size = 1; size < 300000; size = size * 2 + 1) {
		unsigned char *memory = arena_alloc(f->arena, size);
		assert_int_equal((uintptr_t)memory % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
		assert_ptr_not_equal(memory, last);
		last = memory;
	}
}

static void arena_formats_and_copies_text(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(arena_printf(f->arena, "%s:%d", "a", 7), "a:7");
	assert_string_equal(arena_strndup(f->arena, "abc", 2), "ab");
	assert_string_equal(arena_strdup(f->arena, ""), "");
}

static void vector_keeps_its_items_while_it_grows(void **state)
{
	struct fixture *f = *state;
	VEC(size_t) v = {0};
	for (size_t i = 0; i < 1000; i++)
		vec_push(f->arena, &v, i * i);
	assert_int_equal(v.n, 1000);
	for (size_t i = 0; i < v.n; i++)
		assert_int_equal(v.items[i], i * i);
}

static void buffer_grows_and_stays_ended(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf);
	assert_string_equal(buf.text, "");
	for (int i = 0; i < 5000; i++)
		buf_printf(&buf, "%d,", i % 10);
	buf_putc(&buf, '!');
	buf_puts(&buf, "end");
	assert_int_equal(buf.length, 10004);
	assert_int_equal(strlen(buf.text), 10004);
	assert_string_equal(buf.text + 9998, "9,!end");
	buf_finish(&buf);
}

static void map_finds_replaces_and_keeps_order(void **state)
{
	struct fixture *f = *state;
	struct map map = {0};
	assert_null(map_get(&map, "x"));
	for (int i = 0; i < 500; i++) {
		const char *key = arena_printf(f->arena, "key %d", i);
		assert_null(map_put(f->arena, &map, key, arena_strdup(f->arena, key)));
	}
	assert_int_equal(map.n, 500);
	for (int i = 0; i < 500; i++) {
		const char *key = arena_printf(f->arena, "key %d", i);
		assert_string_equal(map.entries[i].key, key);
		assert_string_equal(map_get(&map, key), key);
	}
	char other[] = "other";
	assert_string_equal(map_put(f->arena, &map, "key 7", other), "key 7");
	assert_ptr_equal(map_get(&map, "key 7"), other);
	assert_int_equal(map.n, 500);
}

static const char *nearest(const char *word)
{
	static const char *const candidates[] = {"open",   "write", "show",
	                                         "people", "x",     "min_score"};
	return text_nearest(word, candidates, sizeof candidates / sizeof *candidates);
}

/* Numbers of eight, far apart; in a set where their bit is 1. */
static uint32_t number_of_bit(int bit)
{
	static const uint32_t numbers[] = {0, 1, 2, 3, 4096, 4097, 0x80000000, UINT32_MAX};

	return numbers[bit];
}

static bool set_has(const struct set *set, uint32_t number)
{
	while (set && set->bit)
		set = number & set->bit ? set->right : set->left;
	return set && set->lowest == number;
}

static void sets_of_the_same_numbers_are_one(void **state)
{
	struct fixture *f = *state;
	struct sets sets = {.arena = f->arena};
	const struct set *all[256] = {NULL};
	for (unsigned i = 1; i < 256; i++)
		for (int bit = 0; bit < 8; bit++)
			if (i >> bit & 1)
				all[i] = set_unite(&sets, set_of(&sets, number_of_bit(bit)),
				                   all[i]);
	for (unsigned i = 0; i < 256; i++) {
		for (int bit = 0; bit < 8; bit++)
			assert_int_equal(set_has(all[i], number_of_bit(bit)), i >> bit & 1);
		assert_false(set_has(all[i], 5));
		for (unsigned k = 0; k < 256; k++) {
			assert_ptr_equal(set_unite(&sets, all[i], all[k]), all[i | k]);
			assert_ptr_equal(set_subtract(&sets, all[i], all[k]), all[i & ~k]);
		}
	}
}

static void nearest_word_is_what_was_probably_meant(void **state)
{
	(void)state;
	assert_string_equal(nearest("opne"), "open");
	assert_string_equal(nearest("wirte"), "write");
	assert_string_equal(nearest("peeple"), "people");
	assert_string_equal(nearest("min_scroe"), "min_score");
	assert_string_equal(nearest("show"), "show");
	assert_string_equal(nearest("min_scoreboard"), "min_score"); /* it begins so */
	assert_null(nearest("elephant"));
	assert_null(nearest(""));
	assert_null(nearest("y")); /* everything of it would be replaced */
	assert_true(text_ends_with("a.pkd", ".pkd"));
	assert_false(text_ends_with("pkd", ".pkd"));
}

static void only_well_formed_utf8_is_a_character(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{"a", 1},
		{"\x7f", 1},
		{"\xc2\x80", 2},
		{"\xdf\xbf", 2},
		{"\xe0\xa0\x80", 3},
		{"\xed\x9f\xbf", 3},
		{"\xee\x80\x80", 3},
		{"\xf0\x90\x80\x80", 4},
		{"\xf4\x8f\xbf\xbf", 4},
		{"\x80", 0}, /* begins inside a character */
		{"\xff", 0},
		{"\xc1\xbf", 0}, /* overlong */
		{"\xe0\x9f\xbf", 0},
		{"\xf0\x8f\xbf\xbf", 0},
		{"\xed\xa0\x80", 0},     /* a surrogate */
		{"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
		{"\xf5\x80\x80\x80", 0},
		{"\xe2\x82", 0}, /* cut */
		{"\xe2\x82q", 0},
		{"\xf0\x9f\x90q", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].text);
		assert_int_equal(text_utf8_length(cases[i].text, n), cases[i].length);
		/* What follows a character is not its own; what is missing makes it none. */
		if (cases[i].length > 1)
			assert_int_equal(text_utf8_length(cases[i].text, n - 1), 0);
	}
	assert_int_equal(text_columns("na\xc3\xafve\t\xf0\x9f\x90\x8e", 11), 7);
}

static void quantities_are_shown_in_the_unit_that_suits_them(void **state)
{
	const struct fixture *f = *state;
	assert_string_equal(number_words(f->arena, 0), "0");
	assert_string_equal(number_words(f->arena, 999), "999");
	assert_string_equal(number_words(f->arena, 12345678), "12 345 678");
	assert_string_equal(bytes_words(f->arena, 1023), "1023 B");
	assert_string_equal(bytes_words(f->arena, 4096), "4 KiB");
	assert_string_equal(bytes_words(f->arena, 5347738), "5.1 MiB");
	assert_string_equal(bytes_words(f->arena, UINT64_MAX), "16.0 EiB");
	assert_string_equal(time_words(f->arena, 120000000), "120 ms");
	assert_string_equal(time_words(f->arena, 33333333), "33.3 ms");
	assert_string_equal(time_words(f->arena, 120000000000), "2 min");
	assert_string_equal(time_words(f->arena, 1501), "1501 ns");
	assert_string_equal(time_source(f->arena, 120000000), "120ms");
	assert_string_equal(time_source(f->arena, 33333333), "33333333ns");
	assert_string_equal(time_source(f->arena, 120000000000), "120s");
}

static void paths_are_taken_apart_and_joined(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(path_directory(f->arena, "a/b/c.pkd"), "a/b");
	assert_string_equal(path_directory(f->arena, "c.pkd"), ".");
	assert_string_equal(path_directory(f->arena, "/c.pkd"), "/");
	assert_string_equal(path_base("a/b/c.pkd"), "c.pkd");
	assert_string_equal(path_stem(f->arena, "a.d/c.x.pkd"), "c.x");
	assert_string_equal(path_stem(f->arena, "a.d/c"), "c");
	assert_string_equal(path_join(f->arena, ".", "c"), "c");
	assert_string_equal(path_join(f->arena, "a", "c"), "a/c");
	assert_string_equal(path_join(f->arena, "a", "/c"), "/c");
	assert_string_equal(path_join(f->arena, "/", "c"), "/c");
}

static void file_write_replaces_and_leaves_an_equal_file_alone(void **state)
{
	struct fixture *f = *state;
	const char *path = in_directory(f, "a");
	char *text;
	size_t length;
	assert_int_equal(file_write(path, "one", 3), 0);
	struct stat before, after;
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(file_write(path, "one", 3), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(file_write(path, "three", 5), 0);
	assert_int_equal(file_read(f->arena, path, 100, &text, &length), 0);
	assert_int_equal(length, 5);
	assert_string_equal(text, "three");
}

static void file_write_writes_to_what_is_no_file(void **state)
{
	char path[96], got[8];
	struct stat status;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/pkd-base-%ld.pipe", (long)getpid());
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(file_write(path, "three", 5), 0);
	assert_int_equal(read(fd, got, sizeof(got)), 5);
	assert_memory_equal(got, "three", 5);
	close(fd);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_write("/tmp", "", 0), -EISDIR);
}

static void file_write_leaves_the_old_file_when_there_is_no_room(void **state)
{
	struct fixture *f = *state;
	const char *path = in_directory(f, "a");
	char big[4096];
	memset(big, 'x', sizeof big);
	assert_int_equal(file_write(path, "old", 3), 0);
	struct rlimit old_limit, limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
	limit = (struct rlimit){1000, old_limit.rlim_max};
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	int error = file_write(path, big, sizeof big);
	setrlimit(RLIMIT_FSIZE, &old_limit);
	signal(SIGXFSZ, handler);
	assert_int_equal(error, -EFBIG);
	const char **names;
	size_t n, length;
	char *text;
	assert_int_equal(file_list(f->arena, f->directory, "", &names, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(file_read(f->arena, path, 100, &text, &length), 0);
	assert_string_equal(text, "old");
}

static void file_read_refuses_what_is_no_file(void **state)
{
	struct fixture *f = *state;
	char *text;
	size_t length;
	const char *fifo = in_directory(f, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(file_read(f->arena, f->directory, 9, &text, &length), -EISDIR);
	assert_int_equal(file_read(f->arena, fifo, 9, &text, &length), -EINVAL);
	assert_int_equal(file_read(f->arena, in_directory(f, "none"), 9, &text, &length), -ENOENT);
	assert_int_equal(file_write(in_directory(f, "big"), "0123456789", 10), 0);
	assert_int_equal(file_read(f->arena, in_directory(f, "big"), 9, &text, &length), -EFBIG);
}

static void file_list_sorts_and_cuts_the_suffix(void **state)
{
	struct fixture *f = *state;
	const char **names;
	size_t n;
	file_write(in_directory(f, "b.pkd"), "", 0);
	file_write(in_directory(f, "a.pkd"), "", 0);
	file_write(in_directory(f, "c.c"), "", 0);
	assert_int_equal(file_list(f->arena, f->directory, ".pkd", &names, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
}

/* ---- Messages ---- */

struct messages {
	struct sources sources;
	struct diags diags;
	uint32_t source;
};

static void messages_init(struct fixture *f, struct messages *m, const char *text)
{
	const char *path = in_directory(f, "t.pkd");
	assert_int_equal(file_write(path, text, strlen(text)), 0);
	sources_init(&m->sources, f->arena);
	diags_init(&m->diags, f->arena, &m->sources);
	assert_int_equal(sources_add(&m->sources, "t.pkd", path, &m->source), 0);
}

/* The span of the first `word`. */
static struct span at(const struct messages *m, const char *word)
{
	const char *text = m->sources.list.items[m->source].text;
	uint32_t start = (uint32_t)(strstr(text, word) - text);
	return (struct span){m->source, start, start + (uint32_t)strlen(word)};
}

static void assert_printed(struct fixture *f, const struct messages *m, const char *expected)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	diags_print(&m->diags, file, false);
	fclose(file);
	char *copy = arena_strdup(f->arena, text);
	free(text);
	assert_string_equal(copy, expected);
}

static void message_shows_the_line_help_and_notes(void **state)
{
	struct fixture *f = *state;
	struct messages m;
	messages_init(f, &m, "use video\n\n\n\n\n\n\n\n\n    cam = video.opne(source)\n");
	static const char *const names[] = {"video.open", "video.show"};
	diag_report(&m.diags, E0205, at(&m, "video.opne"), "unknown node '%s'", "video.opne");
	diag_suggest(&m.diags, "video.opne", names, 2);
	diag_note(&m.diags, at(&m, "use video"), "the module is used here");
	assert_printed(f, &m,
	               "t.pkd:10:11: error[E0205]: unknown node 'video.opne'\n"
	               "   |\n"
	               "10 |     cam = video.opne(source)\n"
	               "   |           ^^^^^^^^^^\n"
	               "t.pkd:1:1: note: the module is used here\n"
	               "   |\n"
	               " 1 | use video\n"
	               "   | ^^^^^^^^^\n"
	               "   = help: did you mean 'video.open'?\n"
	               "1 error\n");
}

static void messages_come_in_source_order_and_once(void **state)
{
	struct fixture *f = *state;
	struct messages m;
	messages_init(f, &m, "first\nsecond\n");
	diag_report(&m.diags, W0601, at(&m, "second"), "two");
	diag_report(&m.diags, E0201, at(&m, "first"), "one");
	diag_report(&m.diags, E0201, at(&m, "first"), "one again");
	diag_help(&m.diags, "of the dropped one");
	diag_report(&m.diags, E0203, (struct span){0}, "no place");
	assert_printed(f, &m,
	               "pkdc: error[E0203]: no place\n"
	               "t.pkd:1:1: error[E0201]: one\n"
	               "  |\n"
	               "1 | first\n"
	               "  | ^^^^^\n"
	               "t.pkd:2:1: warning[W0601]: two\n"
	               "  |\n"
	               "2 | second\n"
	               "  | ^^^^^^\n"
	               "2 errors, 1 warning\n");
}

static void carets_stand_under_tabs_wide_text_and_bad_bytes(void **state)
{
	struct fixture *f = *state;
	struct messages m;
	messages_init(f, &m, "\tä\tx = \"\xff\x1b[0m\" here\r\n");
	diag_report(&m.diags, E0101, at(&m, "\xff"), "bad byte");
	diag_report(&m.diags, E0201, at(&m, "here"), "behind it");
	diag_report(&m.diags, E0103, at(&m, "\r\n"), "the line's end");
	assert_printed(f, &m,
	               "t.pkd:1:9: error[E0101]: bad byte\n"
	               "  |\n"
	               "1 |     ä   x = \"\\xff\\x1b[0m\" here\n"
	               "  |              ^^^^\n"
	               "t.pkd:1:16: error[E0201]: behind it\n"
	               "  |\n"
	               "1 |     ä   x = \"\\xff\\x1b[0m\" here\n"
	               "  |                           ^^^^\n"
	               "t.pkd:1:20: error[E0103]: the line's end\n"
	               "  |\n"
	               "1 |     ä   x = \"\\xff\\x1b[0m\" here\n"
	               "  |                               ^\n"
	               "3 errors\n");
}

static void a_span_of_several_lines_is_marked_on_its_first(void **state)
{
	struct fixture *f = *state;
	struct messages m;
	messages_init(f, &m, "a = (b\nc)\n");
	diag_report(&m.diags, E0103, at(&m, "(b\nc)"), "long");
	diag_report(&m.diags, E0103, (struct span){m.source, 10, 10}, "end of the file");
	assert_printed(f, &m,
	               "t.pkd:1:5: error[E0103]: long\n"
	               "  |\n"
	               "1 | a = (b\n"
	               "  |     ^^\n"
	               "t.pkd:3:1: error[E0103]: end of the file\n"
	               "  |\n"
	               "3 |\n"
	               "  | ^\n"
	               "2 errors\n");
}

static void long_lines_are_cut_around_the_carets(void **state)
{
	struct fixture *f = *state;
	struct messages m;
	char line[1001];
	memset(line, 'a', 1000);
	memcpy(line + 500, "WRONG", 5);
	line[1000] = '\0';
	messages_init(f, &m, line);
	diag_report(&m.diags, E0201, at(&m, "WRONG"), "here");
	assert_printed(f, &m,
	               arena_printf(f->arena,
	                            "t.pkd:1:501: error[E0201]: here\n"
	                            "  |\n"
	                            "1 | …%.59sWRONG%.95s…\n"
	                            "  | %60s^^^^^\n"
	                            "1 error\n",
	                            line, line, ""));
}

static void more_than_fifty_messages_are_counted(void **state)
{
	struct fixture *f = *state;
	struct messages m;
	messages_init(f, &m, "x\n");
	for (uint32_t i = 0; i < 20000; i++)
		diag_report(&m.diags, E0101, (struct span){m.source, i, i + 1}, "bad");
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	diags_print(&m.diags, file, false);
	fclose(file);
	assert_non_null(strstr(text, "19950 more not shown\n20000 errors\n"));
	free(text);
}

static void codes_have_names_and_titles(void **state)
{
	(void)state;
	enum diag_code code;
	assert_true(diag_code_find("E0205", &code));
	assert_int_equal(code, E0205);
	assert_string_equal(diag_code_name(code), "E0205");
	assert_string_equal(diag_code_title(code), "unknown node");
	assert_false(diag_code_find("E9999", &code));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(arena_gives_zeroed_aligned_memory_of_any_size),
		TEST(arena_formats_and_copies_text),
		TEST(vector_keeps_its_items_while_it_grows),
		TEST(buffer_grows_and_stays_ended),
		TEST(map_finds_replaces_and_keeps_order),
		TEST(sets_of_the_same_numbers_are_one),
		TEST(nearest_word_is_what_was_probably_meant),
		TEST(only_well_formed_utf8_is_a_character),
		TEST(quantities_are_shown_in_the_unit_that_suits_them),
		TEST(paths_are_taken_apart_and_joined),
		TEST(file_write_replaces_and_leaves_an_equal_file_alone),
		TEST(file_write_writes_to_what_is_no_file),
		TEST(file_write_leaves_the_old_file_when_there_is_no_room),
		TEST(file_read_refuses_what_is_no_file),
		TEST(file_list_sorts_and_cuts_the_suffix),
		TEST(message_shows_the_line_help_and_notes),
		TEST(messages_come_in_source_order_and_once),
		TEST(carets_stand_under_tabs_wide_text_and_bad_bytes),
		TEST(a_span_of_several_lines_is_marked_on_its_first),
		TEST(long_lines_are_cut_around_the_carets),
		TEST(more_than_fifty_messages_are_counted),
		TEST(codes_have_names_and_titles),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
