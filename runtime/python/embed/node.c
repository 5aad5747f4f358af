/* A node: its module and object, and what is called of it beside step. */
#include "embed.h"

#include <errno.h>
#include <string.h>

#include "node.h"

void enter(struct node *node, struct pkd_ctx *ctx, enum phase phase)
{
	PyEval_RestoreThread(main_thread);
	node->ctx = ctx;
	node->phase = phase;
	current = node;
}

void leave(struct node *node)
{
	node->phase = PHASE_NONE;
	node->in = NULL;
	node->out = NULL;
	current = NULL;
	PyEval_SaveThread();
}

/* ---- Parameters ---- */

static PyObject *param_item(const struct pkd_param *param, const char *data)
{
	struct pkd_type type = {.kind = param->kind, .n = param->capacity};
	const struct plan plan = {.type = &type};
	const struct plan *named;
	const char *text;

	if (param->kind == PKD_ENUM) {
		named = plan_of(param->type);
		return named ? value_from(named, (char *)data, NULL, true) : NULL;
	}
	if (param->kind == PKD_STRING && !param->capacity) {
		memcpy(&text, data, sizeof(text));
		if (text)
			return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
		Py_RETURN_NONE;
	}
	return value_from(&plan, (char *)data, NULL, true);
}

static size_t param_size(const struct pkd_param *param)
{
	switch (param->kind) {
	case PKD_BOOL:
	case PKD_I8:
	case PKD_U8:
		return 1;
	case PKD_I16:
	case PKD_U16:
		return 2;
	case PKD_I32:
	case PKD_U32:
	case PKD_F32:
	case PKD_ENUM:
		return 4;
	default:
		return 8;
	}
}

static PyObject *param_value(const struct pkd_param *param, const char *params)
{
	const char *data = params + param->offset;
	PyObject *values;

	if (!param->n)
		return param_item(param, data);
	values = PyTuple_New(param->n);
	for (uint32_t i = 0; values && i < param->n; i++) {
		PyObject *value = param_item(param, data + i * param_size(param));

		if (!value)
			Py_CLEAR(values);
		else
			PyTuple_SET_ITEM(values, i, value);
	}
	return values;
}

/* By its name, and as it is written in Python where that is another. */
static int set_param(struct node *node, const char *name, PyObject *value)
{
	PyObject *in_python = value ? PyObject_CallMethod(prelude, "renamed", "s", name) : NULL;
	PyObject *values = PyObject_GetAttrString(node->params, "__dict__");
	int r = in_python && values ? PyDict_SetItem(values, in_python, value) : -1;

	if (r == 0)
		r = PyDict_SetItemString(values, name, value);
	Py_XDECREF(values);
	Py_XDECREF(in_python);
	Py_XDECREF(value);
	return r;
}

static int set_params(struct node *node, const char *params)
{
	const struct pkd_python *python = node->python;
	int r = 0;

	for (uint32_t i = 0; i < python->n_params && r == 0; i++) {
		const struct pkd_param *param = &node->decl->param_table[i];

		r = set_param(node, param->name, param_value(param, params));
	}
	for (uint32_t i = 0; i < python->n_sizes && r == 0; i++) {
		uint32_t size;

		memcpy(&size, params + python->sizes[i].offset, sizeof(size));
		r = set_param(node, python->sizes[i].name, PyLong_FromUnsignedLong(size));
	}
	return r;
}

/* ---- What is known of it ---- */

static int prepare_input(struct in_port *port)
{
	port->n = port->decl->n ? port->decl->n : 1;
	port->leases = PyMem_Calloc(port->n, sizeof(*port->leases));
	if (!port->leases)
		return PyErr_NoMemory() ? 0 : -1;
	if (!port->decl->type)
		return 0;
	port->plan = plan_of(port->decl->type);
	for (uint32_t i = 0; port->plan && i < port->n; i++) {
		port->leases[i] = memory_create(NULL, NULL, 0, true);
		if (!port->leases[i])
			return -1;
	}
	return port->plan ? 0 : -1;
}

static int prepare_ports(struct node *node)
{
	const struct pkd_python *python = node->python;
	int r = 0;

	node->inputs = PyMem_Calloc(python->n_inputs + 1, sizeof(*node->inputs));
	node->outputs = PyMem_Calloc(python->n_outputs + 1, sizeof(*node->outputs));
	if (!node->inputs || !node->outputs)
		return PyErr_NoMemory() ? 0 : -1;
	for (uint32_t i = 0; i < python->n_inputs && r == 0; i++) {
		node->inputs[i].decl = &python->inputs[i];
		r = prepare_input(&node->inputs[i]);
	}
	for (uint32_t i = 0; i < python->n_outputs && r == 0; i++) {
		node->outputs[i].decl = &python->outputs[i];
		node->outputs[i].plan = plan_of(python->outputs[i].type);
		node->outputs[i].lease = memory_create(NULL, NULL, 0, false);
		if (!node->outputs[i].plan || !node->outputs[i].lease)
			r = -1;
	}
	if (r == 0 && python->state) {
		node->state = plan_of(python->state);
		node->state_lease = memory_create(NULL, NULL, 0, false);
		if (!node->state || !node->state_lease)
			r = -1;
	}
	return r;
}

