/* libpkd's side of nodes in Python: opens the embedding in the process that needs it. */
#define _GNU_SOURCE
#include "python/host.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "node/node.h"

static void log_text(struct pkd_ctx *ctx, enum pkd_level level, const char *text)
{
	pkd_log(ctx, level, "%s", text);
}

static void fail_at_end(struct pkd_ctx *ctx, const char *text)
{
	pkd_fail_at_end(ctx, "%s", text);
}

static int error_text(struct pkd_ctx *ctx, int number, const char *text)
{
	return (pkd_error)(ctx, number, "%s", text); /* the text is the reason */
}

static struct pkdi_python_host host = {
	.abi = PKDI_PYTHON_ABI,
	.number = pkd_number,
	.time = pkd_time,
	.age = pkd_age,
	.sampled = pkd_sampled,
	.fired = pkd_fired,
	.part = pkd_part,
	.flushing = pkd_flushing,
	.woken = pkd_woken,
	.wake = pkd_wake,
	.state = pkd_state,
	.memory = pkd_memory,
	.absent = pkd_absent,
	.wanted = pkd_wanted,
	.resumes = pkd_resumes,
	.stopping = pkd_stopping,
	.set_time = pkd_set_time,
	.later = pkd_later,
	.expect_frames = pkd_expect_frames,
	.watch = pkd_watch,
	.output_file = pkd_output_file,
	.now = pkd_now,
	.stop = pkd_stop,
	.log = log_text,
	.fail_at_end = fail_at_end,
	.error = error_text,
	.n_settings = pkd_n_settings,
	.setting_name = pkd_setting_name,
	.setting_get = pkd_setting_get,
	.setting_set = pkd_setting_set,
};

/* One interpreter in a process, whatever its nodes. */
static const struct pkdi_python_calls *calls;

const struct pkd_python *pkdi_python_of(const struct pkd_node *decl)
{
	/* A struct pkd_python begins with its methods. */
	if (decl->methods->init != pkd_python_init)
		return NULL;
	return (const struct pkd_python *)(const void *)decl->methods;
}

/* Once in each process, after the fork: libpython starts threads of its libraries and has global
 * state. Its symbols are global, as the modules that it loads refer to them. */
static int open_embedding(const struct pkd_python *python, struct pkd_ctx *ctx)
{
	const struct pkd_interpreter *interpreter = python->interpreter;
	void *library = dlopen(interpreter->library, RTLD_NOW | RTLD_GLOBAL);
	const struct pkdi_python_calls *found;
	const char *wrong;

	if (!library)
		return pkd_error(
			ctx, EINVAL,
			"cannot open Python %s, which the program was built with: %s; run pkdc build again",
			interpreter->version, dlerror());
	found = dlsym(library, PKDI_PYTHON_SYMBOL);
	if (!found || found->abi != PKDI_PYTHON_ABI)
		return pkd_error(
			ctx, EINVAL,
			"'%s' was built for another version of libpkd: run pkdc build again",
			interpreter->library);
	/* As Python expects: a write to a closed pipe is an exception. */
	signal(SIGPIPE, SIG_IGN);
	host.shares_process = ctx->node->shares_process;
	wrong = found->open(&host, interpreter);
	if (wrong)
		return pkd_error(ctx, EINVAL, "cannot start Python %s (%s): %s",
		                 interpreter->version, interpreter->executable, wrong);
	calls = found;
	return 0;
}

int pkd_python_init(void *self, const void *params, struct pkd_ctx *ctx)
{
	const struct pkd_node *decl = ctx->node->decl;
	const struct pkd_python *python = pkdi_python_of(decl);
	int r = calls ? 0 : open_embedding(python, ctx);

	if (r < 0)
		return r;
	return calls->init(self, decl, python, params, ctx->node->is_alone, ctx);
}

int pkd_python_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	return calls->step(*(struct pkdi_python_node **)self, in, out, ctx);
}

void pkd_python_finish(void *self)
{
	calls->finish(*(struct pkdi_python_node **)self);
}

int pkd_python_ready(void *self, struct pkd_ctx *ctx)
{
	return calls->ready(*(struct pkdi_python_node **)self, ctx);
}

int pkd_python_changed(void *self, const void *params, struct pkd_ctx *ctx)
{
	return calls->changed(*(struct pkdi_python_node **)self, params, ctx);
}

int pkd_python_command(void *self, uint32_t command, const void *args, void *answer,
                       struct pkd_ctx *ctx)
{
	return calls->command(*(struct pkdi_python_node **)self, command, args, answer, ctx);
}
