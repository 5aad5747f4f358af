/* The command line: names, kinds, ranges, precedence, messages. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options/options.h"

struct program_params {
	const char *source;
	float min_score;
	uint32_t level;
	int64_t period;
	uint8_t mirror;
	int8_t small;
	uint16_t port;
	uint64_t big;
	double ratio;
	int64_t offset;
};
struct node_params {
	float min_score;
	uint32_t level;
	double gain;
	int32_t shift;
};

static struct program_params params;
static struct node_params found, boxes;
static const char *const level_names[] = {"low", "mid", "high"};
static const struct pkd_type level = {
	.kind = PKD_ENUM,
	.name = "Level",
	.n = 3,
	.names = level_names,
};

#define AT(field) offsetof(struct program_params, field)

static const struct pkd_param program_table[] = {
	{"source",
         "file or device",
         PKD_STRING,
         AT(source),
         NULL,
         false,
         {0},
         {0},
         NULL,
         0,
         0,
         false,
         false},
	{"min_score",
         "least score",
         PKD_F32,
         AT(min_score),
         "0.5",
         true,
         {0},
         {1},
         NULL,
         0,
         0,
         false,
         false},
	{"level", "", PKD_ENUM, AT(level), "low", false, {0}, {0}, &level, 0, 0, false, false},
	{"period",
         "",
         PKD_TIME,
         AT(period),
         "1s",
         true,
         {.whole = 1000000},
         {.whole = 10000000000},
         NULL,
         0,
         0,
         false,
         false},
	{"mirror", "", PKD_BOOL, AT(mirror), "false", false, {0}, {0}, NULL, 0, 0, false, false},
	{"small", "", PKD_I8, AT(small), "0", false, {0}, {0}, NULL, 0, 0, false, false},
	{"port",
         "",
         PKD_U16,
         AT(port),
         "80",
         true,
         {.whole = 1},
         {.whole = 65535},
         NULL,
         0,
         0,
         false,
         false},
	{"big", "", PKD_U64, AT(big), "0", false, {0}, {0}, NULL, 0, 0, false, false},
	{"ratio", "", PKD_F64, AT(ratio), "1", false, {0}, {0}, NULL, 0, 0, false, false},
	{"offset",
         "",
         PKD_I64,
         AT(offset),
         "0",
         true,
         {.whole = INT64_MIN},
         {.whole = 9007199254740992},
         NULL,
         0,
         0,
         false,
         false},
};
static const struct pkd_param node_table[] = {
	{"min_score",
         "",
         PKD_F32,
         offsetof(struct node_params, min_score),
         NULL,
         true,
         {0},
         {1},
         NULL,
         0,
         0,
         false,
         false},
	{"level",
         "",
         PKD_ENUM,
         offsetof(struct node_params, level),
         "low",
         false,
         {0},
         {0},
         &level,
         0,
         0,
         false,
         false},
	{"gain",
         "",
         PKD_F64,
         offsetof(struct node_params, gain),
         "1",
         true,
         {0},
         {2},
         NULL,
         0,
         0,
         false,
         false},
	{"shift",
         "",
         PKD_I32,
         offsetof(struct node_params, shift),
         "7",
         true,
         {.whole = -8},
         {.whole = 8},
         NULL,
         0,
         0,
         false,
         false},
};
static const struct pkd_derived found_derived[] = {{0, 1}, {2, 8}};
static const struct pkd_derived boxes_derived[] = {{0, 1}, {1, 2}};
static const struct pkd_node nodes[] = {
	{.name = "found",
         .kind = "detect.people",
         .at = "t.pkd:1:1",
         .params = &found,
         .param_table = node_table,
         .n_params = 4,
         .derived = found_derived,
         .n_derived = 2},
	{.name = "view.boxes",
         .kind = "draw.boxes",
         .at = "t.pkd:2:1",
         .params = &boxes,
         .param_table = node_table,
         .n_params = 4,
         .derived = boxes_derived,
         .n_derived = 2},
};

static int32_t shift_of_call; /* a constant of the call */

