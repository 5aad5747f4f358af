/* table.read_csv on files that the test or Python's csv module writes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <table/read_csv.pkd.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_types.h"

extern const struct pkd_methods table_read_csv_methods;

struct run {
	struct pkd_ctx ctx;
	struct table_read_csv_params params;
	int32_t columns[4096];
	uint32_t n_columns;
	int32_t time_column;
	void *self;
	void *row;
};

/* Name and amount, of which a file may have them in any order. */
struct item {
	struct text8 name;
	int16_t n;
	float kg;
};

static const struct pkd_field item_fields[] = {
	{"name", &text_type, offsetof(struct item, name)},
	{"n", &i16_type, offsetof(struct item, n)},
	{"kg", &f32_type, offsetof(struct item, kg)},
};
static const struct pkd_type item_type = {.kind = PKD_RECORD,
                                          .name = "Item",
                                          .size = sizeof(struct item),
                                          .n = COUNT(item_fields),
                                          .fields = item_fields};

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int start(struct run *run, const char *path, const struct pkd_type *T)
{
	run->params.source = path;
	run->params.T = T;
	if (!run->params.separator)
		run->params.separator = ",";
	if (!run->params.time)
		run->params.time = "";
	run->ctx.memories[0] = run->columns;
	run->ctx.memories[1] = &run->n_columns;
	run->ctx.memories[2] = &run->time_column;
	run->self = fake_self(&table_read_csv_methods);
	run->row = fake_slot(T->size);
	return table_read_csv_methods.init(run->self, &run->params, &run->ctx);
}

static int step(struct run *run)
{
	struct table_read_csv_in in = {0};
	struct table_read_csv_out out = {run->row};

	memset(run->row, 0, run->params.T->size);
	run->ctx.number++;
	return fake_fire(&table_read_csv_methods, run->self, &in, &out, &run->ctx);
}

static void is_item(struct run *run, const char *name, int n, float kg)
{
	const struct item *item = run->row;

	assert_int_equal(step(run), PKD_OK);
	assert_string_equal(item->name.text, name);
	assert_int_equal(item->n, n);
	assert_true(item->kg == kg);
}

static void end(struct run *run)
{
	table_read_csv_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->row);
}

/* What is read of a text with one bad row, and why that is none. */
static void assert_bad(const char *text, const char *why)
{
	static struct run run;
	const char *path = fake_path("bad.csv");

	memset(&run, 0, sizeof(run));
	run.params.header = true;
	put(path, text);
	assert_int_equal(start(&run, path, &item_type), PKD_OK);
	is_item(&run, "good", 1, 1);
	if (!strstr(run.ctx.note, why))
		fail_msg("'%s' is not in '%s'", why, run.ctx.note);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_non_null(strstr(run.ctx.note, "1 row of"));
	end(&run);
	/* The same as an error. */
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	run.params.bad = table_Bad_fail;
	assert_int_equal(start(&run, path, &item_type), PKD_OK);
	assert_int_equal(step(&run), -EINVAL);
	assert_non_null(strstr(run.ctx.error, why));
	assert_non_null(strstr(run.ctx.error, "bad: skip leaves such a row out"));
	end(&run);
}

static struct run run;

static void begin(const char *text)
{
	const char *path = fake_path("in.csv");

	memset(&run, 0, sizeof(run));
	run.params.header = true;
	put(path, text);
	assert_int_equal(start(&run, path, &item_type), PKD_OK);
}

/* ---- Tests ---- */

static void columns_are_found_by_name(void **state)
{
	(void)state;
	begin("kg,more,name,n\r\n0.5,x,a,1\r\n-1e3,,b,-32768\r\n");
	is_item(&run, "a", 1, 0.5f);
	assert_non_null(strstr(run.ctx.note, "Item has no field for these columns, which are left "
	                                     "out: more"));
	is_item(&run, "b", -32768, -1000);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 1);
	end(&run);
}

/* As pandas writes the index of a table: no name, and any text. */
static void a_column_without_a_name_is_not_the_time(void **state)
{
	(void)state;
	begin(",name,n,kg\nmonday,a,1,2\n,b,3,4\n");
	is_item(&run, "a", 1, 2);
	assert_non_null(strstr(run.ctx.note, "left out: ''"));
	is_item(&run, "b", 3, 4);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 1);
	end(&run);
}

