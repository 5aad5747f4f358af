/* The rules of a deploy: which nodes share a process, on which CPUs, with how many workers, and
 * what happens when one dies. */
#include "sema/bound.h"
#include "sema/resolve.h"
#include <string.h>

VEC_OF(node_list, uint32_t);

struct deploy {
	struct sema *sema;
	struct bound *bound;
	uint32_t *process_of; /* per node, UNBOUND before it is in one */
	struct map prefixes;  /* "rig" -> the struct node_list of rig.left, rig.right */
	uint32_t *consumer;   /* per node, the only node that reads it; UNBOUND: none, or several */
};

/* ---- Members ---- */

static const char *member_path(struct deploy *d, const struct ast_expr *member)
{
	struct arena *arena = d->sema->arena;
	if (member->kind == EXPR_NAME)
		return member->name.text;
	if (member->kind != EXPR_MEMBER && member->kind != EXPR_INDEX)
		return NULL;
	const char *left = member_path(d, member->left);
	if (!left || member->kind == EXPR_MEMBER)
		return left ? arena_printf(arena, "%s.%s", left, member->name.text) : NULL;
	struct value index = const_eval(d->sema, d->bound->file, member->right);
	return index.kind == VALUE_INT ? arena_printf(arena, "%s[%lld]", left, (long long)index.i)
	                               : NULL;
}

/* The nodes under each prefix of their names: "rig" and "rig.cam" of "rig.cam[2]". */
static void find_prefixes(struct deploy *d)
{
	struct arena *arena = d->sema->arena;
	for (uint32_t i = 0; i < d->bound->nodes.n; i++) {
		const char *name = d->bound->nodes.items[i].name;
		for (size_t k = 1; name[k]; k++) {
			if (name[k] != '.' && name[k] != '[')
				continue;
			const char *prefix = arena_strndup(arena, name, k);
			struct node_list *list = map_get(&d->prefixes, prefix);
			if (!list) {
				list = arena_new(arena, struct node_list);
				map_put(arena, &d->prefixes, prefix, list);
			}
			vec_push(arena, list, i);
		}
	}
}

/* A member is a node, or all of a bank or of a pipeline inside: `cam` means cam[0], cam[1] …, `rig`
 * all of rig.left, rig.right. */
static struct node_list members(struct deploy *d, const struct ast_expr *member)
{
	struct node_list list = {0};
	const char *path = member_path(d, member);
	if (!path)
		return list;
	const struct node_list *inside = map_get(&d->prefixes, path);
	for (size_t i = 0; inside && i < inside->n; i++)
		vec_push(d->sema->arena, &list, inside->items[i]);
	if (!inside || map_get(&d->bound->node_names, path)) {
		uint32_t node = bound_find(d->sema, d->bound, path, member->span, E0501);
		if (node != UNBOUND)
			vec_push(d->sema->arena, &list, node);
	}
	return list;
}

static bool constant(struct deploy *d, const struct ast_expr *expr, enum value_kind kind,
                     int64_t min, int64_t max, int64_t *ret_value)
{
	struct value value = const_eval(d->sema, d->bound->file, expr);
	if (value.kind == VALUE_NONE)
		return false;
	if (value.kind != kind) {
		diag_report(d->sema->diags, E0302, expr->span, "%s is needed here",
		            kind == VALUE_TIME ? "a time, such as 10s," : "a whole number");
		return false;
	}
	if (value.i < min || value.i > max) {
		diag_report(d->sema->diags, E0307, expr->span, "this must be between %lld and %lld",
		            (long long)min, (long long)max);
		return false;
	}
	*ret_value = value.i;
	return true;
}

static int64_t time_from(struct deploy *d, const struct ast_expr *expr, int64_t least)
{
	int64_t time = 0;
	if (expr)
		constant(d, expr, VALUE_TIME, least, INT64_MAX, &time);
	return time;
}

static int64_t time_of(struct deploy *d, const struct ast_expr *expr)
{
	return time_from(d, expr, 1);
}