static const char *bind(void)
{
	found = (struct node_params){.min_score = params.min_score, .gain = params.ratio};
	boxes = (struct node_params){
		.min_score = params.min_score / 2,
		.level = params.level == 2,
		.gain = 1,
		.shift = shift_of_call,
	};
	return NULL;
}

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "people",
	.doc = "Counts people.",
	.source = "t.pkd",
	.nodes = nodes,
	.n_nodes = 2,
	.params = &params,
	.param_table = program_table,
	.n_params = sizeof(program_table) / sizeof(program_table[0]),
	.bind = bind,
};

static struct pkdi_options options;
static char output[8192]; /* what the last parse wrote to stdout and stderr */

/* Runs the parser on the words of `line`, with both outputs going to a file. */
static int parse(const char *line)
{
	static char *words; /* options point into them */
	char *argv[32] = {"people"};
	int argc = 1, r, saved_out = dup(1), saved_err = dup(2);
	FILE *file = tmpfile();
	size_t n;

	free(words);
	words = strdup(line);
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	params = (struct program_params){
		.min_score = 0.5f, .period = 1000000000, .port = 80, .ratio = 1};
	found = boxes = (struct node_params){0};
	fflush(stdout);
	dup2(fileno(file), 1);
	dup2(fileno(file), 2);
	r = pkdi_options_parse(&program, argc, argv, &options);
	if (r == 0)
		pkdi_options_finish(&options);
	fflush(stdout);
	dup2(saved_out, 1);
	dup2(saved_err, 2);
	close(saved_out);
	close(saved_err);
	rewind(file);
	n = fread(output, 1, sizeof(output) - 1, file);
	output[n] = '\0';
	fclose(file);
	return r;
}

/* Strings are copied for good, as a run lasts as long as its program; a test does not. */
static void forget(void)
{
	free((void *)(uintptr_t)params.source);
	params.source = NULL;
}

static void ok(const char *line)
{
	if (parse(line) != 0)
		fail_msg("%s: %s", line, output);
}

static void wrong(const char *line, const char *message)
{
	assert_true(parse(line) < 0);
	assert_string_equal(output, message);
	forget();
}

/* Writes the file t.conf, and takes it back. */
static void write_config(const char *text)
{
	FILE *file = fopen("t.conf", "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int remove_config(void **state)
{
	(void)state;
	unlink("t.conf");
	return 0;
}

static void values_of_every_kind(void **state)
{
	(void)state;
	ok("--source a.avi --min-score 0.25 --level high --period 50ms --mirror --small -5 "
	   "--port=8080 --big 18446744073709551615 --ratio 1e-3");
	assert_string_equal(params.source, "a.avi");
	assert_true(params.min_score == 0.25f);
	assert_int_equal(params.level, 2);
	assert_int_equal(params.period, 50000000);
	assert_int_equal(params.mirror, 1);
	assert_int_equal(params.small, -5);
	assert_int_equal(params.port, 8080);
	assert_true(params.big == UINT64_MAX);
	assert_true(params.ratio == 1e-3);
	forget();
}

static void dashes_and_underscores_are_alike(void **state)
{
	(void)state;
	ok("--source=x --min_score=0.75");
	assert_true(params.min_score == 0.75f);
	forget();
	ok("--source x --view.boxes.min-score 1");
	assert_true(boxes.min_score == 1.0f);
	forget();
}

static void a_node_option_beats_the_call_and_the_call_the_default(void **state)
{
	(void)state;
	ok("--found.min_score 0.125 --source x --min-score 0.5");
	assert_true(found.min_score == 0.125f);
	assert_true(boxes.min_score == 0.25f);
	forget();
}

static void bools_take_a_value_or_none(void **state)
{
	(void)state;
	ok("--mirror --source x");
	assert_int_equal(params.mirror, 1);
	forget();
	ok("--mirror false --source x");
	assert_int_equal(params.mirror, 0);
	forget();
	ok("--mirror=true --source x");
	assert_int_equal(params.mirror, 1);
	forget();
	wrong("--source x --mirror=yes", "people: --mirror yes: must be true or false\n");
}

static void times_need_a_unit(void **state)
{
	(void)state;
	ok("--source x --period 2s");
	assert_int_equal(params.period, 2000000000);
	forget();
	ok("--source x --period 1500us");
	assert_int_equal(params.period, 1500000);
	forget();
	wrong("--source x --period 50",
	      "people: --period 50: must be a time with its unit, such as 50ms or 2s\n");
	wrong("--source x --period 10us",
	      "people: --period 10us is out of range: it must be in 1ms..10s\n");
}

/* As literals of the language: docs/language.md. */
static void whole_numbers_are_those_of_the_language(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} right[] = {
		{"010", 10},
		{"1_000", 1000},
		{"1_0_", 10},
		{"0xFf", 255},
		{"0x8000000000000000", UINT64_C(1) << 63},
		{"4KiB", 4096},
		{"1.5KiB", 1536},
		{"0.001kB", 1},
		{"2GB", 2000000000},
		{"18446744073709551615", UINT64_MAX},
		{"9007199254740993", 9007199254740993},
		{"-0", 0},
	};
	static const char *const none[] = {"",    "+1",  "0b1",  "0X1",   "0x", "0x1_0",
	                                   "_1",  "1.0", "1e3",  "1.5e3", "1k", "1.B",
	                                   "--1", "1-",  "1K B", "1__x"};
	char line[80], message[160];

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		snprintf(line, sizeof(line), "--source=x --big=%s", right[i].text);
		ok(line);
		assert_true(params.big == right[i].value);
		forget();
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		/* In a file, where a value may be of two words, or none. */
		snprintf(line, sizeof(line), "big = %s", none[i]);
		write_config(line);
		snprintf(message, sizeof(message),
		         "people: t.conf:1: big = %s: must be an integer\n", none[i]);
		wrong("--source=x --config t.conf", message);
	}
	wrong("--source=x --big=18446744073709551616",
	      "people: --big 18446744073709551616: must be an integer in 0..18446744073709551615\n");
	wrong("--source=x --big=0x10000000000000000",
	      "people: --big 0x10000000000000000: must be an integer in 0..18446744073709551615\n");
	wrong("--source=x --big=0.3B", "people: --big 0.3B: must be a whole number of bytes\n");
	wrong("--source=x --small=-129", "people: --small -129: must be an integer in -128..127\n");
}

