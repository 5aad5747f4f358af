#include "console/set.h"

#include <stdlib.h>
#include <string.h>

#include "options/change.h"
#include "options/param.h"
#include "options/value.h"
#include "run/wishes.h"

enum { WANTED_SIZE = 512, TEXT_SIZE = PKDI_SET_TEXT };

void pkdi_set_recover(struct pkdi_run *run)
{
	const struct pkdi_live_values *live = &run->live;

	if (live->n)
		pkdi_wishes_unpack(live, pkdi_wish_of(live, atomic_load(&live->wishes->newest)));
}

/* ---- Who has come how far ---- */

/* The newest version that the node has taken. */
static uint64_t version_of(const struct pkdi_node *node)
{
	const struct pkdi_live_words *words = &node->words->live;
	uint64_t applied = atomic_load(&words->applied), taken = atomic_load(&words->newest);

	if (!node->live.leads)
		return applied;
	return node->live.reads && applied < taken ? applied : taken;
}

uint32_t pkdi_set_next_behind(const struct pkdi_run *run, uint64_t version, uint32_t after)
{
	for (uint32_t i = after == PKD_NONE ? 0 : after + 1; i < run->program->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[i];

		if ((node->live.leads || node->live.reads) && !pkdi_run_has_ended(run, i) &&
		    version_of(node) < version)
			return i;
	}
	return PKD_NONE;
}

/* It is told of new values between two firings, and not while it is held. */
static bool is_told(const struct pkdi_run *run, uint32_t node, uint64_t version)
{
	const struct pkdi_node *n = &run->nodes[node];

	return !n->decl->methods->changed || !n->live.n || atomic_load(&run->held[node]) ||
	       pkdi_run_has_ended(run, node) || atomic_load(&n->words->live.told) >= version;
}

uint32_t pkdi_set_next_pending(const struct pkdi_run *run, uint64_t version, uint32_t after)
{
	uint32_t behind = pkdi_set_next_behind(run, version, after);

	for (uint32_t i = after == PKD_NONE ? 0 : after + 1; i < run->program->n_nodes; i++)
		if (i == behind || (run->nodes[i].live.reads && !is_told(run, i, version)))
			return i;
	return PKD_NONE;
}

bool pkdi_set_remember(const struct pkdi_run *run, struct pkdi_request *request)
{
	request->before = calloc(run->program->n_nodes + 1, sizeof(*request->before));
	for (uint32_t i = 0; request->before && i < run->program->n_nodes; i++)
		request->before[i] = pkdi_run_has_ended(run, i)
		                             ? PKD_NONE
		                             : atomic_load(&run->orders[i].incarnation);
	return request->before;
}

/* Which of those that read such values have been started again since, or were given up. */
static void tell_dead(const struct pkdi_run *run, const struct pkdi_request *request,
                      const char *name, bool gone, struct pkdi_out *out)
{
	bool any = false;

	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		bool is_gone = atomic_load(&run->orders[i].gone);

		if (!run->nodes[i].live.reads || request->before[i] == PKD_NONE ||
		    is_gone != gone ||
		    (!gone && atomic_load(&run->orders[i].incarnation) == request->before[i]))
			continue;
		if (!any)
			pkdi_out_open(out, name, '[');
		any = true;
		pkdi_out_text(out, NULL, run->program->nodes[i].name);
	}
	if (any)
		pkdi_out_close(out, ']');
}

void pkdi_set_tell_dead(const struct pkdi_run *run, const struct pkdi_request *request,
                        struct pkdi_out *out)
{
	tell_dead(run, request, "restarted", false, out);
	tell_dead(run, request, "gone", true, out);
}

/* ---- New values ---- */

static bool take_text(const struct pkdi_json *json, uint32_t value, char text[TEXT_SIZE])
{
	const struct pkdi_json_value *v = &json->values[value];

	if (v->kind == PKDI_JSON_STRING)
		return pkdi_json_string(json, value, text, TEXT_SIZE);
	if ((v->kind != PKDI_JSON_NUMBER && v->kind != PKDI_JSON_BOOL) ||
	    v->end - v->start >= TEXT_SIZE)
		return false;
	memcpy(text, json->text + v->start, v->end - v->start);
	text[v->end - v->start] = '\0';
	return true;
}