static void quoted_cells_have_what_they_like(void **state)
{
	(void)state;
	begin("\xef\xbb\xbf\"name\",n,kg\n\"a,\"\"b\"\"\",1,2\n\"\"\"\",\"2\",\"3\"\r\n\"x\r\ny\",3,4\n"
	      "q\"r,4, 5 \n\"\",5,6");
	is_item(&run, "a,\"b\"", 1, 2);
	is_item(&run, "\"", 2, 3);
	is_item(&run, "x\r\ny", 3, 4);
	is_item(&run, "q\"r", 4, 5);
	is_item(&run, "", 5, 6);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void empty_lines_and_files_are_nothing(void **state)
{
	(void)state;
	begin("");
	assert_int_equal(step(&run), PKD_SKIP);
	end(&run);
	begin("name,n,kg\n\n\r\na,1,2\n\n");
	is_item(&run, "a", 1, 2);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void a_bad_row_is_told_by_its_line(void **state)
{
	(void)state;
	assert_bad("name,n,kg\n\"a\nb\",oops,1\ngood,1,1\n", "line 2 of '");
	assert_bad("name,n,kg\na,oops,1\ngood,1,1\n", "column 'n': 'oops' is no whole number");
	assert_bad("name,n,kg\na,32768,1\ngood,1,1\n", "column 'n': 32768 does not fit i16");
	assert_bad("name,n,kg\na,1.0,1\ngood,1,1\n", "column 'n': '1.0' is no whole number");
	assert_bad("name,n,kg\na,1,0x1\ngood,1,1\n", "column 'kg': '0x1' is no number");
	assert_bad("name,n,kg\na,1,1e39\ngood,1,1\n", "1e39 is too large for f32");
	assert_bad("name,n,kg\na,1,\ngood,1,1\n", "column 'kg': it is empty, and no number");
	assert_bad("name,n,kg\n123456789,1,1\ngood,1,1\n", "string<8> has no room for it");
	assert_bad("name,n,kg\na,1\ngood,1,1\n", "2 cells, where there are 3 columns");
	assert_bad("name,n,kg\na,1,2,3\ngood,1,1\n", "4 cells, where there are 3 columns");
	assert_bad("name,n,kg\n\"a\"b,1,1\ngood,1,1\n", "behind the quotation mark that closes");
	/* Such a mark takes its own line, and not the rest of the file. */
	assert_bad("name,n,kg\n\"a,1,1\ngood,1,1\n", "a quotation mark that is not closed");
	assert_bad("name,n,kg\na,\x1b[31m,1\ngood,1,1\n", "'?[31m' is no whole number");
}

static void many_bad_rows_are_counted(void **state)
{
	(void)state;
	fake_run("{ echo name,n,kg; yes a,x,1 | head -n 1000; echo b,1,1; } > '%s'",
	         fake_path("in.csv"));
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	assert_int_equal(start(&run, fake_path("in.csv"), &item_type), PKD_OK);
	while (step(&run) == PKD_LATER)
		;
	assert_string_equal(((struct item *)run.row)->name.text, "b");
	assert_int_equal(run.ctx.n_notes, 11);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_non_null(strstr(run.ctx.note, "1000 rows of"));
	end(&run);
}

static void a_missing_column_is_an_error(void **state)
{
	(void)state;
	begin("name,n\na,1\n");
	assert_int_equal(step(&run), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "has no column 'kg'; its columns are name, n"));
	end(&run);
}

static void without_a_header_columns_are_in_order(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.params.separator = ";";
	put(fake_path("in.csv"), "a;1;2\nb;2;3,5\n");
	assert_int_equal(start(&run, fake_path("in.csv"), &item_type), PKD_OK);
	is_item(&run, "a", 1, 2);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_non_null(strstr(run.ctx.note, "1 row of"));
	end(&run);
}

static void every_kind_of_value_is_read(void **state)
{
	static const char text[] =
		"yes,i8,u64,f64,when,raw,one.at.x,one.at.y,one.label,one.mood,many_count,many,three\n"
		"True,-128,18446744073709551615,1e308,-2.0000000019,00ABff,nan,-inf,x,cross,1,"
		"\"[{\"\"at\"\": {\"\"x\"\": 1, \"\"y\"\": null}, \"\"label\"\": \"\"\\u00e9\\ud83d\\ude00\"\", "
		"\"\"mood\"\": 0, \"\"more\"\": [{}]}]\",\"[1,-2,3]\"\n";
	const struct all *all;

	(void)state;
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	put(fake_path("in.csv"), text);
	assert_int_equal(start(&run, fake_path("in.csv"), &all_type), PKD_OK);
	if (step(&run) != PKD_OK)
		fail_msg("%s", run.ctx.note);
	all = run.row;
	assert_int_equal(all->yes, 1);
	assert_int_equal(all->i8, -128);
	assert_true(all->u64 == UINT64_MAX && all->f64 == 1e308);
	assert_int_equal(all->when, -2000000001);
	assert_int_equal(all->raw.len, 3);
	assert_int_equal(all->raw.data[1], 0xab);
	assert_true(isnan(all->one.at.x) && isinf(all->one.at.y));
	assert_int_equal(all->one.mood, 1);
	assert_int_equal(all->many.len, 1);
	assert_true(isnan(all->many.items[0].at.y));
	assert_string_equal(all->many.items[0].label.text, "\xc3\xa9\xf0\x9f\x98\x80");
	assert_int_equal(all->three[1], -2);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void what_python_writes_is_read(void **state)
{
	const char *path = fake_path("in.csv");

	(void)state;
	fake_run("python3 -c 'import csv, random, sys\n"
	         "random.seed(7)\n"
	         "w = csv.writer(open(sys.argv[1], \"w\", newline=\"\"))\n"
	         "w.writerow([\"n\", \"kg\", \"name\"])\n"
	         "for n in range(3000):\n"
	         "    w.writerow([n, n / 8, \"\".join(random.choice(\"a,\\\"\\n\\r \") for _ in "
	         "range(n %% 8))])\n"
	         "' '%s'",
	         path);
	fake_run("python3 -c 'import csv, sys\n"
	         "for row in csv.DictReader(open(sys.argv[1], newline=\"\")):\n"
	         "    sys.stdout.write(row[\"name\"] + chr(0))' '%s' > '%s.names'",
	         path, path);
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	assert_int_equal(start(&run, path, &item_type), PKD_OK);
	FILE *names = fopen(fake_path("in.csv.names"), "r");
	char *name = NULL;
	size_t size = 0;
	for (int n = 0; n < 3000; n++) {
		assert_true(getdelim(&name, &size, 0, names) > 0);
		is_item(&run, name, n, (float)n / 8);
	}
	free(name);
	fclose(names);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_int_equal(run.ctx.n_notes, 0);
	end(&run);
}

static void a_restart_goes_on_with_the_next_row(void **state)
{
	(void)state;
	begin("n,name,kg\n1,a,1\nx,bad,1\n2,\"b\nb\",2\n3,c,3\nx,bad,1\n");
	is_item(&run, "a", 1, 1);
	assert_int_equal(fake_restart(&table_read_csv_methods, &run.self, &run.params, &run.ctx),
	                 0);
	is_item(&run, "b\nb", 2, 2);
	assert_non_null(strstr(run.ctx.note, "line 3 of"));
	assert_int_equal(fake_restart(&table_read_csv_methods, &run.self, &run.params, &run.ctx),
	                 0);
	is_item(&run, "c", 3, 3);
	assert_int_equal(step(&run), PKD_SKIP);
	assert_non_null(strstr(run.ctx.note, "2 rows of"));
	end(&run);
}

/* What a pipe has given is gone, and its header with it. */
static void a_pipe_goes_on_with_its_columns(void **state)
{
	const char *path = fake_path("fifo");
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	assert_int_equal(start(&run, path, &item_type), PKD_OK);
	assert_int_equal(step(&run), PKD_LATER);
	fd = open(path, O_WRONLY);
	assert_true(write(fd, "kg,n,na", 7) == 7);
	assert_int_equal(step(&run), PKD_LATER);
	assert_true(write(fd, "me\n1,1,a\n", 9) == 9);
	is_item(&run, "a", 1, 1);
	assert_int_equal(fake_restart(&table_read_csv_methods, &run.self, &run.params, &run.ctx),
	                 0);
	assert_non_null(strstr(run.ctx.note, "is no file"));
	assert_true(write(fd, "2,2,b\n3,3,c", 11) == 11);
	is_item(&run, "b", 2, 2);
	close(fd);
	is_item(&run, "c", 3, 3);
	assert_int_equal(step(&run), PKD_SKIP);
	end(&run);
}

static void rows_come_when_their_time_says(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	run.params.time = "time_s";
	run.params.speed = 2;
	put(fake_path("in.csv"), "name,n,time_s,kg\na,1,100.5,1\nb,2,102.5,2\nc,3,102,3\n");
	fake_now_ns = 1000000000;
	assert_int_equal(start(&run, fake_path("in.csv"), &item_type), PKD_OK);
	is_item(&run, "a", 1, 1);
	assert_int_equal(run.ctx.set_time_ns, 100500000000);
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 2000000000);
	assert_int_equal(fake_restart(&table_read_csv_methods, &run.self, &run.params, &run.ctx),
	                 0);
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 2000000000);
	fake_now_ns = 2000000000;
	is_item(&run, "b", 2, 2);
	is_item(&run, "c", 3, 3); /* late, so at once */
	assert_int_equal(run.ctx.set_time_ns, 102000000000);
	fake_now_ns = 0;
	end(&run);
}

