/* Values that Python gives: checked against the declared type, and copied to where they belong. */
#include "embed.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- What is wrong ---- */

static void put_place(char *text, size_t size, const struct place *place)
{
	size_t n;

	if (!place)
		return;
	put_place(text, size, place->up);
	n = strlen(text);
	if (!place->name)
		snprintf(text + n, size - n, "[%zd]", place->index);
	else
		snprintf(text + n, size - n, "%s%s", n && text[n - 1] != '\'' ? "." : "",
		         place->name);
}

int bad_value(const struct place *place, const char *format, ...)
{
	char text[256] = "";
	va_list arguments;
	PyObject *what;

	put_place(text, sizeof(text), place);
	va_start(arguments, format);
	what = PyUnicode_FromFormatV(format, arguments);
	va_end(arguments);
	if (what)
		PyErr_Format(bad_value_type, "'%s': %U", text, what);
	Py_XDECREF(what);
	return -1;
}

static int bad_type(const struct place *place, const char *wanted, PyObject *got)
{
	if (got == Py_None)
		return bad_value(place,
		                 "wanted %s, got None: only what is declared with a '?' may "
		                 "be absent",
		                 wanted);
	PyErr_Clear();
	return bad_value(place, "wanted %s, got %s (%s)", wanted, shown(got),
	                 Py_TYPE(got)->tp_name);
}

/* ---- Numbers ---- */

struct range {
	int64_t least;
	uint64_t most;
};

static struct range range_of(enum pkd_kind kind)
{
	switch (kind) {
	case PKD_I8:
		return (struct range){INT8_MIN, INT8_MAX};
	case PKD_I16:
		return (struct range){INT16_MIN, INT16_MAX};
	case PKD_I32:
		return (struct range){INT32_MIN, INT32_MAX};
	case PKD_U8:
		return (struct range){0, UINT8_MAX};
	case PKD_U16:
		return (struct range){0, UINT16_MAX};
	case PKD_U32:
		return (struct range){0, UINT32_MAX};
	case PKD_U64:
		return (struct range){0, UINT64_MAX};
	default:
		return (struct range){INT64_MIN, INT64_MAX};
	}
}

static void store(char *data, enum pkd_kind kind, uint64_t bits)
{
	const uint8_t u8 = (uint8_t)bits;
	const uint16_t u16 = (uint16_t)bits;
	const uint32_t u32 = (uint32_t)bits;

	switch (kind) {
	case PKD_BOOL:
	case PKD_I8:
	case PKD_U8:
		memcpy(data, &u8, sizeof(u8));
		break;
	case PKD_I16:
	case PKD_U16:
		memcpy(data, &u16, sizeof(u16));
		break;
	case PKD_I32:
	case PKD_U32:
	case PKD_ENUM:
		memcpy(data, &u32, sizeof(u32));
		break;
	default:
		memcpy(data, &bits, sizeof(bits));
	}
}

static int out_of_range(const struct pkd_type *type, PyObject *value, const struct place *place)
{
	const struct range range = range_of(type->kind);

	PyErr_Clear();
	return bad_value(place, "%s is out of range for %s: %lld to %llu", shown(value), type->name,
	                 (long long)range.least, (unsigned long long)range.most);
}

static int whole_to(const struct pkd_type *type, PyObject *value, char *data,
                    const struct place *place)
{
	const struct range range = range_of(type->kind);
	PyObject *whole;
	long long number;
	int overflow;
	uint64_t bits;

	if (PyFloat_Check(value))
		return bad_value(place, "wanted a whole number (%s), got %s: write int(...)",
		                 type->name, shown(value));
	whole = PyNumber_Index(value);
	if (!whole)
		return bad_type(place, type->name, value);
	number = PyLong_AsLongLongAndOverflow(whole, &overflow);
	bits = (uint64_t)number;
	if (overflow > 0 && type->kind == PKD_U64) {
		bits = PyLong_AsUnsignedLongLong(whole);
		overflow = PyErr_Occurred() != NULL;
	} else if (!overflow) {
		overflow = number < range.least || (number > 0 && (uint64_t)number > range.most);
	}
	Py_DECREF(whole);
	if (overflow)
		return out_of_range(type, value, place);
	store(data, type->kind, bits);
	return 0;
}

