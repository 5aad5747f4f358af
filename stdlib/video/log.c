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
static struct {
	pthread_mutex_t lock;
	char text[MEDIA_TEXT_SIZE];
	int width, height; /* of a picture that was refused */
	bool is_printed;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Demuxers speak in the thread that reads from them. */
static _Thread_local bool is_cut;

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

static void keep(void *context, int level, const char *format, va_list values)
{
	char line[MEDIA_TEXT_SIZE];
	int width, height;
	va_list again;

	if (kept.is_printed)
		av_log_default_callback(context, level, format, values);
	if (level > AV_LOG_ERROR)
		return;
	va_copy(again, values);
	vsnprintf(line, sizeof(line), format, again);
	va_end(again);
	line[strcspn(line, "\n")] = '\0';
	is_cut |= says_cut(line);
	pthread_mutex_lock(&kept.lock);
	if (sscanf(line, "Picture size %dx%d exceeds", &width, &height) == 2) {
		kept.width = width;
		kept.height = height;
	}
	if (!kept.text[0])
		memcpy(kept.text, line, sizeof(line));
	pthread_mutex_unlock(&kept.lock);
}

void media_log_begin(void)
{
	kept.is_printed = getenv("PKD_FFMPEG_LOG") != NULL;
	kept.text[0] = '\0';
	kept.width = kept.height = 0;
	av_log_set_callback(keep);
}

bool media_log_take(char text[static MEDIA_TEXT_SIZE])
{
	pthread_mutex_lock(&kept.lock);
	memcpy(text, kept.text, MEDIA_TEXT_SIZE);
	kept.text[0] = '\0';
	pthread_mutex_unlock(&kept.lock);
	return text[0] != '\0';
}

bool media_log_take_size(int *ret_width, int *ret_height)
{
	bool found;

	pthread_mutex_lock(&kept.lock);
	found = kept.width > 0;
	if (found) {
		*ret_width = kept.width;
		*ret_height = kept.height;
	}
	kept.width = 0;
	pthread_mutex_unlock(&kept.lock);
	return found;
}

bool media_log_take_cut(void)
{
	bool was_cut = is_cut;

	is_cut = false;
	return was_cut;
}
