/* CSV and JSON lines, damaged at random, for the readers of `table`: each whole node on a file.
 * Built with the sanitizers by `make fuzz-tables`, as `tables SECONDS [SEED]`. Prints the seed of
 * each thousand before it, so that what dies can be run again.
 *
 * What is read is written by table_put_json, which looks at every length, and must read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <table/read_csv.pkd.h>
#include <table/read_jsonl.pkd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "table/json.h"
#include "table/parse.h"
#include "table/test_types.h"
#include "test/fake_ctx.h"

extern const struct pkd_methods table_read_csv_methods, table_read_jsonl_methods;

static const char *const csvs[] = {
	"yes,i8,u64,f64,when,raw,one.at.x,one.at.y,one.label,one.mood,many,three\n"
	"true,-1,2,3.5,4.25,00ff,1,2,\"a\"\"b\",calm,\"[{\"\"at\"\":{\"\"x\"\":1,\"\"y\"\":2},"
	"\"\"label\"\":\"\"q\"\",\"\"mood\"\":1}]\",\"[1,2,3]\"\r\n"
	"0,127,18446744073709551615,nan,-1.000000001,,inf,-1e-3,\"two\nlines\",1,[],\"[0,0,0]\"\n",
	"three,many,one.mood,one.label,one.at.y,one.at.x,raw,when,f64,u64,i8,yes,extra\n"
	"\"[1,2,3]\",\"[]\",cross,,1,2,ab,0,0,0,0,false,\"x,y\"\n\n",
};
static const char *const lines[] = {
	"{\"yes\":true,\"i8\":-1,\"u64\":2,\"f64\":3.5e1,\"when\":4.25,\"raw\":\"00ff\",\"one\":"
	"{\"at\":{\"x\":1,\"y\":null},\"label\":\"\\u00e9\\ud83d\\ude00\\\"\",\"mood\":\"calm\"},"
	"\"many\":[{\"at\":{\"x\":1,\"y\":2},\"label\":\"\",\"mood\":1}],\"three\":[1,2,3],"
	"\"more\":[{\"a\":[[]]},null]}\n"
	"{\"three\":[0,0,0],\"many\":[],\"one\":{\"mood\":0,\"label\":\"x\",\"at\":{\"y\":1,\"x\":2}},"
	"\"raw\":\"\",\"when\":0,\"f64\":null,\"u64\":0,\"i8\":0,\"yes\":false}\n\n",
	"{\"yes\":true,\"yes\":false,\"i8\":-0,\"u64\":01,\"f64\":5.,\"when\":0.00,\"raw\":\"\",\"one\":"
	"{\"at\":{\"x\":1e400,\"y\":-1E-400},\"label\":\"\",\"mood\":1},\"many\":[],\"three\":[0,0,0]}\n",
};
/* 400 digits. */
#define ZEROS_100                                            \
	"00000000000000000000000000000000000000000000000000" \
	"00000000000000000000000000000000000000000000000000"
#define ZEROS ZEROS_100 ZEROS_100 ZEROS_100 ZEROS_100
static const char *const pieces[] = {"\"",
                                     "\"\"",
                                     ",",
                                     "\n",
                                     "\r\n",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     ":",
                                     "null",
                                     "e",
                                     "-",
                                     ".",
                                     "\\u",
                                     "\\",
                                     "nan",
                                     "9999999999",
                                     "0.",
                                     "e+99999999999999999999",
                                     ZEROS ZEROS "1"};

static uint64_t state, n_rows, n_bad, n_files;

static uint32_t chance(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % n;
}

static size_t insert(char *text, size_t n, size_t at, const char *piece, size_t size)
{
	memmove(text + at + size, text + at, n - at);
	memcpy(text + at, piece, size);
	return n + size;
}

/* With room for 4096 bytes more. */
static size_t damage(char *text, size_t n)
{
	for (uint32_t i = chance(8); i && n; i--) {
		size_t at = chance((uint32_t)n), size = chance(40), from = chance((uint32_t)n);
		const char *piece = pieces[chance(COUNT(pieces))];
		char copy[40];

		size = size < n - from ? size : n - from;
		memcpy(copy, text + from, size);
		switch (chance(5)) {
		case 0:
			text[at] = (char)(text[at] ^ (1 << chance(8)));
			break;
		case 1:
			n = insert(text, n, at, piece, strlen(piece));
			break;
		case 2:
			n = insert(text, n, at, copy, size);
			break;
		case 3:
			size = size < n - at ? size : n - at;
			memmove(text + at, text + at + size, n - at - size);
			n -= size;
			break;
		default:
			n = chance(20) ? n : at;
		}
	}
	return n;
}