static int fraction_to(const struct pkd_type *type, PyObject *value, char *data,
                       const struct place *place)
{
	double number = PyFloat_AsDouble(value);
	float single = (float)number;

	if (number == -1.0 && PyErr_Occurred())
		return bad_type(place, type->name, value);
	if (type->kind == PKD_F64) {
		memcpy(data, &number, sizeof(number));
		return 0;
	}
	if (isfinite(number) && !isfinite(single)) {
		return bad_value(place, "%s is out of range for f32", shown(value));
	}
	memcpy(data, &single, sizeof(single));
	return 0;
}

static int bool_to(PyObject *value, char *data, const struct place *place)
{
	static PyObject *numpy_bool;
	long number;

	if (!numpy_bool)
		numpy_bool = PyObject_GetAttrString(prelude, "bool_");
	if (PyBool_Check(value)) {
		*data = value == Py_True;
		return 0;
	}
	if ((PyObject *)Py_TYPE(value) == numpy_bool) {
		*data = PyObject_IsTrue(value) == 1;
		return 0;
	}
	number = PyLong_Check(value) ? PyLong_AsLong(value) : -1;
	if (number != 0 && number != 1)
		return bad_type(place, "bool", value);
	*data = (char)number;
	return 0;
}

/* A member, its number, or its name. */
static int enum_to(const struct plan *plan, PyObject *value, char *data, const struct place *place)
{
	const struct pkd_type *type = plan->type;
	const char *text = PyUnicode_Check(value) ? PyUnicode_AsUTF8(value) : NULL;
	PyObject *whole = NULL;
	long number = -1;

	for (uint32_t i = 0; text && i < type->n; i++)
		if (strcmp(text, type->names[i]) == 0)
			number = (long)i;
	if (!text && !PyFloat_Check(value))
		whole = PyNumber_Index(value);
	if (whole)
		number = PyLong_AsLong(whole);
	Py_XDECREF(whole);
	PyErr_Clear();
	if (number < 0 || number >= (long)type->n)
		return bad_value(place, "wanted a value of %s (%s ... %s), got %s", type->name,
		                 type->names[0], type->names[type->n - 1], shown(value));
	store(data, PKD_ENUM, (uint64_t)number);
	return 0;
}

/* ---- Texts and bytes ---- */

static int too_long(const struct pkd_type *type, Py_ssize_t n, const struct place *place)
{
	return bad_value(place, "it has %zd %s, and %s has room for %u", n,
	                 type->kind == PKD_LIST ? "items" : "bytes", type->name, type->n);
}

static int string_to(const struct pkd_type *type, PyObject *value, char *data,
                     const struct place *place)
{
	uint32_t length;
	Py_ssize_t n;
	const char *text;

	if (!PyUnicode_Check(value))
		return bad_type(place, "a str", value);
	text = PyUnicode_AsUTF8AndSize(value, &n);
	if (!text) {
		PyErr_Clear();
		return bad_value(place, "the text cannot be written as UTF-8");
	}
	if (n > type->n)
		return too_long(type, n, place);
	if (memchr(text, 0, (size_t)n))
		return bad_value(place, "the text has a NUL in it");
	length = (uint32_t)n;
	memcpy(data, &length, sizeof(length));
	memcpy(data + sizeof(length), text, (size_t)n);
	data[sizeof(length) + length] = '\0';
	return 0;
}

static int bytes_to(const struct pkd_type *type, PyObject *value, char *data,
                    const struct place *place)
{
	uint32_t length;
	Py_buffer view;
	int r = 0;

	if (PyUnicode_Check(value) || PyObject_GetBuffer(value, &view, PyBUF_CONTIG_RO) < 0)
		return bad_type(place, "bytes", value);
	if (view.len > type->n) {
		r = too_long(type, view.len, place);
	} else {
		length = (uint32_t)view.len;
		memcpy(data, &length, sizeof(length));
		memcpy(data + sizeof(length), view.buf, length);
	}
	PyBuffer_Release(&view);
	return r;
}

