/* What a program needs from the system: the sources of its nodes, their libraries. */
#include "base/file.h"
#include "base/text.h"
#include "tool/build.h"
#include "tool/subprocess.h"
#include <stdlib.h>
#include <string.h>

bool build_is_cxx(const char *source)
{
	return text_ends_with(source, ".cpp") || text_ends_with(source, ".cc") ||
	       text_ends_with(source, ".cxx");
}

void build_collect_faces(struct build *b)
{
	const struct graph *graph = b->c.graph;
	for (size_t i = 0; i < graph->nodes.n; i++) {
		const struct interface *face = graph->nodes.items[i].face;
		bool known = false;
		for (size_t f = 0; f < b->faces.n && !known; f++)
			known = b->faces.items[f] == face;
		if (known)
			continue;
		vec_push(b->arena, &b->faces, face);
		for (size_t s = 0; s < face->sources.n; s++)
			b->has_cxx |= build_is_cxx(face->sources.items[s]);
	}
}

/* Where the program uses a node that lacks something. */
static struct span use_of(const struct build *b, const struct interface *face)
{
	const struct graph *graph = b->c.graph;
	for (size_t i = 0; i < graph->nodes.n; i++) {
		if (graph->nodes.items[i].face == face)
			return graph->nodes.items[i].at;
	}
	return (struct span){0};
}

const char *build_path_of(struct build *b, const struct interface *face, const char *path)
{
	return path_join(b->arena, face->unit->directory, path);
}

/* The first such text after the node's name. The interface keeps no span for it; the node's name
 * will do where none is found. */
struct span build_place_of(struct build *b, const struct interface *face, const char *name)
{
	const struct source *source = &b->c.sources.list.items[face->span.source];
	const char *quoted = arena_printf(b->arena, "\"%s\"", name);
	const char *found = strstr(source->text + face->span.end, quoted);
	if (!found)
		return face->span;
	uint32_t start = (uint32_t)(found - source->text);
	return (struct span){face->span.source, start, start + (uint32_t)strlen(quoted)};
}

static void check_sources(struct build *b, const struct interface *face)
{
	for (size_t i = 0; i < face->sources.n; i++) {
		const char *source = face->sources.items[i];
		const char *path = build_path_of(b, face, source);
		struct span place = build_place_of(b, face, source);
		if (!file_exists(path)) {
			diag_report(&b->c.diags, E0701, place,
			            "the source '%s' of node '%s' does not exist", source,
			            face->kind);
			diag_help(&b->c.diags, "create '%s', or correct the `source` line", path);
		} else if (source_is_python(source)) {
			if (face->sources.n == 1)
				continue;
			diag_report(&b->c.diags, E0701, place,
			            "node '%s' has another source beside '%s'", face->kind, source);
			diag_help(&b->c.diags,
			          "a node in Python has one source, which imports what it needs");
		} else if (!build_is_cxx(source) && !text_ends_with(source, ".c")) {
			diag_report(&b->c.diags, E0701, place,
			            "the source '%s' of node '%s' is neither C, C++ nor Python",
			            source, face->kind);
			diag_help(&b->c.diags, "its name must end in .c, .cpp, .cc, .cxx or .py");
		}
	}
	if (!face->sources.n && !face->step.text && !face->parts.n) {
		diag_report(&b->c.diags, E0701, face->span, "node '%s' names no source",
		            face->kind);
		diag_help(&b->c.diags, "add a line such as `source \"%s.c\"`", face->name);
	}
}

/* 1 when pkg-config knows the library, 0 when not, -errno when there is no pkg-config. */
static int ask_pkg_config(struct build *b, const char *link)
{
	struct subprocess command = {.arena = b->arena, .quiet = true};
	subprocess_add_words(&command, "PKG_CONFIG", "pkg-config");
	subprocess_add(&command, "--exists");
	subprocess_add(&command, "--");
	subprocess_add(&command, link);
	int status = subprocess_run(&command);
	if (status < 0)
		return build_fail("cannot start", command.argv.items[0], status), status;
	return status == 0;
}