struct text {
	char bytes[1 << 16];
	size_t n;
};

static void put(void *to, const char *from, size_t n)
{
	struct text *text = to;

	if (n > sizeof(text->bytes) - text->n)
		abort();
	memcpy(text->bytes + text->n, from, n);
	text->n += n;
}

static void ignore(void *to, const char *name, size_t n)
{
	(void)to;
	(void)name;
	(void)n;
}

/* As JSON, read, and as JSON once more: the same. */
static void compare(const struct all *row)
{
	static struct text first, second;
	static char scratch[1 << 17];
	struct parse parse = {.scratch = scratch, .scratch_size = sizeof(scratch)};
	struct parse_members members = {.extra = ignore, .time = ""};
	struct table_sink to_first = {.put = put, .to = &first},
			  to_second = {.put = put, .to = &second};
	struct all again = {0};

	first.n = second.n = 0;
	table_put_json(&to_first, &all_type, row);
	if (!parse_json_row(&parse, &all_type, first.bytes, first.n, &again, &members)) {
		fprintf(stderr, "%.*s: %s\n", (int)first.n, first.bytes, parse.why);
		abort();
	}
	table_put_json(&to_second, &all_type, &again);
	if (first.n != second.n || memcmp(first.bytes, second.bytes, first.n) != 0)
		abort();
}

static void read_all(const struct pkd_methods *methods, const void *params, struct pkd_ctx *ctx)
{
	void *self = fake_self(methods), *row = fake_slot(sizeof(struct all)), *out[] = {row};
	int result = methods->init(self, params, ctx);

	while (result == PKD_OK || result == PKD_LATER) {
		memset(row, 0, sizeof(struct all));
		result = fake_fire(methods, self, NULL, out, ctx);
		if (result == PKD_OK) {
			n_rows++;
			compare(row);
		}
		if (result == PKD_OK && chance(20) == 0) {
			methods->finish(self);
			memset(self, 0, methods->self_size);
			result = methods->init(self, params, ctx);
		}
	}
	n_bad += ctx->n_notes > 0;
	n_files++;
	methods->finish(self);
	free(self);
	fake_slot_free(row);
}

static void one(const char *path)
{
	static char text[8192];
	static struct pkd_ctx ctx;
	static int32_t columns[4096], time_column;
	static uint32_t n_columns;
	bool is_csv = chance(2);
	const char *seed = is_csv ? csvs[chance(COUNT(csvs))] : lines[chance(COUNT(lines))];
	struct table_read_csv_params csv = {.source = path, .separator = ",", .time = ""};
	struct table_read_jsonl_params jsonl = {.source = path, .time = ""};
	size_t n = strlen(seed);
	FILE *file = fopen(path, "w");

	memcpy(text, seed, n);
	n = damage(text, n);
	if (!file || fwrite(text, 1, n, file) != n || fclose(file))
		abort();
	memset(&ctx, 0, sizeof(ctx));
	n_columns = 0;
	ctx.memories[0] = columns;
	ctx.memories[1] = &n_columns;
	ctx.memories[2] = &time_column;
	csv.T = jsonl.T = &all_type;
	csv.header = chance(8);
	csv.time = jsonl.time = chance(2) ? "when" : "";
	if (is_csv)
		read_all(&table_read_csv_methods, &csv, &ctx);
	else
		read_all(&table_read_jsonl_methods, &jsonl, &ctx);
}

int main(int n_args, char **args)
{
	time_t end = time(NULL) + (n_args > 1 ? atoi(args[1]) : 10);
	uint64_t seed = n_args > 2 ? strtoull(args[2], NULL, 10) : (uint64_t)time(NULL) * 1000003;
	char path[] = "/tmp/pkd-fuzz-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	do {
		printf("seed %llu\n", (unsigned long long)seed);
		fflush(stdout);
		state = seed ? seed : 1;
		for (int i = 0; i < 1000; i++)
			one(path);
		seed++;
	} while (time(NULL) < end);
	unlink(path);
	printf("%llu files, %llu rows, %llu files with notes\n", (unsigned long long)n_files,
	       (unsigned long long)n_rows, (unsigned long long)n_bad);
	return n_rows ? 0 : 1;
}
