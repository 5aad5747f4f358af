/* Values as Python sees them. */
#include "embed.h"

#include <string.h>

#define LOAD(type)                                       \
	__extension__({                                  \
		type loaded_;                            \
		memcpy(&loaded_, data, sizeof(loaded_)); \
		loaded_;                                 \
	})

static PyObject *number_from(const struct plan *plan, const char *data)
{
	switch (plan->type->kind) {
	case PKD_BOOL:
		return PyBool_FromLong(*data != 0);
	case PKD_I8:
		return PyLong_FromLong(LOAD(int8_t));
	case PKD_I16:
		return PyLong_FromLong(LOAD(int16_t));
	case PKD_I32:
		return PyLong_FromLong(LOAD(int32_t));
	case PKD_I64:
	case PKD_TIME:
		return PyLong_FromLongLong(LOAD(int64_t));
	case PKD_U8:
		return PyLong_FromLong(LOAD(uint8_t));
	case PKD_U16:
		return PyLong_FromLong(LOAD(uint16_t));
	case PKD_U32:
		return PyLong_FromUnsignedLong(LOAD(uint32_t));
	case PKD_U64:
		return PyLong_FromUnsignedLongLong(LOAD(uint64_t));
	case PKD_F32:
		return PyFloat_FromDouble((double)LOAD(float));
	default:
		return PyFloat_FromDouble(LOAD(double));
	}
}

static PyObject *enum_from(const struct plan *plan, const char *data)
{
	uint32_t n = LOAD(uint32_t);

	if (n < plan->type->n)
		return Py_NewRef(PyTuple_GET_ITEM(plan->members, n));
	return PyLong_FromUnsignedLong(n);
}

/* ---- Images ---- */

static void set_plane(struct memory *memory, const struct pkd_const_image_plane *plane,
                      uint32_t format, uint32_t n)
{
	static const char *const formats[] = {[PKD_GRAY16] = "H", [PKD_GRAYF32] = "f"};
	Py_ssize_t itemsize = format == PKD_GRAY16 ? 2 : format == PKD_GRAYF32 ? 4 : 1;
	Py_ssize_t channels = format == PKD_NV12 && n == 1 ? 2 : pkd_pixel_size(format) / itemsize;

	memory->format = itemsize == 1 ? "B" : formats[format];
	memory->itemsize = itemsize;
	memory->n_dimensions = channels > 1 ? 3 : 2;
	memory->shape[0] = plane->height;
	memory->shape[1] = plane->width;
	memory->shape[2] = channels;
	memory->strides[0] = plane->stride;
	memory->strides[1] = itemsize * channels;
	memory->strides[2] = itemsize;
	memory->size = memory->shape[0] * memory->shape[1] * channels * itemsize;
}

static bool is_sound(const struct pkd_type *type, const struct pkd_image *head)
{
	return head->format == type->format && head->width && head->height &&
	       head->stride >= head->width * pkd_pixel_size(head->format) &&
	       pkd_image_bytes(head->format, head->stride, head->height) <=
	               type->size - sizeof(*head);
}

static PyObject *damaged(void)
{
	PyErr_SetString(PyExc_ValueError, "the image is damaged");
	return NULL;
}

static PyObject *plane_from(const struct pkd_image *image, const struct pkd_image *head, uint32_t n,
                            PyObject *owner, bool readonly)
{
	struct pkd_const_image_plane plane = pkd_const_plane(head, n);
	const uint8_t *data = pkd_const_pixels(image) + (plane.data - pkd_const_pixels(head));
	struct memory *memory = memory_create(owner, (char *)data, 0, readonly);
	PyObject *array;

	if (!memory)
		return NULL;
	set_plane(memory, &plane, head->format, n);
	array = memory_array(memory);
	Py_DECREF(memory);
	return array;
}

