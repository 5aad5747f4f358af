/* Topics of a hub. See hub.h. */
#include "hub.h"

void nt4_hub_init(struct nt4_hub *hub)
{
	*hub = (struct nt4_hub){0};
}

static void free_topic(struct nt4_topic *topic)
{
	for (uint32_t i = 0; i < topic->n_properties; i++) {
		free(topic->properties[i].name);
		free(topic->properties[i].json);
	}
	nt4_buffer_free(&topic->value);
	free(topic->name);
	free(topic->type);
	free(topic);
}

void nt4_hub_free(struct nt4_hub *hub)
{
	for (uint32_t i = 0; i < hub->n_slots; i++)
		if (hub->topics[i])
			free_topic(hub->topics[i]);
}

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

struct nt4_topic *nt4_topic_find(const struct nt4_hub *hub, const char *name)
{
	uint32_t hash = hash_of(name);

	for (uint32_t i = 0; i < hub->n_slots; i++)
		if (hub->topics[i] && hub->topics[i]->hash == hash &&
		    strcmp(hub->topics[i]->name, name) == 0)
			return hub->topics[i];
	return NULL;
}

struct nt4_topic *nt4_topic_add(struct nt4_hub *hub, const char *name, const char *type)
{
	struct nt4_topic *topic;
	uint32_t slot = 0;

	while (slot < hub->n_slots && hub->topics[slot])
		slot++;
	if (slot == NT4_MAX_TOPICS)
		return NULL;
	topic = calloc(1, sizeof(*topic));
	if (!topic)
		return NULL;
	topic->name = strdup(name);
	topic->type = strdup(type);
	if (!topic->name || !topic->type) {
		free_topic(topic);
		return NULL;
	}
	topic->n_name = strlen(name);
	topic->hash = hash_of(name);
	topic->slot = slot;
	topic->id = ++hub->last_id;
	topic->code = nt4_type_code(type);
	topic->is_meta = *name == '$';
	hub->topics[slot] = topic;
	if (slot == hub->n_slots)
		hub->n_slots++;
	hub->n_topics += !topic->is_meta;
	hub->is_meta_stale = true;
	return topic;
}

static void unannounce(struct nt4_session *session, const struct nt4_topic *topic)
{
	if (!session->views[topic->slot].is_announced)
		return;
	nt4_message_begin(&session->text, "unannounce");
	nt4_message_string(&session->text, "name", topic->name);
	nt4_message_whole(&session->text, "id", topic->id);
	nt4_message_end(&session->text);
}

static size_t size_of(const struct nt4_property *property)
{
	return strlen(property->name) + strlen(property->json);
}

void nt4_topic_remove(struct nt4_hub *hub, struct nt4_topic *topic)
{
	for (struct nt4_session *session = hub->sessions; session; session = session->next) {
		unannounce(session, topic);
		nt4_view_forget(session, topic);
	}
	hub->topics[topic->slot] = NULL;
	hub->n_topics -= !topic->is_meta;
	hub->kept -= topic->value.n;
	for (uint32_t i = 0; i < topic->n_properties; i++)
		hub->kept_properties -= size_of(&topic->properties[i]);
	hub->is_meta_stale = true;
	hub->is_saved_stale |= topic->is_persistent;
	free_topic(topic);
}

void nt4_topic_remove_unused(struct nt4_hub *hub, struct nt4_topic *topic)
{
	if (topic->n_publications == 0 && !topic->is_persistent && !topic->is_retained &&
	    !topic->is_meta)
		nt4_topic_remove(hub, topic);
}

/* ---- Properties ---- */

static void note_flags(struct nt4_topic *topic, const char *name, bool is_true, bool is_false)
{
	if (strcmp(name, "persistent") == 0)
		topic->is_persistent = is_true;
	else if (strcmp(name, "retained") == 0)
		topic->is_retained = is_true;
	else if (strcmp(name, "cached") == 0)
		topic->is_not_cached = is_false;
}

