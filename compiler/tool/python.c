/* Nodes in Python, for pkdc build: finds the interpreter, builds the embedding for it, and writes
 * where all of that lies as C beside the program's. */
#include "tool/python.h"

#include "base/file.h"
#include "base/text.h"
#include "emit/emit.h"
#include "emit/out.h"
#include "tool/stale.h"
#include "tool/subprocess.h"
#include <stdlib.h>
#include <string.h>

/* What the interpreter says of itself, a line for each. It imports nothing that is not its own. */
static const char question[] =
	"import sys, sysconfig, os, importlib.util as u, site\n"
	"g = sysconfig.get_config_var\n"
	"try:\n"
	"    from importlib.metadata import version\n"
	"    n = version('numpy') if u.find_spec('numpy') else ''\n"
	"except Exception:\n"
	"    n = ''\n"
	"print('executable', sys.executable)\n"
	"print('version', '.'.join(map(str, sys.version_info[:3])))\n"
	"print('implementation', sys.implementation.name)\n"
	"print('numpy', n)\n"
	"print('include', sysconfig.get_path('include'))\n"
	"print('platform', sysconfig.get_path('platinclude'))\n"
	"print('shared', g('Py_ENABLE_SHARED') or 0)\n"
	"print('libdir', g('LIBDIR') or '')\n"
	"print('library', g('LDLIBRARY') or '')\n"
	"reads = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(sys.executable),\n"
	"         os.path.dirname(os.path.realpath(sys.executable)), g('LIBDIR') or ''}\n"
	"reads.update(p for p in sys.path + site.getsitepackages() if p and p != os.getcwd())\n"
	"if site.ENABLE_USER_SITE:\n"
	"    reads.add(site.getusersitepackages())\n"
	"for p in sorted(reads):\n"
	"    if p and p != '/' and os.path.exists(p):\n"
	"        print('reads', p)\n";

enum { ANSWER_MAX = 1 << 20 };

const char *python_command(const struct tool *tool)
{
	const char *given = tool->option[OPTION_PYTHON], *variable = getenv("PKD_PYTHON");

	if (given)
		return given;
	return variable && *variable ? variable : "python3";
}

static void take_line(struct python *python, struct arena *arena, const char *word,
                      const char *value)
{
	const struct {
		const char *word;
		const char **into;
	} words[] = {
		{"executable", &python->executable}, {"version", &python->version},
		{"numpy", &python->numpy},           {"include", &python->include},
		{"platform", &python->platform},     {"libdir", &python->libdir},
		{"library", &python->library},       {"implementation", &python->implementation},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0)
			*words[i].into = value;
	if (strcmp(word, "shared") == 0)
		python->is_shared = strcmp(value, "0") != 0;
	if (strcmp(word, "reads") == 0)
		vec_push(arena, &python->reads, value);
}

static void take_answer(struct python *python, struct arena *arena, char *text)
{
	char *rest;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *blank = strchr(line, ' ');
		if (!blank)
			continue;
		*blank = '\0';
		take_line(python, arena, line, arena_strdup(arena, blank + 1));
	}
}

int python_find(struct tool *tool, struct python *ret_python)
{
	const char *wanted = python_command(tool);
	struct arena *arena = tool->arena;
	struct subprocess ask = {.arena = arena, .quiet = true};
	struct buf answer;
	int status;

	buf_init(&answer);
	ask.output = &answer;
	subprocess_add(&ask, wanted);
	subprocess_add(&ask, "-I");
	subprocess_add(&ask, "-c");
	subprocess_add(&ask, question);
	*ret_python = (struct python){.wanted = wanted};
	status = subprocess_run(&ask);
	if (status == 0)
		take_answer(ret_python, arena, answer.text);
	buf_finish(&answer);
	if (status == 0 && ret_python->executable && ret_python->version)
		return 0;
	return -1;
}

/* What it lacks, in words; NULL: nothing. */
static const char *lacks(struct arena *arena, const struct python *python)
{
	const char *header = path_join(arena, python->include ? python->include : "", "Python.h");

	if (!python->implementation || strcmp(python->implementation, "cpython") != 0)
		return "is not CPython";
	if (strncmp(python->version, "3.", 2) != 0 || atoi(python->version + 2) < 10)
		return "is older than Python 3.10";
	if (!file_exists(header))
		return "has no headers: install its development package (python3-dev)";
	if (!python->is_shared || !python->library || !text_ends_with(python->library, ".so"))
		return "has no shared libpython: use one that was built with --enable-shared, as "
		       "those of distributions are";
	if (!python->numpy || !*python->numpy)
		return "has no NumPy: install it (python3-numpy, or pip install numpy)";
	return NULL;
}

static int report(struct build *b, const struct interface *face, const char *text)
{
	diag_report(&b->c.diags, E0701, build_place_of(b, face, face->sources.items[0]),
	            "node '%s' is written in Python, and %s", face->kind, text);
	diag_help(&b->c.diags,
	          "or name another interpreter by --python PATH, such as that of a virtual "
	          "environment, or by PKD_PYTHON=PATH");
	return STATUS_FAILED;
}

static const struct interface *first_face(const struct build *b)
{
	for (size_t i = 0; i < b->faces.n; i++)
		if (interface_is_python(b->faces.items[i]))
			return b->faces.items[i];
	return NULL;
}

int build_check_python(struct build *b)
{
	const struct interface *face = first_face(b);
	const char *what;

	if (!face || b->c.diags.n_errors)
		return 0;
	if (python_find(b->tool, &b->python) < 0)
		return report(
			b, face,
			arena_printf(b->arena, "there is no interpreter '%s'", b->python.wanted));
	what = lacks(b->arena, &b->python);
	if (!what)
		return python_check(b->tool, &b->c);
	return report(b, face,
	              arena_printf(b->arena, "'%s' (%s) %s", b->python.executable,
	                           b->python.version, what));
}

