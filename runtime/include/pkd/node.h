/* The API for authors of nodes in C. pkdc writes FILE.pkd.h from FILE.pkd, with all its nodes;
 * include that, and it includes this.
 *
 * A node NAME is a struct and three functions, which the generated header declares:
 *
 *   int  NAME_init(struct NAME *self, const struct NAME_params *params, struct pkd_ctx *ctx);
 *   int  NAME_step(struct NAME *self, const struct NAME_in *in, struct NAME_out *out,
 *                  struct pkd_ctx *ctx);
 *   void NAME_finish(struct NAME *self);
 *
 * and the line PKD_NODE(NAME); at the end of the file. The rules:
 *
 * - `self` is zeroed memory of the runtime, private to the node. `params` and its strings live
 *   as long as the node. All three functions run in the node's own process, after the fork, so
 *   threads may be started in init and nowhere earlier. finish is called exactly once after an
 *   init that returned PKD_OK, unless the process is killed.
 * - Inputs are const snapshots: valid and unchanged until step returns, and not to be used after
 *   that. Absent or unconnected inputs are NULL, and all of them in a flush. Writing to an input
 *   is a fault that ends the process.
 * - Outputs are memory of the stated capacity and never NULL: an output that nobody reads is
 *   private memory (see pkd_wanted). Each output is empty when step is called: numbers are 0,
 *   lengths are 0; only the pixels of images are indeterminate, and in a `T?` the first number
 *   outside of lists, which is to be written. Outputs become visible, all together, after step
 *   has returned PKD_OK, PKD_MORE or PKD_END. A node fills each output, or marks it absent with the
 *   function that its header has for that. The firing fails on a length above its capacity, a
 *   string without its NUL, a bool that is neither 0 nor 1, a number that is not a value of its
 *   enum, an image that was not written or does not fit, a `T?` that was neither written nor marked
 *   absent, and on any write past the capacity. (Not told are a `T?` that is a list, string, bytes
 *   or a number of one or two bytes: left alone, it is empty, and there.)
 * - step must not block: no sleep, no blocking read without a time-out. A node that has
 *   nothing yet, or whose inputs are not due, returns pkd_later(). Memory should be allocated in
 *   init. */
#ifndef PKD_NODE_H
#define PKD_NODE_H

#include <pkd/frame.h>
#include <pkd/level.h>
#include <pkd/version.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pkd_ctx;

/* Return values of init and step; a negative errno is a failure of the node. */
enum {
	PKD_OK = 0,
	/* step: the outputs count, and this was the last firing. init: the node takes no part in
	 * this run (say why with pkd_note); the rest runs without it. */
	PKD_END = 1,
	/* step: nothing yet, the outputs and the persistent state don't count; a node with inputs is
	 * called with them again. Use pkd_later(); alone, it fails the node, unless that watches a
	 * descriptor, which then says when. */
	PKD_LATER = 2,
	/* step of a source, or a flush: reached the end without a value; the outputs don't
	 * count. */
	PKD_SKIP = 3,
	/* step of a node that `fires any`: the outputs count, as a firing of their own, and step is
	 * to be called again for the same input. See pkd_part. */
	PKD_MORE = 4,
};

/* ---- About the firing (in step) ---- */

/* Frame number and capture time (ns) of this firing: those of its firing inputs, or of the frame
 * that a source is about to make. A node that `fires any` numbers its firings itself, and has the
 * time of the input that fires it. */
uint64_t pkd_number(const struct pkd_ctx *ctx);
int64_t pkd_time(const struct pkd_ctx *ctx);

/* Age of an input in ns: capture time of the firing minus that of the value, where both come
 * from the same source; otherwise the time since its publication. */
int64_t pkd_age(const struct pkd_ctx *ctx, const void *value);

/* Whether input number `input` (in declared order, from 0) is connected by `sample`, so that its
 * values come from other frames than the firing. Constant during a run; may be called in init. */
bool pkd_sampled(const struct pkd_ctx *ctx, uint32_t input);