static void report_link(struct build *b, const struct interface *face, const char *link)
{
	diag_report(&b->c.diags, E0701, build_place_of(b, face, link),
	            "node '%s' needs the library '%s', which pkg-config does not know", face->kind,
	            link);
	diag_help(&b->c.diags, "install the development package that holds %s.pc%s", link,
	          face->unit->stdlib ? ", then build pkd again" : "");
	diag_note(&b->c.diags, use_of(b, face), "the node is used here");
}

static void report_library(struct build *b, const struct interface *face, const char *link)
{
	diag_report(&b->c.diags, E0701, build_place_of(b, face, link),
	            "node '%s' needs the library '%s', which the C compiler does not find",
	            face->kind, link);
	diag_help(&b->c.diags,
	          "install its development package, or name the directory that it lies in, "
	          "such as `link \"-Llib\"`");
	diag_note(&b->c.diags, use_of(b, face), "the node is used here");
}

/* Whether the C compiler's own directories have libNAME.so or libNAME.a; it repeats a name that it
 * does not find. */
static bool compiler_finds(struct build *b, const char *file)
{
	struct buf answer;
	buf_init(&answer);
	struct subprocess command = {.arena = b->arena, .output = &answer, .quiet = true};
	subprocess_add_words(&command, "CC", "cc");
	subprocess_add(&command, arena_printf(b->arena, "-print-file-name=%s", file));
	bool found = subprocess_run(&command) != 0 || strchr(answer.text, '/');
	buf_finish(&answer);
	return found;
}

/* -lNAME: in the directories of the nodes, as the linker goes through them, or where the C compiler
 * knows. */
static bool find_library(struct build *b, const char *name)
{
	static const char *const suffixes[] = {".so", ".a"};

	for (size_t d = 0; d < b->library_directories.n; d++)
		for (size_t i = 0; i < 2; i++) {
			const char *file = arena_printf(b->arena, "lib%s%s", name, suffixes[i]);
			const char *path = path_join(b->arena,
			                             b->library_directories.entries[d].key, file);
			if (!file_exists(path))
				continue;
			vec_push(b->arena, &b->libraries, path);
			return true;
		}
	for (size_t i = 0; i < 2; i++)
		if (compiler_finds(b, arena_printf(b->arena, "lib%s%s", name, suffixes[i])))
			return true;
	return false;
}

static void check_directory(struct build *b, const struct interface *face, const char *word,
                            const char *path)
{
	if (file_is_directory(path))
		return;
	diag_report(&b->c.diags, E0701, build_place_of(b, face, word),
	            "the directory '%s' of node '%s' does not exist", path, face->kind);
}

static void collect_directories(struct build *b, const struct interface *face)
{
	for (size_t i = 0; i < face->includes.n; i++)
		check_directory(b, face, face->includes.items[i],
		                build_path_of(b, face, face->includes.items[i]));
	for (size_t i = 0; i < face->links.n; i++) {
		const char *link = face->links.items[i];
		if (strncmp(link, "-L", 2) != 0)
			continue;
		const char *path = build_path_of(b, face, link + 2);
		/* Whole: the program looks there wherever it is started. */
		char *whole = realpath(path, NULL);
		check_directory(b, face, link, path);
		if (whole)
			map_put(b->arena, &b->library_directories, arena_strdup(b->arena, whole),
			        b);
		free(whole);
	}
}

/* Each library is asked for, and reported, once. */
static int check_links(struct build *b, const struct interface *face)
{
	for (size_t i = 0; i < face->links.n; i++) {
		const char *link = face->links.items[i];
		if (strncmp(link, "-L", 2) == 0 || map_put(b->arena, &b->links, link, b))
			continue;
		if (link[0] == '-') {
			if (!find_library(b, link + 2))
				report_library(b, face, link);
			continue;
		}
		int known = ask_pkg_config(b, link);
		if (known < 0)
			return STATUS_FAILED;
		if (!known)
			report_link(b, face, link);
	}
	return 0;
}

int build_check_needs(struct build *b)
{
	int status = 0;
	for (size_t i = 0; i < b->faces.n; i++)
		collect_directories(b, b->faces.items[i]);
	for (size_t i = 0; i < b->faces.n && !status; i++) {
		if (!b->faces.items[i]->unit->stdlib)
			check_sources(b, b->faces.items[i]);
		status = check_links(b, b->faces.items[i]);
	}
	return b->c.diags.n_errors ? STATUS_FAILED : status;
}
