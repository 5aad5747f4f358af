/* What a request wants of a server of pictures: which answer, and what the pictures are to be. */
#ifndef PKD_NET_WISH_H
#define PKD_NET_WISH_H

#include "request.h"

enum net_action {
	NET_PAGE,
	NET_STREAM,
	NET_SNAPSHOT,
	NET_COMMAND,
	NET_SETTINGS,
	NET_CONFIG,
	NET_REFUSED,
};

/* 0: the server's own, of each. */
struct net_wish {
	uint32_t width, height;
	uint32_t fps, quality;
	bool is_ahead; /* a picture's end is sent with it, not with the next one */
};

enum { NET_WRONG_SIZE = 200 };

/* `wrong` says why it is refused, with the status. Unknown keys count for nothing: programs add
 * some against caches. */
enum net_action net_wish_read(const struct net_request *request, struct net_wish *ret_wish,
                              int *ret_status, char wrong[NET_WRONG_SIZE]);

#endif
