/* ONNX Runtime by its C interface. It is a table of functions whose places never change, only
 * grow: those of version 1, which all there are still give, and here only those that are used.
 * There is no header of it in Debian, and its symbols have versions: so it is loaded and not
 * linked. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

struct ort_status;
struct ort_env;
struct ort_options;
struct ort_session;
struct ort_memory;
struct ort_value;
struct ort_shape;

enum { ORT_VERSION = 1, ORT_LOG_ERROR = 3, ORT_FLOAT = 1, ORT_ARENA = 1, ORT_DEFAULT = 0 };

typedef void not_used(void);

/* The numbers are places in the table. */
struct ort_api {
	not_used *skip_0[2];
	const char *(*message)(const struct ort_status *);                                /* 2 */
	struct ort_status *(*create_env)(int level, const char *name, struct ort_env **); /* 3 */
	not_used *skip_4[4];
	struct ort_status *(*create_session)(const struct ort_env *, const void *, size_t,
	                                     const struct ort_options *,
	                                     struct ort_session **); /* 8 */
	struct ort_status *(*run)(struct ort_session *, const void *options, const char *const *,
	                          const struct ort_value *const *, size_t, const char *const *,
	                          size_t, struct ort_value **);      /* 9 */
	struct ort_status *(*create_options)(struct ort_options **); /* 10 */
	not_used *skip_11[13];
	struct ort_status *(*set_threads)(struct ort_options *, int); /* 24, within an operation */
	not_used *skip_25[24];
	struct ort_status *(*create_tensor)(const struct ort_memory *, void *, size_t,
	                                    const int64_t *, size_t, int type,
	                                    struct ort_value **); /* 49 */
	not_used *skip_50;
	struct ort_status *(*data)(struct ort_value *, void **); /* 51 */
	not_used *skip_52[8];
	struct ort_status *(*element_type)(const struct ort_shape *, int *);     /* 60 */
	struct ort_status *(*n_dims)(const struct ort_shape *, size_t *);        /* 61 */
	struct ort_status *(*dims)(const struct ort_shape *, int64_t *, size_t); /* 62 */
	not_used *skip_63[2];
	struct ort_status *(*shape)(const struct ort_value *, struct ort_shape **); /* 65 */
	not_used *skip_66[3];
	struct ort_status *(*create_memory)(int allocator, int type, struct ort_memory **); /* 69 */
	not_used *skip_70[22];
	void (*release_env)(struct ort_env *);         /* 92 */
	void (*release_status)(struct ort_status *);   /* 93 */
	void (*release_memory)(struct ort_memory *);   /* 94 */
	void (*release_session)(struct ort_session *); /* 95 */
	void (*release_value)(struct ort_value *);     /* 96 */
	not_used *skip_97[2];
	void (*release_shape)(struct ort_shape *);     /* 99 */
	void (*release_options)(struct ort_options *); /* 100 */
};

_Static_assert(offsetof(struct ort_api, create_tensor) == 49 * sizeof(void *),
               "a place in the table");
_Static_assert(offsetof(struct ort_api, create_memory) == 69 * sizeof(void *),
               "a place in the table");
_Static_assert(offsetof(struct ort_api, release_options) == 100 * sizeof(void *),
               "a place in the table");

struct ort_base {
	const struct ort_api *(*api)(uint32_t version);
	const char *(*version)(void);
};

struct ort {
	struct detect_engine engine;
	const struct ort_api *api;
	struct ort_env *env;
	struct ort_options *options;
	struct ort_memory *memory;
	struct ort_session *session;
	struct ort_value *input;
	char *input_name;
	uint32_t n_outputs;
	char *output_names[DETECT_MAX_OUTPUTS];
	struct ort_value *values[DETECT_MAX_OUTPUTS]; /* a run writes into those that are there */
	bool fixed[DETECT_MAX_OUTPUTS];               /* each run has this size */
	struct detect_tensor *outputs;
};

/* Its messages have several lines: the first one counts. */
static bool succeeded(const struct ort *ort, struct ort_status *status, char *ret_why)
{
	if (!status)
		return true;
	snprintf(ret_why, DETECT_WHY_SIZE, "%s", ort->api->message(status));
	ret_why[strcspn(ret_why, "\r\n")] = '\0';
	ort->api->release_status(status);
	return false;
}

static bool refused(char *ret_why, const char *text)
{
	snprintf(ret_why, DETECT_WHY_SIZE, "%s", text);
	return false;
}

static bool read_shape(const struct ort *ort, const struct ort_shape *from,
                       struct detect_shape *ret_shape, char *ret_why)
{
	struct detect_shape shape = {0};
	int64_t dims[DETECT_MAX_DIMS];
	size_t n;
	int type;

	if (!succeeded(ort, ort->api->element_type(from, &type), ret_why) ||
	    !succeeded(ort, ort->api->n_dims(from, &n), ret_why))
		return false;
	if (type != ORT_FLOAT)
		return refused(ret_why, "an output is not of 32-bit floats");
	if (n > DETECT_MAX_DIMS)
		return refused(ret_why, "an output has more than 6 dimensions");
	if (!succeeded(ort, ort->api->dims(from, dims, n), ret_why))
		return false;
	for (shape.n = 0; shape.n < n; shape.n++) {
		if (dims[shape.n] < 0 || dims[shape.n] > INT32_MAX)
			return refused(ret_why, "an output has an impossible size");
		shape.dims[shape.n] = (uint32_t)dims[shape.n];
	}
	*ret_shape = shape;
	return true;
}

