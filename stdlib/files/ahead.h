/* Threads that look at names before a walk does, so that it finds in the system's memory what a
 * disk or a network is slow to tell. What they see is dropped: a walk is the same without them. */
#ifndef PKD_FILES_AHEAD_H
#define PKD_FILES_AHEAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AHEAD_MAX_THREADS = 32, AHEAD_ROOM = 256, AHEAD_NAME = 256 };

/* A directory, of which so many names wait; its descriptor is its own. */
struct ahead_directory {
	int fd; /* -1: it is free */
	uint32_t n_waiting;
};

struct ahead_name {
	struct ahead_directory *in;
	bool is_directory;
	char name[AHEAD_NAME];
};

struct ahead {
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool ends;
	uint32_t n_threads;
	pthread_t threads[AHEAD_MAX_THREADS];
	uint64_t added, taken;
	struct ahead_name names[AHEAD_ROOM];
	struct ahead_directory directories[AHEAD_ROOM / 4];
};

/* 0 or a negative errno. */
int files_ahead_init(struct ahead *ahead, uint32_t n_threads);
void files_ahead_finish(struct ahead *ahead);

/* Whether some more may be added, and for a while there is enough to do if not. */
bool files_ahead_wants_more(struct ahead *ahead);

/* Adds names of the directory `fd`: files_ahead_begin, then files_ahead_add for each while it says
 * true, then files_ahead_end. */
struct ahead_directory *files_ahead_begin(struct ahead *ahead, int fd);
bool files_ahead_add(struct ahead *ahead, struct ahead_directory *in, const char *name,
                     size_t length, bool is_directory);
void files_ahead_end(struct ahead *ahead, struct ahead_directory *in);

#endif
