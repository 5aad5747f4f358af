/* What clients of a hub want to hear. See hub.h. */
#include "hub.h"

static const int64_t SECOND_US = 1000000;

void nt4_subscription_free(struct nt4_subscription *subscription)
{
	for (uint32_t i = 0; i < subscription->n_patterns; i++)
		free(subscription->patterns[i]);
	free(subscription->patterns);
}

static bool take_option(const struct nt4_json *options, const char *name)
{
	struct nt4_json json;

	return nt4_json_member(options, name, &json) && nt4_json_is(&json, "true");
}

static void take_options(struct nt4_subscription *subscription, const struct nt4_json *params)
{
	struct nt4_json options, json;
	double period = 0.1;

	if (nt4_json_member(params, "options", &options) && *options.at == '{') {
		subscription->is_prefix = take_option(&options, "prefix");
		subscription->wants_all = take_option(&options, "all");
		subscription->topics_only = take_option(&options, "topicsonly");
		if (!nt4_json_member(&options, "periodic", &json) ||
		    !nt4_json_number(&json, &period))
			period = 0.1;
	}
	period = period < 0.001 ? 0.001 : period > 3600 ? 3600 : period;
	subscription->period_us = (int64_t)(period * (double)SECOND_US);
}

static bool take_patterns(struct nt4_subscription *subscription, const struct nt4_json *topics)
{
	struct nt4_json item;
	size_t at = 0;
	char *pattern;

	subscription->patterns = calloc(NT4_MAX_PATTERNS, sizeof(*subscription->patterns));
	while (subscription->patterns && nt4_json_item(topics, &at, &item) &&
	       subscription->n_patterns < NT4_MAX_PATTERNS) {
		pattern = item.n > NT4_MAX_NAME ? NULL : nt4_json_string(&item);
		if (pattern)
			subscription->patterns[subscription->n_patterns++] = pattern;
	}
	return subscription->patterns != NULL;
}

/* In place of one with the same number, as some clients say all twice. */
static bool put_subscription(struct nt4_session *session, struct nt4_subscription *subscription)
{
	uint32_t i = 0, n_patterns = subscription->n_patterns;

	for (uint32_t j = 0; j < session->n_subscriptions; j++)
		n_patterns += session->subscriptions[j].n_patterns;
	if (n_patterns > NT4_MAX_PATTERNS_OF_ALL)
		return false;
	while (i < session->n_subscriptions && session->subscriptions[i].uid != subscription->uid)
		i++;
	if (i < session->n_subscriptions)
		nt4_subscription_free(&session->subscriptions[i]);
	else if (!nt4_has_room((void **)&session->subscriptions, session->n_subscriptions,
	                       &session->subscriptions_room, sizeof(*session->subscriptions),
	                       NT4_MAX_SUBSCRIPTIONS))
		return false;
	else
		session->n_subscriptions++;
	session->subscriptions[i] = *subscription;
	return true;
}

static bool asks_for_meta(const struct nt4_subscription *subscription)
{
	for (uint32_t i = 0; i < subscription->n_patterns; i++)
		if (*subscription->patterns[i] == '$')
			return true;
	return false;
}

void nt4_session_subscribe(struct nt4_session *session, const struct nt4_json *params)
{
	struct nt4_subscription subscription = {0};
	struct nt4_json topics;

	if (!nt4_take_whole(params, "subuid", &subscription.uid) ||
	    !nt4_json_member(params, "topics", &topics))
		return;
	take_options(&subscription, params);
	if (!take_patterns(&subscription, &topics) || !put_subscription(session, &subscription)) {
		nt4_subscription_free(&subscription);
		return;
	}
	session->hub->has_meta |= asks_for_meta(&subscription);
	session->hub->is_meta_stale = true;
	session->is_views_stale = true;
}

void nt4_session_unsubscribe(struct nt4_session *session, const struct nt4_json *params)
{
	int64_t uid;

	if (!nt4_take_whole(params, "subuid", &uid))
		return;
	for (uint32_t i = 0; i < session->n_subscriptions; i++) {
		if (session->subscriptions[i].uid != uid)
			continue;
		nt4_subscription_free(&session->subscriptions[i]);
		session->subscriptions[i] = session->subscriptions[--session->n_subscriptions];
		session->hub->is_meta_stale = true;
		session->is_views_stale = true;
		return;
	}
}
