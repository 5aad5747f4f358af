/* Has a file's data brought to the disk by a thread, so that who writes it does not wait. */
#ifndef PKD_RECORD_SYNC_H
#define PKD_RECORD_SYNC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ring_sync {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t is_asked;
	int fd;
	bool has_started, asks, ends;
	int error;           /* of the last time, an errno */
	off_t old_at, old_n; /* these bytes need not stay in memory, 0: none */
};

/* 0 or a negative errno. */
int ring_sync_start(struct ring_sync *self, int fd);

/* All that was written so far. `old_n` bytes from `old_at` on will not be read soon. Returns at
 * once: 0, or the negative errno of an earlier time. */
int ring_sync_ask(struct ring_sync *self, off_t old_at, off_t old_n);

/* Waits for what was asked for. 0 or a negative errno. */
int ring_sync_finish(struct ring_sync *self);

#endif
