/* See network.h. */
#define _GNU_SOURCE
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/cpus.h"

/* Protocol Buffers have no longer messages. */
static const off_t MAX_FILE_SIZE = INT32_MAX;

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- Files ---- */

/* 0 or a negative errno. A file that grows meanwhile is read as long as it was. */
static int read_fd(int fd, uint8_t **ret_bytes, size_t *ret_size)
{
	struct stat now;
	size_t size, n = 0;
	uint8_t *bytes;

	if (fstat(fd, &now) < 0)
		return -errno;
	if (!S_ISREG(now.st_mode))
		return S_ISDIR(now.st_mode) ? -EISDIR : -EINVAL;
	if (now.st_size > MAX_FILE_SIZE)
		return -EFBIG;
	size = (size_t)now.st_size;
	bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			int error = got < 0 ? -errno : -EIO;

			free(bytes);
			return error;
		}
		n += (size_t)got;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

static int read_file(const char *path, struct pkd_ctx *ctx, uint8_t **ret_bytes, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = fd < 0 ? -errno : read_fd(fd, ret_bytes, ret_size);

	if (fd >= 0)
		close(fd);
	if (error == -ENOENT)
		return pkd_error(
			ctx, ENOENT,
			"'%s' is not there%s: `make models` writes coco, pose and face into "
			"build/models of pkd; `folder` and `model` name another",
			path, *path == '/' ? "" : ", below the directory of the start");
	return error ? pkd_error(ctx, -error, "cannot read '%s'", path) : PKD_OK;
}

static int make_path(char *to, size_t size, const struct detect_choice *choice, const char *ending,
                     struct pkd_ctx *ctx)
{
	size_t n = strlen(choice->folder);

	if (n == 0 || choice->folder[n - 1] != '/')
		return pkd_error(ctx, EINVAL,
		                 "`folder` is '%s': it must end with /, as a folder does",
		                 choice->folder);
	if (choice->model[0] == '\0' || strchr(choice->model, '/'))
		return pkd_error(ctx, EINVAL,
		                 "`model` is '%s': it must be a name without /, and `folder` "
		                 "say where that is",
		                 choice->model);
	if ((size_t)snprintf(to, size, "%s%s%s", choice->folder, choice->model, ending) >= size)
		return pkd_error(ctx, ENAMETOOLONG, "the path of '%s%s' is longer than %zu bytes",
		                 choice->model, ending, size - 1);
	return PKD_OK;
}

static int read_sidecar(struct detect_network *network, const struct detect_choice *choice,
                        struct pkd_ctx *ctx)
{
	char path[sizeof(network->path)];
	const char *wrong;
	uint8_t *text;
	uint32_t line;
	size_t size;
	bool is_pose;
	int error = make_path(path, sizeof(path), choice, ".txt", ctx);

	if (!error)
		error = read_file(path, ctx, &text, &size);
	if (error)
		return error;
	line = detect_sidecar_read((const char *)text, size, &network->sidecar, &wrong);
	free(text);
	if (line)
		return pkd_error(ctx, EINVAL, "'%s', line %u %s", path, line, wrong);
	is_pose = network->sidecar.head == DETECT_MOVENET;
	if (is_pose != choice->is_pose)
		return pkd_error(ctx, EINVAL, "'%s' has head %s, which is for %s", path,
		                 detect_head_name(network->sidecar.head),
		                 is_pose ? "pose.dnn" : "detect.dnn");
	return PKD_OK;
}

/* ---- Does it fit? ---- */

static void whole_input(const struct detect_sidecar *sidecar, struct detect_shape *ret_shape)
{
	if (sidecar->nhwc)
		*ret_shape = (struct detect_shape){4, {1, sidecar->height, sidecar->width, 3}};
	else
		*ret_shape = (struct detect_shape){4, {1, 3, sidecar->height, sidecar->width}};
}

static int check_input(const struct detect_network *network, const struct detect_shape *whole,
                       struct pkd_ctx *ctx)
{
	const struct detect_onnx *onnx = &network->onnx;
	char has[DETECT_SHAPE_SIZE], says[DETECT_SHAPE_SIZE];
	bool fits = onnx->input.shape.n == whole->n;

	if (onnx->n_inputs != 1)
		return pkd_error(ctx, EINVAL,
		                 "'%s' has %u inputs: only one picture can be given to it",
		                 network->path, onnx->n_inputs);
	if (onnx->input.type != DETECT_ONNX_FLOAT)
		return pkd_error(ctx, EINVAL,
		                 "'%s' takes no 32-bit floats (its type is number %u of ONNX): "
		                 "export it so",
		                 network->path, onnx->input.type);
	for (uint32_t i = 0; fits && i < whole->n; i++)
		fits = onnx->input.shape.dims[i] == 0 ||
		       onnx->input.shape.dims[i] == whole->dims[i];
	if (fits)
		return PKD_OK;
	return pkd_error(ctx, EINVAL,
	                 "'%s' takes %s, and its .txt file says %s (`input` and `layout`)",
	                 network->path, detect_shape_text(&onnx->input.shape, has),
	                 detect_shape_text(whole, says));
}

