/* The emitters on a program made by hand: what they write must please both C compilers with every
 * warning on, be the same twice, and know nothing of where it was made. Run from the top of the
 * tree, for the runtime's headers. */
#include "emit/emit.h"
#include "emit/out.h"
#include "emit/parts.h"
#include "sema/c_name.h"
#include <pkd/frame.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;
static char directory[] = "/tmp/pkd-emit-XXXXXX";

#define NO_SPAN ((struct span){0, 0, 0})

static struct size size(uint64_t value)
{
	return (struct size){.value = value};
}

static struct size variable(const char *name)
{
	return (struct size){.variable = name};
}

/* ---- Declarations ---- */

static struct unit *unit(const char *module, const char *header, const char *guard)
{
	struct unit *made = arena_new(arena, struct unit);

	*made = (struct unit){.module = module, .header = header, .guard = guard};
	made->directory = "/somewhere/else";
	made->stdlib = *module != '\0';
	return made;
}

static struct interface *node(struct unit *of, const char *name, const char *doc)
{
	struct interface *made = arena_new(arena, struct interface);

	made->name = made->kind = made->c_name = name;
	if (*of->module) {
		made->kind = arena_printf(arena, "%s.%s", of->module, name);
		made->c_name = arena_printf(arena, "%s_%s", of->module, name);
	}
	made->doc = doc;
	made->unit = of;
	vec_push(arena, &of->nodes, made);
	return made;
}

static struct record *record(struct unit *of, const char *kind, const char *c_name, const char *doc)
{
	struct record *made = arena_new(arena, struct record);

	*made = (struct record){.name = kind, .kind = kind, .c_name = c_name, .doc = doc};
	vec_push(arena, &of->records, made);
	return made;
}

static void field(struct record *of, const char *name, const struct type *type, const char *doc)
{
	vec_push(arena, &of->fields, (struct field){name, type, doc, NO_SPAN});
}

static void generic(struct interface *of, const char *name, enum generic_kind kind,
                    uint64_t initial)
{
	vec_push(arena, &of->generics,
	         (struct generic){name, NO_SPAN, kind, initial != 0, initial, false});
}

static void input(struct interface *of, const char *name, const struct type *type, bool optional)
{
	vec_push(arena, &of->inputs,
	         (struct port){.name = name, .doc = "", .type = type, .optional = optional});
}

static void output(struct interface *of, const char *name, const struct type *type, bool optional)
{
	vec_push(arena, &of->outputs,
	         (struct port){.name = name, .doc = "", .type = type, .optional = optional});
}

static struct value number(double f)
{
	return (struct value){.kind = VALUE_FLOAT, .f = f};
}

static struct value whole(int64_t i)
{
	return (struct value){.kind = VALUE_INT, .i = i};
}

static struct value text(const char *s)
{
	return (struct value){.kind = VALUE_STRING, .s = s};
}

static struct param param(const char *name, enum type_kind kind, struct value initial,
                          const char *initial_text, const char *doc)
{
	const struct type *type = type_scalar(kind);

	if (kind == TYPE_STRING)
		type = type_string(arena, size(0));
	return (struct param){.name = name,
	                      .doc = doc,
	                      .type = type,
	                      .initial = initial,
	                      .initial_text = initial_text};
}

static struct param ranged(struct param param, double min, double max)
{
	param.has_range = true;
	param.min = (struct value){.kind = VALUE_FLOAT, .f = min};
	param.max = (struct value){.kind = VALUE_FLOAT, .f = max};
	return param;
}

static const struct type *bgr24(void)
{
	return type_image(arena, size(PKD_BGR24), variable("W"), variable("H"));
}

/* The files of the program, and some of what is in them. */
struct files {
	struct unit *object, *detect, *open, *boxes, *show, *csv, *main;
	struct record *box, *found;
	struct enumeration *mode;
	struct interface *open_node, *people_node, *boxes_node, *show_node, *csv_node, *zoo;
};

static void make_types(struct files *f)
{
	const struct type *f32 = type_scalar(TYPE_F32);

	f->object = unit("detect", "detect/object.pkd.h", "PKD_DETECT_OBJECT_H");
	/* in the wrong order for C */
	f->found = record(f->object, "detect.Object", "detect_Object",
	                  "Something that was found in an image.");
	f->box = record(f->object, "detect.Box", "detect_Box", "");
	for (size_t i = 0; i < 4; i++)
		field(f->box, &"x\0y\0w\0h"[2 * i], f32, "");
	field(f->found, "box", type_record(arena, f->box), "in fractions of the frame");
	field(f->found, "label", type_string(arena, size(32)), "what it is");
	field(f->found, "score", f32, "");
	field(f->found, "id", type_scalar(TYPE_U32), "");
}

