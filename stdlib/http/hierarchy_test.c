/* The order of a walk, whatever order lists come in, beside the walk of a plain hierarchy. */
#include "hierarchy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_NODES = 4096, MAX_FETCHING = 64 };

static struct run {
	struct http_hierarchy hierarchy;
	struct parse parse;
	char scratch[65536];
	struct http_container *fetching[MAX_FETCHING];
	int n_fetching, n_fetched, most_fetching;
	uint64_t random;
	const char *bad;            /* whose list cannot be had */
	char way[10][40];           /* where a walk goes on */
	char given[MAX_NODES * 16]; /* ids, with spaces */
} run;

static unsigned draw(unsigned n)
{
	run.random = run.random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(run.random >> 33) % n;
}

/* By the id: "0.1.2" has as many children as its digits say. */
static unsigned n_children(const char *id)
{
	unsigned sum = 7, depth = 0;

	for (const char *at = id; *at; at++) {
		sum = sum * 31 + (unsigned)*at;
		depth += *at == '.';
	}
	return depth == 4 ? 0 : sum / 7 % 5 + (depth < 2 ? 2 : 0);
}

static char *list_of(const char *id)
{
	char *text = malloc(4096);
	size_t n = (size_t)sprintf(text, " [");

	for (unsigned i = 0; i < n_children(id); i++)
		n += (size_t)sprintf(text + n, "%s{\"x\": [{}], \"_id\" : \"%s.%u\"}",
		                     i ? " , " : "", id, i);
	sprintf(text + n, "]\n");
	return text;
}

static void walk_deep(const char *id, char *to)
{
	char child[64];

	sprintf(to + strlen(to), "%s ", id);
	for (unsigned i = 0; i < n_children(id); i++) {
		snprintf(child, sizeof(child), "%.50s.%u", id, i);
		walk_deep(child, to);
	}
}

static void walk_broad(const char *id, unsigned depth, char *to)
{
	char child[64];

	if (depth == 0) {
		sprintf(to + strlen(to), "%s ", id);
		return;
	}
	for (unsigned i = 0; i < n_children(id); i++) {
		snprintf(child, sizeof(child), "%.50s.%u", id, i);
		walk_broad(child, depth - 1, to);
	}
}

static const char *read_way(void *to, uint32_t depth, size_t *ret_n)
{
	(void)to;
	*ret_n = strlen(run.way[depth]);
	return run.way[depth];
}

static void begin(bool is_breadth, uint32_t max_ahead)
{
	char *root = strdup("{\"_id\":\"0\"}");

	run.parse.scratch = run.scratch;
	run.parse.scratch_size = sizeof(run.scratch);
	run.hierarchy = (struct http_hierarchy){.is_breadth = is_breadth,
	                                        .has_one_kind = true,
	                                        .id = "_id",
	                                        .id_size = 40,
	                                        .n_levels = HIERARCHY_MAX_DEPTH + 1,
	                                        .max_ahead = max_ahead,
	                                        .parse = &run.parse,
	                                        .way = read_way};
	run.n_fetching = run.n_fetched = run.most_fetching = 0;
	run.given[0] = '\0';
	for (; run.hierarchy.way_depth + 1 < 10 && *run.way[run.hierarchy.way_depth + 1];)
		run.hierarchy.way_depth++;
	run.hierarchy.has_way = *run.way[0];
	assert_true(http_hierarchy_begin(&run.hierarchy, root, strlen(root)));
}

static void want(void)
{
	struct http_container *node;

	while (run.n_fetching < 8 && (node = http_hierarchy_want(&run.hierarchy)))
		run.fetching[run.n_fetching++] = node;
	if (run.n_fetching > run.most_fetching)
		run.most_fetching = run.n_fetching;
}

static void fetch_any(void)
{
	unsigned i = draw((unsigned)run.n_fetching);
	struct http_container *node = run.fetching[i];
	char *text;

	assert_true(run.n_fetching > 0);
	run.fetching[i] = run.fetching[--run.n_fetching];
	run.n_fetched++;
	if (run.bad && strcmp(node->id, run.bad) == 0) {
		assert_true(http_hierarchy_failed(node, "gone"));
		return;
	}
	text = list_of(node->id);
	assert_true(http_hierarchy_add(&run.hierarchy, node, text, strlen(text)));
	assert_true(http_hierarchy_fetched(&run.hierarchy, node));
}

static void walk(void)
{
	struct http_container *node = NULL;
	enum http_hierarchy_event event = HIERARCHY_WAIT;

	while (event != HIERARCHY_END) {
		want();
		event = http_hierarchy_give(&run.hierarchy, &node);
		if (event == HIERARCHY_GIVE)
			sprintf(run.given + strlen(run.given), "%s ", node->id);
		if (event == HIERARCHY_ERROR)
			sprintf(run.given + strlen(run.given), "!%s ", node->id);
		want();
		if (event == HIERARCHY_WAIT || (run.n_fetching > 0 && draw(3) == 0))
			fetch_any();
	}
	assert_int_equal(run.n_fetching, 0);
	http_hierarchy_free(&run.hierarchy);
}

