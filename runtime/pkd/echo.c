/* pkd echo: the values of a stream, as they come; how often they come; images as files. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pkd/command.h"
#include "pkd/find.h"
#include "pkd/picture.h"
#include "pkd/png.h"
#include "pkd/rate.h"
#include "pkd/say.h"
#include "pkd/words.h"

#define PERIOD_NS INT64_C(1000000000)

struct echo {
	const struct call *call;
	struct talk *talk;
	bool is_json;
	uint64_t count; /* 0: any number */
	uint64_t n_shown;
	struct rate rate;
	int64_t tick_ns; /* --hz: when the next line is due */
	/* --png */
	const char *folder;
	struct picture picture;
};

/* ---- The command line ---- */

/* In either order: the program is the first word, if one of that name or number runs, as for other
 * commands; else the second. */
static struct talk *find_stream(const struct call *call, const char **ret_stream)
{
	char *const *words = call->operands;

	*ret_stream = words[0];
	if (call->n_operands == 1)
		return find_program(NULL);
	if (!find_runs(words[0]))
		return find_program(words[1]);
	*ret_stream = words[1];
	return find_program(words[0]);
}

static bool take_rate(const struct call *call, uint64_t *ret_every_ms)
{
	const char *text = call->option[OPTION_RATE];
	char *end = NULL;
	double rate = text ? strtod(text, &end) : 0;

	if (!text)
		return true;
	if (end == text || *end || !(rate >= 0.001 && rate <= 1000)) {
		complain("--rate is a number a second from 0.001 to 1000, not '%s'", text);
		return false;
	}
	*ret_every_ms = (uint64_t)lround(1000 / rate);
	return true;
}

static bool check_together(const struct call *call)
{
	static const enum option_id with_hz[] = {OPTION_RATE, OPTION_PNG, OPTION_VALUE};
	static const char *const names[] = {"rate", "png", "value"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!call->option[OPTION_HZ] || !call->option[with_hz[i]])
			continue;
		complain("--hz and --%s do not go together", names[i]);
		return false;
	}
	return true;
}

static bool ask(struct echo *echo, const char *stream, uint64_t every_ms)
{
	const struct call *call = echo->call;
	char text[8192];
	struct pkdi_out out = {.text = text, .size = sizeof(text) - 1};

	pkdi_out_open(&out, NULL, '{');
	pkdi_out_text(&out, "stream", stream);
	if (echo->count && !call->option[OPTION_HZ])
		pkdi_out_unsigned(&out, "count", echo->count);
	if (every_ms)
		pkdi_out_unsigned(&out, "every_ms", every_ms);
	if (call->option[OPTION_HZ])
		pkdi_out_bool(&out, "values", false);
	if (echo->folder)
		pkdi_out_bool(&out, "pixels", true);
	pkdi_out_close(&out, '}');
	if (out.is_full)
		return talk_fault(echo->talk, "unknown_stream", "no stream has so long a name");
	text[out.n] = '\0';
	return talk_ask(echo->talk, "echo", text);
}

/* ---- Values ---- */

static uint64_t number_of(const struct talk *talk, const char *name)
{
	uint64_t number = 0;

	pkdi_json_unsigned(&talk->json, pkdi_json_member(&talk->json, talk->parameters, name),
	                   &number);
	return number;
}

static bool has(const struct talk *talk, const char *name)
{
	return pkdi_json_member(&talk->json, talk->parameters, name) != PKDI_JSON_NONE;
}

/* A member as JSON, in memory that is the caller's. */
static char *raw(const struct talk *talk, uint32_t value)
{
	const struct pkdi_json_value *v = &talk->json.values[value];
	uint32_t quote = v->kind == PKDI_JSON_STRING;
	size_t n = v->end - v->start + 2 * quote;
	char *text = malloc(n + 1);

	if (!text)
		abort();
	memcpy(text, talk->json.text + v->start - quote, n);
	text[n] = '\0';
	return text;
}

