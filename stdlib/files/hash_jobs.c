/* See hash_jobs.h. */
#define _GNU_SOURCE
#include "hash_jobs.h"

#include "../base/thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct hash_job *job_at(const struct hash_jobs *jobs, uint64_t n)
{
	return &jobs->slots[n % jobs->n_slots];
}

/* The next job that nobody has. */
static bool take(struct hash_jobs *jobs, uint64_t *ret_n)
{
	uint64_t n = atomic_load(&jobs->taken);

	while (n < atomic_load(&jobs->begun)) {
		if (atomic_compare_exchange_weak(&jobs->taken, &n, n + 1)) {
			*ret_n = n;
			return true;
		}
	}
	return false;
}

/* ---- The threads ---- */

/* The store and the load, and those of the one who waits, are in one order: one of both sees the
 * other. */
static void tell_done(struct hash_jobs *jobs, uint64_t n)
{
	uint64_t one = 1;

	atomic_store(&job_at(jobs, n)->is_done, true);
	if (atomic_load(&jobs->waited_for) == n + 1 &&
	    write(jobs->done_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		return; /* it is full: there is enough to read */
}

static bool sleep_for_more(struct hash_jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	atomic_fetch_add(&jobs->n_asleep, 1);
	while (!atomic_load(&jobs->ends) && atomic_load(&jobs->taken) >= atomic_load(&jobs->begun))
		pthread_cond_wait(&jobs->more, &jobs->lock);
	atomic_fetch_sub(&jobs->n_asleep, 1);
	pthread_mutex_unlock(&jobs->lock);
	return !atomic_load(&jobs->ends);
}

static void *hash_on(void *to)
{
	struct hash_jobs *jobs = to;
	struct hasher *hasher = &jobs->hashers[atomic_fetch_add(&jobs->n_started, 1)];
	uint64_t n;

	while (!atomic_load(&jobs->ends)) {
		struct hash_job *job;

		if (!take(jobs, &n)) {
			sleep_for_more(jobs);
			continue;
		}
		job = job_at(jobs, n);
		while (!files_hasher_work(hasher, job->path, job->length, &job->result))
			if (atomic_load(&jobs->ends))
				return NULL;
		tell_done(jobs, n);
	}
	return NULL;
}

static int start_threads(struct hash_jobs *jobs, uint32_t n)
{
	int error = 0;

	while (jobs->n_threads < n && !error) {
		error = thread_start(&jobs->threads[jobs->n_threads], hash_on, jobs);
		jobs->n_threads += !error;
	}
	return error;
}

/* ---- The node's own thread ---- */

int files_hash_jobs_init(struct hash_jobs *jobs, int root, bool links, const EVP_MD *type,
                         uint32_t n_threads, uint32_t n_slots, uint32_t longest)
{
	int error;

	*jobs = (struct hash_jobs){.n_slots = n_slots, .done_fd = -1};
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_cond_init(&jobs->more, NULL);
	jobs->slots = aligned_alloc(_Alignof(struct hash_job), n_slots * sizeof(*jobs->slots));
	jobs->paths = malloc(n_slots * ((size_t)longest + 1));
	for (uint32_t i = 0; i < n_slots && jobs->slots && jobs->paths; i++)
		jobs->slots[i].path = jobs->paths + i * ((size_t)longest + 1);
	error = jobs->slots && jobs->paths ? files_hasher_init(&jobs->own, root, links, type)
	                                   : -ENOMEM;
	for (uint32_t i = 0; i < n_threads && !error; i++)
		error = files_hasher_init(&jobs->hashers[i], root, links, type);
	if (!error && n_threads > 0) {
		jobs->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		error = jobs->done_fd < 0 ? -errno : start_threads(jobs, n_threads);
	}
	if (error)
		files_hash_jobs_finish(jobs);
	return error;
}

void files_hash_jobs_finish(struct hash_jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	atomic_store(&jobs->ends, true);
	pthread_cond_broadcast(&jobs->more);
	pthread_mutex_unlock(&jobs->lock);
	for (uint32_t i = 0; i < jobs->n_threads; i++)
		pthread_join(jobs->threads[i], NULL);
	for (uint32_t i = 0; i < HASH_MAX_THREADS; i++)
		if (jobs->hashers[i].buffer)
			files_hasher_finish(&jobs->hashers[i]);
	if (jobs->own.buffer)
		files_hasher_finish(&jobs->own);
	if (jobs->done_fd >= 0)
		close(jobs->done_fd);
	free(jobs->slots);
	free(jobs->paths);
	pthread_cond_destroy(&jobs->more);
	pthread_mutex_destroy(&jobs->lock);
}

void files_hash_jobs_begin(struct hash_jobs *jobs, const char *path, uint32_t length)
{
	uint64_t n = atomic_load_explicit(&jobs->begun, memory_order_relaxed);
	struct hash_job *job = job_at(jobs, n);

	memcpy(job->path, path, length);
	job->path[length] = '\0';
	job->length = length;
	atomic_store_explicit(&job->is_done, false, memory_order_relaxed);
	atomic_store(&jobs->begun, n + 1);
}

void files_hash_jobs_wake(struct hash_jobs *jobs)
{
	if (atomic_load(&jobs->n_asleep) == 0 ||
	    atomic_load(&jobs->begun) - atomic_load(&jobs->taken) < 2)
		return; /* a single one is this thread's */
	pthread_mutex_lock(&jobs->lock);
	pthread_cond_broadcast(&jobs->more);
	pthread_mutex_unlock(&jobs->lock);
}

static void work_on_own(struct hash_jobs *jobs)
{
	struct hash_job *job;

	if (!jobs->has_own && !take(jobs, &jobs->own_job))
		return;
	job = job_at(jobs, jobs->own_job);
	jobs->has_own = !files_hasher_work(&jobs->own, job->path, job->length, &job->result);
	if (!jobs->has_own)
		atomic_store(&job->is_done, true);
}

static bool has_work(const struct hash_jobs *jobs)
{
	return jobs->has_own || atomic_load(&jobs->taken) < atomic_load(&jobs->begun);
}

int files_hash_jobs_work(struct hash_jobs *jobs, const struct hasher_result **ret_result)
{
	struct hash_job *job = job_at(jobs, jobs->answered);
	uint64_t told;

	if (!atomic_load(&job->is_done) && has_work(jobs))
		work_on_own(jobs);
	else if (!atomic_load(&job->is_done)) {
		if (read(jobs->done_fd, &told, sizeof(told)) < 0 && errno != EAGAIN)
			return 0;
		atomic_store(&jobs->waited_for, jobs->answered + 1);
		if (!atomic_load(&job->is_done))
			return -1;
	}
	if (!atomic_load(&job->is_done))
		return 0;
	atomic_store_explicit(&jobs->waited_for, 0, memory_order_relaxed);
	*ret_result = &job->result;
	return 1;
}

void files_hash_jobs_answer(struct hash_jobs *jobs)
{
	jobs->answered++;
}

bool files_hash_jobs_is_for(const struct hash_jobs *jobs, const char *path, uint32_t length)
{
	const struct hash_job *job = job_at(jobs, jobs->answered);

	return job->length == length && memcmp(job->path, path, length) == 0;
}

bool files_hash_jobs_forget(struct hash_jobs *jobs)
{
	uint64_t n;

	while (take(jobs, &n))
		atomic_store(&job_at(jobs, n)->is_done, true);
	if (jobs->has_own)
		work_on_own(jobs);
	while (jobs->answered < atomic_load(&jobs->begun) &&
	       atomic_load(&job_at(jobs, jobs->answered)->is_done))
		jobs->answered++;
	return jobs->answered == atomic_load(&jobs->begun);
}
