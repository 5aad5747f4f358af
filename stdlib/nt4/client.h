/* What a client of NetworkTables 4 says to a server, and hears from it. It takes frames and makes
 * frames. No sockets, no clock, nothing of pkd. Times are microseconds, of the client where nothing
 * else is said.
 *
 * A connection begins with a measurement of the round trip; before its answer nothing else is said,
 * so no value has a time that the server has not. Then what is published and subscribed to is said,
 * each time anew. */
#ifndef PKD_NT4_CLIENT_H
#define PKD_NT4_CLIENT_H

#include "buffer.h"
#include "wire.h"

struct nt4_published {
	char *name, *type;
	bool is_meant;           /* the owner wants it to be there */
	bool is_said;            /* the server was told */
	bool has_value;          /* to be sent */
	int64_t time_us;         /* of the client */
	struct nt4_buffer value; /* MessagePack, good for its type */
};

struct nt4_subscribed {
	char *name;
	bool is_announced;
	int64_t id;
	int code;
};

struct nt4_client {
	struct nt4_published *published; /* number k has the uid k */
	uint32_t n_published;
	struct nt4_subscribed *subscribed;
	uint32_t n_subscribed;
	int64_t period_us;
	bool wants_all;
	bool is_open;          /* there is a connection */
	bool is_ready;         /* the server's time is known */
	bool has_asked;        /* its answer is awaited */
	int64_t asked_us;      /* when the round trip was measured last */
	int64_t offset_us;     /* the server's time less the client's */
	int64_t best_us;       /* the shortest round trip of this connection */
	int64_t best_since_us; /* when that was measured */
	struct nt4_buffer text, binary;

	/* The owner's. Both may be NULL. A value is MessagePack, good for the topic's type. */
	void *owner;
	void (*value)(void *owner, uint32_t k, int code, int64_t time_us, const char *value,
	              size_t n);
	void (*announced)(void *owner, uint32_t k, const char *type, bool is_there);
};

void nt4_client_free(struct nt4_client *client);

/* Topics that may be published, and such as are wanted: to be said before the first connection. The
 * number is that in the calls below; -1: no memory. */
int nt4_client_add_published(struct nt4_client *client, const char *name, const char *type);
int nt4_client_add_subscribed(struct nt4_client *client, const char *name);

/* From now on the topic has this value, and is published if it was not. Only the newest one is kept
 * while there is no connection. */
void nt4_client_put(struct nt4_client *client, uint32_t k, int64_t time_us, const char *value,
                    size_t n);
/* The topic is published no more; what is to be sent of it is not. */
void nt4_client_withdraw(struct nt4_client *client, uint32_t k);

/* From now on it is published as this type, once its next value is put. False: no memory. */
bool nt4_client_retype(struct nt4_client *client, uint32_t k, const char *type);

/* ---- A connection ---- */

void nt4_client_open(struct nt4_client *client, int64_t now_us);
void nt4_client_close(struct nt4_client *client);
/* False: the frame is damaged. */
bool nt4_client_text(struct nt4_client *client, const char *text, size_t n);
bool nt4_client_binary(struct nt4_client *client, const char *data, size_t n, int64_t now_us);

/* Measures the round trip again. */
void nt4_client_measure(struct nt4_client *client, int64_t now_us);

/* The next frame, put into the empty `frame`. False: there is none. */
bool nt4_client_frame(struct nt4_client *client, struct nt4_buffer *frame, bool *ret_is_text);
bool nt4_client_has_frame(const struct nt4_client *client);

#endif
