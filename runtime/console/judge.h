/* Who may ask the server of --serve. */
#ifndef PKDI_JUDGE_H
#define PKDI_JUDGE_H

#include "console/http.h"
#include "console/serve.h"

enum pkdi_may {
	PKDI_MAY_NOTHING,
	PKDI_MAY_VIEW, /* look, and change nothing */
	PKDI_MAY_ALL,
};

/* Whether the host is the address that this connection was made to. */
bool pkdi_judge_host(int fd, const struct pkdi_http_text *host);

/* Whether it is a page of this server that asks, one that may, or none. */
bool pkdi_judge_origin(const struct pkdi_serve *serve, const struct pkdi_http *http);

enum pkdi_may pkdi_judge_token(const struct pkdi_serve *serve, const struct pkdi_http *http);

#endif
