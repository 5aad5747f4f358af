/* The C compiler's part of pkdc build: objects and the executable. */
#include "base/file.h"
#include "emit/emit.h"
#include "tool/build.h"
#include "tool/elf.h"
#include "tool/stale.h"
#include "tool/subprocess.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OBJECT_MAX (1u << 30)
#define MESSAGES_MAX (16u << 20)

/* What is never meant is an error in C as it is in C++. */
#define CXX_OPTIONS "-std=gnu++17 -O2 -g -Wall"
#define C_OPTIONS                                                        \
	"-std=gnu11 -O2 -g -Wall -Werror=implicit-function-declaration " \
	"-Werror=int-conversion -Werror=incompatible-pointer-types"

/* A path as an argument: neither an option nor, after an '@', a file with options in it. */
static const char *plain_path(struct build *b, const char *path)
{
	bool special = path[0] == '-' || path[0] == '@';
	return special ? arena_printf(b->arena, "./%s", path) : path;
}

static void add_path(struct build *b, struct subprocess *command, const char *path)
{
	subprocess_add(command, plain_path(b, path));
}

bool build_is_verbose(const struct build *b)
{
	return b->tool->option[OPTION_VERBOSE];
}

/* What debuggers read and __FILE__ shall not depend on where pkd, the program and its cache lie. */
static void add_prefix_map(struct build *b, struct subprocess *command)
{
	const char *directory = path_directory(b->arena, b->tool->operand);
	subprocess_add(command, arena_printf(b->arena, "-ffile-prefix-map=%s/=", b->include));
	if (directory[0] == '/')
		subprocess_add(command,
		               arena_printf(b->arena, "-ffile-prefix-map=%s=.", directory));
	subprocess_add(command,
	               arena_printf(b->arena, "-ffile-prefix-map=%s/=pkd/", b->tool->library.root));
	char *here = getcwd(NULL, 0);
	if (here)
		subprocess_add(command, arena_printf(b->arena, "-ffile-prefix-map=%s=.", here));
	free(here);
}

static void add_includes(struct build *b, struct subprocess *command)
{
	const char *const directories[] = {b->include, b->tool->library.include,
	                                   b->tool->library.nodes_include};
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		subprocess_add(command,
		               arena_printf(b->arena, "-I%s", plain_path(b, directories[i])));
}

/* What pkg-config answers to `question` about the names. */
static int add_pkg_config(struct build *b, struct subprocess *command, const char *question,
                          const char *const *links, size_t n)
{
	if (!n)
		return 0;
	struct buf answer;
	buf_init(&answer);
	struct subprocess ask = {
		.arena = b->arena, .output = &answer, .shown = build_is_verbose(b)};
	subprocess_add_words(&ask, "PKG_CONFIG", "pkg-config");
	subprocess_add(&ask, question);
	subprocess_add(&ask, "--");
	for (size_t i = 0; i < n; i++)
		subprocess_add(&ask, links[i]);
	int status = subprocess_run(&ask);
	if (status)
		complain("pkg-config failed");
	else
		subprocess_add_split(command, answer.text);
	buf_finish(&answer);
	return status ? STATUS_FAILED : 0;
}

/* Whether the C of a node lies in this file: one of its sources, or what is made of its step. */
static bool has_source(const struct build *b, const struct interface *face, const char *path)
{
	for (size_t i = 0; i < b->steps.n && face->step.text; i++)
		if (b->steps.items[i].unit == face->unit)
			return b->steps.items[i].path == path;
	for (size_t i = 0; i < face->sources.n && !face->unit->stdlib; i++)
		if (strcmp(path_join(b->arena, face->unit->directory, face->sources.items[i]),
		           path) == 0)
			return true;
	return false;
}

static void add_own_flags(struct build *b, struct subprocess *command, const struct interface *face)
{
	for (size_t i = 0; i < face->includes.n; i++)
		subprocess_add(command,
		               arena_printf(b->arena, "-I%s",
		                            plain_path(b, build_path_of(b, face,
		                                                        face->includes.items[i]))));
	for (size_t i = 0; i < face->defines.n; i++)
		subprocess_add(command, arena_printf(b->arena, "-D%s", face->defines.items[i]));
}

/* Where the headers of the nodes in this file lie, first of all directories, and what their paths
 * are relative to: who uses a file need not stand in the #include of its C. */
