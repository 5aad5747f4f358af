/* Memory that Python sees by the buffer protocol. */
#include "embed.h"

#include <string.h>

struct memory *memory_create(PyObject *owner, char *data, Py_ssize_t size, bool readonly)
{
	struct memory *memory = PyObject_New(struct memory, &memory_type);

	if (!memory)
		return NULL;
	memory->data = data;
	memory->size = size;
	memory->readonly = readonly;
	memory->owner = Py_XNewRef(owner);
	memory->n_dimensions = 0;
	memory->itemsize = 1;
	memory->format = "B";
	return memory;
}

static void memory_free(PyObject *self)
{
	Py_XDECREF(((struct memory *)self)->owner);
	PyObject_Free(self);
}

static bool is_dense(const struct memory *memory)
{
	Py_ssize_t size = memory->itemsize;

	for (int i = memory->n_dimensions; i-- > 0;) {
		if (memory->strides[i] != size)
			return false;
		size *= memory->shape[i];
	}
	return true;
}

static int get_buffer(PyObject *self, Py_buffer *view, int flags)
{
	struct memory *memory = (struct memory *)self;
	bool shaped = memory->n_dimensions > 0;

	view->obj = NULL;
	if (!memory->data) {
		PyErr_SetString(PyExc_BufferError, "the step that had this value is over");
		return -1;
	}
	if ((flags & PyBUF_WRITABLE) && memory->readonly) {
		PyErr_SetString(PyExc_BufferError, "an input cannot be written to");
		return -1;
	}
	if (shaped && (flags & PyBUF_STRIDES) != PyBUF_STRIDES && !is_dense(memory)) {
		PyErr_SetString(PyExc_BufferError, "the rows have padding between them");
		return -1;
	}
	view->buf = memory->data;
	view->obj = Py_NewRef(self);
	view->len = memory->size;
	view->readonly = memory->readonly;
	view->itemsize = memory->itemsize;
	view->format = flags & PyBUF_FORMAT ? (char *)memory->format : NULL;
	view->ndim = shaped ? memory->n_dimensions : 1;
	view->shape = NULL;
	view->strides = NULL;
	view->suboffsets = NULL;
	view->internal = NULL;
	if (flags & PyBUF_ND)
		view->shape = shaped ? memory->shape : &memory->size;
	if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES)
		view->strides = shaped ? memory->strides : &memory->itemsize;
	return 0;
}

static PyBufferProcs buffer = {.bf_getbuffer = get_buffer};

PyTypeObject memory_type = {
	PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pkd.Memory",
	.tp_basicsize = sizeof(struct memory),
	.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.tp_doc = "Memory of a value",
	.tp_dealloc = memory_free,
	.tp_as_buffer = &buffer,
};

/* ---- Arrays ---- */

static PyObject *get(PyObject **cache, PyObject *from, const char *name)
{
	if (!*cache)
		*cache = PyObject_GetAttrString(from, name);
	return *cache;
}

/* A shape that many values have, as a tuple. */
static PyObject *shape_of(const struct memory *memory)
{
	static struct {
		Py_ssize_t shape[3];
		int n;
		PyObject *tuple;
	} known[4];
	static unsigned int next;
	PyObject *tuple;

	for (size_t i = 0; i < 4; i++)
		if (known[i].n == memory->n_dimensions &&
		    memcmp(known[i].shape, memory->shape,
		           (size_t)known[i].n * sizeof(known[i].shape[0])) == 0 &&
		    known[i].n)
			return Py_NewRef(known[i].tuple);
	tuple = PyTuple_New(memory->n_dimensions);
	for (int i = 0; tuple && i < memory->n_dimensions; i++)
		PyTuple_SET_ITEM(tuple, i, PyLong_FromSsize_t(memory->shape[i]));
	if (!tuple)
		return NULL;
	next = (next + 1) % 4;
	memcpy(known[next].shape, memory->shape, sizeof(known[next].shape));
	known[next].n = memory->n_dimensions;
	Py_XSETREF(known[next].tuple, Py_NewRef(tuple));
	return tuple;
}

/* Without padding between its rows: by two calls that are quicker than one that reads a format. */
static PyObject *dense_array(struct memory *memory)
{
	static PyObject *from_buffer, *reshape, *dtypes[3];
	static const char *const names[] = {"uint8", "uint16", "float32"};
	size_t k = memory->itemsize / 2; /* 1, 2, 4 bytes */
	PyObject *flat, *shaped, *arguments[2];

	if (!reshape)
		reshape = PyUnicode_InternFromString("reshape");
	if (!get(&from_buffer, prelude, "frombuffer") || !reshape)
		return NULL;
	if (!dtypes[k])
		dtypes[k] = PyObject_CallMethod(prelude, "plain_dtype", "s", names[k]);
	arguments[0] = (PyObject *)memory;
	arguments[1] = dtypes[k];
	flat = dtypes[k] ? PyObject_Vectorcall(from_buffer, arguments, 2, NULL) : NULL;
	if (!flat)
		return NULL;
	arguments[0] = flat;
	arguments[1] = shape_of(memory);
	shaped = arguments[1] ? PyObject_VectorcallMethod(reshape, arguments, 2, NULL) : NULL;
	Py_XDECREF(arguments[1]);
	Py_DECREF(flat);
	return shaped;
}

PyObject *memory_array(struct memory *memory)
{
	static PyObject *as_array;

	if (is_dense(memory))
		return dense_array(memory);
	return get(&as_array, prelude, "asarray")
	               ? PyObject_CallOneArg(as_array, (PyObject *)memory)
	               : NULL;
}

PyObject *memory_items(struct memory *memory, PyObject *dtype, uint32_t n, bool records)
{
	static PyObject *plain, *structured;
	PyObject *type = records ? get(&structured, prelude, "Records")
	                         : get(&plain, prelude, "ndarray");
	PyObject *arguments[3] = {PyLong_FromUnsignedLong(n), dtype, (PyObject *)memory};
	PyObject *array = NULL;

	if (type && arguments[0])
		array = PyObject_Vectorcall(type, arguments, 3, NULL);
	Py_XDECREF(arguments[0]);
	return array;
}