static bool is_flag(const char *name)
{
	return strcmp(name, "persistent") == 0 || strcmp(name, "retained") == 0 ||
	       strcmp(name, "cached") == 0;
}

static bool put_property(struct nt4_hub *hub, struct nt4_topic *topic, uint32_t i, const char *name,
                         char *json)
{
	size_t before = i < topic->n_properties ? size_of(&topic->properties[i]) : 0;
	size_t kept = hub->kept_properties - before + strlen(name) + strlen(json);

	if (kept > NT4_MAX_PROPERTIES_OF_ALL) {
		free(json);
		return false;
	}
	if (i == topic->n_properties) {
		char *copy = i < NT4_MAX_PROPERTIES ? strdup(name) : NULL;

		if (!copy) {
			free(json);
			return false;
		}
		topic->properties[i].name = copy;
		topic->n_properties++;
	} else {
		free(topic->properties[i].json);
	}
	topic->properties[i].json = json;
	hub->kept_properties = kept;
	return true;
}

bool nt4_topic_set(struct nt4_hub *hub, struct nt4_topic *topic, const char *name,
                   const struct nt4_json *json)
{
	bool is_true = nt4_json_is(json, "true"), is_false = nt4_json_is(json, "false");
	bool is_null = nt4_json_is(json, "null");
	uint32_t i = 0;
	char *copy;

	/* Clients rely on these being booleans. */
	if (json->n > NT4_MAX_PROPERTY || strlen(name) > NT4_MAX_NAME ||
	    (is_flag(name) && !is_true && !is_false && !is_null))
		return false;
	while (i < topic->n_properties && strcmp(topic->properties[i].name, name) != 0)
		i++;
	if (!is_null) {
		copy = strndup(json->at, json->n);
		if (!copy || !put_property(hub, topic, i, name, copy))
			return false;
	} else if (i < topic->n_properties) {
		hub->kept_properties -= size_of(&topic->properties[i]);
		free(topic->properties[i].name);
		free(topic->properties[i].json);
		topic->properties[i] = topic->properties[--topic->n_properties];
	}
	note_flags(topic, name, is_true, is_false);
	return true;
}

void nt4_topic_put_properties(const struct nt4_topic *topic, struct nt4_buffer *buffer)
{
	nt4_buffer_text(buffer, "{");
	for (uint32_t i = 0; i < topic->n_properties; i++) {
		nt4_message_member(buffer, topic->properties[i].name);
		nt4_buffer_text(buffer, topic->properties[i].json);
	}
	nt4_buffer_text(buffer, "}");
}

/* ---- Values ---- */

/* A value that is older than the one that is there does not take its place. */
static bool keep(struct nt4_hub *hub, struct nt4_topic *topic, int64_t time_us, const char *value,
                 size_t n)
{
	if ((topic->has_value && time_us < topic->time_us) || n > NT4_MAX_VALUE ||
	    hub->kept - topic->value.n + n > NT4_MAX_KEPT)
		return false;
	hub->kept -= topic->value.n;
	topic->value.n = 0;
	nt4_buffer_put(&topic->value, value, n);
	hub->kept += topic->value.n;
	topic->has_value = !topic->value.failed;
	topic->time_us = time_us;
	hub->is_saved_stale |= topic->is_persistent;
	return topic->has_value;
}

void nt4_topic_value(struct nt4_hub *hub, struct nt4_topic *topic, int64_t time_us,
                     const char *value, size_t n, const struct nt4_session *from, int64_t now_us)
{
	bool is_newest = keep(hub, topic, time_us, value, n);

	hub->work += 4 * hub->n_clients;
	for (struct nt4_session *session = hub->sessions; session; session = session->next) {
		if (session != from)
			nt4_view_value(session, topic, time_us, value, n, is_newest, now_us);
		else if (is_newest && session->views[topic->slot].is_due) {
			session->views[topic->slot].is_due = false;
			session->n_due--;
		}
	}
}
