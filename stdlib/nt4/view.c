/* What is told to a client of a hub, and when. See hub.h. */
#include "hub.h"

enum { MAX_MESSAGES = 64 }; /* in a text frame */

void nt4_announce(struct nt4_session *session, const struct nt4_topic *topic, int64_t publication)
{
	struct nt4_buffer *text = &session->text;

	/* ntcore-ts-client looks for the answer to what it publishes in the first of a frame only. */
	if (publication >= 0)
		nt4_message_begin_alone(text, "announce");
	else
		nt4_message_begin(text, "announce");
	nt4_message_string(text, "name", topic->name);
	nt4_message_whole(text, "id", topic->id);
	nt4_message_string(text, "type", topic->type);
	if (publication >= 0)
		nt4_message_whole(text, "pubuid", publication);
	nt4_message_member(text, "properties");
	nt4_topic_put_properties(topic, text);
	nt4_message_end(text);
	session->views[topic->slot].is_announced = true;
}

/* What begins with $ is for those who ask for that by name, or by a prefix that begins so. */
bool nt4_subscription_has(const struct nt4_subscription *subscription,
                          const struct nt4_topic *topic, uint64_t *work)
{
	for (uint32_t i = 0; i < subscription->n_patterns; i++) {
		const char *pattern = subscription->patterns[i];
		bool may_begin = subscription->is_prefix && (!topic->is_meta || *pattern == '$');
		size_t n = strlen(pattern);

		*work += 1 + n / 32;
		if (n != topic->n_name && (!may_begin || n > topic->n_name))
			continue;
		if (memcmp(pattern, topic->name, n) == 0)
			return true;
	}
	return false;
}

static void set_due(struct nt4_session *session, struct nt4_view *view, bool is_due)
{
	if (view->is_due == is_due)
		return;
	view->is_due = is_due;
	session->n_due += is_due ? 1 : UINT32_MAX;
}

void nt4_view_update(struct nt4_session *session, struct nt4_topic *topic, int64_t now_us)
{
	struct nt4_view *view = &session->views[topic->slot];
	bool wanted = view->wants, is_matched = false;

	view->wants = view->wants_all = false;
	view->period_us = INT64_MAX;
	for (uint32_t i = 0; i < session->n_subscriptions; i++) {
		const struct nt4_subscription *subscription = &session->subscriptions[i];

		if (!nt4_subscription_has(subscription, topic, &session->hub->work))
			continue;
		is_matched = true;
		if (subscription->topics_only)
			continue;
		view->wants = true;
		view->wants_all |= subscription->wants_all;
		if (subscription->period_us < view->period_us)
			view->period_us = subscription->period_us;
	}
	if (view->wants_all && view->period_us < session->queue_period_us)
		session->queue_period_us = view->period_us;
	if (is_matched && !view->is_announced)
		nt4_announce(session, topic, -1);
	if (!view->wants)
		set_due(session, view, false);
	if (!view->wants || wanted || !topic->has_value || topic->is_not_cached)
		return;
	view->next_us = now_us;
	set_due(session, view, true);
}

void nt4_views_update(struct nt4_session *session, int64_t now_us)
{
	struct nt4_hub *hub = session->hub;

	if (!session->is_views_stale)
		return;
	session->is_views_stale = false;
	session->queue_period_us = INT64_MAX;
	for (uint32_t i = 0; i < hub->n_slots; i++)
		if (hub->topics[i])
			nt4_view_update(session, hub->topics[i], now_us);
}

void nt4_view_forget(struct nt4_session *session, const struct nt4_topic *topic)
{
	set_due(session, &session->views[topic->slot], false);
	session->views[topic->slot] = (struct nt4_view){0};
}

/* False: there is no room for all of them. */
static bool enqueue(struct nt4_session *session, const struct nt4_topic *topic, int64_t time_us,
                    const char *value, size_t n, int64_t now_us)
{
	struct nt4_buffer *queue = &session->queue;
	size_t before = queue->n;
	uint32_t size = 0;

	if (session->is_queue_full || queue->n + n > NT4_MAX_QUEUE) {
		session->is_queue_full = true;
		session->n_left_out++;
		return false;
	}
	if (queue->n == 0 && session->queue_us < now_us - session->queue_period_us)
		session->queue_us = now_us;
	nt4_buffer_put(queue, &size, sizeof(size));
	nt4_update_put(queue, topic->id, time_us, topic->code, value, n);
	if (queue->failed) {
		nt4_buffer_free(queue);
		return false;
	}
	size = (uint32_t)(queue->n - before - sizeof(size));
	memcpy(queue->data + before, &size, sizeof(size));
	return true;
}

