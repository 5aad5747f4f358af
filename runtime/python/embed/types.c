/* Types of the language as dtypes, enums and names. */
#include "embed.h"

static struct {
	struct plan **items;
	size_t n, room;
} plans;

static PyObject *call(const char *function, PyObject *arguments)
{
	PyObject *callable = arguments ? PyObject_GetAttrString(prelude, function) : NULL;
	PyObject *result = callable ? PyObject_CallObject(callable, arguments) : NULL;

	Py_XDECREF(callable);
	Py_XDECREF(arguments);
	return result;
}

static const char *number_dtype(enum pkd_kind kind)
{
	switch (kind) {
	case PKD_BOOL:
		return "?";
	case PKD_I8:
		return "i1";
	case PKD_I16:
		return "i2";
	case PKD_I32:
		return "i4";
	case PKD_I64:
	case PKD_TIME:
		return "i8";
	case PKD_U8:
		return "u1";
	case PKD_U16:
		return "u2";
	case PKD_U32:
	case PKD_ENUM:
		return "u4";
	case PKD_U64:
		return "u8";
	case PKD_F32:
		return "f4";
	case PKD_F64:
		return "f8";
	default:
		return NULL;
	}
}

static PyObject *record_dtype(struct plan *plan)
{
	const struct pkd_type *type = plan->type;
	PyObject *fields = PyList_New(0), *dtype = NULL;

	for (uint32_t i = 0; fields && i < type->n; i++) {
		PyObject *field = Py_BuildValue("(sOI)", type->fields[i].name,
		                                plan->fields[i]->dtype, type->fields[i].offset);
		if (!field || PyList_Append(fields, field) < 0)
			Py_CLEAR(fields);
		Py_XDECREF(field);
	}
	if (fields)
		dtype = call("record_dtype",
		             Py_BuildValue("(OIO)", fields, type->size, plan->capsule));
	Py_XDECREF(fields);
	return dtype;
}

static int fill_record(struct plan *plan)
{
	const struct pkd_type *type = plan->type;

	plan->names = PyTuple_New(type->n);
	plan->fields = PyMem_Calloc(type->n + 1, sizeof(*plan->fields));
	plan->is_array = true;
	plan->borrows = true;
	if (!plan->names || !plan->fields)
		return -1;
	for (uint32_t i = 0; i < type->n; i++) {
		PyObject *name = PyUnicode_InternFromString(type->fields[i].name);

		plan->fields[i] = plan_of(type->fields[i].type);
		if (!name || !plan->fields[i])
			return -1;
		PyTuple_SET_ITEM(plan->names, i, name);
	}
	plan->dtype = record_dtype(plan);
	return plan->dtype ? 0 : -1;
}

static int fill_enum(struct plan *plan)
{
	const struct pkd_type *type = plan->type;
	PyObject *names = PyTuple_New(type->n);

	for (uint32_t i = 0; names && i < type->n; i++)
		PyTuple_SET_ITEM(names, i, PyUnicode_FromString(type->names[i]));
	plan->members = names ? call("enum_members", Py_BuildValue("(sN)", type->name, names))
	                      : NULL;
	plan->dtype = call("plain_dtype", Py_BuildValue("(s)", "u4"));
	plan->is_array = true;
	return plan->members && plan->dtype ? 0 : -1;
}

static int fill_items(struct plan *plan)
{
	const struct pkd_type *type = plan->type;

	plan->item = plan_of(type->item);
	if (!plan->item)
		return -1;
	plan->borrows = true;
	if (type->kind == PKD_ARRAY) {
		plan->is_array = plan->item->is_array;
		plan->dtype = call("array_dtype",
		                   Py_BuildValue("(OI)", plan->item->dtype, type->n));
	} else {
		plan->dtype = call("list_dtype", Py_BuildValue("(OIII)", plan->item->dtype, type->n,
		                                               type->items_offset, type->size));
	}
	return plan->dtype ? 0 : -1;
}

static int fill(struct plan *plan)
{
	const struct pkd_type *type = plan->type;
	const char *number = number_dtype(type->kind);

	switch (type->kind) {
	case PKD_ENUM:
		return fill_enum(plan);
	case PKD_RECORD:
		return fill_record(plan);
	case PKD_ARRAY:
	case PKD_LIST:
		return fill_items(plan);
	case PKD_IMAGE:
		plan->borrows = true;
		return 0;
	case PKD_STRING:
		plan->dtype = call("text_dtype", Py_BuildValue("(II)", type->n, type->size));
		return plan->dtype ? 0 : -1;
	case PKD_BYTES:
		plan->borrows = true;
		plan->dtype = call("bytes_dtype", Py_BuildValue("(II)", type->n, type->size));
		return plan->dtype ? 0 : -1;
	default:
		plan->is_array = true;
		plan->dtype = call("plain_dtype", Py_BuildValue("(s)", number));
		return plan->dtype ? 0 : -1;
	}
}

struct plan *plan_of(const struct pkd_type *type)
{
	struct plan *plan;

	for (size_t i = 0; i < plans.n; i++)
		if (plans.items[i]->type == type)
			return plans.items[i];
	plan = PyMem_Calloc(1, sizeof(*plan));
	if (!plan)
		return (struct plan *)PyErr_NoMemory();
	plan->type = type;
	plan->capsule = PyCapsule_New(plan, "pkd.plan", NULL);
	if (!plan->capsule || fill(plan) < 0)
		return NULL;
	if (plans.n == plans.room) {
		size_t room = plans.room ? 2 * plans.room : 32;
		struct plan **items = PyMem_Realloc(plans.items, room * sizeof(*items));

		if (!items)
			return (struct plan *)PyErr_NoMemory();
		plans.items = items;
		plans.room = room;
	}
	plans.items[plans.n++] = plan;
	return plan;
}
