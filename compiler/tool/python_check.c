/* Whether the source of a node in Python has what its declaration says: the class or function, and
 * for each input a parameter. Nothing of it is run: the interpreter reads it as a tree. */
#include "base/file.h"
#include "sema/python_name.h"
#include "tool/python.h"
#include "tool/subprocess.h"
#include <stdlib.h>
#include <string.h>

/* Arguments: the file, the node, its inputs and its commands, each list with commas. Prints a line
 * for what is wrong, "LINE TEXT"; what only running it can tell, it leaves. */
static const char script[] =
	"import sys\n"
	"sys.path[:1] = []\n"
	"import ast\n"
	"path, name = sys.argv[1:3]\n"
	"inputs, commands = ([w for w in a.split(',') if w] for a in sys.argv[3:5])\n"
	"def say(at, text):\n"
	"    print(getattr(at, 'lineno', at) or 1, text)\n"
	"    sys.exit(0)\n"
	"try:\n"
	"    tree = ast.parse(open(path, 'rb').read(), path)\n"
	"except SyntaxError as error:\n"
	"    say(error.lineno, f'is no Python: {error.msg}')\n"
	"except ValueError as error:\n"
	"    say(1, f'is no Python: {error}')\n"
	"F = (ast.FunctionDef, ast.AsyncFunctionDef)\n"
	"def names(body):\n"
	"    for s in body:\n"
	"        if isinstance(s, F + (ast.ClassDef,)):\n"
	"            yield s.name, s\n"
	"        elif isinstance(s, (ast.Import, ast.ImportFrom)):\n"
	"            for a in s.names:\n"
	"                yield a.asname or a.name, None\n"
	"        elif isinstance(s, (ast.If, ast.Try, ast.With, ast.For, ast.While)):\n"
	"            for b in (s.body, getattr(s, 'orelse', []), getattr(s, 'finalbody', [])):\n"
	"                yield from names(b)\n"
	"            for h in getattr(s, 'handlers', []):\n"
	"                yield from names(h.body)\n"
	"        else:\n"
	"            for n in ast.walk(s):\n"
	"                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):\n"
	"                    yield n.id, None\n"
	"def yields(f):\n"
	"    for n in ast.iter_child_nodes(f):\n"
	"        if isinstance(n, (ast.Yield, ast.YieldFrom)):\n"
	"            return True\n"
	"        if not isinstance(n, F + (ast.ClassDef, ast.Lambda)) and yields(n):\n"
	"            return True\n"
	"    return False\n"
	"def check(f, what, wanted, special, skip):\n"
	"    a = f.args\n"
	"    if f.decorator_list:\n"
	"        return\n"
	"    places = (a.posonlyargs + a.args)[skip:]\n"
	"    optional = {p.arg for p in places[len(places) - len(a.defaults):]} if a.defaults else set()\n"
	"    if yields(f):\n"
	"        say(f, f'{what} is a generator, and a node is called once for each firing')\n"
	"    if isinstance(f, ast.AsyncFunctionDef):\n"
	"        say(f, f'{what} is a coroutine, and a node is called as a function')\n"
	"    for p in places:\n"
	"        if p.arg not in wanted and p.arg not in special and p.arg not in optional:\n"
	"            of = ', '.join(wanted)\n"
	"            say(f, f\"{what} has a parameter '{p.arg}', which the node does not have\"\n"
	"                + (f': it has {of}' if of else ''))\n"
	"    for n in wanted:\n"
	"        if n not in {p.arg for p in places} and not (special == () and a.kwarg):\n"
	"            say(f, f\"{what} has no parameter '{n}', which the node has\")\n"
	"found = dict(names(tree.body))\n"
	"if name not in found:\n"
	"    if '*' not in found:\n"
	"        say(1, f\"has neither a class nor a function '{name}', which is what the node is called\")\n"
	"    sys.exit(0)\n"
	"at = found[name]\n"
	"special = ('out', 'ctx', 'params')\n"
	"if isinstance(at, F):\n"
	"    check(at, f'{name}()', inputs, special, 0)\n"
	"    if commands:\n"
	"        say(at, f\"{name}() is a function, and the command '{commands[0].split(':')[0]}' a method\")\n"
	"elif at is not None:\n"
	"    methods = dict(names(at.body))\n"
	"    inherits = bool(at.bases) or at.decorator_list\n"
	"    if 'step' not in methods and not inherits:\n"
	"        say(at, f'the class {name} has no method step(self, ...)')\n"
	"    if isinstance(methods.get('step'), F):\n"
	"        check(methods['step'], f'step of {name}', inputs, special, 1)\n"
	"    for c in commands:\n"
	"        c, *args = c.split(':')\n"
	"        if c not in methods and not inherits:\n"
	"            say(at, f\"the class {name} has no method '{c}', a command of the node\")\n"
	"        if isinstance(methods.get(c), F):\n"
	"            check(methods[c], f\"the command '{c}'\", args, (), 1)\n";

