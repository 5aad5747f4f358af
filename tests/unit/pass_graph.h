/* Graphs made by hand for the tests of the passes: nodes by their ports, edges by their ends. */
#ifndef TESTS_UNIT_PASS_GRAPH_H
#define TESTS_UNIT_PASS_GRAPH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pass/private.h"
#include <pkd/frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE 10000u
#define SLOTS_TEST 64u /* of a node of the tests, at most */

static struct arena *arena;
static struct sources sources;
static struct diags diags;
static struct graph *graph;
static struct analysis *a;

static inline void make_graph(void)
{
	arena = arena_create();
	sources_init(&sources, arena);
	diags_init(&diags, arena, &sources);
	graph = arena_new(arena, struct graph);
	graph->arena = arena;
	graph->sources = &sources;
	graph->name = graph->doc = "test";
	graph->source = "test.pkd";
	a = NULL;
}

static inline void drop_graph(void)
{
	arena_destroy(arena);
	arena = NULL;
}

static inline struct interface *face_of(uint32_t node)
{
	return (struct interface *)(uintptr_t)graph->nodes.items[node].face;
}

static inline void set_type(uint32_t node, const struct type *type)
{
	struct graph_node *n = &graph->nodes.items[node];

	for (size_t i = 0; i < n->face->outputs.n; i++)
		graph->streams.items[n->outputs[i]].type = type;
}

static inline const struct type *image_type(uint64_t width, uint64_t height)
{
	return type_image(arena, (struct size){.value = PKD_BGR24}, (struct size){.value = width},
	                  (struct size){.value = height});
}

static inline struct port port_of(const char *prefix, size_t i, char kind)
{
	return (struct port){
		.name = arena_printf(arena, "%s%zu", prefix, i),
		.doc = "",
		.type = type_scalar(TYPE_U32),
		.optional = kind == '?',
	};
}

/* One character a port: '!' for T, '?' for T?. Without inputs it is a paced origin. */
static inline uint32_t add_node(const char *name, const char *inputs, const char *outputs)
{
	uint32_t n = (uint32_t)graph->nodes.n;
	struct interface *face = arena_new(arena, struct interface);
	struct graph_node node = {.name = name, .face = face};

	face->name = face->kind = face->c_name = name;
	face->doc = "";
	face->origin = *inputs ? ORIGIN_NONE : ORIGIN_PACED;
	node.inputs = arena_alloc(arena, SLOTS_TEST * sizeof *node.inputs);
	node.input_ports = arena_alloc(arena, SLOTS_TEST * sizeof *node.input_ports);
	node.outputs = arena_alloc(arena, strlen(outputs) * sizeof *node.outputs);
	for (size_t i = 0; inputs[i]; i++) {
		vec_push(arena, &face->inputs, port_of("in", i, inputs[i]));
		node.inputs[i] = NO_ID;
		node.input_ports[i] = node.n_inputs++;
	}
	for (uint32_t i = 0; outputs[i]; i++) {
		struct port port = port_of("out", i, outputs[i]);
		struct graph_stream stream = {
			.name = arena_printf(arena, "%s.%s", name, port.name),
			.node = n,
			.output = i,
			.type = port.type,
			.optional = port.optional,
		};
		vec_push(arena, &face->outputs, port);
		node.outputs[i] = (uint32_t)graph->streams.n;
		vec_push(arena, &graph->streams, stream);
	}
	struct graph_process process = {.name = name, .cpu = -1, .cpu_last = -1};
	node.process = (uint32_t)graph->processes.n;
	vec_push(arena, &process.nodes, n);
	vec_push(arena, &graph->nodes, node);
	vec_push(arena, &graph->processes, process);
	return n;
}

static inline uint32_t link_output(uint32_t from, uint32_t output, enum edge_policy policy,
                                   uint32_t count, uint32_t to, uint32_t input)
{
	uint32_t e = (uint32_t)graph->edges.n;
	struct graph_edge edge = {
		.stream = graph->nodes.items[from].outputs[output],
		.node = to,
		.input = input,
		.policy = policy,
		.count = count,
	};

	vec_push(arena, &graph->edges, edge);
	vec_push(arena, &graph->streams.items[edge.stream].edges, e);
	graph->nodes.items[to].inputs[input] = e;
	return e;
}