/* ---- Processes ---- */

/* Each worker takes every n-th frame, so an input may not choose by number already. */
static bool chooses_by_number(const struct bound_node *node)
{
	if (node->face && node->face->pasts.n > 0)
		return true;
	for (size_t i = 0; i < node->inputs.n; i++) {
		const struct bound_input *input = &node->inputs.items[i];
		if (input->every_n || input->every_ns || input->first != 0)
			return true;
	}
	return false;
}

/* A claim is of one value of one stream, and stays right only as long as that value does. An
 * expression that fires without its stream goes by the ticks of a clock as well. */
static bool has_one_queue(const struct bound_node *node)
{
	uint32_t n_firing = 0;
	for (size_t i = 0; i < node->inputs.n; i++) {
		if (node->inputs.items[i].policy == POLICY_SAMPLE)
			continue;
		const struct bound_input *input = &node->inputs.items[i];
		bool ticks = node->face && node->face->parts.n &&
		             node->face->inputs.items[input->port].optional;
		if (input->policy != POLICY_QUEUE || ticks)
			return false;
		n_firing++;
	}
	return n_firing == 1;
}

/* What keeps frames from being taken in turn and put in order again, or NULL. */
static const char *why_no_workers(const struct bound_node *node)
{
	if (node->inputs.n == 0)
		return "makes frames of its own";
	if (node->face && node->face->fires_any)
		return "fires on any of its inputs, and numbers its frames itself";
	return chooses_by_number(node) ? "looks at every(…) or at a history" : NULL;
}

static void set_workers(struct deploy *d, uint32_t index, struct span span, int64_t n, bool dynamic)
{
	struct bound_node *node = &d->bound->nodes.items[index];
	const char *why = why_no_workers(node);
	if (why) {
		diag_report(d->sema->diags, E0504, span, "'%s' cannot have workers: it %s",
		            node->name, why);
		return;
	}
	if (node->face && !node->face->stateless) {
		diag_report(d->sema->diags, E0504, span,
		            "'%s' cannot have workers: %s is not "
		            "declared 'stateless'",
		            node->name, node->face->kind);
		diag_note(d->sema->diags, node->face->span, "declared here");
		return;
	}
	if (dynamic && !has_one_queue(node)) {
		diag_report(d->sema->diags, E0504, span,
		            "'%s' cannot have workers that claim frames: it must have one "
		            "firing input, plain or a queue, whose value it needs",
		            node->name);
		diag_help(d->sema->diags,
		          "leave out 'dynamic': each worker then takes every %lld%s "
		          "frame",
		          (long long)n,
		          n == 2   ? "nd"
		          : n == 3 ? "rd"
		                   : "th");
		return;
	}
	node->n_workers = (uint32_t)n;
	node->dynamic = dynamic;
}

static void set_process(struct deploy *d, const struct ast_rule *rule,
                        struct bound_process *process)
{
	int64_t value;
	process->cpu = process->cpu_last = -1;
	if (rule->cpu && constant(d, rule->cpu, VALUE_INT, 0, 1023, &value))
		process->cpu = process->cpu_last = (int32_t)value;
	if (rule->cpu_last && constant(d, rule->cpu_last, VALUE_INT, 0, 1023, &value))
		process->cpu_last = (int32_t)value;
	if (rule->priority && constant(d, rule->priority, VALUE_INT, 1, 99, &value))
		process->priority = (int32_t)value;
	if (rule->host.text) {
		diag_report(d->sema->diags, E0106, rule->host.span,
		            "several hosts come with a later version of pkd");
	}
	if (!rule->workers)
		return;
	if (process->nodes.n != 1)
		diag_report(d->sema->diags, E0504, rule->workers->span,
		            "workers are for a process with one node");
	else if (constant(d, rule->workers, VALUE_INT, 1, 256, &value))
		set_workers(d, process->nodes.items[0], rule->workers->span, value, rule->dynamic);
}