static void make_video(struct files *f)
{
	struct interface *made;

	f->open = unit("video", "video/open.pkd.h", "PKD_VIDEO_OPEN_H");
	made = f->open_node = node(f->open, "open", "Reads a video file, frame by frame.");
	generic(made, "W", GENERIC_SIZE, 1920);
	generic(made, "H", GENERIC_SIZE, 1080);
	output(made, "frame", bgr24(), false);
	vec_push(arena, &made->params,
	         param("source", TYPE_STRING, (struct value){.kind = VALUE_NONE}, NULL,
	               "a file that FFmpeg can read"));
	vec_push(arena, &made->params,
	         ranged(param("speed", TYPE_F32, number(1.0), "1.0",
	                      "1 as recorded, 2 twice as fast, 0 as fast as its readers allow"),
	                0.0, 1000.0));
	made->origin = ORIGIN_PACED;
	made->budget_ns = 2500000;

	f->show = unit("video", "video/show.pkd.h", "PKD_VIDEO_SHOW_H");
	made = f->show_node = node(f->show, "show", "");
	generic(made, "W", GENERIC_SIZE, 0);
	generic(made, "H", GENERIC_SIZE, 0);
	input(made, "frame", bgr24(), false);
	vec_push(arena, &made->params,
	         param("title", TYPE_STRING, text("pkd"), "\"pkd\"", "of the window"));
}

static void make_detect(struct files *f)
{
	struct interface *made;
	const struct type *found = type_record(arena, f->found);

	f->detect = unit("detect", "detect/people.pkd.h", "PKD_DETECT_PEOPLE_H");
	vec_push(arena, &f->detect->uses, f->object);
	made = f->people_node = node(f->detect, "people", "Finds people standing upright.");
	generic(made, "W", GENERIC_SIZE, 0);
	generic(made, "H", GENERIC_SIZE, 0);
	input(made, "frame", bgr24(), false);
	output(made, "objects", type_list(arena, found, size(64)), false);
	output(made, "spare", type_scalar(TYPE_I64), true);
	vec_push(arena, &made->params,
	         ranged(param("min_score", TYPE_F32, number(0.5), "0.5", "drop what scores less"),
	                0.0, 1.0));
	made->params.items[0].live = true;
	vec_push(arena, &made->params, param("stride", TYPE_I32, whole(8), "8", ""));

	f->boxes = unit("draw", "draw/boxes.pkd.h", "PKD_DRAW_BOXES_H");
	vec_push(arena, &f->boxes->uses, f->object);
	vec_push(arena, &f->boxes->uses, f->detect); /* has no types: not included */
	vec_push(arena, &f->boxes->uses, f->object); /* named twice: included once */
	made = f->boxes_node = node(f->boxes, "boxes", "Draws a frame.\nA label keeps its colour.");
	generic(made, "W", GENERIC_SIZE, 0);
	generic(made, "H", GENERIC_SIZE, 0);
	generic(made, "N", GENERIC_SIZE, 0);
	input(made, "frame", bgr24(), false);
	input(made, "objects", type_list(arena, found, variable("N")), true);
	output(made, "view", bgr24(), false);

	f->csv = unit("table", "table/csv.pkd.h", "PKD_TABLE_CSV_H");
	made = f->csv_node = node(f->csv, "csv", "");
	generic(made, "T", GENERIC_TYPE, 0);
	input(made, "row", type_variable(arena, "T"), true);
	input(made, "at", type_any(), true);
	vec_push(arena, &made->params,
	         param("path", TYPE_STRING, (struct value){.kind = VALUE_NONE}, NULL, ""));
}

