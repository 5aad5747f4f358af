/* A firing: inputs become arguments, what step returns becomes the outputs, and nothing that it was
 * given may be held by anybody then. */
#include "embed.h"

#include <stdio.h>
#include <string.h>

#include "node.h"

/* ---- Arguments ---- */

static PyObject *value_of(struct in_port *port, uint32_t i, const void *data)
{
	struct memory *lease = port->leases[i];

	if (!data)
		Py_RETURN_NONE;
	return input_from(port->plan, (char *)data, lease);
}

static PyObject *values_of(struct in_port *port, const void *const *data)
{
	PyObject *values = PyTuple_New(port->n);

	for (uint32_t i = 0; values && i < port->n; i++) {
		PyObject *value = value_of(port, i, data ? data[i] : NULL);

		if (!value)
			Py_CLEAR(values);
		else
			PyTuple_SET_ITEM(values, i, value);
	}
	return values;
}

static PyObject *argument_of(struct node *node, int argument)
{
	struct in_port *port;

	if (argument == ARGUMENT_OUT)
		return Py_NewRef(node->outs);
	if (argument == ARGUMENT_CTX)
		return Py_NewRef(node->context);
	if (argument == ARGUMENT_PARAMS)
		return Py_NewRef(node->params);
	port = &node->inputs[argument];
	if (!port->plan)
		Py_RETURN_NONE;
	if (port->decl->n)
		return values_of(port, node->in[argument]);
	return value_of(port, 0, node->in[argument]);
}

/* ---- Results ---- */

static void commit_filled(struct out_port *port, char *slot)
{
	if (port->own) /* otherwise it lies there */
		memcpy(slot, port->own, value_size(port->plan->type, port->own));
}

static int missing(const struct out_port *port)
{
	PyErr_Format(bad_value_type,
	             "'%s': it was not given: return a value, or fill out.%s; None is for an "
	             "output that is declared with a '?'",
	             port->decl->name, port->decl->name);
	return -1;
}

/* `value` NULL: there is none for this one. */
static int give(struct node *node, uint32_t i, PyObject *value)
{
	struct out_port *port = &node->outputs[i];
	const struct place place = {NULL, port->decl->name, 0};

	if (port->is_filled && (!value || value == Py_None || value == port->array)) {
		commit_filled(port, node->out[i]);
		return 0;
	}
	if (!value || value == Py_None) {
		if (!port->decl->optional)
			return missing(port);
		host->absent(node->ctx, i);
		return 0;
	}
	if (!node->out[i])
		return 0;
	if (!port->is_filled)
		return value_to(port->plan, value, node->out[i], &place);
	/* It may be made of what it has filled, in another order; and so may another output be. */
	port->made = value_apart(port->plan, value, &place);
	return port->made ? 0 : -1;
}

static int refuse_names(const struct node *node, PyObject *dict)
{
	PyObject *name, *value;
	Py_ssize_t at = 0;

	while (PyDict_Next(dict, &at, &name, &value)) {
		const char *text = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
		bool is_output = false;

		for (uint32_t i = 0; text && i < node->python->n_outputs && !is_output; i++)
			is_output = strcmp(text, node->outputs[i].decl->name) == 0;
		if (is_output)
			continue;
		PyErr_Clear();
		PyErr_Format(error_type,
		             "it has returned a dict with %s, which is no output of "
		             "the node",
		             shown(name));
		return -1;
	}
	return 0;
}

static int give_by_name(struct node *node, PyObject *dict)
{
	Py_ssize_t n_given = 0;

	for (uint32_t i = 0; i < node->python->n_outputs; i++) {
		PyObject *value =
			Py_XNewRef(PyDict_GetItemString(dict, node->outputs[i].decl->name));
		int r = give(node, i, value);

		n_given += value != NULL;
		/* A name that is misspelt is worth more than the one that is missing. */
		if (r < 0 && !value)
			refuse_names(node, dict);
		Py_XDECREF(value);
		if (r < 0)
			return -1;
	}
	if (n_given == PyDict_GET_SIZE(dict))
		return 0;
	return refuse_names(node, dict);
}

