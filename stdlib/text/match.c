/* text.match: what a pattern finds in a text is a value. */
#define _GNU_SOURCE
#define PCRE2_CODE_UNIT_WIDTH 8
#include "../table/parse.h"

#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text/match.pkd.h>
#include <time.h>

enum { ERROR = 1 }; /* output numbers, in the order of match.pkd */

/* The library tries again where a part can match in many ways, and counts the steps anew for each
 * place where the pattern may begin. For a whole text that makes four million, or of a long one ten
 * thousand for each place. */
enum { MAX_STEPS = 4000000, MIN_STEPS = 10000, MAX_KIB = 16 * 1024 };

/* A time as text, with its NUL. */
enum { TIME_SIZE = 128 };

struct part {
	const struct pkd_field *field; /* its offset and type */
	uint32_t group;
};

struct text_match {
	const struct text_match_params *params;
	struct pkd_field whole; /* T itself, where it is no record */
	pcre2_code *code;
	pcre2_match_data *found;
	pcre2_match_context *limits;
	struct part *parts;
	uint32_t n_parts;
	struct parse parse;
};

/* ---- The pattern ---- */

static int refuse_pattern(struct text_match *self, int error, size_t at, struct pkd_ctx *ctx)
{
	char why[160];

	pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof(why));
	return pkd_error(ctx, EINVAL, "pattern '%.200s': at byte %zu, %s", self->params->pattern,
	                 at + 1, why);
}

/* The number of groups with names. */
static uint32_t count_names(const struct text_match *self)
{
	uint32_t n = 0;

	pcre2_pattern_info(self->code, PCRE2_INFO_NAMECOUNT, &n);
	return n;
}

static int find_group(const struct text_match *self, const char *field, uint32_t *ret_group,
                      struct pkd_ctx *ctx)
{
	int group = pcre2_substring_number_from_name(self->code, (PCRE2_SPTR)field);

	*ret_group = group > 0 ? (uint32_t)group : 0;
	if (group > 0)
		return PKD_OK;
	if (group == PCRE2_ERROR_NOUNIQUESUBSTRING)
		return pkd_error(
			ctx, EINVAL,
			"pattern '%.200s' has several groups (?<%s>…), which may find "
			"different texts: write (?|…|…) around those of which one is found",
			self->params->pattern, field);
	return pkd_error(ctx, EINVAL, "pattern '%.200s' has no group (?<%s>…) for this field of %s",
	                 self->params->pattern, field, self->params->T->name);
}

static int refuse_groups(const struct text_match *self, uint32_t n_groups, struct pkd_ctx *ctx)
{
	if (self->params->T->kind != PKD_RECORD)
		return pkd_error(ctx, EINVAL,
		                 "pattern '%.200s' has %u groups, and one alone can be the %s: "
		                 "write the others as (?:…)",
		                 self->params->pattern, n_groups, self->params->T->name);
	return pkd_error(ctx, EINVAL,
	                 "pattern '%.200s' has %u groups, and %s has %u fields: as many, or name "
	                 "the groups, as in (?<%s>…)",
	                 self->params->pattern, n_groups, self->params->T->name, self->n_parts,
	                 self->n_parts ? self->parts[0].field->name : "name");
}

