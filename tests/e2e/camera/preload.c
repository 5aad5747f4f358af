/* A camera at /dev/video0 for a whole program, by LD_PRELOAD: a picture each 10 ms, whose number is
 * in its first pixels. The file $FAKE_CAMERA, which must lie below /dev, says what it does: "on",
 * "away", "silent" or "frozen". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "test/fake_camera.h"

enum { WIDTH = 64, HEIGHT = 48, PERIOD_NS = 10000000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int camera_fd = -1;
static uint32_t number;

static void read_word(char word[static 16])
{
	FILE *file = fopen(getenv("FAKE_CAMERA"), "r");

	strcpy(word, "on");
	if (file && fscanf(file, "%15s", word) != 1)
		strcpy(word, "on");
	if (file)
		fclose(file);
}

static void play(const char *word)
{
	static uint8_t picture[WIDTH * HEIGHT * 3];
	const uint64_t one = 1;
	struct timespec now;

	fake_camera.is_away = strcmp(word, "away") == 0;
	if (camera_fd < 0 || strcmp(word, "silent") == 0)
		return;
	if (fake_camera.is_away) {
		if (write(camera_fd, &one, sizeof(one)) < 0)
			abort();
		return;
	}
	number += strcmp(word, "frozen") != 0;
	memcpy(picture, &number, sizeof(number));
	clock_gettime(CLOCK_MONOTONIC, &now);
	fake_camera_give(picture, sizeof(picture), 0, number,
	                 (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

static void *run(void *data)
{
	const struct timespec period = {.tv_nsec = PERIOD_NS};

	for (;;) {
		char word[16];

		nanosleep(&period, NULL);
		read_word(word);
		pthread_mutex_lock(&lock);
		play(word);
		pthread_mutex_unlock(&lock);
	}
	return data;
}

static int result_of(int r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

static int open_fake(void)
{
	static bool is_running;
	char word[16];
	pthread_t thread;

	read_word(word);
	pthread_mutex_lock(&lock);
	if (!is_running) {
		fake_camera_reset();
		fake_camera.formats[0] = (struct fake_format){V4L2_PIX_FMT_BGR24,
		                                              {{WIDTH, HEIGHT, 100}}};
		fake_camera.formats[1].fourcc = 0;
		is_running = pthread_create(&thread, NULL, run, NULL) == 0;
	}
	fake_camera.is_away = strcmp(word, "away") == 0;
	camera_fd = fake_camera_open();
	pthread_mutex_unlock(&lock);
	return camera_fd;
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	/* O_PATH: the supervisor, which only looks. */
	if (strcmp(path, "/dev/video0") || flags & O_PATH)
		return next(path, flags, mode);
	return result_of(open_fake());
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
	va_list args;
	void *argument;
	int r;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (fd != camera_fd || fd < 0)
		return next(fd, request, argument);
	pthread_mutex_lock(&lock);
	r = fake_camera_ioctl(request, argument);
	pthread_mutex_unlock(&lock);
	return result_of(r);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	void *(*next)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");

	if (fd != camera_fd || fd < 0)
		return next(at, size, protection, flags, fd, offset);
	return fake_camera_map(size, (uint32_t)offset);
}

int munmap(void *data, size_t size)
{
	int (*next)(void *, size_t) = dlsym(RTLD_NEXT, "munmap");

	for (uint32_t i = 0; i < FAKE_BUFFERS; i++) {
		if (fake_camera.memory[i] && fake_camera.memory[i] == data)
			return 0;
	}
	return next(data, size);
}

int close(int fd)
{
	int (*next)(int) = dlsym(RTLD_NEXT, "close");

	if (fd != camera_fd || fd < 0)
		return next(fd);
	pthread_mutex_lock(&lock);
	camera_fd = -1;
	fake_camera_close();
	pthread_mutex_unlock(&lock);
	return 0;
}
