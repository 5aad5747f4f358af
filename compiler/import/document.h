/* A YAML file as a tree with places, read by libyaml. Its size, depth and aliases are bounded. */
#ifndef IMPORT_DOCUMENT_H
#define IMPORT_DOCUMENT_H

#include "import/note.h"
#include <stdbool.h>
#include <stdint.h>

#define DOCUMENT_MAX (256u << 10) /* bytes of a file */

enum doc_kind { DOC_SCALAR, DOC_LIST, DOC_MAP };

struct doc {
	enum doc_kind kind;
	unsigned line, column; /* where it begins, from 1 */
	unsigned end_line;     /* the last one that has something of it */
	const char *text;      /* of a scalar, NUL-ended, without a NUL in it */
	bool plain;            /* a scalar without quotes, which may be a number or a boolean */
	uint32_t size;         /* the values in it and itself, what aliases stand for included */
	VEC(const struct doc *)
	items; /* of a map: a key, which is a scalar, and its value, in turn */
};

/* Whether pkdc was built with libyaml. */
bool document_is_known(void);

/* NULL after an error in `notes`. Keys that stand twice are noted: the last one counts. */
const struct doc *document_read(struct notes *notes, const char *text, size_t length);

/* The value of a key, or NULL. */
const struct doc *doc_get(const struct doc *map, const char *key);

/* Scalars by the rules of YAML 1.1. False where it is another thing, or is not finite. */
bool doc_is_null(const struct doc *doc);
bool doc_number(const struct doc *doc, double *ret_number);
bool doc_whole(const struct doc *doc, int64_t *ret_number);
bool doc_bool(const struct doc *doc, bool *ret_truth);

#endif
