/* PeekingDuck's models, and what follows from what they find: zones, tracks, groups. */
#include "base/quantity.h"
#include "base/text.h"
#include "import/step.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- Classes ---- */

static const struct {
	int number;
	const char *name;
} coco[] = {
#define CLASS(number, name) {number, name},
#include "import/peekingduck.def"
};

static const struct {
	const char *old, *name;
} synonyms[] = {
#define SYNONYM(old, name) {old, name},
#include "import/peekingduck.def"
};

static const char *class_name(const char *name)
{
	for (size_t i = 0; i < LENGTH(coco); i++) {
		if (strcasecmp(coco[i].name, name) == 0)
			return coco[i].name;
	}
	for (size_t i = 0; i < LENGTH(synonyms); i++) {
		if (strcasecmp(synonyms[i].old, name) == 0)
			return synonyms[i].name;
	}
	return NULL;
}

static const char *class_by_number(int64_t number, bool gaps)
{
	for (size_t i = 0; i < LENGTH(coco); i++) {
		if (number == (gaps ? coco[i].number : (int64_t)i))
			return coco[i].name;
	}
	return NULL;
}

static const char *class_nearest(const char *name)
{
	const char *names[LENGTH(coco)];

	for (size_t i = 0; i < LENGTH(coco); i++)
		names[i] = coco[i].name;
	return text_nearest(name, names, LENGTH(coco));
}

/* ---- Models ---- */

/* The name that coco has for it, or NULL after a note. */
static const char *class_of(struct pond *pond, const struct step *step, const struct doc *item)
{
	bool gaps = step_is(step, "model.efficientdet");
	const char *name = NULL;
	int64_t number;

	if (item->kind != DOC_SCALAR)
		step_note(pond, item, NOTE_LOST, "'detect' has names and numbers of classes");
	else if (doc_whole(item, &number)) {
		name = class_by_number(number, gaps);
		if (!name)
			step_note(pond, item, NOTE_LOST, "no class has the number %s", item->text);
	} else {
		name = class_name(item->text);
		const char *near = name ? NULL : class_nearest(item->text);
		if (!name && near)
			step_note(pond, item, NOTE_LOST,
			          "coco has no class '%s'; did you mean '%s'?", item->text, near);
		else if (!name)
			step_note(pond, item, NOTE_LOST, "coco has no class '%s'", item->text);
	}
	return name;
}

/* " where it.label == …", "" for all, NULL where none is left. */
static const char *classes(struct pond *pond, const struct step *step)
{
	const struct doc *detect = step_param(step, "detect");
	struct map done = {0};
	struct buf out;

	if (!detect)
		detect = step_param(step, "detect_ids");
	if (!detect)
		return " where it.label == \"person\"";
	if (detect->kind == DOC_SCALAR && strcmp(detect->text, "*") == 0)
		return "";
	if (detect->kind != DOC_LIST) {
		const char *name = class_of(pond, step, detect);
		return name ? arena_printf(pond->arena, " where it.label == \"%s\"", name) : NULL;
	}
	buf_init(&out);
	bool all = false;
	for (size_t i = 0; i < detect->items.n; i++) {
		const struct doc *item = detect->items.items[i];
		all |= item->kind == DOC_SCALAR && strcmp(item->text, "*") == 0;
		const char *name = all ? NULL : class_of(pond, step, item);
		if (!name || map_get(&done, name))
			continue;
		map_put(pond->arena, &done, name, &done);
		buf_printf(&out, "%sit.label == \"%s\"",
		           done.n == 1       ? " where "
		           : done.n % 3 == 1 ? " or\n"
		                             : " or ",
		           name);
	}
	const char *text = all           ? ""
	                   : done.n == 0 ? NULL
	                                 : arena_strndup(pond->arena, out.text, out.length);
	buf_finish(&out);
	return text;
}

/* The model that was made by the last statement, where frames go on without it. */
static void stand_aside(struct pond *pond, const char *name)
{
	if (pond->program.is_exact)
		return;
	const struct stream *img = map_get(&pond->program.values, "img");
	pond->program.slow = name;
	pond->program.slow_made = pond->program.statements.n - 1;
	pond->program.clean = img->text;
	pond->program.clean_made = img->made;
}

static bool find_objects(struct pond *pond, struct step *step, const char *which)
{
	struct program *program = &pond->program;

	program_forget(program, "ids");
	program_forget(program, "untracked");
	const char *found = step_add(pond, step,
	                             step_expand(pond, step, step->row->text, NULL, NULL));
	stand_aside(pond, found);
	if (!*which)
		return true;
	vec_push(pond->arena, &program->reads, program->statements.n - 1);
	const char *name = program_name(program, "objects");
	program_add(program, name, "%s%s", found, which);
	program_set(program, "bboxes", SIDE_FOUND, NULL, name);
	struct stream *objects = map_get(&program->values, "bboxes");
	objects->chosen = found;
	return true;
}

bool make_objects(struct pond *pond, struct step *step)
{
	const char *which = classes(pond, step);

	if (!which) {
		step_note(pond, step->place, NOTE_LOST, "%s would detect nothing", step->name);
		return false;
	}
	return find_objects(pond, step, which);
}