static void ranges_of_whole_numbers_are_exact(void **state)
{
	(void)state;
	ok("--source=x --offset=9007199254740992 --offset=-9223372036854775808");
	assert_true(params.offset == INT64_MIN);
	forget();
	wrong("--source=x --offset=9007199254740993",
	      "people: --offset 9007199254740993 is out of range: it must be in "
	      "-9223372036854775808..9007199254740992\n");
	wrong("--source=x --period=10000000001ns",
	      "people: --period 10000000001ns is out of range: it must be in 1ms..10s\n");
}

static void fractions_are_those_of_the_language(void **state)
{
	static const char *const none[] = {".5",  "1.",   "inf", "nan",  "0x1p3", "1e", "1.5e",
	                                   "1,5", "1._5", "+1",  "1.5f", "1.5ms", "e3", "1e3.5"};
	char line[80], message[160];

	(void)state;
	ok("--source=x --ratio=1_000.5e-1 --found.gain=1");
	assert_true(params.ratio == 100.05);
	forget();
	ok("--source=x --ratio=-0x10 --found.gain=1");
	assert_true(params.ratio == -16);
	forget();
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		snprintf(line, sizeof(line), "--source=x --ratio=%s", none[i]);
		snprintf(message, sizeof(message), "people: --ratio %s: must be a number\n",
		         none[i]);
		wrong(line, message);
	}
	wrong("--source=x --ratio=1e999",
	      "people: --ratio 1e999: must be a number that fits 64 bits\n");
}

static void times_are_exact(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} right[] = {
		{"0.1s", 100000000},          {"1_500us", 1500000},    {"0.29s", 290000000},
		{"1.1ms", 1100000},           {"0.05min", 3000000000}, {"0.001h", 3600000000},
		{"1.000000001s", 1000000001},
	};
	char line[80];

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		snprintf(line, sizeof(line), "--source=x --period=%s", right[i].text);
		ok(line);
		assert_true(params.period == right[i].ns);
		forget();
	}
	wrong("--source=x --period=1000000.5ns",
	      "people: --period 1000000.5ns: must be a whole number of nanoseconds\n");
	wrong("--source=x --period=2562048h",
	      "people: --period 2562048h: must be a time of at most 292 years\n");
	wrong("--source=x --period=1e3ms",
	      "people: --period 1e3ms: must be a time with its unit, such as 50ms or 2s\n");
}

