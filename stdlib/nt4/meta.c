/* What a hub tells of its topics and clients, as topics whose names begin with $. See hub.h. */
#include "hub.h"

#include <stdio.h>

static void put_key(struct nt4_buffer *buffer, const char *key)
{
	nt4_put_string(buffer, key, strlen(key));
}

static void put_text(struct nt4_buffer *buffer, const char *key, const char *text)
{
	put_key(buffer, key);
	put_key(buffer, text);
}

static void put_options(struct nt4_buffer *buffer, const struct nt4_subscription *subscription)
{
	put_key(buffer, "options");
	nt4_put_map(buffer, 4);
	put_key(buffer, "periodic");
	nt4_put_double(buffer, (double)subscription->period_us / 1e6);
	put_key(buffer, "all");
	nt4_put_bool(buffer, subscription->wants_all);
	put_key(buffer, "topicsonly");
	nt4_put_bool(buffer, subscription->topics_only);
	put_key(buffer, "prefix");
	nt4_put_bool(buffer, subscription->is_prefix);
}

static void put_clients(const struct nt4_hub *hub, struct nt4_buffer *buffer)
{
	nt4_put_array(buffer, hub->n_clients);
	for (const struct nt4_session *session = hub->sessions; session; session = session->next) {
		if (session->is_rtt)
			continue;
		nt4_put_map(buffer, 2);
		put_text(buffer, "id", session->name);
		put_text(buffer, "conn", session->peer);
	}
}

static void put_subscriptions_of(const struct nt4_session *session, struct nt4_buffer *buffer)
{
	nt4_put_array(buffer, session->n_subscriptions);
	for (uint32_t i = 0; i < session->n_subscriptions; i++) {
		const struct nt4_subscription *subscription = &session->subscriptions[i];

		nt4_put_map(buffer, 3);
		put_key(buffer, "uid");
		nt4_put_int(buffer, subscription->uid);
		put_key(buffer, "topics");
		nt4_put_array(buffer, subscription->n_patterns);
		for (uint32_t j = 0; j < subscription->n_patterns; j++)
			put_key(buffer, subscription->patterns[j]);
		put_options(buffer, subscription);
	}
}

static void put_publications_of(const struct nt4_session *session, struct nt4_buffer *buffer)
{
	nt4_put_array(buffer, session->n_publications);
	for (uint32_t i = 0; i < session->n_publications; i++) {
		nt4_put_map(buffer, 2);
		put_key(buffer, "uid");
		nt4_put_int(buffer, session->publications[i].uid);
		put_text(buffer, "topic", session->publications[i].topic->name);
	}
}

/* How many entries there are, which go into `to` where that is not NULL. */
static uint32_t subscribers(const struct nt4_hub *hub, const struct nt4_topic *topic,
                            struct nt4_buffer *to)
{
	uint64_t work = 0; /* nobody's */
	uint32_t n = 0;

	for (const struct nt4_session *session = hub->sessions; session; session = session->next)
		for (uint32_t i = 0; i < session->n_subscriptions; i++) {
			const struct nt4_subscription *subscription = &session->subscriptions[i];

			if (!nt4_subscription_has(subscription, topic, &work))
				continue;
			n++;
			if (!to)
				continue;
			nt4_put_map(to, 3);
			put_text(to, "client", session->name);
			put_key(to, "subuid");
			nt4_put_int(to, subscription->uid);
			put_options(to, subscription);
		}
	return n;
}

static uint32_t publishers(const struct nt4_hub *hub, const struct nt4_topic *topic,
                           struct nt4_buffer *to)
{
	uint32_t n = 0;

	for (const struct nt4_session *session = hub->sessions; session; session = session->next)
		for (uint32_t i = 0; i < session->n_publications; i++) {
			if (session->publications[i].topic != topic)
				continue;
			n++;
			if (!to)
				continue;
			nt4_put_map(to, 2);
			put_text(to, "client", session->name);
			put_key(to, "pubuid");
			nt4_put_int(to, session->publications[i].uid);
		}
	return n;
}

/* ---- Their topics ---- */

/* Marks it as still meant, by `keeps`. */
static void tell(struct nt4_hub *hub, bool keeps[static NT4_MAX_TOPICS], const char *prefix,
                 const char *name, const struct nt4_buffer *content, int64_t now_us)
{
	char full[NT4_MAX_NAME + 32];
	struct nt4_buffer value = {0};
	struct nt4_topic *topic;
	bool is_new;

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	topic = nt4_topic_find(hub, full);
	is_new = !topic;
	if (is_new)
		topic = nt4_topic_add(hub, full, "msgpack");
	if (!topic)
		return;
	keeps[topic->slot] = true;
	for (struct nt4_session *to = hub->sessions; is_new && to; to = to->next)
		nt4_view_update(to, topic, now_us);
	nt4_put_raw(&value, content->data, content->n);
	if (!value.failed && (!topic->has_value || topic->value.n != value.n ||
	                      memcmp(topic->value.data, value.data, value.n) != 0))
		nt4_topic_value(hub, topic, now_us, value.data, value.n, NULL, now_us);
	nt4_buffer_free(&value);
}

static void tell_of_clients(struct nt4_hub *hub, bool keeps[static NT4_MAX_TOPICS], int64_t now_us)
{
	struct nt4_buffer content = {0};

	put_clients(hub, &content);
	tell(hub, keeps, "$clients", "", &content, now_us);
	for (const struct nt4_session *session = hub->sessions; session; session = session->next) {
		if (session->is_rtt)
			continue;
		content.n = 0;
		put_subscriptions_of(session, &content);
		tell(hub, keeps, "$clientsub$", session->name, &content, now_us);
		content.n = 0;
		put_publications_of(session, &content);
		tell(hub, keeps, "$clientpub$", session->name, &content, now_us);
	}
	/* The server itself has none. */
	content.n = 0;
	nt4_put_array(&content, 0);
	tell(hub, keeps, "$serversub", "", &content, now_us);
	tell(hub, keeps, "$serverpub", "", &content, now_us);
	nt4_buffer_free(&content);
}

static void tell_of_topics(struct nt4_hub *hub, bool keeps[static NT4_MAX_TOPICS], int64_t now_us)
{
	struct nt4_buffer content = {0};
	uint32_t n_slots = hub->n_slots;

	for (uint32_t i = 0; i < n_slots; i++) {
		const struct nt4_topic *topic = hub->topics[i];

		if (!topic || topic->is_meta)
			continue;
		content.n = 0;
		nt4_put_array(&content, subscribers(hub, topic, NULL));
		subscribers(hub, topic, &content);
		tell(hub, keeps, "$sub$", topic->name, &content, now_us);
		content.n = 0;
		nt4_put_array(&content, publishers(hub, topic, NULL));
		publishers(hub, topic, &content);
		tell(hub, keeps, "$pub$", topic->name, &content, now_us);
	}
	nt4_buffer_free(&content);
}

void nt4_hub_tell_meta(struct nt4_hub *hub, int64_t now_us)
{
	bool keeps[NT4_MAX_TOPICS] = {false};

	if (!hub->has_meta || !hub->is_meta_stale)
		return;
	tell_of_clients(hub, keeps, now_us);
	tell_of_topics(hub, keeps, now_us);
	for (uint32_t i = 0; i < hub->n_slots; i++)
		if (hub->topics[i] && hub->topics[i]->is_meta && !keeps[i])
			nt4_topic_remove(hub, hub->topics[i]);
	hub->is_meta_stale = false;
}
