/* Pipelines of PeekingDuck: from a YAML file to a .pkd file with the same effect. */
#ifndef IMPORT_PEEKINGDUCK_H
#define IMPORT_PEEKINGDUCK_H

#include "import/document.h"
#include "import/program.h"

/* A C file of a node of the user's, to be written where there is none. */
struct stub {
	const char *name; /* without a directory */
	const char *text;
};

struct duck {
	struct arena *arena;
	struct notes *notes;
	const char *file;      /* as the user wrote it */
	const char *directory; /* what paths in it are relative to */
	const char *text;      /* of the whole file */
	size_t length;
	const char *name;   /* of the pipeline */
	const char *header; /* "people.pkd": what stubs include, with .h behind it */
	bool wants_exact;   /* --exact */

	struct buf out;
	VEC(struct stub) stubs;
	size_t n_nodes, n_over; /* how many there are; how many come over, though not all of each */
};

/* Reads d->text. False where nothing is to be written, after an error in d->notes; else the program
 * is in d->out, not laid out yet. The caller gives d->out back. */
bool peekingduck_import(struct duck *d);

#endif
