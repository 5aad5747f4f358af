#include "console/pause.h"

#include <stdlib.h>
#include <string.h>

#include "options/levels.h"

/* False after a fault: the name means no node, or none that has not ended. */
static bool check_name(const struct pkdi_run *run, const char *name, struct pkdi_fault *fault)
{
	bool is_there = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		if (!pkdi_name_means(run->program, name, strlen(name), i))
			continue;
		is_there = true;
		if (!pkdi_run_has_ended(run, i))
			return true;
	}
	return is_there ? pkdi_refuse(fault, "ended", "node '%.160s' has ended", name)
	                : pkdi_refuse(fault, "unknown_node", "there is no node '%.160s'", name);
}

bool pkdi_pause_nodes(struct pkdi_run *run, const struct pkdi_json *json, uint32_t names,
                      bool pauses, struct pkdi_fault *fault)
{
	uint32_t end = json->values[names].next;
	char name[256] = "";

	for (uint32_t v = names + 1; v < end; v = json->values[v].next)
		if (!pkdi_json_string(json, v, name, sizeof(name)) || !*name)
			return pkdi_refuse(fault, "unknown_node", "the name of a node is a string");
		else if (!check_name(run, name, fault))
			return false;
	for (uint32_t v = names + 1; v < end; v = json->values[v].next) {
		pkdi_json_string(json, v, name, sizeof(name));
		for (uint32_t i = 0; i < run->program->n_nodes; i++)
			if (pkdi_name_means(run->program, name, strlen(name), i))
				atomic_store(&run->paused[i], pauses);
	}
	pkdi_run_ring_all(run);
	return true;
}

void pkdi_resume_all(struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		atomic_store(&run->paused[i], 0);
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
static void tell_held(const struct pkdi_run *run, const bool *held, bool live,
                      struct pkdi_out *out)
{
	pkdi_out_open(out, live ? "refuse" : "wait", '[');
	for (uint32_t i = 0; held && i < run->program->n_nodes; i++) {
		const struct pkd_node *node = &run->program->nodes[i];
		bool is_live = node->origin == PKD_LIVE && !node->fires_any;

		if (held[i] && !atomic_load(&run->paused[i]) && is_live == live)
			pkdi_out_text(out, NULL, node->name);
	}
	pkdi_out_close(out, ']');
}

void pkdi_pause_tell(struct pkdi_run *run, struct pkdi_out *out)
{
	const struct pkd_node *nodes = run->program->nodes;
	bool *held = calloc(run->program->n_nodes + 1, sizeof(*held));

	pkdi_out_open(out, "paused", '[');
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		if (!atomic_load(&run->paused[i]) || pkdi_run_has_ended(run, i))
			continue;
		pkdi_out_text(out, NULL, nodes[i].name);
		if (held)
			held[i] = true;
	}
	pkdi_out_close(out, ']');
	while (held && spread(run, held))
		;
	tell_held(run, held, false, out);
	tell_held(run, held, true, out);
	free(held);
}
