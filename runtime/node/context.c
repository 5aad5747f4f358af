/* The API of node authors: the functions of <pkd/node.h>. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/node.h"
#include "node/say.h"
#include "os/public.h"

PKD_PUBLIC uint64_t pkd_number(const struct pkd_ctx *ctx)
{
	return ctx->number;
}

PKD_PUBLIC int64_t pkd_time(const struct pkd_ctx *ctx)
{
	return ctx->capture_ns;
}

PKD_PUBLIC int64_t pkd_age(const struct pkd_ctx *ctx, const void *value)
{
	const struct pkd_frame *frame = pkd_frame_of(value);

	int64_t from_ns = frame->publish_ns, to_ns, age_ns;

	if (frame->origin == ctx->origin) {
		from_ns = frame->capture_ns;
		to_ns = ctx->capture_ns;
	} else {
		to_ns = pkd_now();
	}
	/* Both times were written by another process. */
	if (__builtin_sub_overflow(to_ns, from_ns, &age_ns))
		age_ns = to_ns < from_ns ? INT64_MIN : INT64_MAX;
	return age_ns;
}

PKD_PUBLIC bool pkd_sampled(const struct pkd_ctx *ctx, uint32_t input)
{
	const struct pkd_node *decl = ctx->node->decl;

	for (uint32_t i = 0; i < decl->n_inputs; i++)
		if (decl->inputs[i].port == input && decl->inputs[i].stream != PKD_NONE &&
		    decl->inputs[i].policy == PKD_SAMPLE)
			return true;
	return false;
}

PKD_PUBLIC uint32_t pkd_fired(const struct pkd_ctx *ctx)
{
	return ctx->fired;
}

PKD_PUBLIC uint64_t pkd_part(const struct pkd_ctx *ctx)
{
	return ctx->part;
}

PKD_PUBLIC bool pkd_flushing(const struct pkd_ctx *ctx)
{
	return ctx->fired == PKD_NONE && !ctx->woken;
}

PKD_PUBLIC int pkd_wake(struct pkd_ctx *ctx, int64_t due_ns)
{
	struct pkdi_node *node = ctx->node;

	if (!node->decl->wakes)
		return -ENOTSUP;
	if (due_ns < 1)
		due_ns = 1; /* 0: not at all */
	if (!node->wake_ns || due_ns < node->wake_ns)
		node->wake_ns = due_ns;
	return 0;
}

PKD_PUBLIC bool pkd_woken(const struct pkd_ctx *ctx)
{
	return ctx->woken;
}

PKD_PUBLIC void *pkd_state(struct pkd_ctx *ctx)
{
	return ctx->state;
}

PKD_PUBLIC void *pkd_memory(struct pkd_ctx *ctx, uint32_t memory)
{
	const struct pkdi_node *node = ctx->node;
	char *address = node->memory;

	if (memory >= node->decl->n_memories)
		return NULL;
	for (uint32_t i = 0; i < memory; i++)
		address += pkdi_node_memory_size(node->decl, i);
	return address;
}

PKD_PUBLIC void pkd_absent(struct pkd_ctx *ctx, uint32_t output)
{
	const struct pkd_node *decl = ctx->node->decl;

	if (output < decl->n_outputs && !decl->outputs[output].is_tick &&
	    !decl->outputs[output].stamps)
		ctx->node->outputs[output].absent = true;
}

PKD_PUBLIC bool pkd_wanted(const struct pkd_ctx *ctx, uint32_t output)
{
	const struct pkd_node *decl = ctx->node->decl;

	if (output >= decl->n_outputs)
		return false;
	for (uint32_t i = output + 1; i < decl->n_outputs; i++)
		if (decl->outputs[i].stamps == &decl->outputs[output])
			return true; /* that the value is there, which only step knows */
	return decl->outputs[output].stream != PKD_NONE;
}

PKD_PUBLIC bool pkd_stopping(const struct pkd_ctx *ctx)
{
	bool stops = atomic_load_explicit(&ctx->node->program_words->phase, memory_order_relaxed) !=
	             PKDI_PHASE_RUN;

	ctx->node->knows_of_stop |= stops;
	return stops;
}

PKD_PUBLIC void pkd_set_time(struct pkd_ctx *ctx, int64_t capture_ns)
{
	/* What a join makes keeps the time of its frame. */
	if (ctx->node->decl->origin == PKD_NOT_ORIGIN)
		return;
	ctx->capture_ns = capture_ns;
	ctx->is_timed = true;
}

