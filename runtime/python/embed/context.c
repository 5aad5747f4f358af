/* What a node's code calls: the functions of the module `pkd`, which `ctx` has as methods, too. */
#include "embed.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct node *current;

const char *const phase_names[] = {
	[PHASE_NONE] = "",         [PHASE_INIT] = "__init__",     [PHASE_STEP] = "step",
	[PHASE_BETWEEN] = "ready", [PHASE_COMMAND] = "a command", [PHASE_FINISH] = "finish",
};

struct context {
	PyObject_HEAD struct node *node;
};

/* `self` is a context, or the module: then it is the node that is called. */
static struct node *node_of(PyObject *self, const char *name)
{
	struct node *node = Py_TYPE(self) == &context_type ? ((struct context *)self)->node
	                                                   : current;

	if (node && node->phase != PHASE_NONE)
		return node;
	PyErr_Format(outside_type,
	             "pkd.%s has a meaning only while a node is called: in its step, "
	             "__init__, ready, changed, finish or a command",
	             name);
	return NULL;
}

static struct node *in_step(PyObject *self, const char *name)
{
	struct node *node = node_of(self, name);

	if (!node || node->phase == PHASE_STEP)
		return node;
	PyErr_Format(outside_type, "pkd.%s has a meaning only in step", name);
	return NULL;
}

/* ---- Status ---- */

struct status {
	PyObject_HEAD int code;
	const char *name;
	PyObject *value; /* NULL: none, as in `return pkd.END` */
};

static struct status *status_create(int code, const char *name, PyObject *value)
{
	struct status *status = PyObject_New(struct status, &status_type);

	if (!status)
		return NULL;
	status->code = code;
	status->name = name;
	status->value = Py_XNewRef(value);
	return status;
}

static void status_free(PyObject *self)
{
	Py_XDECREF(((struct status *)self)->value);
	PyObject_Free(self);
}

static PyObject *status_repr(PyObject *self)
{
	return PyUnicode_FromFormat("pkd.%s", ((struct status *)self)->name);
}

/* pkd.END(value), pkd.MORE(value) */
static PyObject *status_call(PyObject *self, PyObject *arguments, PyObject *keywords)
{
	struct status *status = (struct status *)self;
	Py_ssize_t n = PyTuple_GET_SIZE(arguments);
	PyObject *value = NULL;

	if (status->code != PKD_END && status->code != PKD_MORE) {
		PyErr_Format(PyExc_TypeError, "pkd.%s has no value", status->name);
		return NULL;
	}
	if (keywords && PyDict_GET_SIZE(keywords) && n > 0) {
		PyErr_Format(PyExc_TypeError,
		             "pkd.%s has the outputs in their order, or by name, not both",
		             status->name);
		return NULL;
	}
	if (keywords && PyDict_GET_SIZE(keywords))
		value = keywords;
	else if (n == 0)
		return Py_NewRef(self);
	else if (n == 1)
		value = PyTuple_GET_ITEM(arguments, 0);
	else
		value = arguments;
	return (PyObject *)status_create(status->code, status->name, value);
}

PyTypeObject status_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pkd.Status",
	.tp_basicsize = sizeof(struct status),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.tp_doc = "What a step may return",
	.tp_dealloc = status_free,
	.tp_repr = status_repr,
	.tp_call = status_call,
};

static struct status *later_status;

int status_of(PyObject *result, PyObject **ret_value)
{
	struct status *status = (struct status *)result;

	if (Py_TYPE(result) != &status_type)
		return -1;
	*ret_value = status->value;
	return status->code;
}

/* ---- The firing ---- */

static PyObject *get_number(PyObject *self, PyObject *none)
{
	struct node *node = node_of(self, "number");

	(void)none;
	return node ? PyLong_FromUnsignedLongLong(host->number(node->ctx)) : NULL;
}

static PyObject *get_time(PyObject *self, PyObject *none)
{
	struct node *node = node_of(self, "time");

	(void)none;
	return node ? PyLong_FromLongLong(host->time(node->ctx)) : NULL;
}

