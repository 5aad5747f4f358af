/* From whose page a request comes, as far as its lines tell. */
#ifndef PKD_NET_SITE_H
#define PKD_NET_SITE_H

#include "request.h"

/* Whether it is meant for a server that is known on its own machine only, as localhost or by its
 * address. */
bool net_is_for_local(const struct net_request *request);

/* Whether no page of another site can have made a browser ask. */
bool net_is_of_ours(const struct net_request *request);

#endif
