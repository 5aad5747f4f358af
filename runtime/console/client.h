/* One client of the console: its lines, its request, and what it has still to be sent. Whatever it
 * sends or leaves unread costs it its own turn only. */
#ifndef PKDI_CLIENT_H
#define PKDI_CLIENT_H

#include "console/json.h"
#include "console/out.h"

/* Bytes of a line, with its end. */
#define PKDI_MESSAGE_SIZE 65536
#define PKDI_MESSAGE_VALUES 32768 /* as many as fit a line */
#define PKDI_ID_SIZE 72

struct pkdi_method;
struct pkdi_asked;
struct pkdi_tail;
struct pkdi_echo;
struct pkdi_types;
struct pkdi_chrome;

/* The parts of a program, in the order in which an answer goes through them, one line each. */
enum pkdi_section {
	PKDI_SECTION_PROCESS,
	PKDI_SECTION_NODE,
	PKDI_SECTION_STREAM,
	PKDI_SECTION_EDGE, /* input `part` of node `index` */
	PKDI_SECTION_PARAM,
	PKDI_SECTION_COMMAND, /* command `part` of node `index` */
	PKDI_SECTION_TYPE,    /* number `index` of those that values are made of */
	PKDI_SECTION_LINE,    /* of the log: number `index` of those that are asked for */
	PKDI_SECTION_TRACE,   /* line `index` of its events */
	PKDI_SECTION_WHOLE,   /* the last line of any answer */
};

struct pkdi_cursor {
	enum pkdi_section section;
	uint32_t index, part;
};

/* What a client has asked for last. An answer is written line by line, as far as the client
 * reads. */
struct pkdi_request {
	const struct pkdi_method *method; /* NULL: nothing is being answered */
	char id[PKDI_ID_SIZE];            /* as the client has written it, JSON; "": it has none */
	struct pkdi_cursor cursor;        /* the next line */
	bool *chosen;     /* get: by parameter, which are asked for; call: by node; restart: by
	               * process; NULL: all */
	uint32_t *before; /* restart: by process, set: by node: its incarnation when that was asked
	                   * for; set: PKD_NONE of one that had ended */
	struct pkdi_asked *asked; /* call: of each of those nodes, in their order */
	uint32_t n_asked;
	struct pkdi_tail *tail;    /* logs: what is asked for, and how far it has come */
	struct pkdi_echo *echo;    /* echo: what is looked at */
	struct pkdi_types *types;  /* describe: what values are made of */
	struct pkdi_chrome *trace; /* trace: its events; NULL: none are asked for */
	bool takes_bytes;          /* its client can be sent bytes that are no lines */
	uint64_t version; /* set: of the values that were set; ping: its number; why: the frame */
	char of[256];     /* why: the stream or the node that it is about; "": all */
	int64_t since_ns; /* of what waits: when it was asked */
	int64_t until_ns; /* how long the answer waits for nodes or processes */
};

struct pkdi_client {
	int fd;            /* -1: there is none */
	bool is_read;      /* it sends nothing more */
	bool ends;         /* closed once all was sent */
	bool is_read_only; /* it may look and change nothing */
	bool takes_bytes;  /* it can be sent bytes that are no lines */
	int64_t used_ns;   /* when it last sent or took something */
	struct pkdi_request request;
	size_t n_in, n_out, n_sent;
	/* They follow the lines in `out`, and belong to the request: no line is added before they
	 * have been sent. */
	const uint8_t *bytes;
	size_t n_bytes, n_bytes_sent;
	char in[PKDI_MESSAGE_SIZE];
	char out[PKDI_MESSAGE_SIZE];
};

/* Reads what is there. False: the client has gone. */
bool pkdi_client_receive(struct pkdi_client *client);

/* The next whole line, in place and without its end; NULL: there is none. It is gone with the next
 * call. */
char *pkdi_client_line(struct pkdi_client *client, size_t *ret_size);

/* Whether there is one. */
bool pkdi_client_has_line(const struct pkdi_client *client);

/* Whether the client has sent more than a line may have, without its end. */
bool pkdi_client_overflows(const struct pkdi_client *client);

/* Sends what is there, as far as the client takes it. False: it has gone. */
bool pkdi_client_send(struct pkdi_client *client);

static inline bool pkdi_client_has_unsent(const struct pkdi_client *client)
{
	return client->n_sent < client->n_out || client->n_bytes_sent < client->n_bytes;
}

/* Begins a line in the room that is left behind what is unsent, and adds it; the second returns
 * false where it did not fit, and nothing is added. */
struct pkdi_out pkdi_client_begin(struct pkdi_client *client);
bool pkdi_client_add(struct pkdi_client *client, struct pkdi_out *line);

/* Has `n` bytes follow the lines that are unsent; they stay where they are until they are sent. */
void pkdi_client_append(struct pkdi_client *client, const void *bytes, size_t n);

/* Whether some of those are unsent still. */
static inline bool pkdi_client_has_bytes(const struct pkdi_client *client)
{
	return client->n_bytes_sent < client->n_bytes;
}

/* Forgets what is unsent. */
void pkdi_client_drop(struct pkdi_client *client);

#endif