static void mistakes_are_named(void **state)
{
	(void)state;
	wrong("--source x --min-scroe 1",
	      "people: unknown option --min-scroe; did you mean --min-score?\n");
	wrong("--source x --fuond.level mid",
	      "people: unknown option --fuond.level; did you mean --found.level?\n");
	wrong("--source x --xyzzy", "people: unknown option --xyzzy; --help lists the options\n");
	wrong("--source x --min-score 1.5",
	      "people: --min-score 1.5 is out of range: it must be in 0..1\n");
	wrong("--source x --found.min_score -1",
	      "people: --found.min_score -1 is out of range: it must be in 0..1\n");
	wrong("--source x --min-score high", "people: --min-score high: must be a number\n");
	wrong("--source x --min-score nan", "people: --min-score nan: must be a number\n");
	wrong("--source x --port 1.5", "people: --port 1.5: must be an integer\n");
	wrong("--source x --port 0", "people: --port 0 is out of range: it must be in 1..65535\n");
	wrong("--source x --small 128", "people: --small 128: must be an integer in -128..127\n");
	wrong("--source x --big -1",
	      "people: --big -1: must be an integer in 0..18446744073709551615\n");
	wrong("--source x --level max", "people: --level max: must be one of low, mid, high\n");
	wrong("--source x --port", "people: --port needs a value\n");
	wrong("--source --quiet", "people: --source needs a value\n");
	wrong("--source x y", "people: unexpected argument 'y': options begin with --\n");
	wrong("--source x --quiet=1", "people: --quiet takes no value\n");
}

static void a_param_without_default_must_be_given(void **state)
{
	(void)state;
	wrong("--min-score 1", "people: --source must be given: file or device\n");
}

static void what_bind_computes_must_be_in_range(void **state)
{
	(void)state;
	ok("--source x --ratio 2");
	forget();
	wrong("--source x --min-score 0.25 --ratio 2.5",
	      "people: --ratio 2.5 sets found.gain to 2.5, out of range: it must be in 0..2\n");
	/* Said by nobody but the call. */
	shift_of_call = -9;
	wrong("--source x",
	      "people: node 'view.boxes' (t.pkd:2:1): shift is -9, which is out of range: it "
	      "must be in -8..8\n");
	/* An instance's option is what counts. */
	ok("--source x --view.boxes.shift -8 --ratio 3 --found.gain 1");
	forget();
	shift_of_call = 0;
}

static void a_config_file_sets_params(void **state)
{
	(void)state;
	write_config(
		"# for the demo\n\n  source = \"a b # c.avi\"  # quoted\n"
		"min-score=0.25\r\nfound.level = mid\nview.boxes.min_score = 0.75\nmirror = true");
	ok("--config t.conf");
	assert_string_equal(params.source, "a b # c.avi");
	assert_true(params.min_score == 0.25f);
	assert_true(found.min_score == 0.25f);
	assert_int_equal(found.level, 1);
	assert_true(boxes.min_score == 0.75f);
	assert_int_equal(params.mirror, 1);
	forget();
}

static void options_beat_the_file_and_the_file_beats_the_call(void **state)
{
	(void)state;
	write_config("min_score = 0.25\nfound.min_score = 0.75\nfound.level = mid\nsource = y\n");
	ok("--config=t.conf --found.level high");
	assert_int_equal(found.level, 2);
	assert_true(found.min_score == 0.75f);
	assert_true(boxes.min_score == 0.125f);
	forget();
	/* The pipeline's option sets it too, through the call. */
	ok("--min-score 0.5 --config t.conf --source x");
	assert_string_equal(params.source, "x");
	assert_true(found.min_score == 0.5f);
	assert_int_equal(found.level, 1);
	forget();
	ok("--config t.conf --min-score 0.5 --found.min_score 1");
	assert_true(found.min_score == 1.0f);
	forget();
}