static const struct detect_port *find_output(const struct detect_network *network, uint32_t i)
{
	const struct detect_onnx *onnx = &network->onnx;

	for (uint32_t k = 0; k < onnx->n_outputs && k < DETECT_MAX_OUTPUTS; k++)
		if (network->sidecar.n_outputs
		            ? strcmp(onnx->outputs[k].name, network->sidecar.outputs[i]) == 0
		            : k == i)
			return &onnx->outputs[k];
	return NULL;
}

/* With `outputs` in the order that the sidecar says. */
static int name_outputs(struct detect_network *network, const char **names, struct pkd_ctx *ctx)
{
	const struct detect_onnx *onnx = &network->onnx;
	uint32_t n = network->sidecar.n_outputs ? network->sidecar.n_outputs : onnx->n_outputs;

	if (n > DETECT_MAX_OUTPUTS)
		n = DETECT_MAX_OUTPUTS;
	for (uint32_t i = 0; i < n; i++) {
		const struct detect_port *port = find_output(network, i);

		if (!port)
			return pkd_error(ctx, EINVAL,
			                 "'%s' has no output '%s', which its .txt file names; its "
			                 "first one is '%s'",
			                 network->path, network->sidecar.outputs[i],
			                 onnx->outputs[0].name);
		names[i] = port->name;
		network->outputs[i].shape = port->shape;
	}
	network->n_outputs = n;
	return PKD_OK;
}

static int check_outputs(const struct detect_network *network, struct pkd_ctx *ctx)
{
	char has[DETECT_SHAPE_SIZE], wanted[DETECT_SHAPE_SIZE];
	uint32_t i;

	if (detect_head_fits(&network->sidecar, network->outputs, network->n_outputs, &i, wanted))
		return PKD_OK;
	if (i >= network->n_outputs)
		return pkd_error(ctx, EINVAL,
		                 "'%s' has %u outputs, and head %s wants one more, of %s",
		                 network->path, network->n_outputs,
		                 detect_head_name(network->sidecar.head), wanted);
	return pkd_error(
		ctx, EINVAL, "'%s' gives %s as output %u, and head %s with %u labels wants %s",
		network->path, detect_shape_text(&network->outputs[i].shape, has), i + 1,
		detect_head_name(network->sidecar.head), network->sidecar.n_labels, wanted);
}

/* ---- The engine ---- */

/* Of what was asked for by its path, a failure is one; what is only looked for may be elsewhere. */
static void *look_for_runtime(const struct detect_choice *choice, char *ret_why)
{
	static const char *const names[] = {"libonnxruntime.so.1", "libonnxruntime.so"};
	char path[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int n = snprintf(path, sizeof(path), "%sonnxruntime/%s", choice->folder, names[i]);

		if (n < (int)sizeof(path) && access(path, R_OK) == 0)
			return detect_ort_load(path, ret_why);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *library = detect_ort_load(names[i], ret_why);

		if (library)
			return library;
	}
	return NULL;
}

static int find_runtime(const struct detect_choice *choice, struct pkd_ctx *ctx, void **ret_library)
{
	const char *variable = getenv("PKD_ONNXRUNTIME");
	bool by_variable = choice->runtime[0] == '\0' && variable && *variable;
	const char *path = by_variable ? variable : choice->runtime;
	char why[DETECT_WHY_SIZE] = "";

	*ret_library = *path ? detect_ort_load(path, why) : look_for_runtime(choice, why);
	if (*ret_library)
		return PKD_OK;
	if (*path)
		return pkd_error(ctx, ENOENT, "%s names no ONNX Runtime: %s%s",
		                 by_variable ? "PKD_ONNXRUNTIME" : "`runtime`", why,
		                 by_variable ? " (a node may read /usr, /opt and its `folder`)"
		                             : "");
	if (choice->engine == DETECT_ONNXRUNTIME)
		return pkd_error(ctx, ENOENT,
		                 "ONNX Runtime is not there (%s): `make models` fetches it, and "
		                 "`runtime` says where another is",
		                 why);
	pkd_log(ctx, PKD_LOG_DEBUG, "no ONNX Runtime: %s", why);
	return PKD_OK;
}