/* A method that it may have: 0 without one. */
static int optional_method(PyObject *object, const char *name, PyObject **ret_method)
{
	*ret_method = PyObject_GetAttrString(object, name);
	if (*ret_method || !PyErr_ExceptionMatches(PyExc_AttributeError))
		return *ret_method ? 0 : -1;
	PyErr_Clear();
	return 0;
}

/* A method and the names of its arguments, as they are written in Python. */
static int prepare_method(struct node *node, struct method *method)
{
	const struct pkd_command *command = method->decl;
	PyObject *name = PyObject_CallMethod(prelude, "renamed", "s", command->name);

	if (!name)
		return -1;
	method->call = node->object ? PyObject_GetAttr(node->object, name) : NULL;
	if (!method->call)
		PyErr_Format(error_type,
		             "it declares the command '%s', and its class has no method '%U'",
		             command->name, name);
	Py_DECREF(name);
	if (!method->call)
		return -1;
	method->args = command->args ? plan_of(command->args) : NULL;
	method->answer = command->answer ? plan_of(command->answer) : NULL;
	if ((command->args && !method->args) || (command->answer && !method->answer))
		return -1;
	method->names = PyTuple_New(command->args ? command->args->n : 0);
	for (uint32_t i = 0; method->names && command->args && i < command->args->n; i++) {
		name = PyObject_CallMethod(prelude, "renamed", "s", command->args->fields[i].name);
		if (!name)
			return -1;
		PyTuple_SET_ITEM(method->names, i, name);
	}
	return method->names ? 0 : -1;
}

static int prepare_commands(struct node *node)
{
	const struct pkd_node *decl = node->decl;

	node->commands = PyMem_Calloc(decl->n_commands + 1, sizeof(*node->commands));
	if (!node->commands)
		return PyErr_NoMemory() ? 0 : -1;
	for (uint32_t i = 0; i < decl->n_commands; i++) {
		node->commands[i].decl = &decl->commands[i];
		if (prepare_method(node, &node->commands[i]) < 0)
			return -1;
	}
	return 0;
}

static PyObject *names_of(const struct pkd_python_port *ports, uint32_t n)
{
	PyObject *names = PyList_New(n);

	for (uint32_t i = 0; names && i < n; i++)
		PyList_SET_ITEM(names, i, PyUnicode_FromString(ports[i].name));
	return names;
}

static int prepare_arguments(struct node *node)
{
	const struct pkd_python *python = node->python;
	PyObject *what = PyUnicode_FromFormat(node->object ? "step of %s" : "%s()", python->name);
	PyObject *order = PyObject_CallMethod(prelude, "arguments", "ONNO", node->step,
	                                      names_of(python->inputs, python->n_inputs),
	                                      names_of(python->outputs, python->n_outputs), what);

	Py_XDECREF(what);
	if (!order)
		return -1;
	node->n_arguments = PyList_GET_SIZE(order);
	node->arguments = PyMem_Calloc((size_t)node->n_arguments + 1, sizeof(int));
	for (Py_ssize_t i = 0; node->arguments && i < node->n_arguments; i++)
		node->arguments[i] = (int)PyLong_AsLong(PyList_GET_ITEM(order, i));
	Py_DECREF(order);
	return node->arguments ? 0 : -1;
}

static int prepare_object(struct node *node, PyObject *found)
{
	PyObject *takes;

	if (!PyType_Check(found)) {
		node->step = Py_NewRef(found);
		return 0;
	}
	node->object = PyObject_CallMethod(prelude, "construct", "OOO", found, node->params,
	                                   node->context);
	if (!node->object)
		return -1;
	node->step = PyObject_GetAttrString(node->object, "step");
	if (!node->step || optional_method(node->object, "ready", &node->ready) < 0 ||
	    optional_method(node->object, "changed", &node->changed) < 0 ||
	    optional_method(node->object, "finish", &node->finish) < 0)
		return -1;
	if (node->changed) {
		takes = PyObject_CallMethod(prelude, "takes", "Oi", node->changed, 1);
		node->changed_takes_params = takes == Py_True;
		Py_XDECREF(takes);
	}
	return PyErr_Occurred() ? -1 : 0;
}

static int prepare(struct node *node, const void *params, bool is_alone)
{
	const struct pkd_python *python = node->python;
	const char *path = python->interpreter->sources[python->source];
	PyObject *found = NULL;
	int r = -1;

	node->context = context_create(node);
	node->outs = outs_create(node);
	node->params = PyObject_CallMethod(prelude, "Params", NULL);
	if (!node->context || !node->outs || !node->params || set_params(node, params) < 0 ||
	    prepare_ports(node) < 0)
		return -1;
	node->module = PyObject_CallMethod(prelude, "load", "ssO", path, node->decl->name,
	                                   is_alone ? Py_True : Py_False);
	if (node->module)
		found = PyObject_CallMethod(prelude, "find", "Oss", node->module, path,
		                            python->name);
	/* Those that watch in __init__ are looked at before it is called. */
	if (found && PyType_Check(found) && PyObject_HasAttrString(found, "ready"))
		node->ready = Py_NewRef(Py_None);
	if (found && prepare_object(node, found) == 0 && prepare_arguments(node) == 0)
		r = prepare_commands(node);
	Py_XDECREF(found);
	return r;
}