static void print_fault(const struct talk *talk)
{
	char place[256] = "", text[512] = "";

	if (has(talk, "too_fast")) {
		fputs("too fast to be seen: the next one comes before it is copied", stdout);
	} else if (has(talk, "too_large")) {
		printf("%llu bytes, too large for a line",
		       (unsigned long long)number_of(talk, "too_large"));
	} else if (has(talk, "invalid")) {
		pkdi_json_string(&talk->json,
		                 pkdi_json_member(&talk->json, talk->parameters, "invalid_at"),
		                 place, sizeof(place));
		pkdi_json_string(&talk->json,
		                 pkdi_json_member(&talk->json, talk->parameters, "invalid"), text,
		                 sizeof(text));
		fputs("no value of its type: ", stdout);
		say_text(place);
		putchar(' ');
		say_text(text);
	}
}

static void print_value(struct echo *echo)
{
	const struct talk *talk = echo->talk;
	uint32_t value = pkdi_json_member(&talk->json, talk->parameters, "value");
	char *text = raw(talk, value == PKDI_JSON_NONE ? talk->parameters : value);

	if (echo->is_json) {
		free(text);
		text = raw(talk, talk->parameters);
		say_output(text, strlen(text));
		putchar('\n');
	} else if (echo->call->option[OPTION_VALUE]) {
		if (value != PKDI_JSON_NONE) {
			say_text(text);
			putchar('\n');
		}
	} else {
		if (has(talk, "frame"))
			printf("%8llu  ", (unsigned long long)number_of(talk, "frame"));
		else
			printf("%8s  ", "-");
		if (value != PKDI_JSON_NONE)
			say_text(text);
		else
			print_fault(talk);
		if (number_of(talk, "skipped"))
			printf("   (%llu before it not seen)",
			       (unsigned long long)number_of(talk, "skipped"));
		putchar('\n');
	}
	free(text);
}

/* ---- How often ---- */

static void print_rate(struct echo *echo)
{
	struct rate_sums sums = rate_take(&echo->rate);
	char rate[WORDS_SIZE], jitter[WORDS_SIZE], age[WORDS_SIZE];
	struct say_out say;

	echo->n_shown++;
	if (echo->is_json) {
		say_begin(&say);
		pkdi_out_open(&say.out, NULL, '{');
		say_number(&say, "rate", sums.rate);
		say_number(&say, "jitter_ns", sums.jitter_ns);
		say_number(&say, "age_ns", sums.age_ns);
		pkdi_out_unsigned(&say.out, "values", sums.n);
		pkdi_out_close(&say.out, '}');
		say_end(&say);
		return;
	}
	words_rate(sums.rate, rate);
	words_step((int64_t)sums.jitter_ns, jitter);
	words_step((int64_t)sums.age_ns, age);
	printf("%8s/s   jitter %8s   age %8s\n", rate, isfinite(sums.jitter_ns) ? jitter : "-",
	       isfinite(sums.age_ns) ? age : "-");
}

static void count_value(struct echo *echo)
{
	const struct talk *talk = echo->talk;

	rate_add(&echo->rate, number_of(talk, "seq"), (int64_t)number_of(talk, "published_ns"),
	         has(talk, "age_ns") ? (int64_t)number_of(talk, "age_ns") : -1);
}

/* ---- Images ---- */

static bool write_image(struct echo *echo)
{
	char path[4096];
	struct say_out say;
	int r = snprintf(path, sizeof(path), "%s/%06llu.png", echo->folder,
	                 (unsigned long long)echo->picture.frame);

	r = r < (int)sizeof(path) ? png_write(path, &echo->picture.image, echo->picture.pixels)
	                          : -ENAMETOOLONG;
	if (r < 0)
		return talk_fault(echo->talk, "failed", "cannot write %s: %s", path, strerror(-r));
	echo->n_shown++;
	if (!echo->is_json) {
		puts(path);
		return true;
	}
	say_begin(&say);
	pkdi_out_open(&say.out, NULL, '{');
	pkdi_out_unsigned(&say.out, "frame", echo->picture.frame);
	say_string(&say, "file", path);
	pkdi_out_close(&say.out, '}');
	say_end(&say);
	return true;
}

static bool take_image(struct echo *echo)
{
	struct talk *talk = echo->talk;
	const char *why;

	if (!has(talk, "value") && !has(talk, "pixels")) {
		print_value(echo);
		return true;
	}
	if (!picture_take(&echo->picture, &talk->json, talk->parameters))
		return talk_fault(talk, "protocol", "%s shows an image that is none", talk->name);
	why = png_refuses(echo->picture.image.format);
	if (why)
		return talk_fault(talk, "no_png", "these images cannot be written: %s", why);
	return !picture_is_whole(&echo->picture) || write_image(echo);
}

