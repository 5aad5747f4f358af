/* A stream of images as MJPEG over HTTP: a picture after the other, for whoever can do no more. */
#ifndef PKDW_MJPEG_H
#define PKDW_MJPEG_H

#include "web/encoder.h"
#include "web/web.h"

/* Of libwebsockets; nobody can ask for it, as it is no token. */
#define PKDW_MJPEG_PROTOCOL "pkd mjpeg"

struct pkdw_mjpeg {
	struct pkdw_web *web;
	struct lws *wsi;
	struct pkdw_viewer viewer;
	struct pkdw_message *pending; /* the newest, while the one before is on its way */
	bool has_begun;
	bool is_refused; /* as many pictures are looked at as can be */
};

int pkdw_mjpeg_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                        size_t n);

#endif
