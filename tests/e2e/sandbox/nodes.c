/* The same attacks from nodes that declare different things. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attack.h"
#include "sandbox.pkd.h"

/* Two values: its process, and later nothing, so that it is there while it is attacked. */
struct victim {
	int n;
};

int victim_init(struct victim *self, const struct victim_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int victim_step(struct victim *self, const struct victim_in *in, struct victim_out *out,
                struct pkd_ctx *ctx)
{
	(void)in;
	if (self->n++ > 0)
		return pkd_later(ctx, INT64_MAX);
	*out->pid = getpid();
	return PKD_OK;
}

void victim_finish(struct victim *self)
{
	(void)self;
}

PKD_NODE(victim);

static int report(const char *what, const char *path, int64_t sibling, struct pkd_ctx *ctx)
{
	long result;
	int error = attack(what, path, (int)sibling, &result);

	pkd_note(ctx, "%s: %ld %s", what, result, error ? strerrorname_np(error) : "done");
	pkd_stop(ctx);
	return PKD_OK;
}

/* In init or, by default, in step. */
#define ATTACKER(NAME)                                                                         \
	struct NAME {                                                                          \
		const struct NAME##_params *params;                                            \
	};                                                                                     \
	int NAME##_init(struct NAME *self, const struct NAME##_params *params,                 \
	                struct pkd_ctx *ctx)                                                   \
	{                                                                                      \
		self->params = params;                                                         \
		return params->early ? report(params->what, params->path, getppid(), ctx)      \
		                     : PKD_OK;                                                 \
	}                                                                                      \
	int NAME##_step(struct NAME *self, const struct NAME##_in *in, struct NAME##_out *out, \
	                struct pkd_ctx *ctx)                                                   \
	{                                                                                      \
		(void)out;                                                                     \
		return report(self->params->what, self->params->path, *in->pid, ctx);          \
	}                                                                                      \
	void NAME##_finish(struct NAME *self)                                                  \
	{                                                                                      \
		(void)self;                                                                    \
	}                                                                                      \
	PKD_NODE(NAME)

ATTACKER(undeclared);
ATTACKER(computes);
ATTACKER(reader);
ATTACKER(writer);
ATTACKER(networker);
ATTACKER(runner);
ATTACKER(settler);
ATTACKER(one_program);
