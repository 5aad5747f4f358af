/* pkdc build: from a pipeline to an executable, by way of a cache directory beside the file that
 * keeps what need not be made again. */
#include "tool/build.h"

#include "base/file.h"
#include "base/hash.h"
#include "emit/emit.h"
#include "sema/scope.h"
#include "tool/python.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int build_fail(const char *what, const char *path, int error)
{
	complain("%s '%s': %s", what, path, strerror(-error));
	return STATUS_FAILED;
}

uint32_t build_hash(const char *text)
{
	return hash_fold(hash_bytes(HASH_INIT, text, strlen(text)));
}

/* ---- The generated C ---- */

static int write_file(struct build *b, const char *path, const struct buf *text)
{
	int error = file_make_directories(path_directory(b->arena, path));
	if (!error)
		error = file_write(path, text->text, text->length);
	return error ? build_fail("cannot write", path, error) : 0;
}

/* The name of a header must not let it be written anywhere else. */
static bool leads_out(const char *header)
{
	return header[0] == '/' || strncmp(header, "../", 3) == 0 || strstr(header, "/../");
}

/* The C of the nodes that have it in a .pkd file. */
static int write_steps(struct build *b, const char *include, struct buf *text)
{
	int status = 0;

	b->steps.n = 0;
	for (size_t i = 0; i < b->c.units.n && !status; i++) {
		const struct unit *unit = b->c.units.items[i];
		const char *file = emit_steps_file(b->arena, unit);
		struct step_file steps = {path_join(b->arena, include, file), unit};
		const char *path = include == b->include ? steps.path : NULL; /* to be kept */
		text->length = 0;
		if (leads_out(file) || !emit_steps(b->c.analysis, unit, path, text))
			continue;
		vec_push(b->arena, &b->steps, steps);
		status = write_file(b, steps.path, text);
	}
	return status;
}

/* NAME.c, and the headers and steps of the user's own units, below two directories. */
static int write_c(struct build *b, const char *directory, const char *include)
{
	struct buf text;
	buf_init(&text);
	b->program = path_join(b->arena, directory, arena_printf(b->arena, "%s.c", b->name));
	emit_program(b->c.analysis, &text);
	int status = write_file(b, b->program, &text);
	for (size_t i = 0; i < b->c.units.n && !status; i++) {
		const struct unit *unit = b->c.units.items[i];
		if (unit->stdlib)
			continue;
		text.length = 0;
		emit_header(unit, &text);
		if (leads_out(unit->header)) {
			complain("'%s' would lie outside of '%s'", unit->header, include);
			status = STATUS_FAILED;
		} else {
			status = write_file(b, path_join(b->arena, include, unit->header), &text);
		}
	}
	if (!status)
		status = write_steps(b, include, &text);
	buf_finish(&text);
	return status;
}

static int keep_c(struct build *b)
{
	const char *directory = b->tool->option[OPTION_KEEP_C];
	if (!directory)
		return 0;
	if (*directory) {
		struct build kept = *b;
		kept.steps.items = NULL;
		kept.steps.n = kept.steps.cap = 0;
		int status = write_c(&kept, directory, directory);
		if (!status)
			printf("the generated C is '%s'\n", kept.program);
		return status;
	}
	printf("the generated C is '%s'\n", b->program);
	return 0;
}

/* ---- All of it ---- */

static int build_in_cache(struct build *b, const char **ret_program)
{
	bool c_only = b->tool->option[OPTION_C_ONLY];
	build_collect_faces(b);
	int status = c_only ? 0 : build_check_needs(b);
	if (!status && !c_only)
		status = build_check_python(b);
	if (!status)
		status = build_open_cache(b);
	if (!status)
		status = write_c(b, b->cache, b->include);
	if (!status)
		status = keep_c(b);
	if (status || c_only)
		return status;
	const char *program = path_join(b->arena, b->cache, b->name);
	status = build_embedding(b);
	if (!status)
		status = build_write_python(b);
	if (!status)
		status = build_compile(b);
	if (!status)
		status = build_link(b, program);
	if (!status)
		*ret_program = program;
	return status;
}

int build_program(struct tool *tool, const char **ret_path, const char **ret_name)
{
	struct build b = {.tool = tool, .arena = tool->arena};
	b.name = path_stem(tool->arena, tool->operand);
	if (!b.name[strspn(b.name, ".")])
		b.name = "program"; /* "...pkd": its stem is a directory */
	const char *fault = import_name_fault(path_base(tool->operand));
	if (fault) {
		complain("cannot build '%s': its name %s, and stands in an #include; call it by "
		         "another name",
		         tool->operand, fault);
		return STATUS_FAILED;
	}
	int status = tool_compile(tool, &b.c, NEEDS_PROGRAM);
	if (status == 0 && b.c.graph->nodes.n == 0) {
		diag_report(&b.c.diags, E0409, b.c.graph->at,
		            "'%s' has no nodes: there is nothing to "
		            "run",
		            b.c.graph->name);
		status = STATUS_FAILED;
	}
	const char *program = NULL;
	if (!status && !b.c.graph)
		status = STATUS_FAILED; /* the messages say why */
	if (!status) {
		bool asked_for = tool->option[OPTION_PIPELINE] != NULL;
		*ret_name = arena_strdup(tool->arena, asked_for ? b.c.graph->name : b.name);
		status = build_in_cache(&b, &program);
	}
	tool_print_messages(&b.c);
	compile_finish(&b.c);
	*ret_path = program;
	return status;
}

#define EXECUTABLE_MAX (1u << 30)

static int write_executable(struct arena *arena, const char *text, size_t length, const char *path)
{
	const char *fresh = arena_printf(arena, "%s.new", path);
	int error = file_write(fresh, text, length);
	mode_t mask = umask(0);
	umask(mask);
	if (!error && chmod(fresh, 0777 & ~mask) < 0)
		error = -errno;
	if (!error && rename(fresh, path) < 0)
		error = -errno;
	if (error)
		unlink(fresh);
	return error;
}

/* A copy that appears all at once, and may replace one that is running. */
/* A program may replace a program, or stand where nothing is; a source, a device or a pipe given as
 * the output by mistake stays. */
static bool may_replace(const char *path)
{
	struct stat status;
	char magic[4] = "";
	if (stat(path, &status) != 0)
		return true;
	if (!S_ISREG(status.st_mode))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, magic, sizeof(magic));
	close(fd);
	return n == 0 || (n == sizeof(magic) && memcmp(magic, "\177ELF", sizeof(magic)) == 0);
}

static int copy_executable(struct arena *arena, const char *from, const char *to)
{
	char *text, *old;
	size_t length, old_length;
	if (!may_replace(to)) {
		fprintf(stderr,
		        "pkdc: '%s' is there already and is no program: name another file by "
		        "-o\n",
		        to);
		return 1;
	}
	int error = file_read(arena, from, EXECUTABLE_MAX, &text, &length);
	if (error)
		return build_fail("cannot read", from, error);
	bool same = file_read(arena, to, length, &old, &old_length) == 0 && old_length == length &&
	            memcmp(old, text, length) == 0 && access(to, X_OK) == 0;
	error = same ? 0 : write_executable(arena, text, length, to);
	return error ? build_fail("cannot write", to, error) : 0;
}

int tool_build(struct tool *tool)
{
	const char *program, *name;
	int status = build_program(tool, &program, &name);
	if (status || tool->option[OPTION_C_ONLY])
		return status;
	const char *output = tool->option[OPTION_OUTPUT];
	return copy_executable(tool->arena, program, output ? output : name);
}