static void a_new_speed_counts_from_now_on(void **state)
{
	const int64_t ms = 1000000;

	(void)state;
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	run.params.time = "time_s";
	run.params.speed = 2;
	put(fake_path("in.csv"), "name,n,time_s,kg\na,1,100,1\nb,2,103,2\nc,3,200,3\nd,4,201,4\n"
	                         "e,5,205,5\n");
	fake_now_ns = 1000 * ms;
	assert_int_equal(start(&run, fake_path("in.csv"), &item_type), PKD_OK);
	is_item(&run, "a", 1, 1);
	assert_int_equal(step(&run), PKD_LATER);
	fake_now_ns = 2000 * ms; /* it is 102 there */
	run.params.speed = 0.5f;
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 4000 * ms);
	fake_now_ns = 4000 * ms;
	is_item(&run, "b", 2, 2);
	run.params.speed = 0; /* as fast as it is read */
	is_item(&run, "c", 3, 3);
	run.params.speed = 1;
	is_item(&run, "d", 4, 4); /* what was left out by that is not waited for */
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 8000 * ms);
	assert_int_equal(fake_restart(&table_read_csv_methods, &run.self, &run.params, &run.ctx),
	                 0);
	assert_int_equal(step(&run), PKD_LATER);
	assert_int_equal(run.ctx.due_ns, 8000 * ms);
	fake_now_ns = 0;
	end(&run);
}

