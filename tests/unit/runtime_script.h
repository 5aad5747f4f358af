/* Two sources, A and B, that play a script. To be included behind the enum of the nodes. */
#ifndef RUNTIME_SCRIPT_H
#define RUNTIME_SCRIPT_H

#include <string.h>

#include "runtime_nodes.h"

/* A source's script, a letter per frame: 'x' a value, '.' absent, 'E' the last one, and at its end
 * the source waits. A value is its frame's number, captured at 1 ms times the number. */
static const char *script[2];

static inline int source_step(struct pkd_ctx *ctx, uint64_t *const *out, const char *text)
{
	uint64_t number = pkd_number(ctx);

	if (number > strlen(text))
		return pkd_later(ctx, INT64_MAX - 1);
	pkd_set_time(ctx, (int64_t)number * 1000000);
	if (text[number - 1] == '.')
		pkd_absent(ctx, 0);
	else if (out[0])
		*out[0] = number;
	return text[number - 1] == 'E' ? PKD_END : PKD_OK;
}

static inline int a_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in;
	return source_step(ctx, out, script[A]);
}

static inline int b_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in;
	return source_step(ctx, out, script[B]);
}

/* Lets source `node` go on to the end of `text`, which begins with what it was before. */
static inline void play(uint32_t node, const char *text)
{
	script[node] = text;
	run.nodes[node].ctx.due_ns = 0;
	drive(node);
}

#endif