/* What is asked of one may be code of the node's, which may change the list. */
static int give_in_order(struct node *node, PyObject *values)
{
	uint32_t n = node->python->n_outputs;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++) {
		PyObject *value;

		if (PySequence_Fast_GET_SIZE(values) != n) {
			PyErr_SetString(error_type,
			                "the list that it has returned was changed while it was "
			                "read");
			return -1;
		}
		value = Py_NewRef(PySequence_Fast_GET_ITEM(values, i));
		r = give(node, i, value);
		Py_DECREF(value);
	}
	return r;
}

static int give_all(struct node *node, PyObject *result)
{
	uint32_t n = node->python->n_outputs;

	if (n == 0) {
		if (!result || result == Py_None)
			return 0;
		PyErr_Format(error_type, "it has returned %s, and the node has no outputs",
		             shown(result));
		return -1;
	}
	if (n == 1 && !(result && PyDict_CheckExact(result) &&
	                node->outputs[0].plan->type->kind != PKD_RECORD))
		return give(node, 0, result);
	if (result && PyDict_Check(result))
		return give_by_name(node, result);
	if (!result || result == Py_None) {
		for (uint32_t i = 0; i < n; i++)
			if (give(node, i, NULL) < 0)
				return -1;
		return 0;
	}
	if ((!PyTuple_Check(result) && !PyList_Check(result)) ||
	    PySequence_Fast_GET_SIZE(result) != n) {
		Py_ssize_t size = PySequence_Check(result) ? PySequence_Size(result) : -1;

		PyErr_Clear();
		if (size >= 0)
			PyErr_Format(error_type,
			             "it has returned a %s of %zd: return a tuple of "
			             "the %u outputs, or a dict with their names",
			             Py_TYPE(result)->tp_name, size, n);
		else
			PyErr_Format(error_type,
			             "it has returned a %s: return a tuple of the %u "
			             "outputs, or a dict with their names",
			             Py_TYPE(result)->tp_name, n);
		return -1;
	}
	return give_in_order(node, result);
}

static void put_made(struct node *node)
{
	for (uint32_t i = 0; i < node->python->n_outputs; i++) {
		const struct out_port *port = &node->outputs[i];

		if (port->made)
			memcpy(node->out[i], port->made, value_size(port->plan->type, port->made));
	}
}

/* What the step's status is; -1 after an exception. */
static int take(struct node *node, PyObject *result)
{
	PyObject *value = result;
	int code = status_of(result, &value);

	if (code == PKD_LATER || code == PKD_SKIP)
		return code;
	if (give_all(node, value) < 0)
		return -1;
	put_made(node);
	return code < 0 ? PKD_OK : code;
}

/* ---- What is kept ---- */

static bool is_held(struct memory *lease)
{
	return lease && Py_REFCNT(lease) > 1;
}

static bool is_any_held(struct node *node)
{
	for (uint32_t i = 0; i < node->python->n_inputs; i++)
		for (uint32_t k = 0; node->inputs[i].plan && k < node->inputs[i].n; k++)
			if (is_held(node->inputs[i].leases[k]))
				return true;
	for (uint32_t i = 0; i < node->python->n_outputs; i++)
		if (is_held(node->outputs[i].lease))
			return true;
	return is_held(node->state_lease);
}

/* Who holds it may do so for ever: it sees nothing any more, and the node has another. */
static void cut(struct memory **lease)
{
	struct memory *fresh = memory_create(NULL, NULL, 0, (*lease)->readonly);

	if (!fresh)
		return;
	(*lease)->data = NULL;
	Py_DECREF(*lease);
	*lease = fresh;
}

static int say_held(const char *format, const char *name)
{
	PyErr_Format(error_type, format, name, name);
	return -1;
}

