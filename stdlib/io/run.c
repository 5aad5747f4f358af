/* io.run: a program for each value.
 *
 * A program is started by the first step of a value; the steps after that, each pkd_later's, look
 * at its pipes until all that it printed is there and it has ended. */
#define _GNU_SOURCE
#include "../base/utf8.h"
#include "program.h"
#include "said.h"

#include <errno.h>
#include <inttypes.h>
#include <io/run.pkd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT, DATA, STATUS, TOOK, ERROR };

static const int64_t STOP_NS = 1000000000; /* for what runs when the program is asked to stop */

struct io_run {
	const struct io_run_params *params;
	struct io_command command;
	bool is_in_words; /* the value stands in the command, and is not read */
	char *arguments;  /* the words with the value in them, each with its NUL */
	size_t arguments_size;
	struct io_program program;
	struct io_said said;
	char *output;
	size_t n_output; /* N + 1: it is too much */
	size_t n_input;  /* of the value, written */
	int64_t begun_ns, until_ns;
	int64_t took_ns; /* 0: it was not run */
	bool is_stopping, has_timed_out;
};

struct value {
	const char *bytes;
	size_t n;
};

static struct value value_of(const struct io_run_params *params, const void *in)
{
	uint32_t n = pkd_length((const uint32_t *)in, params->T->n);

	return (struct value){(const char *)in + sizeof(uint32_t), n};
}

/* ---- Init ---- */

static uint32_t count_places(const struct io_command *command)
{
	uint32_t n = 0;

	if (command->is_shell)
		return strstr(command->words[2], "$1") || strstr(command->words[2], "${1");
	for (uint32_t i = 0; i < command->n_words; i++)
		for (const char *at = command->words[i]; (at = strstr(at, "{}")); at += 2)
			n++;
	return n;
}

static int check(const struct io_run_params *params, struct pkd_ctx *ctx)
{
	size_t n = strlen(params->may_write);

	if (params->T->kind != PKD_STRING && params->T->kind != PKD_BYTES)
		return pkd_error(ctx, EINVAL,
		                 "a value is neither a string nor bytes: write text(…) of it");
	if (n > 0 && params->may_write[n - 1] != '/')
		return pkd_error(ctx, EINVAL, "may_write: '%s' has no / at its end: it is a folder",
		                 params->may_write);
	return PKD_OK;
}

static int allocate(struct io_run *self, struct pkd_ctx *ctx)
{
	size_t size = 1;

	for (uint32_t i = 0; i < self->command.n_words; i++)
		size += strlen(self->command.words[i]) + 1;
	size += (count_places(&self->command) + 1) * ((size_t)self->params->T->n + 1);
	self->arguments_size = size;
	self->arguments = malloc(size);
	self->output = malloc((size_t)self->params->N + 1);
	if (!self->arguments || !self->output)
		return pkd_error(ctx, ENOMEM, "no memory for what a program prints");
	return PKD_OK;
}

int io_run_init(struct io_run *self, const struct io_run_params *params, struct pkd_ctx *ctx)
{
	const char *const environment[] = {params->environment, params->secrets};
	int error = check(params, ctx);

	self->params = params;
	if (!error)
		error = io_command_init(&self->command, params->command, params->shell, environment,
		                        ctx);
	if (error)
		return error;
	self->is_in_words = count_places(&self->command) > 0;
	error = allocate(self, ctx);
	if (error)
		io_run_finish(self);
	return error;
}

/* ---- Start ---- */

/* The word with the value in place of each {}. */
static char *put_word(char *to, const char *word, struct value value)
{
	const char *place;

	while ((place = strstr(word, "{}"))) {
		to = mempcpy(to, word, (size_t)(place - word));
		to = mempcpy(to, value.bytes, value.n);
		word = place + 2;
	}
	return stpcpy(to, word) + 1;
}

