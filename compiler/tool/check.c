/* pkdc check: messages, one stage of the compiler, or the report of what is proved. */
#include "front/ast.h"
#include "tool/python.h"
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

/* "checked 2 nodes and 1 type; nodes.pkd has no program to build" */
static void print_module(const struct compilation *c)
{
	static const struct {
		enum ast_decl_kind kind;
		const char *word;
	} kinds[] = {{DECL_NODE, "node"},
	             {DECL_PIPELINE, "pipeline"},
	             {DECL_TYPE, "type"},
	             {DECL_ENUM, "enum"},
	             {DECL_CONST, "constant"}};
	const char *separator = "checked ";
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		size_t n = 0;
		for (size_t i = 0; i < c->module->decls.n; i++)
			n += c->module->decls.items[i]->kind == kinds[k].kind;
		if (n == 0)
			continue;
		printf("%s%zu %s%s%s", separator, n, kinds[k].word, n == 1 ? "" : "s",
		       kinds[k].kind == DECL_PIPELINE ? " with ports (as to syntax alone)" : "");
		separator = ", ";
	}
	printf("; no program to build\n");
}

int tool_check(struct tool *tool)
{
	struct compilation c;
	int status = tool_compile(tool, &c, NEEDS_MODULE);
	if (!status && !tool->option[OPTION_DUMP])
		status = python_check(tool, &c);
	tool_print_messages(&c);
	/* A refused assertion still leaves facts that explain it. */
	if (tool->option[OPTION_JSON])
		print_json(&c);
	else if (tool->option[OPTION_REPORT] && c.analysis)
		pass_report(c.analysis, stdout);
	else if (c.module && status == 0 && !tool->option[OPTION_DUMP])
		print_module(&c);
	compile_finish(&c);
	return status;
}
