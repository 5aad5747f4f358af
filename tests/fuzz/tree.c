/* What http.walk reads: a Link header, a root and lists of containers, with a NUL behind each. With
 * -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given, once each. */
#include <string.h>

#include "http/hierarchy.h"
#include "http/link.h"
#include "input.h"

enum { MAX_FETCHES = 64, MAX_EVENTS = 4096 };

struct row {
	struct {
		uint32_t len;
		char text[9];
	} label;
	int32_t n;
};

static const struct pkd_type label_type = {
	.kind = PKD_STRING, .name = "string<8>", .size = 16, .align = 4, .n = 8};
static const struct pkd_type n_type = {.kind = PKD_I32, .name = "i32", .size = 4, .align = 4};
static const struct pkd_field fields[] = {{"label", &label_type, 0},
                                          {"n", &n_type, offsetof(struct row, n)}};
static const struct pkd_type row_type = {.kind = PKD_RECORD,
                                         .name = "Row",
                                         .size = sizeof(struct row),
                                         .align = 4,
                                         .n = 2,
                                         .fields = fields};

/* The next text, up to a NUL; a copy with no byte behind it. */
static char *take(const uint8_t **at, const uint8_t *end, size_t *ret_n)
{
	const uint8_t *nul = *at < end ? memchr(*at, '\0', (size_t)(end - *at)) : NULL;
	size_t n = (size_t)((nul ? nul : end) - *at);
	char *text = malloc(n ? n : 1);

	memcpy(text, *at, n);
	*at += n + (nul != NULL);
	*ret_n = n;
	return text;
}

static void ignore(void *to, const char *name, size_t n)
{
	(void)to, (void)name, (void)n;
}

static void look(struct parse *parse, const struct http_container *node)
{
	struct parse_members members = {ignore, NULL, "", 0, false};
	struct row row = {0};

	expect(node->depth <= HIERARCHY_MAX_DEPTH, "a container is too deep");
	expect(node->id_n <= 16 && (node->id_n > 0 || node->why), "an id is not what it may be");
	if (parse_json_row(parse, &row_type, node->text, node->n, &row, &members))
		expect(row.label.len <= 8 && !row.label.text[row.label.len], "a text has no end");
	else
		expect(*parse->why && strlen(parse->why) < PARSE_WHY_SIZE, "no reason is given");
}

static void fetch(struct http_hierarchy *hierarchy, struct http_container *node, const uint8_t **at,
                  const uint8_t *end)
{
	size_t n;
	char *text = take(at, end, &n);

	if (!http_hierarchy_add(hierarchy, node, text, n))
		expect(http_hierarchy_failed(node, hierarchy->parse->why), "no memory");
	else
		expect(http_hierarchy_fetched(hierarchy, node), "a list is not taken");
}

static void walk(struct http_hierarchy *hierarchy, const uint8_t *at, const uint8_t *end)
{
	struct http_container *wanted[MAX_FETCHES], *node = NULL;
	enum http_hierarchy_event event = HIERARCHY_GIVE;
	int n = 0, n_fetches = 0;
	size_t length;
	char *root = take(&at, end, &length);

	if (!http_hierarchy_begin(hierarchy, root, length))
		return;
	for (int i = 0; i < MAX_EVENTS && event != HIERARCHY_END; i++) {
		while (n < 3 && n_fetches < MAX_FETCHES &&
		       (wanted[n] = http_hierarchy_want(hierarchy))) {
			n++;
			n_fetches++;
		}
		event = http_hierarchy_give(hierarchy, &node);
		if (event == HIERARCHY_GIVE || event == HIERARCHY_ERROR)
			look(hierarchy->parse, node);
		if (event != HIERARCHY_WAIT)
			continue;
		if (n == 0)
			break;
		fetch(hierarchy, wanted[--n], &at, end);
	}
	http_hierarchy_free(hierarchy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;
	unsigned flags = size > 0 ? *at++ : 0;
	struct parse parse = {.scratch = malloc(size + 8), .scratch_size = size + 8};
	struct http_hierarchy hierarchy = {.is_breadth = flags & 1,
	                                   .is_sorted = flags & 2,
	                                   .has_one_kind = flags & 4,
	                                   .id = "_id",
	                                   .id_size = 16,
	                                   .n_levels = HIERARCHY_MAX_DEPTH + 1,
	                                   .max_ahead = 1 + (flags >> 3),
	                                   .parse = &parse};
	size_t n;
	char *link = take(&at, end, &n), *whole = strndup(link, n), *next = http_link_next(whole);

	expect(!next || strlen(next) < n, "the next page is longer than its header");
	free(next);
	free(whole);
	free(link);
	walk(&hierarchy, at, end);
	free(parse.scratch);
	return 0;
}
