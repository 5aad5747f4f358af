/* flow.fault */
#include "../base/value.h"

#include <errno.h>
#include <flow/fault.pkd.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

struct flow_fault {
	const struct flow_fault_params *params;
};

int flow_fault_init(struct flow_fault *self, const struct flow_fault_params *params,
                    struct pkd_ctx *ctx)
{
	(void)ctx;
	self->params = params;
	return PKD_OK;
}

enum { NONE = UINT32_MAX, PIECE_NS = 10000000 };

static bool is_faulty(const struct flow_fault_params *params, uint64_t number)
{
	if (number < params->at)
		return false;
	return number == params->at || (params->each && (number - params->at) % params->each == 0);
}

/* What a step never should. With `ctx`, to a stop at most. */
static void rest(int64_t ns, const struct pkd_ctx *ctx)
{
	int64_t start = pkd_now();

	while (pkd_now() - start < ns && !(ctx && pkd_stopping(ctx)))
		nanosleep(&(struct timespec){0, PIECE_NS}, NULL);
}

int flow_fault_step(struct flow_fault *self, const struct flow_fault_in *in,
                    struct flow_fault_out *out, struct pkd_ctx *ctx)
{
	uint32_t kind = is_faulty(self->params, pkd_number(ctx)) ? self->params->kind : NONE;

	if (kind == flow_Fault_crash)
		abort();
	if (kind == flow_Fault_hang)
		rest(INT64_MAX, NULL);
	if (kind == flow_Fault_fail)
		return pkd_error(ctx, EIO, "fails at frame %" PRIu64 ", as it was told",
		                 pkd_number(ctx));
	if (kind == flow_Fault_slow)
		rest(self->params->t, ctx);
	if (kind == flow_Fault_drop)
		flow_fault_absent_passed(ctx);
	else
		value_copy(self->params->T, out->passed, in->value);
	return PKD_OK;
}

void flow_fault_finish(struct flow_fault *self)
{
	(void)self;
}

PKD_NODE(flow_fault);
