/* pkdc explain: the page of a message. */
#include "base/file.h"
#include "base/text.h"
#include "tool/tool.h"
#include <ctype.h>
#include <string.h>

#define PAGE_MAX (1u << 20)

static void list_codes(void)
{
	for (size_t i = 0; i < DIAG_N_CODES; i++) {
		enum diag_code code = (enum diag_code)i;
		printf("%s  %s\n", diag_code_name(code), diag_code_title(code));
	}
}

/* A code that there could be: which there are of its kind, else of all. */
static void report_range(const char *name)
{
	const char *first = NULL, *last = NULL;
	for (size_t i = 0; i < DIAG_N_CODES; i++) {
		const char *code = diag_code_name((enum diag_code)i);
		if (strncmp(code, name, 3) != 0)
			continue;
		first = first ? first : code;
		last = code;
	}
	if (first)
		complain("those of its kind are %s to %s; `pkdc explain` lists them all", first,
		         last);
	else
		complain("there are %s to %s; `pkdc explain` lists them",
		         diag_code_name((enum diag_code)0),
		         diag_code_name((enum diag_code)(DIAG_N_CODES - 1)));
}

static int report_unknown(const char *name)
{
	const char *names[DIAG_N_CODES];
	for (size_t i = 0; i < DIAG_N_CODES; i++)
		names[i] = diag_code_name((enum diag_code)i);
	complain("there is no message '%s'", name);
	if ((name[0] == 'E' || name[0] == 'W') && strspn(name + 1, "0123456789") == 4) {
		report_range(name);
		return STATUS_FAILED;
	}
	const char *nearest = text_nearest(name, names, DIAG_N_CODES);
	if (nearest)
		complain("did you mean '%s'?", nearest);
	else
		complain("`pkdc explain` lists them");
	return STATUS_FAILED;
}

int tool_explain(struct tool *tool)
{
	if (!tool->operand) {
		list_codes();
		return 0;
	}
	char *name = arena_strdup(tool->arena, tool->operand);
	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	enum diag_code code;
	if (!diag_code_find(name, &code))
		return report_unknown(name);
	const char *page = arena_printf(tool->arena, "%s/%s.md", tool->library.diagnostics, name);
	char *text;
	size_t length;
	int error = file_read(tool->arena, page, PAGE_MAX, &text, &length);
	if (error) {
		printf("%s: %s\n", name, diag_code_title(code));
		complain("its page '%s' cannot be read: %s", page, strerror(-error));
		return STATUS_FAILED;
	}
	fwrite(text, 1, length, stdout);
	return 0;
}