/* A node of the main file with every kind of port and parameter. */
static void make_zoo(struct files *f)
{
	struct interface *made;
	const struct type *f32 = type_scalar(TYPE_F32), *word = type_string(arena, size(8));
	const struct type *found = type_record(arena, f->found);
	struct record *all;

	f->main = unit("", "people.pkd.h", "PKD_PEOPLE_H");
	vec_push(arena, &f->main->uses, f->object);
	f->mode = arena_new(arena, struct enumeration);
	*f->mode = (struct enumeration){.name = "Mode", .kind = "Mode", .c_name = "Mode"};
	f->mode->doc = "How hard to look. */ int injected; /* Not code.";
	vec_push(arena, &f->mode->names, "fast");
	vec_push(arena, &f->mode->names, "careful");
	vec_push(arena, &f->main->enumerations, f->mode);

	all = record(f->main, "All", "All", "");
	field(all, "flag", type_scalar(TYPE_BOOL), "");
	field(all, "mode", type_enum(arena, f->mode), "");
	field(all, "when", type_scalar(TYPE_TIME), "of the event");
	field(all, "words", type_list(arena, word, size(3)), "");
	field(all, "grid", type_array(arena, type_array(arena, f32, size(3)), size(2)), "");
	field(all, "blob", type_bytes(arena, size(5)), "");
	field(all, "icon", type_image(arena, size(PKD_GRAY8), size(4), size(4)), "");

	made = f->zoo = node(f->main, "zoo", "");
	generic(made, "F", GENERIC_FORMAT, 0);
	generic(made, "N", GENERIC_SIZE, 4);
	generic(made, "T", GENERIC_TYPE, 0);
	input(made, "row", type_variable(arena, "T"), true);
	input(made, "count", type_scalar(TYPE_I32), true);
	input(made, "mode", type_enum(arena, f->mode), false);
	input(made, "name", type_string(arena, size(16)), false);
	input(made, "blob", type_bytes(arena, variable("N")), false);
	input(made, "weights", type_array(arena, f32, variable("N")), false);
	input(made, "grid", type_array(arena, type_array(arena, f32, size(3)), size(2)), false);
	input(made, "names", type_array(arena, word, size(3)), false);
	input(made, "words", type_list(arena, word, variable("N")), false);
	input(made, "open", type_list(arena, type_variable(arena, "T"), size(4)), false);
	input(made, "one", found, false);
	input(made, "when", type_scalar(TYPE_TIME), false);
	input(made, "picture", type_image(arena, variable("F"), size(4), variable("N")), false);
	output(made, "objects", type_list(arena, found, variable("N")), true);
	output(made, "words", type_list(arena, word, variable("N")), false);
	vec_push(arena, &made->params, param("mode", TYPE_I32, (struct value){.i = 0}, NULL, ""));
	made->params.items[0].type = type_enum(arena, f->mode);
	made->params.items[0].initial =
		(struct value){.kind = VALUE_ENUM, .i = 1, .enumeration = f->mode};
	made->params.items[0].initial_text = "careful";
	vec_push(arena, &made->params,
	         param("wait", TYPE_TIME,
	               (struct value){.kind = VALUE_TIME, .i = INT64_C(50000000)}, "50ms", ""));
	vec_push(arena, &made->params, param("small", TYPE_U8, whole(7), "7", ""));
	vec_push(arena, &made->params,
	         param("on", TYPE_BOOL, (struct value){.kind = VALUE_BOOL, .i = 1}, "true", ""));
}

static struct files *make_files(void)
{
	struct files *f = arena_new(arena, struct files);

	make_types(f);
	make_video(f);
	make_detect(f);
	make_zoo(f);
	return f;
}

/* ---- The graph ---- */

static const char source_text[] =
	"use video\n"
	"pipeline people(source: string, speed: f32, stride: i32, level: u8) {\n"
	"\tcam = video.open(source, speed: speed, W: 768, H: 576)\n"
	"\tfound = detect.people(latest cam, stride: stride)\n"
	"\tview.a = draw.boxes(cam, sample found)\n"
	"\tvideo.show(latest view.a, title: \"people\")\n"
	"\ttable.csv(sample found, at: cam, path: \"people.csv\")\n"
	"\tzoo(sample row)\n"
	"}\n"
	"node near(x: i32) -> (y: i32) {\n"
	"\tstep {= *out->y = *in->x;\n"
	"\t\tself->seen += params->least; =}\n"
	"}\n";

/* Of the first place in the source where the words stand. */
static struct span at(const char *words)
{
	uint32_t start = (uint32_t)(strstr(source_text, words) - source_text);

	return (struct span){1, start, start + (uint32_t)strlen(words)};
}

static struct sources *make_sources(void)
{
	struct sources *sources = arena_new(arena, struct sources);
	struct source main = {.path = "/home/somebody/people.pkd", .text = source_text};

	sources_init(sources, arena);
	main.file = main.path;
	main.length = sizeof source_text - 1;
	vec_push(arena, &main.lines, 0);
	for (uint32_t i = 0; i < main.length; i++)
		if (source_text[i] == '\n')
			vec_push(arena, &main.lines, i + 1);
	vec_push(arena, &sources->list, main);
	return sources;
}

static const struct term *term(struct term fields)
{
	struct term *made = arena_new(arena, struct term);

	*made = fields;
	return made;
}

static const struct term *constant(enum type_kind kind, struct value value)
{
	return term((struct term){.kind = TERM_CONST, .type = type_scalar(kind), .value = value});
}

static const struct term *option(const struct graph *graph, uint32_t number)
{
	return term((struct term){
		.kind = TERM_OPTION, .type = graph->params.items[number].type, .index = number});
}

static const struct term *operation(enum ast_op op, enum type_kind kind, const struct term *left,
                                    const struct term *right)
{
	return term((struct term){.kind = TERM_BINARY,
	                          .type = type_scalar(kind),
	                          .op = op,
	                          .left = left,
	                          .right = right});
}

