/* The clients of net.mjpeg: who is connected, what each has asked for, and what each is sent.
 *
 * A client has at most one answer or picture on its way, and the kernel little that it has not
 * sent: who reads slowly gets fewer pictures and no old ones, and costs no more memory. All is done
 * in net_server_go; whatever may have happened, it finds out what. */
#ifndef PKD_NET_SERVER_H
#define PKD_NET_SERVER_H

#include "../io/address.h"
#include "budget.h"
#include "jpegs.h"
#include "wish.h"

#include <pkd/node.h>

enum {
	NET_SPARE = 32, /* connections beside those that watch */
	NET_OUT_SIZE = 6144,
};

/* What epoll tells of is a client by its place, or one of these. */
#define NET_LISTENER UINT32_MAX
#define NET_TIMER (UINT32_MAX - 1)

enum net_phase {
	NET_FREE,
	NET_READING,   /* a request is to come */
	NET_ANSWERING, /* a text is on its way */
	NET_WAITING,   /* for one picture */
	NET_ASKING,    /* what becomes of its command */
	NET_WATCHING,
	NET_LEAVING, /* all is sent, and it may read it before the connection ends */
};

struct net_client {
	int fd;
	enum net_phase phase;
	int64_t since_ns; /* of the phase */
	uint32_t events;
	char address[IO_ADDRESS_SIZE];

	char in[NET_REQUEST_SIZE];
	size_t n_in;
	uint32_t body; /* bytes of it that are still to come, and are left out */
	bool keeps_alive, is_head;
	struct net_wish wish;

	/* On its way: a text, a JPEG, a text. */
	char out[NET_OUT_SIZE];
	size_t n_out;
	struct net_jpeg *jpeg;
	const char *tail;
	size_t done;
	int64_t taken_ns; /* when it last took some of it */

	/* Of one who waits or watches. */
	uint32_t number;
	uint64_t picture; /* of which number it has got the last */
	int64_t sent_ns;  /* when that began */
	int64_t next_ns;  /* before that it wants no other */
	size_t size;      /* of it, bytes */
	double paid;      /* bits; who has got least is next */
	bool is_held;     /* it has not got the newest, for want of bandwidth or room */
	int64_t skips_ns; /* before that it has missed no other */
	bool has_no_room; /* of the kernel's: it reads slowly */
};

/* What the parameters of its node say. */
struct net_options {
	const char *host, *name;
	uint32_t port, max_clients;
	int64_t stalled_after, stall, grace;
	bool commands;
	bool forwards;                  /* JPEGs as they come: of one size and quality */
	uint32_t format, width, height; /* of frames at most; of the card, where it forwards */
	/* Live; kept up to date by the node. */
	uint32_t fps, quality, bandwidth;
};

struct net_server {
	struct net_options options;
	struct net_jpegs *jpegs;
	struct net_budget budget;
	struct net_wish usual; /* of those who do not say; set by commands */
	int fd, epoll, timer;
	bool is_local; /* nobody else can reach it */
	uint16_t port;
	int64_t rests_until_ns; /* nobody is accepted until then; 0: all are */
	struct net_client *clients;
	uint32_t n_clients; /* places */
	uint32_t last_number;
	uint32_t asking; /* the number of the client whose command is being carried out; 0: none */
	bool has_told_full, has_told_lowered, has_told_failed;

	int64_t arrived_ns; /* the last frame; at first the start */
	int64_t kept_ns;    /* the last of which there is a copy */
	int64_t time_ns;    /* the capture time of the last frame */
	int64_t card_ns;    /* the last card; 0: none is shown */
	double interval_ns; /* from frame to frame, on the average */
	uint64_t looked;    /* JPEGs made when the budget was looked at */

	uint64_t n_sent, n_bytes, n_skipped;
};

/* 0, or what pkd_error returns. */
int net_server_open(struct net_server *server, const struct net_options *options,
                    struct pkd_ctx *ctx);
void net_server_close(struct net_server *server);

/* A frame has come, or a JPEG. */
void net_server_put(struct net_server *server, const struct pkd_image *frame, int64_t time_ns);
void net_server_put_jpeg(struct net_server *server, const struct net_given *jpeg, int64_t time_ns);

/* Does all that can be done without waiting. */
void net_server_go(struct net_server *server, struct pkd_ctx *ctx);

uint32_t net_server_watching(const struct net_server *server);
uint32_t net_server_quality(const struct net_server *server); /* the lowest in use */

/* ---- Between its files ---- */

void net_client_begin(struct net_client *client, enum net_phase phase, int64_t now_ns);
/* Those who have come. No descriptors are left: nobody is accepted for a while. */
void net_server_accept(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx);
void net_server_end_rest(struct net_server *server, int64_t now_ns);
/* What has come from a client, and what had come before the last answer was out. */
void net_server_read(struct net_server *server, struct net_client *client, int64_t now_ns,
                     struct pkd_ctx *ctx);
void net_server_go_on(struct net_server *server, struct net_client *client, int64_t now_ns,
                      struct pkd_ctx *ctx);
/* The text is on its way. */
void net_client_answer(struct net_client *client, int status, const char *type, const char *body);
/* A line of text that says what is wrong. */
void net_client_refuse(struct net_client *client, int status, const char *wrong);
void net_server_command(struct net_server *server, struct net_client *client,
                        const struct net_request *request, struct pkd_ctx *ctx);
/* Answers one whose command has been carried out; when it is to be looked at again. */
int64_t net_server_look_at_command(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx);
/* Whether what the node may set is the controls of a camera, or nothing. PKD_OK, or what pkd_error
 * returns. */
int net_server_check_controls(struct pkd_ctx *ctx);
/* A request that is whole. */
void net_server_take(struct net_server *server, struct net_client *client,
                     const struct net_request *request, struct pkd_ctx *ctx);
/* The texts before and behind its JPEG. */
void net_client_write_head(struct net_client *client);
/* Sends what it can. False: the connection has failed. */
bool net_server_send(struct net_server *server, struct net_client *client, int64_t now_ns);
bool net_client_sends(const struct net_client *client);
void net_server_drop(struct net_server *server, struct net_client *client, struct pkd_ctx *ctx,
                     const char *reason);
/* Begins pictures for those who may have one. */
void net_server_show(struct net_server *server, int64_t now_ns, struct pkd_ctx *ctx);
/* When it would have to, if nothing happened. */
int64_t net_server_show_due(const struct net_server *server, int64_t now_ns);
/* The frames that come in a second. */
double net_server_rate(const struct net_server *server);
uint32_t net_server_fps(const struct net_server *server, const struct net_client *client);

#endif
