/* A connection to an MQTT broker that is made again when it is lost. It never waits, but for a
 * thread of its own that looks up the broker's name: what there is to do is done in
 * mqtt_connection_turn, which is to be called when the connection's descriptor is readable. */
#ifndef PKD_MQTT_CONNECTION_H
#define PKD_MQTT_CONNECTION_H

#include "../base/retry.h"

#include <mosquitto.h>
#include <pkd/node.h>

enum { MQTT_REASON_SIZE = 200 };

enum mqtt_phase {
	MQTT_DIALLING, /* the thread is at work, until `due_ns` at most */
	MQTT_GREETING, /* there is a socket, and the broker has not answered yet; until then, too */
	MQTT_ONLINE,
	MQTT_OFFLINE, /* until `due_ns`; the thread may be at work still, for what was given up */
};

struct mqtt_options {
	const char *server;
	uint32_t port;  /* 0: the usual one */
	const char *id; /* "": any */
	bool keeps_session;
	const char *user, *password;
	bool tls;
	const char *ca;     /* a file of certificates; "": those of the system */
	const char *status; /* the topic that says whether the node is there; "": none */
	int64_t keepalive_ns, connect_ns, retry_max_ns;
};

struct mqtt_dial; /* the thread */

struct mqtt_connection {
	struct mqtt_options options;
	struct pkd_ctx *ctx; /* of the call at hand */
	struct mosquitto *mosquitto;
	struct mqtt_dial *dial;
	enum mqtt_phase phase;
	int64_t since_ns;   /* of the phase */
	int64_t due_ns;     /* when it ends if nothing comes */
	struct retry retry; /* the pauses between attempts */
	bool was_offline;   /* an attempt has failed, or a connection was lost */
	uint32_t n_connections;
	char reason[MQTT_REASON_SIZE]; /* that was told last; "" while it is online */
	int fd;                        /* readable when there is something to do */
	int timer_fd, socket_fd;       /* the latter -1: none */
	uint32_t watched;              /* for these events of epoll */
	int64_t timer_ns;              /* when the timer is due; 0: it is not set */
	bool is_connected;             /* the socket is, of a connection that is being made */
	int refused;                   /* what the broker has answered; 0: nothing */

	/* The owner's. is_refused: the broker does not give what was subscribed to. `published`: a
	 * message has reached the broker as its QoS wants it. */
	void *owner;
	void (*is_online)(void *owner);
	void (*is_lost)(void *owner);
	void (*is_refused)(void *owner);
	void (*message)(void *owner, const struct mosquitto_message *message);
	void (*published)(void *owner, int mid);
};

/* With options, owner and the functions filled in, of which some may be NULL. PKD_OK, or what
 * pkd_error said. */
int mqtt_connection_open(struct mqtt_connection *connection, struct pkd_ctx *ctx);

/* Does what there is to do, and reads as many packets as `max_packets`. */
void mqtt_connection_turn(struct mqtt_connection *connection, struct pkd_ctx *ctx, int max_packets);

/* Says goodbye, for which it waits 200 ms at most, and frees all. May be called after an open that
 * failed. */
void mqtt_connection_close(struct mqtt_connection *connection);

#endif
