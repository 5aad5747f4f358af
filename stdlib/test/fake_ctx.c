/* See fake_ctx.h. Requires cmocka and a POSIX shell. */
#include "fake_ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { GUARD_SIZE = 64, GUARD = 0x5c, N_PATHS = 4, FAKE_MAX_RESTARTS = 256 };

int64_t fake_now_ns;

static char directory[64];

/* ---- node.h ---- */

uint64_t pkd_number(const struct pkd_ctx *ctx)
{
	return ctx->number;
}

int64_t pkd_time(const struct pkd_ctx *ctx)
{
	return ctx->time_ns;
}

int64_t pkd_age(const struct pkd_ctx *ctx, const void *value)
{
	assert_non_null(value);
	return ctx->age_ns;
}

bool pkd_sampled(const struct pkd_ctx *ctx, uint32_t input)
{
	assert_true(input < FAKE_MAX_INPUTS);
	return ctx->sampled[input];
}

uint32_t pkd_fired(const struct pkd_ctx *ctx)
{
	return ctx->fired;
}

uint64_t pkd_part(const struct pkd_ctx *ctx)
{
	return ctx->part;
}

bool pkd_flushing(const struct pkd_ctx *ctx)
{
	return ctx->fired == UINT32_MAX;
}

const void *pkd_ahead(struct pkd_ctx *ctx, uint32_t input, uint32_t k)
{
	assert_int_equal(input, 0);
	assert_true(k > 0);
	return k <= ctx->n_ahead ? ctx->ahead[k - 1] : NULL;
}

uint32_t pkd_ahead_room(const struct pkd_ctx *ctx, uint32_t input)
{
	assert_int_equal(input, 0);
	return ctx->ahead_room;
}

void *pkd_state(struct pkd_ctx *ctx)
{
	return ctx->state;
}

void *pkd_memory(struct pkd_ctx *ctx, uint32_t memory)
{
	assert_true(memory < FAKE_MAX_MEMORIES);
	assert_non_null(ctx->memories[memory]);
	return ctx->memories[memory];
}

int pkd_watch(struct pkd_ctx *ctx, int fd, short events)
{
	(void)ctx, (void)fd, (void)events;
	return 0;
}

/* Whoever could read from a pipe would not notice that its reader has gone. */
static int open_output(struct pkd_ctx *ctx, const char *path)
{
	struct stat file;
	int access = stat(path, &file) == 0 && S_ISFIFO(file.st_mode) ? O_WRONLY : O_RDWR;
	int fd = strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
	                                : open(path, access | O_CREAT | O_CLOEXEC, 0666);

	return fd < 0 ? pkd_error(ctx, errno, "cannot write '%s': %s", path, strerror(errno)) : fd;
}

int pkd_output_file(struct pkd_ctx *ctx, const char *path)
{
	if (!ctx->keeps_file)
		return open_output(ctx, path);
	if (ctx->kept_fd <= 0)
		ctx->kept_fd = open_output(ctx, path);
	return ctx->kept_fd < 0 ? ctx->kept_fd : fcntl(ctx->kept_fd, F_DUPFD_CLOEXEC, 3);
}

void pkd_absent(struct pkd_ctx *ctx, uint32_t output)
{
	ctx->absent |= 1U << output;
}

bool pkd_wanted(const struct pkd_ctx *ctx, uint32_t output)
{
	return !(ctx->unread >> output & 1);
}

bool pkd_resumes(const struct pkd_ctx *ctx)
{
	(void)ctx;
	return false;
}

bool pkd_stopping(const struct pkd_ctx *ctx)
{
	return ctx->stopping;
}

void pkd_set_time(struct pkd_ctx *ctx, int64_t capture_ns)
{
	ctx->set_time_ns = capture_ns;
	ctx->n_set_times++;
}

int pkd_later(struct pkd_ctx *ctx, int64_t due_ns)
{
	ctx->due_ns = due_ns;
	return PKD_LATER;
}

int pkd_wake(struct pkd_ctx *ctx, int64_t due_ns)
{
	ctx->wake_ns = due_ns;
	return 0;
}

bool pkd_woken(const struct pkd_ctx *ctx)
{
	return ctx->woken;
}

void pkd_expect_frames(struct pkd_ctx *ctx, uint64_t n_frames)
{
	ctx->n_expected = n_frames;
}