/* Adds a node, its streams and, alone in it, its process. */
static struct graph_node *add_node(struct graph *graph, const char *name,
                                   const struct interface *face, struct span span)
{
	struct graph_node made = {.name = name, .face = face, .at = span};
	struct graph_process process = {.name = name, .at = span, .cpu = -1, .cpu_last = -1};
	uint32_t number = (uint32_t)graph->nodes.n;

	made.n_inputs = (uint32_t)face->inputs.n;
	made.inputs = arena_alloc(arena, (face->inputs.n + 1) * sizeof *made.inputs);
	made.input_ports = arena_alloc(arena, (face->inputs.n + 1) * sizeof *made.input_ports);
	made.budget_ns = face->budget_ns;
	made.outputs = arena_alloc(arena, (face->outputs.n + 1) * sizeof *made.outputs);
	made.sizes = arena_alloc(arena, (face->generics.n + 1) * sizeof *made.sizes);
	made.types = arena_alloc(arena, (face->generics.n + 1) * sizeof *made.types);
	made.arguments = arena_alloc(arena, (face->params.n + 1) * sizeof *made.arguments);
	made.process = number;
	for (uint32_t i = 0; i < face->inputs.n; i++) {
		made.inputs[i] = NO_ID;
		made.input_ports[i] = i;
	}
	for (size_t i = 0; i < face->outputs.n; i++) {
		const struct port *port = &face->outputs.items[i];
		struct graph_stream stream = {.node = number, .output = (uint32_t)i};
		stream.name = arena_printf(arena, "%s.%s", name, port->name);
		stream.type = port->type;
		if (port->type->kind == TYPE_IMAGE)
			stream.type = type_image(arena, size(PKD_BGR24), size(768), size(576));
		stream.optional = port->optional;
		made.outputs[i] = (uint32_t)graph->streams.n;
		vec_push(arena, &graph->streams, stream);
	}
	vec_push(arena, &process.nodes, number);
	vec_push(arena, &graph->processes, process);
	vec_push(arena, &graph->nodes, made);
	return &graph->nodes.items[number];
}

static void connect(struct graph *graph, uint32_t stream, uint32_t to, uint32_t number,
                    enum edge_policy policy, const char *words)
{
	uint32_t edge = (uint32_t)graph->edges.n;

	graph->nodes.items[to].inputs[number] = edge;
	vec_push(arena, &graph->streams.items[stream].edges, edge);
	vec_push(arena, &graph->edges,
	         (struct graph_edge){.stream = stream,
	                             .node = to,
	                             .input = number,
	                             .at = at(words),
	                             .policy = policy});
}

static void add_options(struct graph *graph)
{
	vec_push(arena, &graph->params,
	         param("source", TYPE_STRING, text("a \"quoted\" \\ file?\?/ name"), "\"…\"",
	               "the video file to read"));
	vec_push(arena, &graph->params,
	         ranged(param("speed", TYPE_F32, whole(1), "1",
	                      "1 as recorded, 0 as fast as it goes; "
	                      "what stands here is so long that it needs several lines, é"),
	                0.0, 1000.0));
	vec_push(arena, &graph->params, param("stride", TYPE_I32, whole(8), "8", ""));
	vec_push(arena, &graph->params, param("level", TYPE_U8, whole(1), "1", ""));
}

enum { CAM, FOUND, VIEW, SHOW, CSV, ZOO };
enum { CAM_FRAME, FOUND_OBJECTS, FOUND_SPARE, VIEW_VIEW, ZOO_OBJECTS, ZOO_WORDS };

static void add_nodes(struct graph *graph, const struct files *f)
{
	struct graph_node *made;

	made = add_node(graph, "cam", f->open_node, at("cam = "));
	made->sizes[0] = 768;
	made->sizes[1] = 576;
	made->arguments[0] = option(graph, 0);
	made->arguments[1] = option(graph, 1);
	made = add_node(graph, "found", f->people_node, at("found = "));
	made->sizes[0] = 768;
	made->sizes[1] = 576;
	made->arguments[1] = operation(OP_MUL, TYPE_I32, option(graph, 2),
	                               constant(TYPE_I32, whole(2)));
	made = add_node(graph, "view.a", f->boxes_node, at("view.a = "));
	made->sizes[0] = 768;
	made->sizes[1] = 576;
	made->sizes[2] = 64;
	made = add_node(graph, "show", f->show_node, at("video.show"));
	made->arguments[0] = constant(TYPE_I32, text("people"));
	made = add_node(graph, "csv", f->csv_node, at("table.csv"));
	made->types[0] = graph->streams.items[FOUND_OBJECTS].type;
	made->arguments[0] = constant(TYPE_I32, text("people.csv"));
	made = add_node(graph, "view_a", f->zoo, at("zoo("));
	made->sizes[0] = PKD_BGR24;
	made->sizes[1] = 4;
	made->types[2] = type_record(arena, f->main->records.items[0]);
	made->arguments[2] = operation(OP_ADD, TYPE_U8, option(graph, 3),
	                               constant(TYPE_U8, whole(1)));
}

static struct graph *make_graph(const struct files *f)
{
	struct graph *graph = arena_new(arena, struct graph);