static PyObject *get_now(PyObject *self, PyObject *none)
{
	(void)self, (void)none;
	return PyLong_FromLongLong(host->now());
}

static Py_ssize_t find_input(struct node *node, const char *name)
{
	for (uint32_t i = 0; i < node->python->n_inputs; i++)
		if (strcmp(node->inputs[i].decl->name, name) == 0)
			return i;
	PyErr_Format(PyExc_ValueError, "'%s' is no input of the node", name);
	return -1;
}

static Py_ssize_t find_output(struct node *node, const char *name)
{
	for (uint32_t i = 0; i < node->python->n_outputs; i++)
		if (strcmp(node->outputs[i].decl->name, name) == 0)
			return i;
	PyErr_Format(PyExc_ValueError, "'%s' is no output of the node", name);
	return -1;
}

/* An object that is one input only: not a number, a text or None, which is the same wherever it
 * comes from. */
static bool is_distinct(PyObject *value)
{
	return value != Py_None && !PyLong_Check(value) && !PyFloat_Check(value) &&
	       !(PyTuple_Check(value) && PyTuple_GET_SIZE(value) == 0);
}

/* By its name, or the value itself as step was given it. */
static Py_ssize_t input_of(struct node *node, PyObject *argument)
{
	const char *name;

	if (PyUnicode_Check(argument)) {
		name = PyUnicode_AsUTF8(argument);
		return name ? find_input(node, name) : -1;
	}
	for (Py_ssize_t i = 0; node->values && is_distinct(argument) && i < node->n_arguments; i++)
		if (node->values[i] == argument && node->arguments[i] >= 0)
			return node->arguments[i];
	PyErr_SetString(PyExc_ValueError,
	                "write the name of an input, or the array or record that step was given");
	return -1;
}

/* None where it is absent. */
static PyObject *get_age(PyObject *self, PyObject *argument)
{
	struct node *node = in_step(self, "age");
	Py_ssize_t i = node ? input_of(node, argument) : -1;
	const void *value;

	if (i < 0)
		return NULL;
	value = node->in[i];
	if (value && node->inputs[i].decl->n)
		value = ((const void *const *)value)[node->inputs[i].n - 1];
	if (!value)
		Py_RETURN_NONE;
	return PyLong_FromLongLong(host->age(node->ctx, value));
}

static PyObject *get_sampled(PyObject *self, PyObject *argument)
{
	struct node *node = node_of(self, "sampled");
	Py_ssize_t i = node ? input_of(node, argument) : -1;

	return i < 0 ? NULL : PyBool_FromLong(host->sampled(node->ctx, (uint32_t)i));
}

/* The name of the input that has fired it; None in a flush, or when it was woken. */
static PyObject *get_fired(PyObject *self, PyObject *none)
{
	struct node *node = in_step(self, "fired");
	uint32_t fired;

	(void)none;
	if (!node)
		return NULL;
	fired = host->fired(node->ctx);
	if (fired >= node->decl->n_inputs)
		Py_RETURN_NONE;
	return PyUnicode_FromString(node->decl->inputs[fired].name);
}

static PyObject *get_part(PyObject *self, PyObject *none)
{
	struct node *node = in_step(self, "part");

	(void)none;
	return node ? PyLong_FromUnsignedLongLong(host->part(node->ctx)) : NULL;
}

static PyObject *get_flushing(PyObject *self, PyObject *none)
{
	struct node *node = in_step(self, "flushing");

	(void)none;
	return node ? PyBool_FromLong(host->flushing(node->ctx)) : NULL;
}

static PyObject *get_woken(PyObject *self, PyObject *none)
{
	struct node *node = in_step(self, "woken");

	(void)none;
	return node ? PyBool_FromLong(host->woken(node->ctx)) : NULL;
}