/* Also where another value of the option would have made the same: low and mid both make it low. */
static void what_a_given_option_computes_beats_the_file(void **state)
{
	(void)state;
	write_config("view.boxes.level = high\nsource = y\n");
	ok("--config t.conf");
	assert_int_equal(boxes.level, 2);
	forget();
	ok("--config t.conf --level low");
	assert_int_equal(boxes.level, 0);
	forget();
	ok("--config t.conf --ratio 1.5");
	assert_int_equal(boxes.level, 2);
	forget();
}

static void mistakes_in_a_file_have_its_line(void **state)
{
	(void)state;
	wrong("--config t.none", "people: cannot read t.none: No such file or directory\n");
	wrong("--config", "people: --config needs a value\n");
	wrong("--config a --config b", "people: --config may be given only once\n");
	write_config("source = x\nmin_scroe = 1\n");
	wrong("--config t.conf",
	      "people: t.conf:2: unknown parameter 'min_scroe'; did you mean 'min-score'?\n");
	write_config("\nfound.min_score = 1.5");
	wrong("--config t.conf --source x",
	      "people: t.conf:2: found.min_score = 1.5 is out of range: it must be in 0..1\n");
	/* A mistake is one also where an option counts. */
	write_config("level = max");
	wrong("--config t.conf --source x --level low",
	      "people: t.conf:1: level = max: must be one of low, mid, high\n");
	write_config("level");
	wrong("--config t.conf", "people: t.conf:1: expected `name = value`\n");
	write_config("level = low\nlevel = mid");
	wrong("--config t.conf", "people: t.conf:2: 'level' was already set in line 1\n");
	write_config("# computed\nratio = 4");
	wrong("--config t.conf --source x",
	      "people: t.conf:2: ratio = 4 sets found.gain to 4, out of range: it must be in 0..2\n");
}

/* Nothing else is opened: it might never be ready, or never end. */
static void only_a_file_of_text_is_a_config(void **state)
{
	FILE *file;

	(void)state;
	wrong("--config /", "people: cannot read /: it is a directory\n");
	wrong("--config /dev/zero", "people: cannot read /dev/zero: it is not a file\n");
	assert_int_equal(mkfifo("t.conf", 0600), 0);
	wrong("--config t.conf", "people: cannot read t.conf: it is not a file\n");
	unlink("t.conf");
	write_config("");
	assert_int_equal(truncate("t.conf", INT64_C(1) << 40), 0);
	wrong("--config t.conf", "people: cannot read t.conf: it is larger than 1 MiB\n");
	file = fopen("t.conf", "w");
	assert_non_null(file);
	fwrite("source = x\nbig = 1\0 2\n", 1, 23, file);
	fclose(file);
	wrong("--config t.conf",
	      "people: t.conf:2: unexpected NUL byte: this is not a text file\n");
}

static void a_text_in_quotes_is_one_of_the_language(void **state)
{
	(void)state;
	write_config("source = \"a\\t\\\"b\\\" # \\\\\\n\" # a comment\n");
	ok("--config t.conf");
	assert_string_equal(params.source, "a\t\"b\" # \\\n");
	forget();
	write_config("source = a\\b \"c\" d\n");
	ok("--config t.conf");
	assert_string_equal(params.source, "a\\b \"c\" d");
	forget();
	write_config("source = \"a\\x\"\n");
	wrong("--config t.conf",
	      "people: t.conf:1: unknown escape sequence; there are \\n \\t \\\\ \\\"\n");
	write_config("source = \"a\n");
	wrong("--config t.conf", "people: t.conf:1: the string has no closing quote\n");
	write_config("source = \"a\" b\n");
	wrong("--config t.conf", "people: t.conf:1: unexpected text after the closing quote\n");
	write_config("big = \"1\"\n");
	wrong("--config t.conf", "people: t.conf:1: big = \"1\": must be an integer\n");
}

