/* The server of --serve: HTTP/1.1, GET and HEAD only, for who has the token. Like the console's
 * other clients, none of these holds up another one, and how many there are and how long each may
 * take has a limit. */
#ifndef PKDI_WEB_H
#define PKDI_WEB_H

#include <poll.h>

#include "console/serve.h"
#include "console/web_open.h"
#include "run/run.h"

enum { PKDI_WEB_CLIENTS = 16, PKDI_WEB_FDS = 1 + PKDI_WEB_CLIENTS };

/* How long a request may take to come, from the connection or its first byte on; how long an answer
 * may wait for its reader to take some of it; how long a connection may be without a request. */
#define PKDI_WEB_REQUEST_NS INT64_C(10000000000)
#define PKDI_WEB_ANSWER_NS INT64_C(10000000000)
#define PKDI_WEB_IDLE_NS INT64_C(120000000000)

struct pkdi_web;

/* What has the page and the WebSockets, and what the console lends to it. */
struct pkdi_web_parts {
	const struct pkdi_web_part *part;
	const struct pkdi_web_host *host;
};

/* NULL: there is not enough memory. `serve`, and what `parts` points at, must live as long. */
struct pkdi_web *pkdi_web_create(const struct pkdi_run *run, const struct pkdi_serve *serve,
                                 struct pkdi_web_parts parts);

/* Closes its connections. Takes NULL. */
void pkdi_web_destroy(struct pkdi_web *web);

/* What it waits for, and until when at most; 0 = for ever. */
int64_t pkdi_web_watch(const struct pkdi_web *web, struct pollfd fds[PKDI_WEB_FDS]);

/* Goes on with all that poll has found, and closes what has taken too long. */
void pkdi_web_look(struct pkdi_web *web, const struct pollfd fds[PKDI_WEB_FDS], int64_t now_ns);

#endif