bool make_detector(struct pond *pond, struct step *step)
{
	return find_objects(pond, step, "");
}

/* What `tracks` are: those that were found in this frame, with their ids. */
static void add_tracks(struct pond *pond, const char *call)
{
	struct program *program = &pond->program;
	const char *tracks = program_name(program, "tracks");

	program_add(program, tracks, "%s", call);
	vec_push(pond->arena, &program->reads, program->statements.n - 1);
	const char *name = program_name(program, "tracked");
	program_add(program, name, "(%s where it.state == track.State.seen) select it.object",
	            tracks);
	/* What must be covered does not wait until it is known who it is. */
	map_put(pond->arena, &program->values, "untracked", map_get(&program->values, "bboxes"));
	program_set(program, "bboxes", SIDE_FOUND, NULL, name);
	program_set(program, "ids", SIDE_FOUND, NULL, name);
}

bool make_people(struct pond *pond, struct step *step)
{
	find_objects(pond, step, " where it.label == \"person\"");
	add_tracks(pond, arena_printf(pond->arena, "track.iou(%s, hits: 1)",
	                              program_read(&pond->program, "bboxes", SIDE_FOUND)));
	return true;
}

bool make_pose(struct pond *pond, struct step *step)
{
	struct program *program = &pond->program;
	const char *text = step_expand(pond, step, step->row->text, NULL, NULL);
	const char *people = step_add(pond, step, text);

	const struct doc *type = step_param(step, "model_type");
	if (step_is(step, "model.movenet") && type && type->kind == DOC_SCALAR &&
	    text_begins(type->text, "multipose"))
		step_note(pond, type, NOTE_LOST,
		          "pose.dnn finds one person, the one in the middle");
	stand_aside(pond, people);
	/* It has boxes from the model before it, and these stay. */
	if (step_is(step, "model.hrnet") && program_has(program, "bboxes"))
		return true;
	program_forget(program, "ids");
	program_forget(program, "untracked");
	vec_push(pond->arena, &program->reads, program->statements.n - 1);
	const char *name = program_name(program, "bodies");
	program_add(program, name,
	            "%s select detect.Object(box: it.box, label: \"person\", score: it.score, "
	            "id: it.id)",
	            people);
	program_is_part(program);
	program_set(program, "bboxes", SIDE_FOUND, NULL, name);
	return true;
}

/* ---- Numbers ---- */

/* Where an object stands follows from its box, wherever that is read. */
bool make_midpoint(struct pond *pond, struct step *step)
{
	struct program *program = &pond->program;

	(void)step;
	const struct stream *value = map_get(&program->values, "bboxes");
	struct stream *copy = arena_new(pond->arena, struct stream);
	*copy = *value;
	map_put(pond->arena, &program->values, "btm_midpoint", copy);
	return true;
}

/* One coordinate, as short as it is exact enough. */
static bool add_coordinate(struct pond *pond, const struct doc *doc, double *ret, struct buf *out)
{
	if (!doc_number(doc, ret) || *ret < 0 || *ret > 65535) {
		step_note(pond, doc, NOTE_LOST, "a point of a zone is [x, y], numbers from 0 on");
		return false;
	}
	char text[40];
	snprintf(text, sizeof text, "%.5f", *ret);
	char *end = text + strlen(text) - 1;
	while (*end == '0')
		*end-- = '\0';
	if (*end == '.')
		*end = '\0';
	buf_puts(out, text);
	return true;
}

/* "0,0 0.6,0 0.6,1 0,1"; whether there are pixels in it. */
static bool add_zone(struct pond *pond, const struct doc *zone, bool *pixels, struct buf *out)
{
	if (zone->kind != DOC_LIST || zone->items.n < 3 || zone->items.n > 16) {
		step_note(pond, zone, NOTE_LOST, "a zone has 3 to 16 points [x, y] here");
		return false;
	}
	for (size_t i = 0; i < zone->items.n; i++) {
		const struct doc *point = zone->items.items[i];
		double x, y;

		if (point->kind != DOC_LIST || point->items.n != 2) {
			step_note(pond, point, NOTE_LOST, "a point of a zone is [x, y]");
			return false;
		}
		buf_puts(out, i ? " " : "");
		if (!add_coordinate(pond, point->items.items[0], &x, out))
			return false;
		buf_putc(out, ',');
		if (!add_coordinate(pond, point->items.items[1], &y, out))
			return false;
		*pixels |= x > 1 || y > 1;
	}
	return true;
}

/* Zones of which each can be read. */
static size_t add_zones(struct pond *pond, const struct doc *zones, bool *pixels, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; zones->kind == DOC_LIST && i < zones->items.n; i++) {
		struct buf one;
		if (n == 16) {
			step_note(pond, zones->items.items[i], NOTE_LOST, "a node takes 16 zones");
			break;
		}
		buf_init(&one);
		if (add_zone(pond, zones->items.items[i], pixels, &one))
			buf_printf(out, "%s%s", n++ ? "; " : "", one.text);
		buf_finish(&one);
	}
	return n;
}

