/* pkdc: from the command line to one call. */
#include "tool/tool.h"
#include <signal.h>

int main(int argc, char **argv)
{
	static int (*const commands[])(struct tool *) = {
#define COMMAND(name, operands, least, most, what) tool_##name,
#define OPTION(id, letter, name, argument, commands, what)
#include "options.def"
#undef COMMAND
#undef OPTION
	};
	struct tool tool = {.arena = arena_create()};
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error of a write, with a message */
	int status = options_parse(&tool, argc, argv);
	if (status < 0 && library_find(tool.arena, &tool.library) < 0)
		status = STATUS_FAILED;
	if (status < 0)
		status = commands[tool.command](&tool);
	/* A result that went to a full disk or a closed pipe is no result. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write to the standard output");
		status = STATUS_FAILED;
	}
	arena_destroy(tool.arena);
	return status;
}
