/* Nodes in Python: what pkdc says of them, and how libpkd runs them. A program with such nodes has
 * a `struct pkd_python` for each, and one interpreter, which each process that has some opens by
 * itself after the fork. libpkd knows nothing of Python: what does is a shared object that pkdc
 * builds for the interpreter, runtime/python/embed/. */
#ifndef PKD_PYTHON_H
#define PKD_PYTHON_H

#include <pkd/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the build has found. All paths are absolute. */
struct pkd_interpreter {
	const char *library;        /* the embedding, built for it */
	const char *prelude;        /* its part in Python: prelude.py */
	const char *executable;     /* /usr/bin/python3, or that of a virtual environment */
	const char *version;        /* "3.11.2" */
	const char *numpy;          /* "1.24.2" */
	const char *const *sources; /* of the nodes */
	/* What the interpreter reads: its prefixes, and where the sources lie. NULL-ended. */
	const char *const *reads;
};

/* An input or output of the node, in declared order. */
struct pkd_python_port {
	const char *name;
	const struct pkd_type *type; /* of one value; NULL: an input that is connected to nothing */
	uint32_t n;                  /* an input [T; N]: so many values; 0 = one, no array */
	bool optional;
};

/* A size or format that the node is generic over: a uint32_t of struct NAME_params. */
struct pkd_python_size {
	const char *name;
	uint32_t offset;
};

/* A node of the program that is written in Python; its methods come first, so that the node's
 * declaration leads to it. */
struct pkd_python {
	struct pkd_methods methods;
	const struct pkd_interpreter *interpreter;
	uint32_t source;  /* index into its sources */
	const char *name; /* of the class or function in it */
	const struct pkd_python_port *inputs, *outputs;
	uint32_t n_inputs, n_outputs;
	const struct pkd_python_size *sizes;
	uint32_t n_sizes;
	uint32_t n_params;            /* of its table, whose options may be another worker's */
	const struct pkd_type *state; /* its persistent state as a record; NULL = none */
	const char *const *memories;  /* names of its persistent memories */
};

/* Of the program: pkdc build writes it beside the program's C. */
extern const struct pkd_interpreter pkd_interpreter;

/* What libpkd calls: each opens the embedding where it is not open yet. */
int pkd_python_init(void *self, const void *params, struct pkd_ctx *ctx);
int pkd_python_step(void *self, const void *in, void *out, struct pkd_ctx *ctx);
void pkd_python_finish(void *self);
int pkd_python_ready(void *self, struct pkd_ctx *ctx);
int pkd_python_changed(void *self, const void *params, struct pkd_ctx *ctx);

/* Carries out command number `command` of the node. */
int pkd_python_command(void *self, uint32_t command, const void *args, void *answer,
                       struct pkd_ctx *ctx);

#define PKD_PYTHON_METHODS                                                                    \
	{                                                                                     \
		PKD_ABI, sizeof(void *), pkd_python_init, pkd_python_step, pkd_python_finish, \
			pkd_python_ready, pkd_python_changed                                  \
	}

#ifdef __cplusplus
}
#endif

#endif
