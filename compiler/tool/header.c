/* pkdc header: the C interface of nodes, for whoever compiles them outside of pkdc build. Without a
 * FILE, that of the standard library, below the directory --output. */
#include "base/file.h"
#include "emit/emit.h"
#include "tool/tool.h"
#include <string.h>

/* Beside the file: where an editor finds it that has its nodes' sources open. */
static int write_stub(struct tool *tool, const struct unit *unit)
{
	const char *path = path_join(
		tool->arena, path_directory(tool->arena, tool->operand),
		arena_printf(tool->arena, "%s_pkd.pyi", path_stem(tool->arena, tool->operand)));
	struct buf out;
	int error = 0;
	buf_init(&out);
	if (emit_stub(unit, &out))
		error = file_write(path, out.text, out.length);
	buf_finish(&out);
	if (error)
		complain("cannot write '%s': %s", path, strerror(-error));
	return error ? STATUS_FAILED : 0;
}

static int write_one(struct tool *tool)
{
	struct compilation c;
	int status = tool_compile(tool, &c, NEEDS_FILE);
	tool_print_messages(&c);
	if (!status) {
		struct buf out;
		buf_init(&out);
		emit_header(c.main, &out);
		status = tool_write(tool, out.text, out.length);
		buf_finish(&out);
		if (!status)
			status = write_stub(tool, c.main);
	}
	compile_finish(&c);
	return status;
}

static int write_unit(struct tool *tool, const struct unit *unit)
{
	struct buf out;
	buf_init(&out);
	emit_header(unit, &out);
	const char *path = path_join(tool->arena, tool->option[OPTION_OUTPUT], unit->header);
	int error = file_make_directories(path_directory(tool->arena, path));
	if (!error)
		error = file_write(path, out.text, out.length);
	buf_finish(&out);
	if (error)
		complain("cannot write '%s': %s", path, strerror(-error));
	return error ? STATUS_FAILED : 0;
}

static int write_stdlib(struct tool *tool)
{
	if (!tool->option[OPTION_OUTPUT]) {
		complain("header needs a FILE, or --output=DIR for the standard library's headers");
		return STATUS_USAGE;
	}
	struct compilation c;
	int status = compile_stdlib(&c, tool->library.stdlib) == 0 ? 0 : STATUS_FAILED;
	tool_print_messages(&c);
	for (size_t i = 0; i < c.units.n && !status; i++)
		status = write_unit(tool, c.units.items[i]);
	compile_finish(&c);
	return status;
}

int tool_header(struct tool *tool)
{
	return tool->operand ? write_one(tool) : write_stdlib(tool);
}
