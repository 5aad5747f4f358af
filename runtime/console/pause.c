#include "console/pause.h"

#include <stdlib.h>
#include <string.h>

#include "console/names.h"
#include "options/levels.h"

/* False after a fault: the name means no node, none that goes on, or one that may not rest. */
static bool check_name(const struct pkdi_run *run, const char *name, enum pkdi_held held,
                       struct pkdi_fault *fault)
{
	bool is_there = false, goes_on = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[i];

		if (!pkdi_name_means(run->program, name, strlen(name), i))
			continue;
		is_there = true;
		if (held == PKDI_HELD_RESTS && !node->rest)
			return pkdi_refuse(fault, "never_rests",
			                   "node '%.100s' never rests: the deploy allows it by "
			                   "'may rest %.100s'",
			                   node->name, node->name);
		goes_on |= !pkdi_run_has_ended(run, i);
	}
	if (goes_on)
		return true;
	return is_there ? pkdi_refuse(fault, "ended", "node '%.160s' has ended", name)
	                : pkdi_names_refuse_node(run->program, name, fault);
}

bool pkdi_hold_nodes(struct pkdi_run *run, const struct pkdi_json *json, uint32_t names,
                     enum pkdi_held held, struct pkdi_fault *fault)
{
	uint32_t end = json->values[names].next;
	char name[256] = "";

	for (uint32_t v = names + 1; v < end; v = json->values[v].next)
		if (!pkdi_json_string(json, v, name, sizeof(name)) || !*name)
			return pkdi_refuse(fault, "unknown_node", "the name of a node is a string");
		else if (!check_name(run, name, held, fault))
			return false;
	for (uint32_t v = names + 1; v < end; v = json->values[v].next) {
		pkdi_json_string(json, v, name, sizeof(name));
		for (uint32_t i = 0; i < run->program->n_nodes; i++)
			if (pkdi_name_means(run->program, name, strlen(name), i))
				atomic_store(&run->held[i], held);
	}
	pkdi_run_ring_all(run);
	return true;
}

void pkdi_resume_all(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		atomic_store(&run->held[i], PKDI_HELD_NOT);
	pkdi_run_ring_all(run);
}

/* Marks those that write into a lossless input of a node that is marked. A live source goes on, and
 * refuses what has no room. */
static bool spread(const struct pkdi_run *run, bool *held)
{
	bool more = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[i];

		for (uint32_t k = 0; held[i] && k < node->n_inputs; k++) {
			const struct pkd_input *input = &node->inputs[k];
			uint32_t writer;

			if (input->stream == PKD_NONE || input->policy != PKD_QUEUE)
				continue;
			writer = run->program->streams[input->stream].writer;
			if (held[writer] || pkdi_run_has_ended(run, writer))
				continue;
			held[writer] = more = true;
		}
	}
	return more;
}

/* Who waits for room; or, of live sources, who cannot wait, and loses frames for lack of it. */
static void tell_held(const struct pkdi_run *run, const bool *held, bool live, struct pkdi_out *out)
{
	pkdi_out_open(out, live ? "refuse" : "wait", '[');
	for (uint32_t i = 0; held && i < run->program->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[i];
		bool is_live = node->origin == PKD_LIVE && !node->fires_any;

		if (held[i] && is_live == live && atomic_load(&run->held[i]) != PKDI_HELD_PAUSED)
			pkdi_out_text(out, NULL, node->name);
	}
	pkdi_out_close(out, ']');
}

/* Those that are held so and have not ended. `marks`, unless it is NULL, is set for each. */
static void tell(const struct pkdi_run *run, const char *member, enum pkdi_held held, bool *marks,
                 struct pkdi_out *out)
{
	pkdi_out_open(out, member, '[');
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		if (atomic_load(&run->held[i]) != held || pkdi_run_has_ended(run, i))
			continue;
		pkdi_out_text(out, NULL, run->program->nodes[i].name);
		if (marks)
			marks[i] = true;
	}
	pkdi_out_close(out, ']');
}

void pkdi_hold_tell(struct pkdi_run *run, struct pkdi_out *out)
{
	bool *held = calloc(run->program->n_nodes + 1, sizeof(*held));

	tell(run, "paused", PKDI_HELD_PAUSED, held, out);
	tell(run, "resting", PKDI_HELD_RESTS, NULL, out);
	while (held && spread(run, held))
		;
	tell_held(run, held, false, out);
	tell_held(run, held, true, out);
	free(held);
}