static bool read_output(struct ort *ort, uint32_t i, char *ret_why)
{
	struct detect_tensor *output = &ort->outputs[i];
	struct ort_shape *shape;
	void *data;
	bool is_read;

	if (!succeeded(ort, ort->api->shape(ort->values[i], &shape), ret_why))
		return false;
	is_read = read_shape(ort, shape, &output->shape, ret_why);
	ort->api->release_shape(shape);
	if (!is_read || !succeeded(ort, ort->api->data(ort->values[i], &data), ret_why))
		return false;
	output->data = data;
	return true;
}

static bool run(struct detect_engine *engine, char ret_why[DETECT_WHY_SIZE])
{
	struct ort *ort = (struct ort *)engine;
	const char *const input_names[] = {ort->input_name};
	const struct ort_value *const inputs[] = {ort->input};
	const char *names[DETECT_MAX_OUTPUTS];

	for (uint32_t i = 0; i < ort->n_outputs; i++) {
		names[i] = ort->output_names[i];
		if (ort->values[i] && !ort->fixed[i]) {
			ort->api->release_value(ort->values[i]);
			ort->values[i] = NULL;
		}
	}
	if (!succeeded(ort,
	               ort->api->run(ort->session, NULL, input_names, inputs, 1, names,
	                             ort->n_outputs, ort->values),
	               ret_why))
		return false;
	for (uint32_t i = 0; i < ort->n_outputs; i++)
		if ((!ort->fixed[i] || !ort->outputs[i].data) && !read_output(ort, i, ret_why))
			return false;
	return true;
}

static void destroy(struct detect_engine *engine)
{
	struct ort *ort = (struct ort *)engine;

	for (uint32_t i = 0; i < ort->n_outputs; i++) {
		if (ort->values[i])
			ort->api->release_value(ort->values[i]);
		free(ort->output_names[i]);
	}
	if (ort->input)
		ort->api->release_value(ort->input);
	if (ort->session)
		ort->api->release_session(ort->session);
	if (ort->memory)
		ort->api->release_memory(ort->memory);
	if (ort->options)
		ort->api->release_options(ort->options);
	if (ort->env)
		ort->api->release_env(ort->env);
	free(ort->input_name);
	free(ort);
}

static size_t input_bytes(const struct detect_shape *shape)
{
	size_t n = sizeof(float);

	for (uint32_t i = 0; i < shape->n; i++)
		n *= shape->dims[i];
	return n;
}

static bool create(struct ort *ort, const struct detect_task *task, char *ret_why)
{
	const struct ort_api *api = ort->api;
	int64_t dims[DETECT_MAX_DIMS];

	for (uint32_t i = 0; i < task->input_shape.n; i++)
		dims[i] = task->input_shape.dims[i];
	ort->input_name = strdup(task->input_name);
	if (!ort->input_name)
		return refused(ret_why, "out of memory");
	for (uint32_t i = 0; i < task->n_outputs; i++, ort->n_outputs++)
		if (!(ort->output_names[i] = strdup(task->output_names[i])))
			return refused(ret_why, "out of memory");
	return succeeded(ort, api->create_env(ORT_LOG_ERROR, "pkd", &ort->env), ret_why) &&
	       succeeded(ort, api->create_options(&ort->options), ret_why) &&
	       succeeded(ort, api->set_threads(ort->options, (int)task->n_threads), ret_why) &&
	       succeeded(ort,
	                 api->create_session(ort->env, task->file, task->size, ort->options,
	                                     &ort->session),
	                 ret_why) &&
	       succeeded(ort, api->create_memory(ORT_ARENA, ORT_DEFAULT, &ort->memory), ret_why) &&
	       succeeded(ort,
	                 api->create_tensor(ort->memory, task->input,
	                                    input_bytes(&task->input_shape), dims,
	                                    task->input_shape.n, ORT_FLOAT, &ort->input),
	                 ret_why);
}

struct detect_engine *detect_ort_create(const struct detect_task *task, void *library,
                                        char ret_why[DETECT_WHY_SIZE])
{
	/* ISO C has no cast from an object to a function. */
	const struct ort_base *(*get_base)(void);
	const struct ort_base *base;
	struct ort *ort = calloc(1, sizeof(*ort));

	if (!ort) {
		refused(ret_why, "out of memory");
		return NULL;
	}
	*(void **)&get_base = dlsym(library, "OrtGetApiBase");
	base = get_base();
	ort->api = base->api(ORT_VERSION);
	if (!ort->api) {
		refused(ret_why, "it does not offer version 1 of its interface");
		free(ort);
		return NULL;
	}
	snprintf(ort->engine.name, sizeof(ort->engine.name), "ONNX Runtime %s", base->version());
	ort->engine.run = run;
	ort->engine.destroy = destroy;
	ort->outputs = task->outputs;
	for (uint32_t i = 0; i < task->n_outputs; i++) {
		const struct detect_shape *shape = &task->outputs[i].shape;

		ort->fixed[i] = shape->n > 0;
		for (uint32_t k = 0; k < shape->n; k++)
			ort->fixed[i] = ort->fixed[i] && shape->dims[k] > 0;
	}
	if (create(ort, task, ret_why))
		return &ort->engine;
	destroy(&ort->engine);
	return NULL;
}

void *detect_ort_load(const char *path, char ret_why[DETECT_WHY_SIZE])
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		refused(ret_why, dlerror());
	} else if (!dlsym(library, "OrtGetApiBase")) {
		dlclose(library);
		library = NULL;
		refused(ret_why, "it is another library: OrtGetApiBase is not in it");
	}
	return library;
}
