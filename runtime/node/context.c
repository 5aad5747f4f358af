/* What node authors call: the functions of <pkd/node.h>. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/node.h"
#include "os/public.h"

enum { PREFIX_SIZE = 256 };

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

	return frame->origin == ctx->origin ? ctx->capture_ns - frame->capture_ns
	                                    : pkd_now() - frame->publish_ns;
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

PKD_PUBLIC void *pkd_state(struct pkd_ctx *ctx)
{
	return ctx->state;
}

PKD_PUBLIC void pkd_absent(struct pkd_ctx *ctx, uint32_t output)
{
	if (output < ctx->node->decl->n_outputs)
		ctx->node->outputs[output].absent = true;
}

PKD_PUBLIC bool pkd_stopping(const struct pkd_ctx *ctx)
{
	return atomic_load_explicit(&ctx->node->program_words->phase, memory_order_relaxed) !=
	       PKDI_PHASE_RUN;
}

PKD_PUBLIC void pkd_set_time(struct pkd_ctx *ctx, int64_t capture_ns)
{
	ctx->capture_ns = capture_ns;
}

PKD_PUBLIC int pkd_later(struct pkd_ctx *ctx, int64_t due_ns)
{
	ctx->due_ns = due_ns;
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

PKD_PUBLIC int pkd_output_file(struct pkd_ctx *ctx, const char *path)
{
	int fd = strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
	                                : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	return fd < 0 ? pkd_error(ctx, errno, "cannot write '%s': %s", path, strerror(errno)) : fd;
}

PKD_PUBLIC int64_t pkd_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

PKD_PUBLIC int pkd_error(struct pkd_ctx *ctx, int error, const char *format, ...)
{
	char prefix[PREFIX_SIZE];
	va_list arguments;

	snprintf(prefix, sizeof(prefix), "node '%s' (%s): ", ctx->node->decl->name,
	         ctx->node->decl->at);
	va_start(arguments, format);
	pkdi_log_with(ctx->node->log, prefix, format, arguments);
	va_end(arguments);
	ctx->said = true;
	return error > 0 ? -error : -1;
}

PKD_PUBLIC void pkd_note(struct pkd_ctx *ctx, const char *format, ...)
{
	char prefix[PREFIX_SIZE];
	va_list arguments;

	snprintf(prefix, sizeof(prefix), "%s: ", ctx->node->decl->name);
	va_start(arguments, format);
	pkdi_log_with(ctx->node->log, prefix, format, arguments);
	va_end(arguments);
}

PKD_PUBLIC void pkd_stop(struct pkd_ctx *ctx)
{
	uint64_t one = 1;

	/* Fails only when it was asked for already. */
	if (write(ctx->node->stop_fd, &one, sizeof(one)) < 0)
		return;
}
