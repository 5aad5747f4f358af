/* The subprotocol pkd.v1: each text message is a line of the console's protocol, in both
 * directions. A WebSocket is one client of the console. */
#ifndef PKDW_CONTROL_H
#define PKDW_CONTROL_H

#include "web/web.h"

struct pkdw_control {
	struct pkdw_lane *lane;
	size_t n; /* of a message that is not whole */
	char *text;
};

int pkdw_control_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                          size_t n);

#endif
