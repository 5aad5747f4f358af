#include "web/lane.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct pkdw_lane *pkdw_lane_create(struct pkdw_web *web, struct lws *socket, bool is_read_only)
{
	struct pkdw_lane *lane = calloc(1, sizeof(*lane));
	lws_sock_file_fd_type fd;

	if (!lane)
		return NULL;
	lane->socket = socket;
	lane->fd = web->host->connect(web->host->console, is_read_only);
	/* libwebsockets closes its own at the first sign of an end, whatever is left to be read. */
	fd.filefd = lane->fd < 0 ? -1 : fcntl(lane->fd, F_DUPFD_CLOEXEC, 0);
	if (fd.filefd >= 0)
		lane->wsi = lws_adopt_descriptor_vhost(web->vhost, LWS_ADOPT_RAW_FILE_DESC, fd,
		                                       PKDW_LANE_PROTOCOL, NULL);
	if (!lane->wsi) {
		if (fd.filefd >= 0)
			close(fd.filefd);
		if (lane->fd >= 0)
			close(lane->fd);
		free(lane);
		return NULL;
	}
	lws_set_opaque_user_data(lane->wsi, lane);
	return lane;
}

void pkdw_lane_destroy(struct pkdw_lane *lane)
{
	if (!lane)
		return;
	if (lane->wsi) {
		lws_set_opaque_user_data(lane->wsi, NULL);
		lws_set_timeout(lane->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	}
	close(lane->fd);
	free(lane);
}

/* ---- From the console ---- */

static char *find_line(struct pkdw_lane *lane, size_t *ret_size)
{
	static char line[PKDW_MAX_LINE];
	char *end = memchr(lane->in, '\n', lane->n_in);

	if (!end)
		return NULL;
	*ret_size = (size_t)(end - lane->in);
	memcpy(line, lane->in, *ret_size);
	lane->n_in -= *ret_size + 1;
	memmove(lane->in, end + 1, lane->n_in);
	return line;
}

char *pkdw_lane_line(struct pkdw_lane *lane, size_t *ret_size)
{
	char *line = find_line(lane, ret_size);
	ssize_t n;

	if (line || !lane->can_read)
		return line;
	n = recv(lane->fd, lane->in + lane->n_in, sizeof(lane->in) - lane->n_in, MSG_DONTWAIT);
	if (n > 0) {
		lane->n_in += (size_t)n;
		line = find_line(lane, ret_size);
		if (line)
			return line;
	}
	lane->can_read = n > 0 && !lane->wsi;
	if (lane->wsi)
		lws_rx_flow_control(lane->wsi, 1);
	return NULL;
}

bool pkdw_lane_has_ended(const struct pkdw_lane *lane)
{
	return !lane->wsi && !lane->can_read;
}

/* What is there is left there until the socket has taken what came before. */
static int can_read(struct pkdw_lane *lane)
{
	char byte;

	lane->can_read = true;
	if (recv(lane->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		return -1;
	lws_rx_flow_control(lane->wsi, 0);
	lws_callback_on_writable(lane->socket);
	return 0;
}

/* ---- To the console ---- */

static int write_more(struct pkdw_lane *lane)
{
	ssize_t n = send(lane->fd, lane->out, lane->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (n > 0) {
		lane->n_out -= (size_t)n;
		memmove(lane->out, lane->out + n, lane->n_out);
	}
	if (lane->n_out)
		lws_callback_on_writable(lane->wsi);
	else
		lws_rx_flow_control(lane->socket, 1);
	return 0;
}

bool pkdw_lane_is_busy(const struct pkdw_lane *lane)
{
	return lane->n_out > 0;
}

bool pkdw_lane_send(struct pkdw_lane *lane, const char *text, size_t n)
{
	if (!lane->wsi || lane->n_out || n >= sizeof(lane->out))
		return false;
	for (size_t i = 0; i < n; i++)
		lane->out[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
	lane->out[n] = '\n';
	lane->n_out = n + 1;
	write_more(lane);
	if (lane->n_out)
		lws_rx_flow_control(lane->socket, 0);
	return true;
}

int pkdw_lane_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t n)
{
	struct pkdw_lane *lane = lws_get_opaque_user_data(wsi);

	(void)user;
	(void)in;
	(void)n;
	if (!lane)
		return 0;
	switch ((int)reason) {
	case LWS_CALLBACK_RAW_RX_FILE:
		return can_read(lane);
	case LWS_CALLBACK_RAW_WRITEABLE_FILE:
		return lane->n_out ? write_more(lane) : 0;
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		lane->wsi = NULL;
		lane->can_read = true;
		lws_set_opaque_user_data(wsi, NULL);
		lws_callback_on_writable(lane->socket);
		return 0;
	default:
		return 0;
	}
}
