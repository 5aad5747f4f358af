/* Messages about the source: collected, then printed in source order. */
#ifndef FRONT_DIAG_H
#define FRONT_DIAG_H

#include "front/source.h"
#include <stdio.h>

/* The codes of diag.def: E0101 … and W…. */
enum diag_code {
#define DIAG(code, title) code,
#include "front/diag.def"
#undef DIAG
	DIAG_N_CODES
};

struct diags {
	struct arena *arena;
	struct sources *sources;
	VEC(struct diag) list;
	size_t n_errors, n_warnings;
};

void diags_init(struct diags *diags, struct arena *arena, struct sources *sources);

/* Reports a mistake at `span`. Codes that begin with W are warnings. A second report of the same
 * code at the same span is dropped, so that one mistake gives one message. */
void diag_report(struct diags *diags, enum diag_code code, struct span span, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* Adds to the last report: a second place with its own words; words to write instead. */
void diag_note(struct diags *diags, struct span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_help(struct diags *diags, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The help for who writes `return` in a pipeline or a node. */
#define DIAG_NO_RETURN \
	"a pipeline gives its outputs by 'out y = ...', a node by '*out->y = ...' in its C"

/* Adds "did you mean 'x'?" to the last report when a candidate is near enough. */
void diag_suggest(struct diags *diags, const char *word, const char *const *candidates, size_t n);
/* The same; else "it has a, b and c", where there are few. */
void diag_offer(struct diags *diags, const char *word, const char *const *candidates, size_t n);

/* The same; where none is near and they are few, names them all: "its values are a, b". */
void diag_choose(struct diags *diags, const char *what, const char *word,
                 const char *const *candidates, size_t n);

/* False after so many reports that candidates need no longer be collected. */
bool diag_wants_suggestion(const struct diags *diags);

/* Prints all reports in source order (sources in the order they were added; more than 50 are
 * counted, not shown), and a closing line such as "2 errors, 1 warning". */
void diags_print(const struct diags *diags, FILE *file, bool colour);

const char *diag_code_name(enum diag_code code);  /* "E0101" */
const char *diag_code_title(enum diag_code code); /* "unknown name" */
bool diag_code_find(const char *name, enum diag_code *ret_code);

#endif
