/* dabble.statistics: its small language, as expressions. */
#include "base/text.h"
#include "import/step.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* "target comparison operand" of cond_count. */
struct condition {
	const char *target, *comparison, *operand;
};

static bool read_condition(struct pond *pond, const struct doc *doc, struct condition *ret)
{
	static const char *const comparisons[] = {"==", ">=", "<=", "!=", ">", "<"};
	const char *text = doc->text, *at = NULL;
	size_t which = 0;

	for (const char *c = text; *c && !at; c++) {
		for (size_t i = 0; i < LENGTH(comparisons); i++) {
			if (text_begins(c, comparisons[i])) {
				at = c;
				which = i;
				break;
			}
		}
	}
	if (!at) {
		step_note(pond, doc, NOTE_LOST,
		          "'cond_count' is a target, == != > < >= or <=, and an operand");
		return false;
	}
	size_t n = (size_t)(at - text);
	while (n > 0 && text[n - 1] == ' ')
		n--;
	const char *operand = at + strlen(comparisons[which]);
	operand += strspn(operand, " ");
	size_t length = strlen(operand);
	while (length > 0 && operand[length - 1] == ' ')
		length--;
	ret->target = result_name(pond->arena, text, n);
	ret->comparison = comparisons[which];
	if (length >= 2 && (*operand == '"' || *operand == '\'') &&
	    operand[length - 1] == *operand) {
		ret->operand = program_quoted(pond->arena,
		                              arena_strndup(pond->arena, operand + 1, length - 2));
		return true;
	}
	ret->operand = arena_strndup(pond->arena, operand, length);
	const struct doc number = {.kind = DOC_SCALAR, .text = ret->operand, .plain = true};
	double value;
	int64_t whole;
	if (!doc_number(&number, &value) || fabs(value) > 1e15) {
		step_note(pond, doc, NOTE_LOST,
		          "the operand of 'cond_count' is a number, or a text in quotes");
		return false;
	}
	ret->operand = doc_whole(&number, &whole)
	                       ? arena_printf(pond->arena, "%lld", (long long)whole)
	                       : program_fraction(pond->arena, value);
	return true;
}

/* The one parameter that says what is looked at. */
static const struct doc *statistic(struct pond *pond, const struct step *step,
                                   const char **ret_name)
{
	static const char *const names[] = {"identity", "length", "maximum", "minimum",
	                                    "cond_count"};
	const struct doc *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(names); i++) {
		const struct doc *doc = step_param(step, names[i]);
		if (!doc)
			continue;
		found = doc;
		*ret_name = names[i];
		n++;
	}
	if (n == 1 && found->kind == DOC_SCALAR)
		return found;
	step_note(pond, step->place, NOTE_LOST,
	          "dabble.statistics has one of identity, length, maximum, minimum and cond_count");
	return NULL;
}

/* Whether all that is computed from it is whole: then so are the least and the most. */
static bool is_whole(const char *how, const struct result_row *row)
{
	if (strcmp(how, "length") == 0 || strcmp(how, "cond_count") == 0)
		return true;
	return strcmp(row->name, "count") == 0 || strcmp(row->name, "ids") == 0 ||
	       strcmp(row->name, "zone_count") == 0 || strcmp(row->name, "groups") == 0 ||
	       strcmp(row->name, "large_groups") == 0;
}

