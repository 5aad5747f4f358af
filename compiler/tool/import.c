/* pkdc import: pipelines of other programs, as .pkd files. */
#include "base/buf.h"
#include "base/file.h"
#include "front/front.h"
#include "import/peekingduck.h"
#include "tool/tool.h"
#include <ctype.h>
#include <errno.h>
#include <string.h>

static const char *failure(int error)
{
	return error == -EFBIG    ? "it is larger than 256 KiB"
	       : error == -EISDIR ? "it is a directory"
	       : error == -EINVAL ? "it is not a regular file"
	                          : strerror(-error);
}

/* The file's name as one of a pipeline. */
static const char *pipeline_name(struct arena *arena, const char *path)
{
	const char *stem = path_stem(arena, path_base(path));
	char *name = arena_strndup(arena, stem, strlen(stem) < 60 ? strlen(stem) : 60);

	for (char *c = name; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)*c : '_';
	if (compile_is_name(arena, name))
		return name;
	return arena_printf(arena, "duck_%s", name);
}

/* Laid out; NULL after a message where it is not what pkdc can read, which would be a mistake. */
static const char *laid_out(struct tool *tool, const struct buf *text, size_t *ret_length)
{
	struct sources sources;
	struct diags diags;
	struct buf out;
	uint32_t source;
	const char *copy = NULL;

	sources_init(&sources, tool->arena);
	diags_init(&diags, tool->arena, &sources);
	sources_add_text(&sources, "<import>", "", text->text, text->length, &source);
	parse(tool->arena, &diags, &sources, source);
	buf_init(&out);
	if (!diags.n_errors && format(tool->arena, &sources, source, &out)) {
		copy = arena_strndup(tool->arena, out.text, out.length);
		*ret_length = out.length;
	} else {
		tool_print_diags(&diags);
		complain("what was made of it is no program: a mistake of pkdc, please report it");
	}
	buf_finish(&out);
	return copy;
}

static int write_file(const char *path, const char *text, size_t length)
{
	int error = file_write(path, text, length);

	if (!error)
		return 0;
	complain("cannot write '%s': %s", path, strerror(-error));
	return STATUS_FAILED;
}

static int write_stub(struct tool *tool, const char *directory, const struct stub *stub)
{
	const char *path = path_join(tool->arena, directory, stub->name);

	if (file_exists(path)) {
		complain("'%s' is there, and left as it is", path);
		return 0;
	}
	int status = write_file(path, stub->text, strlen(stub->text));
	if (!status)
		printf("wrote %s\n", path);
	return status;
}

/* The program, and beside it the stubs that are not there yet. */
static int write_all(struct tool *tool, const struct duck *d, const char *path)
{
	size_t length = 0;
	const char *text = laid_out(tool, &d->out, &length);

	if (!text)
		return STATUS_FAILED;
	int status = write_file(path, text, length);
	if (status)
		return status;
	printf("wrote %s: %zu of %zu nodes come over%s\n", path, d->n_over, d->n_nodes,
	       d->notes->n_of[NOTE_LOST] ? ", and what is left out is said above" : ", whole");
	for (size_t i = 0; i < d->stubs.n && !status; i++)
		status = write_stub(tool, path_directory(tool->arena, path), &d->stubs.items[i]);
	return status;
}

/* Where the program goes: beside the YAML file, unless another place is named. */
static const char *destination(struct tool *tool, const char *file)
{
	const char *given = tool->option[OPTION_OUTPUT];

	if (given)
		return given;
	const char *path = path_join(
		tool->arena, path_directory(tool->arena, file),
		arena_printf(tool->arena, "%s.pkd", path_stem(tool->arena, path_base(file))));
	if (!file_exists(path))
		return path;
	complain("'%s' is there already; write -o %s to replace it, or another name", path, path);
	return NULL;
}

static int import_duck(struct tool *tool, const char *file)
{
	struct notes notes = {.arena = tool->arena};
	struct duck d = {.arena = tool->arena, .notes = &notes, .file = file};
	char *text;

	int error = file_read(tool->arena, file, DOCUMENT_MAX, &text, &d.length);
	if (error) {
		complain("cannot read '%s': %s", file, failure(error));
		return STATUS_FAILED;
	}
	const char *path = destination(tool, file);
	if (!path)
		return STATUS_FAILED;
	d.text = text;
	d.directory = path_directory(tool->arena, file);
	d.name = pipeline_name(tool->arena, path);
	d.header = path_base(path);
	d.wants_exact = tool->option[OPTION_EXACT] != NULL;
	buf_init(&d.out);
	bool made = peekingduck_import(&d);
	notes_print(&notes, file, stderr);
	int status = made ? write_all(tool, &d, path) : STATUS_FAILED;
	buf_finish(&d.out);
	return status;
}

int tool_import(struct tool *tool)
{
	const char *what = tool->operands.items[0];

	if (strcmp(what, "peekingduck") != 0) {
		complain("import reads pipelines of peekingduck, not of '%s'", what);
		return STATUS_USAGE;
	}
	if (!document_is_known()) {
		complain("pkdc was built without libyaml: install libyaml-dev, and build it again");
		return STATUS_FAILED;
	}
	return import_duck(tool, tool->operands.items[1]);
}