/* ---- Arrays and lists ---- */

/* Whether it has the very dtype of the items, so that its bytes are theirs. The last one that had
 * is remembered: a node makes its arrays by one dtype, mostly. */
static bool has_dtype(struct plan *item, PyObject *value)
{
	static PyObject *name;
	PyObject *dtype;
	int same;

	if (!name)
		name = PyUnicode_InternFromString("dtype");
	dtype = PyObject_GetAttr(value, name);
	if (!dtype) {
		PyErr_Clear();
		return false;
	}
	same = dtype == item->dtype || dtype == item->same_dtype;
	if (!same) {
		same = PyObject_RichCompareBool(dtype, item->dtype, Py_EQ);
		if (same < 0)
			PyErr_Clear();
		if (same > 0)
			Py_XSETREF(item->same_dtype, Py_NewRef(dtype));
	}
	Py_DECREF(dtype);
	return same > 0;
}

/* Its bytes, where that is so. False: it must be looked at. */
static bool copy_bytes(struct plan *item, PyObject *value, char *data, uint32_t n)
{
	Py_buffer view;
	bool fits;

	if (item->type->kind == PKD_ARRAY || !has_dtype(item, value))
		return false;
	if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) {
		PyErr_Clear(); /* other strides */
		return false;
	}
	fits = view.len == (Py_ssize_t)n * item->type->size;
	if (fits)
		memmove(data, view.buf, (size_t)view.len);
	PyBuffer_Release(&view);
	return fits;
}

/* An array of NumPy, by NumPy. 1: it was none, or must be looked at item by item. */
static int array_to(struct plan *item, PyObject *value, char *data, uint32_t n)
{
	static PyObject *assign;
	struct memory *memory;
	PyObject *done;
	int r;

	if (copy_bytes(item, value, data, n))
		return 0;
	if (!assign)
		assign = PyObject_GetAttrString(prelude, "assign");
	if (!assign)
		return -1;
	memory = memory_create(NULL, data, (Py_ssize_t)n * item->type->size, false);
	if (!memory)
		return -1;
	done = PyObject_CallFunction(assign, "OOOI", (PyObject *)memory, item->dtype, value, n);
	memory->data = NULL;
	Py_DECREF(memory);
	r = !done ? -1 : done == Py_True ? 0 : 1;
	Py_XDECREF(done);
	return r;
}

/* Of a list or a tuple of n. What an item is asked for may be code of the node's, which may change
 * the list. */
static PyObject *item_at(PyObject *items, Py_ssize_t i, Py_ssize_t n, const struct place *place)
{
	if (PySequence_Fast_GET_SIZE(items) == n)
		return Py_NewRef(PySequence_Fast_GET_ITEM(items, i));
	bad_value(place, "it was changed while it was read");
	return NULL;
}

static int sequence_to(const struct plan *item, PyObject *items, char *data,
                       const struct place *place)
{
	Py_ssize_t n = PySequence_Fast_GET_SIZE(items);
	int r = 0;

	for (Py_ssize_t i = 0; i < n && r == 0; i++) {
		const struct place at = {place, NULL, i};
		PyObject *one = item_at(items, i, n, place);

		r = one ? value_to(item, one, data + (size_t)i * item->type->size, &at) : -1;
		Py_XDECREF(one);
	}
	return r;
}

