#include "web/mjpeg.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

/* A browser shows a picture when the next part has begun: its head is sent right behind. */
#define PART "\r\n--picture\r\nContent-Type: image/jpeg\r\n\r\n"
static const char head[] = "HTTP/1.1 200 OK\r\n"
			   "Content-Type: multipart/x-mixed-replace; boundary=picture\r\n"
			   "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
			   "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n" PART;

static const char refusal[] =
	"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
	"Cache-Control: no-store\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
	"too many different pictures are looked at\n";

/* No longer than this, or whoever takes nothing is closed. */
enum { PATIENCE_SECONDS = 10 };

/* Who vanishes without a word while nothing is to be sent, such as a stream that stands still, is
 * asked after so many seconds, and every second after that. */
enum { SILENCE_SECONDS = 8, QUESTIONS = 4 };

static void find_out_end(int fd)
{
	const int yes = 1, silence = SILENCE_SECONDS, second = 1, questions = QUESTIONS;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &silence, sizeof(silence));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof(second));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &questions, sizeof(questions));
}

static void take(struct pkdw_viewer *viewer, struct pkdw_message *message)
{
	struct pkdw_mjpeg *mjpeg = lws_container_of(viewer, struct pkdw_mjpeg, viewer);

	pkdw_message_let_go(mjpeg->pending);
	mjpeg->pending = pkdw_message_keep(message);
	lws_callback_on_writable(mjpeg->wsi);
}

static int begin(struct lws *wsi, struct pkdw_mjpeg *mjpeg)
{
	const struct pkdw_arrival *arrival = lws_get_opaque_user_data(wsi);
	struct pkdw_wish wish;

	if (!arrival)
		return -1;
	*mjpeg = (struct pkdw_mjpeg){.web = arrival->web, .wsi = wsi, .viewer = {.take = take}};
	wish = pkdw_wish_make(arrival->stream, PKDW_JPEG, &arrival->limits);
	mjpeg->is_refused = !pkdw_encoder_join(arrival->web, &wish, &mjpeg->viewer);
	find_out_end(arrival->fd);
	lws_callback_on_writable(wsi);
	return 0;
}

static int send_all(struct pkdw_mjpeg *mjpeg, const void *data, size_t n, const char *behind)
{
	size_t n_behind = strlen(behind);
	unsigned char *room = pkdw_room(mjpeg->web, n + n_behind);

	if (!room)
		return -1;
	memcpy(room, data, n);
	memcpy(room + n, behind, n_behind);
	lws_set_timeout(mjpeg->wsi, PENDING_TIMEOUT_USER_OK, PATIENCE_SECONDS);
	return lws_write(mjpeg->wsi, room, n + n_behind, LWS_WRITE_RAW) < 0 ? -1 : 0;
}

static int send_next(struct pkdw_mjpeg *mjpeg)
{
	struct pkdw_message *message = mjpeg->pending;
	int r;

	lws_set_timeout(mjpeg->wsi, NO_PENDING_TIMEOUT, 0);
	if (mjpeg->is_refused && mjpeg->has_begun)
		return -1;
	if (mjpeg->is_refused) {
		mjpeg->has_begun = true;
		r = send_all(mjpeg, refusal, sizeof(refusal) - 1, "");
		lws_callback_on_writable(mjpeg->wsi);
		return r;
	}
	if (!mjpeg->has_begun) {
		mjpeg->has_begun = true;
		r = send_all(mjpeg, head, sizeof(head) - 1, "");
		lws_callback_on_writable(mjpeg->wsi);
		return r;
	}
	if (atomic_load(&mjpeg->web->ends))
		return -1;
	if (!message)
		return 0;
	mjpeg->pending = NULL;
	r = send_all(mjpeg, message->data + message->picture_at, message->n_picture, PART);
	pkdw_message_let_go(message);
	if (mjpeg->viewer.encoder)
		pkdw_encoder_want(mjpeg->viewer.encoder);
	/* Called again once all has gone. */
	lws_callback_on_writable(mjpeg->wsi);
	return r;
}

static void end(struct pkdw_mjpeg *mjpeg)
{
	if (mjpeg->web)
		pkdw_encoder_leave(&mjpeg->viewer);
	pkdw_message_let_go(mjpeg->pending);
	*mjpeg = (struct pkdw_mjpeg){.web = NULL};
}

int pkdw_mjpeg_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                        size_t n)
{
	struct pkdw_mjpeg *mjpeg = user;

	(void)in;
	(void)n;
	switch ((int)reason) {
	case LWS_CALLBACK_RAW_ADOPT:
		return begin(wsi, mjpeg);
	case LWS_CALLBACK_RAW_WRITEABLE:
		return mjpeg->web ? send_next(mjpeg) : -1;
	case LWS_CALLBACK_RAW_CLOSE:
		end(mjpeg);
		return 0;
	default:
		return 0; /* what it sends does not matter any more */
	}
}