static void group(struct deploy *d, const struct ast_rule *rule)
{
	struct sema *sema = d->sema;
	struct bound *bound = d->bound;
	struct bound_process process = {.name = rule->name.text, .at = rule->name.span};
	resolve_name(sema, rule->name);
	for (size_t i = 0; i < bound->processes.n; i++)
		if (strcmp(bound->processes.items[i].name, process.name) == 0)
			diag_report(sema->diags, E0202, rule->name.span, "'%s' is declared twice",
			            process.name);
	for (size_t i = 0; i < rule->members.n; i++) {
		const struct ast_expr *member = rule->members.items[i];
		struct node_list list = members(d, member);
		for (size_t k = 0; k < list.n; k++) {
			uint32_t *of = &d->process_of[list.items[k]];
			if (*of != UNBOUND) {
				diag_report(sema->diags, E0502, member->span,
				            "'%s' is in the process '%s' already",
				            bound->nodes.items[list.items[k]].name,
				            *of < bound->processes.n
				                    ? bound->processes.items[*of].name
				                    : process.name);
				continue;
			}
			*of = (uint32_t)bound->processes.n;
			vec_push(sema->arena, &process.nodes, list.items[k]);
		}
	}
	set_process(d, rule, &process);
	vec_push(sema->arena, &bound->processes, process);
}

/* Whether the reader holds up who makes the value, when it is slow. With `latest` or `sample` it
 * does not, and must not by working in one process with it. */
static bool waits(const struct bound_input *input)
{
	return input->policy != POLICY_LATEST && input->policy != POLICY_SAMPLE;
}

/* The only reader of each node, if it is one that waits. */
static void find_consumers(struct deploy *d)
{
	const struct bound *bound = d->bound;
	bool *several = arena_alloc(d->sema->arena, bound->nodes.n + 1);
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		const struct bound_node *node = &bound->nodes.items[i];
		for (size_t k = 0; k < node->inputs.n; k++) {
			const struct bound_input *input = &node->inputs.items[k];
			uint32_t from = input->node;
			if (from == UNBOUND || from == i || several[from] ||
			    (d->consumer[from] == i && waits(input)))
				continue;
			several[from] = d->consumer[from] != UNBOUND || !waits(input);
			d->consumer[from] = several[from] ? UNBOUND : i;
		}
	}
}

/* The last of the nodes, in their order, that fire an expression; a camera may block in its driver,
 * so nothing shares its process unasked. UNBOUND where there is none. */
static uint32_t last_producer(const struct deploy *d, uint32_t node)
{
	const struct bound_node *self = &d->bound->nodes.items[node];
	uint32_t last = UNBOUND;
	for (size_t i = 0; i < self->inputs.n; i++) {
		const struct bound_input *input = &self->inputs.items[i];
		if (bound_input_fires(input) && input->node != node &&
		    (last == UNBOUND || input->node > last))
			last = input->node;
	}
	const struct interface *face = last != UNBOUND ? d->bound->nodes.items[last].face : NULL;
	return face && face->origin == ORIGIN_LIVE ? UNBOUND : last;
}

/* The node whose process an expression's node joins, for it is too small for one of its own: its
 * only consumer, if that waits for it, else its last producer. */
static uint32_t host_of(const struct deploy *d, uint32_t node)
{
	return d->consumer[node] != UNBOUND ? d->consumer[node] : last_producer(d, node);
}

static bool is_expression(const struct bound_node *node)
{
	return node->face && node->face->parts.n > 0;
}

static void join(struct deploy *d, uint32_t node, uint32_t process)
{
	d->process_of[node] = process;
	vec_push(d->sema->arena, &d->bound->processes.items[process].nodes, node);
}

static void join_own(struct deploy *d, uint32_t node)
{
	struct bound *bound = d->bound;
	struct bound_process process = {.name = bound->nodes.items[node].name,
	                                .at = bound->nodes.items[node].at,
	                                .cpu = -1,
	                                .cpu_last = -1};
	vec_push(d->sema->arena, &bound->processes, process);
	join(d, node, (uint32_t)bound->processes.n - 1);
}

