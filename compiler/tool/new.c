/* pkdc new: the first files of a program, or of a node. Nothing that is there is overwritten. */
#include "base/buf.h"
#include "base/file.h"
#include "front/front.h"
#include "tool/tool.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Templates: @ stands for the name, ~ for the header. */

static const char project_pkd[] =
	"use table\n"
	"\n"
	"/// Makes the whole numbers from 1 on.\n"
	"node numbers() -> (number: i64) {\n"
	"    param last: i64 = 10 in 1..1_000_000    /// the number to stop after\n"
	"    origin paced\n"
	"    source \"numbers.c\"\n"
	"}\n"
	"\n"
	"/// Writes numbers to a table.\n"
	"pipeline @(\n"
	"    last: i64 = 10 in 1..1_000_000,         /// the number to stop after\n"
	") {\n"
	"    number = numbers(last: last)\n"
	"    table.csv(number, path: \"@.csv\")\n"
	"}\n";

static const char project_c[] =
	"#include \"@.pkd.h\"\n"
	"\n"
	"struct numbers {\n"
	"\tint64_t last, made;\n"
	"};\n"
	"\n"
	"int numbers_init(struct numbers *self, const struct numbers_params *params,\n"
	"                 struct pkd_ctx *ctx)\n"
	"{\n"
	"\t(void)ctx;\n"
	"\tself->last = params->last;\n"
	"\treturn PKD_OK;\n"
	"}\n"
	"\n"
	"int numbers_step(struct numbers *self, const struct numbers_in *in,\n"
	"                 struct numbers_out *out, struct pkd_ctx *ctx)\n"
	"{\n"
	"\t(void)in, (void)ctx;\n"
	"\tself->made++;\n"
	"\t*out->number = self->made;\n"
	"\treturn self->made == self->last ? PKD_END : PKD_OK;\n"
	"}\n"
	"\n"
	"void numbers_finish(struct numbers *self)\n"
	"{\n"
	"\t(void)self;\n"
	"}\n"
	"\n"
	"PKD_NODE(numbers);\n";

static const char project_readme[] =
	"# @\n"
	"\n"
	"```sh\n"
	"pkdc check --report @.pkd    # what the compiler proves\n"
	"pkdc run @.pkd               # build it and run it\n"
	"pkdc build @.pkd -o @       # an executable; ./@ --help lists its options\n"
	"```\n"
	"\n"
	"`@.pkd` says which nodes there are and how they are connected, `numbers.c` what the\n"
	"node `numbers` does. `pkdc new node NAME --in @.pkd` begins another one, `pkdc nodes`\n"
	"lists those of the standard library. `@.service` runs the program as a service of systemd.\n";

static const char project_service[] =
	"# For systemd. @ is installed, and runs from now on and after each start, by\n"
	"#\n"
	"#     install -m 755 @ /usr/local/bin/\n"
	"#     install -m 644 @.service /etc/systemd/system/\n"
	"#     systemctl enable --now @\n"
	"#\n"
	"# `journalctl -u @ -f` shows its log, `runuser -u @ -- env PKD_DIR=/run/@ pkd top` what it\n"
	"# does. What it writes is in /var/lib/@.\n"
	"[Unit]\n"
	"Description=The pkd program @\n"
	"\n"
	"[Service]\n"
	"# It is ready once all nodes are initialised, and alive while each process goes round: no step\n"
	"# may take longer than half of WatchdogSec.\n"
	"Type=notify\n"
	"NotifyAccess=main\n"
	"WatchdogSec=30s\n"
	"ExecStart=/usr/local/bin/@ --quiet\n"
	"# It ends its processes itself.\n"
	"KillMode=mixed\n"
	"TimeoutStopSec=20s\n"
	"# Not where the command line is wrong.\n"
	"Restart=on-failure\n"
	"RestartPreventExitStatus=2\n"
	"DynamicUser=yes\n"
	"StateDirectory=@\n"
	"WorkingDirectory=%S/@\n"
	"RuntimeDirectory=@\n"
	"RuntimeDirectoryMode=0700\n"
	"Environment=PKD_DIR=%t/@\n"
	"\n"
	"[Install]\n"
	"WantedBy=multi-user.target\n";

static const char node_pkd[] =
	"/// Multiplies each value.\n"
	"node @(value: f32) -> (result: f32) {\n"
	"    param factor: f32 = 1.0 in 0.0..1000.0    /// what to multiply with\n"
	"    stateless\n"
	"    source \"@.c\"\n"
	"}\n";