	graph->arena = arena;
	graph->sources = make_sources();
	graph->name = "people";
	graph->doc = "Counts people. The screen never waits for the detector.";
	graph->source = "people.pkd";
	graph->unit = f->main;
	f->main->source = 1;
	add_options(graph);
	add_nodes(graph, f);
	connect(graph, CAM_FRAME, FOUND, 0, EDGE_LATEST, "latest cam");
	connect(graph, CAM_FRAME, VIEW, 0, EDGE_QUEUE, "cam, sample");
	connect(graph, FOUND_OBJECTS, VIEW, 1, EDGE_SAMPLE, "sample found");
	connect(graph, VIEW_VIEW, SHOW, 0, EDGE_LATEST, "latest view");
	connect(graph, FOUND_OBJECTS, CSV, 0, EDGE_SAMPLE, "sample found, at");
	connect(graph, CAM_FRAME, CSV, 1, EDGE_QUEUE, "cam, path");
	graph->edges.items[2].max_age_ns = 500000000;
	graph->processes.items[FOUND].n_restarts = 5;
	graph->processes.items[FOUND].restart_per_ns = INT64_C(10000000000);
	graph->processes.items[FOUND].end = FAILURE_ABSENT;
	return graph;
}

static struct analysis *make_analysis(const struct graph *graph)
{
	struct analysis *made = arena_new(arena, struct analysis);

	*made = (struct analysis){.graph = graph, .arena = arena};
	made->has_channel = arena_alloc(arena, graph->streams.n);
	made->privacy = arena_alloc(arena, graph->streams.n * sizeof *made->privacy);
	made->memory = arena_alloc(arena, graph->streams.n * sizeof *made->memory);
	made->window = arena_alloc(arena, graph->edges.n * sizeof *made->window);
	made->pins = arena_alloc(arena, graph->edges.n * sizeof *made->pins);
	made->window_reason = arena_alloc(arena, graph->edges.n * sizeof *made->window_reason);
	for (size_t i = 0; i < graph->edges.n; i++)
		made->window[i] = graph->edges.items[i].policy == EDGE_QUEUE ? 2 : 1;
	for (size_t i = 0; i < graph->edges.n; i++)
		made->pins[i] = graph->edges.items[i].policy != EDGE_QUEUE;
	made->window_reason[1] = "one in hand and one waiting, for nothing else was written";
	for (size_t i = 0; i < graph->streams.n; i++) {
		struct layout layout = {4, 4};
		if (!graph->streams.items[i].edges.n)
			continue;
		made->has_channel[i] = true;
		type_layout(graph->streams.items[i].type, &layout);
		made->memory[i] = (struct stream_memory){
			.ring_size = 2, .n_pins = 2, .n_loans = 1, .n_slots = 5};
		made->memory[i].value_size = (uint32_t)layout.size;
		made->memory[i].slot_size = (uint32_t)((layout.size + 64 + 4095) / 4096 * 4096);
		made->memory[i].bytes = 5ull * made->memory[i].slot_size;
		made->memory_total += made->memory[i].bytes;
	}
	return made;
}

/* ---- The tests ---- */

static const char *program_text(void)
{
	struct buf out;
	const char *copy;

	buf_init(&out);
	emit_program(make_analysis(make_graph(make_files())), &out);
	copy = arena_strndup(arena, out.text, out.length);
	buf_finish(&out);
	return copy;
}

static const char *header_text(const struct unit *of)
{
	struct buf out;
	const char *copy;

	buf_init(&out);
	emit_header(of, &out);
	copy = arena_strndup(arena, out.text, out.length);
	buf_finish(&out);
	return copy;
}

