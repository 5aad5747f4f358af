/* pkdc check: messages, one stage of the compiler, or the report of what is proved. */
#include "tool/tool.h"

static void print_json(const struct compilation *c)
{
	struct buf out;

	buf_init(&out);
	if (c->analysis)
		pass_report_json(c->analysis, &out);
	else
		buf_puts(&out, "null\n");        /* so that it is JSON whatever happened */
	fwrite(out.text, 1, out.length, stdout); /* main looks at ferror */
	buf_finish(&out);
}

int tool_check(struct tool *tool)
{
	struct compilation c;
	int status = tool_compile(tool, &c, false);
	tool_print_messages(&c);
	/* A refused assertion still leaves facts that explain it. */
	if (tool->option[OPTION_JSON])
		print_json(&c);
	else if (tool->option[OPTION_REPORT] && c.analysis)
		pass_report(c.analysis, stdout);
	compile_finish(&c);
	return status;
}
