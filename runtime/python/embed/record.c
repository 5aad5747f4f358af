/* A record as an object: fields are attributes and items, read out of the value when they are asked
 * for. A node's persistent state is one that can be written to. */
#include "embed.h"

#include <string.h>

struct record {
	PyObject_HEAD const struct plan *plan;
	char *data;
	PyObject *owner;
	struct node *node; /* whose state it is: where that lies is asked for each time */
	bool readonly;
};

static struct record *make(const struct plan *plan, char *data, PyObject *owner, bool readonly)
{
	struct record *record = PyObject_New(struct record, &record_type);

	if (!record)
		return NULL;
	record->plan = plan;
	record->data = data;
	record->owner = Py_XNewRef(owner);
	record->node = NULL;
	record->readonly = readonly;
	return record;
}

PyObject *record_create(const struct plan *plan, char *data, PyObject *owner, bool readonly)
{
	return (PyObject *)make(plan, data, owner, readonly);
}

PyObject *record_create_state(struct node *node)
{
	struct record *record = make(node->state, NULL, NULL, true);

	if (record)
		record->node = node;
	return (PyObject *)record;
}

static void record_free(PyObject *self)
{
	Py_XDECREF(((struct record *)self)->owner);
	PyObject_Free(self);
}

/* Where it lies; NULL after an exception. */
static char *data_of(struct record *record)
{
	struct node *node = record->node;

	if (!node)
		return record->data;
	if (node != current || node->phase == PHASE_NONE || node->phase == PHASE_FINISH) {
		PyErr_SetString(outside_type, "the state is there only while the node is called");
		return NULL;
	}
	node->state_lease->data = host->state(node->ctx);
	record->readonly = node->phase != PHASE_STEP && node->phase != PHASE_COMMAND;
	return node->state_lease->data;
}

bool is_renamed(const char *name, const char *in_python)
{
	size_t n = strlen(name);

	return strncmp(name, in_python, n) == 0 && strcmp(in_python + n, "_") == 0;
}

static Py_ssize_t find_renamed(const struct plan *plan, PyObject *name)
{
	const char *text = PyUnicode_AsUTF8(name);
	Py_ssize_t i = 0;

	PyErr_Clear();
	while (text && i < plan->type->n && !is_renamed(plan->type->fields[i].name, text))
		i++;
	return text && i < plan->type->n ? i : -1;
}

static Py_ssize_t find(const struct plan *plan, PyObject *name)
{
	for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(plan->names); i++)
		if (PyTuple_GET_ITEM(plan->names, i) == name)
			return i;
	if (!PyUnicode_Check(name))
		return -1;
	for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(plan->names); i++)
		if (PyUnicode_Compare(PyTuple_GET_ITEM(plan->names, i), name) == 0)
			return i;
	return find_renamed(plan, name);
}

static PyObject *field_of(struct record *record, Py_ssize_t i)
{
	char *data = data_of(record);
	PyObject *owner = record->node ? (PyObject *)record->node->state_lease : record->owner;

	if (!data)
		return NULL;
	return value_from(record->plan->fields[i], data + record->plan->type->fields[i].offset,
	                  owner, record->readonly);
}

static PyObject *get_attribute(PyObject *self, PyObject *name)
{
	struct record *record = (struct record *)self;
	Py_ssize_t i = find(record->plan, name);

	return i < 0 ? PyObject_GenericGetAttr(self, name) : field_of(record, i);
}

/* A field may be given parts of itself, in another order. */
static int put_field(const struct plan *plan, PyObject *value, char *data,
                     const struct place *place)
{
	char *made;

	if (!plan->borrows)
		return value_to(plan, value, data, place);
	made = value_apart(plan, value, place);
	if (!made)
		return -1;
	memcpy(data, made, value_size(plan->type, made));
	PyMem_Free(made);
	return 0;
}