/* ---- The embedding ---- */

static const char *const parts[] = {"convert_in", "convert_out", "context", "errors", "memory",
                                    "node",       "record",      "start",   "step",   "types"};

enum { N_PARTS = sizeof parts / sizeof *parts };

static const char *embed_file(struct build *b, const char *name)
{
	return path_join(b->arena, b->tool->library.python,
	                 arena_printf(b->arena, "embed/%s", name));
}

int build_embedding(struct build *b)
{
	const struct python *python = &b->python;
	struct subprocess command = {.arena = b->arena, .shown = build_is_verbose(b)};
	const char *inputs[N_PARTS + 3];
	const char *fresh;
	size_t n = 0;

	if (!first_face(b))
		return 0;
	b->embedding = path_join(b->arena, b->cache, "pkd_python.so");
	fresh = arena_printf(b->arena, "%s.new", b->embedding);
	subprocess_add_words(&command, "CC", "cc");
	subprocess_add_split(&command, "-std=gnu11 -O2 -g -Wall -shared -fPIC -fvisibility=hidden "
	                               "-fno-strict-aliasing");
	subprocess_add(&command, arena_printf(b->arena, "-I%s", python->include));
	if (python->platform && strcmp(python->platform, python->include) != 0)
		subprocess_add(&command, arena_printf(b->arena, "-I%s", python->platform));
	subprocess_add(&command, arena_printf(b->arena, "-I%s", b->tool->library.include));
	subprocess_add(&command, arena_printf(b->arena, "-I%s", b->tool->library.python));
	subprocess_add_words(&command, "CFLAGS", "");
	subprocess_add(&command, "-o");
	subprocess_add(&command, fresh);
	for (size_t i = 0; i < N_PARTS; i++) {
		inputs[n] = embed_file(b, arena_printf(b->arena, "%s.c", parts[i]));
		subprocess_add(&command, inputs[n++]);
	}
	inputs[n++] = embed_file(b, "embed.h");
	inputs[n++] = path_join(b->arena, b->tool->library.python, "host.h");
	inputs[n++] = path_join(b->arena, b->tool->library.include, "pkd/python.h");
	subprocess_add(&command, arena_printf(b->arena, "-L%s", python->libdir));
	subprocess_add(&command, arena_printf(b->arena, "-Wl,-rpath,%s", python->libdir));
	subprocess_add(&command, arena_printf(b->arena, "-l:%s", python->library));
	const char *text = arena_printf(b->arena, "%s # %s %s", subprocess_text(&command),
	                                python->executable, python->version);
	if (!stale(b->arena, b->embedding, text, inputs, n))
		return 0;
	stale_making(b->arena, b->embedding);
	struct timespec start = stale_start();
	int status = subprocess_run(&command);
	if (status) {
		complain("the C compiler cannot build nodes in Python for '%s' (%s)",
		         python->executable, python->version);
		return STATUS_FAILED;
	}
	if (rename(fresh, b->embedding) < 0)
		return STATUS_FAILED;
	int error = stale_made(b->arena, b->embedding, text, inputs, n, start);
	return error ? build_fail("cannot write", b->embedding, error) : 0;
}

/* ---- Where it lies ---- */

static const char *whole(struct build *b, const char *path)
{
	char *real = realpath(path, NULL);
	const char *text = arena_strdup(b->arena, real ? real : path);

	free(real);
	return text;
}

static void put_text(struct build *b, struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\t.%s = %s,\n", name, out_quote(b->arena, text, 0));
}

static void put_line(struct build *b, struct buf *out, const char *text)
{
	buf_printf(out, "\t%s,\n", out_quote(b->arena, text, 0));
}

int build_write_python(struct build *b)
{
	struct python_sources sources = {0};
	struct buf out;
	int error;

	if (!first_face(b))
		return 0;
	emit_python_sources(b->c.graph, b->arena, &sources);
	b->interpreter = path_join(b->arena, b->cache, "interpreter.c");
	buf_init(&out);
	buf_puts(&out, "/* The interpreter that the program was built for. Written by pkdc. */\n"
	               "#include <pkd/python.h>\n\n"
	               "static const char *const sources[] = {\n");
	for (size_t i = 0; i < sources.n; i++)
		put_line(b, &out,
		         whole(b, path_join(b->arena, sources.items[i].unit->directory,
		                            sources.items[i].path)));
	buf_puts(&out, "};\n\nstatic const char *const reads[] = {\n");
	for (size_t i = 0; i < b->python.reads.n; i++)
		put_line(b, &out, b->python.reads.items[i]);
	put_line(b, &out, whole(b, b->cache));
	put_line(b, &out, whole(b, b->tool->library.python));
	for (size_t i = 0; i < sources.n; i++)
		put_line(b, &out,
		         path_directory(
				 b->arena,
				 whole(b, path_join(b->arena, sources.items[i].unit->directory,
		                                    sources.items[i].path))));
	buf_puts(&out, "\tNULL,\n};\n\nconst struct pkd_interpreter pkd_interpreter = {\n");
	put_text(b, &out, "library", whole(b, b->embedding));
	put_text(b, &out, "prelude", whole(b, embed_file(b, "prelude.py")));
	put_text(b, &out, "executable", b->python.executable);
	put_text(b, &out, "version", b->python.version);
	put_text(b, &out, "numpy", b->python.numpy);
	buf_puts(&out, "\t.sources = sources,\n\t.reads = reads,\n};\n");
	error = file_write(b->interpreter, out.text, out.length);
	buf_finish(&out);
	return error ? build_fail("cannot write", b->interpreter, error) : 0;
}
