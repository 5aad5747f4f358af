/* Nodes of the user's own: what they read and give by their configuration, as a declaration and a
 * stub in C. */
#include "base/file.h"
#include "base/text.h"
#include "compile.h"
#include "import/step.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define PORTS_MAX 16

/* What PeekingDuck's names are as ports; names of numbers are none of these. */
static const struct {
	const char *names[7];     /* in `input` and `output`; the first is the key of all */
	const char *port, *type;  /* as an input */
	const char *out, *result; /* as an output */
	const char *generic;
} kinds[] = {
	{{"img"}, "frame", "image<bgr24, W, H>", "view", "image<bgr24, W, H>", "W, H"},
	{{"bboxes", "bbox_labels", "bbox_scores", "obj_attrs", "obj_tags", "btm_midpoint"},
         "objects",
         "list<detect.Object, N>",
         "found",
         "list<detect.Object, 64>",
         "N"},
	{{"keypoints", "keypoint_scores", "keypoint_conns"},
         "people",
         "list<pose.Person, P>",
         "posed",
         "list<pose.Person, 16>",
         "P"},
	{{"zone_count"}, "zones", "list<count.Zone, Z>", NULL, NULL, "Z"},
	{{"obj_3D_locs"}, "places", "list<count.Place, L>", NULL, NULL, "L"},
	{{"large_groups"}, "large", "list<u32, G>", NULL, NULL, "G"},
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

struct custom_port {
	const char *key, *name, *type, *generic;
};

struct custom {
	struct pond *pond;
	struct step *step;
	const char *type;         /* "draw" */
	const char *name;         /* of the node: "draw_score" */
	const struct doc *config; /* NULL: there is none */
	VEC(struct custom_port) in, out;
	struct map names; /* of ports and parameters */
	struct buf params;
};

/* "Draw Score" is draw_score. */
static const char *word(struct arena *arena, const char *text, size_t n)
{
	char *copy = arena_strndup(arena, text, n);

	for (char *c = copy; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)*c : '_';
	return copy;
}

/* It stands in comments of the program and of its C: nothing in it ends one. */
static bool fits_comment(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	}
	return !strstr(text, "*/");
}

/* "custom_nodes.draw.score": the folder, the type and the name. */
static bool take_apart(struct custom *c, const char **ret_path)
{
	const char *text = c->step->name;

	if (!fits_comment(text))
		return false;
	const char *first = strchr(text, '.'), *second = strchr(first + 1, '.');
	struct arena *arena = c->pond->arena;
	const char *folder = arena_strndup(arena, text, (size_t)(first - text));
	const char *name = second + 1;

	c->type = arena_strndup(arena, first + 1, (size_t)(second - first - 1));
	c->name = arena_printf(arena, "%s_%s", c->type, word(arena, name, strlen(name)));
	*ret_path = path_join(arena, c->pond->duck->directory,
	                      arena_printf(arena, "%s/configs/%s/%s.yml", folder, c->type, name));
	/* Before version 1.2 the folder was src/custom_nodes. */
	const char *old =
		path_join(arena, c->pond->duck->directory,
	                  arena_printf(arena, "src/%s/configs/%s/%s.yml", folder, c->type, name));
	if (!file_exists(*ret_path) && file_exists(old))
		*ret_path = old;
	return compile_is_name(arena, c->name);
}

/* Its mistakes are those of another file, and are told as one. */
static void read_config(struct custom *c, const char *path)
{
	struct notes notes = {.arena = c->pond->arena};
	size_t length;
	char *text;

	if (!file_exists(path)) {
		step_note(c->pond, c->step->place, NOTE_TOLD,
		          "'%s' is not there: what %s reads and gives is guessed", path,
		          c->step->name);
		return;
	}
	if (file_read(c->pond->arena, path, DOCUMENT_MAX, &text, &length) == 0)
		c->config = document_read(&notes, text, length);
	if (c->config && c->config->kind == DOC_MAP)
		return;
	c->config = NULL;
	step_note(c->pond, c->step->place, NOTE_TOLD, "'%s' cannot be read as a configuration",
	          path);
}

static size_t find_kind(const char *name)
{
	for (size_t i = 0; i < N_KINDS; i++)
		for (const char *const *known = kinds[i].names; *known; known++)
			if (strcmp(*known, name) == 0)
				return i;
	return N_KINDS;
}

static const char *claim(struct custom *c, const char *base)
{
	return map_claim_name(c->pond->arena, &c->names, base);
}