/* A node that stands in no group has a process of its own, named after it. */
static void complete(struct deploy *d)
{
	struct bound *bound = d->bound;
	for (uint32_t i = 0; i < bound->nodes.n; i++) {
		if (d->process_of[i] != UNBOUND || is_expression(&bound->nodes.items[i]))
			continue;
		join_own(d, i);
	}
	for (uint32_t i = (uint32_t)bound->nodes.n; i-- > 0;) {
		if (d->process_of[i] != UNBOUND)
			continue;
		uint32_t host = host_of(d, i);
		for (int steps = 0;
		     steps < 100 && host != UNBOUND && d->process_of[host] == UNBOUND; steps++)
			host = host_of(d, host);
		if (host != UNBOUND && d->process_of[host] != UNBOUND &&
		    bound->nodes.items[host].n_workers == 0) {
			join(d, i, d->process_of[host]);
			continue;
		}
		join_own(d, i);
	}
}

/* ---- Failures ---- */

static bool same_policy(const struct bound_process *a, const struct bound_process *b)
{
	return a->failure->absent == b->failure->absent && a->n_restarts == b->n_restarts &&
	       a->per_ns == b->per_ns && a->backoff_ns == b->backoff_ns;
}

/* A stall without a policy ends as a crash does. */
static bool says_policy(const struct ast_rule *rule)
{
	return rule->has_end || rule->restarts;
}

static void set_failure(struct deploy *d, const struct ast_rule *rule,
                        struct bound_process *process)
{
	struct bound_process given = *process;
	int64_t restarts = 0;
	if (rule->kind == RULE_STALL)
		process->stall_ns = given.stall_ns = time_of(d, rule->expr);
	if (!says_policy(rule))
		return;
	given.failure = rule;
	given.n_restarts = 0;
	given.per_ns = given.backoff_ns = 0;
	if (rule->restarts && constant(d, rule->restarts, VALUE_INT, 1, 1000000, &restarts)) {
		given.n_restarts = (uint32_t)restarts;
		given.per_ns = time_of(d, rule->per);
		given.backoff_ns = time_of(d, rule->backoff);
	}
	if (!process->failure) {
		*process = given;
	} else if (!same_policy(process, &given)) {
		diag_report(d->sema->diags, E0503, rule->span,
		            "the process '%s' has another failure policy already", process->name);
		diag_note(d->sema->diags, process->failure->span, "given here");
		if (process->failure->kind != rule->kind)
			diag_help(d->sema->diags, "a stall ends like a crash: give both rules one "
			                          "policy, or leave one of them out");
	}
}

/* A rule without members is for all processes that no rule of its kind names, and, where it is
 * about crashes, that have no policy by another. */
static void set_default(struct deploy *d, const struct ast_rule *rule, const bool *named)
{
	struct bound *bound = d->bound;

	for (size_t i = 0; i < bound->processes.n; i++) {
		struct bound_process *process = &bound->processes.items[i];

		if (!named[i] && (rule->kind == RULE_STALL || !process->failure))
			set_failure(d, rule, process);
	}
}

static void name_members(struct deploy *d, const struct ast_rule *rule, bool *named)
{
	for (size_t k = 0; k < rule->members.n; k++) {
		struct node_list list = members(d, rule->members.items[k]);

		for (size_t n = 0; n < list.n; n++)
			named[d->process_of[list.items[n]]] = true;
	}
}

static void apply_default(struct deploy *d, const struct ast_decl *deploy, enum ast_rule_kind kind)
{
	size_t size = d->bound->processes.n * sizeof(bool);
	bool *named = memset(arena_alloc(d->sema->arena, size + 1), 0, size + 1);
	const struct ast_rule *all = NULL;

	for (size_t i = 0; i < deploy->rules.n; i++) {
		const struct ast_rule *rule = &deploy->rules.items[i];

		if (rule->kind != kind)
			continue;
		name_members(d, rule, named);
		if (rule->members.n > 0)
			continue;
		if (all) {
			diag_report(d->sema->diags, E0503, rule->span,
			            "all others have a failure policy already");
			diag_note(d->sema->diags, all->span, "given here");
			continue;
		}
		all = rule;
	}
	if (all)
		set_default(d, all, named);
}