bool pkdi_set_find(const struct pkdi_run *run, const struct pkdi_json *json, uint32_t name,
                   struct pkdi_param *ret_target, struct pkdi_fault *fault)
{
	static const char *const none[] = {NULL};
	char text[TEXT_SIZE] = "", like[PKDI_NAME_SIZE];

	if (pkdi_json_string(json, name, text, sizeof(text)) &&
	    pkdi_param_find(run->program, text, strlen(text), ret_target))
		return true;
	pkdi_param_suggest(run->program, none, text, strlen(text), like);
	return pkdi_refuse(fault, "unknown_parameter", "there is no parameter '%.160s'%s%s%s", text,
	                   *like ? "; did you mean '" : "", like, *like ? "'?" : "");
}

/* One too long stays as long as the room, so that it is noticed. */
static size_t put(char *text, size_t n, char c)
{
	if (n < PKDI_SET_TEXT)
		text[n++] = c;
	return n;
}

char *pkdi_set_text(const struct pkdi_param *target, char ret_text[PKDI_SET_TEXT])
{
	const struct pkd_param *param = target->param;
	uint32_t n_strings = param->n ? param->n : 1;
	size_t n = 0;

	ret_text[0] = '\0';
	if (param->kind != PKD_STRING) {
		pkdi_value_show(param, target->params, ret_text, PKDI_SET_TEXT);
		return ret_text;
	}
	for (uint32_t i = 0; i < n_strings; i++) {
		struct pkd_param one = *param;

		one.offset += i * (uint32_t)sizeof(char *);
		if (i)
			n = put(ret_text, n, ',');
		for (const char *c = pkdi_value_text(&one, target->params); *c; c++) {
			if (param->n && (*c == ',' || *c == '\\'))
				n = put(ret_text, n, '\\');
			n = put(ret_text, n, *c);
		}
	}
	if (n == PKDI_SET_TEXT)
		return NULL;
	ret_text[n] = '\0';
	return ret_text;
}

static bool take_one(struct pkdi_run *run, const struct pkdi_json *json, uint32_t name,
                     struct pkdi_fault *fault)
{
	char text[TEXT_SIZE], wanted[WANTED_SIZE], why[WANTED_SIZE], like[PKDI_NAME_SIZE];
	struct pkdi_param target;
	const char *fixed;

	if (!pkdi_set_find(run, json, name, &target, fault))
		return false;
	pkdi_param_name(&target, like);
	if (!pkdi_may_change(run->program, target.index, &fixed))
		return pkdi_refuse(fault, "not_live", "'%.160s' %s", like, fixed);
	if (json->values[json->values[name].next].kind == PKDI_JSON_STRING &&
	    !take_text(json, json->values[name].next, text))
		return pkdi_refuse(fault, "invalid_value", "the value of '%.160s' is too long",
		                   like);
	if (!take_text(json, json->values[name].next, text))
		return pkdi_refuse(fault, "invalid_value",
		                   "the value of '%.160s' is a string, a number or a boolean",
		                   like);
	if (pkdi_value_parse(target.param, text, target.params, wanted, sizeof(wanted)) < 0) {
		char range[128];

		pkdi_value_range(target.param, range, sizeof(range));
		pkdi_param_refuse(&target, wanted, why, sizeof(why));
		return pkdi_refuse(fault, strcmp(range, wanted) ? "invalid_value" : "out_of_range",
		                   "%.160s = %.120s%.200s", like, text, why);
	}
	run->live.is_set[target.index] = true;
	return true;
}

/* Copies what nodes were set to by themselves out of their params, or back. Returns the size. */
static size_t copy_own(const struct pkdi_run *run, char *saved, bool back)
{
	struct pkdi_param target;
	size_t n = 0;

	for (uint32_t i = run->program->n_params; pkdi_param_nth(run->program, i, &target); i++) {
		size_t size = pkdi_value_size(target.param);
		char *value = (char *)target.params + target.param->offset;

		if (!run->live.is_set[i])
			continue;
		if (saved && back)
			memcpy(value, saved + n, size);
		else if (saved)
			memcpy(saved + n, value, size);
		n += size;
	}
	return n;
}

