/* The pipeline of a YAML file, its nodes one by one, by the rows of peekingduck.def. */
#include "import/peekingduck.h"
#include "base/file.h"
#include "base/text.h"
#include "import/step.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX 200

static const struct node_row nodes[] = {
#define NODE(name, maker, side, needs, gives, text) \
	{name, make_##maker, SIDE_##side, needs, gives, text},
#include "import/peekingduck.def"
};

static const struct param_row params[] = {
#define PARAM(node, name, kind, low, high, scale, otherwise, text) \
	{node, name, PARAM_##kind, low, high, scale, otherwise, text},
#include "import/peekingduck.def"
};

static const struct {
	const char *node;
	enum note_kind kind;
	const char *text;
} remarks[] = {
#define LOST_NODE(name, why) {name, NOTE_LOST, why},
#define TOLD_NODE(name, what) {name, NOTE_TOLD, what},
#include "import/peekingduck.def"
};

static const struct result_row results[] = {
#define RESULT(name, key, item, otherwise) {name, key, item, otherwise},
#include "import/peekingduck.def"
};

void step_note(struct pond *pond, const struct doc *place, enum note_kind kind, const char *format,
               ...)
{
	va_list args;

	va_start(args, format);
	const char *text = arena_vprintf(pond->arena, format, args);
	va_end(args);
	note_add(pond->duck->notes, place->line, place->column, kind, "%s", text);
}

bool step_is(const struct step *step, const char *name)
{
	return strcmp(step->name, name) == 0;
}

/* "<path/to/a video>": the reader is to say it. */
bool doc_is_placeholder(const char *text)
{
	size_t n = strlen(text);

	return n >= 2 && text[0] == '<' && text[n - 1] == '>';
}

/* ---- Parameters ---- */

const struct doc *step_param(const struct step *step, const char *name)
{
	const struct doc *value = doc_get(step->params, name);

	return value && !doc_is_null(value) ? value : NULL;
}

static const struct param_row *find_param(const char *node, const char *name)
{
	for (size_t i = 0; i < LENGTH(params); i++) {
		if (strcmp(params[i].node, node) == 0 && strcmp(params[i].name, name) == 0)
			return &params[i];
	}
	return NULL;
}

bool step_is_of_configuration(const char *name)
{
	return strcmp(name, "input") == 0 || strcmp(name, "output") == 0 ||
	       strcmp(name, "optional_inputs") == 0;
}

static void complain_of_param(struct pond *pond, const struct step *step, const struct doc *key)
{
	VEC(const char *) names = {0};

	if (step_is_of_configuration(key->text))
		return;
	for (size_t i = 0; i < LENGTH(params); i++) {
		if (strcmp(params[i].node, step->name) == 0)
			vec_push(pond->arena, &names, params[i].name);
	}
	const char *near = text_nearest(key->text, names.items, names.n);
	if (near)
		step_note(pond, key, NOTE_LOST, "%s has no parameter '%s'; did you mean '%s'?",
		          step->name, key->text, near);
	else
		step_note(pond, key, NOTE_LOST, "%s has no parameter '%s'", step->name, key->text);
}

/* Parameters that mean nothing here, or whose effect is lost. */
static void look_at_params(struct pond *pond, const struct step *step)
{
	for (size_t i = 0; step->params && i < step->params->items.n; i += 2) {
		const struct doc *key = step->params->items.items[i];
		const struct doc *value = step->params->items.items[i + 1];
		const struct param_row *row = find_param(step->name, key->text);
		bool truth = true;

		if (!row) {
			complain_of_param(pond, step, key);
			continue;
		}
		if (doc_is_null(value) || row->kind < PARAM_TOLD)
			continue;
		doc_bool(value, &truth);
		if (truth)
			step_note(pond, key, row->kind == PARAM_LOST ? NOTE_LOST : NOTE_TOLD,
			          "'%s' does not come over: %s", key->text, row->text);
	}
}

/* "name: value", or NULL after a note. */
static const char *convert(struct pond *pond, const struct param_row *row, const struct doc *value)
{
	struct arena *arena = pond->arena;
	double number;
	bool truth;

	switch (row->kind) {
	case PARAM_FRACTION:
	case PARAM_WHOLE:
		if (!doc_number(value, &number)) {
			step_note(pond, value, NOTE_LOST, "'%s' must be a number", row->name);
			return NULL;
		}
		number *= row->scale;
		if (number < row->low || number > row->high) {
			step_note(pond, value, NOTE_LOST,
			          "'%s' is out of the range of `%s` here, which goes from %g to %g",
			          row->name, row->text, row->low, row->high);
			return NULL;
		}
		if (row->kind == PARAM_WHOLE)
			return arena_printf(arena, "%s: %.0f", row->text, round(number));
		return arena_printf(arena, "%s: %s", row->text, program_fraction(arena, number));
	case PARAM_TEXT:
		if (value->kind != DOC_SCALAR) {
			step_note(pond, value, NOTE_LOST, "'%s' must be a text", row->name);
			return NULL;
		}
		if (row->high > 0 && (double)strlen(value->text) > row->high) {
			step_note(pond, value, NOTE_LOST, "'%s' is longer than %g bytes", row->name,
			          row->high);
			return NULL;
		}
		return arena_printf(arena, "%s: %s", row->text, program_quoted(arena, value->text));
	case PARAM_TRUTH:
		if (doc_bool(value, &truth))
			return arena_printf(arena, "%s: %s", row->text, truth ? "true" : "false");
		step_note(pond, value, NOTE_LOST, "'%s' must be True or False", row->name);
		return NULL;
	case PARAM_OWN:
	case PARAM_TOLD:
	case PARAM_LOST:
		break;
	}
	return NULL;
}

const char *step_params(struct pond *pond, const struct step *step)
{
	struct map done = {0};
	struct buf out;

	buf_init(&out);
	for (size_t i = 0; i < LENGTH(params); i++) {
		const struct param_row *row = &params[i];
		if (strcmp(row->node, step->name) != 0 || row->kind >= PARAM_OWN)
			continue;
		const struct doc *value = step_param(step, row->name);
		const char *text = value ? convert(pond, row, value) : NULL;
		/* Older and newer names of one parameter: the first counts. */
		if (!text && *row->otherwise && !map_get(&done, row->text))
			text = row->otherwise;
		if (!text || map_get(&done, row->text))
			continue;
		map_put(pond->arena, &done, row->text, &done);
		buf_printf(&out, ", %s", text);
	}
	const char *copy = arena_strndup(pond->arena, out.text, out.length);
	buf_finish(&out);
	return copy;
}

/* ---- Statements ---- */

static size_t name_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

const char *step_expand(struct pond *pond, const struct step *step, const char *text,
                        const char *extra_name, const char *extra)
{
	struct program *program = &pond->program;
	struct buf out;

	buf_init(&out);
	while (*text) {
		if (*text != '$') {
			buf_putc(&out, *text++);
			continue;
		}
		size_t n = name_length(++text);
		const char *name = arena_strndup(pond->arena, text, n);
		text += n;
		if (extra && strcmp(name, extra_name) == 0)
			buf_puts(&out, extra);
		else if (strcmp(name, "params") == 0)
			buf_puts(&out, step_params(pond, step));
		else if (strcmp(name, "zones") == 0)
			buf_puts(&out, pond->zones);
		else
			buf_puts(&out, program_read(program, name, step->row->side));
	}
	const char *copy = arena_strndup(pond->arena, out.text, out.length);
	buf_finish(&out);
	return copy;
}

/* "key:stream.port …": what each key stands for, once the stream has its name. */
static void give(struct pond *pond, const struct step *step, const char *name)
{
	const char *at = step->row->gives;

	while (*at) {
		size_t n = strcspn(at, " ");
		const char *colon = strchr(at, ':');
		const char *port = memchr(at, '.', n);
		const char *key = arena_strndup(pond->arena, at, (size_t)(colon - at));
		const char *stream = name;

		if (port)
			stream = arena_printf(pond->arena, "%s%.*s", name,
			                      (int)(n - (size_t)(port - at)), port);
		program_set(&pond->program, key, step->row->side,
		            strcmp(key, "fps") == 0 ? "0.0" : NULL, stream);
		at += n + strspn(at + n, " ");
	}
}

const char *step_add(struct pond *pond, const struct step *step, const char *text)
{
	const char *gives = step->row->gives, *name = NULL;

	if (*gives) {
		const char *base = strchr(gives, ':') + 1;
		name = program_name(&pond->program,
		                    arena_strndup(pond->arena, base, name_length(base)));
	}
	program_add(&pond->program, name, "%s", text);
	if (name)
		give(pond, step, name);
	return name;
}

bool make_plain(struct pond *pond, struct step *step)
{
	step_add(pond, step, step_expand(pond, step, step->row->text, NULL, NULL));
	return true;
}

bool make_none(struct pond *pond, struct step *step)
{
	(void)pond, (void)step;
	return false; /* a remark of the table says why */
}

/* ---- Results ---- */

/* obj_attrs["ids"] is ids, and so is obj_attrs['ids']; of several the last. */
const char *result_name(struct arena *arena, const char *text, size_t n)
{
	const char *bracket = memchr(text, '[', n);

	if (!bracket)
		return arena_strndup(arena, text, n);
	for (const char *c = text + n; c-- > bracket;) {
		if (*c == '[')
			bracket = c;
		if (bracket == c)
			break;
	}
	const char *begin = bracket + 1 + strspn(bracket + 1, " \"'");
	size_t length = strcspn(begin, " \"']");
	if (begin + length > text + n)
		length = 0;
	return arena_strndup(arena, begin, length);
}

const struct result_row *result_find(struct pond *pond, const char *name)
{
	for (size_t i = 0; i < LENGTH(results); i++) {
		if (strcmp(results[i].name, name) == 0)
			return &results[i];
	}
	if (!program_has(&pond->program, name))
		return NULL;
	/* What a custom node gives is a number. */
	struct result_row *row = arena_new(pond->arena, struct result_row);
	*row = (struct result_row){name, name, "", "0.0"};
	return row;
}

void result_complain(struct pond *pond, const struct doc *place, const char *name)
{
	const char *names[LENGTH(results)];
	size_t n = 0;

	for (; n < LENGTH(results); n++)
		names[n] = results[n].name;
	const char *near = text_nearest(name, names, n);
	if (near && strcmp(near, name) != 0)
		step_note(pond, place, NOTE_LOST, "nothing gives '%s'; did you mean '%s'?", name,
		          near);
	else
		step_note(pond, place, NOTE_LOST, "no node before this one gives '%s'", name);
}

/* ---- The steps of the file ---- */

static const struct node_row *find_node(const char *name)
{
	for (size_t i = 0; i < LENGTH(nodes); i++) {
		if (strcmp(nodes[i].name, name) == 0)
			return &nodes[i];
	}
	return NULL;
}

/* The name is copied into comments of the program and of its C, which nothing in it may end; and
 * its parts into paths. */
static bool is_plain(const char *name)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;
		if (c < 0x80 && !isalnum(c) && !strchr("_-. ", c))
			return false;
	}
	return true;
}