static void add_header_directories(struct build *b, struct subprocess *command, const char *path)
{
	for (size_t i = 0; i < b->faces.n; i++) {
		const struct interface *face = b->faces.items[i];
		const char *directory = face->unit->header;
		while (has_source(b, face, path) && strchr(directory, '/')) {
			directory = path_directory(b->arena, directory);
			const char *whole = path_join(b->arena, b->include, directory);
			subprocess_add(command,
			               arena_printf(b->arena, "-I%s", plain_path(b, whole)));
		}
	}
}

/* Include directories, macros and libraries of all nodes of the user whose C lies in this file. */
static int add_source_flags(struct build *b, struct subprocess *command, const char *path)
{
	VEC(const char *) links = {0};
	for (size_t i = 0; i < b->faces.n; i++) {
		const struct interface *face = b->faces.items[i];
		if (!has_source(b, face, path))
			continue;
		add_own_flags(b, command, face);
		for (size_t l = 0; l < face->links.n; l++)
			if (face->links.items[l][0] != '-')
				vec_push(b->arena, &links, face->links.items[l]);
	}
	return add_pkg_config(b, command, "--cflags", links.items, links.n);
}

static const struct step_file *step_file_at(const struct build *b, const char *path)
{
	for (size_t i = 0; i < b->steps.n; i++)
		if (b->steps.items[i].path == path)
			return &b->steps.items[i];
	return NULL;
}

static bool is_set(const char *variable)
{
	const char *text = getenv(variable);
	return text && *text;
}

/* "gcc -m32": what $CC says. */
static const char *compiler_words(bool cxx)
{
	const char *variable = cxx ? "CXX" : "CC";
	return is_set(variable) ? getenv(variable) : cxx ? "c++" : "cc";
}

/* The command that compiles a source; -1 after a message. */
static int compile_command(struct build *b, const char *source, const char *object,
                           const char *rules, struct subprocess *ret_command)
{
	bool cxx = build_is_cxx(source);
	struct subprocess command = {.arena = b->arena, .shown = build_is_verbose(b)};
	subprocess_add_words(&command, cxx ? "CXX" : "CC", cxx ? "c++" : "cc");
	subprocess_add_split(&command, cxx ? CXX_OPTIONS : C_OPTIONS);
	add_prefix_map(b, &command);
	add_header_directories(b, &command, source);
	add_includes(b, &command);
	/* The same results everywhere: docs/language.md, expressions. */
	if (source == b->program || step_file_at(b, source))
		subprocess_add_split(&command, "-fwrapv -ffp-contract=off");
	/* To follow variables takes the square of the length of a function, and an expression of a
	 * thousand parts is one. Nobody has named those of the program. */
	if (source == b->program)
		subprocess_add(&command, "-fno-var-tracking");
	if (add_source_flags(b, &command, source))
		return -1;
	subprocess_add_words(&command, cxx ? "CXXFLAGS" : "CFLAGS", "");
	subprocess_add_split(&command, "-MMD -MT object -MF");
	add_path(b, &command, rules);
	subprocess_add_split(&command, "-c -o");
	add_path(b, &command, object);
	add_path(b, &command, source);
	*ret_command = command;
	return 0;
}

/* Whether the C compiler takes the least there is: then a mistake is the source's. */
static bool compiler_works(struct build *b, bool cxx)
{
	static const char text[] = "#include <pkd/program.h>\nint main(void)\n{\n\treturn 0;\n}\n";
	const char *source = path_join(b->arena, b->cache, cxx ? "probe.cpp" : "probe.c");
	const char *object = arena_printf(b->arena, "%s.o", source);
	struct subprocess command;
	if (file_write(source, text, strlen(text)) < 0 ||
	    compile_command(b, source, object, arena_printf(b->arena, "%s.d", source), &command))
		return true;
	command.quiet = true;
	command.shown = false;
	return subprocess_run(&command) == 0 && file_exists(object);
}

static int report_start(const struct subprocess *command, bool cxx, int error)
{
	build_fail("cannot start", command->argv.items[0], error);
	complain("install gcc or clang, or name a compiler by %s=COMMAND", cxx ? "CXX" : "CC");
	return STATUS_FAILED;
}

static void report_own(const struct build *b, bool cxx)
{
	const char *flags = cxx ? "CXXFLAGS" : "CFLAGS";
	if (is_set(cxx ? "CXX" : "CC") || is_set(flags))
		complain(
			"the C compiler rejects the generated '%s'. Try it without %s and %s; if it "
			"is rejected then, that is a mistake of pkdc: please report it",
			b->program, cxx ? "CXX" : "CC", flags);
	else
		complain("the C compiler rejects the generated '%s': a mistake of pkdc, please "
		         "report it",
		         b->program);
}