static inline uint32_t plain(uint32_t from, uint32_t to, uint32_t input)
{
	return link_output(from, 0, EDGE_QUEUE, 0, to, input);
}

static inline uint32_t queue(uint32_t n, uint32_t from, uint32_t to, uint32_t input)
{
	return link_output(from, 0, EDGE_QUEUE, n, to, input);
}

static inline uint32_t latest(uint32_t from, uint32_t to, uint32_t input)
{
	return link_output(from, 0, EDGE_LATEST, 0, to, input);
}

static inline uint32_t sample(uint32_t from, uint32_t to, uint32_t input)
{
	return link_output(from, 0, EDGE_SAMPLE, 0, to, input);
}

/* x[first..last] in place of x. */
static inline uint32_t look_back(uint32_t e, int32_t first, int32_t last)
{
	graph->edges.items[e].first = first;
	graph->edges.items[e].last = last;
	return e;
}

/* x[-1] */
static inline uint32_t history(uint32_t from, uint32_t to, uint32_t input)
{
	return look_back(plain(from, to, input), -1, -1);
}

static inline uint32_t every(uint32_t n, uint32_t from, uint32_t to, uint32_t input)
{
	uint32_t e = plain(from, to, input);

	graph->edges.items[e].every_n = n;
	return e;
}

static inline void set_budget(uint32_t node, int64_t ns)
{
	graph->nodes.items[node].budget_ns = ns;
}

static inline void set_rate(uint32_t node, double hz)
{
	graph->nodes.items[node].rate = hz;
}

/* Worker k of n. */
static inline uint32_t share_frames(uint32_t n, uint32_t k, uint32_t from, uint32_t to,
                                    uint32_t input)
{
	uint32_t e = every(n, from, to, input);

	graph->edges.items[e].every_from = k;
	return e;
}

/* A node that computes, and has no C. */
static inline void make_expression(uint32_t node)
{
	vec_push(arena, &face_of(node)->parts,
	         (struct part){.name = "value", .term = arena_new(arena, struct term)});
}

/* A pool of three as the compiler expands it: three of one kind, and the node that is returned,
 * which puts their frames in order. The workers come just before it. */
static inline uint32_t make_pool(uint32_t from, int64_t budget_ns)
{
	uint32_t workers[3];

	for (uint32_t k = 0; k < 3; k++) {
		workers[k] = add_node(k ? "worker" : "first", "!", "!");
		graph->nodes.items[workers[k]].face = graph->nodes.items[workers[0]].face;
		set_budget(workers[k], budget_ns);
		share_frames(3, k, from, workers[k], 0);
	}
	uint32_t order = add_node("order", "???", "!");
	face_of(workers[0])->stateless = true;
	make_expression(order);
	graph->nodes.items[order].orders = workers[0] + 1;
	for (uint32_t k = 0; k < 3; k++)
		plain(workers[k], order, k);
	return order;
}

/* Makes the last port one that takes a bank, of n slots. */
static inline void make_bank(uint32_t node, uint32_t n)
{
	struct graph_node *to = &graph->nodes.items[node];
	struct port *port = &face_of(node)->inputs.items[face_of(node)->inputs.n - 1];

	port->type = type_array(arena, port->type, (struct size){.value = n});
	for (uint32_t i = 1; i < n; i++) {
		to->inputs[to->n_inputs] = NO_ID;
		to->input_ports[to->n_inputs++] = (uint32_t)face_of(node)->inputs.n - 1;
	}
}

/* Fires on any of its inputs. */
static inline void set_any(uint32_t node)
{
	face_of(node)->fires_any = true;
	face_of(node)->origin = ORIGIN_PACED;
}

/* And makes up to so many values of one. */
static inline void set_makes(uint32_t node, uint32_t n)
{
	set_any(node);
	face_of(node)->makes = n;
}

