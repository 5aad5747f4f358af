/* What the console has of this library: opening, taking connections, the thread, the end. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "web/clock.h"
#include "web/control.h"
#include "web/foxglove.h"
#include "web/lane.h"
#include "web/mjpeg.h"
#include "web/web.h"

/* How long the last messages may take, of the 100 ms that the console has. */
enum { END_MS = 60 };

/* An end that does not answer is found out: it is asked after so many seconds of silence, and given
 * up after so many. */
static const lws_retry_bo_t patience = {.secs_since_valid_ping = 8, .secs_since_valid_hangup = 12};

int pkdw_close(struct lws *wsi, enum lws_close_status status, const char *why)
{
	char text[124];
	size_t n = strnlen(why, sizeof(text) - 1);

	memcpy(text, why, n);
	lws_close_reason(wsi, status, (unsigned char *)text, n);
	return -1;
}

unsigned char *pkdw_room(struct pkdw_web *web, size_t n)
{
	if (web->n_room < LWS_PRE + n) {
		free(web->room);
		web->n_room = LWS_PRE + n + n / 4;
		web->room = malloc(web->n_room);
	}
	if (!web->room)
		web->n_room = 0;
	return web->room ? web->room + LWS_PRE : NULL;
}

/* ---- Connections ---- */

static void forget(struct pkdw_arrival *arrival)
{
	if (arrival->web->adopting == arrival)
		arrival->web->adopting = NULL;
	atomic_fetch_sub(&arrival->web->n_sockets, 1);
	free(arrival);
}

/* The request is answered in there already, and the connection may even be gone then. Where none is
 * returned, the socket was closed. */
static void take_one(struct pkdw_web *web, struct pkdw_arrival *arrival)
{
	const int yes = 1, waiting = PKDW_UNSENT;
	lws_sock_file_fd_type fd;
	struct lws *wsi;

	/* What waits here rather than in the kernel can still be dropped for what is newer. */
	setsockopt(arrival->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(arrival->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &waiting, sizeof(waiting));
	web->adopting = arrival;
	fd.sockfd = arrival->fd;
	if (arrival->stream != PKD_NONE)
		wsi = lws_adopt_descriptor_vhost(web->vhost, LWS_ADOPT_SOCKET, fd,
		                                 PKDW_MJPEG_PROTOCOL, NULL);
	else
		wsi = lws_adopt_socket_vhost_readbuf(web->vhost, arrival->fd, arrival->head,
		                                     arrival->n_head);
	if (web->adopting && wsi)
		lws_set_opaque_user_data(wsi, arrival);
	else if (web->adopting)
		forget(arrival);
	web->adopting = NULL;
}

static void take_arrivals(struct pkdw_web *web)
{
	struct pkdw_arrival *arrival, *next;

	pthread_mutex_lock(&web->lock);
	arrival = web->arrivals;
	web->arrivals = NULL;
	pthread_mutex_unlock(&web->lock);
	for (; arrival; arrival = next) {
		next = arrival->next;
		take_one(web, arrival);
	}
}

/* Of every connection, whatever it speaks, and of what is not a WebSocket: nothing is served here
 * but those. */
static int any_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                        size_t n)
{
	(void)user;
	(void)in;
	(void)n;
	switch ((int)reason) {
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		take_arrivals(pkdw_web_of(wsi));
		pkdw_encoders_take(pkdw_web_of(wsi));
		return 0;
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_ESTABLISHED:
		return -1;
	default:
		return 0;
	}
}

/* Each is told of the end of its own. */
static int with_end(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n, lws_callback_function *callback)
{
	struct pkdw_arrival *arrival = wsi ? lws_get_opaque_user_data(wsi) : NULL;

	if ((reason == LWS_CALLBACK_ESTABLISHED || reason == LWS_CALLBACK_RAW_ADOPT) && !arrival) {
		arrival = pkdw_web_of(wsi)->adopting;
		lws_set_opaque_user_data(wsi, arrival);
	}
	if (reason == LWS_CALLBACK_WSI_DESTROY && arrival) {
		lws_set_opaque_user_data(wsi, NULL);
		forget(arrival);
	}
	return callback(wsi, reason, user, in, n);
}

static int control(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t n)
{
	return with_end(wsi, reason, user, in, n, pkdw_control_callback);
}

static int foxglove(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
	return with_end(wsi, reason, user, in, n, pkdw_foxglove_callback);
}

static int mjpeg(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	return with_end(wsi, reason, user, in, n, pkdw_mjpeg_callback);
}