/* ---- Limits ---- */

enum { MEMORY_LIMIT_MIN = 1 << 20 };
#define MEMORY_LIMIT_MAX (INT64_C(1) << 50)

/* Checks the word and the value of a limit, once for a rule, whatever its members. */
static bool limit_holds(struct deploy *d, const struct ast_arg *limit, int64_t *ret_value)
{
	struct diags *diags = d->sema->diags;
	bool memory = strcmp(limit->name.text, "memory") == 0;

	if (!memory && strcmp(limit->name.text, "processes") != 0) {
		diag_report(diags, E0505, limit->name.span, "there is no limit of '%s'",
		            limit->name.text);
		diag_help(diags, "write 'memory 512MiB' or 'processes 0'");
		return false;
	}
	if (memory) {
		if (!constant(d, limit->value, VALUE_INT, INT64_MIN, INT64_MAX, ret_value))
			return false;
		if (*ret_value >= MEMORY_LIMIT_MIN && *ret_value <= MEMORY_LIMIT_MAX)
			return true;
		diag_report(diags, E0307, limit->value->span,
		            "a limit of memory must be between 1MiB and %lldGiB",
		            (long long)(MEMORY_LIMIT_MAX >> 30));
		return false;
	}
	if (!constant(d, limit->value, VALUE_INT, INT64_MIN, INT64_MAX, ret_value))
		return false;
	if (*ret_value == 0)
		return true;
	diag_report(diags, E0505, limit->value->span,
	            "only 0 can be enforced: the system counts the processes of a user, not "
	            "those of a node");
	return false;
}

static void limit_process(struct deploy *d, const struct ast_arg *limit, int64_t value,
                          struct bound_process *process)
{
	bool memory = strcmp(limit->name.text, "memory") == 0;
	const struct ast_arg **at = memory ? &process->memory_at : &process->processes_at;

	if (*at && *at != limit) {
		diag_report(d->sema->diags, E0505, limit->name.span,
		            "the process '%s' has a limit of %s already", process->name,
		            limit->name.text);
		diag_note(d->sema->diags, (*at)->name.span, "given here");
		return;
	}
	*at = limit;
	if (memory)
		process->memory_limit = value;
}

static void apply_limits(struct deploy *d, const struct ast_rule *rule)
{
	for (size_t l = 0; l < rule->limits.n; l++) {
		const struct ast_arg *limit = &rule->limits.items[l];
		int64_t value = 0;
		if (!limit_holds(d, limit, &value))
			continue;
		for (size_t i = 0; i < rule->members.n; i++) {
			struct node_list list = members(d, rule->members.items[i]);
			for (size_t k = 0; k < list.n; k++) {
				uint32_t process = d->process_of[list.items[k]];
				limit_process(d, limit, value, &d->bound->processes.items[process]);
			}
		}
	}
}

/* ---- Rates ---- */

static void set_rate(struct deploy *d, const struct ast_rule *rule, uint32_t index)
{
	struct bound_node *node = &d->bound->nodes.items[index];
	struct value rate = const_eval(d->sema, d->bound->file, rule->expr);
	if (node->face && node->face->origin == ORIGIN_NONE && !node->face->fires_any) {
		diag_report(d->sema->diags, E0501, rule->members.items[0]->span,
		            "'%s' is not a source: it fires as often as its inputs come",
		            node->name);
		diag_help(d->sema->diags, "give the rate of the source that it reads from");
	} else if (rate.kind != VALUE_NONE && (rate.kind != VALUE_RATE || rate.f <= 0)) {
		diag_report(d->sema->diags, E0302, rule->expr->span,
		            "a rate above 0 is needed here, such as 30fps");
	} else {
		node->rate = rate.f;
	}
}