static void add_input(struct custom *c, const char *name)
{
	const char *key = name;
	size_t k = find_kind(name);
	struct custom_port port = {.name = name, .type = "f64?"};

	if (k < N_KINDS) {
		key = kinds[k].names[0];
		port = (struct custom_port){
			.name = kinds[k].port, .type = kinds[k].type, .generic = kinds[k].generic};
	}
	port.key = key;
	for (size_t i = 0; i < c->in.n; i++) {
		if (strcmp(c->in.items[i].key, key) == 0)
			return;
	}
	const struct result_row *row = k < N_KINDS ? NULL : result_find(c->pond, name);
	if (!program_has(&c->pond->program, key) || (row && *row->item) || c->in.n == PORTS_MAX) {
		step_note(c->pond, c->step->place, NOTE_LOST,
		          "%s reads '%s', which no node before it gives here", c->step->name, name);
		return;
	}
	port.name = claim(c, word(c->pond->arena, port.name, strlen(port.name)));
	vec_push(c->pond->arena, &c->in, port);
}

static void add_output(struct custom *c, const char *name)
{
	size_t k = find_kind(name);
	struct custom_port port = {.key = name, .name = name, .type = "f64"};

	if (strcmp(name, "none") == 0 || strcmp(name, "pipeline_end") == 0)
		return;
	if (k < N_KINDS && !kinds[k].out) {
		step_note(c->pond, c->step->place, NOTE_LOST,
		          "%s gives '%s', which a node of C cannot here", c->step->name, name);
		return;
	}
	if (k < N_KINDS)
		port = (struct custom_port){
			.key = kinds[k].names[0], .name = kinds[k].out, .type = kinds[k].result};
	for (size_t i = 0; i < c->out.n; i++) {
		if (strcmp(c->out.items[i].key, port.key) == 0)
			return;
	}
	bool is_image = strcmp(port.key, "img") == 0;
	const char *text = word(c->pond->arena, port.name, strlen(port.name));
	if (c->out.n == PORTS_MAX || !compile_is_name(c->pond->arena, text))
		return;
	/* It has the size of the frame that it reads. */
	if (is_image && strcmp(c->type, "input") != 0 &&
	    (c->in.n == 0 || strcmp(c->in.items[0].key, "img") != 0))
		add_input(c, "img");
	port.name = claim(c, text);
	vec_push(c->pond->arena, &c->out, port);
}

typedef void add_port(struct custom *c, const char *name);

/* Of the configuration's list, or of the words that are usual for the type. */
static void add_ports(struct custom *c, const char *key, const char *usual, add_port *add)
{
	const struct doc *list = doc_get(c->step->params, key);

	if (!list)
		list = doc_get(c->config, key);
	if (list && list->kind == DOC_MAP) { /* names and their types */
		for (size_t i = 0; i < list->items.n && i < 64; i += 2)
			add(c, list->items.items[i]->text);
	} else if (list && list->kind == DOC_LIST) {
		for (size_t i = 0; i < list->items.n && i < 64; i++) {
			const struct doc *item = list->items.items[i];
			if (item->kind != DOC_SCALAR || strcmp(item->text, "none") == 0)
				continue;
			if (strcmp(item->text, "all") == 0) {
				add(c, "img");
				if (program_has(&c->pond->program, "bboxes"))
					add(c, "bboxes");
			} else {
				add(c, item->text);
			}
		}
	} else {
		while (*usual) {
			size_t n = strcspn(usual, " ");
			const char *name = arena_strndup(c->pond->arena, usual, n);
			if (add == add_output || program_has(&c->pond->program, name))
				add(c, name);
			usual += n + strspn(usual + n, " ");
		}
	}
}

static void choose_ports(struct custom *c)
{
	static const struct {
		const char *type, *in, *out;
	} usual[] = {
		{"input", "", "img"},          {"augment", "img", "img"},
		{"model", "img", "bboxes"},    {"dabble", "bboxes keypoints", ""},
		{"draw", "img bboxes", "img"}, {"output", "img bboxes", ""},
	};

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (strcmp(usual[i].type, c->type) != 0)
			continue;
		if (strcmp(c->type, "input") != 0)
			add_ports(c, "input", usual[i].in, add_input);
		add_ports(c, "output", usual[i].out, add_output);
		/* PeekingDuck's draw on the picture as it is. */
		if (strcmp(usual[i].out, "img") == 0 && (c->in.n > 0 || *usual[i].in == '\0'))
			add_output(c, "img");
	}
}

/* ---- Parameters ---- */