static int any(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	return with_end(wsi, reason, user, in, n, any_callback);
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = any},
	{.name = "pkd.v1",
         .callback = control,
         .per_session_data_size = sizeof(struct pkdw_control),
         .rx_buffer_size = 8192},
	{.name = "foxglove.websocket.v1",
         .callback = foxglove,
         .per_session_data_size = sizeof(struct pkdw_foxglove),
         .rx_buffer_size = 8192},
	{.name = "foxglove.sdk.v1",
         .callback = foxglove,
         .per_session_data_size = sizeof(struct pkdw_foxglove),
         .rx_buffer_size = 8192},
	{.name = PKDW_MJPEG_PROTOCOL,
         .callback = mjpeg,
         .per_session_data_size = sizeof(struct pkdw_mjpeg)},
	{.name = PKDW_LANE_PROTOCOL, .callback = pkdw_lane_callback},
	{.name = NULL},
};

/* ---- The thread ---- */

static void *serve(void *argument)
{
	struct pkdw_web *web = argument;

	while (!atomic_load(&web->ends) || atomic_load(&web->n_sockets) > 0)
		if (lws_service(web->context, 0) < 0)
			break;
	pkdw_encoders_end(web);
	return NULL;
}

static bool start(struct pkdw_web *web, const struct pkdi_web_host *host)
{
	if (web->is_started)
		return true;
	web->host = host;
	web->is_started = pthread_create(&web->thread, NULL, serve, web) == 0;
	return web->is_started;
}

/* ---- For the console ---- */

static void *open_web(void)
{
	struct pkdw_web *web = calloc(1, sizeof(*web));
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
		.user = web,
		.gid = -1,
		.uid = -1,
		/* And lanes that were left, which are closed a moment later. */
		.fd_limit_per_thread = 2 * (PKDI_WEB_SOCKETS + PKDI_WEB_LANES) + 16,
		.retry_and_idle_policy = &patience,
		.pt_serv_buf_size = 16384,
		.timeout_secs = 10,
		.vhost_name = "pkd",
	};

	if (!web)
		return NULL;
	lws_set_log_level(0, NULL);
	pthread_mutex_init(&web->lock, NULL);
	web->session_ns = pkdw_clock(CLOCK_REALTIME);
	web->context = lws_create_context(&info);
	if (web->context)
		web->vhost = lws_create_vhost(web->context, &info);
	if (web->vhost)
		return web;
	if (web->context)
		lws_context_destroy(web->context);
	free(web);
	return NULL;
}

static bool adopt(void *opened, const struct pkdi_web_host *host,
                  const struct pkdi_web_arrival *arrival)
{
	struct pkdw_web *web = opened;
	struct pkdw_arrival *own;

	if (atomic_load(&web->n_sockets) >= PKDI_WEB_SOCKETS || !start(web, host))
		return false;
	own = malloc(sizeof(*own) + arrival->n_head);
	if (!own)
		return false;
	own->web = web;
	own->fd = arrival->fd;
	own->is_read_only = arrival->is_read_only;
	own->stream = arrival->stream;
	own->limits = arrival->limits;
	own->n_head = arrival->n_head;
	memcpy(own->head, arrival->head, arrival->n_head);
	atomic_fetch_add(&web->n_sockets, 1);
	pthread_mutex_lock(&web->lock);
	own->next = web->arrivals;
	web->arrivals = own;
	pthread_mutex_unlock(&web->lock);
	lws_cancel_service(web->context);
	return true;
}

/* The console has closed its ends of all lanes: each socket is sent what was left in its own, and
 * closed. The process ends right after this, so a thread that is late is left alone. */
static bool close_web(void *opened)
{
	struct pkdw_web *web = opened;
	struct timespec until;

	if (!web || !web->is_started)
		return true;
	atomic_store(&web->ends, true);
	lws_cancel_service(web->context);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += END_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	return pthread_timedjoin_np(web->thread, NULL, &until) == 0;
}

static const char *const names[] = {"pkd.v1", "foxglove.sdk.v1", "foxglove.websocket.v1", NULL};

__attribute__((visibility("default"))) const struct pkdi_web_library pkdi_web_library;
const struct pkdi_web_library pkdi_web_library = {
	.abi = PKDI_WEB_LIBRARY_ABI,
	.program_abi = PKD_ABI,
	.files = pkdw_files,
	.protocols = names,
	.open = open_web,
	.adopt = adopt,
	.close = close_web,
};