static PyObject *get_wanted(PyObject *self, PyObject *name)
{
	struct node *node = node_of(self, "wanted");
	const char *text = node ? PyUnicode_AsUTF8(name) : NULL;
	Py_ssize_t i = text ? find_output(node, text) : -1;

	return i < 0 ? NULL : PyBool_FromLong(host->wanted(node->ctx, (uint32_t)i));
}

static PyObject *get_stopping(PyObject *self, PyObject *none)
{
	struct node *node = node_of(self, "stopping");

	(void)none;
	return node ? PyBool_FromLong(host->stopping(node->ctx)) : NULL;
}

static PyObject *get_resumes(PyObject *self, PyObject *none)
{
	struct node *node = node_of(self, "resumes");

	(void)none;
	return node ? PyBool_FromLong(host->resumes(node->ctx)) : NULL;
}

/* ---- What it does ---- */

static bool get_ns(PyObject *argument, int64_t *ret_ns)
{
	PyObject *whole = PyNumber_Index(argument);

	if (!whole) {
		PyErr_SetString(PyExc_TypeError, "a time is a whole number of nanoseconds");
		return false;
	}
	*ret_ns = PyLong_AsLongLong(whole);
	Py_DECREF(whole);
	return !PyErr_Occurred();
}

static PyObject *set_time(PyObject *self, PyObject *argument)
{
	struct node *node = in_step(self, "set_time");
	int64_t ns;

	if (!node || !get_ns(argument, &ns))
		return NULL;
	host->set_time(node->ctx, ns);
	Py_RETURN_NONE;
}

static PyObject *later(PyObject *self, PyObject *argument)
{
	struct node *node = in_step(self, "later");
	int64_t ns;

	if (!node || !get_ns(argument, &ns))
		return NULL;
	host->later(node->ctx, ns);
	return Py_NewRef(later_status);
}

static PyObject *wake(PyObject *self, PyObject *argument)
{
	struct node *node = node_of(self, "wake");
	int64_t ns;

	if (!node || !get_ns(argument, &ns))
		return NULL;
	if (host->wake(node->ctx, ns) == 0)
		Py_RETURN_NONE;
	PyErr_SetString(outside_type, "pkd.wake is for a node that declares `wakes`");
	return NULL;
}

static PyObject *expect_frames(PyObject *self, PyObject *argument)
{
	struct node *node = node_of(self, "expect_frames");
	unsigned long long n = node ? PyLong_AsUnsignedLongLong(argument) : 0;

	if (!node || PyErr_Occurred())
		return NULL;
	host->expect_frames(node->ctx, n);
	Py_RETURN_NONE;
}

static PyObject *stop(PyObject *self, PyObject *none)
{
	struct node *node = node_of(self, "stop");

	(void)none;
	if (!node)
		return NULL;
	host->stop(node->ctx);
	Py_RETURN_NONE;
}

