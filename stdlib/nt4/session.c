/* What the clients of a hub say. See hub.h. */
#include "hub.h"

#include <stdio.h>

/* ---- Coming and going ---- */

static bool is_taken(const struct nt4_hub *hub, const char *name)
{
	for (const struct nt4_session *session = hub->sessions; session; session = session->next)
		if (!session->is_rtt && strcmp(session->name, name) == 0)
			return true;
	return false;
}

/* The name, or name@1, name@2 … */
static char *free_name(const struct nt4_hub *hub, const char *name)
{
	size_t size = strlen(name) + 16;
	char *free_one = malloc(size);

	if (!free_one)
		return NULL;
	snprintf(free_one, size, "%s", name);
	for (unsigned i = 1; is_taken(hub, free_one); i++)
		snprintf(free_one, size, "%s@%u", name, i);
	return free_one;
}

static void free_session(struct nt4_session *session)
{
	for (uint32_t i = 0; i < session->n_subscriptions; i++)
		nt4_subscription_free(&session->subscriptions[i]);
	free(session->subscriptions);
	free(session->publications);
	nt4_buffer_free(&session->text);
	nt4_buffer_free(&session->replies);
	nt4_buffer_free(&session->queue);
	free(session->name);
	free(session->asked);
	free(session->peer);
	free(session);
}

struct nt4_session *nt4_hub_join(struct nt4_hub *hub, const char *name, const char *peer,
                                 bool is_rtt)
{
	struct nt4_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->name = is_rtt ? strdup(name) : free_name(hub, name);
	session->asked = strdup(name);
	session->peer = strdup(peer);
	if (!session->name || !session->asked || !session->peer) {
		free_session(session);
		return NULL;
	}
	session->hub = hub;
	session->is_rtt = is_rtt;
	session->queue_period_us = INT64_MAX;
	session->next = hub->sessions;
	hub->sessions = session;
	hub->n_clients += !is_rtt;
	hub->is_meta_stale = true;
	return session;
}

static void unpublish(struct nt4_session *session, uint32_t i)
{
	struct nt4_topic *topic = session->publications[i].topic;

	session->publications[i] = session->publications[--session->n_publications];
	topic->n_publications--;
	session->hub->is_meta_stale = true;
	nt4_topic_remove_unused(session->hub, topic);
}

void nt4_hub_leave(struct nt4_session *session, int64_t now_us)
{
	struct nt4_hub *hub = session->hub;
	struct nt4_session **at = &hub->sessions;

	(void)now_us;
	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	while (session->n_publications > 0)
		unpublish(session, session->n_publications - 1);
	hub->n_clients -= !session->is_rtt;
	hub->is_meta_stale = true;
	free_session(session);
}

/* Room for one more. */
bool nt4_has_room(void **items, uint32_t n, uint32_t *room, size_t size, uint32_t max)
{
	uint32_t larger = *room ? 2 * *room : 8;
	void *grown;

	if (n >= max)
		return false;
	if (n < *room)
		return true;
	grown = realloc(*items, larger * size);
	if (!grown)
		return false;
	*items = grown;
	*room = larger;
	return true;
}

/* ---- Publishing ---- */

static uint32_t find_publication(const struct nt4_session *session, int64_t uid)
{
	uint32_t n = session->n_publications, i;

	/* Most clients count from 0 or 1 on, and take none back. */
	for (int64_t guess = uid; guess >= 0 && guess >= uid - 1; guess--)
		if (guess < n && session->publications[guess].uid == uid)
			return (uint32_t)guess;
	for (i = 0; i < n && session->publications[i].uid != uid; i++)
		;
	session->hub->work += i / 4;
	return i;
}

/* A text of a member, within the size of names; NULL: there is none. */
static char *take_name(const struct nt4_json *params, const char *member)
{
	struct nt4_json json;
	char *text;

	if (!nt4_json_member(params, member, &json) || json.n > NT4_MAX_NAME)
		return NULL;
	text = nt4_json_string(&json);
	if (text && *text)
		return text;
	free(text);
	return NULL;
}

bool nt4_take_whole(const struct nt4_json *params, const char *member, int64_t *ret_value)
{
	struct nt4_json json;

	return nt4_json_member(params, member, &json) && nt4_json_whole(&json, ret_value);
}

static void set_properties(struct nt4_hub *hub, struct nt4_topic *topic,
                           const struct nt4_json *properties)
{
	struct nt4_json key, value;
	size_t at = 0;

	while (nt4_json_entry(properties, &at, &key, &value)) {
		char *name = nt4_json_string(&key);

		if (name)
			nt4_topic_set(hub, topic, name, &value);
		free(name);
	}
}

