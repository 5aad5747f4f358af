/* The interpreter of a process: started once, never finished, as the process ends without it. */
#include "embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node.h"

const struct pkdi_python_host *host;
const struct pkd_interpreter *interpreter;
PyObject *prelude;
PyThreadState *main_thread;

static const char *configure(void)
{
	static char text[512];
	PyConfig config;
	PyStatus status;

	PyConfig_InitPythonConfig(&config);
	config.install_signal_handlers = 0;
	config.parse_argv = 0;
	config.write_bytecode = 0; /* the build has; here it is seldom allowed */
	config.configure_c_stdio = 0;
	status = PyConfig_SetBytesString(&config, &config.program_name, interpreter->executable);
	if (!PyStatus_Exception(status))
		status = PyConfig_SetBytesString(&config, &config.executable,
		                                 interpreter->executable);
	if (!PyStatus_Exception(status))
		status = Py_InitializeFromConfig(&config);
	PyConfig_Clear(&config);
	if (!PyStatus_Exception(status))
		return NULL;
	snprintf(text, sizeof(text), "%s", status.err_msg ? status.err_msg : "it does not say why");
	return text;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rbe");
	char *text = NULL;
	long size;

	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
	    fseek(file, 0, SEEK_SET) == 0 && (text = malloc((size_t)size + 1))) {
		size = (long)fread(text, 1, (size_t)size, file);
		text[size] = '\0';
	}
	fclose(file);
	return text;
}

static PyObject *exception(const char *name)
{
	return PyObject_GetAttrString(prelude, name);
}

/* The module `pkd` is there before the prelude, which imports it. */
static bool load(void)
{
	PyObject *modules = PyImport_GetModuleDict(), *pkd = context_module(), *code = NULL;
	char *text = read_file(interpreter->prelude);

	if (pkd && PyDict_SetItemString(modules, "pkd", pkd) == 0 && text)
		code = Py_CompileString(text, interpreter->prelude, Py_file_input);
	if (!text)
		PyErr_Format(PyExc_FileNotFoundError, "'%s' is not there: run pkdc build again",
		             interpreter->prelude);
	free(text);
	prelude = code ? PyImport_ExecCodeModule("_pkd_prelude", code) : NULL;
	Py_XDECREF(code);
	if (!prelude)
		return false;
	bad_value_type = exception("BadValue");
	error_type = exception("Error");
	leave_type = exception("Leave");
	outside_type = exception("OnlyInside");
	return bad_value_type && error_type && leave_type && outside_type;
}

static PyTypeObject *const types[] = {&memory_type, &record_type, &status_type, &context_type,
                                      &outs_type};

static const char *open_interpreter(const struct pkdi_python_host *h,
                                    const struct pkd_interpreter *i)
{
	const char *wrong;
	bool made = true;

	if (h->abi != PKDI_PYTHON_ABI)
		return "it was built for another version of libpkd: run pkdc build again";
	host = h;
	interpreter = i;
	wrong = configure();
	if (wrong)
		return wrong;
	for (size_t k = 0; k < sizeof(types) / sizeof(types[0]) && made; k++)
		made = PyType_Ready(types[k]) == 0;
	if (!made || !load())
		wrong = exception_text();
	if (!wrong) {
		PyObject *done = PyObject_CallMethod(
			prelude, h->shares_process ? "print_all" : "redirect", NULL);

		if (!done)
			wrong = exception_text();
		Py_XDECREF(done);
	}
	main_thread = PyEval_SaveThread();
	return wrong;
}

__attribute__((visibility("default"))) const struct pkdi_python_calls pkdi_python_calls = {
	.abi = PKDI_PYTHON_ABI,
	.open = open_interpreter,
	.init = node_init,
	.step = node_step,
	.finish = node_finish,
	.ready = node_ready,
	.changed = node_changed,
	.command = node_command,
};