/* "custom.dabble.wave", later "custom_nodes.dabble.wave", or another folder of the user's. */
static bool is_custom(const char *name)
{
	static const char *const types[] = {"input",  "augment", "model",
	                                    "dabble", "draw",    "output"};
	const char *first = strchr(name, '.'), *second = first ? strchr(first + 1, '.') : NULL;

	if (!second || first == name || !second[1] || strchr(second + 1, '.') || !is_plain(name))
		return false;
	size_t n = (size_t)(second - first - 1);
	for (size_t i = 0; i < LENGTH(types); i++) {
		if (strlen(types[i]) == n && memcmp(types[i], first + 1, n) == 0)
			return true;
	}
	return false;
}

static void complain_of_node(struct pond *pond, const struct step *step)
{
	const char *names[LENGTH(nodes)];
	size_t n = 0;

	for (; n < LENGTH(nodes); n++)
		names[n] = nodes[n].name;
	const char *near = text_nearest(step->name, names, n);
	if (near)
		step_note(pond, step->place, NOTE_LOST,
		          "PeekingDuck has no node '%s'; did you mean '%s'?", step->name, near);
	else
		step_note(pond, step->place, NOTE_LOST,
		          "no node '%s' is known; one of your own is FOLDER.TYPE.NAME", step->name);
}