static void save(const char *name, const char *content)
{
	FILE *file = fopen(arena_printf(arena, "%s/%s", directory, name), "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* All headers, and the program; all.c and all.cc include every header twice. */
static void save_all(void)
{
	struct files *f = make_files();
	struct unit *units[] = {f->object, f->detect, f->open, f->show, f->boxes, f->csv, f->main};
	const char *all = "";

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		save(units[i]->header, header_text(units[i]));
		all = arena_printf(arena, "%s#include \"%s\"\n#include \"%s\"\n", all,
		                   units[i]->header, units[i]->header);
	}
	save("all.c", all);
	save("all.cc", all);
	save("people.c", program_text());
}

/* Skips a compiler that is not there. */
static void compiles(const char *compiler, const char *flags, const char *file)
{
	if (system(arena_printf(arena, "command -v %s >/dev/null", compiler)) != 0)
		return;
	assert_int_equal(system(arena_printf(arena,
	                                     "%s %s -Wall -Wextra -Wpedantic -Wconversion -Wshadow "
	                                     "-Werror -fsyntax-only -Iruntime/include -I%s %s/%s",
	                                     compiler, flags, directory, directory, file)),
	                 0);
}

static void both_c_compilers_accept_the_program(void **state)
{
	const char *flags = "-std=gnu11 -Wmissing-prototypes -Wswitch-enum";

	(void)state;
	save_all();
	compiles("gcc", flags, "people.c");
	compiles("clang", flags, "people.c");
}

static void headers_are_c_and_cpp(void **state)
{
	(void)state;
	save_all();
	compiles("gcc", "-std=c11", "all.c");
	compiles("clang", "-std=c11", "all.c");
	compiles("g++", "-std=c++17", "all.cc");
	compiles("clang++", "-std=c++17", "all.cc");
}

/* No options, no stream that is read, nothing to bind. */
static void the_smallest_program_compiles(void **state)
{
	struct unit *main = unit("", "tick.pkd.h", "PKD_TICK_H");
	struct interface *tick = node(main, "tick", "");
	struct graph graph = {.arena = arena, .sources = make_sources(), .unit = main};
	struct buf out;

	(void)state;
	output(tick, "beat", type_scalar(TYPE_U64), false);
	tick->origin = ORIGIN_LIVE;
	graph.name = "tick";
	graph.doc = "";
	graph.source = "tick.pkd";
	add_node(&graph, "tick", tick, at("cam"));
	buf_init(&out);
	emit_program(make_analysis(&graph), &out);
	save("tick.pkd.h", header_text(main));
	save("tick.c", out.text);
	buf_finish(&out);
	compiles("gcc", "-std=gnu11 -Wmissing-prototypes", "tick.c");
	compiles("clang", "-std=gnu11 -Wmissing-prototypes", "tick.c");
}

/* A program of one node whose step is C in the .pkd file, into near.c; its text. */
static const char *save_step(const char *step, const char **ret_program)
{
	struct unit *main = unit("", "near.pkd.h", "PKD_NEAR_H");
	struct interface *near = node(main, "near", "");
	struct graph graph = {.arena = arena, .sources = make_sources(), .unit = main};
	struct buf out;

	input(near, "x", type_scalar(TYPE_I32), true);
	input(near, "all", type_array(arena, bgr24(), variable("K")), true);
	generic(near, "K", GENERIC_SIZE, 2);
	generic(near, "W", GENERIC_SIZE, 2);
	generic(near, "H", GENERIC_SIZE, 2);
	output(near, "y", type_scalar(TYPE_I32), false);
	vec_push(arena, &near->params, param("least", TYPE_I32, whole(3), "3", ""));
	vec_push(arena, &near->state,
	         (struct state_field){"seen", "so far", NO_SPAN, type_scalar(TYPE_I32)});
	vec_push(arena, &near->persistent,
	         (struct state_field){"total", "of all", NO_SPAN, type_scalar(TYPE_TIME)});
	near->span = at("near(x");
	near->step = (struct c_block){step, at("{= *out")};
	main->source = 1;
	graph.name = "near";
	graph.doc = "";
	graph.source = "near.pkd";
	graph.spin_ns = 20000;
	add_node(&graph, "near", near, at("near(x"));
	buf_init(&out);
	const struct analysis *analysis = make_analysis(&graph);
	emit_program(analysis, &out);
	save("near.pkd.h", header_text(main));
	save("near.c", out.text);
	*ret_program = arena_strndup(arena, out.text, out.length);
	out.length = 0;
	assert_true(emit_steps(analysis, main, NULL, &out));
	save("near.pkd.c", out.text);
	const char *text = arena_strndup(arena, out.text, out.length);
	buf_finish(&out);
	return text;
}

/* They are looked up by halves. */
static void the_words_of_c_are_in_order(void **state)
{
	static const char *const words[] = {
#define WORD(text) text,
#include "sema/c_name.def"
#undef WORD
	};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		assert_true(c_name_is_taken(words[i]));
		assert_true(i == 0 || strcmp(words[i - 1], words[i]) < 0);
		assert_false(c_name_is_taken(c_member(arena, words[i])));
	}
	assert_string_equal(c_member(arena, "int"), "int_");
	assert_string_equal(c_member(arena, "tm"), "tm");
	assert_string_equal(c_name_of_tag(arena, "tm"), "tm_");
}

static void what_the_headers_declare_is_in_order(void **state)
{
	static const char *const names[] = {
#define DECLARED(text) text,
#include "sema/c_declared.def"
#undef DECLARED
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
		assert_string_not_equal(c_constant(arena, names[i]), names[i]);
		assert_string_equal(c_member(arena, names[i]), names[i]);
	}
	assert_string_equal(c_constant(arena, "NULL"), "NULL_");
	assert_string_equal(c_constant(arena, "level_low"), "level_low");
}

static void a_step_of_the_pkd_file_has_a_file_of_its_own(void **state)
{
	const char *program, *steps;

	steps = save_step(" *out->y = *in->x;\n\t\tself->seen += params->least; ", &program);

	(void)state;
	compiles("gcc", "-std=gnu11 -Wmissing-prototypes", "near.c");
	compiles("clang", "-std=gnu11 -Wmissing-prototypes", "near.c");
	compiles("gcc", "-std=gnu11 -Wmissing-prototypes", "near.pkd.c");
	compiles("clang", "-std=gnu11 -Wmissing-prototypes", "near.pkd.c");
	assert_non_null(strstr(steps, "#line 11 \"near.pkd\"\n\t        *out->y = *in->x;\n"
	                              "\t\tself->seen += params->least;\n#line "));
	assert_non_null(strstr(program, "extern const struct pkd_methods near_methods"));
	assert_non_null(strstr(program, ".state_size = sizeof(struct near_state),"));
	assert_non_null(strstr(program, ".spin_ns = 20000, /* 20 us */"));
	compiles("g++", "-std=c++17 -x c++", "near.pkd.h");
}

