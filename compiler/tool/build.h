/* What the parts of pkdc build share. */
#ifndef TOOL_BUILD_H
#define TOOL_BUILD_H

#include "base/map.h"
#include "tool/tool.h"

struct step_file {
	const char *path; /* of the generated C */
	const struct unit *unit;
};

/* What an interpreter of Python says of itself. */
struct python {
	const char *wanted; /* the command by which it was found */
	const char *executable, *version, *implementation;
	const char *numpy; /* its version; "": there is none */
	const char *include, *platform;
	bool is_shared;
	const char *libdir, *library; /* libpython3.11.so */
	VEC(const char *) reads;      /* where it reads from */
};

struct build {
	struct tool *tool;
	struct arena *arena;
	struct compilation c;
	const char *name;            /* of the .pkd file without its suffix: NAME.c */
	const char *cache;           /* directory */
	const char *include;         /* below it: generated headers of the user's own units */
	const char *program;         /* the generated C */
	VEC(struct step_file) steps; /* the C of nodes in .pkd files */
	VEC(const struct interface *) faces; /* of the nodes used, each once */
	struct map links; /* of all faces, once asked for: pkg-config names, and -lNAME */
	struct map library_directories;
	VEC(const char *) libraries; /* files in those directories that -lNAME stands for */
	VEC(const char *) objects;
	bool compiler_fails;     /* whatever the source */
	struct python python;    /* with nodes in Python … */
	const char *embedding;   /* … the shared object for it … */
	const char *interpreter; /* … and C that says where they lie; else NULL */
	bool has_cxx;            /* some node used is written in C++ */
};

/* Makes the cache directory, locks it, and fills in cache and include. Refuses one that others
 * could have filled. Returns an exit status. */
int build_open_cache(struct build *b);

/* Fills in faces and has_cxx. */
void build_collect_faces(struct build *b);

/* Fills in links, and reports what the nodes need and is not there. Returns an exit status. */
int build_check_needs(struct build *b);

/* A path in a node's declaration: relative to its .pkd file. */
const char *build_path_of(struct build *b, const struct interface *face, const char *path);

/* After the C compiler has rejected C that stands in a .pkd file: says which words, of the lines
 * that it speaks of, name what the language declared by the wrong struct. */
void build_hint(struct build *b, const struct unit *unit, const char *messages);

/* Where the declaration names a source or a library. */
struct span build_place_of(struct build *b, const struct interface *face, const char *name);

/* Compiles what is stale, then links. Returns an exit status. */
int build_compile(struct build *b);
int build_link(struct build *b, const char *program);

bool build_is_cxx(const char *source);
bool build_is_verbose(const struct build *b);

/* A short name for a path; for the names of files in the cache. */
uint32_t build_hash(const char *text);

/* Says what cannot be done with `path` by the -errno `error`; returns STATUS_FAILED. */
int build_fail(const char *what, const char *path, int error);

#endif