static bool add_step(struct pond *pond, const struct doc *name, const struct doc *values,
                     const struct doc *item)
{
	if (pond->steps.n == STEPS_MAX) {
		step_note(pond, item, NOTE_ERROR, "there are more than %d nodes", STEPS_MAX);
		return false;
	}
	struct step step = {.name = name->text,
	                    .place = name,
	                    .row = find_node(name->text),
	                    .end_line = item->end_line};
	step.is_custom = !step.row && is_custom(name->text);
	if (values && values->kind == DOC_MAP)
		step.params = values;
	else if (values && !doc_is_null(values))
		step_note(pond, values, NOTE_LOST, "behind '%s:' stand parameters, `name: value`",
		          step.name);
	vec_push(pond->arena, &pond->steps, step);
	return true;
}

/* A common slip: the parameters are not indented below the node, and are keys beside it. */
static const struct doc *beside(struct pond *pond, const struct doc *item)
{
	struct doc *map = arena_new(pond->arena, struct doc);

	*map = *item;
	map->items.items = NULL;
	map->items.n = map->items.cap = 0;
	for (size_t i = 2; i < item->items.n; i++)
		vec_push(pond->arena, &map->items, item->items.items[i]);
	step_note(pond, item->items.items[2], NOTE_TOLD,
	          "this is not indented below '%s:'; it is taken as its parameter",
	          item->items.items[0]->text);
	return map;
}