static int take_parts(struct text_match *self, struct pkd_ctx *ctx)
{
	const struct pkd_type *type = self->params->T;
	bool is_record = type->kind == PKD_RECORD, has_names = count_names(self) > 0;
	uint32_t n_groups = 0;
	int error;

	pcre2_pattern_info(self->code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
	self->whole = (struct pkd_field){.name = "value", .type = type};
	self->n_parts = is_record ? type->n : 1;
	self->parts = calloc(self->n_parts + 1, sizeof(*self->parts));
	if (!self->parts)
		return pkd_error(ctx, ENOMEM, "no memory for %u fields", self->n_parts);
	for (uint32_t i = 0; i < self->n_parts; i++) {
		struct part *part = &self->parts[i];

		part->field = is_record ? &type->fields[i] : &self->whole;
		part->group = is_record ? i + 1 : n_groups > 0;
		error = is_record && has_names
		                ? find_group(self, part->field->name, &part->group, ctx)
		                : PKD_OK;
		if (error)
			return error;
	}
	if (is_record ? !has_names && n_groups != self->n_parts : n_groups > 1)
		return refuse_groups(self, n_groups, ctx);
	return PKD_OK;
}

/* The year is not guessed, nor is anything left out that the C library reads and forgets. */
static int check_format(const char *format, struct pkd_ctx *ctx)
{
	bool has_year = *format == '\0';
	const char *at = format;

	while ((at = strchr(at, '%')) != NULL) {
		at++;
		at += strspn(at, "-_0^#+123456789EO");
		if (*at == '\0')
			break;
		if (strchr("ZVGg", *at))
			return pkd_error(ctx, EINVAL,
			                 "time_format '%.60s': %%%c cannot be read: %s", format,
			                 *at,
			                 *at == 'Z' ? "write %z for a zone in digits, or the name "
			                              "that all times have"
			                            : "write the year and the day, as in %Y-%m-%d");
		has_year = has_year || strchr("YycxDFs", *at);
		at++;
	}
	if (!has_year)
		return pkd_error(ctx, EINVAL,
		                 "time_format '%.60s' has no year (%%Y, %%y or %%s), and no other "
		                 "is assumed: make T's field a string",
		                 format);
	return PKD_OK;
}

int text_match_init(struct text_match *self, const struct text_match_params *params,
                    struct pkd_ctx *ctx)
{
	const struct pkd_type *S = params->S;
	int error = 0;
	size_t at = 0;

	self->params = params;
	if (S->kind != PKD_STRING && S->kind != PKD_BYTES)
		return pkd_error(ctx, EINVAL,
		                 "a text is a string<N> or bytes<N>, and not %s: give one of these",
		                 S->name);
	if (!parse_is_possible(&self->parse, params->T))
		return pkd_error(ctx, EINVAL, "cannot make a %s: %s", params->T->name,
		                 self->parse.why);
	error = check_format(params->time_format, ctx);
	if (error)
		return error;
	self->code = pcre2_compile((PCRE2_SPTR)params->pattern, PCRE2_ZERO_TERMINATED,
	                           PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
	                                   (params->ignore_case ? PCRE2_CASELESS : 0),
	                           &error, &at, NULL);
	if (!self->code)
		return refuse_pattern(self, error, at, ctx);
	self->found = pcre2_match_data_create_from_pattern(self->code, NULL);
	self->limits = pcre2_match_context_create(NULL);
	self->parse.scratch_size = (size_t)S->n + 8;
	self->parse.scratch = malloc(self->parse.scratch_size);
	if (!self->found || !self->limits || !self->parse.scratch)
		return pkd_error(ctx, ENOMEM, "no memory for a pattern");
	pcre2_set_heap_limit(self->limits, MAX_KIB);
	return take_parts(self, ctx);
}

/* ---- Texts ---- */

/* A day that there is: no 31st of February. */
static bool is_day(const struct tm *at)
{
	struct tm day = {.tm_year = at->tm_year, .tm_mon = at->tm_mon, .tm_mday = at->tm_mday};

	timegm(&day);
	return day.tm_mon == at->tm_mon && day.tm_mday == at->tm_mday;
}

/* More digits than strptime can count. */
static bool has_long_number(const char *text)
{
	enum { MOST_DIGITS = 18 };

	for (size_t n = 0; *text; text++) {
		n = *text >= '0' && *text <= '9' ? n + 1 : 0;
		if (n > MOST_DIGITS)
			return true;
	}
	return false;
}

/* The time since 1970 that the text says in the format; without a zone it is in UTC. */
static bool read_time(struct text_match *self, const char *text, size_t n, int64_t *ret_ns)
{
	struct tm at = {.tm_mday = 1};
	char copy[TIME_SIZE];
	const char *end, *reason = "is no time as in";
	long zone_s;

	if (n < sizeof(copy)) {
		memcpy(copy, text, n);
		copy[n] = '\0';
		end = has_long_number(copy) ? NULL : strptime(copy, self->params->time_format, &at);
		zone_s = at.tm_gmtoff; /* timegm sets it to 0 */
		if (end && *end == '\0' && is_day(&at)) {
			if (!__builtin_mul_overflow((int64_t)timegm(&at) - zone_s, 1000000000,
			                            ret_ns))
				return true;
			reason = "is beyond the years of a time, 1678 to 2261:";
		}
	}
	snprintf(self->parse.why, sizeof(self->parse.why), "'%.*s' %s '%.60s'",
	         n < 60 ? (int)n : 60, text, reason, self->params->time_format);
	return false;
}

static bool read_part(struct text_match *self, const struct part *part, const char *text,
                      void *ret_value)
{
	const size_t *ends = pcre2_get_ovector_pointer(self->found);
	size_t from = ends[2 * part->group], n = ends[2 * part->group + 1] - from;
	void *value = (char *)ret_value + part->field->offset;

	if (part->group >= pcre2_get_ovector_count(self->found) || from == PCRE2_UNSET)
		return true;
	if (part->field->type->kind == PKD_TIME && *self->params->time_format)
		return read_time(self, text + from, n, value);
	return parse_text(&self->parse, part->field->type, text + from, n, value);
}

/* The name of the field before the reason. */
static void name_reason(struct text_match *self, const struct part *part)
{
	char why[PARSE_WHY_SIZE];

	memcpy(why, self->parse.why, sizeof(why));
	if (part->field != &self->whole)
		snprintf(self->parse.why, sizeof(self->parse.why), "%.60s: %.130s",
		         part->field->name, why);
}

static bool read_parts(struct text_match *self, const char *text, void *ret_value)
{
	memset(ret_value, 0, self->params->T->size);
	for (uint32_t i = 0; i < self->n_parts; i++) {
		if (!read_part(self, &self->parts[i], text, ret_value)) {
			name_reason(self, &self->parts[i]);
			return false;
		}
	}
	return true;
}

int text_match_step(struct text_match *self, const struct text_match_in *in,
                    struct text_match_out *out, struct pkd_ctx *ctx)
{
	const char *text = (const char *)in->text + sizeof(uint32_t);
	uint32_t n = pkd_length(in->text, self->params->S->n);
	uint32_t n_steps = MAX_STEPS / (n + 1);
	int found;

	pcre2_set_match_limit(self->limits, n_steps > MIN_STEPS ? n_steps : MIN_STEPS);
	found = pcre2_match(self->code, (PCRE2_SPTR)text, n, 0, 0, self->found, self->limits);

	if (found == PCRE2_ERROR_NOMATCH) {
		text_match_absent_value(ctx);
		text_match_absent_error(ctx);
		return PKD_OK;
	}
	if (found < 0)
		pcre2_get_error_message(found, (PCRE2_UCHAR *)self->parse.why,
		                        sizeof(self->parse.why));
	else if (read_parts(self, text, out->value)) {
		text_match_absent_error(ctx);
		return PKD_OK;
	}
	if (!pkd_wanted(ctx, ERROR))
		return pkd_error(ctx, EINVAL, "cannot make a %s: %s", self->params->T->name,
		                 self->parse.why);
	text_match_absent_value(ctx);
	pkd_string_set(out->error, self->parse.why);
	return PKD_OK;
}

void text_match_finish(struct text_match *self)
{
	pcre2_match_data_free(self->found);
	pcre2_match_context_free(self->limits);
	pcre2_code_free(self->code);
	free(self->parts);
	free(self->parse.scratch);
}

PKD_NODE(text_match);
