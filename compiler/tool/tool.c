/* What the subcommands share: messages, compiling, results. */
#include "tool/tool.h"

#include "base/file.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("pkdc: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/* https://no-color.org: any value that is not empty. */
bool tool_wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	return isatty(STDERR_FILENO) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

void tool_print_diags(const struct diags *diags)
{
	fflush(stdout);
	diags_print(diags, stderr, tool_wants_colour());
}

void tool_print_messages(const struct compilation *c)
{
	tool_print_diags(&c->diags);
}

static enum stage stage_of(const char *name)
{
	static const struct {
		const char *name;
		enum stage stage;
	} stages[] = {
		{"tokens", STAGE_TOKENS}, {"ast", STAGE_AST},       {"types", STAGE_TYPES},
		{"graph", STAGE_GRAPH},   {"passes", STAGE_PASSES},
	};
	for (size_t i = 0; name && i < sizeof stages / sizeof *stages; i++) {
		if (strcmp(stages[i].name, name) == 0)
			return stages[i].stage;
	}
	return STAGE_NONE;
}

int tool_compile(struct tool *tool, struct compilation *ret_c, enum tool_need need)
{
	const struct compile_options options = {
		.file = tool->operand,
		.stdlib = tool->library.stdlib,
		.pipeline = tool->option[OPTION_PIPELINE],
		.deploy = tool->option[OPTION_DEPLOY],
		.library = need == NEEDS_FILE,
		.module = need == NEEDS_MODULE,
		.dump = stage_of(tool->option[OPTION_DUMP]),
		.defines = tool->defines.items,
		.n_defines = tool->defines.n,
	};
	return compile(ret_c, &options) == 0 ? 0 : STATUS_FAILED;
}

int tool_write(struct tool *tool, const char *text, size_t length)
{
	const char *path = tool->option[OPTION_OUTPUT];
	if (!path) {
		fwrite(text, 1, length, stdout); /* main looks at ferror */
		return 0;
	}
	int error = file_write(path, text, length);
	if (!error)
		return 0;
	complain("cannot write '%s': %s", path, strerror(-error));
	return STATUS_FAILED;
}