static void make_arguments(const struct io_run *self, struct value value, char **argv)
{
	const struct io_command *command = &self->command;
	char *to = self->arguments;

	for (uint32_t i = 0; i < command->n_words; i++) {
		argv[i] = command->is_shell ? command->words[i] : to;
		if (!command->is_shell)
			to = put_word(to, command->words[i], value);
	}
	argv[command->n_words] = NULL;
	if (!command->is_shell || !self->is_in_words)
		return;
	argv[command->n_words] = to;
	argv[command->n_words + 1] = NULL;
	to = mempcpy(to, value.bytes, value.n);
	*to = '\0';
}

static int start(struct io_run *self, struct value value)
{
	char *argv[IO_COMMAND_WORDS + 2];
	int r;

	make_arguments(self, value, argv);
	self->said = (struct io_said){.since_ns = 0};
	self->n_output = self->n_input = 0;
	self->is_stopping = self->has_timed_out = false;
	self->begun_ns = pkd_now();
	self->until_ns = self->begun_ns + self->params->timeout;
	r = io_program_start(&self->program, &self->command, argv, !self->is_in_words);
	return r;
}

/* ---- While it runs ---- */

/* What it does not want to read is its own affair. */
static void write_input(struct io_run *self, struct value value)
{
	while (self->program.in >= 0) {
		ssize_t n = self->n_input < value.n
		                    ? write(self->program.in, value.bytes + self->n_input,
		                            value.n - self->n_input)
		                    : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			io_program_close_in(&self->program);
		else
			self->n_input += (size_t)n;
	}
}

static void close_one(int *fd)
{
	close(*fd);
	*fd = -1;
}

static void read_output(struct io_run *self)
{
	size_t size = (size_t)self->params->N + 1;

	while (self->program.out >= 0 && self->n_output < size) {
		ssize_t n = read(self->program.out, self->output + self->n_output,
		                 size - self->n_output);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			close_one(&self->program.out);
		else
			self->n_output += (size_t)n;
	}
}

static bool is_too_much(const struct io_run *self)
{
	return self->n_output > self->params->N;
}

/* Whether all is there that there is to know. */
static bool go_on(struct io_run *self, struct value value, struct pkd_ctx *ctx)
{
	struct io_program *program = &self->program;
	int64_t now_ns = pkd_now();
	bool has_ended;

	/* A stop gives the program that runs a moment. */
	if (pkd_stopping(ctx) && !self->is_stopping) {
		self->is_stopping = true;
		if (self->until_ns > now_ns + STOP_NS)
			self->until_ns = now_ns + STOP_NS;
	}
	write_input(self, value);
	/* Before the pipes: what it wrote before its end is read by then. */
	has_ended = io_program_look(program);
	read_output(self);
	if (program->err >= 0 && !io_said_read(&self->said, program->err, ctx))
		close_one(&program->err);
	if (has_ended && (program->out < 0 || is_too_much(self)))
		return true;
	self->has_timed_out = !has_ended && now_ns >= self->until_ns;
	return self->has_timed_out || is_too_much(self);
}

static void watch_one(int fd, short events, struct pkd_ctx *ctx)
{
	if (fd >= 0)
		pkd_watch(ctx, fd, events);
}

static void watch(const struct io_program *program, bool on, struct pkd_ctx *ctx)
{
	watch_one(program->in, on ? POLLOUT : 0, ctx);
	watch_one(program->out, on ? POLLIN : 0, ctx);
	watch_one(program->err, on ? POLLIN : 0, ctx);
	watch_one(program->has_ended ? -1 : program->news, on ? POLLIN : 0, ctx);
}

/* ---- Results ---- */

static void absent_all(const struct io_run *self, struct pkd_ctx *ctx)
{
	io_run_absent_text(ctx);
	io_run_absent_data(ctx);
	io_run_absent_status(ctx);
	if (!self->took_ns)
		io_run_absent_took(ctx);
}

/* What a person can see of the value. */
static void name_of(const struct io_run *self, struct value value, char *text, uint32_t size)
{
	uint32_t length;

	*text = '\0';
	if (self->params->T->kind == PKD_STRING)
		utf8_put(text, size - 1, value.bytes, strcspn(value.bytes, "\n"), &length);
	else
		snprintf(text, size, "%zu bytes", value.n);
}

