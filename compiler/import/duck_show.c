/* What PeekingDuck draws, shows and writes. */
#include "base/file.h"
#include "base/text.h"
#include "import/step.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Drawing ---- */

bool make_feet(struct pond *pond, struct step *step)
{
	struct program *program = &pond->program;
	const char *boxes = program_read(program, "bboxes", SIDE_FRAME);
	const char *name = program_name(program, "feet");

	program_add(program, name,
	            "%s select detect.Point(x: it.box.x + it.box.w / 2, y: it.box.y + it.box.h)",
	            boxes);
	size_t made = program->statements.n - 1;
	const char *text = step_expand(pond, step, step->row->text, "feet", name);
	vec_push(pond->arena, &program->reads, made);
	step_add(pond, step, text);
	return true;
}

static bool add_tag(struct pond *pond, struct step *step, const char *what, const char *at)
{
	struct program *program = &pond->program;
	const char *texts = "";

	if (strcmp(what, "ids") != 0)
		texts = arena_printf(pond->arena, ", %s", program_read(program, what, SIDE_FRAME));
	if (strcmp(what, "groups") == 0)
		texts = arena_printf(pond->arena, "%s select text(it)", texts);
	/* Flags are warnings, and would have the colours of ids, which mean nothing there. */
	const char *colour = strcmp(what, "flags") == 0 ? ", colour: \"red\"" : "";
	const char *call = step_expand(pond, step, step->row->text, NULL, NULL);
	step_add(pond, step,
	         arena_printf(pond->arena, "%.*s%s%s%s)", (int)strlen(call) - 1, call, texts, at,
	                      colour));
	return true;
}

/* Whether labels or scores are above the boxes already. */
static bool is_labelled(const struct pond *pond)
{
	for (size_t i = 0; i < pond->at; i++) {
		const struct step *step = &pond->steps.items[i];
		const struct doc *label = step_param(step, "show_labels"),
				 *score = step_param(step, "show_score");
		bool labels = false, scores = false;

		if (!step_is(step, "draw.bbox"))
			continue;
		if ((label && doc_bool(label, &labels) && labels) ||
		    (score && doc_bool(score, &scores) && scores))
			return true;
	}
	return false;
}

/* Older versions have no `show`, and draw what there is. */
bool make_tag(struct pond *pond, struct step *step)
{
	static const char *const known[] = {"ids", "flags", "groups"};
	const struct doc *show = step_param(step, "show");
	struct program *program = &pond->program;
	bool labelled = is_labelled(pond);
	const char *first = labelled ? ", at: below" : "";
	const char *second = labelled ? ", at: top" : ", at: below";
	size_t n = 0;

	for (size_t i = 0; !show && i < LENGTH(known) && n == 0; i++) {
		if (program_has(program, known[i]))
			n += add_tag(pond, step, known[i], first);
	}
	for (size_t i = 0; show && show->kind == DOC_LIST && i < show->items.n; i++) {
		const struct doc *item = show->items.items[i];
		const char *name = item->kind == DOC_SCALAR ? item->text : "";
		size_t k = 0;

		while (k < LENGTH(known) && strcmp(known[k], name) != 0)
			k++;
		if (k == LENGTH(known) || n == 2)
			step_note(pond, item, NOTE_LOST,
			          n == 2 ? "'%s' has no place: two tags are drawn"
			                 : "'%s' cannot be a tag: ids, flags and groups can",
			          name);
		else if (!program_has(program, name))
			result_complain(pond, item, name);
		else
			n += add_tag(pond, step, name, n ? second : first);
	}
	if (show && show->kind != DOC_LIST)
		step_note(pond, show, NOTE_LOST, "'show' is a list, such as [\"ids\"]");
	else if (n == 0 && !show)
		step_note(pond, step->place, NOTE_LOST,
		          "no node before this one gives ids or flags to draw");
	return n > 0;
}