static int find_held(struct node *node)
{
	for (uint32_t i = 0; i < node->python->n_inputs; i++)
		for (uint32_t k = 0; node->inputs[i].plan && k < node->inputs[i].n; k++)
			if (is_held(node->inputs[i].leases[k])) {
				cut(&node->inputs[i].leases[k]);
				return say_held(
					node->inputs[i].plan->type->kind == PKD_BYTES
						? "it keeps a view of its input '%s', which is "
						  "there only during the step: take a copy: bytes(%s)"
						: "it keeps a view of its input '%s', which is "
						  "there only during the step: take a copy: "
						  "%s.copy()",
					node->inputs[i].decl->name);
			}
	for (uint32_t i = 0; i < node->python->n_outputs; i++)
		if (is_held(node->outputs[i].lease)) {
			cut(&node->outputs[i].lease);
			return say_held(
				"it keeps a view of its output '%s', which others read from "
				"now on: take a copy: out.%s.copy()",
				node->outputs[i].decl->name);
		}
	if (!is_held(node->state_lease))
		return 0;
	cut(&node->state_lease);
	return say_held(
		"it keeps a view of the %s, which is there only during the call: take a copy",
		"persistent state");
}

static bool is_debugged(void)
{
	PyObject *answer = PyObject_CallMethod(prelude, "debugs", NULL);
	bool debugs = answer == Py_True;

	PyErr_Clear();
	Py_XDECREF(answer);
	return debugs;
}

/* Closures and frames may hold it in a cycle, which nobody can reach: these are collected first. */
static int check_held(struct node *node)
{
	if (!is_any_held(node))
		return 0;
	PyGC_Collect();
	if (is_any_held(node) && is_debugged())
		return 0;
	return find_held(node);
}

int check_state(struct node *node)
{
	if (!is_held(node->state_lease))
		return 0;
	return check_held(node);
}

void cut_state(struct node *node)
{
	if (is_held(node->state_lease))
		cut(&node->state_lease);
}

static void forget_outputs(struct node *node)
{
	for (uint32_t i = 0; i < node->python->n_outputs; i++) {
		struct out_port *port = &node->outputs[i];

		if (!port->is_filled)
			continue;
		Py_CLEAR(port->array);
		PyMem_Free(port->made);
		port->own = port->made = NULL;
		port->is_filled = false;
	}
}

/* ---- The step ---- */

static int report(struct node *node, bool has_returned)
{
	bool is_value = has_returned && PyErr_ExceptionMatches(bad_value_type);
	char where[64];

	snprintf(where, sizeof(where), "step at frame %llu: %s",
	         (unsigned long long)host->number(node->ctx), is_value ? "output " : "");
	return report_exception(node, where, false);
}

int node_step(struct pkdi_python_node *n, const void *const *in, void *const *out,
              struct pkd_ctx *ctx)
{
	struct node *node = (struct node *)n;
	PyObject *stack[node->n_arguments + 1], *result = NULL;
	PyObject **arguments = stack + 1; /* as vectorcall wants it: room for self */
	Py_ssize_t n_made = 0;
	int r = -1;

	enter(node, ctx, PHASE_STEP);
	node->in = in;
	node->out = out;
	while (n_made < node->n_arguments &&
	       (arguments[n_made] = argument_of(node, node->arguments[n_made])))
		n_made++;
	if (n_made == node->n_arguments) {
		node->values = arguments;
		result = PyObject_Vectorcall(node->step, arguments,
		                             (size_t)n_made | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
		node->values = NULL;
	}
	if (result)
		r = take(node, result);
	if (r < 0)
		r = report(node, result != NULL);
	Py_XDECREF(result);
	while (n_made > 0)
		Py_DECREF(arguments[--n_made]);
	forget_outputs(node);
	if (r >= 0 && check_held(node) < 0)
		r = report(node, true);
	leave(node);
	return r;
}
