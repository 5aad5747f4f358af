/* The program that an import builds: streams by what the imported pipeline calls them, statements,
 * and in the end the text of a .pkd file, in which a statement that nobody reads is a comment. */
#ifndef IMPORT_PROGRAM_H
#define IMPORT_PROGRAM_H

#include "base/buf.h"
#include "base/map.h"
#include "import/note.h"
#include <stdbool.h>

/* On whose frames a stream has its values: on those of the source, or on those that the model has
 * looked at. What is shown is on the source's, so that the screen does not wait. */
enum side { SIDE_FRAME, SIDE_FOUND };

struct stream {
	const char *text;      /* what is written for it; NULL: nothing may stand for it any more */
	const char *otherwise; /* what is written behind ?? where it may be absent, or NULL */
	const char *followed;  /* the same on the source's frames, by track.follow; or NULL */
	const char *chosen;    /* the detector's list that it is a part of, or NULL */
	enum side side;
	size_t made; /* by this statement */
};

struct statement {
	const char *name; /* NULL: it has none, and is there for what it does */
	const char *text;
	bool is_comment;
	bool is_part; /* of what one asks for: where nobody reads it, there is no word of it */
	bool is_live;
	VEC(size_t) reads;
};

struct program {
	struct arena *arena;
	bool is_exact;     /* all is on one side: each frame is shown with what was found in it */
	struct map names;  /* of statements, see map_claim_name */
	struct map values; /* by what they are called: struct stream */
	VEC(struct statement) statements;
	VEC(size_t) reads;     /* of the statement that is next */
	struct buf head;       /* declarations before the pipeline */
	struct buf parameters; /* of the pipeline, a line each */
	const char *clean;     /* the frame before anything was drawn on it */
	size_t clean_made;
	const char *slow; /* what the screen does not wait for, or NULL */
	size_t slow_made;
	bool is_shown;
};

void program_init(struct program *program, struct arena *arena);
void program_finish(struct program *program);

/* Whether a statement may name a module that is called so. */
bool program_is_module(const char *name);

/* A name that no statement has. */
const char *program_name(struct program *program, const char *base);

/* "NAME = TEXT", or TEXT alone for a NULL. It reads what was asked for since the last one. */
void program_add(struct program *program, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The last one is a part. */
void program_is_part(struct program *program);
void program_comment(struct program *program, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What `key` is from now on: a stream of the last statement. `otherwise` may be NULL. */
void program_set(struct program *program, const char *key, enum side side, const char *otherwise,
                 const char *text);
void program_forget(struct program *program, const char *key);
bool program_has(const struct program *program, const char *key);

/* How a node on this side reads it, and how a term of an expression does, which always has a value.
 * It must be there. */
const char *program_read(struct program *program, const char *key, enum side side);
const char *program_term(struct program *program, const char *key, enum side side);
enum side program_side(const struct program *program, const char *key);

/* The whole file. `doc` is what is said of the pipeline, one line. */
void program_print(struct program *program, const char *name, const char *doc, struct buf *out);

/* A literal: a string with its quotes; a number with its point. */
const char *program_quoted(struct arena *arena, const char *text);
const char *program_fraction(struct arena *arena, double number);

#endif