static void report_steps(struct build *b, const struct unit *unit, const char *messages)
{
	build_hint(b, unit, messages);
	complain("the C compiler rejects C that stands in '%s'",
	         b->c.sources.list.items[unit->source].path);
}

/* Says what the nodes that have their C in this file are called there, where it has the name after
 * `as` before theirs instead. */
static void report_source(struct build *b, const char *source)
{
	char *text = NULL;
	size_t length;
	int error = file_read(b->arena, source, OBJECT_MAX, &text, &length);
	for (size_t i = 0; i < b->faces.n && !error; i++) {
		const struct interface *face = b->faces.items[i];
		const char *other = arena_printf(b->arena, "%s_%s", face->unit->module, face->name);
		if (has_source(b, face, source) && strstr(text, other) &&
		    !strstr(text, face->c_name))
			complain("in C, the node '%s' of '%s' is '%s'", face->kind,
			         b->c.sources.list.items[face->unit->source].path, face->c_name);
	}
	complain("the C compiler rejects '%s'", source);
}

/* The compiler has said what is wrong; says whose it is. */
static int report_compiler(struct build *b, const struct subprocess *command, const char *source,
                           int status, const char *messages)
{
	bool cxx = build_is_cxx(source);
	if (status < 0) {
		b->compiler_fails = true;
		return report_start(command, cxx, status);
	}
	b->compiler_fails = !compiler_works(b, cxx);
	if (b->compiler_fails)
		complain(
			"'%s' compiles no C here, whatever the source: it must be a whole command, "
			"and its headers be installed; %s=COMMAND names another compiler, %s its "
			"options",
			compiler_words(cxx), cxx ? "CXX" : "CC", cxx ? "CXXFLAGS" : "CFLAGS");
	else if (step_file_at(b, source))
		report_steps(b, step_file_at(b, source)->unit, messages);
	else if (source == b->program)
		report_own(b, cxx);
	else
		report_source(b, source);
	return STATUS_FAILED;
}

/* Sanitizers and measures of coverage have constructors of their own. */
static bool is_instrumented(const struct subprocess *command)
{
	static const char *const options[] = {"-fsanitize", "--coverage", "-fprofile",
	                                      "-ftest-coverage"};
	for (size_t i = 0; i < command->argv.n; i++) {
		const char *word = command->argv.items[i];
		for (size_t k = 0; word && k < sizeof options / sizeof *options; k++)
			if (strncmp(word, options[k], strlen(options[k])) == 0)
				return true;
	}
	return false;
}

/* All code of nodes runs in their processes. In C++, constructors are ordinary. */
static int check_object(struct build *b, const struct subprocess *command, const char *source,
                        const char *object, struct span place)
{
	char *data;
	size_t length;
	if (build_is_cxx(source) || is_instrumented(command))
		return 0;
	int error = file_read(b->arena, object, OBJECT_MAX, &data, &length);
	if (error)
		return build_fail("cannot read", object, error);
	const char *section = elf_runs_by_itself(data, length);
	if (!section)
		return 0;
	diag_report(&b->c.diags, E0702, place, "%s has code that runs by itself (section %s)",
	            step_file_at(b, source) ? "this node"
	            : source == b->program  ? "the program"
	                                    : arena_printf(b->arena, "'%s'", source),
	            section);
	diag_help(&b->c.diags,
	          "call it in the node's init or finish: at the start and the end of the "
	          "program, nothing keeps it to what the node declares");
	return STATUS_FAILED;
}

/* Warnings are shown at each build, as long as there is reason for them: they lie beside the object
 * while that is not made again. */
static const char *messages_file(struct build *b, const char *object)
{
	return arena_printf(b->arena, "%s.messages", object);
}

/* Colours, "\033[1m" and "\033[K", are for a terminal. */
static void put_messages(const char *text)
{
	bool colour = tool_wants_colour();
	while (*text) {
		if (!colour && strncmp(text, "\033[", 2) == 0) {
			text += strcspn(text, "mK");
			text += *text != '\0';
		} else {
			fputc(*text++, stderr);
		}
	}
}

static void repeat_messages(struct build *b, const char *object)
{
	char *text;
	size_t length;
	if (file_read(b->arena, messages_file(b, object), MESSAGES_MAX, &text, &length) == 0)
		put_messages(text);
}

/* Runs it and shows what it says, which is in `messages` then. */
static int run_shown(struct subprocess *command, struct buf *messages)
{
	buf_init(messages);
	command->errors = messages;
	int status = subprocess_run(command);
	put_messages(messages->text);
	return status;
}