/* ---- Rest ---- */

/* Unless another rule lets it start so. */
static void set_may_rest(struct deploy *d, uint32_t index)
{
	struct bound_node *node = &d->bound->nodes.items[index];

	if (!node->rest)
		node->rest = REST_MAY;
}

/* ---- All rules ---- */

/* Before expressions find their hosts: a process with workers takes none. */
static void apply_workers(struct deploy *d, const struct ast_rule *rule)
{
	struct node_list list = members(d, rule->members.items[0]);
	int64_t value = 0;
	if (!constant(d, rule->expr, VALUE_INT, 1, 256, &value))
		return;
	for (size_t i = 0; i < list.n; i++) {
		uint32_t process = d->process_of[list.items[i]];
		if (process != UNBOUND && d->bound->processes.items[process].nodes.n > 1)
			diag_report(d->sema->diags, E0504, rule->span,
			            "workers are for a process with one node");
		else
			set_workers(d, list.items[i], rule->span, value, rule->dynamic);
	}
}

static void apply(struct deploy *d, const struct ast_rule *rule)
{
	if (rule->kind == RULE_PROCESS || rule->kind == RULE_WORKERS)
		return;
	if (rule->kind == RULE_LIMIT) {
		apply_limits(d, rule);
		return;
	}
	if (rule->kind == RULE_WAIT_SPIN) {
		d->bound->spin_ns = time_from(d, rule->expr, 0);
		if (d->bound->spin_ns == 0)
			d->bound->spin_ns = NO_SPIN;
		return;
	}
	if (rule->kind == RULE_HOST) {
		diag_report(d->sema->diags, E0106, rule->span,
		            "several hosts come with a later version of pkd");
		return;
	}
	for (size_t i = 0; i < rule->members.n; i++) {
		struct node_list list = members(d, rule->members.items[i]);
		for (size_t k = 0; k < list.n; k++) {
			uint32_t node = list.items[k];
			if (rule->kind == RULE_BUDGET) {
				d->bound->nodes.items[node].budget_ns = time_of(d, rule->expr);
			} else if (rule->kind == RULE_RATE) {
				set_rate(d, rule, node);
			} else if (rule->kind == RULE_STARTS_RESTING) {
				d->bound->nodes.items[node].rest = REST_STARTS;
			} else if (rule->kind == RULE_MAY_REST) {
				set_may_rest(d, node);
			} else {
				set_failure(d, rule,
				            &d->bound->processes.items[d->process_of[node]]);
			}
		}
	}
}

void deploy_apply(struct sema *sema, struct bound *bound, const struct ast_decl *deploy)
{
	struct deploy d = {.sema = sema, .bound = bound};
	d.process_of = arena_alloc(sema->arena, (bound->nodes.n + 1) * sizeof *d.process_of);
	d.consumer = arena_alloc(sema->arena, (bound->nodes.n + 1) * sizeof *d.consumer);
	for (size_t i = 0; i < bound->nodes.n; i++)
		d.process_of[i] = d.consumer[i] = UNBOUND;
	find_consumers(&d);
	find_prefixes(&d);
	bound->processes.n = 0;
	for (size_t i = 0; deploy && i < deploy->rules.n; i++)
		if (deploy->rules.items[i].kind == RULE_PROCESS)
			group(&d, &deploy->rules.items[i]);
	for (size_t i = 0; deploy && i < deploy->rules.n; i++)
		if (deploy->rules.items[i].kind == RULE_WORKERS)
			apply_workers(&d, &deploy->rules.items[i]);
	complete(&d);
	for (size_t i = 0; deploy && i < deploy->rules.n; i++)
		apply(&d, &deploy->rules.items[i]);
	if (deploy) {
		apply_default(&d, deploy, RULE_CRASH);
		apply_default(&d, deploy, RULE_STALL);
	}
	expand_workers(sema, bound);
}