/* The index of the input that fired a node that `fires any`; 0 for every other node, UINT32_MAX in
 * a flush. */
uint32_t pkd_fired(const struct pkd_ctx *ctx);

/* How many firings have been committed for the input at hand: 0 in the first call of step for it,
 * then one more after each PKD_MORE. A node that makes several values of one input so knows which
 * one is next, after a restart, too. The input is the same in all these calls; what is sampled may
 * be newer. In a flush: how many flushes before this. 0 for nodes that do neither. */
uint64_t pkd_part(const struct pkd_ctx *ctx);

/* True when a node that `flushes` is called at the end of its inputs: all of them are NULL. What it
 * returns: PKD_OK to be called once more, PKD_END with its last values, or PKD_SKIP when there are
 * none (any more). Not called when a stop is cut short, nor after a PKD_END before. */
bool pkd_flushing(const struct pkd_ctx *ctx);

/* Of a node that `wakes`, to be called in init, step, ready or changed: has step called without an
 * input at `due_ns` (of pkd_now; at once for a time that is past), and once. Of several such times
 * the earliest counts. All inputs are NULL then, pkd_woken is true, and what step makes is a firing
 * as any other: PKD_OK, PKD_MORE to be woken again at once, PKD_END after the last one. After
 * PKD_LATER nothing counts, and pkd_later(ctx, due) wakes again. It comes between firings, when the
 * outputs have room, and not while step waits by pkd_later with inputs in hand (return PKD_MORE for
 * these instead) or in a flush. Inputs and wakes take turns. It is forgotten by a restart, as all
 * that is in `self`. Returns 0, or -ENOTSUP for any other node. */
int pkd_wake(struct pkd_ctx *ctx, int64_t due_ns);

/* True when step is called because of pkd_wake. */
bool pkd_woken(const struct pkd_ctx *ctx);

/* In step: the value that waits `k` places, from 1, behind the one in hand of input number `input`
 * (in declared order, from 0). NULL where none waits yet, and always where the input is no plain or
 * `queue(n)` one, takes only some of the frames, or is shared with other workers. It stays as it is,
 * and may be used, until the node has finished the firing that has it in hand. When step has got
 * NULL and then returns pkd_later, it is called again as soon as there is one. So a node may work on
 * many values at once and still give one answer for each, in order: what it has begun is nobody
 * else's affair, and begun again after a restart. */
const void *pkd_ahead(struct pkd_ctx *ctx, uint32_t input, uint32_t k);

/* The largest k for which pkd_ahead may ever have a value: what waits on its queue. Constant
 * during a run; may be called in init. */
uint32_t pkd_ahead_room(const struct pkd_ctx *ctx, uint32_t input);

/* The node's persistent state: struct NAME_state, as the last committed firing left it, zeroed
 * at first. step may change it; the change is committed with the firing. In init it is
 * read-only. Use the function in the generated header. */
void *pkd_state(struct pkd_ctx *ctx);

/* Number `memory` (in declared order, from 0) of what the node declares as `persistent memory`,
 * aligned for any type and zeroed at first. It survives a restart as it is: what step has written
 * stays written even where the firing does not count and is done again. So step writes only where
 * the persistent state says that nothing is, and has that say otherwise in the same firing. Use
 * the function in the generated header. */
void *pkd_memory(struct pkd_ctx *ctx, uint32_t memory);

/* Marks output number `output` absent for this firing. Use the function in the generated header. */
void pkd_absent(struct pkd_ctx *ctx, uint32_t output);

/* Whether anybody reads output number `output` (in declared order, from 0); if not, the work for
 * it can be skipped. Constant during a run; may be called in init. */
bool pkd_wanted(const struct pkd_ctx *ctx, uint32_t output);

/* Whether the program goes on with a run after all its processes had ended (--resume). What lies
 * outside, such as a file, may have been changed meanwhile by anybody. Constant during a run. */
bool pkd_resumes(const struct pkd_ctx *ctx);