static const char python_pkd[] =
	"/// Multiplies each value.\n"
	"node @(value: f32) -> (result: f32) {\n"
	"    param factor: f32 = 1.0 in 0.0..1000.0    /// what to multiply with\n"
	"    stateless\n"
	"    source \"@.py\"\n"
	"}\n";

static const char python_py[] =
	"\"\"\"The node @. What it may ask and do is in the module pkd: pkd.number(), pkd.note(\"...\").\"\"\"\n"
	"\n"
	"\n"
	"class @:\n"
	"    def __init__(self, params):\n"
	"        \"\"\"Once, in the node's own process.\"\"\"\n"
	"        self.params = params\n"
	"\n"
	"    def step(self, value):\n"
	"        \"\"\"Each firing: inputs are there until it returns, and are not to be kept.\"\"\"\n"
	"        return value * self.params.factor\n";

static const char node_c[] =
	"#include \"~\"\n"
	"\n"
	"/* What the node keeps from one firing to the next; all zeroes at the start. */\n"
	"struct @ {\n"
	"\tconst struct @_params *params;\n"
	"};\n"
	"\n"
	"/* Once, in the node's own process. */\n"
	"int @_init(struct @ *self, const struct @_params *params, struct pkd_ctx *ctx)\n"
	"{\n"
	"\t(void)ctx;\n"
	"\tself->params = params;\n"
	"\treturn PKD_OK;\n"
	"}\n"
	"\n"
	"/* Each firing: the inputs stay as they are until this returns, what is in `out` is then seen as\n"
	" * a whole. */\n"
	"int @_step(struct @ *self, const struct @_in *in, struct @_out *out,\n"
	"        struct pkd_ctx *ctx)\n"
	"{\n"
	"\t(void)ctx;\n"
	"\t*out->result = *in->value * self->params->factor;\n"
	"\treturn PKD_OK;\n"
	"}\n"
	"\n"
	"void @_finish(struct @ *self)\n"
	"{\n"
	"\t(void)self;\n"
	"}\n"
	"\n"
	"PKD_NODE(@);\n";

static const char *fill(struct arena *arena, const char *template, const char *name,
                        const char *header)
{
	struct buf out;

	buf_init(&out);
	for (const char *c = template; *c; c++) {
		if (*c == '@' || *c == '~')
			buf_puts(&out, *c == '@' ? name : header);
		else
			buf_putc(&out, *c);
	}
	const char *text = arena_strndup(arena, out.text, out.length);
	buf_finish(&out);
	return text;
}

/* Whether a declaration can be called so; says why not. */
static bool is_name(struct arena *arena, const char *name)
{
	if (compile_is_name(arena, name))
		return true;
	complain(
		"'%s' cannot be a name: it has letters, digits and _, begins with a letter, and is "
		"no word of the language or of C",
		name);
	return false;
}

static int create(const char *path, const char *text)
{
	int error = file_exists(path) ? -EEXIST : file_write(path, text, strlen(text));

	if (!error)
		return 0;
	complain("cannot write '%s': %s", path, strerror(-error));
	return STATUS_FAILED;
}

/* ---- A project ---- */

static int new_project(struct tool *tool, const char *n)
{
	struct arena *arena = tool->arena;

	if (tool->option[OPTION_IN] || tool->option[OPTION_IN_PYTHON]) {
		complain("--%s belongs to new node", tool->option[OPTION_IN] ? "in" : "python");
		return STATUS_USAGE;
	}
	if (!is_name(arena, n))
		return STATUS_FAILED;
	if (strcmp(n, "numbers") == 0 || strcmp(n, "table") == 0) {
		complain("'%s' is a name that the project uses; choose another one", n);
		return STATUS_FAILED;
	}
	if (mkdir(n, 0777) < 0) {
		complain("cannot make the directory '%s': %s", n, strerror(errno));
		return STATUS_FAILED;
	}
	int status = create(arena_printf(arena, "%s/%s.pkd", n, n),
	                    fill(arena, project_pkd, n, ""));
	if (!status)
		status = create(arena_printf(arena, "%s/numbers.c", n),
		                fill(arena, project_c, n, ""));
	if (!status)
		status = create(arena_printf(arena, "%s/README.md", n),
		                fill(arena, project_readme, n, ""));
	if (!status)
		status = create(arena_printf(arena, "%s/%s.service", n, n),
		                fill(arena, project_service, n, ""));
	if (!status)
		status = create(arena_printf(arena, "%s/.gitignore", n),
		                fill(arena, "/@\n/@.csv\n.pkd-cache/\n", n, ""));
	if (!status)
		printf("the project is in '%s'; `cd %s && pkdc run %s.pkd` runs it\n", n, n, n);
	return status;
}