/* watch(fd, events=POLLIN), of a descriptor or what has one. */
static PyObject *watch(PyObject *self, PyObject *arguments)
{
	struct node *node = node_of(self, "watch");
	PyObject *file;
	int events = POLLIN, fd, r;

	if (!node || !PyArg_ParseTuple(arguments, "O|i", &file, &events))
		return NULL;
	fd = PyObject_AsFileDescriptor(file);
	if (fd < 0)
		return NULL;
	if (!node->ready) {
		PyErr_SetString(outside_type,
		                "pkd.watch is for a node with a method `ready(self)`, which is "
		                "called while the descriptor is ready");
		return NULL;
	}
	r = host->watch(node->ctx, fd, (short)events);
	if (r == 0)
		Py_RETURN_NONE;
	errno = -r;
	return PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *output_file(PyObject *self, PyObject *path)
{
	struct node *node = node_of(self, "output_file");
	PyObject *bytes;
	int fd;

	if (!node || !PyUnicode_FSConverter(path, &bytes))
		return NULL;
	fd = host->output_file(node->ctx, PyBytes_AS_STRING(bytes));
	Py_DECREF(bytes);
	if (fd >= 0)
		return PyLong_FromLong(fd);
	errno = -fd; /* it has been said why */
	return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
}

/* ---- Messages ---- */

/* What it says of itself; what UTF-8 cannot write, as an escape. */
static PyObject *bytes_of(PyObject *argument)
{
	PyObject *text = PyObject_Str(argument), *bytes = NULL;

	if (text)
		bytes = PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
	Py_XDECREF(text);
	return bytes;
}

static PyObject *put_log(struct node *node, enum pkd_level level, PyObject *argument)
{
	PyObject *bytes = node ? bytes_of(argument) : NULL;

	if (!bytes)
		return NULL;
	host->log(node->ctx, level, PyBytes_AS_STRING(bytes));
	Py_DECREF(bytes);
	Py_RETURN_NONE;
}

static PyObject *note(PyObject *self, PyObject *argument)
{
	return put_log(node_of(self, "note"), PKD_LOG_INFO, argument);
}

static const struct {
	const char *word;
	enum pkd_level level;
} levels[] = {{"error", PKD_LOG_ERROR},
              {"warning", PKD_LOG_WARNING},
              {"info", PKD_LOG_INFO},
              {"debug", PKD_LOG_DEBUG}};

/* log("warning", text) */
static PyObject *put_level(PyObject *self, PyObject *arguments)
{
	struct node *node = node_of(self, "log");
	PyObject *text;
	const char *word;

	if (!node || !PyArg_ParseTuple(arguments, "sO", &word, &text))
		return NULL;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i].word, word) == 0)
			return put_log(node, levels[i].level, text);
	PyErr_SetString(PyExc_ValueError, "a level is error, warning, info or debug");
	return NULL;
}

/* What the node, or a thread of it, prints: also where no node is called. */
static PyObject *put_print(PyObject *module, PyObject *arguments)
{
	struct node *node = current;
	const char *text;
	int is_error;

	(void)module;
	if (!PyArg_ParseTuple(arguments, "sp", &text, &is_error))
		return NULL;
	if (node && node->ctx)
		host->log(node->ctx, is_error ? PKD_LOG_WARNING : PKD_LOG_INFO, text);
	else
		fprintf(stderr, "%s\n", text);
	Py_RETURN_NONE;
}

static PyObject *fail_at_end(PyObject *self, PyObject *argument)
{
	struct node *node = node_of(self, "fail_at_end");
	PyObject *bytes = node ? bytes_of(argument) : NULL;

	if (!bytes)
		return NULL;
	host->fail_at_end(node->ctx, PyBytes_AS_STRING(bytes));
	Py_DECREF(bytes);
	Py_RETURN_NONE;
}

/* ---- Parameters of the program ---- */

static uint32_t find_setting(struct node *node, const char *name)
{
	uint32_t n = host->n_settings(node->ctx);

	for (uint32_t i = 0; i < n; i++)
		if (strcmp(host->setting_name(node->ctx, i), name) == 0)
			return i;
	PyErr_Format(PyExc_ValueError, "'%s' is no parameter that the node `sets`", name);
	return UINT32_MAX;
}

static PyObject *get_setting(PyObject *self, PyObject *name)
{
	struct node *node = node_of(self, "get");
	const char *text = node ? PyUnicode_AsUTF8(name) : NULL;
	uint32_t i = text ? find_setting(node, text) : UINT32_MAX;
	char value[4097];

	if (i == UINT32_MAX)
		return NULL;
	if (host->setting_get(node->ctx, i, value, sizeof(value)) < 0)
		Py_RETURN_NONE;
	return PyUnicode_FromString(value);
}