/* True once the program was asked to stop, for loops inside a long step. */
bool pkd_stopping(const struct pkd_ctx *ctx);

/* ---- Parameters of the program, for a node that `sets` some ---- */

/* How many it may set: those of its list, in that order, each once; numbered from 0. */
uint32_t pkd_n_settings(const struct pkd_ctx *ctx);

/* The name, "green.low"; NULL beyond the last. It lives as long as the program. */
const char *pkd_setting_name(const struct pkd_ctx *ctx, uint32_t setting);

/* What its value is: a number, PKD_BOOL, PKD_TIME, PKD_ENUM, PKD_STRING, or PKD_ARRAY of them. */
enum pkd_kind pkd_setting_kind(const struct pkd_ctx *ctx, uint32_t setting);

/* Grows with each change of any parameter of the program, whoever has asked for it. */
uint64_t pkd_settings_version(const struct pkd_ctx *ctx);

/* Its newest value as text, as on the command line, so a string as it is; cut to `size` bytes with
 * the NUL. Returns its length; -EAGAIN where it is just being changed. */
int pkd_setting_get(const struct pkd_ctx *ctx, uint32_t setting, char *ret_text, size_t size);

/* Asks for a value, written as on the command line. It is set as `pkd set` would do it: checked,
 * from one frame on for all nodes. A newer text takes the place of one that was not carried out yet.
 * Returns 0; -EINVAL for a text of more than 4096 bytes; -ENOTCONN in a program without a console
 * (--no-console), which never sets anything. */
int pkd_setting_set(struct pkd_ctx *ctx, uint32_t setting, const char *text);

/* What became of the text that was asked for last: 0 where it was taken; -EINPROGRESS, also as long
 * as a node has not come to values that were set three times before; -EINVAL where it was refused,
 * with the reason; -ENODATA where none was asked for. */
int pkd_setting_result(const struct pkd_ctx *ctx, uint32_t setting, char *ret_reason, size_t size);

/* ---- Sources ---- */

/* Sets the capture time (event time) of the frame being made; the default is the time at which
 * step was called. Also for a node that `fires any`, where the default is the time of the input, or
 * of the firing before in a flush; once such a node has set one, a firing whose time goes back
 * fails. Without effect in other nodes. */
void pkd_set_time(struct pkd_ctx *ctx, int64_t capture_ns);

/* `return pkd_later(ctx, due)`: nothing yet; step is called again at `due` (CLOCK_MONOTONIC ns,
 * like pkd_now), or earlier, as when a stop begins; at once for a time that is past. In a node with
 * inputs these wait, what comes meanwhile waits behind them on its edge, and no other input is
 * looked at until then. New values of live parameters count from the next frame on, hence not for
 * those that wait. A budget of the node includes the wait. Never blocks the other nodes of the
 * process. */
int pkd_later(struct pkd_ctx *ctx, int64_t due_ns);

/* The total number of frames that the source expects to make, for the progress line; 0 =
 * unknown. */
void pkd_expect_frames(struct pkd_ctx *ctx, uint64_t n_frames);

/* ---- Descriptors ---- */

/* Has NAME_ready called while `fd` is ready for `events` of poll(2), level-triggered; events 0 =
 * no longer. To be called in init, step or ready of a node that is defined with
 * PKD_WATCHING_NODE. Returns 0, -EBADF, -ENOSPC beyond 64 descriptors in one process (watch an
 * epoll descriptor of your own then), or -ENOTSUP in any other node. */
int pkd_watch(struct pkd_ctx *ctx, int fd, short events);

/* ---- Files ---- */

/* The file at `path`, which the node's declaration must name with `writes` or `appends`, open
 * for reading and writing; to be called in init, or in the first step. Nothing is at `path`
 * before the node's first firing has committed: a program that fails before that has harmed no
 * file. `writes` begins with an empty file, which then replaces an old one; `appends` opens the
 * existing one. After a restart it is the same file again, as the dead incarnation left it: a
 * node keeps in its persistent state how much of it was committed, and truncates the rest. "-"
 * is standard output; pipes and devices are opened as they are. Returns a descriptor, to be
 * closed by the node, or a negative errno after one line on stderr. */