static bool read_step(struct pond *pond, const struct doc *item)
{
	if (item->kind == DOC_SCALAR && !doc_is_null(item))
		return add_step(pond, item, NULL, item);
	if (item->kind != DOC_MAP || item->items.n == 0) {
		step_note(pond, item, NOTE_LOST,
		          "a node is `type.name`, or `type.name:` and its "
		          "parameters below it");
		return true;
	}
	const struct doc *name = item->items.items[0], *values = item->items.items[1];
	if (item->items.n > 2 && doc_is_null(values) && !strchr(item->items.items[2]->text, '.'))
		return add_step(pond, name, beside(pond, item), item);
	for (size_t i = 0; i < item->items.n; i += 2) {
		if (i == 2)
			step_note(pond, item->items.items[2], NOTE_TOLD,
			          "a second node in one item of the list; it is taken as the next");
		if (!add_step(pond, item->items.items[i], item->items.items[i + 1], item))
			return false;
	}
	return true;
}

static bool read_steps(struct pond *pond, const struct doc *root)
{
	const struct doc *list = root->kind == DOC_MAP ? doc_get(root, "nodes") : NULL;

	if (!list || list->kind != DOC_LIST || list->items.n == 0) {
		step_note(pond, list ? list : root, NOTE_ERROR,
		          "a pipeline of PeekingDuck is `nodes:` and a list of nodes");
		return false;
	}
	for (size_t i = 0; i < root->items.n; i += 2) {
		const struct doc *key = root->items.items[i];
		if (strcmp(key->text, "nodes") != 0)
			step_note(pond, key, NOTE_TOLD, "'%s' beside 'nodes' is not looked at",
			          key->text);
	}
	for (size_t i = 0; i < list->items.n; i++) {
		if (!read_step(pond, list->items.items[i]))
			return false;
	}
	return true;
}

/* ---- Which frames ---- */

/* A camera's picture is shown at once, and what was found is carried to it, where that cannot be
 * told from PeekingDuck's way by its results. Else each frame waits for what is found in it. */
static bool can_be_apart(const struct pond *pond)
{
	static const char *const together[] = {"draw.mosaic_bbox", "draw.blur_bbox",
	                                       "draw.instance_mask", "draw.group_bbox_and_tag",
	                                       "dabble.check_nearby_objs"};
	size_t n_models = 0;

	for (size_t i = 0; i < pond->steps.n; i++) {
		const struct step *step = &pond->steps.items[i];
		n_models += text_begins(step->name, "model.");
		if (step->is_custom)
			return false;
		for (size_t k = 0; k < LENGTH(together); k++) {
			if (strcmp(step->name, together[k]) == 0)
				return false;
		}
	}
	return n_models == 1;
}

/* ---- Making it ---- */