static int items_to(const struct plan *plan, PyObject *value, char *data, const struct place *place)
{
	const struct pkd_type *type = plan->type;
	bool is_list = type->kind == PKD_LIST;
	char *first = data + (is_list ? type->items_offset : 0);
	Py_ssize_t n;
	PyObject *items;
	uint32_t length;
	int r = 1;

	if (value == Py_None || PyUnicode_Check(value) || PyDict_Check(value))
		return bad_type(place, is_list ? "a list" : type->name, value);
	n = PyObject_Size(value);
	if (n < 0) {
		PyErr_Clear();
		if (!PyIter_Check(value))
			return bad_type(place, is_list ? "a list" : type->name, value);
		n = 0;
	} else if (is_list && n > type->n) {
		return too_long(type, n, place);
	} else if (!is_list && n != type->n) {
		return bad_value(place, "it has %zd items, and %s has %u", n, type->name, type->n);
	}
	if (plan->item->is_array && !PyList_CheckExact(value) && !PyTuple_CheckExact(value) &&
	    PyObject_CheckBuffer(value) && n > 0)
		r = array_to(plan->item, value, first, (uint32_t)n);
	if (r == 1) {
		items = PySequence_Fast(value, "wanted a list");
		if (!items)
			return -1;
		n = PySequence_Fast_GET_SIZE(items);
		if (is_list && n > type->n)
			r = too_long(type, n, place);
		else if (!is_list && n != type->n)
			r = bad_value(place, "it has %zd items, and %s has %u", n, type->name,
			              type->n);
		else
			r = sequence_to(plan->item, items, first, place);
		Py_DECREF(items);
	}
	if (r < 0 || !is_list)
		return r;
	length = (uint32_t)n;
	memcpy(data, &length, sizeof(length));
	return 0;
}

/* ---- Records ---- */

static PyObject *field_from(PyObject *value, PyObject *name, Py_ssize_t i, Py_ssize_t n,
                            const struct place *place)
{
	static PyObject *item;
	PyObject *field;

	if (!item)
		item = PyObject_GetAttrString(prelude, "void");
	/* Of NumPy: it has attributes of its own, such as `size`. */
	if ((PyObject *)Py_TYPE(value) == item)
		return PyObject_GetItem(value, name);
	if (PyDict_Check(value))
		return Py_XNewRef(PyDict_GetItemWithError(value, name));
	if (PyTuple_CheckExact(value) || PyList_CheckExact(value))
		return item_at(value, i, n, place);
	field = PyObject_GetAttr(value, name);
	if (field || !PyErr_ExceptionMatches(PyExc_AttributeError))
		return field;
	PyErr_Clear();
	/* A mapping, or an item of a subclass. */
	return PyObject_GetItem(value, name);
}

static int refuse_unknown(const struct plan *plan, PyObject *dict, const struct place *place)
{
	PyObject *key, *value;
	Py_ssize_t at = 0;

	while (PyDict_Next(dict, &at, &key, &value)) {
		int has;

		Py_INCREF(key);
		has = PySequence_Contains(plan->names, key);
		if (has == 0)
			has = bad_value(place, "%s has no field %s", plan->type->name, shown(key));
		Py_DECREF(key);
		if (has < 0)
			return -1;
	}
	return 0;
}

static int record_to(const struct plan *plan, PyObject *value, char *data,
                     const struct place *place)
{
	const struct pkd_type *type = plan->type;
	const char *same = record_data(value, plan);
	int r = 0;

	if (same) {
		memmove(data, same, type->size);
		return 0;
	}
	if (PyErr_Occurred())
		return -1;
	if (value == Py_None || PyLong_Check(value) || PyFloat_Check(value) ||
	    PyUnicode_Check(value))
		return bad_type(place, type->name, value);
	if ((PyTuple_CheckExact(value) || PyList_CheckExact(value)) &&
	    PySequence_Fast_GET_SIZE(value) != type->n)
		return bad_value(place, "%s has %u fields, and the %s has %zd", type->name, type->n,
		                 Py_TYPE(value)->tp_name, PySequence_Fast_GET_SIZE(value));
	if (PyDict_Check(value) && PyDict_GET_SIZE(value) > type->n)
		return refuse_unknown(plan, value, place);
	for (uint32_t i = 0; i < type->n && r == 0; i++) {
		const struct place at = {place, type->fields[i].name, 0};
		PyObject *field = field_from(value, PyTuple_GET_ITEM(plan->names, i), i, type->n,
		                             place);

		if (!field && PyErr_Occurred() && PyErr_ExceptionMatches(bad_value_type))
			return -1;
		if (!field) {
			PyErr_Clear();
			if (PyDict_Check(value) && refuse_unknown(plan, value, place) < 0)
				return -1;
			return bad_value(place, "%s has no '%s', a field of %s", shown(value),
			                 type->fields[i].name, type->name);
		}
		r = value_to(plan->fields[i], field, data + type->fields[i].offset, &at);
		Py_DECREF(field);
	}
	if (r == 0 && PyDict_Check(value) && PyDict_GET_SIZE(value) != type->n)
		r = refuse_unknown(plan, value, place);
	return r;
}