static const char *unless_full(struct pond *pond, const char *key)
{
	const struct stream *objects = map_get(&pond->program.values, key);

	return objects->chosen
	               ? arena_printf(pond->arena, " when len(%s) < detect.MAX", objects->chosen)
	               : "";
}

/* What is to be covered and not known is covered with all the rest. Some of a list do not fill it,
 * and there may be more than it has all the same. */
static bool cover(struct pond *pond, struct step *step, const char *text)
{
	const char *objects = "";

	const char *key = program_has(&pond->program, "untracked") ? "untracked" : "bboxes";
	if (program_has(&pond->program, key))
		objects = arena_printf(pond->arena, ", %s%s",
		                       program_read(&pond->program, key, SIDE_FRAME),
		                       unless_full(pond, key));
	else
		step_note(pond, step->place, NOTE_LOST,
		          "nothing is found to be covered, so %s covers the whole frame",
		          step->name);
	step_add(pond, step, step_expand(pond, step, text, "objects", objects));
	return true;
}

bool make_cover(struct pond *pond, struct step *step)
{
	return cover(pond, step, step->row->text);
}

/* effect: { blur: 50 }, { mosaic: 10 } and others, of the objects or of all around them. */
bool make_mask(struct pond *pond, struct step *step)
{
	const struct doc *effect = step_param(step, "effect"),
			 *area = step_param(step, "effect_area");
	const struct doc *blur = doc_get(effect, "blur"), *mosaic = doc_get(effect, "mosaic");
	bool covers = (blur && !doc_is_null(blur)) || (mosaic && !doc_is_null(mosaic));

	if (!covers) {
		step_note(pond, step->place, NOTE_LOST,
		          "draw.instance_mask needs masks, which no node gives here");
		return false;
	}
	if (area && area->kind == DOC_SCALAR && strcmp(area->text, "background") == 0) {
		/* Without outlines, nothing may be left uncovered. */
		program_forget(&pond->program, "bboxes");
		program_forget(&pond->program, "untracked");
	}
	return cover(pond, step,
	             mosaic && !doc_is_null(mosaic) ? "draw.mosaic($img$objects)"
	                                            : step->row->text);
}

/* ---- Legends and tables ---- */

VEC_OF(rows, const struct result_row *);

static void choose_row(struct pond *pond, const struct doc *item, struct rows *rows)
{
	const char *name = item->kind == DOC_SCALAR
	                           ? result_name(pond->arena, item->text, strlen(item->text))
	                           : "";
	const struct result_row *row = result_find(pond, name);

	if (strcmp(name, "obj_attrs") == 0)
		row = result_find(pond, program_has(&pond->program, "ids") ? "ids" : "flags");
	if (!row || !program_has(&pond->program, row->key)) {
		result_complain(pond, item, name);
		return;
	}
	for (size_t i = 0; i < rows->n; i++) {
		if (strcmp(rows->items[i]->name, row->name) == 0)
			return;
	}
	vec_push(pond->arena, rows, row);
}

/* What there is of what `show` names; where that is empty, of all that a legend is for. */
static struct rows rows_of_legend(struct pond *pond, const struct step *step)
{
	static const char *const all[] = {"fps",     "count",   "zone_count",
	                                  "cum_avg", "cum_max", "cum_min"};
	const struct doc *show = step_param(step, "show");
	struct rows rows = {0};

	if (!show)
		show = step_param(step, "include");
	bool named = show && show->kind == DOC_LIST && show->items.n > 0 &&
	             !(show->items.items[0]->kind == DOC_SCALAR &&
	               strcmp(show->items.items[0]->text, "all_legend_items") == 0);
	for (size_t i = 0; named && i < show->items.n; i++)
		choose_row(pond, show->items.items[i], &rows);
	for (size_t i = 0; !named && i < LENGTH(all); i++) {
		if (program_has(&pond->program, all[i]))
			vec_push(pond->arena, &rows, result_find(pond, all[i]));
	}
	if (rows.n == 0)
		step_note(pond, step->place, NOTE_LOST, "there is nothing for %s to show",
		          step->name);
	return rows;
}