static int fail_item(struct io_run *self, struct value value, const char *reason, int error,
                     struct io_run_out *out, struct pkd_ctx *ctx)
{
	const char *said = self->said.last;
	char name[64], text[512 + IO_SAID_SIZE];
	uint32_t length;

	name_of(self, value, name, sizeof(name));
	snprintf(text, sizeof(text), "'%s' of '%s': %s%s%s", self->command.words[0], name, reason,
	         *said ? ": " : "", said);
	if (!pkd_wanted(ctx, ERROR))
		return (pkd_error)(ctx, error, "%s", text);
	absent_all(self, ctx);
	*out->took = self->took_ns;
	utf8_put(out->error->text, (uint32_t)sizeof(out->error->text) - 1, text, strlen(text),
	         &length);
	out->error->len = length;
	return PKD_OK;
}

static void put_results(const struct io_run *self, struct io_run_out *out)
{
	size_t n = self->n_output;

	memcpy(out->data->data, self->output, n);
	out->data->len = (uint32_t)n;
	if (n > 0 && self->output[n - 1] == '\n')
		n--;
	utf8_put(out->text->text, self->params->N, self->output, n, &out->text->len);
	*out->status = io_program_status(&self->program);
	*out->took = self->took_ns;
}

static int finish_item(struct io_run *self, struct value value, struct io_run_out *out,
                       struct pkd_ctx *ctx)
{
	const struct io_program *program = &self->program;
	const struct io_run_params *params = self->params;
	bool is_bad = program->error ||
	              (params->nonzero == io_Nonzero_fail && !io_program_succeeded(program));
	char reason[IO_REASON_SIZE];

	if (self->has_timed_out) {
		snprintf(reason, sizeof(reason),
		         self->is_stopping ? "ended, as the whole program is"
		                           : "not ready after %g s, and killed",
		         (double)params->timeout / 1e9);
		return fail_item(self, value, reason, ETIMEDOUT, out, ctx);
	}
	if (is_too_much(self)) {
		snprintf(reason, sizeof(reason),
		         "it printed more than N = %" PRIu32 " bytes: write N: %" PRIu64, params->N,
		         (uint64_t)params->N * 4);
		return fail_item(self, value, reason, EMSGSIZE, out, ctx);
	}
	if (is_bad)
		return fail_item(self, value, io_program_reason(program, reason), EPROTO, out, ctx);
	put_results(self, out);
	io_run_absent_error(ctx);
	return PKD_OK;
}

int io_run_step(struct io_run *self, const struct io_run_in *in, struct io_run_out *out,
                struct pkd_ctx *ctx)
{
	struct value value = value_of(self->params, in->value);
	int r = 0;

	self->took_ns = 0;
	if (!self->program.keeper && self->is_in_words && memchr(value.bytes, '\0', value.n))
		return fail_item(self, value, "there is a NUL in it, which no argument can have",
		                 EINVAL, out, ctx);
	if (!self->program.keeper)
		r = start(self, value);
	if (r < 0)
		return fail_item(self, value, strerror(-r), -r, out, ctx);
	watch(&self->program, false, ctx);
	if (!go_on(self, value, ctx)) {
		watch(&self->program, true, ctx);
		return pkd_later(ctx, self->until_ns);
	}
	self->took_ns = self->program.error ? 0 : pkd_now() - self->begun_ns;
	io_said_finish(&self->said, ctx);
	if (self->program.n_left)
		pkd_note(ctx, "it left %" PRIu32 " processes running: killed",
		         self->program.n_left);
	r = finish_item(self, value, out, ctx);
	io_program_finish(&self->program);
	return r;
}

/* The step is called then. */
int io_run_ready(struct io_run *self, struct pkd_ctx *ctx)
{
	watch(&self->program, false, ctx);
	return PKD_OK;
}

void io_run_finish(struct io_run *self)
{
	io_program_finish(&self->program);
	io_command_finish(&self->command);
	free(self->arguments);
	free(self->output);
}

PKD_WATCHING_NODE(io_run);