/* ---- Images ---- */

struct shape {
	Py_ssize_t height, width, channels;
	const char *dtype, *format;
	Py_ssize_t itemsize;
};

static struct shape shape_of(uint32_t format, uint32_t plane)
{
	struct shape shape = {.dtype = "uint8", .format = "B", .itemsize = 1};

	if (format == PKD_GRAY16)
		shape = (struct shape){.dtype = "uint16", .format = "H", .itemsize = 2};
	if (format == PKD_GRAYF32)
		shape = (struct shape){.dtype = "float32", .format = "f", .itemsize = 4};
	shape.channels = format == PKD_NV12 && plane == 1 ? 2
	                                                  : pkd_pixel_size(format) / shape.itemsize;
	return shape;
}

static bool has_format(const Py_buffer *view, const struct shape *shape)
{
	const char *format = view->format ? view->format : "B";

	if (*format == '<' || *format == '=' || *format == '@' || *format == '|')
		format++;
	return strcmp(format, shape->format) == 0 && view->itemsize == shape->itemsize;
}

static PyObject *words_of(const Py_buffer *view)
{
	PyObject *shape = PyTuple_New(view->ndim);

	for (int i = 0; shape && i < view->ndim; i++)
		PyTuple_SET_ITEM(shape, i, PyLong_FromSsize_t(view->shape[i]));
	return shape;
}

static int bad_array(const Py_buffer *view, const struct shape *shape, const char *limit,
                     const struct place *place)
{
	static const struct {
		char format;
		const char *dtype;
	} dtypes[] = {{'B', "uint8"},   {'b', "int8"},    {'H', "uint16"}, {'h', "int16"},
	              {'I', "uint32"},  {'i', "int32"},   {'L', "uint64"}, {'l', "int64"},
	              {'f', "float32"}, {'d', "float64"}, {'?', "bool"},   {'e', "float16"}};
	const char *dtype = view->format ? view->format : "B";
	PyObject *got = words_of(view);
	char wanted[64];
	int r;

	for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++)
		if (dtype[0] == dtypes[i].format && !dtype[1]) {
			dtype = dtypes[i].dtype;
			break;
		}
	if (shape->channels > 1)
		snprintf(wanted, sizeof(wanted), "(height, width, %zd)", shape->channels);
	else
		snprintf(wanted, sizeof(wanted), "(height, width)");
	r = bad_value(place, "wanted an array %s of %s%s, got %R of %s", wanted, shape->dtype,
	              limit, got, dtype);
	Py_XDECREF(got);
	return r;
}

static void copy_plane(const Py_buffer *view, const struct shape *shape, char *to,
                       Py_ssize_t stride)
{
	Py_ssize_t pixel = shape->channels * shape->itemsize, height = view->shape[0];
	Py_ssize_t row = view->shape[1] * pixel;
	bool packed = view->strides[1] == pixel && (view->ndim < 3 || view->shape[2] == 1 ||
	                                            view->strides[2] == shape->itemsize);
	const char *from = view->buf;

	if (packed && view->strides[0] == row && stride == row) {
		memcpy(to, from, (size_t)(row * height));
		return;
	}
	for (Py_ssize_t y = 0; y < height; y++, from += view->strides[0], to += stride) {
		if (packed) {
			memcpy(to, from, (size_t)row);
			continue;
		}
		for (Py_ssize_t x = 0; x < view->shape[1]; x++)
			for (Py_ssize_t c = 0; c < shape->channels; c++)
				memcpy(to + x * pixel + c * shape->itemsize,
				       from + x * view->strides[1] +
				               (view->ndim > 2 ? c * view->strides[2] : 0),
				       (size_t)shape->itemsize);
	}
}

/* The plane of an image, or all of it. `image` has its size already where `plane` is not the first:
 * all planes are of one image. */