static void announce_to_all(struct nt4_hub *hub, struct nt4_topic *topic, int64_t now_us)
{
	for (struct nt4_session *session = hub->sessions; session; session = session->next)
		nt4_view_update(session, topic, now_us);
}

/* Its values are left out, which its author would look for long. */
static void note_conflict(struct nt4_hub *hub, const struct nt4_session *session,
                          struct nt4_topic *topic, const char *type)
{
	if (topic->has_conflict || *hub->conflict)
		return;
	topic->has_conflict = true;
	snprintf(hub->conflict, sizeof(hub->conflict),
	         "the values of '%.64s' for '%.128s' are left out: it publishes %.32s, and the "
	         "topic is one of %.32s",
	         session->name, topic->name, type, topic->type);
}

static void publish_as(struct nt4_session *session, const char *name, const char *type, int64_t uid,
                       const struct nt4_json *params, int64_t now_us)
{
	struct nt4_hub *hub = session->hub;
	struct nt4_topic *topic = nt4_topic_find(hub, name);
	bool is_new = !topic;
	struct nt4_json properties;
	uint32_t i = find_publication(session, uid);

	if (i < session->n_publications) {
		if (session->publications[i].topic == topic) {
			nt4_announce(session, topic, uid); /* said twice */
			return;
		}
		unpublish(session, i);
	}
	if (!nt4_has_room((void **)&session->publications, session->n_publications,
	                  &session->publications_room, sizeof(*session->publications),
	                  NT4_MAX_PUBLICATIONS))
		return;
	if (is_new)
		topic = nt4_topic_add(hub, name, type);
	if (!topic)
		return;
	session->publications[session->n_publications++] =
		(struct nt4_publication){uid, topic, strcmp(topic->type, type) != 0};
	if (session->publications[session->n_publications - 1].is_mistyped)
		note_conflict(hub, session, topic, type);
	topic->n_publications++;
	hub->is_meta_stale = true;
	/* Of a topic that is there the properties stand. */
	if (is_new && nt4_json_member(params, "properties", &properties))
		set_properties(hub, topic, &properties);
	nt4_announce(session, topic, uid);
	announce_to_all(hub, topic, now_us);
}

static void publish(struct nt4_session *session, const struct nt4_json *params, int64_t now_us)
{
	char *name = take_name(params, "name"), *type = take_name(params, "type");
	int64_t uid;

	if (name && type && *name != '$' && nt4_take_whole(params, "pubuid", &uid))
		publish_as(session, name, type, uid, params, now_us);
	free(name);
	free(type);
}

static void end_publication(struct nt4_session *session, const struct nt4_json *params)
{
	uint32_t i;
	int64_t uid;

	if (!nt4_take_whole(params, "pubuid", &uid))
		return;
	i = find_publication(session, uid);
	if (i < session->n_publications)
		unpublish(session, i);
}

/* ---- Properties ---- */

/* Those who know the topic are told; the one who asked as the answer. */
static void tell_properties(struct nt4_session *to, const struct nt4_topic *topic,
                            const struct nt4_json *update, bool is_answer)
{
	if (!to->views[topic->slot].is_announced && !is_answer)
		return;
	nt4_message_begin(&to->text, "properties");
	nt4_message_string(&to->text, "name", topic->name);
	nt4_message_member(&to->text, "ack");
	nt4_buffer_text(&to->text, is_answer ? "true" : "false");
	nt4_message_member(&to->text, "update");
	nt4_buffer_put(&to->text, update->at, update->n);
	nt4_message_end(&to->text);
}

static void change_properties(struct nt4_session *session, const struct nt4_json *params)
{
	struct nt4_hub *hub = session->hub;
	char *name = take_name(params, "name");
	struct nt4_topic *topic = name ? nt4_topic_find(hub, name) : NULL;
	struct nt4_json update;

	free(name);
	if (!topic || topic->is_meta || !nt4_json_member(params, "update", &update) ||
	    *update.at != '{' || update.n > NT4_MAX_PROPERTY)
		return;
	hub->is_saved_stale |= topic->is_persistent;
	set_properties(hub, topic, &update);
	hub->is_saved_stale |= topic->is_persistent;
	for (struct nt4_session *to = hub->sessions; to; to = to->next)
		tell_properties(to, topic, &update, to == session);
	nt4_topic_remove_unused(hub, topic);
}

/* ---- Frames ---- */

