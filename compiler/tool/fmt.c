/* pkdc fmt: lays .pkd files out. A file with mistakes is left alone, for what cannot be read cannot
 * be laid out. */
#include "base/file.h"
#include "front/front.h"
#include "tool/tool.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fmt {
	struct tool *tool;
	struct arena *arena; /* of the file in hand */
	struct sources sources;
	uint32_t source;
};

static int read_stdin(struct fmt *f)
{
	struct buf text;
	char part[4096];
	size_t n;

	buf_init(&text);
	while ((n = fread(part, 1, sizeof part, stdin)) > 0 && text.length <= SOURCE_MAX)
		buf_write(&text, part, n);
	int error = ferror(stdin) ? -EIO : text.length > SOURCE_MAX ? -EFBIG : 0;
	const char *copy = arena_strndup(f->arena, text.text, text.length);
	sources_add_text(&f->sources, "<stdin>", "", copy, text.length, &f->source);
	buf_finish(&text);
	return error;
}

/* The text replaces the file's, or is the result of a run on stdin. */
static int put(struct fmt *f, const char *path, bool from_stdin, const struct buf *text)
{
	const struct source *old = &f->sources.list.items[f->source];
	bool equal = old->length == text->length &&
	             memcmp(old->text, text->text, text->length) == 0;

	if (f->tool->option[OPTION_CHECK]) {
		if (!equal)
			puts(path);
		return equal ? 0 : STATUS_FAILED;
	}
	if (from_stdin) {
		fwrite(text->text, 1, text->length, stdout); /* main looks at ferror */
		return 0;
	}
	int error = equal ? 0 : file_replace(path, text->text, text->length);
	if (error)
		complain("cannot write '%s': %s", path, strerror(-error));
	return error ? STATUS_FAILED : 0;
}

static int lay_out(struct fmt *f, const char *path, bool from_stdin)
{
	struct diags diags;
	struct buf text;
	int status;

	diags_init(&diags, f->arena, &f->sources);
	parse(f->arena, &diags, &f->sources, f->source);
	if (diags.n_errors) {
		tool_print_diags(&diags);
		return STATUS_FAILED;
	}
	buf_init(&text);
	if (format(f->arena, &f->sources, f->source, &text)) {
		status = put(f, path, from_stdin, &text);
	} else {
		complain("'%s' is left as it is, for its layout would change what it says: a "
		         "mistake of pkdc, please report it",
		         path);
		status = STATUS_FAILED;
	}
	buf_finish(&text);
	return status;
}

static int fmt_file(struct tool *tool, const char *path)
{
	bool from_stdin = strcmp(path, "-") == 0;
	struct fmt f = {.tool = tool, .arena = arena_create()};
	int status = STATUS_FAILED;

	sources_init(&f.sources, f.arena);
	int error = from_stdin ? read_stdin(&f) : sources_add(&f.sources, path, path, &f.source);
	if (error)
		complain("cannot read '%s': %s", path, sources_failure(error));
	else
		status = lay_out(&f, from_stdin ? "<stdin>" : path, from_stdin);
	arena_destroy(f.arena);
	return status;
}

int tool_fmt(struct tool *tool)
{
	int status = 0;

	if (!tool->operands.n)
		return fmt_file(tool, "-");
	for (size_t i = 0; i < tool->operands.n; i++) {
		if (fmt_file(tool, tool->operands.items[i]))
			status = STATUS_FAILED;
	}
	return status;
}
