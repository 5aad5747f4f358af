/* The files that wait in the queue of files.hash, hashed by several threads, the node's own among
 * them, and answered in order.
 *
 * Job `n` is in slot n % n_slots, from the time at which its path waits to its answer:
 * [answered, begun). Whoever raises `taken` from n to n + 1 hashes it. A job has its path
 * itself: where the node is put to rest, the queue goes on without it. */
#ifndef PKD_FILES_HASH_JOBS_H
#define PKD_FILES_HASH_JOBS_H

#include "hasher.h"

#include <pthread.h>
#include <stdatomic.h>

enum { HASH_MAX_THREADS = 63 };

struct hash_job {
	char *path;
	uint32_t length;
	atomic_bool is_done;
	struct hasher_result result;
} __attribute__((aligned(64)));

struct hash_jobs {
	struct hash_job *slots;
	char *paths;
	uint32_t n_slots;
	uint64_t answered;
	_Atomic uint64_t begun, taken;
	struct hasher own; /* of the node's thread, … */
	bool has_own;      /* … which is in the middle of this job */
	uint64_t own_job;

	uint32_t n_threads;
	pthread_t threads[HASH_MAX_THREADS];
	struct hasher hashers[HASH_MAX_THREADS];
	_Atomic uint32_t n_started; /* which hasher is the next thread's */
	pthread_mutex_t lock;
	pthread_cond_t more; /* jobs, or the end */
	_Atomic uint32_t n_asleep;
	atomic_bool ends;
	int done_fd; /* an eventfd … */
	_Atomic uint64_t
		waited_for; /* … that is written when this job + 1 is done; 0: nobody waits */
};

/* 0 or a negative errno. */
int files_hash_jobs_init(struct hash_jobs *jobs, int root, bool links, const EVP_MD *type,
                         uint32_t n_threads, uint32_t n_slots, uint32_t longest);
void files_hash_jobs_finish(struct hash_jobs *jobs);

/* How many are begun and not answered. */
static inline uint32_t files_hash_jobs_waiting(struct hash_jobs *jobs)
{
	return (uint32_t)(atomic_load_explicit(&jobs->begun, memory_order_relaxed) -
	                  jobs->answered);
}

/* Whether the oldest one is that of this path. */
bool files_hash_jobs_is_for(const struct hash_jobs *jobs, const char *path, uint32_t length);
/* Forgets all; false: some are not done yet. */
bool files_hash_jobs_forget(struct hash_jobs *jobs);

/* Adds one behind these; there is room for n_slots. */
void files_hash_jobs_begin(struct hash_jobs *jobs, const char *path, uint32_t length);
/* Wakes who sleeps, once some have been added. */
void files_hash_jobs_wake(struct hash_jobs *jobs);

/* Works for the oldest one's result, or on another meanwhile. 1: *ret_result, until
 * files_hash_jobs_answer; 0: call it again; -1: again once done_fd can be read, as another thread
 * has it and there is nothing else to do. */
int files_hash_jobs_work(struct hash_jobs *jobs, const struct hasher_result **ret_result);
void files_hash_jobs_answer(struct hash_jobs *jobs);

#endif