/* "f64 = 0.5", or its value alone; false for what is no number, boolean or text. */
static bool write_value(struct custom *c, const struct doc *doc, bool declare, struct buf *out)
{
	struct arena *arena = c->pond->arena;
	int64_t whole;
	double number;
	bool truth;

	if (doc->kind != DOC_SCALAR)
		return false;
	if (doc_bool(doc, &truth))
		buf_printf(out, "%s%s", declare ? "bool = " : "", truth ? "true" : "false");
	else if (doc_whole(doc, &whole) && whole > -INT64_MAX)
		buf_printf(out, "%s%lld", declare ? "i64 = " : "", (long long)whole);
	else if (doc_number(doc, &number) && number > -1e15 && number < 1e15)
		buf_printf(out, "%s%s", declare ? "f64 = " : "", program_fraction(arena, number));
	else
		buf_printf(out, "%s%s", declare ? "string = " : "",
		           program_quoted(arena, doc_is_null(doc) ? "" : doc->text));
	return true;
}

/* The pipeline's value of a parameter goes before that of the configuration, see add_params. */
static void add_param(struct custom *c, const struct doc *key, const struct doc *value, bool given)
{
	struct arena *arena = c->pond->arena;
	const char *name = word(arena, key->text, strlen(key->text));

	if (step_is_of_configuration(key->text))
		return;
	if (map_get(&c->names, name) || !compile_is_name(arena, name) ||
	    value->kind != DOC_SCALAR) {
		/* What the configuration alone has is in the user's other file. */
		if (given)
			step_note(c->pond, key, NOTE_LOST,
			          "'%s' cannot be a parameter here; write it into the C",
			          key->text);
		return;
	}
	buf_printf(&c->params, "    param %s: ", claim(c, name));
	write_value(c, value, true, &c->params);
	buf_putc(&c->params, '\n');
}

static void add_params(struct custom *c)
{
	const struct doc *config = c->config, *given = c->step->params;

	for (size_t i = 0; given && i < given->items.n; i += 2)
		add_param(c, given->items.items[i], given->items.items[i + 1], true);
	for (size_t i = 0; config && i < config->items.n; i += 2) {
		if (!doc_get(given, config->items.items[i]->text))
			add_param(c, config->items.items[i], config->items.items[i + 1], false);
	}
}

/* ---- The declaration, and its C ---- */

static void write_generics(struct custom *c, struct buf *out)
{
	const char *comma = "<";

	for (size_t i = 0; i < c->in.n; i++) {
		if (!c->in.items[i].generic)
			continue;
		buf_printf(out, "%s%s", comma, c->in.items[i].generic);
		comma = ", ";
	}
	if (strcmp(c->type, "input") == 0)
		buf_puts(out, "<W = 1280, H = 720");
	if (*comma == ',' || strcmp(c->type, "input") == 0)
		buf_putc(out, '>');
}

static void declare(struct custom *c)
{
	struct buf *out = &c->pond->program.head;

	buf_printf(out, "\n/// Stands for %s: its C is to be written.\nnode %s", c->step->name,
	           c->name);
	write_generics(c, out);
	buf_putc(out, '(');
	for (size_t i = 0; i < c->in.n; i++)
		buf_printf(out, "%s%s: %s", i ? ", " : "", c->in.items[i].name,
		           c->in.items[i].type);
	buf_putc(out, ')');
	for (size_t i = 0; i < c->out.n; i++)
		buf_printf(out, "%s%s: %s", i ? ", " : " -> (", c->out.items[i].name,
		           c->out.items[i].type);
	buf_puts(out, c->out.n ? ") {\n" : " {\n");
	buf_puts(out, c->params.text);
	if (strcmp(c->type, "input") == 0)
		buf_puts(out, "    origin paced\n");
	buf_printf(out, "    source \"%s.c\"\n}\n", c->name);
}

static void write_outputs(struct custom *c, struct buf *out)
{
	bool reads_image = c->in.n && strcmp(c->in.items[0].key, "img") == 0;

	for (size_t i = 0; i < c->out.n; i++) {
		const struct custom_port *port = &c->out.items[i];
		const char *name = port->name;

		if (strcmp(port->key, "img") != 0) {
			buf_printf(out,
			           "\t/* out->%s is empty until something is written there. */\n",
			           name);
		} else if (reads_image) {
			buf_printf(
				out,
				"\tconst struct pkd_image *from = in->frame;\n"
				"\tpkd_image_set(out->%s, PKD_BGR24, from->width, from->height);\n"
				"\tfor (uint32_t y = 0; y < from->height; y++)\n"
				"\t\tmemcpy(pkd_pixels(out->%s) + (size_t)y * out->%s->stride,\n"
				"\t\t       pkd_const_pixels(from) + (size_t)y * from->stride, 3 * (size_t)from->width);\n",
				name, name, name);
		} else {
			buf_printf(
				out,
				"\tpkd_image_set(out->%s, PKD_BGR24, self->params->W, self->params->H);\n"
				"\tmemset(pkd_pixels(out->%s), 0, (size_t)out->%s->stride * self->params->H);\n",
				name, name, name);
		}
	}
}