void nt4_view_value(struct nt4_session *session, const struct nt4_topic *topic, int64_t time_us,
                    const char *value, size_t n, bool is_newest, int64_t now_us)
{
	struct nt4_view *view = &session->views[topic->slot];
	bool is_queued = view->wants && view->wants_all &&
	                 enqueue(session, topic, time_us, value, n, now_us);

	/* What is in the queue is not sent once more as the newest. */
	if (view->wants && is_newest)
		set_due(session, view, !is_queued);
}

/* ---- Frames ---- */

bool nt4_hub_is_lost(const struct nt4_session *session)
{
	return session->text.n - session->text_at > NT4_MAX_TEXT || session->text.failed ||
	       session->replies.failed;
}

int64_t nt4_hub_due(const struct nt4_session *session, int64_t now_us)
{
	int64_t due_us = INT64_MAX;

	if (session->text.n > 0 || session->replies.n > 0)
		return now_us;
	if (session->queue.n > 0)
		due_us = session->queue_us;
	for (uint32_t i = 0, n = 0; n < session->n_due && i < session->hub->n_slots; i++) {
		if (!session->views[i].is_due)
			continue;
		n++;
		if (session->views[i].next_us < due_us)
			due_us = session->views[i].next_us;
	}
	return due_us > now_us ? due_us : now_us;
}

/* Times of sending lie on a grid, so that what is late does not make the rate lower. */
static int64_t next_time(int64_t next_us, int64_t period_us, int64_t now_us)
{
	return next_us + period_us > now_us ? next_us + period_us : now_us + period_us;
}

/* Whole values, up to the size of a frame. */
static void take_queue(struct nt4_session *session, struct nt4_buffer *frame, int64_t now_us)
{
	struct nt4_buffer *queue = &session->queue;
	size_t at = 0;
	uint32_t size;

	while (at < queue->n && frame->n < NT4_FRAME) {
		memcpy(&size, queue->data + at, sizeof(size));
		nt4_buffer_put(frame, queue->data + at + sizeof(size), size);
		at += sizeof(size) + size;
	}
	nt4_buffer_drop(queue, at);
	if (queue->n > 0)
		return;
	session->is_queue_full = false;
	session->queue_us = next_time(session->queue_us, session->queue_period_us, now_us);
	if (queue->room > NT4_FRAME)
		nt4_buffer_free(queue);
}

static void take_views(struct nt4_session *session, struct nt4_buffer *frame, int64_t now_us)
{
	for (uint32_t i = 0; session->n_due > 0 && i < session->hub->n_slots; i++) {
		struct nt4_view *view = &session->views[i];
		struct nt4_topic *topic = session->hub->topics[i];

		if (frame->n >= NT4_FRAME)
			return;
		if (!view->is_due || view->next_us > now_us)
			continue;
		nt4_update_put(frame, topic->id, topic->time_us, topic->code, topic->value.data,
		               topic->value.n);
		set_due(session, view, false);
		view->next_us = next_time(view->next_us, view->period_us, now_us);
	}
}

bool nt4_hub_frame(struct nt4_session *session, int64_t now_us, struct nt4_buffer *frame,
                   bool *ret_is_text)
{
	struct nt4_buffer *text = &session->text, *replies = &session->replies;

	*ret_is_text = false;
	if (replies->n > 0) {
		nt4_buffer_put(frame, replies->data, replies->n);
		replies->n = 0;
		return frame->n > 0;
	}
	if (text->n > 0) {
		*ret_is_text = true;
		nt4_messages_take(text, &session->text_at, MAX_MESSAGES, frame);
		if (text->n == 0) {
			nt4_buffer_free(text);
		} else if (session->text_at > NT4_MAX_TEXT / 4) {
			nt4_buffer_drop(text, session->text_at);
			session->text_at = 0;
		}
		return true;
	}
	if (session->queue.n > 0 && session->queue_us <= now_us)
		take_queue(session, frame, now_us);
	take_views(session, frame, now_us);
	return frame->n > 0;
}
