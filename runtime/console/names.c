#include "console/names.h"

#include <pkd/near.h>
#include <stdio.h>
#include <string.h>

static const struct pkd_name *find(const struct pkd_program *program, const char *name)
{
	for (uint32_t i = 0; i < program->n_names; i++)
		if (!strcmp(program->names[i].name, name))
			return &program->names[i];
	return NULL;
}

static const struct pkd_node *find_node(const struct pkd_program *program, const char *name,
                                        size_t length)
{
	for (uint32_t i = 0; i < program->n_nodes; i++)
		if (strlen(program->nodes[i].name) == length &&
		    !memcmp(program->nodes[i].name, name, length))
			return &program->nodes[i];
	return NULL;
}

static const struct pkd_output *find_output(const struct pkd_node *node, const char *name)
{
	for (uint32_t i = 0; node && i < node->n_outputs; i++)
		if (!strcmp(node->outputs[i].name, name))
			return &node->outputs[i];
	return NULL;
}

uint32_t pkdi_names_stream(const struct pkd_program *program, const char *name)
{
	const struct pkd_name *known = find(program, name);
	const struct pkd_output *output = NULL;

	if (known && known->output)
		output = find_output(find_node(program, known->node, strlen(known->node)),
		                     known->output);
	return output ? output->stream : PKD_NONE;
}

const char *pkdi_names_where(const struct pkd_program *program, const char *name)
{
	uint32_t stream = pkdi_names_stream(program, name);
	const struct pkd_name *known = find(program, name);

	if (stream != PKD_NONE)
		return program->streams[stream].name;
	return known ? known->node : NULL;
}

/* ---- What is said ---- */

/* "b[2]" is an element of the bank "b". */
static bool is_element(const char *element, const char *bank, size_t n)
{
	return strncmp(element, bank, n) == 0 && element[n] == '[';
}

/* The first element that there is, by its whole name; NULL: it is no bank. */
static const char *find_element(const struct pkd_program *program, const char *bank, bool is_node)
{
	size_t n = strlen(bank);

	for (uint32_t i = 0; !is_node && i < program->n_streams; i++)
		if (is_element(program->streams[i].name, bank, n))
			return program->streams[i].name;
	for (uint32_t i = 0; i < program->n_names; i++)
		if (is_element(program->names[i].name, bank, n))
			return program->names[i].name;
	return NULL;
}

/* The output that is meant by NODE.OUTPUT, or by NODE alone where it has one. */
static const struct pkd_output *meant_output(const struct pkd_program *program, const char *name,
                                             const struct pkd_node **ret_node)
{
	const char *dot = strrchr(name, '.');

	*ret_node = find_node(program, name, strlen(name));
	if (*ret_node)
		return (*ret_node)->n_outputs ? &(*ret_node)->outputs[0] : NULL;
	*ret_node = dot ? find_node(program, name, (size_t)(dot - name)) : NULL;
	return *ret_node ? find_output(*ret_node, dot + 1) : NULL;
}

/* The stream that says only of which frames `output` has a value. */
static const struct pkd_output *stamp_of(const struct pkd_node *node,
                                         const struct pkd_output *output)
{
	for (uint32_t i = 0; i < node->n_outputs; i++)
		if (node->outputs[i].stamps == output && node->outputs[i].stream != PKD_NONE)
			return &node->outputs[i];
	return NULL;
}

static bool refuse_output(const struct pkd_program *program, const char *name,
                          const struct pkd_node *node, const struct pkd_output *output,
                          struct pkdi_fault *fault)
{
	const struct pkd_output *stamp = stamp_of(node, output);

	if (stamp)
		return pkdi_refuse(
			fault, "unknown_stream",
			"only whether and when '%.160s' has a value is read, and that is '%.160s'",
			name, program->streams[stamp->stream].name);
	return pkdi_refuse(fault, "unknown_stream",
	                   "nobody reads '%.160s', so it has no values: to watch it, give it to a "
	                   "node, as to table.csv",
	                   name);
}

/* The streams that there are, or the one that may have been meant. */
static bool refuse_unknown(const struct pkd_program *program, const char *name,
                           struct pkdi_fault *fault)
{
	struct pkd_near near = pkd_near_begin(name, strlen(name));
	const char *like = NULL;
	char names[300] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < program->n_names; i++)
		if (pkd_near_takes(&near, program->names[i].name))
			like = program->names[i].name;
	for (uint32_t i = 0; i < program->n_streams; i++) {
		const char *other = program->streams[i].name;

		if (pkd_near_takes(&near, other))
			like = other;
		if (n < sizeof(names) - 1)
			n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "",
			                      other);
	}
	if (like)
		return pkdi_refuse(fault, "unknown_stream",
		                   "there is no stream '%.160s'; did you mean '%s'?", name, like);
	return pkdi_refuse(fault, "unknown_stream", "there is no stream '%.100s'; there are %s%s",
	                   name, *names ? names : "none", n < sizeof(names) - 1 ? "" : " …");
}

bool pkdi_names_refuse_stream(const struct pkd_program *program, const char *name,
                              struct pkdi_fault *fault)
{
	const struct pkd_name *known = find(program, name);
	const char *element = find_element(program, name, false);
	const struct pkd_node *node;
	const struct pkd_output *output = meant_output(program, name, &node);

	if (known)
		return pkdi_refuse(fault, "unknown_stream",
		                   "'%.100s' is no stream: node '%.100s' computes it on the way; "
		                   "to watch it, give it to a node, as in "
		                   "table.csv(%.100s, path: \"watched.csv\")",
		                   name, known->node, name);
	if (element)
		return pkdi_refuse(fault, "unknown_stream",
		                   "'%.160s' is a bank: say which of its elements, as %.160s", name,
		                   element);
	if (output && output->stream == PKD_NONE)
		return refuse_output(program, name, node, output, fault);
	return refuse_unknown(program, name, fault);
}

bool pkdi_names_refuse_node(const struct pkd_program *program, const char *name,
                            struct pkdi_fault *fault)
{
	const struct pkd_name *known = find(program, name);
	const char *element = find_element(program, name, true);

	if (!known && element)
		known = find(program, element);
	if (known)
		return pkdi_refuse(fault, "unknown_node",
		                   "'%.160s' is no node: '%.160s' computes it", known->name,
		                   known->node);
	return pkdi_refuse(fault, "unknown_node", "there is no node '%.160s'", name);
}

uint32_t pkdi_names_ordered(const struct pkd_program *program, uint32_t stream)
{
	for (uint32_t i = 0; i < program->n_nodes; i++) {
		const struct pkd_node *node = &program->nodes[i];

		if (node->orders == program->streams[stream].writer + 1 &&
		    node->inputs[0].stream == stream && node->outputs[0].stream != PKD_NONE)
			return node->outputs[0].stream;
	}
	return stream;
}