static void obey(struct nt4_session *session, const struct nt4_json *method,
                 const struct nt4_json *params, int64_t now_us)
{
	if (nt4_json_is(method, "\"publish\""))
		publish(session, params, now_us);
	else if (nt4_json_is(method, "\"unpublish\""))
		end_publication(session, params);
	else if (nt4_json_is(method, "\"setproperties\""))
		change_properties(session, params);
	else if (nt4_json_is(method, "\"subscribe\""))
		nt4_session_subscribe(session, params);
	else if (nt4_json_is(method, "\"unsubscribe\""))
		nt4_session_unsubscribe(session, params);
}

/* What was done since `before` is its client's. False: that has done too much of late. */
static bool pays(struct nt4_session *session, uint64_t before, int64_t now_us)
{
	uint64_t rest_us = now_us > session->work_us ? (uint64_t)(now_us - session->work_us) : 0;
	uint64_t paid = rest_us > 10000000 ? NT4_MAX_WORK : rest_us * (NT4_WORK_PER_S / 1000000);

	session->work -= paid < session->work ? paid : session->work;
	session->work += session->hub->work - before;
	session->work_us = now_us;
	return session->work <= NT4_MAX_WORK;
}

/* Methods that nobody knows are ignored, as the protocol has it. */
bool nt4_hub_text(struct nt4_session *session, const char *text, size_t n, int64_t now_us,
                  const char **ret_why)
{
	struct nt4_json frame = {text, n}, message, method, params;
	uint64_t before;
	size_t at = 0;

	while (frame.n > 0 && strchr(" \t\r\n", *frame.at) && *frame.at) {
		frame.at++;
		frame.n--;
	}
	*ret_why = "a text frame is no array of JSON";
	if (!nt4_json_is_good(text, n) || *frame.at != '[')
		return false;
	*ret_why = "it asks for too much work";
	while (!session->is_rtt && nt4_json_item(&frame, &at, &message)) {
		before = session->hub->work;
		if (*message.at == '{' && nt4_json_member(&message, "method", &method) &&
		    nt4_json_member(&message, "params", &params) && *params.at == '{')
			obey(session, &method, &params, now_us);
		session->hub->work += 100;
		if (!pays(session, before, now_us))
			return false;
	}
	before = session->hub->work;
	nt4_views_update(session, now_us);
	return pays(session, before, now_us);
}

/* The server's time, and what the client has sent to know its own by. Another connection of the
 * client may measure for it. */
static void answer(struct nt4_session *session, const struct nt4_update *update, int64_t now_us)
{
	for (struct nt4_session *other = session->hub->sessions; other; other = other->next)
		if (other == session ||
		    (session->is_rtt && strcmp(other->asked, session->asked) == 0))
			other->is_synchronised = true;
	if (session->replies.n + update->n < NT4_MAX_REPLIES)
		nt4_update_put(&session->replies, NT4_RTT_ID, now_us, update->type, update->value,
		               update->n);
}

/* A client that has never asked for the server's time has a clock of its own, and nobody's values
 * are from the future: those are of now. */
static int64_t true_time(const struct nt4_session *session, int64_t time_us, int64_t now_us)
{
	if (time_us <= 0)
		return 0;
	return session->is_synchronised && time_us < now_us ? time_us : now_us;
}

static void take_value(struct nt4_session *session, const struct nt4_update *update, int64_t now_us)
{
	uint32_t i = find_publication(session, update->id);
	struct nt4_buffer value = {0};
	struct nt4_topic *topic;

	if (i == session->n_publications || session->publications[i].is_mistyped)
		return;
	topic = session->publications[i].topic;
	if (update->type == topic->code &&
	    nt4_value_put(&value, topic->code, update->value, update->n) && !value.failed)
		nt4_topic_value(session->hub, topic, true_time(session, update->time_us, now_us),
		                value.data, value.n, session, now_us);
	nt4_buffer_free(&value);
}

bool nt4_hub_binary(struct nt4_session *session, const char *data, size_t n, int64_t now_us,
                    const char **ret_why)
{
	const char *at = data, *end = data + n;
	struct nt4_update update;
	int got;

	while ((got = nt4_update_read(&at, end, &update)) > 0) {
		uint64_t before = session->hub->work;

		session->hub->work += 10;
		if (update.id == NT4_RTT_ID)
			answer(session, &update, now_us);
		else if (!session->is_rtt)
			take_value(session, &update, now_us);
		*ret_why = "it sends too many values";
		if (!pays(session, before, now_us))
			return false;
	}
	*ret_why = "a binary frame is no row of values";
	return got == 0;
}