static void a_row_that_is_too_long_is_left_out(void **state)
{
	const char *path = fake_path("in.csv");

	(void)state;
	fake_run("{ echo name,n,kg; echo a,1,1; yes x | head -c 3000000 | tr '\\n' y; echo; "
	         "echo b,2,2; } > '%s'",
	         path);
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	assert_int_equal(start(&run, path, &item_type), PKD_OK);
	is_item(&run, "a", 1, 1);
	while (step(&run) == PKD_LATER)
		;
	assert_string_equal(((struct item *)run.row)->name.text, "b");
	assert_non_null(strstr(run.ctx.note, "line 3 of"));
	assert_non_null(strstr(run.ctx.note, "a row of more than 1048576 bytes"));
	end(&run);
}

static void what_cannot_be_read_is_told(void **state)
{
	static const struct pkd_type image = {.kind = PKD_IMAGE, .name = "image", .size = 8};

	(void)state;
	memset(&run, 0, sizeof(run));
	assert_int_equal(start(&run, fake_path("none"), &item_type), -ENOENT);
	assert_non_null(strstr(run.ctx.error, "none': No such file or directory"));
	free(run.self);
	fake_slot_free(run.row);
	run.params.separator = "||";
	assert_int_equal(start(&run, fake_path("none"), &item_type), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "not one byte"));
	free(run.self);
	fake_slot_free(run.row);
	run.params.separator = ",";
	assert_int_equal(start(&run, fake_path("none"), &image), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "an image cannot be read"));
	free(run.self);
	fake_slot_free(run.row);
}

static void other_names_are_matched(void **state)
{
	(void)state;
	begin("name,n,kg (net),kg\nx,1,1,2\n");
	is_item(&run, "x", 1, 2);
	end(&run);
	static const struct pkd_field fields[] = {{"in_", &i16_type, 0},
	                                          {"price__EUR_", &i16_type, 2}};
	static const struct pkd_type type = {
		.kind = PKD_RECORD, .name = "T", .size = 4, .n = 2, .fields = fields};
	memset(&run, 0, sizeof(run));
	run.params.header = true;
	put(fake_path("in.csv"), "price (EUR),in\n3,4\n");
	assert_int_equal(start(&run, fake_path("in.csv"), &type), PKD_OK);
	assert_int_equal(step(&run), PKD_OK);
	assert_int_equal(((int16_t *)run.row)[0], 4);
	assert_int_equal(((int16_t *)run.row)[1], 3);
	end(&run);
}

static int remove_directory(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_found_by_name),
		cmocka_unit_test(a_column_without_a_name_is_not_the_time),
		cmocka_unit_test(quoted_cells_have_what_they_like),
		cmocka_unit_test(empty_lines_and_files_are_nothing),
		cmocka_unit_test(a_bad_row_is_told_by_its_line),
		cmocka_unit_test(many_bad_rows_are_counted),
		cmocka_unit_test(a_missing_column_is_an_error),
		cmocka_unit_test(without_a_header_columns_are_in_order),
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(what_python_writes_is_read),
		cmocka_unit_test(a_restart_goes_on_with_the_next_row),
		cmocka_unit_test(a_pipe_goes_on_with_its_columns),
		cmocka_unit_test(rows_come_when_their_time_says),
		cmocka_unit_test(a_new_speed_counts_from_now_on),
		cmocka_unit_test(a_row_that_is_too_long_is_left_out),
		cmocka_unit_test(what_cannot_be_read_is_told),
		cmocka_unit_test(other_names_are_matched),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