/* The first line of what the compiler says of a wrong word. */
static const char *complaint(const char *step)
{
	static char line[512];
	FILE *pipe;

	const char *program;

	save_step(step, &program);
	pipe = popen(arena_printf(arena,
	                          "cd %s && LC_ALL=C gcc -std=gnu11 -fsyntax-only "
	                          "-I\"$OLDPWD/runtime/include\" near.pkd.c 2>&1 | grep error",
	                          directory),
	             "r");
	assert_non_null(pipe);
	assert_non_null(fgets(line, sizeof line, pipe));
	while (fgetc(pipe) != EOF)
		continue;
	pclose(pipe);
	return line;
}

static void mistakes_in_a_step_are_at_its_lines(void **state)
{
	(void)state;
	assert_memory_equal(complaint(" *out->z = 1; "), "near.pkd:11:", 12);
	assert_non_null(strstr(complaint("\n\t\tself->nothing = 1;"), "near.pkd:12:"));
	assert_non_null(strstr(complaint("\n} int wrong = no;"), "near.pkd:12:"));
}

static void slots_say_which_values_they_take(void **state)
{
	struct graph *graph = make_graph(make_files());
	struct analysis *analysis;
	struct buf out;

	(void)state;
	graph->edges.items[0].first = -7;
	graph->edges.items[0].every_n = 3;
	graph->edges.items[0].every_from = 1;
	graph->edges.items[1].first = graph->edges.items[1].last = -1;
	graph->edges.items[1].every_ns = 1000000000;
	graph->processes.items[0].cpu = 1;
	graph->processes.items[0].cpu_last = 2;
	graph->processes.items[0].priority = 5;
	graph->processes.items[0].stall_ns = 2000000000;
	graph->nodes.items[0].budget_ns = 7000000;
	analysis = make_analysis(graph);
	analysis->pins[0] = 8;
	buf_init(&out);
	emit_program(analysis, &out);
	assert_non_null(strstr(out.text, ".n_pins = 8,\n\t\t.first = -7,\n\t\t.last = 0,\n"
	                                 "\t\t.every_n = 3,\n\t\t.every_from = 1,\n"));
	assert_non_null(strstr(out.text, ".first = -1,\n\t\t.last = -1,\n"
	                                 "\t\t.every_ns = 1000000000, /* 1 s */\n"));
	assert_non_null(strstr(out.text, ".stall_ns = 2000000000, /* 2 s */\n\t\t.cpu = 1,\n"
	                                 "\t\t.cpu_last = 2,\n\t\t.priority = 5,\n"));
	assert_non_null(strstr(out.text, ".cpu = -1,\n\t\t.cpu_last = -1,\n\t},"));
	assert_non_null(strstr(out.text, ".budget_ns = 7000000, /* 7 ms */"));
	assert_non_null(strstr(out.text, ".name = \"weights\",\n\t\t.at = \"people.pkd:8:2\",\n"
	                                 "\t\t.stream = PKD_NONE,\n\t\t.policy = PKD_SAMPLE,\n"
	                                 "\t\t.port = 5,\n\t\t.many = true,\n"));
	assert_non_null(strstr(out.text, ".n_inputs = 13,\n\t\t.n_ports = 13,\n"));
	buf_finish(&out);
}

static void an_input_of_several_values_is_an_array_of_pointers(void **state)
{
	const char *header = header_text(make_files()->main);

	(void)state;
	assert_non_null(strstr(header, "\tconst float *const *weights;"));
	assert_non_null(strstr(header, "\tconst float *const *grid;"));
	assert_non_null(strstr(header, "\tconst struct zoo_names *const *names;"));
	assert_non_null(strstr(header, "/* [f32; N]: one for each stream,"));
}

static void the_same_program_makes_the_same_bytes(void **state)
{
	(void)state;
	assert_string_equal(program_text(), program_text());
	assert_string_equal(header_text(make_files()->main), header_text(make_files()->main));
}

static void no_absolute_path_is_written(void **state)
{
	const char *program = program_text();

	(void)state;
	assert_null(strstr(program, "/home"));
	assert_null(strstr(program, "/somewhere"));
	assert_non_null(strstr(program, ".at = \"people.pkd:3:2\""));
	assert_null(strstr(header_text(make_files()->main), "/somewhere"));
}

static void lines_end_within_the_margin(void **state)
{
	const char *program = program_text();
	size_t column = 0;

	(void)state;
	for (const char *c = program; *c; c++) {
		column = *c == '\n'   ? 0
		         : *c == '\t' ? (column / 8 + 1) * 8
		                      : column + ((*c & 0xc0) != 0x80);
		assert_true(column <= OUT_WIDTH);
		assert_false((*c == ' ' || *c == '\t') && c[1] == '\n');
	}
}

