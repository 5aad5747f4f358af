/* A node's own threads. They take no signals: those are the process's. */
#ifndef PKD_BASE_THREAD_H
#define PKD_BASE_THREAD_H

#include <pthread.h>
#include <signal.h>

/* 0 or a negative errno. */
static inline int thread_start(pthread_t *ret_thread, void *(*run)(void *), void *context)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(ret_thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

#endif
