#include "node/made.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/say.h"
#include "node/typed.h"

int pkdi_made_unprotected(struct pkdi_node *node, int r)
{
	/* Not the fault of the frame: it does not count as one that the node has died on. */
	atomic_store_explicit(&node->words->in_hand, 0, memory_order_relaxed);
	pkdi_node_log(node->log, node->decl,
	              "cannot write-protect its outputs: %s; --freeze=off does not need it",
	              strerror(-r));
	node->ctx.reported = true;
	return r;
}

int pkdi_made_beyond(struct pkdi_node *node, const struct pkdi_output *output)
{
	char who[PKDI_WHO_SIZE];

	pkdi_log(
		node->log,
		"%s wrote beyond its output '%s' (stream %s, frame %llu): %s has room for %u bytes",
		pkdi_node_who(node->decl, who), node->decl->outputs[output - node->outputs].name,
		output->stream->name, (unsigned long long)node->ctx.number, output->stream->type,
		output->stream->value_size);
	node->ctx.reported = true;
	return -EOVERFLOW;
}

static int report_mismatch(struct pkdi_node *node, const struct pkdi_output *output,
                           const struct pkd_type *type)
{
	struct pkdi_mismatch mismatch;

	/* A thread of the node may have mended it meanwhile; it was wrong nevertheless. */
	if (pkdi_typed_check(type, output->header + 1, &mismatch))
		mismatch = (struct pkdi_mismatch){"", "was changed after the step"};
	pkdi_node_log(node->log, node->decl, "output '%s%s' %s (frame %llu)",
	              node->decl->outputs[output - node->outputs].name, mismatch.place,
	              mismatch.text, (unsigned long long)node->ctx.number);
	node->ctx.reported = true;
	return -EBADMSG;
}

static int say_forgotten(struct pkdi_node *node, const struct pkdi_output *output)
{
	const char *name = node->decl->outputs[output - node->outputs].name;
	char kind[128];

	snprintf(kind, sizeof(kind), "%s", node->decl->kind);
	for (char *c = kind; *c; c++)
		*c = *c == '.' ? '_' : *c;
	pkdi_node_log(node->log, node->decl,
	              "output '%s' was neither written nor marked absent (frame %llu): where there "
	              "is no value, call %s_absent_%s(ctx)",
	              name, (unsigned long long)node->ctx.number, kind, name);
	node->ctx.reported = true;
	return -EBADMSG;
}

int pkdi_made_wrong(struct pkdi_node *node, const struct pkdi_output *output,
                    const struct pkdi_plan *plan)
{
	struct pkdi_mismatch mismatch;
	bool marked = plan->mark != 0;

	if (marked && pkdi_plan_is_unwritten(plan, output->header + 1))
		return say_forgotten(node, output);
	if (marked && pkdi_typed_check(plan->type, output->header + 1, &mismatch))
		return 0;
	return report_mismatch(node, output, plan->type);
}
