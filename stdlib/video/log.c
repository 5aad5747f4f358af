#include "log.h"

#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FFmpeg has one log in a process, and its threads write to it. */
struct kept {
	char text[MEDIA_TEXT_SIZE];
	int width, height; /* of a picture that was refused */
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept shared; /* under the lock */
static bool is_printed;

/* Demuxers speak in the thread that reads from them. */
static _Thread_local bool is_cut;
static _Thread_local uint64_t n_missed;
static _Thread_local bool has_own;
static _Thread_local struct kept own;

const char *media_error_text(int error, char text[static MEDIA_TEXT_SIZE])
{
	if (av_strerror(error, text, MEDIA_TEXT_SIZE) < 0)
		snprintf(text, MEDIA_TEXT_SIZE, "FFmpeg error %d", error);
	return text;
}

int media_errno(int error)
{
	return error > -4096 ? -error : EIO;
}

static bool says_cut(const char *line)
{
	return strstr(line, "ended prematurely") || strstr(line, "partial file");
}

static struct kept *begin_use(void)
{
	if (has_own)
		return &own;
	pthread_mutex_lock(&lock);
	return &shared;
}

static void end_use(const struct kept *kept)
{
	if (kept == &shared)
		pthread_mutex_unlock(&lock);
}

/* libavformat says it nowhere else. */
static void count_missed(const char *line)
{
	int n;

	if (sscanf(line, "RTP: missed %d packets", &n) == 1 && n > 0)
		n_missed += (uint64_t)n;
}

static void keep(void *context, int level, const char *format, va_list values)
{
	char line[MEDIA_TEXT_SIZE], word[8];
	int width, height;
	struct kept *kept;
	va_list again;

	if (is_printed)
		av_log_default_callback(context, level, format, values);
	if (level > AV_LOG_WARNING)
		return;
	va_copy(again, values);
	vsnprintf(line, sizeof(line), format, again);
	va_end(again);
	line[strcspn(line, "\n")] = '\0';
	if (level > AV_LOG_ERROR) {
		count_missed(line);
		return;
	}
	is_cut |= says_cut(line);
	kept = begin_use();
	/* Not "Picture size 0x0 is invalid", which follows it for MS MPEG-4. */
	if (sscanf(line, "Picture size %dx%d %7s", &width, &height, word) == 3 &&
	    strcmp(word, "exceeds") == 0) {
		kept->width = width;
		kept->height = height;
	}
	if (!kept->text[0])
		memcpy(kept->text, line, sizeof(line));
	end_use(kept);
}

static void take_log(void)
{
	is_printed = getenv("PKD_FFMPEG_LOG") != NULL;
	av_log_set_callback(keep);
}

void media_log_begin(bool is_own)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct kept *kept;

	pthread_once(&once, take_log);
	has_own = is_own;
	kept = begin_use();
	*kept = (struct kept){0};
	end_use(kept);
}

bool media_log_take(char text[static MEDIA_TEXT_SIZE])
{
	struct kept *kept = begin_use();

	memcpy(text, kept->text, MEDIA_TEXT_SIZE);
	kept->text[0] = '\0';
	end_use(kept);
	return text[0] != '\0';
}

bool media_log_take_size(int *ret_width, int *ret_height)
{
	struct kept *kept = begin_use();
	bool found = kept->width > 0;

	if (found) {
		*ret_width = kept->width;
		*ret_height = kept->height;
	}
	kept->width = 0;
	end_use(kept);
	return found;
}

bool media_log_take_cut(void)
{
	bool was_cut = is_cut;

	is_cut = false;
	return was_cut;
}

uint64_t media_log_take_missed(void)
{
	uint64_t n = n_missed;

	n_missed = 0;
	return n;
}
