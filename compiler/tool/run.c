/* pkdc run: build, then become the program. */
#include "tool/tool.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

int tool_run(struct tool *tool)
{
	const char *path, *name;
	int status = build_program(tool, &path, &name);
	if (status)
		return status;
	VEC(char *) argv = {0};
	vec_push(tool->arena, &argv, arena_strdup(tool->arena, name));
	for (char **argument = tool->rest; argument && *argument; argument++)
		vec_push(tool->arena, &argv, *argument);
	vec_push(tool->arena, &argv, NULL);
	fflush(stdout);
	execv(path, argv.items);
	complain("cannot start '%s': %s", path, strerror(errno));
	return STATUS_FAILED;
}
