#include "node/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "channel/freeze.h"
#include "node/say.h"
#include "node/typed.h"

int pkdi_node_no_protection(struct pkdi_node *node, int r)
{
	/* Not the fault of the frame: it does not count as one that the node has died on. */
	atomic_store_explicit(&node->words->in_hand, 0, memory_order_relaxed);
	pkdi_node_log(node->log, node->decl,
	              "cannot write-protect its outputs: %s; --freeze=off does not need it",
	              strerror(-r));
	node->ctx.reported = true;
	return r;
}

int pkdi_node_seal(struct pkdi_node *node, int64_t now_ns)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		struct pkdi_output *output = &node->outputs[i];
		struct pkd_frame header;
		int r;

		if (!output->stream || output->absent)
			continue;
		header = (struct pkd_frame){
			.seq = output->slots.next,
			.number = node->ctx.number,
			.capture_ns = node->ctx.capture_ns,
			.publish_ns = now_ns,
			.size = output->stream->value_size,
			.incarnation = atomic_load_explicit(&node->orders->incarnation,
		                                            memory_order_relaxed),
			.type_id = output->index,
			.origin = node->ctx.origin,
		};
		/* The ring's entry may be there, and others read it meanwhile. */
		memcpy(output->header, &header, offsetof(struct pkd_frame, entry));
		r = output->frozen ? pkdi_freeze_close(output) : 0;
		if (r < 0)
			return pkdi_node_no_protection(node, r);
	}
	return 0;
}

static __attribute__((cold)) int say_overrun(struct pkdi_node *node,
                                             const struct pkdi_output *output)
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

static __attribute__((cold)) int report_mismatch(struct pkdi_node *node,
                                                 const struct pkdi_output *output,
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

static __attribute__((cold)) int say_forgotten(struct pkdi_node *node,
                                               const struct pkdi_output *output)
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

/* The plan has found something. A number that happens to be the mark is one that was not written,
 * and 0, where the rest of the value was. */
static __attribute__((cold)) int look_closer(struct pkdi_node *node,
                                             const struct pkdi_output *output,
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

/* Whatever follows an output does not belong to the node: a header, or what the next one reads.
 * And a value that is not valid for its declared type reaches nobody. */
int pkdi_node_check_outputs(struct pkdi_node *node, bool are_made)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];

		if (!output->stream)
			continue;
		if (!pkdi_output_is_intact(output))
			return say_overrun(node, output);
		if (are_made && !output->absent && node->plans[i].checks &&
		    !pkdi_plan_check(&node->plans[i], output->header + 1)) {
			int r = look_closer(node, output, &node->plans[i]);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
