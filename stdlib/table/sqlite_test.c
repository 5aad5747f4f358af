/* table.sqlite on databases that the command sqlite3 reads and locks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/sqlite.pkd.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_types.h"

extern const struct pkd_methods table_sqlite_methods;

enum { MAX_BATCH = 16 };

static struct run {
	struct pkd_ctx ctx;
	struct table_sqlite_params params;
	uint64_t id;
	struct table_Pending heads[MAX_BATCH];
	char rows[MAX_BATCH * sizeof(struct all)];
	void *self;
} run;
static char data[300], database[320];

static int start(const struct pkd_type *T)
{
	run.params.path = data;
	run.params.database = "rows.db";
	run.params.table = run.params.table ? run.params.table : "rows";
	run.params.T = T;
	run.ctx.memories[0] = &run.id;
	run.ctx.memories[1] = run.heads;
	run.ctx.memories[2] = run.rows;
	run.self = fake_self(&table_sqlite_methods);
	return table_sqlite_methods.init(run.self, &run.params, &run.ctx);
}

static void prepare(uint32_t batch)
{
	memset(&run, 0, sizeof(run));
	run.params.BATCH = batch;
	run.params.within = 3600 * INT64_C(1000000000);
	snprintf(data, sizeof(data), "%s/", fake_path("data"));
	snprintf(database, sizeof(database), "%srows.db", data);
	fake_run("rm -rf '%s'; mkdir '%s'", data, data);
}

static void begin(uint32_t batch, const struct pkd_type *T)
{
	prepare(batch);
	assert_int_equal(start(T), PKD_OK);
}

static int row(const void *value)
{
	struct table_sqlite_in in = {value, NULL};
	struct table_sqlite_out out = {0};
	int result;

	run.ctx.number++;
	result = fake_fire(&table_sqlite_methods, run.self, &in, &out, &run.ctx);
	if (result == PKD_LATER)
		run.ctx.number--;
	return result;
}

static void uncommitted_row(const void *value)
{
	struct table_sqlite_in in = {value, NULL};
	struct table_sqlite_out out = {0};

	run.ctx.number++;
	memcpy(run.ctx.state, run.ctx.committed_state, sizeof(run.ctx.state));
	assert_int_equal(table_sqlite_methods.step(run.self, &in, &out, &run.ctx), PKD_OK);
	run.ctx.number--;
}

static void flush(void)
{
	struct table_sqlite_in in = {0};
	struct table_sqlite_out out = {0};

	run.ctx.fired = UINT32_MAX;
	assert_int_equal(fake_fire(&table_sqlite_methods, run.self, &in, &out, &run.ctx), PKD_SKIP);
	run.ctx.fired = 0;
}

static void restart(void)
{
	assert_int_equal(fake_restart(&table_sqlite_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
}

static void end(void)
{
	table_sqlite_methods.finish(run.self);
	free(run.self);
}

static void assert_query(const char *query, const char *expected)
{
	assert_string_equal(fake_output("sqlite3 '%s' \"%s\"", database, query), expected);
}

/* ---- Tests ---- */

static void columns_have_the_types_of_the_fields(void **state)
{
	struct all all = {.yes = 1,
	                  .i8 = -128,
	                  .u64 = INT64_MAX,
	                  .f64 = 0.1,
	                  .when = 2500000000,
	                  .raw = {3, {0, 0xab, 0xff}},
	                  .many = three_things(),
	                  .three = {1, -2, 3}};

	(void)state;
	pkd_string_set(&all.one.label, "it's\xff");
	all.one.at = (struct point){0.1f, NAN};
	prepare(2);
	run.ctx.time_ns = 1500000000;
	assert_int_equal(start(&all_type), PKD_OK);
	assert_int_equal(row(&all), PKD_OK);
	assert_int_equal(row(NULL), PKD_OK);
	end();
	assert_query("SELECT group_concat(name || ' ' || type) FROM pragma_table_info('rows')",
	             "run INTEGER,frame INTEGER,time_s REAL,yes INTEGER,i8 INTEGER,u64 INTEGER,"
	             "f64 REAL,when REAL,raw BLOB,one.at.x REAL,one.at.y REAL,one.label TEXT,"
	             "one.mood TEXT,many_count INTEGER,many TEXT,three TEXT");
	assert_query(
		"SELECT run, frame, time_s, yes, i8, u64, f64, \\\"when\\\", hex(raw), "
		"\\\"one.at.x\\\", \\\"one.at.y\\\" IS NULL, \\\"one.label\\\", \\\"one.mood\\\", "
		"many_count, three FROM rows WHERE frame = 1",
		"1|1|1.5|1|-128|9223372036854775807|0.1|2.5|00ABFF|0.1|1|it's\xef\xbf\xbd|calm|2|"
		"[1,-2,3]");
	assert_query("SELECT json_extract(many, '$[0].label') FROM rows WHERE frame = 1",
	             "a \"b\",c");
	assert_query(
		"SELECT coalesce(yes, f64, raw, \\\"one.mood\\\", many_count, many, three, 'none') "
		"FROM rows WHERE frame = 2",
		"none");
	assert_query("PRAGMA integrity_check", "ok");
}