/* "a,b" */
static const char *inputs_of(struct arena *arena, const struct interface *face)
{
	const char *text = "";

	for (size_t i = 0; i < face->inputs.n; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? "," : "",
		                    python_name(arena, face->inputs.items[i].name));
	return text;
}

/* "reset:to:why,look" */
static const char *commands_of(struct arena *arena, const struct interface *face)
{
	const char *text = "";

	for (size_t i = 0; i < face->commands.n; i++) {
		const struct command *command = &face->commands.items[i];

		text = arena_printf(arena, "%s%s%s", text, i ? "," : "",
		                    python_name(arena, command->name));
		for (size_t k = 0; k < command->arguments.n; k++)
			text = arena_printf(arena, "%s:%s", text,
			                    python_name(arena, command->arguments.items[k].name));
	}
	return text;
}

/* `source "x.py"`, or the node where that is not found. */
static struct span place_of(struct compilation *c, const struct interface *face)
{
	const struct source *source = &c->sources.list.items[face->span.source];
	const char *quoted = arena_printf(c->arena, "\"%s\"", face->sources.items[0]);
	const char *found = strstr(source->text + face->span.end, quoted);
	uint32_t start = found ? (uint32_t)(found - source->text) : 0;

	if (!found)
		return face->span;
	return (struct span){face->span.source, start, start + (uint32_t)strlen(quoted)};
}

static void report(struct compilation *c, const struct interface *face, const char *answer)
{
	char *text;
	unsigned long line = strtoul(answer, &text, 10);
	const char *source = face->sources.items[0];
	int length = (int)strcspn(text, "\n");

	diag_report(&c->diags, E0705, place_of(c, face), "line %lu of '%s':%.*s", line, source,
	            length, text);
	diag_help(&c->diags,
	          "a node in Python is a class of its name with step(self, inputs...), or a "
	          "function of its name");
}

/* -1: the interpreter cannot be asked. */
static int check_face(struct tool *tool, struct compilation *c, const char *interpreter,
                      const struct interface *face)
{
	const char *path = path_join(tool->arena, face->unit->directory, face->sources.items[0]);
	struct subprocess ask = {.arena = tool->arena, .quiet = true};
	struct buf answer;
	int status;

	if (!file_exists(path))
		return 0;
	buf_init(&answer);
	ask.output = &answer;
	subprocess_add(&ask, interpreter);
	subprocess_add(&ask, "-I");
	subprocess_add(&ask, "-c");
	subprocess_add(&ask, script);
	subprocess_add(&ask, path);
	subprocess_add(&ask, python_name(tool->arena, face->name));
	subprocess_add(&ask, inputs_of(tool->arena, face));
	subprocess_add(&ask, commands_of(tool->arena, face));
	status = subprocess_run(&ask);
	if (status == 0 && answer.length)
		report(c, face, answer.text);
	buf_finish(&answer);
	return status == 0 ? 0 : -1;
}

int python_check(struct tool *tool, struct compilation *c)
{
	const char *interpreter = python_command(tool);

	for (size_t i = 0; i < c->units.n; i++) {
		const struct unit *unit = c->units.items[i];

		for (size_t k = 0; k < unit->nodes.n && !unit->stdlib; k++) {
			if (!interface_is_python(unit->nodes.items[k]))
				continue;
			if (check_face(tool, c, interpreter, unit->nodes.items[k]) == 0)
				continue;
			complain("'%s' cannot be asked: the sources in Python are not looked at "
			         "(--python PATH names an interpreter)",
			         interpreter);
			return 0;
		}
	}
	return c->diags.n_errors ? STATUS_FAILED : 0;
}