int node_init(struct pkdi_python_node **ret_node, const struct pkd_node *decl,
              const struct pkd_python *python, const void *params, bool is_alone,
              struct pkd_ctx *ctx)
{
	struct node *node;
	int r = PKD_OK;

	PyEval_RestoreThread(main_thread);
	node = PyMem_Calloc(1, sizeof(*node));
	PyEval_SaveThread();
	if (!node)
		return -ENOMEM;
	*ret_node = (struct pkdi_python_node *)node;
	node->decl = decl;
	node->python = python;
	enter(node, ctx, PHASE_INIT);
	if (prepare(node, params, is_alone) < 0) {
		bool leaves = PyErr_ExceptionMatches(leave_type);

		r = report_exception(node, NULL, leaves);
		r = leaves ? PKD_END : r;
	} else {
		r = check_state(node) < 0 ? report_exception(node, "__init__: ", false) : PKD_OK;
	}
	leave(node);
	return r;
}

/* ---- Between firings ---- */

static int call_between(struct node *node, PyObject *method, PyObject *argument, const char *name)
{
	PyObject *result = argument ? PyObject_CallOneArg(method, argument)
	                            : PyObject_CallNoArgs(method);
	int r = result ? 0 : -1;

	Py_XDECREF(result);
	if (r == 0)
		r = check_state(node);
	return r < 0 ? report_exception(node, name, false) : PKD_OK;
}

int node_ready(struct pkdi_python_node *n, struct pkd_ctx *ctx)
{
	struct node *node = (struct node *)n;
	int r = PKD_OK;

	if (!node->ready)
		return PKD_OK;
	enter(node, ctx, PHASE_BETWEEN);
	r = call_between(node, node->ready, NULL, "ready: ");
	leave(node);
	return r;
}

int node_changed(struct pkdi_python_node *n, const void *params, struct pkd_ctx *ctx)
{
	struct node *node = (struct node *)n;
	int r = PKD_OK;

	enter(node, ctx, PHASE_BETWEEN);
	if (set_params(node, params) < 0)
		r = report_exception(node, "changed: ", false);
	else if (node->changed)
		r = call_between(node, node->changed,
		                 node->changed_takes_params ? node->params : NULL, "changed: ");
	leave(node);
	return r;
}

void node_finish(struct pkdi_python_node *n)
{
	struct node *node = (struct node *)n;
	PyObject *done;

	enter(node, node->ctx, PHASE_FINISH);
	if (node->finish) {
		done = PyObject_CallNoArgs(node->finish);
		if (!done)
			report_exception(node, "finish: ", false);
		Py_XDECREF(done);
	}
	done = PyObject_CallMethod(prelude, "flush", NULL);
	Py_XDECREF(done);
	PyErr_Clear();
	leave(node);
}

/* ---- Commands ---- */

/* By name; what they lie in is their own. */
static PyObject *arguments_of(const struct method *method, const void *args)
{
	const struct pkd_type *type = method->decl->args;
	PyObject *keywords = PyDict_New();
	PyObject *copy = keywords && type ? PyBytes_FromStringAndSize(args, type->size) : NULL;

	for (uint32_t i = 0; copy && keywords && i < type->n; i++) {
		PyObject *value = value_from(method->args->fields[i],
		                             PyBytes_AS_STRING(copy) + type->fields[i].offset, copy,
		                             true);

		if (!value ||
		    PyDict_SetItem(keywords, PyTuple_GET_ITEM(method->names, i), value) < 0)
			Py_CLEAR(keywords);
		Py_XDECREF(value);
	}
	if (type && !copy)
		Py_CLEAR(keywords);
	Py_XDECREF(copy);
	return keywords;
}

static int answer(const struct method *method, PyObject *result, void *data)
{
	const struct place place = {NULL, method->decl->name, 0};

	if (method->answer)
		return value_to(method->answer, result, data, &place);
	if (result == Py_None)
		return 0;
	return bad_value(&place, "it has returned %s, and is declared without an answer",
	                 shown(result));
}

int node_command(struct pkdi_python_node *n, uint32_t command, const void *args, void *data,
                 struct pkd_ctx *ctx)
{
	struct node *node = (struct node *)n;
	struct method *method = &node->commands[command];
	PyObject *keywords, *none, *result = NULL;
	int r = -1;

	enter(node, ctx, PHASE_COMMAND);
	keywords = arguments_of(method, args);
	none = PyTuple_New(0);
	if (keywords && none)
		result = PyObject_Call(method->call, none, keywords);
	if (result)
		r = answer(method, result, data);
	Py_XDECREF(result);
	Py_XDECREF(none);
	Py_XDECREF(keywords);
	if (r == 0)
		r = check_state(node);
	if (r < 0) {
		r = report_exception(node, NULL, false);
		cut_state(node); /* the node goes on */
	}
	leave(node);
	return r;
}
