/* text.match: what patterns find, as values; patterns and texts that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <text/match.pkd.h>

#include <cmocka.h>

#include "../table/parse.h"
#include "../table/test_types.h"
#include "../test/fake_ctx.h"

extern const struct pkd_methods text_match_methods;

enum { ROOM = 4000, VALUE = 1, ERROR = 2, NEITHER = VALUE | ERROR /* bits of absent outputs */ };

struct text {
	uint32_t len;
	char text[ROOM + 1];
};

static const struct pkd_type string_type = {
	.kind = PKD_STRING, .name = "string<4000>", .size = sizeof(struct text), .n = ROOM};
static const struct pkd_type bytes_type = {
	.kind = PKD_BYTES, .name = "bytes<4000>", .size = sizeof(struct text), .n = ROOM};

struct row {
	int64_t at;
	double celsius;
	struct text8 label;
};
static const struct pkd_field row_fields[] = {
	{"at", &time_type, offsetof(struct row, at)},
	{"celsius", &f64_type, offsetof(struct row, celsius)},
	{"label", &text_type, offsetof(struct row, label)},
};
static const struct pkd_type row_type = {.kind = PKD_RECORD,
                                         .name = "Row",
                                         .size = sizeof(struct row),
                                         .n = 3,
                                         .fields = row_fields};

static struct {
	struct pkd_ctx ctx;
	struct text_match_params params;
	void *self, *value;
	struct text_match_error *error;
} run;

static int begin(const struct pkd_type *text, const struct pkd_type *type, const char *pattern)
{
	const char *format = run.params.time_format;
	bool ignore_case = run.params.ignore_case;

	memset(&run, 0, sizeof(run));
	run.params = (struct text_match_params){.S = text,
	                                        .T = type,
	                                        .pattern = pattern,
	                                        .ignore_case = ignore_case,
	                                        .time_format = format ? format : ""};
	run.self = fake_self(&text_match_methods);
	run.value = fake_slot(type->size);
	run.error = fake_slot(sizeof(*run.error));
	return text_match_methods.init(run.self, &run.params, &run.ctx);
}

static void end(void)
{
	text_match_methods.finish(run.self);
	free(run.self);
	fake_slot_free(run.value);
	fake_slot_free(run.error);
	memset(&run.params, 0, sizeof(run.params));
}

static int give_bytes(const char *from, size_t n)
{
	struct text text = {.len = (uint32_t)n};
	struct text_match_in in = {&text};
	struct text_match_out out = {run.value, run.error};

	memcpy(text.text, from, n);
	run.ctx.absent = 0;
	return fake_fire(&text_match_methods, run.self, &in, &out, &run.ctx);
}

/* What is absent then. */
static uint32_t absent_for(const char *text)
{
	assert_int_equal(give_bytes(text, strlen(text)), PKD_OK);
	return run.ctx.absent;
}

static void assert_says(const char *text, const char *why)
{
	assert_int_equal(absent_for(text), VALUE);
	assert_string_equal(run.error->text, why);
}

static void assert_refuses(const struct pkd_type *type, const char *pattern, const char *says)
{
	assert_true(begin(&string_type, type, pattern) < 0);
	assert_non_null(strstr(run.ctx.error, says));
	end();
}

static void groups_are_fields_in_order(void **state)
{
	const struct row *row;

	(void)state;
	assert_int_equal(begin(&string_type, &row_type, "^(\\S+) (-?[\\d.]+)(?: (\\w+))?$"),
	                 PKD_OK);
	row = run.value;
	assert_int_equal(absent_for("1.5 -21.25 hall"), ERROR);
	assert_true(row->at == 1500000000 && row->celsius == -21.25);
	assert_string_equal(row->label.text, "hall");
	/* A group that takes no part leaves nothing of the row before. */
	assert_int_equal(absent_for("2 3"), ERROR);
	assert_true(row->label.len == 0 && row->label.text[0] == '\0');
	assert_int_equal(absent_for("nothing of it"), NEITHER);
	assert_int_equal(absent_for(""), NEITHER);
	assert_says("1 2.3.4 a", "celsius: '2.3.4' is no number");
	assert_says("1 2 far_too_long",
	            "label: a text of more than 8 bytes: string<8> has no room for it");
	end();
}