static int run_compiler(struct build *b, struct subprocess *command, const char *object,
                        const char **ret_messages)
{
	const char *path = messages_file(b, object);
	struct buf messages;
	if (tool_wants_colour())
		subprocess_add(command, "-fdiagnostics-color=always");
	int status = run_shown(command, &messages);
	if (!messages.length || file_write(path, messages.text, messages.length) < 0)
		unlink(path);
	*ret_messages = arena_strdup(b->arena, messages.text);
	buf_finish(&messages);
	return status;
}

static int compile_source(struct build *b, const char *source, const char *object,
                          struct span place)
{
	const char *rules = arena_printf(b->arena, "%s.d", object);
	struct subprocess command;
	if (compile_command(b, source, object, rules, &command))
		return STATUS_FAILED;
	vec_push(b->arena, &b->objects, object);
	const char *text = subprocess_text(&command);
	const struct stale_words words = {(const char *const *)command.argv.items, command.argv.n};
	if (!stale_by_rules(b->arena, object, text, &words, rules)) {
		repeat_messages(b, object);
		return check_object(b, &command, source, object, place);
	}
	stale_making(b->arena, object);
	unlink(object);
	struct timespec start = stale_start();
	const char *messages;
	int status = run_compiler(b, &command, object, &messages);
	if (status || !file_exists(object))
		return report_compiler(b, &command, source, status, messages);
	int error = stale_made_by_rules(b->arena, object, text, &words, rules, start);
	return error ? build_fail("cannot write", object, error)
	             : check_object(b, &command, source, object, place);
}

/* The first node whose C stands in the .pkd file. */
static struct span place_of_steps(const struct build *b, const struct unit *unit)
{
	for (size_t i = 0; i < b->faces.n; i++)
		if (b->faces.items[i]->unit == unit && b->faces.items[i]->step.text)
			return b->faces.items[i]->span;
	return b->c.graph->at;
}

static const char *object_of(struct build *b, const char *path)
{
	return arena_printf(b->arena, "%s/%s-%08x.o", b->cache, path_base(path), build_hash(path));
}

/* Go on after a mistake: the user sees those of all files. */
static int compile_nodes(struct build *b)
{
	int status = 0;
	struct map done = {0};

	for (size_t i = 0; i < b->steps.n && !b->compiler_fails; i++) {
		const struct step_file *steps = &b->steps.items[i];
		if (compile_source(b, steps->path, object_of(b, steps->path),
		                   place_of_steps(b, steps->unit)))
			status = STATUS_FAILED;
	}
	for (size_t i = 0; i < b->faces.n; i++) {
		const struct interface *face = b->faces.items[i];
		for (size_t s = 0; s < face->sources.n && !face->unit->stdlib; s++) {
			const char *path = build_path_of(b, face, face->sources.items[s]);
			if (source_is_python(path))
				continue;
			if (b->compiler_fails)
				return STATUS_FAILED;
			if (map_put(b->arena, &done, path, b))
				continue;
			if (compile_source(b, path, object_of(b, path),
			                   build_place_of(b, face, face->sources.items[s])))
				status = STATUS_FAILED;
		}
	}
	return status;
}

int build_compile(struct build *b)
{
	const char *object = arena_printf(b->arena, "%s/%s.o", b->cache, b->name);
	int status = compile_source(b, b->program, object, b->c.graph->at);

	if (b->compiler_fails)
		return STATUS_FAILED;
	if (b->interpreter &&
	    compile_source(b, b->interpreter, object_of(b, b->interpreter), b->c.graph->at))
		return STATUS_FAILED;
	return compile_nodes(b) || status ? STATUS_FAILED : 0;
}

/* ---- The executable ---- */

/* A directory with libraries is also where the program finds them when it runs. */
static void add_library_directories(struct build *b, struct subprocess *command)
{
	for (size_t i = 0; i < b->library_directories.n; i++) {
		const char *path = plain_path(b, b->library_directories.entries[i].key);
		subprocess_add(command, arena_printf(b->arena, "-L%s", path));
		if (strpbrk(path, ":$")) /* these mean something in a path for the loader */
			continue;
		subprocess_add_split(command, "-Xlinker -rpath -Xlinker");
		subprocess_add(command, path);
	}
}

