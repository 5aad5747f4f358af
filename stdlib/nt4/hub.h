/* What a server of NetworkTables 4 knows: topics, clients, who publishes and who is subscribed. It
 * takes frames and makes frames; where they come from and go to is the transport's affair. No
 * sockets, no clock, nothing of pkd. Times are microseconds of the server. */
#ifndef PKD_NT4_HUB_H
#define PKD_NT4_HUB_H

#include "buffer.h"
#include "text.h"
#include "wire.h"

enum {
	NT4_MAX_TOPICS = 4096,
	NT4_MAX_PUBLICATIONS = 4096,    /* of a client */
	NT4_MAX_SUBSCRIPTIONS = 512,    /* of a client */
	NT4_MAX_PATTERNS = 256,         /* of a subscription */
	NT4_MAX_PATTERNS_OF_ALL = 2048, /* of a client */
	/* What a client may cost at once, some 2 ns each, and in a second over a long time. */
	NT4_MAX_WORK = 100 << 20,
	NT4_WORK_PER_S = 50 << 20,
	NT4_MAX_NAME = 1024, /* bytes of a topic's, type's or client's name */
	NT4_MAX_PROPERTIES = 32,
	NT4_MAX_PROPERTY = 4096,             /* bytes of one, as JSON */
	NT4_MAX_PROPERTIES_OF_ALL = 2 << 20, /* bytes of those of all topics */
	NT4_MAX_VALUE = 1 << 20,             /* bytes of a value that is kept */
	NT4_MAX_KEPT = 64 << 20,             /* of all of them */
	NT4_MAX_QUEUE = 1 << 20, /* bytes of values that wait for a client that wants all of them */
	NT4_MAX_TEXT = 4 << 20,  /* bytes of announcements that wait for a client */
	NT4_MAX_REPLIES = 1 << 14, /* bytes of answers to its measurements */
	NT4_MAX_CONFLICT = 400,    /* bytes of what is told of topics of two types */
	NT4_FRAME = 1 << 14,       /* a binary frame gets no more values beyond this size */
};

struct nt4_property {
	char *name;
	char *json;
};

struct nt4_topic {
	char *name, *type;
	size_t n_name;
	uint32_t hash; /* of the name */
	uint32_t slot; /* in hub->topics, and of the views */
	int64_t id;    /* never used again */
	int code;
	bool is_meta;
	bool has_conflict; /* somebody has published it as another type, which was told */
	bool is_persistent, is_retained, is_not_cached;
	struct nt4_property properties[NT4_MAX_PROPERTIES];
	uint32_t n_properties;
	uint32_t n_publications;
	bool has_value;
	int64_t time_us;
	struct nt4_buffer value; /* MessagePack */
};

struct nt4_publication {
	int64_t uid;
	struct nt4_topic *topic;
	bool is_mistyped; /* the topic has another type: values are left out */
};

struct nt4_subscription {
	int64_t uid;
	char **patterns;
	uint32_t n_patterns;
	bool is_prefix, wants_all, topics_only;
	int64_t period_us;
};

/* A topic, as a client sees it. */
struct nt4_view {
	bool is_announced;
	bool wants, wants_all;
	bool is_due; /* the topic's value is to be sent, at `next_us` */
	int64_t period_us, next_us;
};

struct nt4_session {
	struct nt4_hub *hub;
	struct nt4_session *next;
	char *name;  /* no other client's */
	char *asked; /* as the client calls itself */
	char *peer;  /* its address */
	bool is_rtt; /* it only measures */
	bool is_synchronised;
	struct nt4_publication *publications;
	uint32_t n_publications, publications_room;
	struct nt4_subscription *subscriptions;
	uint32_t n_subscriptions, subscriptions_room;
	struct nt4_view views[NT4_MAX_TOPICS];
	uint32_t n_due; /* of the views */
	struct nt4_buffer text, replies;
	size_t text_at;          /* what is before was told */
	struct nt4_buffer queue; /* of those who want all: a size of four bytes before each */
	bool is_queue_full;      /* what follows is the newest only, until it is empty */
	int64_t queue_us, queue_period_us;
	uint64_t n_left_out;
	bool is_views_stale; /* of its subscriptions, until the end of the frame */
	uint64_t work;       /* that it has cost lately */
	int64_t work_us;     /* as of then */
};