/* The side of all of them, or this one where they are mixed. */
static enum side side_of(struct pond *pond, const struct rows *rows, enum side mixed)
{
	enum side side = program_side(&pond->program, rows->items[0]->key);

	for (size_t i = 1; i < rows->n; i++) {
		if (program_side(&pond->program, rows->items[i]->key) != side)
			return mixed;
	}
	return side;
}

/* What a field of a record is: of a list, a part of each item. */
static const char *field_of(struct pond *pond, const struct result_row *row, enum side side)
{
	struct program *program = &pond->program;

	if (!*row->item)
		return program_term(program, row->key, side);
	const char *list = program_read(program, row->key, side);
	return strcmp(row->item, "it") == 0
	               ? list
	               : arena_printf(pond->arena, "%s select %s", list, row->item);
}

struct record {
	struct buf text;
	size_t n;
};

static void add_field(struct record *record, const char *name, const char *text)
{
	buf_printf(&record->text, "%s%s: %s", record->n++ ? ",\n" : "", name, text);
}

/* Long ones have a line for each field. */
static const char *end_record(struct pond *pond, struct record *record, const char *base)
{
	bool is_long = record->text.length > 70;
	const char *name = program_name(&pond->program, base);

	for (char *c = record->text.text; !is_long && *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	program_add(&pond->program, name, is_long ? "{\n%s,\n}" : "{ %s }", record->text.text);
	buf_finish(&record->text);
	return name;
}

/* A record of what is of the other side, or NULL. */
static const char *sample_others(struct pond *pond, const struct rows *rows, enum side side)
{
	struct record other = {0};

	buf_init(&other.text);
	for (size_t i = 0; i < rows->n; i++) {
		const struct result_row *row = rows->items[i];
		enum side its = program_side(&pond->program, row->key);
		if (its != side)
			add_field(&other, row->name, field_of(pond, row, its));
	}
	if (other.n)
		return end_record(pond, &other, "others");
	buf_finish(&other.text);
	return NULL;
}

/* A record with these fields, as a stream. What is of the other side is sampled together. */
static const char *add_record(struct pond *pond, const char *base, const struct rows *rows,
                              enum side side)
{
	struct program *program = &pond->program;
	struct record record = {0};
	const char *sampled = sample_others(pond, rows, side);

	buf_init(&record.text);
	if (sampled)
		vec_push(pond->arena, &program->reads, program->statements.n - 1);
	for (size_t i = 0; i < rows->n; i++) {
		const struct result_row *row = rows->items[i];
		add_field(&record, row->name,
		          program_side(program, row->key) == side
		                  ? field_of(pond, row, side)
		                  : arena_printf(pond->arena, "(sample %s).%s ?? %s", sampled,
		                                 row->name, row->otherwise));
	}
	return end_record(pond, &record, base);
}

bool make_legend(struct pond *pond, struct step *step)
{
	struct program *program = &pond->program;
	const struct doc *position = step_param(step, "position");
	struct rows rows = rows_of_legend(pond, step);

	if (rows.n == 0)
		return false;
	enum side side = side_of(pond, &rows, SIDE_FRAME);
	const char *values = add_record(pond, "values", &rows, side);
	size_t made = program->statements.n - 1;
	bool top = position && position->kind == DOC_SCALAR && strcmp(position->text, "top") == 0;
	const char *img = program_read(program, "img", SIDE_FRAME);
	vec_push(pond->arena, &program->reads, made);
	step_add(pond, step,
	         arena_printf(pond->arena, "draw.legend(%s, %s%s%s%s)", img,
	                      side == SIDE_FRAME ? "" : "sample ", values,
	                      top ? "" : ", corner: bottom_left", step_params(pond, step)));
	return true;
}

/* ---- What leaves ---- */

static const char *text_param(struct pond *pond, const struct step *step, const char *name,
                              const char *otherwise)
{
	const struct doc *doc = step_param(step, name);

	if (!doc)
		return otherwise;
	if (doc->kind == DOC_SCALAR && *doc->text)
		return doc_is_placeholder(doc->text) ? otherwise : doc->text;
	step_note(pond, doc, NOTE_LOST, "'%s' must be a text", name);
	return otherwise;
}

bool make_screen(struct pond *pond, struct step *step)
{
	pond->program.is_shown = true;
	return make_plain(pond, step);
}

/* A name that no other output of the program has. */
static const char *claim_path(struct pond *pond, const char *folder, const char *stem,
                              const char *ending)
{
	const char *slash = *folder && !text_ends_with(folder, "/") ? "/" : "";
	const char *path = arena_printf(pond->arena, "%s%s%s%s", folder, slash, stem, ending);

	for (int i = 2; map_get(&pond->paths, path); i++)
		path = arena_printf(pond->arena, "%s%s%s_%d%s", folder, slash, stem, i, ending);
	map_put(pond->arena, &pond->paths, path, pond);
	return path;
}

bool make_media(struct pond *pond, struct step *step)
{
	const char *folder = text_param(pond, step, "output_dir", "");
	const char *stem = text_param(pond, step, "output_filename", pond->duck->name);

	stem = path_stem(pond->arena, path_base(stem));
	const char *path = claim_path(pond, folder, stem, ".mp4");
	step_note(pond, step->place, NOTE_TOLD,
	          strchr(path, '/') ? "the video is '%s', in a directory that must be there, and "
	                              "replaces an older one"
	                            : "the video is '%s', and replaces an older one",
	          path);
	step_add(pond, step,
	         step_expand(pond, step, step->row->text, "path",
	                     program_quoted(pond->arena, path)));
	return true;
}

/* "1s", "500ms" and so on; "" for each frame. */
static const char *interval(struct pond *pond, const struct step *step)
{
	const struct doc *doc = step_param(step, "logging_interval");
	double seconds = 1;

	if (doc && (!doc_number(doc, &seconds) || seconds < 0 || seconds > 86400)) {
		step_note(pond, doc, NOTE_LOST, "'logging_interval' is a time in seconds");
		seconds = 1;
	}
	long long ms = llround(seconds * 1000);
	if (ms == 0)
		return "";
	return ms % 1000 ? arena_printf(pond->arena, "every(%lldms) ", ms)
	                 : arena_printf(pond->arena, "every(%llds) ", ms / 1000);
}

bool make_csv(struct pond *pond, struct step *step)
{
	struct program *program = &pond->program;
	const struct doc *stats = step_param(step, "stats_to_track");
	struct rows rows = {0};

	if (stats && stats->kind != DOC_LIST)
		step_note(pond, stats, NOTE_LOST, "'stats_to_track' is a list of names");
	for (size_t i = 0; stats && stats->kind == DOC_LIST && i < stats->items.n; i++)
		choose_row(pond, stats->items.items[i], &rows);
	static const char *const usual[] = {"keypoints", "bboxes", "bbox_labels"};
	for (size_t i = 0; !stats && i < LENGTH(usual); i++) {
		const struct result_row *known = result_find(pond, usual[i]);
		if (program_has(program, known->key))
			vec_push(pond->arena, &rows, known);
	}
	if (rows.n == 0) {
		step_note(pond, step->place, NOTE_LOST, "there is nothing for %s to write",
		          step->name);
		return false;
	}
	enum side side = side_of(pond, &rows, SIDE_FOUND);
	const char *row = add_record(pond, "row", &rows, side);
	const char *path = text_param(pond, step, "file_path", "stats.csv");
	const char *folder = strchr(path, '/') ? path_directory(pond->arena, path) : "";
	path = claim_path(pond, folder, path_stem(pond->arena, path_base(path)), ".csv");
	vec_push(pond->arena, &program->reads, program->statements.n - 1);
	program_add(program, NULL, "table.csv(%s%s, path: %s, wall_clock: true)",
	            interval(pond, step), row, program_quoted(pond->arena, path));
	return true;
}
