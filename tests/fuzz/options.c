/* The command line of a program and its --config file, and values as JSON. The lines of an input
 * that begin with -- are words of the command line, the others are the file; all bytes are a value
 * as well. With -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given, once
 * each. */
#define _GNU_SOURCE
#include <stddef.h>
#include <string.h>

#include "input.h"
#include "options/options.h"
#include "table/json.h"

enum { MAX_WORDS = 64 };

/* ---- A program with a parameter of each kind ---- */

struct params {
	const char *text;
	float share;
	double ratio;
	uint32_t level;
	int64_t period, offset;
	uint64_t big;
	uint16_t port;
	int8_t small;
	uint8_t mirror;
	const char *texts[2];
	double shares[3];
};

static struct params program_params, node_params;
static const char *const level_names[] = {"low", "mid", "high"};
static const struct pkd_type level = {
	.kind = PKD_ENUM,
	.name = "Level",
	.size = 4,
	.align = 4,
	.n = 3,
	.names = level_names,
};

#define PARAM(field, of, ...)                                            \
	{                                                                \
		.name = #field, .doc = "", .kind = (of), .initial = "0", \
		.offset = offsetof(struct params, field), __VA_ARGS__    \
	}
#define NUMBERS(least, most) .has_range = true, .min.number = (least), .max.number = (most)
#define WHOLES(least, most) .has_range = true, .min.whole = (least), .max.whole = (most)

static const struct pkd_param table[] = {
	PARAM(text, PKD_STRING),
	PARAM(share, PKD_F32, NUMBERS(0, 1)),
	PARAM(ratio, PKD_F64),
	PARAM(level, PKD_ENUM, .type = &level),
	PARAM(period, PKD_TIME, WHOLES(0, 10000000000)),
	PARAM(offset, PKD_I64, WHOLES(INT64_MIN, 9007199254740992)),
	PARAM(big, PKD_U64),
	PARAM(port, PKD_U16, WHOLES(0, 1024)),
	PARAM(small, PKD_I8),
	PARAM(mirror, PKD_BOOL),
	PARAM(texts, PKD_STRING, .n = 2),
	PARAM(shares, PKD_F64, NUMBERS(0, 1), .n = 3),
};
enum { N_PARAMS = sizeof(table) / sizeof(table[0]) };

static const struct pkd_node node = {
	.name = "node",
	.kind = "kind",
	.at = "fuzz.pkd:1:1",
	.params = &node_params,
	.param_table = table,
	.n_params = N_PARAMS,
};

static const char *bind(void)
{
	node_params = (struct params){
		.share = program_params.share,
		.ratio = program_params.ratio,
		.port = program_params.port,
	};
	return NULL;
}

static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "fuzz",
	.doc = "",
	.source = "fuzz.pkd",
	.nodes = &node,
	.n_nodes = 1,
	.params = &program_params,
	.param_table = table,
	.n_params = N_PARAMS,
	.bind = bind,
};

static void forget(struct params *params)
{
	free((void *)(uintptr_t)params->text);
	for (size_t i = 0; i < 2; i++)
		free((void *)(uintptr_t)params->texts[i]);
	*params = (struct params){0};
}

static bool in_ranges(const struct params *params)
{
	for (size_t i = 0; i < 3; i++)
		if (!(params->shares[i] >= 0 && params->shares[i] <= 1))
			return false;
	return params->share >= 0 && params->share <= 1 && params->ratio - params->ratio == 0 &&
	       params->level < 3 && params->period >= 0 && params->period <= 10000000000 &&
	       params->offset <= 9007199254740992 && params->port <= 1024 && params->mirror <= 1;
}

/* ---- Options ---- */

static char config_path[] = "/tmp/pkd-fuzz.XXXXXX";
static char config_option[sizeof(config_path) + 16];
static int config_fd = -1;

static void remove_config(void)
{
	unlink(config_path);
}

static void set_up(void)
{
	config_fd = mkstemp(config_path);
	if (config_fd < 0)
		exit(2);
	snprintf(config_option, sizeof(config_option), "--config=%s", config_path);
	atexit(remove_config);
}

/* Puts the words of the input into argv, and the other lines into the file. */
static int split(char *text, size_t size, char **argv)
{
	int argc = 2;
	char *end = text + size;

	expect(ftruncate(config_fd, 0) == 0, "the file cannot be cut");
	lseek(config_fd, 0, SEEK_SET);
	for (char *line = text, *next; line < end; line = next) {
		char *newline = memchr(line, '\n', (size_t)(end - line));

		next = newline ? newline + 1 : end;
		if (end - line > 2 && !strncmp(line, "--", 2)) {
			if (newline)
				*newline = '\0';
			/* Another file is another input. */
			if (argc < MAX_WORDS && strncmp(line, "--config", 8) != 0)
				argv[argc++] = line;
		} else if (write(config_fd, line, (size_t)(next - line)) < 0) {
			exit(2);
		}
	}
	return argc;
}

