/* Requests over HTTP, many at once, for nodes: libcurl's multi interface over an epoll descriptor
 * that the node watches. A slot carries one request through its tries, redirects and pauses until
 * it is done; a node starts what it has, and looks at its slots whenever its step is called.
 *
 * Nothing waits: names are looked up in threads of libcurl. */
#ifndef PKD_HTTP_TRANSFER_H
#define PKD_HTTP_TRANSFER_H

#include <curl/curl.h>
#include <pkd/node.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	HTTP_WHY_SIZE = 201, /* of an output string<200> */
	HTTP_TYPE_SIZE = 101,
	HTTP_MAX_HEADERS = 256 * 1024, /* bytes of an answer's */
	HTTP_MAX_REFUSAL = 64 * 1024, /* of the body of an answer that is none, which nobody sees */
};

/* As the parameters of a node say; the strings live as long as it does. */
struct http_options {
	const char *base; /* addresses are relative to it, and credentials are for its host alone */
	const char *header;        /* lines, "Name: value" */
	const char *secret_header; /* more of them */
	const char *token, *user, *password;
	const char *ca, *proxy;
	const char *type; /* of all bodies that are sent; NULL: there are none */
	int64_t connect_ns, stall_ns, timeout_ns;
	int64_t retry_first_ns, retry_max_ns, patience_ns;
	uint32_t retries, redirects, at_once;
	uint32_t slots; /* at_once at least; 0: as many as that */
};

#define HTTP_OPTIONS(params, base_url)                                                             \
	{                                                                                          \
		.base = (base_url), .header = (params)->header, .token = (params)->token,          \
		.user = (params)->user, .password = (params)->password, .ca = (params)->ca,        \
		.proxy = (params)->proxy, .connect_ns = (params)->connect,                         \
		.stall_ns = (params)->stall, .timeout_ns = (params)->timeout,                      \
		.secret_header = (params)->secret_header, .retry_first_ns = (params)->retry_first, \
		.retry_max_ns = (params)->retry_max, .patience_ns = (params)->patience,            \
		.retries = (params)->retries, .redirects = (params)->redirects,                    \
		.at_once = (params)->at_once,                                                      \
	}

struct http_slot;

/* Where a body goes that is not kept in the slot's memory. */
struct http_sink {
	/* Before each try: adds the header lines that this one has. */
	struct curl_slist *(*lines)(void *to, struct curl_slist *lines);
	/* An answer of 200 to 299 begins, or one of `also`; false: `refusal_text` of the slot
	 * says why it is not taken. */
	bool (*begin)(void *to, struct http_slot *slot);
	bool (*put)(void *to, struct http_slot *slot, const char *bytes, size_t n);
	/* A body that has begun has ended as its framing says; false: as above. */
	bool (*end)(void *to, struct http_slot *slot);
	long also;
};

struct http_request {
	const char *method; /* "GET" */
	const char *url;    /* copied */
	size_t url_n;
	const void *body; /* stays as it is until the slot is done or left; NULL: none */
	size_t body_size;
	const char *type; /* of this body */
	const char *key;  /* of idempotence, copied; NULL or "": none */
	uint64_t limit;   /* bytes of an answer's body; above is an error that says `limit_name` */
	const char *limit_name;
	const struct http_sink *sink; /* NULL: the body is kept in the slot */
	void *to;
};

enum http_state {
	HTTP_FREE,
	HTTP_WAITING, /* until `due_ns`, for its next try */
	HTTP_RUNNING,
	HTTP_DONE,
};

struct http_slot {
	struct http_client *client;
	CURL *easy;
	enum http_state state;
	struct http_request request;
	char *url; /* of this try */
	char key[64];
	struct curl_slist *lines;
	bool is_bare;  /* what libcurl was told last: a GET without any of these */
	bool is_away;  /* was redirected to another host: has no credentials any more */
	bool has_turn; /* of the rate */
	bool is_fresh; /* libcurl was told to make a new connection */
	uint32_t n_redirects;
	int64_t begun_ns, due_ns;
	char message[CURL_ERROR_SIZE];

	/* Of this try. */
	size_t headers;   /* bytes */
	bool has_header;  /* to its end */
	uint64_t refusal; /* bytes of a body that nobody sees */
	bool is_over, is_cut, is_begun;
	bool is_sent;              /* its request, or libcurl has begun to */
	bool is_lost;              /* with a connection that was used before, unanswered */
	bool is_refused, is_again; /* by the sink, as `refusal_text` says; again: try once more */
	char refusal_text[HTTP_WHY_SIZE];

	/* The answer: of HTTP_DONE. */
	bool is_failed;
	char why[HTTP_WHY_SIZE];
	long status; /* 0: there was none */
	uint32_t tries;
	int64_t took_ns;
	char type[HTTP_TYPE_SIZE];
	char *body;
	uint64_t size; /* of the body */
	size_t room;
};

struct http_client {
	struct http_options options;
	float rate; /* tries in a second at most, 0: as many as there are; may change */
	CURLM *multi;
	int epoll, timer;
	int64_t multi_due_ns, armed_ns; /* INT64_MAX: none */
	int64_t next_turn_ns;           /* of the rate */
	uint64_t random;
	struct curl_slist *lines; /* of the options */
	bool has_range;           /* they ask for a part */
	struct http_slot *slots;
	uint32_t n_slots, n_open; /* those from n_open on were never used, and have no `easy` yet */
	uint32_t n_waiting, n_in_flight; /* in flight: neither free nor done */
	CURLcode error;                  /* of an option that libcurl does not take */
};

/* PKD_OK or what pkd_error says. The node watches the client then. */
int http_client_open(struct http_client *client, const struct http_options *options,
                     struct pkd_ctx *ctx);
void http_client_close(struct http_client *client);

/* In `ready`: goes on with whatever can go on. */
void http_client_drive(struct http_client *client);

/* After requests were started, so that they go out: looks at no descriptor. */
void http_client_begin(struct http_client *client);

/* A free slot for one more request in flight; NULL: `at_once` are in flight, or none is free. */
struct http_slot *http_client_slot(struct http_client *client);

/* Starts it: it is done sooner or later, at once where the address is none. */
void http_slot_start(struct http_slot *slot, const struct http_request *request);

static inline bool http_slot_is_done(const struct http_slot *slot)
{
	return slot->state == HTTP_DONE;
}

/* Makes it done at once, without a request. */
void http_slot_skip(struct http_slot *slot);

/* A header of the answer of a slot that has begun its body, or is done; NULL: it has none. */
const char *http_slot_header(struct http_slot *slot, const char *name);

/* Makes it free, wherever it is. */
void http_slot_leave(struct http_slot *slot);

/* The body, which the caller frees; NULL where it is empty. */
char *http_slot_take_body(struct http_slot *slot);

#endif