int64_t pkd_now(void)
{
	struct timespec now;

	if (fake_now_ns)
		return fake_now_ns;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int(pkd_error)(struct pkd_ctx *ctx, int error, const char *format, ...)
{
	va_list args;

	assert_true(error > 0);
	va_start(args, format);
	vsnprintf(ctx->error, sizeof(ctx->error), format, args);
	va_end(args);
	ctx->n_errors++;
	return -error;
}

int pkdi_error_of_call(struct pkd_ctx *ctx, int error, const char *format, ...)
{
	char text[sizeof(ctx->error)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return strstr(format, ": ") ? (pkd_error)(ctx, error, "%s", text)
	                            : (pkd_error)(ctx, error, "%s: %s", text, strerror(error));
}

void pkd_note(struct pkd_ctx *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ctx->note, sizeof(ctx->note), format, args);
	va_end(args);
	ctx->n_notes++;
}

void pkd_log(struct pkd_ctx *ctx, enum pkd_level level, const char *format, ...)
{
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(ctx->note, sizeof(ctx->note), format, args);
	va_end(args);
	ctx->n_notes++;
}

bool pkd_logs(const struct pkd_ctx *ctx, enum pkd_level level)
{
	(void)ctx;
	return level <= PKD_LOG_INFO;
}

void pkd_stop(struct pkd_ctx *ctx)
{
	ctx->stop_asked = true;
}

/* ---- Slots ---- */

void *fake_slot(uint32_t size)
{
	size_t whole = (sizeof(struct pkd_frame) + size + GUARD_SIZE + 63) & ~(size_t)63;
	struct pkd_frame *header = aligned_alloc(64, whole);

	assert_non_null(header);
	memset(header, 0, sizeof(*header));
	header->size = size;
	memset(header + 1, 0xa5, size);
	memset((uint8_t *)(header + 1) + size, GUARD, GUARD_SIZE);
	return header + 1;
}

void fake_slot_free(void *value)
{
	struct pkd_frame *header = fake_header(value);
	const uint8_t *guard = (const uint8_t *)value + header->size;

	for (size_t i = 0; i < GUARD_SIZE; i++)
		assert_int_equal(guard[i], GUARD);
	free(header);
}

struct pkd_frame *fake_header(void *value)
{
	return (struct pkd_frame *)value - 1;
}

struct pkd_image *fake_image(uint32_t format, uint32_t W, uint32_t H)
{
	uint32_t n = (uint32_t)pkd_image_bytes(format, W * pkd_pixel_size(format), H);
	struct pkd_image *image = fake_slot((uint32_t)sizeof(struct pkd_image) + n);
	uint8_t *pixels = pkd_pixels(image);

	pkd_image_set(image, format, W, H);
	for (uint32_t i = 0; i < n; i++)
		pixels[i] = (uint8_t)(i * 7 + i / 1000);
	return image;
}

void *fake_self(const struct pkd_methods *methods)
{
	void *self = calloc(1, methods->self_size);

	assert_non_null(self);
	assert_int_equal(methods->abi, PKD_ABI);
	return self;
}

/* ---- Firings ---- */

int fake_fire(const struct pkd_methods *methods, void *self, const void *in, void *out,
              struct pkd_ctx *ctx)
{
	int result;

	memcpy(ctx->state, ctx->committed_state, sizeof(ctx->state));
	result = methods->step(self, in, out, ctx);
	if (result == PKD_OK || result == PKD_MORE || result == PKD_END)
		memcpy(ctx->committed_state, ctx->state, sizeof(ctx->state));
	return result;
}

int fake_restart(const struct pkd_methods *methods, void **self, const void *params,
                 struct pkd_ctx *ctx)
{
	/* Within reach, so that a leak checker does not count what it holds. */
	static void *killed[FAKE_MAX_RESTARTS] __attribute__((used));
	static unsigned n_killed;

	assert_true(n_killed < FAKE_MAX_RESTARTS);
	killed[n_killed++] = *self;
	*self = fake_self(methods);
	memcpy(ctx->state, ctx->committed_state, sizeof(ctx->state));
	return methods->init(*self, params, ctx);
}

/* ---- Files and commands ---- */

const char *fake_directory(void)
{
	if (directory[0] == '\0') {
		snprintf(directory, sizeof(directory), "/tmp/pkd-test-XXXXXX");
		assert_non_null(mkdtemp(directory));
	}
	return directory;
}

const char *fake_path(const char *name)
{
	static char paths[N_PATHS][256];
	static unsigned next;
	char *path = paths[next++ % N_PATHS];

	snprintf(path, sizeof(paths[0]), "%s/%s", fake_directory(), name);
	return path;
}

void fake_directory_remove(void)
{
	if (directory[0] == '\0')
		return;
	fake_run("rm -rf '%s'", directory);
	directory[0] = '\0';
}

static FILE *command(const char *format, va_list args, char *ret_text, size_t size)
{
	FILE *pipe;

	vsnprintf(ret_text, size, format, args);
	fflush(NULL);
	pipe = popen(ret_text, "r");
	assert_non_null(pipe);
	return pipe;
}

void fake_run(const char *format, ...)
{
	char text[2048];
	va_list args;
	FILE *pipe;

	va_start(args, format);
	pipe = command(format, args, text, sizeof(text));
	va_end(args);
	if (pclose(pipe) != 0)
		fail_msg("failed: %s", text);
}

const char *fake_output(const char *format, ...)
{
	static char line[512];
	char text[2048];
	va_list args;
	FILE *pipe;

	va_start(args, format);
	pipe = command(format, args, text, sizeof(text));
	va_end(args);
	line[0] = '\0';
	if (fgets(line, sizeof(line), pipe))
		line[strcspn(line, "\r\n")] = '\0';
	if (pclose(pipe) != 0)
		fail_msg("failed: %s", text);
	return line;
}
