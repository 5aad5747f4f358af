/* What the parts of the embedding share. All of it runs with the GIL held, in the thread that calls
 * the nodes, but for the functions that nodes call from threads of their own. */
#ifndef PKD_EMBED_H
#define PKD_EMBED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "host.h"

extern const struct pkdi_python_host *host;
extern const struct pkd_interpreter *interpreter;
extern PyObject *prelude; /* the module that prelude.py is */

/* ---- Memory that Python sees (memory.c) ---- */

/* A view of memory that is not Python's. `owner` keeps what it lies in; one without an owner is a
 * lease: the node has one for each value that a step is given, and whoever holds a reference to it
 * after the step has kept a view of the value. */
struct memory {
	PyObject_HEAD char *data; /* NULL: it is over */
	Py_ssize_t size;
	bool readonly;
	PyObject *owner;
	int n_dimensions; /* 0: bytes */
	Py_ssize_t shape[3], strides[3], itemsize;
	const char *format;
};

extern PyTypeObject memory_type;
struct memory *memory_create(PyObject *owner, char *data, Py_ssize_t size, bool readonly);

/* An array over the memory, in the shape that it has, or of items of a dtype. */
PyObject *memory_array(struct memory *memory);
PyObject *memory_items(struct memory *memory, PyObject *dtype, uint32_t n, bool records);

/* ---- Types (types.c) ---- */

/* A type of the language, as it is in Python. */
struct plan {
	const struct pkd_type *type;
	PyObject *dtype;      /* NULL: an image */
	PyObject *same_dtype; /* another one that is equal */
	PyObject *names;      /* of a record: a tuple of its fields' names */
	PyObject *members;    /* of an enum: a tuple */
	PyObject *capsule;    /* this, for records in Python */
	struct plan *item;
	struct plan **fields;
	bool is_array; /* its values lie in an array of numbers: a number, a record, arrays of them */
	bool borrows; /* a value of it may be a view of the memory */
};

/* NULL after an exception. Plans are never freed: there is one for each type. */
struct plan *plan_of(const struct pkd_type *type);
int types_init(void);

/* ---- Values (convert_in.c, convert_out.c) ---- */

/* The value at `data`, which lies in `owner`: a new reference. */
PyObject *value_from(const struct plan *plan, char *data, PyObject *owner, bool readonly);
PyObject *image_from(const struct pkd_type *type, char *data, PyObject *owner, bool readonly);

/* The same of what a step is given, read-only. */
PyObject *input_from(const struct plan *plan, char *data, struct memory *lease);

/* Where a value belongs, for messages: "objects", "[3]", "box". */
struct place {
	const struct place *up;
	const char *name; /* NULL: an item */
	Py_ssize_t index;
};

/* Writes the value. 0, or -1 after an exception that says where it belongs and what was wanted. */
int value_to(const struct plan *plan, PyObject *value, char *data, const struct place *place);

/* The same in memory of its own, to be freed by PyMem_Free: the value may be made of what lies
 * where it belongs, in another order. NULL after an exception. */
char *value_apart(const struct plan *plan, PyObject *value, const struct place *place);

/* How much of its memory a value has, at least: an image may be smaller than its type. */
size_t value_size(const struct pkd_type *type, const char *data);

/* Raises pkd.BadValue: "output 'objects[3].box' …". Returns -1. */
int bad_value(const struct place *place, const char *format, ...);

/* ---- Records (record.c) ---- */

/* `from_` is `from`: a keyword of Python has an underscore behind it. */
bool is_renamed(const char *name, const char *in_python);

struct node;

extern PyTypeObject record_type;
/* `state`: of a node whose persistent state it is; it has no memory of its own, then. */
PyObject *record_create(const struct plan *plan, char *data, PyObject *owner, bool readonly);
PyObject *record_create_state(struct node *node);
/* record(np.void, capsule) for the prelude. */
PyObject *record_of_item(PyObject *module, PyObject *args);
/* The memory of a record of this type; NULL: it is another. */
const char *record_data(PyObject *value, const struct plan *plan);

/* ---- A node (node.c) ---- */

struct in_port {
	const struct pkd_python_port *decl;
	struct plan *plan;
	struct memory **leases; /* one for each value */
	uint32_t n;
};

struct out_port {
	const struct pkd_python_port *decl;
	struct plan *plan;
	/* In this step: what `out.NAME` has given, and whether it is memory of its own. */
	PyObject *array;
	struct memory *lease;
	char *own;
	char *made; /* what it has given in place of what it has filled */
	uint32_t width, height;
	bool is_filled;
};

struct method {
	const struct pkd_command *decl;
	PyObject *call, *names; /* of its arguments */
	struct plan *args, *answer;
};

/* What an argument of step is: the number of an input, or one of these. */
enum { ARGUMENT_OUT = -1, ARGUMENT_CTX = -2, ARGUMENT_PARAMS = -3 };

enum phase { PHASE_NONE, PHASE_INIT, PHASE_STEP, PHASE_BETWEEN, PHASE_COMMAND, PHASE_FINISH };

struct node {
	const struct pkd_node *decl;
	const struct pkd_python *python;
	struct pkd_ctx *ctx;
	enum phase phase;
	const void *const *in; /* in step */
	void *const *out;
	PyObject *context, *params, *module, *object, *outs;
	PyObject *step, *ready, *changed, *finish;
	bool changed_takes_params;
	struct in_port *inputs;
	struct out_port *outputs;
	struct method *commands;
	int *arguments;
	Py_ssize_t n_arguments;
	PyObject **values; /* those of the step at hand, for pkd.age */
	struct plan *state;
	struct memory *state_lease;
};

/* The node whose code runs. */
extern struct node *current;

extern const char *const phase_names[];

/* ---- The module `pkd` (context.c) ---- */

extern PyTypeObject context_type, outs_type, status_type;
PyObject *context_create(struct node *node);
PyObject *outs_create(struct node *node);
PyObject *context_module(void); /* makes it, once */

/* What a step has returned; -1: it is no status. `ret_value` is what it came with, borrowed. */
int status_of(PyObject *result, PyObject **ret_value);

/* ---- Errors (errors.c) ---- */

extern PyObject *bad_value_type, *error_type, *leave_type, *outside_type;

/* Says the exception at hand with its traceback, behind `where` ("step: "), and clears it; a note
 * is no failure. Returns a negative errno. */
int report_exception(struct node *node, const char *where, bool is_note);

/* A value in a message, for %s: cut where it is long, and also where its repr fails. It is there
 * until four more have been shown. */
const char *shown(PyObject *value);

/* For `open`: the exception at hand as a text that lives as long as the process. */
const char *exception_text(void);

/* ---- Calls ---- */

/* Around each call of a node's code: takes the GIL, and gives it back. */
void enter(struct node *node, struct pkd_ctx *ctx, enum phase phase);
void leave(struct node *node);

extern PyThreadState *main_thread;

#endif
