/* The rules of a deploy: which nodes share a process, and what happens when one dies. */
#include "sema/bound.h"
#include "sema/resolve.h"
#include <string.h>

static int64_t rule_time(struct sema *sema, struct bound *bound, const struct ast_expr *expr)
{
	struct value value = const_eval(sema, bound->file, expr);
	if (value.kind == VALUE_TIME && value.i > 0)
		return value.i;
	if (value.kind != VALUE_NONE)
		diag_report(sema->diags, E0302, expr->span, "a time is needed here, such as 10s");
	return 0;
}

static void group(struct sema *sema, struct bound *bound, const struct ast_rule *rule,
                  uint32_t *process_of)
{
	struct bound_process process = {.name = rule->name.text, .at = rule->name.span};
	resolve_name(sema, rule->name);
	for (size_t i = 0; i < bound->processes.n; i++)
		if (strcmp(bound->processes.items[i].name, process.name) == 0)
			diag_report(sema->diags, E0202, rule->name.span, "'%s' is declared twice",
			            process.name);
	for (size_t i = 0; i < rule->members.n; i++) {
		struct ast_name member = rule->members.items[i]->name;
		uint32_t node = check_node_name(sema, bound, member, E0501);
		if (node == UNBOUND)
			continue;
		if (process_of[node] != UNBOUND) {
			diag_report(sema->diags, E0502, member.span,
			            "'%s' is in the process '%s' already", member.text,
			            process_of[node] < bound->processes.n
			                    ? bound->processes.items[process_of[node]].name
			                    : process.name);
			continue;
		}
		process_of[node] = (uint32_t)bound->processes.n;
		vec_push(sema->arena, &process.nodes, node);
	}
	vec_push(sema->arena, &bound->processes, process);
}

/* A node that stands in no group has a process of its own, named after it. */
static void complete(struct sema *sema, struct bound *bound, uint32_t *process_of)
{
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		if (process_of[i] != UNBOUND)
			continue;
		process_of[i] = (uint32_t)bound->processes.n;
		struct bound_process process = {.name = bound->nodes.items[i].name,
		                                .at = bound->nodes.items[i].at};
		vec_push(sema->arena, &process.nodes, i);
		vec_push(sema->arena, &bound->processes, process);
	}
}

static void set_failure(struct sema *sema, struct bound *bound, const struct ast_rule *rule,
                        const uint32_t *process_of)
{
	struct value restarts = {0};
	int64_t per = 0, backoff = 0;
	if (rule->restarts) {
		restarts = const_eval(sema, bound->file, rule->restarts);
		per = rule_time(sema, bound, rule->per);
		backoff = rule->backoff ? rule_time(sema, bound, rule->backoff) : 0;
		if (restarts.kind == VALUE_INT && (restarts.i < 1 || restarts.i > 1000000))
			diag_report(sema->diags, E0307, rule->restarts->span,
			            "a process is restarted 1 … 1000000 times");
	}
	for (size_t i = 0; i < rule->members.n; i++) {
		struct ast_name member = rule->members.items[i]->name;
		uint32_t node = check_node_name(sema, bound, member, E0501);
		if (node == UNBOUND)
			continue;
		struct bound_process *process = &bound->processes.items[process_of[node]];
		if (process->failure && process->failure != rule) {
			diag_report(sema->diags, E0503, member.span,
			            "the process '%s' has a failure policy already", process->name);
			diag_note(sema->diags, process->failure->span, "given here");
			continue;
		}
		process->failure = rule;
		process->n_restarts = (uint32_t)restarts.i;
		process->per_ns = per;
		process->backoff_ns = backoff;
	}
}

void check_deploy(struct sema *sema, struct bound *bound, const struct ast_decl *deploy)
{
	uint32_t *process_of = arena_alloc(sema->arena, (bound->nodes.n + 1) * sizeof *process_of);
	for (size_t i = 0; i < bound->nodes.n; i++)
		process_of[i] = UNBOUND;
	bound->processes.n = 0;
	for (size_t i = 0; deploy && i < deploy->rules.n; i++)
		if (deploy->rules.items[i].kind == RULE_PROCESS)
			group(sema, bound, &deploy->rules.items[i], process_of);
	complete(sema, bound, process_of);
	for (size_t i = 0; deploy && i < deploy->rules.n; i++)
		if (deploy->rules.items[i].kind == RULE_CRASH)
			set_failure(sema, bound, &deploy->rules.items[i], process_of);
}