/* The resolution of pixels, with what stands before it in a call; "" where there are none. */
static const char *resolution(struct pond *pond, const struct step *step, bool pixels)
{
	const struct doc *doc = step_param(step, "resolution");
	int64_t w = 1280, h = 720;

	if (doc &&
	    (doc->kind != DOC_LIST || doc->items.n != 2 || !doc_whole(doc->items.items[0], &w) ||
	     !doc_whole(doc->items.items[1], &h) || w < 1 || h < 1 || w > 65535 || h > 65535))
		step_note(pond, doc, NOTE_LOST, "'resolution' is [width, height]");
	else if (pixels)
		return arena_printf(pond->arena, ", resolution: \"%dx%d\"", (int)w, (int)h);
	return "";
}

bool make_zones(struct pond *pond, struct step *step)
{
	const struct doc *zones = step_param(step, "zones");
	struct buf text;
	bool pixels = false;

	if (!zones || zones->kind != DOC_LIST) {
		step_note(pond, zones ? zones : step->place, NOTE_LOST,
		          "dabble.zone_count needs 'zones', a list of lists of points");
		return false;
	}
	buf_init(&text);
	size_t n = add_zones(pond, zones, &pixels, &text);
	const char *written = program_quoted(pond->arena, text.text);
	buf_finish(&text);
	if (n == 0)
		return false;
	const char *name = program_name(&pond->program, "ZONES");
	buf_printf(&pond->program.head, "const %s = %s\n", name, written);
	pond->zones = arena_printf(pond->arena, "%s%s", name, resolution(pond, step, pixels));
	step_add(pond, step, step_expand(pond, step, step->row->text, NULL, NULL));
	map_put(pond->arena, &pond->program.values, "zones",
	        map_get(&pond->program.values, "zone_count"));
	return true;
}

bool make_tracking(struct pond *pond, struct step *step)
{
	const struct doc *type = step_param(step, "tracking_type");
	const struct doc *lost = step_param(step, "max_lost");
	int64_t frames = 10;

	if (type && (type->kind != DOC_SCALAR || strcmp(type->text, "iou") != 0))
		step_note(pond, type, NOTE_TOLD,
		          "track.iou tells objects apart by the overlap of predicted boxes");
	if (lost && (!doc_whole(lost, &frames) || frames < 0 || frames > 100000)) {
		step_note(pond, lost, NOTE_LOST, "'max_lost' is a number of frames");
		frames = 10;
	}
	const char *call = step_expand(pond, step, step->row->text, NULL, NULL);
	size_t n = strlen(call) - 1;
	/* Frames of a camera, of which 30 come in a second. */
	add_tracks(pond, arena_printf(pond->arena, "%.*s, lost: %s)", (int)n, call,
	                              time_source(pond->arena, frames * 1000 / 30 * 1000000)));
	return true;
}

/* ---- Groups ---- */

static int64_t large_size(struct pond *pond, const struct step *step)
{
	const struct doc *doc = step_param(step, "group_size_threshold");
	int64_t size = 5;

	if (doc && (!doc_whole(doc, &size) || size < 0 || size > 1000)) {
		step_note(pond, doc, NOTE_LOST, "'group_size_threshold' is a whole number");
		size = 5;
	}
	return size;
}

/* count.groups knows which are large, so it takes the parameter of the step that looks for them. */
bool make_groups(struct pond *pond, struct step *step)
{
	const char *call = step_expand(pond, step, step->row->text, NULL, NULL);

	for (size_t i = pond->at + 1; i < pond->steps.n; i++) {
		const struct step *later = &pond->steps.items[i];
		if (!step_is(later, "dabble.check_large_groups"))
			continue;
		pond->large = large_size(pond, later);
		call = arena_printf(pond->arena, "%.*s, more_than: %d)", (int)strlen(call) - 1,
		                    call, (int)pond->large);
		break;
	}
	step_add(pond, step, call);
	return true;
}

bool make_large_groups(struct pond *pond, struct step *step)
{
	struct program *program = &pond->program;
	const struct stream *groups = map_get(&program->values, "groups");
	struct stream *large = arena_new(pond->arena, struct stream);

	(void)step;
	*large = *groups;
	large->text = arena_printf(pond->arena, "%.*s.large",
	                           (int)(strchr(groups->text, '.') - groups->text), groups->text);
	map_put(pond->arena, &program->values, "large_groups", large);
	return true;
}

bool make_group_tag(struct pond *pond, struct step *step)
{
	const struct doc *tag = step_param(step, "tag");
	const char *name = tag && tag->kind == DOC_SCALAR ? tag->text : "LARGE GROUP!";

	if (tag && tag->kind != DOC_SCALAR)
		step_note(pond, tag, NOTE_LOST, "'tag' must be a text");
	name = arena_printf(pond->arena, "%s ", name);
	step_add(pond, step,
	         step_expand(pond, step, step->row->text, "large",
	                     arena_printf(pond->arena, "more_than: %d, name: %s", (int)pond->large,
	                                  program_quoted(pond->arena, name))));
	return true;
}