static int add_libraries(struct build *b, struct subprocess *command)
{
	VEC(const char *) links = {0};
	subprocess_add(command, "-Wl,--as-needed"); /* of OpenCV's fifty, only those used */
	add_library_directories(b, command);
	for (size_t i = 0; i < b->links.n; i++) {
		const char *link = b->links.entries[i].key;
		if (link[0] == '-')
			subprocess_add(command, link);
		else
			vec_push(b->arena, &links, link);
	}
	if (add_pkg_config(b, command, "--libs", links.items, links.n))
		return STATUS_FAILED;
	subprocess_add_split(command, "-pthread -lm");
	return 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether the linker, which says so in a line, misses what is called this in C. */
static bool is_missed(const char *name, const char *messages)
{
	for (const char *at = messages; (at = strstr(at, name)); at++) {
		const char *line = at;
		while (line > messages && line[-1] != '\n')
			line--;
		const char *undefined = strstr(line, "undefined");
		bool whole = (at == messages || !is_word(at[-1])) && !is_word(at[strlen(name)]);
		if (whole && undefined && undefined < at)
			return true;
	}
	return false;
}

static void report_commands(struct build *b, const struct interface *face, const char *messages)
{
	for (size_t i = 0; i < face->commands.n; i++) {
		const struct command *command = &face->commands.items[i];
		const char *name = arena_printf(b->arena, "%s_%s", face->c_name, command->name);
		if (!is_missed(name, messages))
			continue;
		diag_report(&b->c.diags, E0704, command->span,
		            "the command '%s' of '%s' is defined nowhere", command->name,
		            face->kind);
		diag_help(&b->c.diags, "write '%s' in its source, as '%s.h' declares it", name,
		          path_base(b->c.sources.list.items[face->unit->source].path));
	}
}

static int report_link(struct build *b, const char *messages)
{
	for (size_t i = 0; i < b->faces.n; i++) {
		const struct interface *face = b->faces.items[i];
		if (!is_missed(arena_printf(b->arena, "%s_methods", face->c_name), messages)) {
			report_commands(b, face, messages);
			continue;
		}
		if (face->unit->stdlib)
			complain("pkd was built without the node '%s'", face->kind);
		else
			complain("the node '%s' is defined nowhere: its source ends with "
			         "PKD_NODE(%s);",
			         face->kind, face->c_name);
	}
	complain("the program cannot be linked");
	return STATUS_FAILED;
}

int build_link(struct build *b, const char *program)
{
	const char *fresh = arena_printf(b->arena, "%s.new", program);
	const char *const archives[] = {
		path_join(b->arena, b->tool->library.archives, "libpkd_nodes.a"),
		path_join(b->arena, b->tool->library.archives, "libpkd.a"),
	};
	struct subprocess command = {.arena = b->arena, .shown = build_is_verbose(b)};
	subprocess_add_words(&command, b->has_cxx ? "CXX" : "CC", b->has_cxx ? "c++" : "cc");
	subprocess_add_split(&command, "-g -o");
	add_path(b, &command, fresh);
	for (size_t i = 0; i < b->objects.n; i++)
		add_path(b, &command, b->objects.items[i]);
	for (size_t i = 0; i < 2; i++) {
		add_path(b, &command, archives[i]);
		vec_push(b->arena, &b->objects, archives[i]);
	}
	for (size_t i = 0; i < b->libraries.n; i++)
		vec_push(b->arena, &b->objects, b->libraries.items[i]);
	subprocess_add_words(&command, "LDFLAGS", "");
	/* Where the program finds libpkd_web.so, with which --serve has a page. By the old tag, which
	 * counts whoever calls dlopen: under a sanitizer, that does it. */
	if (!strpbrk(b->tool->library.archives, ":$")) {
		subprocess_add_split(&command,
		                     "-Xlinker --disable-new-dtags -Xlinker -rpath -Xlinker");
		subprocess_add(&command, b->tool->library.archives);
	}
	if (add_libraries(b, &command))
		return STATUS_FAILED;
	const char *text = subprocess_text(&command);
	if (!stale(b->arena, program, text, b->objects.items, b->objects.n))
		return 0;
	stale_making(b->arena, program);
	struct timespec start = stale_start();
	struct buf messages;
	int status = run_shown(&command, &messages);
	if (status < 0)
		status = report_start(&command, b->has_cxx, status);
	else if (status)
		status = report_link(b, messages.text);
	buf_finish(&messages);
	if (status)
		return status;
	if (rename(fresh, program) < 0)
		return build_fail("cannot write", program, -errno);
	int error = stale_made(b->arena, program, text, b->objects.items, b->objects.n, start);
	return error ? build_fail("cannot write", program, error) : 0;
}