static PyObject *set_setting(PyObject *self, PyObject *arguments)
{
	struct node *node = node_of(self, "set");
	const char *name;
	PyObject *value, *text;
	uint32_t i;
	int r = -1;

	if (!node || !PyArg_ParseTuple(arguments, "sO", &name, &value))
		return NULL;
	i = find_setting(node, name);
	if (i == UINT32_MAX)
		return NULL;
	text = PyBool_Check(value) ? PyUnicode_FromString(value == Py_True ? "true" : "false")
	                           : PyObject_Str(value);
	if (text && PyUnicode_AsUTF8(text))
		r = host->setting_set(node->ctx, i, PyUnicode_AsUTF8(text));
	Py_XDECREF(text);
	if (r == 0)
		Py_RETURN_NONE;
	if (!PyErr_Occurred()) {
		errno = -r;
		PyErr_SetFromErrno(PyExc_OSError);
	}
	return NULL;
}

/* ---- Memory ---- */

static PyObject *get_memory(PyObject *self, PyObject *name)
{
	struct node *node = node_of(self, "memory");
	const char *text = node ? PyUnicode_AsUTF8(name) : NULL;

	for (uint32_t i = 0; text && i < node->decl->n_memories; i++) {
		struct memory *memory;
		PyObject *view;

		if (strcmp(node->python->memories[i], text) != 0)
			continue;
		/* It stays where it is as long as the process. */
		memory = memory_create(NULL, host->memory(node->ctx, i),
		                       (Py_ssize_t)node->decl->memories[i].size, false);
		view = memory ? PyMemoryView_FromObject((PyObject *)memory) : NULL;
		Py_XDECREF(memory);
		return view;
	}
	if (text)
		PyErr_Format(PyExc_ValueError, "the node declares no `persistent memory %s`", text);
	return NULL;
}

/* ---- The module and the context ---- */

static PyMethodDef functions[] = {
	{"number", get_number, METH_NOARGS, "The number of the frame, from 1."},
	{"time", get_time, METH_NOARGS, "Its capture time, in ns."},
	{"now", get_now, METH_NOARGS, "The monotonic clock, in ns."},
	{"age", get_age, METH_O, "The age of an input, in ns; None where it is absent."},
	{"sampled", get_sampled, METH_O, "Whether an input is read by `sample`."},
	{"fired", get_fired, METH_NOARGS, "The input that has fired the node."},
	{"part", get_part, METH_NOARGS, "How many values were made of this input before."},
	{"flushing", get_flushing, METH_NOARGS, "Whether the inputs have ended."},
	{"woken", get_woken, METH_NOARGS, "Whether step is called without an input."},
	{"wanted", get_wanted, METH_O, "Whether anybody reads an output."},
	{"stopping", get_stopping, METH_NOARGS, "Whether the program was asked to stop."},
	{"resumes", get_resumes, METH_NOARGS, "Whether an earlier start has begun the run."},
	{"set_time", set_time, METH_O, "Sets the capture time of the frame that is made."},
	{"later", later, METH_O, "`return pkd.later(ns)`: nothing yet; again at that time."},
	{"wake", wake, METH_O, "Has step called at that time, without an input."},
	{"expect_frames", expect_frames, METH_O, "How many frames will come."},
	{"stop", stop, METH_NOARGS, "Asks the whole program to stop in order."},
	{"watch", watch, METH_VARARGS, "Has ready(self) called while a descriptor is ready."},
	{"output_file", output_file, METH_O, "A descriptor of a file that the node `writes`."},
	{"note", note, METH_O, "A line in the log."},
	{"log", put_level, METH_VARARGS, "A line of a level: error, warning, info or debug."},
	{"fail_at_end", fail_at_end, METH_O, "An error with which all goes on to the end."},
	{"get", get_setting, METH_O, "The value of a parameter of the program."},
	{"set", set_setting, METH_VARARGS, "Asks for a value of a parameter of the program."},
	{"memory", get_memory, METH_O, "A `persistent memory` of the node."},
	{NULL, NULL, 0, NULL},
};

static PyMethodDef module_only[] = {
	{"_print", put_print, METH_VARARGS, NULL},
	{"_record", record_of_item, METH_VARARGS, NULL},
	{NULL, NULL, 0, NULL},
};

static PyObject *state_of(struct node *node)
{
	if (!node)
		return NULL;
	if (!node->state) {
		PyErr_SetString(PyExc_AttributeError, "the node declares no `persistent state`");
		return NULL;
	}
	return record_create_state(node);
}

