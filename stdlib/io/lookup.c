#define _GNU_SOURCE
#include "lookup.h"

#include "../base/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct io_lookup {
	struct io_address address;
	int type;
	int done_fd;
	atomic_int n_holders; /* the node, and the thread */
	atomic_bool is_done;  /* what is below counts */
	int error;            /* as of getaddrinfo */
	int system_error;     /* with EAI_SYSTEM: errno, of the thread that looked */
	struct addrinfo *list;
};

static void look(struct io_lookup *lookup, int flags)
{
	const struct addrinfo hints = {.ai_socktype = lookup->type,
	                               .ai_flags = flags | AI_NUMERICSERV};

	lookup->error = getaddrinfo(*lookup->address.host ? lookup->address.host : NULL,
	                            lookup->address.port, &hints, &lookup->list);
	lookup->system_error = errno;
}

static void done(struct io_lookup *lookup)
{
	const uint64_t one = 1;

	atomic_store(&lookup->is_done, true);
	/* It is never so full that this could fail. */
	if (write(lookup->done_fd, &one, sizeof(one)) < 0)
		return;
}

static void let_go(struct io_lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->n_holders, 1) > 1)
		return;
	if (lookup->list)
		freeaddrinfo(lookup->list);
	close(lookup->done_fd);
	free(lookup);
}

static void *run(void *context)
{
	struct io_lookup *lookup = context;

	look(lookup, 0);
	done(lookup);
	let_go(lookup);
	return NULL;
}

static int start_thread(struct io_lookup *lookup)
{
	pthread_t thread;
	int error;

	atomic_store(&lookup->n_holders, 2);
	error = thread_start(&thread, run, lookup);
	if (error)
		atomic_store(&lookup->n_holders, 1);
	else
		pthread_detach(thread);
	return error;
}

int io_lookup_start(const struct io_address *address, int type, struct io_lookup **ret_lookup)
{
	struct io_lookup *lookup = calloc(1, sizeof(*lookup));
	int r = 0;

	if (!lookup)
		return -ENOMEM;
	lookup->address = *address;
	lookup->type = type;
	atomic_init(&lookup->n_holders, 1);
	lookup->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lookup->done_fd < 0) {
		r = -errno;
		free(lookup);
		return r;
	}
	look(lookup, AI_NUMERICHOST | (*address->host ? 0 : AI_PASSIVE));
	if (lookup->error == EAI_NONAME && *address->host)
		r = start_thread(lookup);
	else
		done(lookup);
	if (r < 0)
		let_go(lookup);
	else
		*ret_lookup = lookup;
	return r;
}

int io_lookup_fd(const struct io_lookup *lookup)
{
	return lookup->done_fd;
}

int io_lookup_answer(struct io_lookup *lookup, const struct addrinfo **ret_list,
                     const char **ret_reason)
{
	if (!atomic_load(&lookup->is_done))
		return 0;
	if (lookup->error) {
		*ret_reason = lookup->error == EAI_SYSTEM ? strerror(lookup->system_error)
		                                          : gai_strerror(lookup->error);
		return -1;
	}
	*ret_list = lookup->list;
	return 1;
}

void io_lookup_leave(struct io_lookup *lookup)
{
	if (lookup)
		let_go(lookup);
}