static void parse(char *text, size_t size)
{
	char name[] = "fuzz", *argv[MAX_WORDS + 1] = {name, config_option};
	struct pkdi_options options;
	int argc = split(text, size, argv);

	fflush(stdout);
	if (pkdi_options_parse(&program, argc, argv, &options) == 0) {
		if (!options.leave)
			expect(in_ranges(&program_params) && in_ranges(&node_params),
			       "a value is out of its range");
		pkdi_options_finish(&options);
	}
	forget(&program_params);
	forget(&node_params);
}

/* ---- Values as JSON ---- */

struct value {
	uint32_t level;
	float number;
	double wide;
	int64_t time;
	uint8_t truth;
	struct {
		uint32_t len;
		char text[13];
	} text;
	struct {
		uint32_t len;
		uint8_t data[8];
	} bytes;
	struct {
		uint32_t len;
		int16_t items[5];
	} list;
};

#define TYPE(of, bytes)                                                     \
	{                                                                   \
		.kind = (of), .name = "", .size = (bytes), .align = (bytes) \
	}
#define FIELD(name, type)                                   \
	{                                                   \
#name, (type), offsetof(struct value, name) \
	}

static const struct pkd_type f32 = TYPE(PKD_F32, 4), f64 = TYPE(PKD_F64, 8),
			     time_ns = TYPE(PKD_TIME, 8), truth = TYPE(PKD_BOOL, 1),
			     i16 = TYPE(PKD_I16, 2);
static const struct pkd_type text = {.kind = PKD_STRING, .name = "", .n = 12};
static const struct pkd_type bytes = {.kind = PKD_BYTES, .name = "", .n = 8};
static const struct pkd_type list = {
	.kind = PKD_LIST, .name = "", .n = 5, .items_offset = 4, .item = &i16};
static const struct pkd_field fields[] = {
	FIELD(level, &level), FIELD(number, &f32), FIELD(wide, &f64),    FIELD(time, &time_ns),
	FIELD(truth, &truth), FIELD(text, &text),  FIELD(bytes, &bytes), FIELD(list, &list),
};
static const struct pkd_type record = {
	.kind = PKD_RECORD, .name = "", .n = sizeof(fields) / sizeof(fields[0]), .fields = fields};

static char json[4096];
static size_t json_size;

static void put(void *to, const char *piece, size_t n)
{
	(void)to;
	expect(json_size + n < sizeof(json), "the JSON of a value has no end");
	memcpy(json + json_size, piece, n);
	json_size += n;
}

static const char *skip_json(const char *at);

static const char *skip_string(const char *at)
{
	for (at++; *at != '"'; at++) {
		expect((unsigned char)*at >= ' ', "a control character in a string");
		if (*at == '\\')
			expect(strchr("\"\\/bfnrtu", *++at) != NULL, "an unknown escape");
	}
	return at + 1;
}

/* Items, with keys where `key` says so, up to `close`. */
static const char *skip_items(const char *at, bool key, char close)
{
	for (at++; *at != close; at += *at == ',') {
		if (key) {
			expect(*at == '"', "no key");
			at = skip_string(at);
			expect(*at++ == ':', "no colon");
		}
		at = skip_json(at);
		expect(*at == ',' || *at == close, "no comma");
		expect(*at != ',' || at[1] != close, "a comma too many");
	}
	return at + 1;
}

static const char *skip_json(const char *at)
{
	static const char *const words[] = {"true", "false", "null"};
	char *end;

	if (*at == '{')
		return skip_items(at, true, '}');
	if (*at == '[')
		return skip_items(at, false, ']');
	if (*at == '"')
		return skip_string(at);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(at, words[i], strlen(words[i])))
			return at + strlen(words[i]);
	expect(strchr("-0123456789", *at) != NULL, "no value");
	(void)strtod(at, &end);
	expect(end > at, "no number");
	return end;
}

static void write_json(const uint8_t *data, size_t size)
{
	struct table_sink sink = {.put = put};
	struct value value = {0};

	memcpy(&value, data, size < sizeof(value) ? size : sizeof(value));
	value.truth &= 1;
	json_size = 0;
	table_put_json(&sink, &record, &value);
	json[json_size] = '\0';
	expect(*skip_json(json) == '\0', "something follows the JSON of a value");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size > INPUT_MAX)
		return 0;
	if (config_fd < 0)
		set_up();
	copy = malloc(size + 1);
	memcpy(copy, data, size);
	copy[size] = '\0';
	parse(copy, size);
	free(copy);
	write_json(data, size);
	return 0;
}