static PyObject *get_state(PyObject *self, void *none)
{
	(void)none;
	return state_of(node_of(self, "state"));
}

static PyObject *get_params(PyObject *self, void *none)
{
	(void)none;
	return Py_NewRef(((struct context *)self)->node->params);
}

static PyObject *get_name(PyObject *self, void *none)
{
	(void)none;
	return PyUnicode_FromString(((struct context *)self)->node->decl->name);
}

static PyGetSetDef context_fields[] = {
	{"state", get_state, NULL, "The persistent state.", NULL},
	{"params", get_params, NULL, "The parameters.", NULL},
	{"name", get_name, NULL, "The node's name in the program.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject context_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pkd.Context",
	.tp_basicsize = sizeof(struct context),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.tp_doc = "What a node's code may ask and do",
	.tp_methods = functions,
	.tp_getset = context_fields,
};

PyObject *context_create(struct node *node)
{
	struct context *context = PyObject_New(struct context, &context_type);

	if (context)
		context->node = node;
	return (PyObject *)context;
}

static void say_missing(const char *name)
{
	PyObject *names = PyList_New(0), *text = NULL;

	for (size_t i = 0; names && functions[i].ml_name; i++) {
		PyObject *one = PyUnicode_FromString(functions[i].ml_name);

		if (!one || PyList_Append(names, one) < 0)
			Py_CLEAR(names);
		Py_XDECREF(one);
	}
	if (names)
		text = PyObject_CallMethod(
			prelude, "missing", "ssO",
			"pkd, inside of a node (what drives programs is for scripts outside),",
			name, names);
	if (text)
		PyErr_SetObject(PyExc_AttributeError, text);
	Py_XDECREF(text);
	Py_XDECREF(names);
}

/* pkd.state and pkd.params are those of the node that is called. */
static PyObject *module_getattr(PyObject *self, PyObject *name)
{
	const char *text = PyUnicode_AsUTF8(name);
	struct node *node;

	(void)self;
	if (text && strcmp(text, "state") == 0)
		return state_of(node_of(self, "state"));
	if (text && strcmp(text, "params") == 0) {
		node = node_of(self, "params");
		return node ? Py_NewRef(node->params) : NULL;
	}
	if (text)
		say_missing(text);
	return NULL;
}

static PyMethodDef getattr_method[] = {
	{"__getattr__", module_getattr, METH_O, NULL},
	{NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "pkd",
	.m_doc = "What a node's code may ask and do",
	.m_size = -1,
};

PyObject *context_module(void)
{
	static const struct {
		int code;
		const char *name;
	} statuses[] = {{PKD_END, "END"}, {PKD_SKIP, "SKIP"}, {PKD_MORE, "MORE"}};
	PyObject *module = PyModule_Create(&definition);
	int r = module ? 0 : -1;

	if (r == 0)
		r = PyModule_AddFunctions(module, functions);
	if (r == 0)
		r = PyModule_AddFunctions(module, module_only);
	if (r == 0)
		r = PyModule_AddFunctions(module, getattr_method);
	for (size_t i = 0; r == 0 && i < 3; i++)
		r = PyModule_AddObject(
			module, statuses[i].name,
			(PyObject *)status_create(statuses[i].code, statuses[i].name, NULL));
	if (r == 0)
		r = PyModule_AddObjectRef(module, "Record", (PyObject *)&record_type);
	later_status = status_create(PKD_LATER, "later", NULL);
	return r == 0 && later_status ? module : NULL;
}

/* ---- out.NAME: what is filled in place ---- */

struct outs {
	PyObject_HEAD struct node *node;
};

PyObject *outs_create(struct node *node)
{
	struct outs *outs = PyObject_New(struct outs, &outs_type);

	if (outs)
		outs->node = node;
	return (PyObject *)outs;
}

/* Up to here an output is memory of its own, copied when the step is over: whoever keeps it can
 * never write to what was published. */
enum { OWN_MAX = 256 << 10 };

static void forget(struct out_port *port)
{
	Py_CLEAR(port->array);
}

static PyObject *fill_in_place(struct node *node, struct out_port *port, size_t index,
                               uint32_t width, uint32_t height)
{
	const struct pkd_type *type = port->plan->type;
	char *slot = node->out[index];

	if (type->kind != PKD_IMAGE && !(type->kind == PKD_ARRAY && port->plan->is_array)) {
		PyErr_Format(PyExc_TypeError,
		             "the output '%s' is %s: return it; images and arrays can be filled "
		             "in place",
		             port->decl->name, type->name);
		return NULL;
	}
	if (!slot || (type->kind == PKD_IMAGE &&
	              (!width || !height || width > type->width || height > type->height))) {
		PyErr_Format(bad_value_type, "'%s': %s has no room for %u x %u", port->decl->name,
		             type->name, width, height);
		return NULL;
	}
	if (port->is_filled && port->array && port->width == width && port->height == height)
		return Py_NewRef(port->array);
	forget(port);
	port->own = NULL;
	if (type->size <= OWN_MAX) {
		PyObject *bytes = PyByteArray_FromStringAndSize(NULL, type->size);

		if (!bytes)
			return NULL;
		port->own = PyByteArray_AS_STRING(bytes);
		memset(port->own, 0,
		       type->kind == PKD_IMAGE ? sizeof(struct pkd_image) : type->size);
		if (type->kind == PKD_IMAGE)
			pkd_image_set((struct pkd_image *)port->own, type->format, width, height);
		port->array = value_from(port->plan, port->own, bytes, false);
		Py_DECREF(bytes);
	} else {
		if (type->kind == PKD_IMAGE)
			pkd_image_set((struct pkd_image *)slot, type->format, width, height);
		port->lease->data = slot;
		port->array = value_from(port->plan, slot, (PyObject *)port->lease, false);
	}
	if (!port->array)
		return NULL;
	port->width = width;
	port->height = height;
	port->is_filled = true;
	return Py_NewRef(port->array);
}

static PyObject *outs_getattr(PyObject *self, PyObject *name)
{
	struct node *node = ((struct outs *)self)->node;
	const char *text = PyUnicode_AsUTF8(name);

	if (!text)
		return NULL;
	for (uint32_t i = 0; i < node->python->n_outputs; i++) {
		struct out_port *port = &node->outputs[i];

		if (strcmp(port->decl->name, text) != 0 && !is_renamed(port->decl->name, text))
			continue;
		if (node->phase != PHASE_STEP || node != current) {
			PyErr_SetString(outside_type, "out has a meaning only in step");
			return NULL;
		}
		return fill_in_place(node, port, i, port->plan->type->width,
		                     port->plan->type->height);
	}
	return PyObject_GenericGetAttr(self, name);
}

/* out.sized("view", height, width): where the image is smaller than its type. */
static PyObject *outs_sized(PyObject *self, PyObject *arguments)
{
	struct node *node = ((struct outs *)self)->node;
	unsigned int width, height;
	const char *name;
	Py_ssize_t i;

	if (!PyArg_ParseTuple(arguments, "sII", &name, &height, &width))
		return NULL;
	if (node->phase != PHASE_STEP || node != current) {
		PyErr_SetString(outside_type, "out has a meaning only in step");
		return NULL;
	}
	i = find_output(node, name);
	return i < 0 ? NULL : fill_in_place(node, &node->outputs[i], (size_t)i, width, height);
}

static PyMethodDef outs_methods[] = {
	{"sized", outs_sized, METH_VARARGS, "An image of this height and width, to be filled."},
	{NULL, NULL, 0, NULL},
};

PyTypeObject outs_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pkd.Out",
	.tp_basicsize = sizeof(struct outs),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.tp_doc = "Outputs that are filled in place",
	.tp_getattro = outs_getattr,
	.tp_methods = outs_methods,
};
