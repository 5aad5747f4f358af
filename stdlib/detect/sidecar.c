/* See sidecar.h. */
#include "sidecar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const heads[] = {"", "centernet", "yolov5", "yolov8", "ssd", "plain", "movenet"};

enum { LINE_SIZE = 4096 };

const char *detect_head_name(enum detect_head head)
{
	return heads[head];
}

static const char *const blank = " \t\r";

/* The next word, with its NUL put behind it; NULL at the end. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, blank);
	size_t n = strcspn(word, blank);

	if (n == 0)
		return NULL;
	*line = word + n;
	if (**line)
		*(*line)++ = '\0';
	return word;
}

/* No locale takes part: the runtime sets none. */
static bool number(const char *word, double min, double max, double *ret_number)
{
	char *end;
	double value;

	if (!word || strspn(word, "+-.0123456789eE") != strlen(word))
		return false;
	value = strtod(word, &end);
	if (*end || end == word || !(value >= min && value <= max))
		return false;
	*ret_number = value;
	return true;
}

static bool side(const char *word, uint32_t *ret_side)
{
	double value;

	if (!number(word, 1, DETECT_MAX_SIDE, &value) || value != floor(value))
		return false;
	*ret_side = (uint32_t)value;
	return true;
}

/* One number, which counts for all channels, or three. */
static bool channels(char **line, float ret_values[3])
{
	double values[3];

	if (!number(next_word(line), -1e6, 1e6, &values[0]))
		return false;
	values[1] = values[2] = values[0];
	if (strspn(*line, blank) != strlen(*line) &&
	    !(number(next_word(line), -1e6, 1e6, &values[1]) &&
	      number(next_word(line), -1e6, 1e6, &values[2])))
		return false;
	for (int i = 0; i < 3; i++)
		ret_values[i] = (float)values[i];
	return true;
}

/* Which of two words it is. */
static bool choice(const char *word, const char *no, const char *yes, bool *ret_is)
{
	if (!word || (strcmp(word, no) != 0 && strcmp(word, yes) != 0))
		return false;
	*ret_is = strcmp(word, yes) == 0;
	return true;
}

static bool head(const char *word, enum detect_head *ret_head)
{
	for (enum detect_head h = DETECT_CENTERNET; word && h <= DETECT_MOVENET; h++) {
		if (strcmp(word, heads[h]) == 0) {
			*ret_head = h;
			return true;
		}
	}
	return false;
}

static const char *outputs(struct detect_sidecar *sidecar, char **line)
{
	const char *word;

	while ((word = next_word(line))) {
		if (sidecar->n_outputs == DETECT_MAX_OUTPUTS || strlen(word) >= DETECT_NAME_SIZE)
			return "has more than 8 names, or one of more than 127 bytes";
		strcpy(sidecar->outputs[sidecar->n_outputs++], word);
	}
	return sidecar->n_outputs ? NULL : "has no names: write `outputs heat edges`";
}

static const char *labels(struct detect_sidecar *sidecar, char **line)
{
	while (**line) {
		char *label = *line + strspn(*line, blank);
		size_t n = strcspn(label, ",");

		*line = label + n + (label[n] == ',');
		while (n && strchr(blank, label[n - 1]))
			n--;
		if (n == 0 || n >= DETECT_LABEL_SIZE)
			return "has a label that is empty or longer than 31 bytes";
		if (sidecar->n_labels == DETECT_MAX_LABELS)
			return "is beyond the 1000th label";
		memcpy(sidecar->labels[sidecar->n_labels], label, n);
		sidecar->labels[sidecar->n_labels++][n] = '\0';
	}
	return sidecar->n_labels ? NULL : "has no labels: write `labels person, car`";
}