static int set_field(struct record *record, Py_ssize_t i, PyObject *value)
{
	const struct pkd_type *type = record->plan->type;
	const struct place up = {NULL, record->node ? "state" : type->name, 0};
	const struct place place = {&up, type->fields[i].name, 0};
	char *data = data_of(record);

	if (!data)
		return -1;
	if (record->readonly) {
		PyErr_Format(PyExc_AttributeError,
		             record->node ? "the state can be changed in step and in commands only"
		                          : "an input cannot be written to: make a dict of '%s'",
		             type->name);
		return -1;
	}
	if (!value) {
		PyErr_SetString(PyExc_AttributeError, "a field cannot be deleted");
		return -1;
	}
	return put_field(record->plan->fields[i], value, data + type->fields[i].offset, &place);
}

static int set_attribute(PyObject *self, PyObject *name, PyObject *value)
{
	struct record *record = (struct record *)self;
	Py_ssize_t i = find(record->plan, name);

	if (i >= 0)
		return set_field(record, i, value);
	PyErr_Format(PyExc_AttributeError, "%s has no field %R", record->plan->type->name, name);
	return -1;
}

static Py_ssize_t find_key(struct record *record, PyObject *key)
{
	Py_ssize_t i = find(record->plan, key);

	if (i < 0 && PyLong_Check(key)) {
		i = PyLong_AsSsize_t(key);
		if (i < 0)
			i += PyTuple_GET_SIZE(record->plan->names);
		if (i < 0 || i >= PyTuple_GET_SIZE(record->plan->names)) {
			PyErr_Clear();
			PyErr_SetString(PyExc_IndexError, "a record has no such field");
			return -1;
		}
	}
	if (i < 0)
		PyErr_SetObject(PyExc_KeyError, key);
	return i;
}

static PyObject *get_item(PyObject *self, PyObject *key)
{
	Py_ssize_t i = find_key((struct record *)self, key);

	return i < 0 ? NULL : field_of((struct record *)self, i);
}

static int set_item(PyObject *self, PyObject *key, PyObject *value)
{
	Py_ssize_t i = find_key((struct record *)self, key);

	return i < 0 ? -1 : set_field((struct record *)self, i, value);
}

static Py_ssize_t length(PyObject *self)
{
	return PyTuple_GET_SIZE(((struct record *)self)->plan->names);
}

static PyObject *item_at(PyObject *self, Py_ssize_t i)
{
	if (i >= 0 && i < length(self))
		return field_of((struct record *)self, i);
	PyErr_SetString(PyExc_IndexError, "a record has no such field");
	return NULL;
}

static PyObject *as_dict(PyObject *self, PyObject *none)
{
	struct record *record = (struct record *)self;
	PyObject *dict = PyDict_New();

	(void)none;
	for (Py_ssize_t i = 0; dict && i < length(self); i++) {
		PyObject *value = field_of(record, i);

		if (!value || PyDict_SetItem(dict, PyTuple_GET_ITEM(record->plan->names, i), value))
			Py_CLEAR(dict);
		Py_XDECREF(value);
	}
	return dict;
}

static PyObject *copy(PyObject *self, PyObject *none)
{
	struct record *record = (struct record *)self;
	char *data = data_of(record);
	PyObject *bytes, *made;

	(void)none;
	if (!data)
		return NULL;
	bytes = PyBytes_FromStringAndSize(data, record->plan->type->size);
	if (!bytes)
		return NULL;
	made = record_create(record->plan, PyBytes_AS_STRING(bytes), bytes, true);
	Py_DECREF(bytes);
	return made;
}

static PyObject *reduce(PyObject *self, PyObject *none)
{
	PyObject *plain = PyObject_CallMethod(prelude, "reduced", "O", self), *result = NULL;

	(void)none;
	if (plain)
		result = PyObject_CallMethod(plain, "__reduce__", NULL);
	Py_XDECREF(plain);
	return result;
}

static PyObject *keys(PyObject *self, PyObject *none)
{
	(void)none;
	return Py_NewRef(((struct record *)self)->plan->names);
}