struct nt4_hub {
	struct nt4_topic *topics[NT4_MAX_TOPICS];
	uint32_t n_slots,
		n_topics; /* slots that were ever used; topics, without those about topics */
	struct nt4_session *sessions;
	uint32_t n_clients; /* without those that only measure */
	int64_t last_id;
	size_t kept; /* bytes of values */
	size_t kept_properties;
	uint64_t work; /* that was done */
	bool has_meta; /* somebody has asked for what is told of topics and clients */
	bool is_meta_stale;
	bool is_saved_stale; /* what a persistent topic has */
	/* The first publication of a topic that is of another type; the transport tells of it, and
	 * empties it. */
	char conflict[NT4_MAX_CONFLICT];
};

void nt4_hub_init(struct nt4_hub *hub);
void nt4_hub_free(struct nt4_hub *hub); /* without sessions */

/* ---- A client ---- */

/* NULL: no memory. */
struct nt4_session *nt4_hub_join(struct nt4_hub *hub, const char *name, const char *peer,
                                 bool is_rtt);
void nt4_hub_leave(struct nt4_session *session, int64_t now_us);

/* False: the frame is damaged, and the client is to go; *ret_why says what is wrong. */
bool nt4_hub_text(struct nt4_session *session, const char *text, size_t n, int64_t now_us,
                  const char **ret_why);
bool nt4_hub_binary(struct nt4_session *session, const char *data, size_t n, int64_t now_us,
                    const char **ret_why);

/* When there is a frame to be sent; INT64_MAX: nothing is. */
int64_t nt4_hub_due(const struct nt4_session *session, int64_t now_us);
/* The next frame, put into the empty `frame`. False: there is none. */
bool nt4_hub_frame(struct nt4_session *session, int64_t now_us, struct nt4_buffer *frame,
                   bool *ret_is_text);
/* A client that has let so much wait that nothing can be told to it any more. */
bool nt4_hub_is_lost(const struct nt4_session *session);

/* To be called before frames are asked for. */
void nt4_hub_tell_meta(struct nt4_hub *hub, int64_t now_us);

/* ---- What outlives the server ---- */

/* The persistent topics as JSON, in the format of WPILib's networktables.json; the number of those
 * that are left out, as there would be more than `max` bytes. */
uint32_t nt4_hub_save(const struct nt4_hub *hub, struct nt4_buffer *buffer, size_t max);
/* False: something of it is damaged, or there is no room for it. What is good is taken. */
bool nt4_hub_load(struct nt4_hub *hub, const char *text, size_t n);

/* ---- Within the hub ---- */

struct nt4_topic *nt4_topic_find(const struct nt4_hub *hub, const char *name);
/* NULL: there are too many, or no memory. */
struct nt4_topic *nt4_topic_add(struct nt4_hub *hub, const char *name, const char *type);
void nt4_topic_remove(struct nt4_hub *hub, struct nt4_topic *topic);
/* Unless somebody publishes it, or it is to stay. */
void nt4_topic_remove_unused(struct nt4_hub *hub, struct nt4_topic *topic);
/* `json` "null" takes it away. False: no room. */
bool nt4_topic_set(struct nt4_hub *hub, struct nt4_topic *topic, const char *name,
                   const struct nt4_json *json);
void nt4_topic_put_properties(const struct nt4_topic *topic, struct nt4_buffer *buffer);
/* MessagePack that is good for its type. `from` may be NULL, and is not told. */
void nt4_topic_value(struct nt4_hub *hub, struct nt4_topic *topic, int64_t time_us,
                     const char *value, size_t n, const struct nt4_session *from, int64_t now_us);

void nt4_session_subscribe(struct nt4_session *session, const struct nt4_json *params);
void nt4_session_unsubscribe(struct nt4_session *session, const struct nt4_json *params);
void nt4_subscription_free(struct nt4_subscription *subscription);

/* Room for one more of `n` items, of which there may be `max`. */
bool nt4_has_room(void **items, uint32_t n, uint32_t *room, size_t size, uint32_t max);
/* A whole number that is a member; false: there is none. */
bool nt4_take_whole(const struct nt4_json *params, const char *member, int64_t *ret_value);

bool nt4_subscription_has(const struct nt4_subscription *subscription,
                          const struct nt4_topic *topic, uint64_t *work);
/* Of all topics, after its subscriptions have changed. */
void nt4_views_update(struct nt4_session *session, int64_t now_us);
/* What a topic is to a client, after either has changed: announced where it is new. */
void nt4_view_update(struct nt4_session *session, struct nt4_topic *topic, int64_t now_us);
void nt4_view_value(struct nt4_session *session, const struct nt4_topic *topic, int64_t time_us,
                    const char *value, size_t n, bool is_newest, int64_t now_us);
void nt4_view_forget(struct nt4_session *session, const struct nt4_topic *topic);
void nt4_announce(struct nt4_session *session, const struct nt4_topic *topic, int64_t publication);

#endif
