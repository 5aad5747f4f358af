#include <stdlib.h>
#include <string.h>

#include "web/foxglove.h"

/* ---- What waits ---- */

static void drop(struct pkdw_subscription *subscription)
{
	while (subscription->n_pending)
		pkdw_message_let_go(subscription->pending[--subscription->n_pending]);
}

static bool is_of_video(const struct pkdw_channel *channel)
{
	return channel->kind == PKDW_CHANNEL_H264 || channel->kind == PKDW_CHANNEL_VIDEO;
}

/* Where there is no room, only the newest is of use; of video, what begins with a key frame. */
void pkdw_subscription_take(struct pkdw_subscription *subscription, struct pkdw_message *message)
{
	bool is_video = is_of_video(subscription->channel);

	if (subscription->n_pending == subscription->most) {
		drop(subscription);
		subscription->needs_key = is_video;
	}
	if (subscription->needs_key && !message->is_key) {
		if (subscription->viewer.encoder)
			pkdw_encoder_want_key(subscription->viewer.encoder);
		return;
	}
	if (message->is_key && is_video)
		drop(subscription);
	subscription->needs_key = false;
	subscription->pending[subscription->n_pending++] = pkdw_message_keep(message);
	lws_callback_on_writable(subscription->client->wsi);
}

static struct pkdw_message *take_first(struct pkdw_subscription *subscription)
{
	struct pkdw_message *first = subscription->pending[0];

	subscription->n_pending--;
	memmove(subscription->pending, subscription->pending + 1,
	        subscription->n_pending * sizeof(*subscription->pending));
	if (subscription->viewer.encoder)
		pkdw_encoder_want(subscription->viewer.encoder);
	return first;
}

/* In turns, so that no stream keeps others waiting. */
struct pkdw_message *pkdw_subscription_next(struct pkdw_foxglove *client,
                                            struct pkdw_subscription **ret_subscription)
{
	for (unsigned i = 0; i < client->n_subscriptions; i++) {
		struct pkdw_subscription *subscription = client->turn ? client->turn
		                                                      : client->subscriptions;

		client->turn = subscription->next;
		if (subscription->n_pending) {
			*ret_subscription = subscription;
			return take_first(subscription);
		}
	}
	return NULL;
}

static void take_picture(struct pkdw_viewer *viewer, struct pkdw_message *message)
{
	pkdw_subscription_take(lws_container_of(viewer, struct pkdw_subscription, viewer), message);
}

static void take_value(struct pkdw_reader *reader, struct pkdw_message *message)
{
	pkdw_subscription_take(lws_container_of(reader, struct pkdw_subscription, reader), message);
}

/* ---- Pictures ---- */

static bool begin_picture(struct pkdw_subscription *subscription,
                          const struct pkdw_subscribe *wanted)
{
	bool is_video = subscription->channel->kind == PKDW_CHANNEL_H264;
	const struct pkdw_wish wish = pkdw_wish_make(
		subscription->channel->stream, is_video ? PKDW_H264 : PKDW_JPEG, &wanted->limits);

	subscription->most = is_video ? PKDW_PENDING_VIDEO : 1;
	subscription->needs_key = is_video;
	subscription->viewer.take = take_picture;
	return pkdw_encoder_join(subscription->client->web, &wish, &subscription->viewer);
}

/* ---- Subscribing ---- */

static bool begin(struct pkdw_subscription *subscription, const struct pkdw_subscribe *wanted)
{
	switch (subscription->channel->kind) {
	case PKDW_CHANNEL_JPEG:
	case PKDW_CHANNEL_H264:
		return begin_picture(subscription, wanted);
	case PKDW_CHANNEL_LOG:
		return pkdw_log_begin(subscription);
	case PKDW_CHANNEL_VALUE:
	case PKDW_CHANNEL_VIDEO:
	case PKDW_CHANNEL_ANNOTATIONS:
		break;
	}
	subscription->needs_key = is_of_video(subscription->channel);
	subscription->reader.take = take_value;
	return pkdw_value_join(subscription->client->web, subscription->channel,
	                       &subscription->reader);
}

/* Of the log it has one: each takes a place of the console. */
static bool has_log(const struct pkdw_foxglove *client)
{
	for (const struct pkdw_subscription *i = client->subscriptions; i; i = i->next)
		if (i->channel->kind == PKDW_CHANNEL_LOG)
			return true;
	return false;
}

static void destroy(struct pkdw_subscription *subscription)
{
	pkdw_encoder_leave(&subscription->viewer);
	pkdw_value_leave(subscription->client->web, &subscription->reader);
	pkdw_lane_destroy(subscription->lane);
	drop(subscription);
	free(subscription);
}

static bool is_used(const struct pkdw_foxglove *client, uint32_t id)
{
	for (const struct pkdw_subscription *i = client->subscriptions; i; i = i->next)
		if (i->id == id)
			return true;
	return false;
}

void pkdw_subscribe(struct pkdw_foxglove *client, const struct pkdw_subscribe *wanted)
{
	const struct pkdw_channels *channels = client->web->channels;
	const struct pkdw_channel *channel;
	struct pkdw_subscription *subscription;

	if (!channels || wanted->channel == 0 || wanted->channel > channels->n) {
		pkdw_note_status(client, 2, "there is no channel %u", wanted->channel);
		return;
	}
	if (is_used(client, wanted->id)) {
		pkdw_note_status(client, 2, "there is a subscription %u already", wanted->id);
		return;
	}
	channel = &channels->items[wanted->channel - 1];
	if (channel->kind == PKDW_CHANNEL_LOG && has_log(client)) {
		pkdw_note_status(client, 2,
		                 "channel %u: there is a subscription to the log already",
		                 wanted->channel);
		return;
	}
	subscription = client->n_subscriptions < PKDW_MAX_SUBSCRIPTIONS
	                       ? calloc(1, sizeof(*subscription))
	                       : NULL;
	if (!subscription) {
		pkdw_note_status(client, 2, "channel %u: a client has at most %d subscriptions",
		                 wanted->channel, PKDW_MAX_SUBSCRIPTIONS);
		return;
	}
	*subscription = (struct pkdw_subscription){
		.client = client, .id = wanted->id, .channel = channel, .most = PKDW_PENDING};
	if (!begin(subscription, wanted)) {
		pkdw_note_status(client, 2, "channel %u: too much is looked at", wanted->channel);
		destroy(subscription);
		return;
	}
	subscription->next = client->subscriptions;
	client->subscriptions = subscription;
	client->n_subscriptions++;
}

static void forget(struct pkdw_foxglove *client, struct pkdw_subscription **at)
{
	struct pkdw_subscription *subscription = *at;

	*at = subscription->next;
	client->n_subscriptions--;
	client->turn = NULL;
	destroy(subscription);
}

void pkdw_unsubscribe(struct pkdw_foxglove *client, uint32_t id)
{
	struct pkdw_subscription **at = &client->subscriptions;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	if (*at)
		forget(client, at);
}

void pkdw_unsubscribe_all(struct pkdw_foxglove *client)
{
	while (client->subscriptions)
		forget(client, &client->subscriptions);
}