static void own_options(void **state)
{
	(void)state;
	ok("--source x --quiet --single-process");
	assert_true(options.quiet);
	assert_true(options.single_process);
	assert_false(options.leave);
	assert_false(options.serves);
	forget();
	ok("--source x --serve [::1]:9464 --serve-token-file token");
	assert_true(options.serves);
	assert_int_equal(options.serve_address.port, 9464);
	assert_string_equal(options.serve_token_file, "token");
	forget();
	wrong("--source x --serve robot:9464",
	      "people: --serve robot:9464: must be a port, or a numeric address and a port: 9464, "
	      "0.0.0.0:9464, [::1]:9464\n");
	wrong("--source x --serve 9464 --no-console",
	      "people: --serve is served by the console: leave --no-console out\n");
	wrong("--source x --console-group no-such-group",
	      "people: --console-group no-such-group: there is no group of that name\n");
	wrong("--source x --console-group 4294967295",
	      "people: --console-group 4294967295: there is no group of that name or number\n");
	wrong("--source x --console-group -1",
	      "people: --console-group -1: there is no group of that name\n");
	ok("--source x --console-group 64003");
	assert_true(options.has_group);
	assert_int_equal(options.group, 64003);
	forget();
	wrong("--source x --console-group root --no-console",
	      "people: --console-group is about the console: leave --no-console out\n");
	wrong("--source x --serve-token-file token",
	      "people: --serve-token-file is of no use without --serve [HOST:]PORT\n");
	ok("--version");
	assert_true(options.leave);
	assert_string_equal(output, "people (pkd " PKD_VERSION ")\n");
}

static void help_tells_everything(void **state)
{
	(void)state;
	ok("--help");
	assert_true(options.leave);
	assert_non_null(strstr(output, "Counts people.\n"));
	assert_non_null(strstr(output, "file or device (required)\n"));
	assert_non_null(strstr(output, "--min-score NUMBER"));
	assert_non_null(strstr(output, "least score (0..1, default 0.5)\n"));
	assert_non_null(strstr(output, "--level low|mid|high"));
	assert_non_null(strstr(output, "(1ms..10s, default 1s)"));
	assert_non_null(strstr(output, "Node view.boxes (draw.boxes, t.pkd:2:1):\n"));
	assert_non_null(strstr(output, "--view.boxes.min_score NUMBER"));
	assert_non_null(strstr(output, "  --config FILE               read values"));
}

static void help_shows_what_nodes_are_set_to(void **state)
{
	char *boxes_help;

	(void)state;
	shift_of_call = -3;
	ok("--min-score 0.5 --found.level mid --help --nonsense");
	shift_of_call = 0;
	assert_non_null(strstr(output, "least score (0..1, default 0.5)"));
	assert_non_null(strstr(output, "(0..1, set to 0.5)"));
	assert_non_null(strstr(output, "(set to mid)"));
	boxes_help = strstr(output, "Node view.boxes");
	assert_non_null(boxes_help);
	assert_non_null(strstr(boxes_help, "(0..1, set to 0.25)"));
	assert_non_null(strstr(boxes_help, "(-8..8, set to -3)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_every_kind),
		cmocka_unit_test(dashes_and_underscores_are_alike),
		cmocka_unit_test(a_node_option_beats_the_call_and_the_call_the_default),
		cmocka_unit_test(bools_take_a_value_or_none),
		cmocka_unit_test(times_need_a_unit),
		cmocka_unit_test_teardown(whole_numbers_are_those_of_the_language, remove_config),
		cmocka_unit_test(ranges_of_whole_numbers_are_exact),
		cmocka_unit_test(fractions_are_those_of_the_language),
		cmocka_unit_test(times_are_exact),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_param_without_default_must_be_given),
		cmocka_unit_test(what_bind_computes_must_be_in_range),
		cmocka_unit_test_teardown(a_config_file_sets_params, remove_config),
		cmocka_unit_test_teardown(options_beat_the_file_and_the_file_beats_the_call,
	                                  remove_config),
		cmocka_unit_test_teardown(what_a_given_option_computes_beats_the_file,
	                                  remove_config),
		cmocka_unit_test_teardown(mistakes_in_a_file_have_its_line, remove_config),
		cmocka_unit_test_teardown(only_a_file_of_text_is_a_config, remove_config),
		cmocka_unit_test_teardown(a_text_in_quotes_is_one_of_the_language, remove_config),
		cmocka_unit_test(own_options),
		cmocka_unit_test(help_tells_everything),
		cmocka_unit_test(help_shows_what_nodes_are_set_to),
	};

	return cmocka_run_group_tests_name("runtime_options", tests, NULL, NULL);
}