/* The step's own lines of the file, as a comment. */
static void quote(struct pond *pond, const struct step *step)
{
	const char *at = pond->duck->text, *end = at + pond->duck->length;
	unsigned line = 1;

	for (; line < step->place->line && at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	for (unsigned last = line + 30; line <= step->end_line && line < last && at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at);
		char *copy = arena_strndup(pond->arena, at, n < 200 ? n : 200);
		for (char *c = copy; *c; c++)
			*c = (unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f ? ' ' : *c;
		for (size_t k = strlen(copy); k > 0 && copy[k - 1] == ' '; k--)
			copy[k - 1] = '\0';
		if (*copy)
			program_comment(&pond->program, "  %s", copy);
		at = newline ? newline + 1 : end;
	}
}

/* What it needs and nobody has given; NULL where all is there. */
static const char *missing(struct pond *pond, const struct step *step)
{
	const char *at = step->row->needs;

	while (*at) {
		size_t n = strcspn(at, " ");
		const char *key = arena_strndup(pond->arena, at, n);
		if (!program_has(&pond->program, key))
			return key;
		at += n + strspn(at + n, " ");
	}
	return NULL;
}

static bool make_step(struct pond *pond, struct step *step)
{
	if (step->is_custom)
		return make_custom(pond, step);
	if (!step->row) {
		complain_of_node(pond, step);
		return false;
	}
	const char *key = missing(pond, step);
	if (key) {
		step_note(pond, step->place, NOTE_LOST,
		          strcmp(key, "img") == 0
		                  ? "%s needs a picture, and no source stands "
		                    "before it"
		                  : "%s needs %s, which no node before it gives here",
		          step->name, key);
		return false;
	}
	if (!step->row->make(pond, step))
		return false;
	look_at_params(pond, step);
	return true;
}

static void remark(struct pond *pond, const struct step *step, bool came)
{
	for (size_t i = 0; i < LENGTH(remarks); i++) {
		if (strcmp(remarks[i].node, step->name) != 0 ||
		    (!came && step->row->make != make_none))
			continue;
		step_note(pond, step->place, remarks[i].kind, "%s: %s", step->name,
		          remarks[i].text);
	}
}

/* What is left out of a step, as a comment of lines that are not too long. */
static void explain(struct pond *pond, const char *text)
{
	const char *start = "left out: ";

	while (*text) {
		size_t n = strlen(text);
		if (n > 84) {
			for (n = 84; n > 40 && text[n] != ' '; n--)
				;
			while (!text_is_character_start(text[n]))
				n--;
		}
		program_comment(&pond->program, "%s%.*s", start, (int)n, text);
		text += n + strspn(text + n, " ");
		start = "    ";
	}
}

static void make_all(struct pond *pond)
{
	const struct notes *notes = pond->duck->notes;

	for (pond->at = 0; pond->at < pond->steps.n; pond->at++) {
		struct step *step = &pond->steps.items[pond->at];
		size_t before = notes->list.n;
		bool came = make_step(pond, step);

		pond->program.reads.n = 0; /* of a statement that was not added after all */
		remark(pond, step, came);
		pond->duck->n_over += came;
		for (size_t i = before; i < notes->list.n; i++) {
			if (notes->list.items[i].kind == NOTE_LOST)
				explain(pond, notes->list.items[i].text);
		}
		if (!came)
			quote(pond, step);
	}
}

/* A file's name, for a comment of one line. */
static const char *in_a_line(struct arena *arena, const char *name)
{
	char *copy = arena_strdup(arena, name);

	for (char *c = copy; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return copy;
}

bool peekingduck_import(struct duck *d)
{
	struct pond pond = {.duck = d, .arena = d->arena, .large = -1};
	const struct doc *root = document_read(d->notes, d->text, d->length);

	if (!root || !read_steps(&pond, root))
		return false;
	program_init(&pond.program, d->arena);
	pond.program.is_exact = d->wants_exact || !can_be_apart(&pond);
	d->n_nodes = pond.steps.n;
	make_all(&pond);
	/* A file has one thing of a name: count.yml may use the module count. */
	if (program_is_module(d->name) || map_get(&pond.customs, d->name))
		d->name = arena_printf(d->arena, "duck_%s", d->name);
	program_print(&pond.program, d->name,
	              arena_printf(d->arena, "From %s, a pipeline of PeekingDuck.",
	                           in_a_line(d->arena, path_base(d->file))),
	              &d->out);
	program_finish(&pond.program);
	return d->notes->n_of[NOTE_ERROR] == 0;
}