/* ---- A node ---- */

struct new_node {
	struct arena *arena;
	const char *name, *file, *source; /* the node, its .pkd, its .c */
	const char *old;                  /* what the .pkd holds; NULL: there is none */
	bool python;
	bool library; /* the file has no pipeline of its own: others use it */
};

/* The declarations that are there: the file must be readable and the name free. */
static int look_at_file(struct new_node *n)
{
	struct sources sources;
	struct diags diags;
	uint32_t source;
	bool taken = false;

	sources_init(&sources, n->arena);
	diags_init(&diags, n->arena, &sources);
	n->library = true;
	if (!file_exists(n->file))
		return 0;
	int error = sources_add(&sources, n->file, n->file, &source);
	if (error) {
		complain("cannot read '%s': %s", n->file, sources_failure(error));
		return STATUS_FAILED;
	}
	struct ast_file *file = parse(n->arena, &diags, &sources, source);
	tool_print_diags(&diags);
	for (size_t i = 0; i < file->decls.n; i++) {
		const struct ast_decl *decl = file->decls.items[i];
		n->library &= !ast_is_program(decl);
		taken |= decl->kind != DECL_DEPLOY && strcmp(decl->name.text, n->name) == 0;
	}
	if (taken)
		complain("'%s' declares '%s' already", n->file, n->name);
	n->old = sources.list.items[source].text;
	return diags.n_errors || taken ? STATUS_FAILED : 0;
}

static int add_declaration(const struct new_node *n)
{
	const char *text = fill(n->arena, n->python ? python_pkd : node_pkd, n->name, "");

	if (!n->old)
		return create(n->file, text);
	size_t length = strlen(n->old);
	const char *end = !length ? "" : n->old[length - 1] == '\n' ? "\n" : "\n\n";
	text = arena_printf(n->arena, "%s%s%s", n->old, end, text);
	int error = file_replace(n->file, text, strlen(text));
	if (error)
		complain("cannot write '%s': %s", n->file, strerror(-error));
	return error ? STATUS_FAILED : 0;
}

/* In C the node of a file that is used has the name of the module before its own. */
static int write_node(const struct new_node *n, const char *module)
{
	const char *prefix = n->library ? arena_printf(n->arena, "%s_%s", module, n->name)
	                                : n->name;
	const char *header = n->library && n->file[0] != '/' ? n->file : path_base(n->file);

	header = arena_printf(n->arena, "%s.h", header);
	/* In Python the class has the node's own name. */
	const char *text = n->python ? fill(n->arena, python_py, n->name, "")
	                             : fill(n->arena, node_c, prefix, header);
	int status = create(n->source, text);
	if (status)
		return status;
	status = add_declaration(n);
	if (status)
		unlink(n->source);
	else if (n->library)
		printf("the node is in '%s' and '%s'; a program beside them says\n"
		       "    use \"%s\" as %s\nand then, for a stream x of f32, `%s.%s(x)`\n",
		       n->file, n->source, n->file, module, module, n->name);
	else
		printf("the node is in '%s' and '%s'; use it as `%s(x)`, x a stream of f32\n",
		       n->file, n->source, n->name);
	return status;
}

static int new_node(struct tool *tool, const char *name)
{
	struct new_node n = {
		.arena = tool->arena, .name = name, .python = tool->option[OPTION_IN_PYTHON]};

	if (!is_name(n.arena, name))
		return STATUS_FAILED;
	n.file = tool->option[OPTION_IN];
	if (!n.file)
		n.file = arena_printf(n.arena, "%s.pkd", name);
	n.source = path_join(n.arena, path_directory(n.arena, n.file),
	                     arena_printf(n.arena, n.python ? "%s.py" : "%s.c", name));
	int status = look_at_file(&n);
	if (status)
		return status;
	const char *module = path_stem(n.arena, n.file);
	if (n.library && !is_name(n.arena, module))
		return STATUS_FAILED;
	return write_node(&n, module);
}

int tool_new(struct tool *tool)
{
	const char *what = tool->operands.items[0], *name = tool->operands.items[1];

	if (strcmp(what, "project") == 0)
		return new_project(tool, name);
	if (strcmp(what, "node") == 0)
		return new_node(tool, name);
	complain("new makes a project or a node, not a '%s'", what);
	return STATUS_USAGE;
}
