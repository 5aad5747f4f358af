/* What the files about PeekingDuck's nodes share. */
#ifndef IMPORT_STEP_H
#define IMPORT_STEP_H

#include "import/peekingduck.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum param_kind {
	PARAM_FRACTION,
	PARAM_WHOLE,
	PARAM_TEXT,
	PARAM_TRUTH,
	PARAM_OWN,
	PARAM_TOLD,
	PARAM_LOST
};

struct param_row {
	const char *node, *name;
	enum param_kind kind;
	double low, high, scale;
	const char *otherwise, *text;
};

struct pond;
struct step;

/* Adds the statements of a step. False where it does not come over, after a note. */
typedef bool make(struct pond *pond, struct step *step);

struct node_row {
	const char *name;
	make *make;
	enum side side;
	const char *needs, *gives, *text;
};

/* An item of the list `nodes`. */
struct step {
	const char *name;           /* "draw.bbox" */
	const struct doc *place;    /* where that stands */
	const struct doc *params;   /* a map, or NULL */
	const struct node_row *row; /* NULL: it is not PeekingDuck's */
	unsigned end_line;
	bool is_custom;
};

/* A pipeline while it is imported. */
struct pond {
	struct duck *duck;
	struct arena *arena;
	struct program program;
	VEC(struct step) steps;
	size_t at;       /* the step that is being made */
	bool has_source; /* a camera and the like, which does not wait */
	bool is_live;
	const char *zones;  /* the constant with the zones, and the resolution of their pixels */
	struct map paths;   /* of files that are written */
	struct map customs; /* nodes of the user's own that are declared */
	int64_t large;      /* a group of more is a large one */
};

void step_note(struct pond *pond, const struct doc *place, enum note_kind kind, const char *format,
               ...) __attribute__((format(printf, 4, 5)));

bool step_is(const struct step *step, const char *name);

/* "<path/to/a video>": whoever starts the program is to say it. */
bool doc_is_placeholder(const char *text);

/* A parameter, or NULL where it is not given or null. */
const struct doc *step_param(const struct step *step, const char *name);

/* A parameter that every node's configuration may have, and nobody sets in a pipeline but by
 * copying it. */
bool step_is_of_configuration(const char *name);

/* ", name: value" of each parameter that the table knows how to hand on. */
const char *step_params(struct pond *pond, const struct step *step);

/* The text of its row: `extra` stands for $EXTRA_NAME, unless it is NULL. */
const char *step_expand(struct pond *pond, const struct step *step, const char *text,
                        const char *extra_name, const char *extra);

/* A statement with that text, which gives what the row says. Returns the stream's name, or NULL. */
const char *step_add(struct pond *pond, const struct step *step, const char *text);

/* What statistics, show and stats_to_track name: the row's key and what of an item, or NULL. */
struct result_row {
	const char *name, *key, *item, *otherwise;
};
const struct result_row *result_find(struct pond *pond, const char *name);

/* obj_attrs["ids"] is ids: the n bytes of a target as a name. */
const char *result_name(struct arena *arena, const char *text, size_t n);

/* Why there is none by that name, in a note. */
void result_complain(struct pond *pond, const struct doc *place, const char *name);

make make_plain, make_source, make_contrast, make_objects, make_detector, make_people, make_pose,
	make_none, make_midpoint, make_zones, make_statistics, make_tracking, make_groups,
	make_large_groups, make_tag, make_feet, make_legend, make_cover, make_mask, make_group_tag,
	make_screen, make_media, make_csv, make_custom;

#endif
