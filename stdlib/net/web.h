/* A small server of HTTP and WebSocket: who may come, what each is sent, and how long that may
 * take. What there is at which path is its owner's affair. Nothing here waits. */
#ifndef PKD_NET_WEB_H
#define PKD_NET_WEB_H

#include "../nt4/loop.h"

enum {
	WEB_PATH_SIZE = 512,
	WEB_PRE = 16, /* bytes before a message that the library writes */
};

/* What is sent as it is. It stays the owner's until it is let go. */
struct web_content {
	const char *type;    /* of HTTP; of a message NULL: text, else binary */
	const uint8_t *data; /* of a message WEB_PRE bytes before it may be written */
	size_t n;
	void (*let_go)(void *of); /* NULL: it lives as long as the server */
	void *of;
};

struct web_peer {
	struct web_peer *next;
	struct lws *wsi;
	bool is_socket;   /* of WebSocket; else a request of HTTP */
	bool has_more;    /* to be sent */
	int64_t taken_ns; /* when it last took something, or had nothing to take */
	struct web_content content;
	size_t done; /* of the content of HTTP */
	void *of;    /* the owner's, of a WebSocket */
	char address[64];
};

struct web_owner {
	/* 0 and the content, or a status of HTTP. */
	int (*get)(void *owner, struct web_peer *peer, const char *path,
	           struct web_content *ret_content);
	/* Whether the path is there for anybody: the program's own, without what it shows. */
	bool (*is_public)(void *owner, const char *path);
	/* Of WebSocket, or NULL. 0, or a status of HTTP; then whether there is room. */
	int (*may_join)(void *owner, const char *path);
	bool (*join)(void *owner, struct web_peer *peer, const char *path);
	/* The next message; false: there is none now. */
	bool (*message)(void *owner, struct web_peer *peer, struct web_content *ret_content);
	void (*leave)(void *owner, struct web_peer *peer);
};

struct web_options {
	const char *host; /* an address in digits */
	uint32_t port;
	const char *token;   /* "": none is asked for */
	const char *origins; /* of pages elsewhere that may read, as nt4.server has it */
	uint32_t max_clients;
	int64_t stall_ns;
};

struct web {
	struct nt4_loop loop;
	struct web_options options;
	const struct web_owner *owner;
	void *of;
	struct pkd_ctx *ctx; /* of the call at hand */
	struct lws *asking;  /* of the request at hand */
	struct web_peer *peers;
	uint32_t n_sockets, n_connections;
	uint16_t port;
	bool is_local;
	int64_t tick_ns; /* when those that take nothing are looked at next */
	uint64_t n_sent, n_bytes;
	uint64_t n_foreign, n_unknown, n_refused, n_stalled; /* each is told once */
};

/* 0, or what pkd_error returns: then nothing is open. The node watches the loop from then on, and
 * its `ready` calls web_turn. The strings live as long. */
int web_open(struct web *web, const struct web_options *options, const struct web_owner *owner,
             void *of, struct pkd_ctx *ctx);
void web_close(struct web *web);

/* Notes where it is, in the call that has opened it: `what` ends with the scheme, "the pictures are
 * at http"; who reaches it without a token sees `seen`, "them". */
void web_tell(const struct web *web, const char *what, const char *path, const char *seen);

/* To be called when web->loop.fd is readable, and when there is something to send: `web_has_news`
 * of a peer before it. */
void web_turn(struct web *web, struct pkd_ctx *ctx);
void web_has_news(struct web_peer *peer);

/* Of the request at hand, in get, may_join and join: the value of a key, "" where it is missing. */
void web_query(struct web *web, const char *key, char *value, size_t size);

/* What a page may be called, as a path of a stream: letters, digits, '-', '_' and '.'. */
bool web_is_name(const char *name);

#endif