static void groups_are_fields_by_name(void **state)
{
	const struct row *row;

	(void)state;
	run.params.time_format = "%d/%b/%Y:%H:%M:%S %z";
	assert_int_equal(begin(&bytes_type, &row_type,
	                       "(?<label>\\w+)=(?<celsius>[^ ]+) (\\d+) \\[(?<at>[^]]*)\\]"),
	                 PKD_OK);
	row = run.value;
	assert_int_equal(absent_for("xx hall=4 77 [30/Nov/2026:14:03:04 +0100] yy"), ERROR);
	assert_true(row->at == INT64_C(1796043784000000000) && row->celsius == 4);
	assert_string_equal(row->label.text, "hall");
	assert_says("hall=4 77 [30/Foo/2026:14:03:04 +0100]",
	            "at: '30/Foo/2026:14:03:04 +0100' is no time as in '%d/%b/%Y:%H:%M:%S %z'");
	assert_says("hall=4 77 [30/Nov/2026:14:03:04 +0100 ]",
	            "at: '30/Nov/2026:14:03:04 +0100 ' is no time as in '%d/%b/%Y:%H:%M:%S %z'");
	end();
}

static int64_t time_of(const char *text)
{
	assert_int_equal(absent_for(text), ERROR);
	return *(int64_t *)run.value;
}

static void times_that_cannot_be_are_errors(void **state)
{
	(void)state;
	run.params.time_format = "%Y-%m-%d %H:%M:%S";
	assert_int_equal(begin(&string_type, &time_type, "^.*$"), PKD_OK);
	assert_true(time_of("2262-04-11 23:47:16") == INT64_C(9223372036000000000));
	assert_true(time_of("1969-12-31 23:59:59") == -1000000000);
	assert_true(time_of("2016-12-31 23:59:60") == time_of("2017-01-01 00:00:00"));
	assert_true(time_of("2024-02-29 00:00:00") == INT64_C(1709164800000000000));
	assert_says("2262-04-11 23:47:17", "'2262-04-11 23:47:17' is beyond the years of a time, "
	                                   "1678 to 2261: '%Y-%m-%d %H:%M:%S'");
	assert_says("9999-12-31 00:00:00", "'9999-12-31 00:00:00' is beyond the years of a time, "
	                                   "1678 to 2261: '%Y-%m-%d %H:%M:%S'");
	assert_int_equal(absent_for("0001-01-01 00:00:00"), VALUE);
	assert_says("2025-02-29 00:00:00",
	            "'2025-02-29 00:00:00' is no time as in '%Y-%m-%d %H:%M:%S'");
	assert_int_equal(absent_for("2025-02-31 00:00:00"), VALUE);
	assert_int_equal(absent_for("2025-04-31 00:00:00"), VALUE);
	end();
	run.params.time_format = "%Y %j";
	assert_int_equal(begin(&string_type, &time_type, "^.*$"), PKD_OK);
	assert_true(time_of("2024 366") == INT64_C(1735603200000000000));
	assert_int_equal(absent_for("2025 366"), VALUE);
	end();
	run.params.time_format = "%s";
	assert_int_equal(begin(&string_type, &time_type, "^.*$"), PKD_OK);
	assert_true(time_of("1796043784") == INT64_C(1796043784000000000));
	assert_int_equal(absent_for("9223372037"), VALUE);
	assert_int_equal(absent_for("18446744075505595400"), VALUE); /* 2^64 and a time */
	end();
}

