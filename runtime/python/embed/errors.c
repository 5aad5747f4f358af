/* Exceptions as messages of the node: the traceback in the user's own lines, then what is wrong. */
#include "embed.h"

#include <errno.h>

PyObject *bad_value_type, *error_type, *leave_type, *outside_type;

/* (summary, [line, …]) of the exception, which is cleared. */
static PyObject *explain(void)
{
	PyObject *type, *value, *traceback, *explained;

	PyErr_Fetch(&type, &value, &traceback);
	PyErr_NormalizeException(&type, &value, &traceback);
	if (traceback)
		PyException_SetTraceback(value, traceback);
	explained = PyObject_CallMethod(prelude, "explain", "O", value);
	/* What its frames hold goes with it: views of the inputs. */
	if (value && PyExceptionInstance_Check(value))
		PyException_SetTraceback(value, Py_None);
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(traceback);
	if (!explained)
		PyErr_Clear();
	return explained;
}

static const char *text_of(PyObject *text)
{
	const char *bytes = text ? PyUnicode_AsUTF8(text) : NULL;

	if (bytes)
		return bytes;
	PyErr_Clear();
	return "an exception that cannot be shown";
}

int report_exception(struct node *node, const char *where, bool is_note)
{
	PyObject *explained = explain();
	PyObject *lines = explained ? PyTuple_GET_ITEM(explained, 1) : NULL;
	bool answers = node->phase == PHASE_COMMAND, is_denied = false;
	char text[2048];

	for (Py_ssize_t i = 0; lines && i < PyList_GET_SIZE(lines); i++)
		host->log(node->ctx, answers ? PKD_LOG_DEBUG : PKD_LOG_ERROR,
		          text_of(PyList_GET_ITEM(lines, i)));
	if (explained)
		is_denied = PyTuple_GET_ITEM(explained, 2) == Py_True;
	snprintf(text, sizeof(text), "%s%s", where ? where : "",
	         text_of(explained ? PyTuple_GET_ITEM(explained, 0) : NULL));
	Py_XDECREF(explained);
	if (!is_note)
		return host->error(node->ctx, is_denied ? EACCES : EINVAL, text);
	host->log(node->ctx, PKD_LOG_INFO, text);
	return -EINVAL;
}

const char *shown(PyObject *value)
{
	static char texts[4][400];
	static unsigned int next;
	char *text = texts[next++ % 4];
	PyObject *repr = PyObject_Repr(value), *start, *bytes = NULL;

	start = repr ? PyUnicode_Substring(repr, 0, 100) : NULL;
	if (start)
		bytes = PyUnicode_AsEncodedString(start, "utf-8", "backslashreplace");
	if (bytes)
		snprintf(text, sizeof(texts[0]), "%s", PyBytes_AS_STRING(bytes));
	else
		snprintf(text, sizeof(texts[0]), "a value that cannot be shown");
	Py_XDECREF(bytes);
	Py_XDECREF(start);
	Py_XDECREF(repr);
	PyErr_Clear();
	return text;
}

const char *exception_text(void)
{
	static char text[1024];
	PyObject *type, *value, *traceback, *shown;

	PyErr_Fetch(&type, &value, &traceback);
	shown = value ? PyObject_Str(value) : NULL;
	snprintf(text, sizeof(text), "%s: %s",
	         type ? ((PyTypeObject *)type)->tp_name : "it says nothing",
	         shown ? text_of(shown) : "");
	Py_XDECREF(shown);
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(traceback);
	PyErr_Clear();
	return text;
}