static int make_engine(struct detect_network *network, const struct detect_choice *choice,
                       const struct detect_task *task, struct pkd_ctx *ctx)
{
	char why[DETECT_WHY_SIZE] = "", opencv_why[DETECT_WHY_SIZE] = "";
	void *library = NULL;
	int error = choice->engine == DETECT_OPENCV ? PKD_OK : find_runtime(choice, ctx, &library);

	if (error)
		return error;
	if (library)
		network->engine = detect_ort_create(task, library, why);
	if (network->engine)
		return PKD_OK;
	if (library && choice->engine != DETECT_BEST_ENGINE)
		return pkd_error(ctx, EINVAL, "ONNX Runtime cannot load '%s': %s", network->path,
		                 why);
	network->engine = detect_opencv_create(task, opencv_why);
	if (network->engine && library)
		pkd_note(ctx, "ONNX Runtime cannot load '%s' (%s): OpenCV runs it", network->path,
		         why);
	if (network->engine)
		return PKD_OK;
	return pkd_error(ctx, EINVAL, "%s load '%s': %s",
	                 library ? "neither ONNX Runtime nor OpenCV can" : "OpenCV cannot",
	                 network->path, library ? why : opencv_why);
}

static int run(struct detect_network *network, struct pkd_ctx *ctx)
{
	char why[DETECT_WHY_SIZE] = "";

	if (network->engine->run(network->engine, why))
		return PKD_OK;
	return pkd_error(ctx, EIO, "%s cannot run '%s': %s", network->engine->name, network->path,
	                 why);
}

/* ---- All of it ---- */

static int open_network(struct detect_network *network, const struct detect_choice *choice,
                        struct pkd_ctx *ctx)
{
	struct detect_task task = {0};
	const char *wrong;
	size_t n_floats;
	int error = make_path(network->path, sizeof(network->path), choice, ".onnx", ctx);

	if (!error)
		error = read_file(network->path, ctx, &network->file, &network->size);
	if (!error)
		error = read_sidecar(network, choice, ctx);
	if (error)
		return error;
	wrong = detect_onnx_read(network->file, network->size, &network->onnx);
	if (wrong)
		return pkd_error(ctx, EINVAL, "'%s' %s", network->path, wrong);
	whole_input(&network->sidecar, &task.input_shape);
	error = check_input(network, &task.input_shape, ctx);
	if (!error)
		error = name_outputs(network, task.output_names, ctx);
	if (error)
		return error;
	task.n_threads = cpus_given();
	n_floats = (size_t)3 * network->sidecar.width * network->sidecar.height;
	network->input = aligned_alloc(64, (n_floats * sizeof(float) + 63) & ~(size_t)63);
	network->picture = detect_picture_create(&network->sidecar, task.n_threads);
	if (!network->input || !network->picture)
		return pkd_error(ctx, ENOMEM, "no memory for the input of '%s'", network->path);
	for (size_t i = 0; i < n_floats; i++)
		network->input[i] = (127.5f - network->sidecar.mean[0]) * network->sidecar.scale[0];
	task.file = network->file;
	task.size = network->size;
	task.input_name = network->onnx.input.name;
	task.input = network->input;
	task.n_outputs = network->n_outputs;
	task.outputs = network->outputs;
	error = make_engine(network, choice, &task, ctx);
	if (!error)
		error = run(network, ctx);
	if (!error)
		error = check_outputs(network, ctx);
	if (!error)
		pkd_note(ctx, "%s runs %s on %u CPU%s", network->engine->name,
		         base_name(network->path), task.n_threads, task.n_threads == 1 ? "" : "s");
	/* Both engines have read it. */
	free(network->file);
	network->file = NULL;
	return error;
}

int detect_network_open(struct detect_network *network, const struct detect_choice *choice,
                        struct pkd_ctx *ctx)
{
	int error = open_network(network, choice, ctx);

	if (error)
		detect_network_close(network);
	return error;
}

void detect_network_close(struct detect_network *network)
{
	if (network->engine)
		network->engine->destroy(network->engine);
	detect_picture_destroy(network->picture);
	free(network->input);
	free(network->file);
	network->engine = NULL;
	network->picture = NULL;
	network->input = NULL;
	network->file = NULL;
}

int detect_network_run(struct detect_network *network, const struct pkd_image *frame,
                       struct pkd_ctx *ctx)
{
	int error = detect_picture_fill(network->picture, pkd_const_pixels(frame), frame->width,
	                                frame->height, frame->stride, network->input,
	                                &network->placed);

	if (error)
		return pkd_error(ctx, -error, "the frame cannot be made %ux%u",
		                 network->sidecar.width, network->sidecar.height);
	error = run(network, ctx);
	/* Where an output's size is not fixed, it may be another one each time. */
	return error ? error : check_outputs(network, ctx);
}
