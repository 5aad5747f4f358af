#include "web/control.h"

#include <stdlib.h>
#include <string.h>

#include "web/lane.h"

static int begin(struct lws *wsi, struct pkdw_control *control)
{
	const struct pkdw_arrival *arrival = lws_get_opaque_user_data(wsi);

	*control = (struct pkdw_control){.text = malloc(PKDW_MAX_LINE)};
	if (control->text && arrival)
		control->lane = pkdw_lane_create(arrival->web, wsi, arrival->is_read_only);
	return control->lane ? 0 : -1;
}

static void end(struct pkdw_control *control)
{
	pkdw_lane_destroy(control->lane);
	free(control->text);
	*control = (struct pkdw_control){.lane = NULL};
}

static int receive(struct lws *wsi, struct pkdw_control *control, const char *in, size_t n)
{
	if (lws_frame_is_binary(wsi))
		return pkdw_close(wsi, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "a message is text");
	if (lws_is_first_fragment(wsi))
		control->n = 0;
	if (n >= PKDW_MAX_LINE - control->n)
		return pkdw_close(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
		                  "a message has at most 65535 bytes");
	memcpy(control->text + control->n, in, n);
	control->n += n;
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return 0;
	pkdw_lane_send(control->lane, control->text, control->n);
	control->n = 0;
	return 0;
}

/* One line at a time: libwebsockets asks again when the last one has gone. */
static int send_next(struct lws *wsi, struct pkdw_control *control)
{
	struct pkdw_web *web = pkdw_web_of(wsi);
	unsigned char *room;
	size_t n;
	const char *line = pkdw_lane_line(control->lane, &n);

	if (!line)
		return pkdw_lane_has_ended(control->lane)
		               ? pkdw_close(wsi, LWS_CLOSE_STATUS_GOINGAWAY,
		                            "the program has ended")
		               : 0;
	room = pkdw_room(web, n);
	if (!room)
		return -1;
	memcpy(room, line, n);
	if (lws_write(wsi, room, n, LWS_WRITE_TEXT) < (int)n)
		return -1;
	lws_callback_on_writable(wsi);
	return 0;
}

int pkdw_control_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                          size_t n)
{
	struct pkdw_control *control = user;

	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return begin(wsi, control);
	case LWS_CALLBACK_RECEIVE:
		return control->lane ? receive(wsi, control, in, n) : -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return control->lane ? send_next(wsi, control) : -1;
	case LWS_CALLBACK_CLOSED:
		end(control);
		return 0;
	default:
		return 0;
	}
}
