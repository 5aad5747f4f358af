/* `private` and `public` before a name: what the name means is marked, once all is elaborated. A
 * name of an expression stands for its text, so the text is marked, and is a part of its own
 * wherever it stands. What follows from the marks is the pass's to say. */
#include "sema/lift.h"

void privacy_declare(struct elaborator *e, struct binding *binding, struct privacy_mark mark)
{
	if (mark.word != PRIVACY_UNSAID)
		vec_push(e->sema->arena, &e->marked, (struct marked_binding){binding, mark});
}

static void report_nothing(struct elaborator *e, const struct binding *binding,
                           struct privacy_mark mark, const char *what, const char *help)
{
	const char *word = privacy_word(mark.word);

	diag_report(e->sema->diags, E0410, mark.at, "'%s' is %s: it has no stream to be %s",
	            binding->path, what, word);
	if (help)
		diag_help(e->sema->diags, help, word);
}

static void set(struct elaborator *e, const struct binding *binding, struct privacy_mark *mark,
                struct privacy_mark new)
{
	if (mark->word != PRIVACY_UNSAID && mark->word != new.word) {
		diag_report(e->sema->diags, E0410, new.at,
		            "'%s' is %s here, and the same stream is %s elsewhere", binding->path,
		            privacy_word(new.word), privacy_word(mark->word));
		diag_note(e->sema->diags, mark->at, "here");
		diag_help(e->sema->diags,
		          "leave out one of the two words: another name is the same stream");
		return;
	}
	*mark = new;
}

static void mark_output(struct elaborator *e, const struct binding *binding, uint32_t n,
                        uint32_t output, struct privacy_mark mark)
{
	struct bound_node *node = &e->bound->nodes.items[n];

	if (!node->face)
		return;
	if (!node->marks)
		node->marks = arena_alloc(e->sema->arena,
		                          (node->face->outputs.n + 1) * sizeof *node->marks);
	set(e, binding, node->meaning ? &node->meaning->binding->mark : &node->marks[output], mark);
}

static void mark_node(struct elaborator *e, const struct binding *binding, struct privacy_mark mark)
{
	const struct interface *face = e->bound->nodes.items[binding->node].face;

	if (face && face->outputs.n == 0)
		report_nothing(e, binding, mark, "a sink",
		               "write '%s' before the name of a stream that it reads");
	for (uint32_t i = 0; face && i < face->outputs.n; i++)
		mark_output(e, binding, binding->node, i, mark);
}

static void mark_text(struct elaborator *e, struct binding *binding, struct privacy_mark mark)
{
	const struct meaning *meaning;

	while (binding->same)
		binding = binding->same;
	meaning = meaning_of(e, binding, NULL);
	if (term_is_constant(binding->scope, binding->expr))
		report_nothing(e, binding, mark, "a constant", NULL);
	else if (expression_is_read(e, binding))
		report_nothing(e, binding, mark,
		               arena_printf(e->sema->arena, "short for '%s'",
		                            resolve_source(e->sema, binding->expr->span)),
		               "write '%s' where that stream is bound");
	else if (meaning && !meaning->has_streams)
		report_nothing(e, binding, mark, "known before any frame", NULL);
	else
		set(e, binding, &binding->mark, mark);
}

static void mark_binding(struct elaborator *e, struct binding *binding, struct privacy_mark mark)
{
	switch (binding->kind) {
	case BINDING_NODE:
		mark_node(e, binding, mark);
		break;
	case BINDING_STREAM:
		mark_output(e, binding, binding->node, binding->output, mark);
		break;
	case BINDING_EXPRESSION:
		mark_text(e, binding, mark);
		break;
	case BINDING_BANK:
		for (size_t i = 0; i < binding->elements.n; i++)
			if (binding->elements.items[i])
				mark_binding(e, binding->elements.items[i], mark);
		break;
	case BINDING_PIPELINE:
		for (size_t i = 0; i < binding->inside->outputs.n; i++)
			mark_binding(e, binding->inside->outputs.entries[i].value, mark);
		if (binding->inside->outputs.n == 0)
			report_nothing(e, binding, mark, "a pipeline without outputs", NULL);
		break;
	case BINDING_CONST:
		report_nothing(e, binding, mark, "a constant", NULL);
		break;
	case BINDING_PARAM:
		report_nothing(e, binding, mark, "a parameter", NULL);
		break;
	case BINDING_PENDING:
	case BINDING_ERROR:
		break;
	}
}

void privacy_settle(struct elaborator *e)
{
	for (size_t i = 0; i < e->marked.n; i++)
		mark_binding(e, e->marked.items[i].binding, e->marked.items[i].mark);
}