static void the_order_is_that_of_the_tree(void **state)
{
	static char deep[sizeof(run.given)], broad[sizeof(run.given)];
	int n = 0;

	(void)state;
	memset(&run, 0, sizeof(run));
	walk_deep("0", deep);
	for (unsigned depth = 0; depth < 5; depth++)
		walk_broad("0", depth, broad);
	for (const char *at = deep; *at; at++)
		n += *at == ' ';
	assert_true(n > 30);
	for (unsigned i = 0; i < 200; i++) {
		run.random = i;
		begin(i % 2, 1 + i % 20);
		walk();
		assert_string_equal(run.given, i % 2 ? broad : deep);
		assert_int_equal(run.n_fetched, n);
		assert_true(run.most_fetching <= 1 + (int)(i % 20) + 1);
	}
}

static void a_walk_goes_on_behind_any_container(void **state)
{
	static char deep[sizeof(run.given)];
	char id[64], *at;

	(void)state;
	memset(&run, 0, sizeof(run));
	walk_deep("0", deep);
	for (at = deep; *at; at = strchr(at, ' ') + 1) {
		snprintf(id, sizeof(id), "%.*s", (int)strcspn(at, " "), at);
		memset(run.way, 0, sizeof(run.way));
		for (size_t n = 1, depth = 0; n <= strlen(id); n += 2, depth++)
			snprintf(run.way[depth], sizeof(run.way[0]), "%.*s", (int)n, id);
		begin(false, 4);
		walk();
		assert_string_equal(run.given, strchr(at, ' ') + 1);
	}
}

static void what_was_given_and_is_gone_is_told(void **state)
{
	char *text = list_of("0");

	(void)state;
	memset(&run, 0, sizeof(run));
	strcpy(run.way[0], "0");
	strcpy(run.way[1], "0.9");
	begin(false, 4);
	want();
	assert_true(http_hierarchy_add(&run.hierarchy, run.fetching[0], text, strlen(text)));
	assert_false(http_hierarchy_fetched(&run.hierarchy, run.fetching[0]));
	assert_string_equal(run.parse.why,
	                    "'0.9' was given before, and is no longer among the children of '0'");
	http_hierarchy_free(&run.hierarchy);
}

static void a_list_that_cannot_be_had_is_told_once(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.bad = "0.0";
	for (unsigned i = 0; i < 20; i++) {
		run.random = i;
		begin(i % 2, 4);
		walk();
		assert_non_null(strstr(run.given, i % 2 ? "!0.0 " : "0.0 !0.0 0.1 "));
		assert_null(strstr(run.given, " 0.0.0"));
	}
}

/* The children of the root are this text: what is given of it. */
static void assert_children(const char *text, bool is_sorted, const char *wanted)
{
	struct http_container *node = NULL;
	enum http_hierarchy_event event;

	memset(&run, 0, sizeof(run));
	begin(false, 4);
	run.hierarchy.is_sorted = is_sorted;
	run.hierarchy.n_levels = 1;
	want();
	if (!http_hierarchy_add(&run.hierarchy, run.fetching[0], strdup(text), strlen(text)))
		assert_true(http_hierarchy_failed(run.fetching[0], run.parse.why));
	else
		assert_true(http_hierarchy_fetched(&run.hierarchy, run.fetching[0]));
	while ((event = http_hierarchy_give(&run.hierarchy, &node)) == HIERARCHY_GIVE ||
	       event == HIERARCHY_ERROR)
		sprintf(run.given + strlen(run.given), "%s%s%s ",
		        event == HIERARCHY_ERROR ? "!" : "", node->id,
		        event == HIERARCHY_ERROR ? node->why : "");
	if (strcmp(run.given, wanted) != 0)
		fail_msg("%s: '%s', not '%s'", text, run.given, wanted);
	http_hierarchy_free(&run.hierarchy);
}

static void a_list_is_an_array_of_objects_with_ids(void **state)
{
	(void)state;
	assert_children("[]", false, "0 ");
	assert_children("[{\"_id\":12},{\"a\":{\"_id\":\"x\"},\"_id\":\"b\"}]", false, "0 12 b ");
	assert_children("[{\"_id\":\"b\"},{\"_id\":\"a\"},{\"_id\":\"ab\"}]", true, "0 a ab b ");
	assert_children("[{\"_id\":\"0\"}]", false, "0 !0it is among its own parents ");
	assert_children("[{\"a\":1}]", false, "0 !it has no '_id' ");
	assert_children("[{}]", false, "0 !it has no '_id' ");
	assert_children("[{\"_id\":\"\"}]", false, "0 !its id is empty ");
	assert_children("[{\"_id\":1.5}]", false,
	                "0 !_id: it is neither a text nor a whole number ");
	assert_children("[3]", false, "0 !'{' is missing before '3' ");
	assert_children("{}", false, "0 !0'[' is missing before '{' ");
	assert_children("[{\"_id\":\"a\"}", false, "0 !0it ends where ',' or ']' should be ");
	assert_children("[{\"_id\":\"a\"}] x", false, "0 !0there is more behind it ");
	assert_children("[{\"_id\":\"a\"},]", false, "0 !0a value is missing before ']' ");
	assert_children("", false, "0 !0it ends where '[' should be ");
	assert_children("[{\"_id\":\"01234567890123456789012345678901234567890\"}]", false,
	                "0 !its id has 41 bytes, more than ID = 40: write a larger ID ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_that_of_the_tree),
		cmocka_unit_test(a_walk_goes_on_behind_any_container),
		cmocka_unit_test(what_was_given_and_is_gone_is_told),
		cmocka_unit_test(a_list_that_cannot_be_had_is_told_once),
		cmocka_unit_test(a_list_is_an_array_of_objects_with_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
