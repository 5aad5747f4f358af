/* A lane: a socket to the console, by which it answers one WebSocket in the lines of its
 * protocol. */
#ifndef PKDW_LANE_H
#define PKDW_LANE_H

#include "web/web.h"

/* Of libwebsockets; nobody can ask for it, as it is no token. */
#define PKDW_LANE_PROTOCOL "pkd lane"

struct pkdw_lane {
	struct lws *wsi;    /* of the lane; NULL: the console has closed it */
	struct lws *socket; /* that it is for */
	int fd;             /* that is read and written; `wsi` has a copy of it, to wait with */
	bool can_read;      /* something may be there, and is left for the socket to take */
	size_t n_in;        /* read, and not taken yet */
	size_t n_out;       /* not written yet */
	char in[PKDW_MAX_LINE];
	char out[PKDW_MAX_LINE];
};

/* NULL: there is none. When there is something to be read, `socket` is called when it can be
 * written to. */
struct pkdw_lane *pkdw_lane_create(struct pkdw_web *web, struct lws *socket, bool is_read_only);
void pkdw_lane_destroy(struct pkdw_lane *lane);

/* The next line, without its end, until the next call; NULL: there is none now. */
char *pkdw_lane_line(struct pkdw_lane *lane, size_t *ret_size);

/* Nothing comes any more. */
bool pkdw_lane_has_ended(const struct pkdw_lane *lane);

/* Sends a request as one line, whoever has written it: an end of a line in it becomes a space,
 * which is the same to JSON, as what stands behind one would be a request of its own. While a part
 * of it waits the lane is busy and takes no other, and the socket is not read from. False: it was
 * not taken. */
bool pkdw_lane_is_busy(const struct pkdw_lane *lane);
bool pkdw_lane_send(struct pkdw_lane *lane, const char *text, size_t n);

int pkdw_lane_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t n);

#endif