static void formats_that_leave_something_to_guess_are_refused(void **state)
{
	static const struct {
		const char *format, *says;
	} formats[] = {
		{"%b %d %H:%M:%S", "time_format '%b %d %H:%M:%S' has no year (%Y, %y or %s)"},
		{"%%Y %m", "has no year"},
		{"%", "has no year"},
		{"%Y-%m-%d %Z", "%Z cannot be read: write %z for a zone in digits"},
		{"%G-W%V-%u", "%G cannot be read: write the year and the day"},
		{"%Y %V", "%V cannot be read"},
	};
	static const char *const good[] = {"%D", "%F", "%c", "%x %T", "%Ey", "%-y", "%4Y", "%s"};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		run.params.time_format = formats[i].format;
		assert_refuses(&time_type, "^.*$", formats[i].says);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		run.params.time_format = good[i];
		assert_int_equal(begin(&string_type, &time_type, "^.*$"), PKD_OK);
		end();
	}
}

static void other_types_are_the_only_group_or_all(void **state)
{
	(void)state;
	run.params.ignore_case = true;
	assert_int_equal(begin(&string_type, &f64_type, "took (\\d+) MS"), PKD_OK);
	assert_int_equal(absent_for("It took 12 ms."), ERROR);
	assert_true(*(double *)run.value == 12);
	end();
	assert_int_equal(begin(&string_type, &text_type, "ERR\\w*"), PKD_OK);
	assert_int_equal(absent_for("an ERROR"), ERROR);
	assert_string_equal(((struct text8 *)run.value)->text, "ERROR");
	assert_int_equal(absent_for("an error"), NEITHER);
	end();
}

static void texts_may_be_anything(void **state)
{
	static const char bad[] = "\xff\xfe 7\0 \xc3";

	(void)state;
	assert_int_equal(begin(&bytes_type, &f64_type, "(\\d+)"), PKD_OK);
	assert_int_equal(give_bytes(bad, sizeof(bad) - 1), PKD_OK);
	assert_true(run.ctx.absent == ERROR && *(double *)run.value == 7);
	end();
}

static void a_pattern_that_takes_for_ever_is_an_error(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof(text) - 2);
	strcpy(text + sizeof(text) - 2, "!");
	assert_int_equal(begin(&string_type, &f64_type, "^(?:a+)+$"), PKD_OK);
	assert_says(text, "match limit exceeded");
	end();
	/* The steps of all places where it may begin count together. */
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(begin(&string_type, &f64_type, "(?:a|a){17}[bc]"), PKD_OK);
	assert_says(text, "match limit exceeded");
	end();
}

static void wrong_patterns_are_refused(void **state)
{
	(void)state;
	assert_refuses(&f64_type, "a(b", "at byte 4, missing closing parenthesis");
	assert_refuses(&f64_type, "*", "at byte 1, quantifier does not follow a repeatable item");
	assert_refuses(&row_type, "(a)(b)", "has 2 groups, and Row has 3 fields");
	assert_refuses(&row_type, "(?<at>a)(?<label>b)", "has no group (?<celsius>");
	assert_refuses(&f64_type, "(a)(b)",
	               "has 2 groups, and one alone can be the f64: write the others as (?:…)");
	assert_refuses(&f64_type, "(?<at>a)(b)", "write the others as (?:…)");
	assert_refuses(&row_type, "(?J)(?<at>a)(?<celsius>b)|(?<at>c)(?<label>d)",
	               "has several groups (?<at>…), which may find different texts");
	/* What that advises. */
	assert_int_equal(begin(&string_type, &row_type,
	                       "(?|(?<at>\\d)a|(?<at>\\d)b)(?<celsius>\\d)(?<label>.)"),
	                 PKD_OK);
	assert_int_equal(absent_for("4b7x"), ERROR);
	assert_true(((struct row *)run.value)->at == 4000000000);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_fields_in_order),
		cmocka_unit_test(groups_are_fields_by_name),
		cmocka_unit_test(times_that_cannot_be_are_errors),
		cmocka_unit_test(formats_that_leave_something_to_guess_are_refused),
		cmocka_unit_test(other_types_are_the_only_group_or_all),
		cmocka_unit_test(texts_may_be_anything),
		cmocka_unit_test(a_pattern_that_takes_for_ever_is_an_error),
		cmocka_unit_test(wrong_patterns_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
