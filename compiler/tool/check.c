/* pkdc check: messages, one stage of the compiler, or the report of what is proved. */
#include "tool/tool.h"

int tool_check(struct tool *tool)
{
	struct compilation c;
	int status = tool_compile(tool, &c, false);
	tool_print_messages(&c);
	/* A refused assertion still leaves facts that explain it. */
	if (tool->option[OPTION_REPORT] && c.analysis)
		pass_report(c.analysis, stdout);
	compile_finish(&c);
	return status;
}
