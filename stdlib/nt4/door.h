/* Who may come in to a server of NetworkTables, and whether there is a door. */
#ifndef PKD_NT4_DOOR_H
#define PKD_NT4_DOOR_H

#include "listen.h"

/* The client's name, behind /nt/, in `path`; NULL: it asks for another address. */
const char *nt4_door_name(struct lws *wsi, char *path, int size);

/* 0: welcome; 1: an answer has said no; -1: none could. */
int nt4_door_confirm(struct nt4_listen *listen, struct lws *wsi);

/* Whether it can be listened at, which the library does not tell; a port that is taken is waited
 * for. PKD_OK, or what pkd_error returns. */
int nt4_door_check(const char *host, uint32_t port, int64_t grace_ns, struct pkd_ctx *ctx);

#endif
