/* libpkd_web.so: one thread serves all WebSockets by libwebsockets. What it knows of the program it
 * asks the console, over sockets of its own, and sees in the streams. */
#ifndef PKDW_WEB_H
#define PKDW_WEB_H

#include <libwebsockets.h>
#include <pthread.h>
#include <stdatomic.h>

#include "console/web_library.h"

enum {
	PKDW_MAX_LINE = 65536, /* of the console's protocol, with its end */
	PKDW_UNSENT = 65536,   /* bytes that a socket takes before its client has them */
};

/* A connection that the server has handed over, from then on until it is closed. */
struct pkdw_arrival {
	struct pkdw_arrival *next;
	struct pkdw_web *web;
	bool is_read_only;
	uint32_t stream; /* PKD_NONE: a WebSocket */
	struct pkdi_web_limits limits;
	int fd;
	size_t n_head;
	char head[];
};

struct pkdw_web {
	struct lws_context *context;
	struct lws_vhost *vhost;
	const struct pkdi_web_host *host;
	pthread_t thread;
	bool is_started;
	atomic_bool ends; /* no more is taken; its sockets are sent what there is */
	atomic_uint n_sockets;
	/* What is looked at, and what there is to be; of the thread. */
	struct pkdw_encoder *encoders;
	struct pkdw_encoder
		*left; /* nobody looks at these any more, and their threads are ending */
	struct pkdw_value *values;
	struct pkdw_channels *channels; /* NULL: not made yet */
	int64_t session_ns;             /* when it was opened */
	lws_sorted_usec_list_t look_timer;
	unsigned char *room; /* see pkdw_room */
	size_t n_room;

	pthread_mutex_t lock;
	struct pkdw_arrival *adopting; /* handed to libwebsockets just now; of the thread */
	struct pkdw_arrival *arrivals; /* not taken yet, the last one first; under the lock */
};

static inline struct pkdw_web *pkdw_web_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* Room for a message of `n` bytes, behind what libwebsockets puts before it, until the next call.
 * NULL: no memory. */
unsigned char *pkdw_room(struct pkdw_web *web, size_t n);

/* Closes the WebSocket with a status, from its own callback: returned from there. */
int pkdw_close(struct lws *wsi, enum lws_close_status status, const char *why);

/* Of the page, made by embed.sh; without a path behind the last one. */
extern const struct pkdi_web_file pkdw_files[];

#endif