static void arguments_override_defaults(void **state)
{
	const char *program = program_text();

	(void)state;
	assert_non_null(strstr(program, ".source = options.source,"));
	assert_non_null(strstr(program, "__builtin_mul_overflow(options.stride, 2, &t1)"));
	assert_non_null(strstr(program, ".min_score = 0.5f,"));
	assert_non_null(strstr(program, "__builtin_add_overflow(options.level, 1, &t2)"));
	assert_non_null(strstr(program, ".mode = Mode_careful,"));
	assert_non_null(strstr(program, ".wait = 50000000,"));
	assert_non_null(strstr(program, ".F = PKD_BGR24,"));
	assert_non_null(strstr(program, ".T = &type_list_detect_Object_64"));
}

static void outputs_that_nobody_reads_have_no_stream(void **state)
{
	const char *program = program_text();

	(void)state;
	assert_non_null(strstr(program, ".name = \"spare\", .stream = PKD_NONE"));
	assert_null(strstr(program, "STREAM_found_spare"));
}

static void names_that_would_meet_in_c_are_kept_apart(void **state)
{
	const char *program = program_text();

	(void)state;
	assert_non_null(strstr(program, "\tNODE_view_a,\n"));
	assert_non_null(strstr(program, "\tNODE_view_a_2,\n"));
}

static void only_optional_outputs_can_be_made_absent(void **state)
{
	const char *header = header_text(make_files()->main);

	(void)state;
	assert_non_null(strstr(header, "void zoo_absent_objects(struct pkd_ctx *ctx)"));
	assert_null(strstr(header, "zoo_absent_words"));
}

static void a_header_includes_the_types_it_uses_once(void **state)
{
	const char *header = header_text(make_files()->boxes);
	const char *first = strstr(header, "#include <detect/object.pkd.h>\n");

	(void)state;
	assert_non_null(first);
	assert_null(strstr(first + 1, "#include <detect/object.pkd.h>\n"));
	assert_null(strstr(header, "detect/people.pkd.h"));
}

static void floats_are_short_and_read_back(void **state)
{
	(void)state;
	assert_string_equal(out_float(arena, 0.5, true), "0.5f");
	assert_string_equal(out_float(arena, 0.1f, true), "0.1f");
	assert_string_equal(out_float(arena, 1, false), "1.0");
	assert_string_equal(out_float(arena, 1000, false), "1000.0");
	assert_string_equal(out_float(arena, 1e30, false), "1.0e+30");
	assert_string_equal(out_float(arena, -2.5e-8, true), "-2.5e-08f");
	assert_string_equal(out_float(arena, 1.0 / 3, false), "0.3333333333333333");
}

static void literals_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(out_quote(arena, "a\"b\\c\n\t\1z", 0), "\"a\\\"b\\\\c\\n\\t\\001z\"");
	assert_string_equal(out_quote(arena, "what?\?/ é", 0), "\"what?\\?/ é\"");
	assert_string_equal(out_quote(arena, "", 0), "\"\"");
	assert_string_equal(out_quote(arena, NULL, 0), "NULL");
}

static int setup(void **state)
{
	static const char *const modules[] = {"detect", "video", "draw", "table"};

	(void)state;
	arena = arena_create();
	if (!mkdtemp(directory))
		return -1;
	for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
		if (mkdir(arena_printf(arena, "%s/%s", directory, modules[i]), 0777) < 0)
			return -1;
	return 0;
}

static int teardown(void **state)
{
	int status = system(arena_printf(arena, "rm -rf %s", directory));

	(void)state;
	arena_destroy(arena);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_c_compilers_accept_the_program),
		cmocka_unit_test(headers_are_c_and_cpp),
		cmocka_unit_test(the_smallest_program_compiles),
		cmocka_unit_test(a_step_of_the_pkd_file_has_a_file_of_its_own),
		cmocka_unit_test(the_words_of_c_are_in_order),
		cmocka_unit_test(what_the_headers_declare_is_in_order),
		cmocka_unit_test(mistakes_in_a_step_are_at_its_lines),
		cmocka_unit_test(slots_say_which_values_they_take),
		cmocka_unit_test(an_input_of_several_values_is_an_array_of_pointers),
		cmocka_unit_test(the_same_program_makes_the_same_bytes),
		cmocka_unit_test(no_absolute_path_is_written),
		cmocka_unit_test(lines_end_within_the_margin),
		cmocka_unit_test(arguments_override_defaults),
		cmocka_unit_test(outputs_that_nobody_reads_have_no_stream),
		cmocka_unit_test(names_that_would_meet_in_c_are_kept_apart),
		cmocka_unit_test(only_optional_outputs_can_be_made_absent),
		cmocka_unit_test(a_header_includes_the_types_it_uses_once),
		cmocka_unit_test(floats_are_short_and_read_back),
		cmocka_unit_test(literals_are_escaped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