/* The number of a frame, or NULL after a note. */
static const char *number_of(struct pond *pond, const struct doc *doc, const char *how,
                             const struct result_row *row, const struct condition *condition)
{
	struct program *program = &pond->program;
	bool is_list = *row->item != '\0';

	if (is_list == (strcmp(how, "identity") == 0)) {
		step_note(pond, doc, NOTE_LOST,
		          is_list ? "'%s' of '%s', which is a list, is no number"
		                  : "'%s' takes a list, and '%s' is a number: write `identity: %s`",
		          how, row->name, row->name);
		return NULL;
	}
	if (!is_list)
		return program_term(program, row->key, program_side(program, row->key));
	const char *list = program_read(program, row->key, program_side(program, row->key));
	if (strcmp(how, "length") == 0)
		return arena_printf(pond->arena, "len(%s)", list);
	if (strcmp(how, "cond_count") == 0) {
		bool is_text = strcmp(row->name, "bbox_labels") == 0 ||
		               strcmp(row->name, "flags") == 0;
		if (is_text != (*condition->operand == '"') ||
		    (is_text && condition->comparison[0] != '=' &&
		     condition->comparison[0] != '!')) {
			step_note(pond, doc, NOTE_LOST, "'%s' is compared with a %s", row->name,
			          is_text ? "text in quotes, by == or !=" : "number");
			return NULL;
		}
		return arena_printf(pond->arena, "len(%s where %s %s %s)", list, row->item,
		                    condition->comparison, condition->operand);
	}
	return arena_printf(pond->arena, "%s(%s, %s)", strcmp(how, "maximum") == 0 ? "max" : "min",
	                    list, row->item);
}

/* A record, a text or a place is neither the least nor the most. */
static bool is_number(const struct result_row *row)
{
	static const char *const names[] = {"zone_count", "bbox_scores",  "ids",
	                                    "groups",     "large_groups", "keypoint_scores"};

	for (size_t i = 0; i < LENGTH(names); i++) {
		if (strcmp(row->name, names[i]) == 0)
			return true;
	}
	return *row->item == '\0' || strcmp(row->name, "bbox_labels") == 0 ||
	       strcmp(row->name, "flags") == 0;
}

static void add_statistics(struct pond *pond, const char *value, bool whole, enum side side)
{
	static const struct {
		const char *key, *field;
	} parts[] = {{"cum_avg", "mean"}, {"cum_max", "max"}, {"cum_min", "min"}};
	struct program *program = &pond->program;
	const char *number = value;

	if (strpbrk(value, "( ")) {
		number = program_name(program, "value");
		program_add(program, number, "%s", value);
		vec_push(pond->arena, &program->reads, program->statements.n - 1);
	}
	const char *stats = program_name(program, "stats");
	program_add(program, stats, "count.stats(%s)", number);
	size_t made = program->statements.n - 1;
	for (size_t i = 0; i < LENGTH(parts); i++) {
		const char *name = program_name(program, parts[i].key);
		bool cast = whole && i > 0;

		vec_push(pond->arena, &program->reads, made);
		program_add(program, name, "%s%s.all.%s ?? 0.0%s", cast ? "i64(" : "", stats,
		            parts[i].field, cast ? ")" : "");
		program_is_part(program);
		program_set(program, parts[i].key, side, NULL, name);
	}
}

bool make_statistics(struct pond *pond, struct step *step)
{
	struct condition condition = {0};
	const char *how = NULL;
	const struct doc *doc = statistic(pond, step, &how);

	if (!doc)
		return false;
	if (strcmp(how, "cond_count") == 0) {
		if (!read_condition(pond, doc, &condition))
			return false;
	} else {
		condition.target = result_name(pond->arena, doc->text, strlen(doc->text));
	}
	const struct result_row *row = result_find(pond, condition.target);
	if (!row || !program_has(&pond->program, row->key)) {
		result_complain(pond, doc, condition.target);
		return false;
	}
	if (strcmp(how, "length") != 0 && !is_number(row)) {
		step_note(pond, doc, NOTE_LOST, "'%s' of '%s' is no number", how, row->name);
		return false;
	}
	if ((strcmp(how, "maximum") == 0 || strcmp(how, "minimum") == 0) &&
	    (strcmp(row->name, "bbox_labels") == 0 || strcmp(row->name, "flags") == 0)) {
		step_note(pond, doc, NOTE_LOST, "'%s' of texts is no number", how);
		return false;
	}
	const char *value = number_of(pond, doc, how, row, &condition);
	if (!value)
		return false;
	add_statistics(pond, value, is_whole(how, row), program_side(&pond->program, row->key));
	return true;
}
