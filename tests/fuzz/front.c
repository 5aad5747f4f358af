/* The whole compiler, from bytes to the generated C, and the layout of what has no mistakes. With
 * -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given, once each. The
 * standard library is the real one, in $PKD_STDLIB or ./stdlib. */
#define _GNU_SOURCE /* mkdtemp */
#include "front/front.h"
#include "base/file.h"
#include "compile.h"
#include "emit/emit.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *nowhere;
static char directory[] = "/tmp/pkd-fuzz.XXXXXX";
static char main_file[sizeof directory + 16];

static void clean_up(void)
{
	unlink(main_file);
	rmdir(directory);
}

static void set_up(void)
{
	nowhere = fopen("/dev/null", "w");
	if (!nowhere || !mkdtemp(directory))
		exit(2);
	snprintf(main_file, sizeof main_file, "%s/fuzz.pkd", directory);
	atexit(clean_up);
}

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* A program is written only when all was proved, the rest whenever there is a graph. */
static void write_all(const struct compilation *c, bool proved)
{
	void (*const emitters[])(const struct analysis *, struct buf *) = {
		emit_dot, emit_mermaid, emit_json, pass_report_json, emit_program};
	size_t n = sizeof emitters / sizeof *emitters;
	for (size_t i = 0; i < (proved ? n : n - 1); i++) {
		struct buf out;
		buf_init(&out);
		emitters[i](c->analysis, &out);
		buf_finish(&out);
	}
	pass_print(c->analysis, nowhere);
	pass_report(c->analysis, nowhere);
	graph_print(c->graph, nowhere);
}

static void compile_all(void)
{
	const char *stdlib = getenv("PKD_STDLIB");
	struct compilation c;
	struct compile_options options = {.file = main_file, .stdlib = stdlib ? stdlib : "stdlib"};
	int status = compile(&c, &options);
	diags_print(&c.diags, nowhere, true);
	expect((status == 0) == (c.diags.n_errors == 0), "the status and the messages differ");
	if (c.analysis)
		write_all(&c, status == 0);
	if (status == 0 && c.main) {
		struct buf out;
		buf_init(&out);
		emit_header(c.main, &out);
		buf_finish(&out);
	}
	compile_finish(&c);
}

/* Laid out once or twice, a text is the same. */
static void lay_out(const char *text, size_t length)
{
	struct arena *arena = arena_create();
	struct sources sources;
	struct diags diags;
	struct buf once, twice;
	uint32_t source;

	sources_init(&sources, arena);
	diags_init(&diags, arena, &sources);
	buf_init(&once);
	buf_init(&twice);
	sources_add_text(&sources, "fuzz.pkd", "", text, length, &source);
	ast_print(parse(arena, &diags, &sources, source), nowhere);
	if (diags.n_errors == 0) {
		expect(format(arena, &sources, source, &once), "the layout has other tokens");
		sources_add_text(&sources, "once.pkd", "", once.text, once.length, &source);
		parse(arena, &diags, &sources, source);
		expect(diags.n_errors == 0, "the layout has mistakes");
		expect(format(arena, &sources, source, &twice), "its layout has other tokens");
		expect(once.length == twice.length &&
		               memcmp(once.text, twice.text, once.length) == 0,
		       "the layout of a layout is another one");
	}
	buf_finish(&once);
	buf_finish(&twice);
	arena_destroy(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size > INPUT_MAX)
		return 0;
	if (!nowhere)
		set_up();
	text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	lay_out(text, size);
	if (file_write(main_file, text, size) == 0)
		compile_all();
	free(text);
	return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct arena *arena = arena_create();
		char *text;
		size_t length;
		if (file_read(arena, argv[i], INPUT_MAX, &text, &length) != 0)
			return 2;
		/* The name comes first: a crash says no more. */
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput((const uint8_t *)text, length);
		arena_destroy(arena);
	}
	return 0;
}
#endif