int pkd_output_file(struct pkd_ctx *ctx, const char *path);

/* ---- Anywhere ---- */

/* CLOCK_MONOTONIC, ns. */
int64_t pkd_now(void);

/* `return pkd_error(ctx, errno, "cannot open '%s'", path)`: one line on stderr, the text preceded
 * by the node's name and its place in the .pkd file; returns -error. `error` > 0.
 *
 * An `error` that is not a constant, such as errno, is explained at the end of the line, as by
 * perror: "cannot open '/x': Permission denied". Of a constant the text itself is the reason, as in
 * `pkd_error(ctx, EINVAL, "cannot take a %d", n)`; and so it is where `format` has a ": ". */
int pkd_error(struct pkd_ctx *ctx, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int pkdi_error_of_call(struct pkd_ctx *ctx, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define pkd_error(ctx, error, ...)                                            \
	(__builtin_constant_p(error) ? pkd_error((ctx), (error), __VA_ARGS__) \
	                             : pkdi_error_of_call((ctx), (error), __VA_ARGS__))

/* One line in the log, the text preceded by the node's name; the node goes on. The program's option
 * --log says which levels are shown, of which node. Also for PKD_LOG_ERROR, which makes nothing
 * fail. */
void pkd_log(struct pkd_ctx *ctx, enum pkd_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether such a line would be shown: else the work for its text can be spared. */
bool pkd_logs(const struct pkd_ctx *ctx, enum pkd_level level);

/* pkd_log with PKD_LOG_INFO. */
void pkd_note(struct pkd_ctx *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line in the log, of level error; the node goes on, and so does the program, whose status at
 * its end is 1 at best. For what is wrong in the data, and no failure of the node: nothing is
 * stopped or started again for it. */
void pkd_fail_at_end(struct pkd_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Asks the whole program to stop in order, such as on a key in a window. */
void pkd_stop(struct pkd_ctx *ctx);

/* ---- Values ---- */

/* Bytes per pixel of `format`, in its first plane; 0 for an unknown format. */
static inline uint32_t pkd_pixel_size(uint32_t format)
{
	switch (format) {
	case PKD_GRAY8:
	case PKD_I420:
	case PKD_NV12:
		return 1;
	case PKD_GRAY16:
		return 2;
	case PKD_BGR24:
	case PKD_RGB24:
		return 3;
	case PKD_BGRA32:
	case PKD_RGBA32:
	case PKD_GRAYF32:
		return 4;
	default:
		return 0;
	}
}

/* Planes of `format`; 0 for an unknown format. */
static inline uint32_t pkd_planes(uint32_t format)
{
	if (format == PKD_I420)
		return 3;
	if (format == PKD_NV12)
		return 2;
	return pkd_pixel_size(format) ? 1 : 0;
}

/* Bytes of all planes of an image whose first plane has `height` rows of `stride` bytes. */
static inline uint64_t pkd_image_bytes(uint32_t format, uint32_t stride, uint32_t height)
{
	uint64_t bytes = (uint64_t)stride * height;
	uint64_t half = ((uint64_t)stride + 1) / 2 * (((uint64_t)height + 1) / 2);

	return pkd_planes(format) > 1 ? bytes + 2 * half : bytes;
}

/* Makes *image a width x height image of `format` without padding, its pixels square, its colours
 * of the usual matrix and range. The caller has checked the capacity. */
static inline void pkd_image_set(struct pkd_image *image, uint32_t format, uint32_t width,
                                 uint32_t height)
{
	image->width = width;
	image->height = height;
	image->stride = width * pkd_pixel_size(format);
	image->format = format;
	image->pixel_width = image->pixel_height = 0;
	image->matrix = PKD_MATRIX_UNKNOWN;
	image->range = PKD_RANGE_UNKNOWN;
}

/* By which matrix an I420 or NV12 image becomes RGB: never PKD_MATRIX_UNKNOWN. */
static inline enum pkd_matrix pkd_image_matrix(const struct pkd_image *image)
{
	if (image->matrix >= PKD_BT601 && image->matrix <= PKD_BT2020)
		return (enum pkd_matrix)image->matrix;
	return image->height >= 720 ? PKD_BT709 : PKD_BT601;
}

/* Whether 0 and 255 are black and white, as they are in RGB; else 16 and 235. */
static inline bool pkd_image_is_full(const struct pkd_image *image)
{
	if (image->range == PKD_RANGE_UNKNOWN)
		return pkd_planes(image->format) == 1;
	return image->range == PKD_FULL;
}

/* The first pixel of the first plane. The const one is for inputs; both point at the byte after the
 * header. */
static inline uint8_t *pkd_pixels(struct pkd_image *image)
{
	return (uint8_t *)(image + 1);
}
static inline const uint8_t *pkd_const_pixels(const struct pkd_image *image)
{
	return (const uint8_t *)(image + 1);
}

/* One plane of an image: `height` rows of `width` samples, the first at `data`, each `stride`
 * bytes behind the one before. A sample is a pixel; of I420 a byte; of NV12's second plane a U and
 * a V. */
struct pkd_image_plane {
	uint8_t *data;
	uint32_t width, height;
	uint32_t stride;
};
struct pkd_const_image_plane {
	const uint8_t *data;
	uint32_t width, height;
	uint32_t stride;
};

/* Plane number `n`, from 0; all zeroes where the image has no such plane. */
static inline struct pkd_const_image_plane pkd_const_plane(const struct pkd_image *image,
                                                           uint32_t n)
{
	struct pkd_const_image_plane plane = {pkd_const_pixels(image), image->width, image->height,
	                                      image->stride};
	uint32_t half = image->stride / 2 + image->stride % 2;

	if (n >= pkd_planes(image->format)) {
		plane.data = NULL;
		plane.width = plane.height = plane.stride = 0;
	} else if (n > 0) {
		plane.data += (size_t)image->stride * image->height;
		plane.width = image->width / 2 + image->width % 2;
		plane.height = image->height / 2 + image->height % 2;
		plane.stride = image->format == PKD_NV12 ? 2 * half : half;
		plane.data += (size_t)(n - 1) * plane.stride * plane.height;
	}
	return plane;
}
static inline struct pkd_image_plane pkd_plane(struct pkd_image *image, uint32_t n)
{
	struct pkd_const_image_plane found = pkd_const_plane(image, n);
	struct pkd_image_plane plane = {NULL, found.width, found.height, found.stride};

	if (found.data)
		plane.data = pkd_pixels(image) + (found.data - pkd_const_pixels(image));
	return plane;
}

/* Copies a C string into a string<N> field, truncated to its capacity, with its NUL:
 *
 *   pkd_string_set(&object->label, "person"). */
#define pkd_string_set(string, value)                                          \
	__extension__({                                                        \
		__typeof__(string) pkd_string_ = (string);                     \
		pkd_string_copy(&pkd_string_->len, pkd_string_->text,          \
		                (uint32_t)sizeof(pkd_string_->text), (value)); \
	})

static inline void pkd_string_copy(uint32_t *len, char *text, uint32_t size, const char *value)
{
	uint32_t n = 0;
	while (n + 1 < size && value[n])
		n++;
	__builtin_memcpy(text, value, n);
	text[n] = '\0';
	*len = n;
}

/* ---- The descriptor ---- */

/* Filled in by PKD_NODE, read by the runtime. */
struct pkd_methods {
	uint32_t abi; /* PKD_ABI the node was compiled for */
	uint32_t self_size;
	int (*init)(void *self, const void *params, struct pkd_ctx *ctx);
	int (*step)(void *self, const void *in, void *out, struct pkd_ctx *ctx);
	void (*finish)(void *self);
	int (*ready)(void *self, struct pkd_ctx *ctx); /* NULL: never watches */
	/* NULL: is not told */
	int (*changed)(void *self, const void *params, struct pkd_ctx *ctx);
};

/* In C++ a const object has internal linkage unless it was declared extern before. */
#ifdef __cplusplus
#define PKD_EXTERN extern "C"
#else
#define PKD_EXTERN extern
#endif

/* Defines NAME_methods, which the generated program refers to. The calls inside are checked
 * against the generated header, so a node and its declaration cannot disagree. */
#define PKD_NODE(NAME) PKDI_NODE(NAME, NULL, NULL)

/* The same for a node that calls pkd_watch. `int NAME_ready(struct NAME *self, struct pkd_ctx
 * *ctx)` is called between firings when a descriptor that the node watches is ready, whether or
 * not there are frames, and handles it without blocking; it returns PKD_OK or what pkd_error
 * returns. It has no inputs or outputs, and pkd_state is read-only. A source that returned
 * pkd_later is then called again at once. */
#define PKD_WATCHING_NODE(NAME)                                       \
	static int NAME##_call_ready(void *self, struct pkd_ctx *ctx) \
	{                                                             \
		return NAME##_ready((struct NAME *)self, ctx);        \
	}                                                             \
	PKDI_NODE(NAME, NAME##_call_ready, NULL)

/* The same for a node that is told of new values of its live parameters. `int NAME_changed(struct
 * NAME *self, const struct NAME_params *params, struct pkd_ctx *ctx)` is called between firings,
 * when `params` has them and before the first step that does; it returns PKD_OK or what pkd_error
 * returns. Values that `init` has seen are not told: neither those at the start nor, after a
 * restart, those then in use. Of several changes in a row it may see the last one only. It has no
 * inputs or outputs, and pkd_state is read-only. */
#define PKD_LIVE_NODE(NAME)     \
	PKDI_CALL_CHANGED(NAME) \
	PKDI_NODE(NAME, NULL, NAME##_call_changed)

#define PKD_WATCHING_LIVE_NODE(NAME)                                  \
	static int NAME##_call_ready(void *self, struct pkd_ctx *ctx) \
	{                                                             \
		return NAME##_ready((struct NAME *)self, ctx);        \
	}                                                             \
	PKDI_CALL_CHANGED(NAME)                                       \
	PKDI_NODE(NAME, NAME##_call_ready, NAME##_call_changed)

#define PKDI_CALL_CHANGED(NAME)                                                                  \
	static int NAME##_call_changed(void *self, const void *params, struct pkd_ctx *ctx)      \
	{                                                                                        \
		return NAME##_changed((struct NAME *)self, (const struct NAME##_params *)params, \
		                      ctx);                                                      \
	}

#define PKDI_NODE(NAME, READY, CHANGED)                                                         \
	static int NAME##_call_init(void *self, const void *params, struct pkd_ctx *ctx)        \
	{                                                                                       \
		return NAME##_init((struct NAME *)self, (const struct NAME##_params *)params,   \
		                   ctx);                                                        \
	}                                                                                       \
	static int NAME##_call_step(void *self, const void *in, void *out, struct pkd_ctx *ctx) \
	{                                                                                       \
		return NAME##_step((struct NAME *)self, (const struct NAME##_in *)in,           \
		                   (struct NAME##_out *)out, ctx);                              \
	}                                                                                       \
	static void NAME##_call_finish(void *self)                                              \
	{                                                                                       \
		NAME##_finish((struct NAME *)self);                                             \
	}                                                                                       \
	PKD_EXTERN const struct pkd_methods NAME##_methods;                                     \
	const struct pkd_methods NAME##_methods = {                                             \
		PKD_ABI,          sizeof(struct NAME), NAME##_call_init,                        \
		NAME##_call_step, NAME##_call_finish,  READY,                                   \
		CHANGED,                                                                        \
	}

#ifdef __cplusplus
}
#endif

#endif