/* ---- Line by line ---- */

static bool take_line(struct echo *echo)
{
	if (echo->talk->parameters == PKDI_JSON_NONE)
		return talk_fault(echo->talk, "protocol", "%s says a line without a value",
		                  echo->talk->name);
	if (has(echo->talk, "stream") || echo->talk->is_last)
		return true;
	if (echo->call->option[OPTION_HZ]) {
		count_value(echo);
		return true;
	}
	if (echo->folder)
		return take_image(echo);
	echo->n_shown++;
	print_value(echo);
	return true;
}

/* Until it says something, or the next line of --hz is due. False: it has not said anything yet,
 * and should have. */
static bool wait(struct echo *echo, bool has_answered)
{
	struct pollfd one = {echo->talk->fd, POLLIN, 0};
	int64_t until_ns = has_answered ? echo->tick_ns : echo->talk->asked_ns + TALK_PATIENCE_NS;
	int64_t left_ns = until_ns - talk_now();

	fflush(stdout);
	if (until_ns && left_ns <= 0)
		left_ns = 0;
	poll(&one, 1, until_ns ? (int)((left_ns + 999999) / 1000000) : -1);
	return has_answered || one.revents || talk_now() < until_ns;
}

/* The end of the program is that of its streams. */
static int end(struct echo *echo, bool failed)
{
	const struct talk *talk = echo->talk;

	fflush(stdout);
	if (failed && !(talk->has_ended && !strcmp(talk->error, "ended")))
		return talk_fail(talk);
	if (!echo->count || echo->n_shown >= echo->count)
		return 0;
	return fail("ended", "the stream has ended after %llu of %llu",
	            (unsigned long long)echo->n_shown, (unsigned long long)echo->count);
}

static int follow(struct echo *echo)
{
	bool has_answered = false, is_hz = echo->call->option[OPTION_HZ];

	for (;;) {
		enum talk_result result = talk_take(echo->talk);

		if (result == TALK_FAILED)
			return end(echo, true);
		if (result == TALK_LINE_READ) {
			if (!has_answered && is_hz)
				echo->tick_ns = talk_now() + PERIOD_NS;
			has_answered = true;
			if (!take_line(echo))
				return end(echo, true);
			if (echo->talk->is_last)
				return end(echo, false);
		}
		if (is_hz && has_answered && talk_now() >= echo->tick_ns) {
			echo->tick_ns += PERIOD_NS;
			print_rate(echo);
			if (echo->count && echo->n_shown == echo->count)
				return end(echo, false);
		}
		if (result == TALK_NOTHING && !wait(echo, has_answered)) {
			talk_fault(echo->talk, "no_answer",
			           "%s (%d) does not answer; is it suspended?", echo->talk->name,
			           (int)echo->talk->pid);
			return end(echo, true);
		}
	}
}

static bool make_folder(const char *folder)
{
	if (!folder || mkdir(folder, 0777) == 0 || errno == EEXIST)
		return true;
	fail("failed", "cannot make the directory %s: %s", folder, strerror(errno));
	return false;
}

int echo_command(struct call *call)
{
	struct echo echo = {
		.call = call,
		.is_json = call->option[OPTION_JSON] != NULL,
		.folder = call->option[OPTION_PNG],
	};
	const char *stream;
	uint64_t every_ms = 0;
	int status = STATUS_FAILED;

	if (!command_number(call, OPTION_N_VALUES, &echo.count) || !take_rate(call, &every_ms) ||
	    !check_together(call))
		return STATUS_USAGE;
	if (echo.folder && png_refuses(PKD_RGB24))
		return fail("no_png", "%s", png_refuses(PKD_RGB24));
	echo.talk = find_stream(call, &stream);
	if (!echo.talk)
		return STATUS_FAILED;
	if (make_folder(echo.folder))
		status = ask(&echo, stream, every_ms) ? follow(&echo) : talk_fail(echo.talk);
	picture_finish(&echo.picture);
	talk_close(echo.talk);
	return status;
}