/* What is wrong with the line, or NULL. */
static const char *read_line(struct detect_sidecar *s, char *line)
{
	const char *key = next_word(&line), *wrong = NULL;
	bool rest = false;
	double value;

	if (!key)
		return NULL;
	if (strcmp(key, "input") == 0) {
		if (!side(next_word(&line), &s->width) || !side(next_word(&line), &s->height))
			wrong = "has no width and height of 1 to 4096: write `input 640 640`";
	} else if (strcmp(key, "layout") == 0) {
		if (!choice(next_word(&line), "nchw", "nhwc", &s->nhwc))
			wrong = "is neither `layout nchw` nor `layout nhwc`";
	} else if (strcmp(key, "colour") == 0) {
		if (!choice(next_word(&line), "rgb", "bgr", &s->bgr))
			wrong = "is neither `colour rgb` nor `colour bgr`";
	} else if (strcmp(key, "fit") == 0) {
		if (!choice(next_word(&line), "stretch", "letterbox", &s->letterbox))
			wrong = "is neither `fit stretch` nor `fit letterbox`";
	} else if (strcmp(key, "pad") == 0) {
		if (!number(next_word(&line), 0, 255, &value))
			wrong = "has no brightness of 0 to 255: write `pad 114`";
		else
			s->pad = (uint8_t)value;
	} else if (strcmp(key, "mean") == 0) {
		if (!channels(&line, s->mean))
			wrong = "has neither one number nor three: write `mean 127.5`";
	} else if (strcmp(key, "scale") == 0) {
		if (!channels(&line, s->scale))
			wrong = "has neither one number nor three: write `scale 0.0039215686`";
	} else if (strcmp(key, "head") == 0) {
		if (!head(next_word(&line), &s->head))
			wrong = "is none of `head` centernet, yolov5, yolov8, ssd, plain, movenet";
	} else if (strcmp(key, "overlap") == 0) {
		if (!number(next_word(&line), 0, 1, &value))
			wrong = "has no part of 0 to 1: write `overlap 0.5`";
		else
			s->overlap = (float)value;
	} else if (strcmp(key, "outputs") == 0) {
		rest = true;
		wrong = outputs(s, &line);
	} else if (strcmp(key, "labels") == 0) {
		rest = true;
		wrong = labels(s, &line);
	} else {
		wrong = "begins with none of input, layout, colour, fit, pad, mean, scale, head, outputs, "
			"overlap, labels";
	}
	if (!wrong && !rest && next_word(&line))
		wrong = "has more than belongs there; a comment begins with #";
	return wrong;
}

static const char *missing(const struct detect_sidecar *sidecar)
{
	if (!sidecar->width)
		return "has no size before it: write `input 640 640`";
	if (!sidecar->head)
		return "has no head before it: write `head yolov8`";
	return sidecar->n_labels ? NULL : "has no labels before it: write `labels person, car`";
}

uint32_t detect_sidecar_read(const char *text, size_t n, struct detect_sidecar *ret_sidecar,
                             const char **ret_wrong)
{
	struct detect_sidecar *s = ret_sidecar;
	uint32_t at = 0;

	memset(s, 0, sizeof(*s));
	s->overlap = 0.5f;
	s->scale[0] = s->scale[1] = s->scale[2] = 1;
	*ret_wrong = NULL;
	while (n && !*ret_wrong) {
		const char *end = memchr(text, '\n', n);
		size_t size = end ? (size_t)(end - text) : n;
		char line[LINE_SIZE];

		at++;
		if (size >= sizeof(line) || memchr(text, 0, size)) {
			*ret_wrong = "is longer than 4095 bytes, or no text";
			break;
		}
		memcpy(line, text, size);
		line[size] = '\0';
		line[strcspn(line, "#")] = '\0';
		*ret_wrong = read_line(s, line);
		n -= size + (end ? 1 : 0);
		text += size + (end ? 1 : 0);
	}
	if (*ret_wrong)
		return at;
	*ret_wrong = missing(s);
	return *ret_wrong ? (at ? at : 1) : 0;
}
