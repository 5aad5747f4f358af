/* See dial.h. */
#include "dial.h"

#include "../base/thread.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mqtt_dial {
	struct mosquitto *mosquitto; /* what is left of it is freed with the dial */
	char *server;
	int port, keepalive;
	int fd;
	int result, error;
	atomic_int n_holders; /* the node, and the thread */
};

static void release(struct mqtt_dial *dial)
{
	if (dial->mosquitto)
		mosquitto_destroy(dial->mosquitto);
	if (dial->fd >= 0)
		close(dial->fd);
	free(dial->server);
	free(dial);
}

static void let_go(struct mqtt_dial *dial)
{
	if (atomic_fetch_sub(&dial->n_holders, 1) == 1)
		release(dial);
}

static void *run(void *context)
{
	struct mqtt_dial *dial = context;
	const uint64_t one = 1;

	errno = 0;
	dial->result = mosquitto_connect_async(dial->mosquitto, dial->server, dial->port,
	                                       dial->keepalive);
	dial->error = errno;
	while (write(dial->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	let_go(dial);
	return NULL;
}

static bool start(struct mqtt_dial *dial)
{
	pthread_t thread;

	atomic_init(&dial->n_holders, 2);
	if (!dial->server || dial->fd < 0 || thread_start(&thread, run, dial) < 0)
		return false;
	pthread_detach(thread);
	return true;
}

struct mqtt_dial *mqtt_dial_start(struct mosquitto *mosquitto, const char *server, int port,
                                  int keepalive)
{
	struct mqtt_dial *dial = calloc(1, sizeof(*dial));

	if (!dial)
		return NULL;
	dial->mosquitto = mosquitto;
	dial->server = strdup(server);
	dial->port = port;
	dial->keepalive = keepalive;
	dial->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (start(dial))
		return dial;
	dial->mosquitto = NULL;
	release(dial);
	return NULL;
}

int mqtt_dial_fd(const struct mqtt_dial *dial)
{
	return dial->fd;
}

bool mqtt_dial_is_done(struct mqtt_dial *dial, int *ret_result, int *ret_errno)
{
	struct pollfd done = {.fd = dial->fd, .events = POLLIN};

	if (poll(&done, 1, 0) <= 0)
		return false;
	*ret_result = dial->result;
	*ret_errno = dial->error;
	dial->mosquitto = NULL;
	let_go(dial);
	return true;
}

void mqtt_dial_leave(struct mqtt_dial *dial)
{
	let_go(dial);
}