static void write_stub(struct custom *c)
{
	struct arena *arena = c->pond->arena;
	const char *n = c->name;
	struct buf out;

	buf_init(&out);
	buf_printf(
		&out,
		"/* Stands for %s of PeekingDuck: what its run() does is to be written into %s_step. */\n"
		"#include \"%s.h\"\n#include <string.h>\n\n"
		"/* What is kept from one frame to the next; all zeroes at the start. */\n"
		"struct %s {\n\tconst struct %s_params *params;\n};\n\n"
		"int %s_init(struct %s *self, const struct %s_params *params, struct pkd_ctx *ctx)\n"
		"{\n\t(void)ctx;\n\tself->params = params;\n\treturn PKD_OK;\n}\n\n"
		"int %s_step(struct %s *self, const struct %s_in *in, struct %s_out *out, "
		"struct pkd_ctx *ctx)\n{\n\t(void)self, (void)in, (void)out, (void)ctx;\n",
		c->step->name, n, c->pond->duck->header, n, n, n, n, n, n, n, n, n);
	write_outputs(c, &out);
	buf_printf(&out,
	           "\treturn %s;\n}\n\nvoid %s_finish(struct %s *self)\n{\n\t(void)self;\n}\n\n"
	           "PKD_NODE(%s);\n",
	           strcmp(c->type, "input") == 0 ? "PKD_END" : "PKD_OK", n, n, n);
	vec_push(arena, &c->pond->duck->stubs,
	         (struct stub){arena_printf(arena, "%s.c", n),
	                       arena_strndup(arena, out.text, out.length)});
	buf_finish(&out);
}

/* ---- Its use ---- */

static const char *read_port(struct custom *c, const struct custom_port *port)
{
	struct program *program = &c->pond->program;

	if (port->generic)
		return program_read(program, port->key, SIDE_FRAME);
	return program_term(program, port->key, SIDE_FRAME);
}

static void use(struct custom *c)
{
	struct program *program = &c->pond->program;
	struct buf call;
	/* No stream is called like the node. */
	const char *base = c->out.n == 1 ? c->out.items[0].name
	                                 : arena_printf(c->pond->arena, "of_%s", c->name);
	const char *name = c->out.n ? program_name(program, base) : NULL;

	buf_init(&call);
	for (size_t i = 0; i < c->in.n; i++)
		buf_printf(&call, "%s%s", i ? ", " : "", read_port(c, &c->in.items[i]));
	program_add(program, name, "%s(%s)", c->name, call.text);
	buf_finish(&call);
	for (size_t i = 0; i < c->out.n; i++) {
		const struct custom_port *port = &c->out.items[i];
		const char *text = c->out.n == 1 ? name
		                                 : arena_printf(c->pond->arena, "%s.%s", name,
		                                                port->name);
		program_set(program, port->key, SIDE_FRAME, NULL, text);
		if (strcmp(port->key, "bboxes") == 0)
			program_forget(program, "ids"), program_forget(program, "untracked");
	}
}

bool make_custom(struct pond *pond, struct step *step)
{
	struct custom c = {.pond = pond, .step = step};
	const char *path;

	if (!take_apart(&c, &path)) {
		step_note(pond, step->place, NOTE_LOST, "'%s' cannot be the name of a node",
		          step->name);
		return false;
	}
	if (map_get(&pond->customs, c.name)) {
		step_note(pond, step->place, NOTE_LOST, "%s stands here for the second time",
		          step->name);
		return false;
	}
	read_config(&c, path);
	choose_ports(&c);
	if (c.in.n == 0 && strcmp(c.type, "input") != 0) {
		step_note(pond, step->place, NOTE_LOST, "%s reads nothing that is given before it",
		          step->name);
		return false;
	}
	map_put(pond->arena, &pond->customs, c.name, step);
	buf_init(&c.params);
	add_params(&c);
	declare(&c);
	write_stub(&c);
	use(&c);
	buf_finish(&c.params);
	if (strcmp(c.type, "input") == 0)
		pond->has_source = true;
	step_note(pond, step->place, NOTE_LOST,
	          "the Python of %s does not come over: '%s.c' is a node of C to be filled in%s",
	          step->name, c.name,
	          strstr(c.name, "sql") ? "; table.sqlite may be all that it does" : "");
	return true;
}
