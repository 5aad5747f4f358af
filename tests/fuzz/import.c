/* Pipelines of PeekingDuck, from YAML to the program: whatever is read, it is refused with a
 * message, or what is made of it can be parsed and laid out, and compiles without an error where
 * $PKD_STDLIB names a standard library. With -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it
 * runs the files it is given, once each. */
#define _GNU_SOURCE /* mkdtemp */
#include "base/file.h"
#include "compile.h"
#include "front/front.h"
#include "import/peekingduck.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void expect(bool holds, const char *what, const struct buf *program)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s\n%s", what, program->text);
	abort();
}

static void lay_out(struct arena *arena, const struct buf *program)
{
	struct sources sources;
	struct diags diags;
	struct buf out;
	uint32_t source;

	sources_init(&sources, arena);
	diags_init(&diags, arena, &sources);
	sources_add_text(&sources, "fuzz.pkd", "", program->text, program->length, &source);
	parse(arena, &diags, &sources, source);
	diags_print(&diags, diags.n_errors ? stderr : nowhere, false);
	expect(!diags.n_errors, "the program cannot be parsed", program);
	buf_init(&out);
	expect(format(arena, &sources, source, &out), "the program cannot be laid out", program);
	buf_finish(&out);
}

static void check(const struct buf *program)
{
	const char *stdlib = getenv("PKD_STDLIB");
	struct compilation c;
	struct compile_options options = {.file = main_file, .stdlib = stdlib};

	if (!stdlib || file_write(main_file, program->text, program->length) != 0)
		return;
	compile(&c, &options);
	diags_print(&c.diags, c.diags.n_errors ? stderr : nowhere, false);
	expect(!c.diags.n_errors, "the program has mistakes", program);
	compile_finish(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > DOCUMENT_MAX)
		return 0;
	if (!nowhere)
		set_up();
	struct arena *arena = arena_create();
	struct notes notes = {.arena = arena};
	struct duck d = {.arena = arena,
	                 .notes = &notes,
	                 .file = "fuzz.yml",
	                 .directory = directory,
	                 .text = arena_strndup(arena, (const char *)data, size),
	                 .length = size,
	                 .name = "fuzz",
	                 .header = "fuzz.pkd",
	                 .wants_exact = size % 2};
	buf_init(&d.out);
	bool made = peekingduck_import(&d);
	notes_print(&notes, "fuzz.yml", nowhere);
	expect(made == (notes.n_of[NOTE_ERROR] == 0), "the result and the messages differ", &d.out);
	if (made) {
		lay_out(arena, &d.out);
		check(&d.out);
	}
	buf_finish(&d.out);
	arena_destroy(arena);
	return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct arena *arena = arena_create();
		char *text;
		size_t length;
		if (file_read(arena, argv[i], DOCUMENT_MAX, &text, &length) != 0)
			return 2;
		/* The name comes first: a crash says no more. */
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput((const uint8_t *)text, length);
		arena_destroy(arena);
	}
	return 0;
}
#endif