static void floats_are_as_people_write_them(void **state)
{
	static const float floats[] = {0.1f, 1e-45f, 3.4028235e38f, 16777217.0f,
	                               0.7f, 33.3f,  1 / 3.0f};

	(void)state;
	begin(MAX_BATCH, &f32_type);
	for (size_t i = 0; i < COUNT(floats); i++)
		assert_int_equal(row(&floats[i]), PKD_OK);
	end();
	assert_query("SELECT group_concat(value, ' ') FROM rows",
	             "0.1 1.0e-45 3.4028235e+38 16777216.0 0.7 33.3 0.33333334");
}

static void a_batch_is_one_transaction(void **state)
{
	float value = 1;

	(void)state;
	begin(3, &f32_type);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(row(&value), PKD_OK);
		assert_query("SELECT count(*) FROM rows", i < 2 ? "0" : "3");
	}
	assert_query("SELECT run, frame FROM _pkd", "1|3");
	flush();
	assert_query("SELECT count(*) FROM rows", "5");
	end();
	/* Another run of the program has its own number, and adds. */
	run.id = 0;
	memset(run.ctx.committed_state, 0, 64);
	run.ctx.number = 0;
	assert_int_equal(start(&f32_type), PKD_OK);
	assert_int_equal(row(&value), PKD_OK);
	end(); /* without a flush */
	assert_query("SELECT group_concat(run || ':' || frame, ' ') FROM rows",
	             "1:1 1:2 1:3 1:4 1:5 2:1");
	assert_query("SELECT group_concat(run || ':' || frame, ' ') FROM _pkd", "1:5 2:1");
}

static void rows_wait_no_longer_than_they_may(void **state)
{
	float value = 1;

	(void)state;
	prepare(3);
	run.params.within = 1000000;
	assert_int_equal(start(&f32_type), PKD_OK);
	assert_int_equal(row(&value), PKD_OK);
	assert_int_equal(row(&value), PKD_OK);
	usleep(2000); /* its timer is due by then */
	assert_int_equal(table_sqlite_methods.ready(run.self, &run.ctx), PKD_OK);
	assert_query("SELECT count(*) FROM rows", "2");
	for (int i = 0; i < 4; i++)
		assert_int_equal(row(&value), PKD_OK);
	restart();
	assert_int_equal(row(&value), PKD_OK);
	end();
	assert_query("SELECT count(*), count(DISTINCT frame), max(frame) FROM rows", "7|7|7");
}

/* Before and behind a transaction, which every third firing writes. */
static void a_killed_writer_has_each_row_once(void **state)
{
	float value = 0;

	(void)state;
	begin(3, &f32_type);
	for (int i = 1; i <= 10; i++) {
		value = (float)i;
		uncommitted_row(&value);
		restart();
		uncommitted_row(&value);
		restart();
		assert_int_equal(row(&value), PKD_OK);
		restart();
	}
	end();
	assert_query("SELECT count(*), count(DISTINCT frame), sum(value), sum(value = frame), "
	             "max(run) FROM rows",
	             "10|10|55.0|10|1");
}