PyObject *image_from(const struct pkd_type *type, char *data, PyObject *owner, bool readonly)
{
	const struct pkd_image *image = (const struct pkd_image *)data;
	struct pkd_image head;
	uint32_t n_planes;
	PyObject *planes;

	memcpy(&head, image, sizeof(head)); /* once: its writer may be faulty */
	n_planes = pkd_planes(head.format);
	if (!is_sound(type, &head))
		return damaged();
	if (n_planes == 1)
		return plane_from(image, &head, 0, owner, readonly);
	planes = PyTuple_New(n_planes);
	for (uint32_t i = 0; planes && i < n_planes; i++) {
		PyObject *plane = plane_from(image, &head, i, owner, readonly);

		if (!plane)
			Py_CLEAR(planes);
		else
			PyTuple_SET_ITEM(planes, i, plane);
	}
	return planes;
}

/* ---- What a step is given ---- */

/* The array lies in the lease itself, which spares one more object between the two. */
static PyObject *frame_from(const struct plan *plan, char *data, struct memory *lease)
{
	struct pkd_const_image_plane plane;
	struct pkd_image head;

	memcpy(&head, data, sizeof(head));
	if (!is_sound(plan->type, &head))
		return damaged();
	plane = pkd_const_plane(&head, 0);
	lease->data = data + sizeof(head);
	set_plane(lease, &plane, head.format, 0);
	return memory_array(lease);
}

PyObject *input_from(const struct plan *plan, char *data, struct memory *lease)
{
	const struct pkd_type *type = plan->type;
	uint32_t n;

	lease->data = data;
	if (type->kind == PKD_IMAGE && pkd_planes(type->format) == 1)
		return frame_from(plan, data, lease);
	if (type->kind != PKD_LIST || !plan->item->is_array)
		return value_from(plan, data, (PyObject *)lease, true);
	n = pkd_length((const uint32_t *)data, type->n);
	lease->data = data + type->items_offset;
	lease->size = (Py_ssize_t)n * plan->item->type->size;
	return memory_items(lease, plan->item->dtype, n, plan->item->type->kind == PKD_RECORD);
}

/* ---- Items ---- */

static PyObject *items_from(const struct plan *item, char *data, uint32_t n, PyObject *owner,
                            bool readonly)
{
	uint32_t size = item->type->size;
	struct memory *memory;
	PyObject *items;

	if (!item->is_array) {
		items = PyTuple_New(n);
		for (uint32_t i = 0; items && i < n; i++) {
			PyObject *value = value_from(item, data + (size_t)i * size, owner,
			                             readonly);

			if (!value)
				Py_CLEAR(items);
			else
				PyTuple_SET_ITEM(items, i, value);
		}
		return items;
	}
	memory = memory_create(owner, data, (Py_ssize_t)n * size, readonly);
	if (!memory)
		return NULL;
	items = memory_items(memory, item->dtype, n, item->type->kind == PKD_RECORD);
	Py_DECREF(memory);
	return items;
}

static PyObject *bytes_from(const struct plan *plan, char *data, PyObject *owner)
{
	uint32_t n = pkd_length((const uint32_t *)data, plan->type->n);
	struct memory *memory = memory_create(owner, data + sizeof(uint32_t), n, true);
	PyObject *view;

	if (!memory)
		return NULL;
	view = PyMemoryView_FromObject((PyObject *)memory);
	Py_DECREF(memory);
	return view;
}

PyObject *value_from(const struct plan *plan, char *data, PyObject *owner, bool readonly)
{
	const struct pkd_type *type = plan->type;
	uint32_t n;

	switch (type->kind) {
	case PKD_ENUM:
		return enum_from(plan, data);
	case PKD_STRING:
		n = pkd_length((const uint32_t *)data, type->n);
		return PyUnicode_DecodeUTF8(data + sizeof(uint32_t), n, "replace");
	case PKD_BYTES:
		return bytes_from(plan, data, owner);
	case PKD_ARRAY:
		return items_from(plan->item, data, type->n, owner, readonly);
	case PKD_LIST:
		n = pkd_length((const uint32_t *)data, type->n);
		return items_from(plan->item, data + type->items_offset, n, owner, true);
	case PKD_RECORD:
		return record_create(plan, data, owner, readonly);
	case PKD_IMAGE:
		return image_from(type, data, owner, readonly);
	default:
		return number_from(plan, data);
	}
}