static int plane_to(const struct pkd_type *type, PyObject *value, struct pkd_image *image,
                    uint32_t plane, const struct place *place)
{
	const struct shape shape = shape_of(type->format, plane);
	struct pkd_image_plane at;
	char limit[64];
	Py_buffer view;
	bool fits;
	int r = 0;

	if (PyObject_GetBuffer(value, &view, PyBUF_RECORDS_RO) < 0)
		return bad_type(place, "an array", value);
	fits = has_format(&view, &shape) &&
	       (view.ndim == 3 ? view.shape[2] == shape.channels
	                       : view.ndim == 2 && shape.channels == 1);
	snprintf(limit, sizeof(limit), " of at most %u x %u", type->height, type->width);
	if (fits && plane == 0) {
		fits = view.shape[0] >= 1 && view.shape[1] >= 1 && view.shape[0] <= type->height &&
		       view.shape[1] <= type->width;
		if (fits)
			pkd_image_set(image, type->format, (uint32_t)view.shape[1],
			              (uint32_t)view.shape[0]);
	} else if (fits) {
		at = pkd_plane(image, plane);
		fits = view.shape[0] == at.height && view.shape[1] == at.width;
		snprintf(limit, sizeof(limit), ", here (%u, %u)", at.height, at.width);
	}
	if (!fits) {
		r = bad_array(&view, &shape, limit, place);
	} else {
		at = pkd_plane(image, plane);
		copy_plane(&view, &shape, (char *)at.data, at.stride);
	}
	PyBuffer_Release(&view);
	return r;
}

static int image_to(const struct pkd_type *type, PyObject *value, char *data,
                    const struct place *place)
{
	struct pkd_image *image = (struct pkd_image *)data;
	uint32_t n = pkd_planes(type->format);
	int r = 0;

	if (n == 1)
		return plane_to(type, value, image, 0, place);
	if (!PyTuple_Check(value) && !PyList_Check(value))
		return bad_type(place,
		                type->format == PKD_NV12 ? "two planes (Y, UV)"
		                                         : "three planes (Y, U, V)",
		                value);
	if (PySequence_Fast_GET_SIZE(value) != n)
		return bad_value(place, "wanted %u planes, got %zd", n,
		                 PySequence_Fast_GET_SIZE(value));
	for (uint32_t i = 0; i < n && r == 0; i++) {
		const struct place at = {place, NULL, i};
		PyObject *plane = item_at(value, i, n, place);

		r = plane ? plane_to(type, plane, image, i, &at) : -1;
		Py_XDECREF(plane);
	}
	return r;
}

int value_to(const struct plan *plan, PyObject *value, char *data, const struct place *place)
{
	const struct pkd_type *type = plan->type;

	switch (type->kind) {
	case PKD_BOOL:
		return bool_to(value, data, place);
	case PKD_F32:
	case PKD_F64:
		return fraction_to(type, value, data, place);
	case PKD_ENUM:
		return enum_to(plan, value, data, place);
	case PKD_STRING:
		return string_to(type, value, data, place);
	case PKD_BYTES:
		return bytes_to(type, value, data, place);
	case PKD_ARRAY:
	case PKD_LIST:
		return items_to(plan, value, data, place);
	case PKD_RECORD:
		return record_to(plan, value, data, place);
	case PKD_IMAGE:
		return image_to(type, value, data, place);
	default:
		return whole_to(type, value, data, place);
	}
}

size_t value_size(const struct pkd_type *type, const char *data)
{
	const struct pkd_image *image = (const struct pkd_image *)data;

	if (type->kind != PKD_IMAGE)
		return type->size;
	return sizeof(*image) + pkd_image_bytes(image->format, image->stride, image->height);
}

char *value_apart(const struct plan *plan, PyObject *value, const struct place *place)
{
	char *made = PyMem_Calloc(1, plan->type->size);

	if (!made) {
		PyErr_NoMemory();
		return NULL;
	}
	if (value_to(plan, value, made, place) == 0)
		return made;
	PyMem_Free(made);
	return NULL;
}
