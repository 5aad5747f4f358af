/* The names of the program's C: what it declares in its file is claimed here, each name once,
 * beside what the headers of its nodes declare. A number stands behind one only where it is taken.
 */
#include "emit/out.h"
#include "emit/program.h"
#include "sema/c_unit.h"

/* ---- Claiming ---- */

static bool is_free(const struct map *names, const char *name)
{
	return !map_get(names, name);
}

static void take(struct program *p, struct map *names, const char *name)
{
	if (is_free(names, name))
		map_put(p->arena, names, name, (void *)1); /* see map_claim_name */
}

const char *program_claim(struct program *p, const char *wanted)
{
	return map_claim_name(p->arena, &p->names, wanted);
}

const char *program_claim_tag(struct program *p, const char *wanted)
{
	return map_claim_name(p->arena, &p->tags, wanted);
}

/* What several names have in common, which differ by what stands before and behind that. */
struct around {
	const char *before, *behind;
};

static const char *inside(struct program *p, const struct around *around, const char *name)
{
	return arena_printf(p->arena, "%s%s%s", around->before, name, around->behind);
}

static const char *claim_base(struct program *p, const char *wanted, const struct around *around,
                              size_t n)
{
	const char *base = out_identifier(p->arena, wanted), *name = base;
	size_t n_free = 0;

	for (int i = 2; n_free < n; i++) {
		n_free = 0;
		while (n_free < n && is_free(&p->names, inside(p, &around[n_free], name)))
			n_free++;
		if (n_free < n)
			name = arena_printf(p->arena, "%s_%d", base, i);
	}
	for (size_t i = 0; i < n; i++)
		take(p, &p->names, inside(p, &around[i], name));
	return name;
}

/* ---- What there is already ---- */

void program_collect_faces(struct program *p)
{
	struct map seen = {0};

	for (uint32_t i = 0; i < p->graph->nodes.n; i++) {
		const struct interface *face = p->graph->nodes.items[i].face;
		size_t k = (uintptr_t)map_get(&seen, face->c_name);
		if (!k) {
			vec_push(p->arena, &p->faces, face);
			vec_push(p->arena, &p->nodes_of, (struct node_numbers){0});
			k = p->faces.n;
			map_put(p->arena, &seen, face->c_name, (void *)(uintptr_t)k);
		}
		vec_push(p->arena, &p->nodes_of.items[k - 1], i);
	}
}

/* The header, and those that it includes. */
static void reach(struct program *p, struct map *reached, const struct unit *unit)
{
	if (map_put(p->arena, reached, unit->header, p->arena))
		return;
	for (size_t i = 0; i < unit->uses.n; i++)
		reach(p, reached, unit->uses.items[i]);
}

/* What a call gives for a type variable need not be known to the node, nor to any other. */
static void collect_given(struct program *p)
{
	struct map reached = {0};

	for (size_t i = 0; i < p->faces.n; i++)
		reach(p, &reached, p->faces.items[i]->unit);
	for (size_t i = 0; i < p->graph->nodes.n; i++) {
		const struct graph_node *node = &p->graph->nodes.items[i];
		for (size_t k = 0; k < node->face->generics.n; k++) {
			for (const struct type *type = node->types[k]; type; type = type->item) {
				const struct unit *unit = type->kind == TYPE_RECORD
				                                  ? type->record->unit
				                          : type->kind == TYPE_ENUM
				                                  ? type->enumeration->unit
				                                  : NULL;
				if (!unit || map_get(&reached, unit->header))
					continue;
				vec_push(p->arena, &p->given, unit);
				reach(p, &reached, unit);
			}
		}
	}
}

/* Of a header, and of those that it includes. */
static void take_header(struct program *p, struct map *seen, const struct unit *unit)
{
	struct c_declarations all = {0};

	if (map_put(p->arena, seen, unit->header, p->arena))
		return;
	c_unit_declares(p->arena, unit, &all);
	for (size_t i = 0; i < all.n; i++)
		take(p, all.items[i].tag ? &p->tags : &p->names, all.items[i].name);
	for (size_t i = 0; i < unit->uses.n; i++)
		take_header(p, seen, unit->uses.items[i]);
}