/* The connection of that port, where its values wait in a queue of this node's own. */
static struct pkdi_input *queue_of(const struct pkdi_node *node, uint32_t port)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		struct pkdi_input *input = &node->inputs[i];

		if (input->decl->port == port)
			return input->role == PKDI_ROLE_FIRING &&
			                       input->decl->policy == PKD_QUEUE &&
			                       !input->decl->many && !input->thins
			               ? input
			               : NULL;
	}
	return NULL;
}

PKD_PUBLIC uint32_t pkd_ahead_room(const struct pkd_ctx *ctx, uint32_t input)
{
	const struct pkdi_input *queue = queue_of(ctx->node, input);

	return queue && queue->window > 1 ? (uint32_t)queue->window - 1 : 0;
}

/* The writer cannot have replaced it: the cursor holds all of the window. */
PKD_PUBLIC const void *pkd_ahead(struct pkd_ctx *ctx, uint32_t input, uint32_t k)
{
	struct pkdi_node *node = ctx->node;
	struct pkdi_input *queue = queue_of(node, input);
	const struct pkd_frame *frame;
	uint64_t number;
	uint32_t slot;
	bool sound;

	if (!queue || !queue->fires || !queue->front || k == 0 || k >= queue->window)
		return NULL;
	slot = pkdi_ring_find(&queue->ring, queue->cursor + k);
	if (slot == PKDI_NO_SLOT) {
		if (!node->ahead_seq || queue->cursor + k < node->ahead_seq) {
			node->ahead_seq = queue->cursor + k;
			node->ahead_input = (uint32_t)(queue - node->inputs);
		}
		return NULL;
	}
	frame = pkdi_input_frame(queue, slot);
	number = queue->number;
	sound = pkdi_believe(queue, frame, queue->cursor + k);
	queue->number = number; /* of the one in hand */
	return sound ? frame + 1 : NULL;
}

PKD_PUBLIC int pkd_later(struct pkd_ctx *ctx, int64_t due_ns)
{
	ctx->due_ns = due_ns > 0 ? due_ns : 1; /* 0: nothing was said */
	return PKD_LATER;
}

PKD_PUBLIC void pkd_expect_frames(struct pkd_ctx *ctx, uint64_t n_frames)
{
	atomic_store_explicit(&ctx->node->words->n_expected, n_frames, memory_order_relaxed);
}

PKD_PUBLIC int pkd_watch(struct pkd_ctx *ctx, int fd, short events)
{
	const struct pkdi_node *node = ctx->node;

	if (!node->decl->methods->ready)
		return -ENOTSUP;
	return pkdi_watch_set(node->watch, node->index, fd, events);
}

static const struct pkdi_path *find_output(const struct pkdi_node *node, const char *text)
{
	for (uint32_t i = 0; node->paths && i < node->decl->n_rights; i++) {
		const struct pkdi_path *path = &node->paths[i];

		if ((path->right->kind == PKD_WRITES || path->right->kind == PKD_APPENDS) &&
		    path->text && strcmp(path->text, text) == 0)
			return path;
	}
	return NULL;
}

static bool is_stopping(const void *context)
{
	return pkd_stopping(context);
}

static void say_waiting(const void *context)
{
	const struct pkd_ctx *ctx = context;

	pkdi_node_log(ctx->node->log, ctx->node->decl,
	              "is waiting: nobody reads the pipe that it writes to");
}

/* Why a path is not a file that the node may write, for a message. */
static const char *why_no_file(const struct pkdi_path *path)
{
	switch (path->kind) {
	case PKDI_PATH_URL:
		return "it is a URL; this node writes files";
	case PKDI_PATH_THERE:
		return "it is a directory; add a file name";
	case PKDI_PATH_NONE:
		return "it does not name a file";
	case PKDI_PATH_STANDARD:
	case PKDI_PATH_STREAM:
	case PKDI_PATH_OUTPUT:
		break;
	}
	return NULL;
}