/* A node's own value is not computed: what was set by itself stays. */
static bool bind_again(struct pkdi_run *run, struct pkdi_fault *fault)
{
	char *saved = malloc(copy_own(run, NULL, false) + 1);
	const char *missing;

	if (!saved)
		return pkdi_refuse(fault, "failed", "there is not enough memory");
	copy_own(run, saved, false);
	missing = run->program->bind ? run->program->bind() : NULL;
	copy_own(run, saved, true);
	free(saved);
	return !missing || pkdi_refuse(fault, "invalid_value", "with these, %.400s", missing);
}

static bool check_ranges(const struct pkdi_run *run, struct pkdi_fault *fault)
{
	for (uint32_t i = 0; i < run->live.n; i++) {
		const struct pkdi_live_value *value = &run->live.values[i];
		char name[PKDI_NAME_SIZE], text[64], range[128];
		struct pkdi_param target;

		if (pkdi_value_is_in_range(value->param, value->params))
			continue;
		pkdi_param_nth(run->program, value->target, &target);
		pkdi_param_name(&target, name);
		pkdi_value_show(value->param, value->params, text, sizeof(text));
		pkdi_value_range(value->param, range, sizeof(range));
		return pkdi_refuse(fault, "out_of_range",
		                   "this sets %.160s to %s, which must be in %s", name, text,
		                   range);
	}
	return true;
}

static void publish(struct pkdi_run *run, uint64_t version, uint64_t at)
{
	struct pkdi_live_values *live = &run->live;
	struct pkdi_wish *wish = pkdi_wish_of(live, version);

	/* Should this process die on the way, nobody reads half of it. */
	atomic_store(&wish->version, 0);
	atomic_thread_fence(memory_order_release); /* before the bytes */
	atomic_store(&wish->at, at);
	pkdi_wishes_pack(live, wish);
	atomic_store(&wish->version, version);
	atomic_store(&live->wishes->newest, version);
	pkdi_run_ring_all(run);
}

static bool compute(struct pkdi_run *run, const struct pkdi_json *json, uint32_t values,
                    struct pkdi_fault *fault)
{
	for (uint32_t v = values + 1; v < json->values[values].next;
	     v = json->values[json->values[v].next].next)
		if (!take_one(run, json, v, fault))
			return false;
	return bind_again(run, fault) && check_ranges(run, fault);
}

/* Who has not come so far; one that is paused before those that wait for it. */
static uint32_t find_behind(const struct pkdi_run *run, uint64_t version)
{
	uint32_t first = pkdi_set_next_behind(run, version, PKD_NONE), paused = first;

	while (paused != PKD_NONE && atomic_load(&run->held[paused]) != PKDI_HELD_PAUSED)
		paused = pkdi_set_next_behind(run, version, paused);
	return paused == PKD_NONE ? first : paused;
}

bool pkdi_set_values(struct pkdi_run *run, const struct pkdi_json *json, uint32_t values,
                     uint64_t at, uint64_t *ret_version, struct pkdi_fault *fault)
{
	struct pkdi_live_values *live = &run->live;
	uint64_t newest = live->n ? atomic_load(&live->wishes->newest) : 0;
	uint32_t behind = PKD_NONE;
	struct pkdi_fault ignored;

	if (json->values[values].n == 0)
		return pkdi_refuse(fault, "invalid_parameter", "\"values\" says nothing");
	if (!live->n)
		return pkdi_refuse(fault, "not_live", "this program has no parameter that is live");
	if (newest >= PKDI_WISHES - 1)
		behind = find_behind(run, newest - (PKDI_WISHES - 2));
	if (behind != PKD_NONE && atomic_load(&run->held[behind]) == PKDI_HELD_PAUSED)
		return pkdi_refuse(
			fault, "busy",
			"node '%.160s' is paused, and has not come to what was set three "
			"times before: `pkd resume %.160s` first",
			run->program->nodes[behind].name, run->program->nodes[behind].name);
	if (behind != PKD_NONE)
		return pkdi_refuse(fault, "busy",
		                   "node '%.160s' has not come to what was set three times before",
		                   run->program->nodes[behind].name);
	if (compute(run, json, values, fault)) {
		publish(run, *ret_version = newest + 1, at);
		return true;
	}
	pkdi_set_recover(run);
	bind_again(run, &ignored);
	return false;
}