static void another_table_is_refused_and_stays(void **state)
{
	static const struct {
		const char *table, *said;
	} cases[] = {
		{"run INTEGER, frame INTEGER, time_s REAL, value TEXT",
	         "its column 4 is 'value TEXT', not 'value REAL'"},
		{"run INTEGER, frame INTEGER, time_s REAL", "it has no column 'value'"},
		{"run INTEGER, frame INTEGER, time_s REAL, value REAL, more",
	         "it has a column more, 'more'"},
		{"a", "its column 1 is 'a ', not 'run INTEGER'"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		prepare(3);
		fake_run(
			"sqlite3 '%s' \"CREATE TABLE rows(%s); INSERT INTO rows(rowid) VALUES(7)\"",
			database, cases[i].table);
		assert_int_equal(start(&f32_type), -EEXIST);
		assert_non_null(strstr(run.ctx.error, "cannot add to table 'rows' of '"));
		assert_non_null(strstr(run.ctx.error, cases[i].said));
		free(run.self);
		assert_query("SELECT count(*) FROM rows", "1");
		assert_query("SELECT count(*) FROM sqlite_schema", "1");
	}
}

/* The lock is that of another process, which the test ends. */
/* Also how it keeps its journal. */
static void a_database_with_another_table_stays_byte_for_byte(void **state)
{
	char before[64];

	(void)state;
	prepare(10);
	fake_run("sqlite3 '%s' 'CREATE TABLE rows(x)'", database);
	snprintf(before, sizeof(before), "%s", fake_output("cksum <'%s'", database));
	assert_int_equal(start(&f32_type), -EEXIST);
	free(run.self);
	assert_string_equal(fake_output("cksum <'%s'", database), before);
	assert_string_equal(fake_output("ls '%s'", data), "rows.db");
}

/* SQLite takes them for one. */
static void a_name_in_other_letters_is_the_same_table(void **state)
{
	float value = 1;

	(void)state;
	begin(10, &f32_type);
	assert_int_equal(row(&value), PKD_OK);
	end();
	memset(&run.ctx, 0, sizeof(run.ctx));
	run.id = 0;
	run.params.table = "ROWS";
	assert_int_equal(start(&f32_type), PKD_OK);
	assert_int_equal(row(&value), PKD_OK);
	end();
	assert_query("SELECT max(run), count(DISTINCT run) FROM rows", "2|2");
}

static void a_database_that_was_moved_away_is_made_anew(void **state)
{
	float value = 1;

	(void)state;
	begin(2, &f32_type);
	for (int i = 1; i <= 6; i++) {
		value = (float)i;
		if (i == 4)
			fake_run("mkdir '%sold'; mv '%s'* '%sold'", data, database, data);
		assert_int_equal(row(&value), PKD_OK);
	}
	end();
	assert_int_equal(run.ctx.n_notes, 1);
	assert_query("SELECT group_concat(frame) FROM rows", "3,4,5,6");
	snprintf(database, sizeof(database), "%sold/rows.db", data);
	assert_query("SELECT group_concat(frame) FROM rows", "1,2");
}

static void a_locked_database_is_waited_for(void **state)
{
	static const char lock[] = "import os, sqlite3, sys, time\n"
				   "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
				   "db.execute(\"BEGIN IMMEDIATE\")\n"
				   "print(\"locked\", flush=True)\n"
				   "while not os.path.exists(sys.argv[1] + \".free\"):\n"
				   "    time.sleep(0.01)\n";
	float value = 1;
	char command[1200], line[32];
	FILE *locker;

	(void)state;
	begin(1, &f32_type);
	run.params.patience = 3600 * INT64_C(1000000000);
	snprintf(command, sizeof(command), "python3 -c '%s' '%s'", lock, database);
	locker = popen(command, "r");
	assert_non_null(fgets(line, sizeof(line), locker));
	assert_int_equal(row(&value), PKD_LATER);
	assert_int_equal(row(&value), PKD_LATER);
	assert_int_equal(run.ctx.n_notes, 1);
	assert_non_null(strstr(run.ctx.note, "is locked by another program: rows wait"));
	run.params.patience = 0;
	assert_int_equal(row(&value), -EBUSY);
	assert_non_null(strstr(run.ctx.error, "another program has locked it"));
	run.ctx.number--;
	run.params.patience = 3600 * INT64_C(1000000000);
	fake_run("touch '%s.free'", database);
	pclose(locker);
	assert_int_equal(row(&value), PKD_OK);
	end();
	assert_query("SELECT count(*), sum(frame) FROM rows", "1|1");
}

static void what_cannot_be_is_said(void **state)
{
	uint64_t large = UINT64_MAX;

	(void)state;
	prepare(1);
	data[strlen(data) - 1] = '\0';
	assert_int_equal(start(&f32_type), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "is no directory"));
	free(run.self);
	begin(1, &u64_type);
	assert_int_equal(row(&large), -ERANGE);
	assert_non_null(strstr(run.ctx.error, "column 'value': 18446744073709551615 is more than"));
	end();
	prepare(1);
	run.params.table = "_pkd";
	assert_int_equal(start(&u64_type), -EINVAL);
	free(run.self);
	prepare(1);
	fake_run("seq 100000 > '%s'", database);
	assert_int_equal(start(&u64_type), -EIO);
	assert_non_null(strstr(run.ctx.error, "file is not a database"));
	free(run.self);
}

static void a_sampled_row_says_its_frame_and_age(void **state)
{
	float *value = fake_slot(sizeof(float));

	(void)state;
	*value = 1.5f;
	fake_header(value)->number = 41;
	prepare(1);
	run.ctx.sampled[0] = true;
	run.ctx.age_ns = 40123999;
	run.params.wall_clock = true;
	assert_int_equal(start(&f32_type), PKD_OK);
	assert_int_equal(row(value), PKD_OK);
	assert_int_equal(row(NULL), PKD_OK);
	end();
	fake_slot_free(value);
	assert_query("SELECT group_concat(coalesce(source_frame, 'none') || ' ' || "
	             "coalesce(age_ms, 'none')) FROM rows",
	             "41 40.123,none none");
	assert_query(
		"SELECT abs(strftime('%s', 'now') - strftime('%s', wall_clock)) < 60 FROM rows",
		"1");
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
		cmocka_unit_test(columns_have_the_types_of_the_fields),
		cmocka_unit_test(floats_are_as_people_write_them),
		cmocka_unit_test(a_batch_is_one_transaction),
		cmocka_unit_test(rows_wait_no_longer_than_they_may),
		cmocka_unit_test(a_killed_writer_has_each_row_once),
		cmocka_unit_test(another_table_is_refused_and_stays),
		cmocka_unit_test(a_database_with_another_table_stays_byte_for_byte),
		cmocka_unit_test(a_name_in_other_letters_is_the_same_table),
		cmocka_unit_test(a_database_that_was_moved_away_is_made_anew),
		cmocka_unit_test(a_locked_database_is_waited_for),
		cmocka_unit_test(what_cannot_be_is_said),
		cmocka_unit_test(a_sampled_row_says_its_frame_and_age),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
