/* Requests of HTTP: what a struct web answers them. */
#ifndef PKD_NET_WEB_HTTP_H
#define PKD_NET_WEB_HTTP_H

#include "web.h"

/* What libwebsockets' callbacks return. */
int web_http_answer(struct web *web, struct lws *wsi, struct web_peer *peer, const char *path);
/* A piece of what was answered. */
int web_http_send(struct web *web, struct web_peer *peer);
/* The connection has gone. */
void web_http_let_go(struct web_peer *peer);

#endif