/* Moves the node into the process of another. */
static inline void share(uint32_t node, uint32_t with)
{
	uint32_t p = graph->nodes.items[with].process, old = graph->nodes.items[node].process;

	vec_push(arena, &graph->processes.items[p].nodes, node);
	graph->nodes.items[node].process = p;
	/* the last process takes the place of the one that is empty now */
	struct graph_process moved = graph->processes.items[--graph->processes.n];
	if (old != graph->processes.n) {
		graph->processes.items[old] = moved;
		for (size_t i = 0; i < moved.nodes.n; i++)
			graph->nodes.items[moved.nodes.items[i]].process = old;
	}
}

static inline void add_assert(enum assertion_kind kind, uint32_t one, uint32_t two, uint64_t limit)
{
	vec_push(arena, &graph->asserts,
	         (struct graph_assertion){.kind = kind, .a = one, .b = two, .limit = limit});
}

static inline void run_all(void)
{
	graph_verify(graph);
	a = pass_run_all(graph, &diags);
}

/* What a function prints, in the arena. */
static inline const char *printed(void (*print)(FILE *file))
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	print(file);
	fclose(file);
	const char *copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

static inline void print_messages(FILE *file)
{
	diags_print(&diags, file, false);
}

static inline void print_graph(FILE *file)
{
	graph_print(graph, file);
}

static inline void print_tables(FILE *file)
{
	pass_print(a, file);
}

static inline void print_report(FILE *file)
{
	pass_report(a, file);
}

/* Of each test. */
static inline int setup(void **state)
{
	(void)state;
	make_graph();
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	drop_graph();
	return 0;
}

static inline void assert_says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not in:\n%s", words, text ? text : "");
}

static inline void assert_clean(void)
{
	const char *text = printed(print_messages);

	if (*text)
		fail_msg("unexpected:\n%s", text);
	for (size_t i = 0; i < PASS_N; i++)
		assert_true(a->done[i]);
}

/* One error of this code, in these words, and no other message. */
static inline void assert_only(const char *code, const char *words)
{
	const char *text = printed(print_messages);

	assert_says(text, code);
	assert_says(text, words);
	if (diags.n_errors + diags.n_warnings != 1)
		fail_msg("more than one:\n%s", text);
}

/* A number that repeats from run to run. */
static uint32_t random_state;

static inline uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % n;
}

/* Random programs of one origin, whose nodes read one to three earlier ones. */
static inline void make_random_program(uint32_t n_nodes)
{
	static const char *const inputs[] = {"", "!", "!!", "!!!"};

	add_node("n", "", "!");
	for (uint32_t n = 1; n < n_nodes; n++) {
		uint32_t n_inputs = 1 + random_below(3);
		add_node("n", inputs[n_inputs], "!");
		for (uint32_t i = 0; i < n_inputs; i++)
			plain(random_below(n), n, i);
	}
}

/* examples/people. */
enum { CAM, FOUND, VIEW, SHOW, WRITE, CSV };

static inline void make_people(void)
{
	struct record *object = arena_new(arena, struct record);

	object->name = object->kind = object->c_name = "Object";
	for (int i = 0; i < 25; i++)
		vec_push(arena, &object->fields,
		         (struct field){.name = "x", .type = type_scalar(TYPE_U32)});
	add_node("cam", "", "!");
	add_node("found", "!", "!");
	add_node("view", "!?", "!");
	add_node("show", "!", "");
	add_node("write", "!", "");
	add_node("csv", "??", "");
	set_type(CAM, image_type(768, 576));
	set_type(VIEW, image_type(768, 576));
	set_type(FOUND, type_list(arena, type_record(arena, object), (struct size){.value = 64}));
	latest(CAM, FOUND, 0);
	plain(CAM, VIEW, 0);
	sample(FOUND, VIEW, 1);
	latest(VIEW, SHOW, 0);
	plain(VIEW, WRITE, 0);
	sample(FOUND, CSV, 0);
	plain(CAM, CSV, 1);
	share(SHOW, VIEW);
	face_of(FOUND)->stateless = true;
	struct graph_process *process = &graph->processes.items[graph->nodes.items[FOUND].process];
	process->n_restarts = 5;
	process->restart_per_ns = 10000000000;
	add_assert(ASSERT_INDEPENDENT, SHOW, FOUND, 0);
	add_assert(ASSERT_MEMORY, 0, 0, 256u << 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