static PyObject *represent(PyObject *self)
{
	PyObject *dict = as_dict(self, NULL), *text;

	if (!dict)
		return NULL;
	text = PyUnicode_FromFormat("%s(%R)", ((struct record *)self)->plan->type->name, dict);
	Py_DECREF(dict);
	return text;
}

static PyObject *compare(PyObject *self, PyObject *other, int operation)
{
	PyObject *a, *b, *result = NULL;

	if ((operation != Py_EQ && operation != Py_NE) ||
	    (Py_TYPE(other) != &record_type && !PyDict_Check(other)))
		Py_RETURN_NOTIMPLEMENTED;
	a = as_dict(self, NULL);
	b = Py_TYPE(other) == &record_type ? as_dict(other, NULL) : Py_NewRef(other);
	if (a && b)
		result = PyObject_CallMethod(prelude, "equal", "OO", a, b);
	if (result && operation == Py_NE) {
		PyObject *same = result;

		result = PyBool_FromLong(same != Py_True);
		Py_DECREF(same);
	}
	Py_XDECREF(a);
	Py_XDECREF(b);
	return result;
}

const char *record_data(PyObject *value, const struct plan *plan)
{
	struct record *record = (struct record *)value;

	if (Py_TYPE(value) != &record_type || record->plan != plan)
		return NULL;
	return data_of(record);
}

/* Whether an item of an array is a record as it lies in memory. */
static bool is_of(PyObject *item, const struct plan *plan)
{
	PyObject *dtype = PyObject_GetAttrString(item, "dtype");
	int same = dtype == plan->dtype;

	if (dtype && !same)
		same = PyObject_RichCompareBool(dtype, plan->dtype, Py_EQ);
	Py_XDECREF(dtype);
	return same > 0;
}

PyObject *record_of_item(PyObject *module, PyObject *arguments)
{
	PyObject *item, *capsule;
	const struct plan *plan;
	Py_buffer view;
	char *data;

	(void)module;
	if (!PyArg_ParseTuple(arguments, "OO", &item, &capsule))
		return NULL;
	plan = PyCapsule_GetPointer(capsule, "pkd.plan");
	if (!plan)
		return NULL;
	/* One of which only some fields are left, or in the order of bytes of another machine. */
	if (!is_of(item, plan))
		return PyErr_Occurred() ? NULL : Py_NewRef(item);
	if (PyObject_GetBuffer(item, &view, PyBUF_SIMPLE) < 0)
		return NULL;
	/* The item keeps what it lies in. */
	data = view.buf;
	PyBuffer_Release(&view);
	return record_create(plan, data, item, true);
}

static PyMethodDef methods[] = {
	{"_asdict", as_dict, METH_NOARGS, "Its fields as a dict."},
	{"copy", copy, METH_NOARGS, "A record of its own, which may be kept."},
	{"__copy__", copy, METH_NOARGS, NULL},
	{"__deepcopy__", copy, METH_O, NULL},
	{"__reduce__", reduce, METH_NOARGS, NULL},
	{"keys", keys, METH_NOARGS, "The names of its fields."},
	{NULL, NULL, 0, NULL},
};
static PySequenceMethods sequence = {.sq_length = length, .sq_item = item_at};
static PyMappingMethods mapping = {
	.mp_length = length, .mp_subscript = get_item, .mp_ass_subscript = set_item};

PyTypeObject record_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pkd.Record",
	.tp_basicsize = sizeof(struct record),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.tp_doc = "A record: its fields are attributes and items",
	.tp_dealloc = record_free,
	.tp_repr = represent,
	.tp_getattro = get_attribute,
	.tp_setattro = set_attribute,
	.tp_as_sequence = &sequence,
	.tp_as_mapping = &mapping,
	.tp_methods = methods,
	.tp_richcompare = compare,
	.tp_hash = PyObject_HashNotImplemented,
};
