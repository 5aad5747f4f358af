/* scrub: a file without what its head says of the patient. It fails closed: a line of the head may
 * stay if its name is in the list below and it is plain text, and goes if it is a patient's; of a
 * head with any other line nothing comes out. */
#include "study.pkd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct study_scrub {
	char none;
};

enum { WHY_SIZE = 100 };

/* What says nothing of the patient. What your files have besides, and may stay, goes here. */
static const char *const may_stay[] = {
	"Modality", "BodyPartExamined", "SliceThickness", "RepetitionTime", "EchoTime", "FlipAngle",
};

/* Bytes that are not at their end. */
struct text {
	const char *at, *end;
};

/* In upper or lower case. */
static bool begins_with(struct text line, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(line.end - line.at) >= n && strncasecmp(line.at, word, n) == 0;
}

/* No carriage return and no other character that somebody could take for the end of a line. */
static bool is_plain(struct text line)
{
	for (const char *at = line.at; at + 1 < line.end; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return true;
}

static bool stays(struct text line)
{
	for (size_t i = 0; i < sizeof(may_stay) / sizeof(may_stay[0]); i++) {
		size_t n = strlen(may_stay[i]);

		if ((size_t)(line.end - line.at) > n && line.at[n] == ':' &&
		    memcmp(line.at, may_stay[i], n) == 0)
			return is_plain(line);
	}
	return false;
}

/* Up to a line feed, and over it. False: there is none. */
static bool next_line(struct text *rest, struct text *ret_line)
{
	const char *newline = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));

	if (!newline)
		return false;
	*ret_line = (struct text){rest->at, newline + 1};
	rest->at = newline + 1;
	return true;
}

static bool add(struct study_scrub_data *to, const char *text, size_t n)
{
	if (n > sizeof(to->data) - to->len)
		return false;
	memcpy(to->data + to->len, text, n);
	to->len += (uint32_t)n;
	return true;
}

static bool add_name(struct study_scrub_data *to, const struct study_Job *job)
{
	return add(to, "PatientName: ", 13) && add(to, job->label.text, job->label.len) &&
	       add(to, "\n", 1);
}

/* Why nothing is to come out; it does not repeat the line, which may name the patient. */
static bool refuses(char *ret_why, unsigned number, const char *what)
{
	snprintf(ret_why, WHY_SIZE, "line %u of its head %s", number, what);
	return false;
}

static bool scrub(const struct study_Job *job, struct study_scrub_data *to, char *ret_why)
{
	const char *data = (const char *)job->data.data;
	struct text rest = {data, data + job->data.len}, line = {data, data};
	struct text label = {job->label.text, job->label.text + job->label.len + 1};
	bool has_room = true;
	unsigned number = 1;

	for (; next_line(&rest, &line) && line.at + 1 < line.end; number++) {
		if (begins_with(line, "PatientName:"))
			has_room = has_room && add_name(to, job);
		else if (stays(line))
			has_room = has_room && add(to, line.at, (size_t)(line.end - line.at));
		else if (!begins_with(line, "Patient"))
			return refuses(ret_why, number, "is none that may stay");
	}
	if (rest.at == data || line.at + 1 != line.end)
		return refuses(ret_why, number, "has no end");
	has_room = has_room && add(to, "\n", 1) && add(to, rest.at, (size_t)(rest.end - rest.at));
	if (!has_room)
		snprintf(ret_why, WHY_SIZE, "with its label it is longer than FILE bytes");
	else if (!is_plain(label))
		snprintf(ret_why, WHY_SIZE, "its label would not be one line of plain text");
	return has_room && is_plain(label);
}

int study_scrub_init(struct study_scrub *self, const struct study_scrub_params *params,
                     struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int study_scrub_step(struct study_scrub *self, const struct study_scrub_in *in,
                     struct study_scrub_out *out, struct pkd_ctx *ctx)
{
	const char *path = in->job->path.text;
	char why[WHY_SIZE];

	(void)self;
	if (scrub(in->job, out->data, why)) {
		study_scrub_absent_error(ctx);
		return PKD_OK;
	}
	if (!pkd_wanted(ctx, 1))
		return pkd_error(ctx, EINVAL, "'%s': %s", path, why);
	study_scrub_absent_data(ctx);
	out->error->len = (uint32_t)snprintf(out->error->text, sizeof(out->error->text),
	                                     "%.110s: %.85s", path, why);
	return PKD_OK;
}

void study_scrub_finish(struct study_scrub *self)
{
	(void)self;
}

PKD_NODE(study_scrub);