static void take_faces(struct program *p)
{
	static const char *const fixed[] = {"absent",  "bind",      "main",    "nodes",
	                                    "options", "processes", "program", "streams"};
	struct map seen = {0};

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		take(p, &p->names, fixed[i]);
	for (size_t i = 0; i < p->faces.n; i++)
		take_header(p, &seen, p->faces.items[i]->unit);
	for (size_t i = 0; i < p->given.n; i++)
		take_header(p, &seen, p->given.items[i]);
	for (size_t i = 0; i < p->faces.n; i++) {
		const struct interface *face = p->faces.items[i];
		if (!face->parts.n)
			continue; /* its header declares it */
		take(p, &p->names, arena_printf(p->arena, "%s_step", face->c_name));
		take(p, &p->names, arena_printf(p->arena, "%s_methods", face->c_name));
	}
}

/* ---- What the program declares ---- */

static void choose_tables(struct program *p)
{
	static const char *const tables[] = {"rights", "param_table", "commands"};

	for (size_t i = 0; i < p->faces.n; i++)
		for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
			const char *wanted = arena_printf(p->arena, "%s_%s",
			                                  p->faces.items[i]->c_name, tables[k]);
			map_put(p->arena, &p->tables, wanted,
			        (void *)(uintptr_t)program_claim(p, wanted));
		}
}

const char *program_table(const struct program *p, const struct interface *face, const char *table)
{
	return map_get(&p->tables, arena_printf(p->arena, "%s_%s", face->c_name, table));
}

static void choose_graph_names(struct program *p)
{
	static const struct around node[] = {
		{"NODE_", ""},          {"", "_params"},         {"", "_derived"},
		{"", "_inputs"},        {"", "_outputs"},        {"", "_python"},
		{"", "_python_inputs"}, {"", "_python_outputs"}, {"", "_python_sizes"},
		{"", "_python_fields"}, {"", "_python_state"},   {"", "_python_memories"}};
	static const struct around stream[] = {{"STREAM_", ""}, {"", "_readers"}};
	static const struct around process[] = {{"", "_nodes"}};
	const struct graph *graph = p->graph;

	p->node_names = arena_alloc(p->arena, (graph->nodes.n + 1) * sizeof *p->node_names);
	for (size_t i = 0; i < graph->nodes.n; i++)
		p->node_names[i] = claim_base(p, graph->nodes.items[i].name, node,
		                              sizeof node / sizeof *node);
	p->stream_names = arena_alloc(p->arena, (graph->streams.n + 1) * sizeof *p->stream_names);
	for (size_t i = 0; i < graph->streams.n; i++)
		if (p->analysis->has_channel[i])
			p->stream_names[i] = claim_base(p, graph->streams.items[i].name, stream,
			                                sizeof stream / sizeof *stream);
	p->process_names = arena_alloc(p->arena,
	                               (graph->processes.n + 1) * sizeof *p->process_names);
	for (size_t i = 0; i < graph->processes.n; i++)
		p->process_names[i] = claim_base(p, graph->processes.items[i].name, process, 1);
}

void program_choose_names(struct program *p)
{
	const char *options = arena_printf(p->arena, "%s_params", p->graph->name);

	program_collect_faces(p);
	collect_given(p);
	take_faces(p);
	choose_tables(p);
	p->option_table = program_claim(p, "option_table");
	p->expression_init = program_claim(p, "expression_init");
	p->expression_finish = program_claim(p, "expression_finish");
	choose_graph_names(p);
	if (!is_free(&p->tags, options))
		options = arena_printf(p->arena, "%s_options", p->graph->name);
	p->options = program_claim_tag(p, options);
}