PKD_PUBLIC int pkd_output_file(struct pkd_ctx *ctx, const char *path)
{
	const struct pkdi_node *node = ctx->node;
	const struct pkdi_path *found = find_output(node, path);
	const char *why;
	int fd;

	if (!found)
		return pkd_error(ctx, EINVAL,
		                 "cannot write '%s': node %s does not declare it; add `writes` "
		                 "with the parameter that has the path to its declaration",
		                 path, node->decl->kind);
	why = why_no_file(found);
	if (why)
		return pkd_error(ctx, EINVAL, "cannot write '%s': %s", path, why);
	fd = pkdi_path_open(found, is_stopping, say_waiting, ctx);
	if (fd == -EINTR)
		return pkd_error(ctx, EINTR, "nobody reads '%s'", path);
	if (fd < 0)
		return pkd_error(ctx, -fd, "cannot write '%s': %s", path, strerror(-fd));
	atomic_fetch_or(&node->words->opened, PKDI_OPENED_BIT(found - node->paths));
	return fd;
}

PKD_PUBLIC int64_t pkd_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Landlock fails with EACCES, but so does a file's mode. */
void pkdi_node_hint(const struct pkdi_node *node)
{
	if (node->is_confined)
		pkdi_log_at(node->log, PKD_LOG_ERROR,
		            "note: node %s may touch only what it declares (`reads`, `devices`, "
		            "`unix`); open what `writes` names with pkd_output_file",
		            node->decl->kind);
}

/* Of a node; the frame is that of a step. */
static void log_about(const struct pkd_ctx *ctx, enum pkd_level level, const char *at,
                      const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void log_about(const struct pkd_ctx *ctx, enum pkd_level level, const char *at,
                      const char *format, va_list arguments)
{
	const struct pkdi_node *node = ctx->node;
	bool steps = node->call && atomic_load(node->call) == PKDI_CALL_STEP;
	const struct pkdi_about about = {
		.level = level,
		.node = node->decl->name,
		.at = at,
		.frame = steps ? ctx->number : 0,
	};

	pkdi_log_about(node->log, &about, format, arguments);
}

static int fail(struct pkd_ctx *ctx, int error, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

static int fail(struct pkd_ctx *ctx, int error, const char *format, va_list arguments)
{
	if (ctx->answer) /* it is for who has asked */
		vsnprintf(ctx->answer->text, sizeof(ctx->answer->text), format, arguments);
	else
		log_about(ctx, PKD_LOG_ERROR, ctx->node->decl->at, format, arguments);
	if (error == EACCES && !ctx->answer)
		pkdi_node_hint(ctx->node);
	ctx->reported = true;
	return error > 0 ? -error : -1;
}

PKD_PUBLIC int(pkd_error)(struct pkd_ctx *ctx, int error, const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = fail(ctx, error, format, arguments);
	va_end(arguments);
	return r;
}

PKD_PUBLIC int pkdi_error_of_call(struct pkd_ctx *ctx, int error, const char *format, ...)
{
	char text[PIPE_BUF]; /* as long as a line may be */
	va_list arguments;
	int r;

	va_start(arguments, format);
	if (error <= 0 || strstr(format, ": ")) {
		r = fail(ctx, error, format, arguments);
	} else {
		vsnprintf(text, sizeof(text), format, arguments);
		r = (pkd_error)(ctx, error, "%s: %s", text, strerror(error));
	}
	va_end(arguments);
	return r;
}

PKD_PUBLIC bool pkd_logs(const struct pkd_ctx *ctx, enum pkd_level level)
{
	return pkdi_log_shows(ctx->node->log_level, level);
}

PKD_PUBLIC void pkd_note(struct pkd_ctx *ctx, const char *format, ...)
{
	va_list arguments;

	if (!pkd_logs(ctx, PKD_LOG_INFO))
		return;
	va_start(arguments, format);
	log_about(ctx, PKD_LOG_INFO, NULL, format, arguments);
	va_end(arguments);
}

PKD_PUBLIC void pkd_log(struct pkd_ctx *ctx, enum pkd_level level, const char *format, ...)
{
	va_list arguments;

	if (!pkd_logs(ctx, level))
		return;
	va_start(arguments, format);
	log_about(ctx, level, NULL, format, arguments);
	va_end(arguments);
}

PKD_PUBLIC void pkd_fail_at_end(struct pkd_ctx *ctx, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_about(ctx, PKD_LOG_ERROR, ctx->node->decl->at, format, arguments);
	va_end(arguments);
	atomic_store(&ctx->node->words->fails_at_end, 1);
}

PKD_PUBLIC bool pkd_resumes(const struct pkd_ctx *ctx)
{
	return ctx->node->resumes;
}

PKD_PUBLIC void pkd_stop(struct pkd_ctx *ctx)
{
	uint64_t one = 1;

	/* Fails only if it was asked for already. */
	if (write(ctx->node->stop_fd, &one, sizeof(one)) < 0)
		return;
}
