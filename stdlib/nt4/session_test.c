/* The hub, without a network: clients as frames in and frames out. */
#include "hub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000000000 };

static struct nt4_hub hub;
static int64_t now_us;

static struct nt4_session *join(const char *name)
{
	struct nt4_session *session = nt4_hub_join(&hub, name, "127.0.0.1:9", false);

	assert_non_null(session);
	session->is_synchronised = true;
	return session;
}

static void say(struct nt4_session *session, const char *method, const char *params)
{
	char text[6000];
	const char *why;
	int n = snprintf(text, sizeof(text), "[{\"method\":\"%s\",\"params\":%s}]", method, params);

	assert_true(nt4_hub_text(session, text, (size_t)n, now_us, &why));
}

static void give(struct nt4_session *session, int64_t uid, int64_t time_us, int64_t value)
{
	struct nt4_buffer whole = {0}, frame = {0};
	const char *why;

	nt4_put_int(&whole, value);
	nt4_update_put(&frame, uid, time_us, NT4_INT, whole.data, whole.n);
	assert_true(nt4_hub_binary(session, frame.data, frame.n, now_us, &why));
	nt4_buffer_free(&whole);
	nt4_buffer_free(&frame);
}

/* All frames that are due, as text: of a text frame its method and name, of values "=5". */
static const char *heard(struct nt4_session *session)
{
	static char all[65536];
	struct nt4_buffer frame = {0};
	bool is_text;
	size_t n = 0;

	all[0] = '\0';
	while (nt4_hub_frame(session, now_us, &frame, &is_text)) {
		const char *at = frame.data, *end = frame.data + frame.n;
		struct nt4_json json = {frame.data, frame.n}, message, part;
		struct nt4_update update;
		struct nt4_item item;
		size_t from = 0;

		while (is_text && nt4_json_item(&json, &from, &message)) {
			assert_true(nt4_json_member(&message, "method", &part));
			n += (size_t)snprintf(all + n, sizeof(all) - n, "%.*s ", (int)part.n - 2,
			                      part.at + 1);
		}
		while (!is_text && nt4_update_read(&at, end, &update) > 0) {
			const char *value = update.value;

			assert_true(nt4_item_read(&value, value + update.n, &item));
			n += (size_t)snprintf(all + n, sizeof(all) - n, "=%lld ",
			                      (long long)item.whole);
		}
		frame.n = 0;
	}
	nt4_buffer_free(&frame);
	return all;
}

static int set_up(void **state)
{
	(void)state;
	nt4_hub_init(&hub);
	now_us = NOW;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	while (hub.sessions)
		nt4_hub_leave(hub.sessions, now_us);
	nt4_hub_free(&hub);
	return 0;
}

static void values_follow_publish_at_once(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");

	(void)state;
	say(b, "subscribe", "{\"topics\":[\"/n\"],\"subuid\":1}");
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\",\"properties\":{}}");
	give(a, 5, NOW, 7);
	assert_string_equal(heard(a), "announce ");
	assert_string_equal(heard(b), "announce =7 ");
	assert_string_equal(heard(b), "");
}

static void the_newest_comes_once_in_a_period(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");

	(void)state;
	say(b, "subscribe", "{\"topics\":[\"\"],\"subuid\":1,\"options\":{\"prefix\":true}}");
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	heard(b);
	for (int i = 0; i < 100; i++, now_us += 10000) {
		give(a, 5, now_us, i);
		assert_int_equal(*heard(b) != 0, i % 10 == 0);
	}
	assert_int_equal(nt4_hub_due(b, now_us), now_us);
	assert_string_equal(heard(b), "=99 ");
}

static void all_means_all(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");

	(void)state;
	say(b, "subscribe", "{\"topics\":[\"/n\"],\"subuid\":1,\"options\":{\"all\":true}}");
	say(b, "subscribe",
	    "{\"topics\":[\"/n\"],\"subuid\":1,\"options\":{\"all\":true}}"); /* said twice */
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	for (int i = 0; i < 4; i++)
		give(a, 5, now_us + i, i);
	assert_string_equal(heard(b), "announce =0 =1 =2 =3 ");
	give(a, 5, now_us, 4);
	assert_string_equal(heard(b), "");
	now_us += 100000;
	assert_string_equal(heard(b), "=4 ");
}

static void who_is_too_slow_gets_the_newest(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");
	const char *last;

	(void)state;
	say(b, "subscribe", "{\"topics\":[\"/n\"],\"subuid\":1,\"options\":{\"all\":true}}");
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	for (int i = 0; i < 100000; i++)
		give(a, 5, ++now_us, 1000 + i % 7);
	give(a, 5, ++now_us, 3);
	assert_true(b->queue.room <= 2 * NT4_MAX_QUEUE && b->n_left_out > 0);
	now_us += 1000000;
	while (b->queue.n > 0) {
		struct nt4_buffer frame = {0};
		bool is_text;

		assert_true(nt4_hub_frame(b, now_us, &frame, &is_text));
		assert_true(frame.n < NT4_FRAME + 100);
		nt4_buffer_free(&frame);
	}
	now_us += 1000000;
	last = heard(b);
	assert_true(*last == '\0' || strcmp(last, "=3 ") == 0);
}

static void the_latest_time_is_kept(void **state)
{
	struct nt4_session *a = join("a"), *b;

	(void)state;
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	give(a, 5, NOW - 10, 1);
	give(a, 5, NOW - 20, 2);
	give(a, 5, 0, 3); /* a default */
	b = join("b");
	say(b, "subscribe", "{\"topics\":[\"/n\"],\"subuid\":1}");
	assert_string_equal(heard(b), "announce =1 ");
	give(a, 5, NOW + 99, 4); /* from the future: now */
	assert_int_equal(nt4_topic_find(&hub, "/n")->time_us, NOW);
}

static void nobody_hears_himself(void **state)
{
	struct nt4_session *a = join("a");

	(void)state;
	say(a, "subscribe", "{\"topics\":[\"/n\"],\"subuid\":1}");
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	give(a, 5, NOW, 1);
	assert_string_equal(heard(a), "announce ");
}

static void topics_go_with_their_last_publisher(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b"), *c = join("c");

	(void)state;
	say(c, "subscribe",
	    "{\"topics\":[\"\"],\"subuid\":1,\"options\":{\"prefix\":true,\"topicsonly\":true}}");
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	say(b, "publish", "{\"name\":\"/n\",\"pubuid\":6,\"type\":\"int\"}");
	say(b, "publish",
	    "{\"name\":\"/kept\",\"pubuid\":7,\"type\":\"int\",\"properties\":{\"retained\":true}}");
	give(b, 7, NOW, 1);
	assert_string_equal(heard(c), "announce announce ");
	say(a, "unpublish", "{\"pubuid\":5}");
	assert_string_equal(heard(c), "");
	nt4_hub_leave(b, now_us);
	assert_string_equal(heard(c), "unannounce ");
	say(c, "setproperties", "{\"name\":\"/kept\",\"update\":{\"retained\":false}}");
	assert_string_equal(heard(c), "properties unannounce ");
	assert_int_equal(hub.n_topics, 0);
	assert_int_equal(hub.kept, 0);
}

static void names_are_no_other_clients(void **state)
{
	(void)state;
	assert_string_equal(join("a")->name, "a");
	assert_string_equal(join("a")->name, "a@1");
	assert_string_equal(join("a")->name, "a@2");
}

static void clients_without_the_time_have_that_of_now(void **state)
{
	struct nt4_session *a = join("a");

	(void)state;
	a->is_synchronised = false;
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	give(a, 5, 17, 1);
	assert_int_equal(nt4_topic_find(&hub, "/n")->time_us, NOW);
	give(a, NT4_RTT_ID, 0, 1234);
	assert_true(a->is_synchronised);
	assert_string_equal(heard(a), "=1234 announce ");
}

static void what_is_told_of_topics_is_for_those_who_ask(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");

	(void)state;
	say(a, "subscribe", "{\"topics\":[\"\"],\"subuid\":1,\"options\":{\"prefix\":true}}");
	say(a, "publish", "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\"}");
	nt4_hub_tell_meta(&hub, now_us);
	assert_string_equal(heard(a), "announce ");
	say(b, "subscribe",
	    "{\"topics\":[\"$\"],\"subuid\":1,\"options\":{\"prefix\":true,\"topicsonly\":true}}");
	nt4_hub_tell_meta(&hub, now_us);
	assert_string_equal(heard(a), "");
	/* $clients, of two clients, of one topic, of the server: two each. */
	assert_int_equal(strlen(heard(b)), strlen("announce ") * 9);
	nt4_hub_leave(a, now_us);
	nt4_hub_tell_meta(&hub, now_us);
	assert_int_equal(strlen(heard(b)), strlen("unannounce ") * 4);
	assert_int_equal(hub.n_topics, 0);
}

static void nonsense_is_refused_or_left_alone(void **state)
{
	static const char *const texts[] = {
		"[{}]",
		"[5,null,[]]",
		"[{\"method\":5,\"params\":{}}]",
		"[{\"method\":\"publish\",\"params\":[]}]",
		"[{\"method\":\"publish\",\"params\":{}}]",
		"[{\"method\":\"publish\",\"params\":{\"name\":\"$x\",\"type\":\"int\",\"pubuid\":1}}]",
		"[{\"method\":\"publish\",\"params\":{\"name\":\"\",\"type\":\"int\",\"pubuid\":1}}]",
		"[{\"method\":\"publish\",\"params\":{\"name\":\"/x\",\"type\":\"int\",\"pubuid\":1.5}}]",
		"[{\"method\":\"subscribe\",\"params\":{\"topics\":5,\"subuid\":1,\"options\":7}}]",
		"[{\"method\":\"setproperties\",\"params\":{\"name\":\"/x\",\"update\":5}}]",
		"[{\"method\":\"unpublish\",\"params\":{\"pubuid\":1}}]"};
	struct nt4_session *a = join("a");
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_true(nt4_hub_text(a, texts[i], strlen(texts[i]), now_us, &why));
	assert_int_equal(hub.n_topics, 0);
	assert_false(nt4_hub_text(a, "{}", 2, now_us, &why));
	assert_false(nt4_hub_text(a, "[", 1, now_us, &why));
	assert_false(nt4_hub_text(a, "", 0, now_us, &why));
	assert_false(nt4_hub_binary(a, "\xc1", 1, now_us, &why));
}

static void there_is_an_end_to_topics(void **state)
{
	struct nt4_session *a = join("a");
	char params[128];

	(void)state;
	for (int i = 0; i < NT4_MAX_TOPICS + 10; i++) {
		snprintf(params, sizeof(params),
		         "{\"name\":\"/%d\",\"pubuid\":%d,\"type\":\"int\"}", i, i);
		say(a, "publish", params);
	}
	assert_int_equal(hub.n_topics, NT4_MAX_TOPICS);
}

static void what_is_persistent_comes_back(void **state)
{
	struct nt4_session *a = join("a");
	struct nt4_buffer before = {0}, after = {0};

	(void)state;
	say(a, "publish",
	    "{\"name\":\"/n\",\"pubuid\":5,\"type\":\"int\",\"properties\":{\"persistent\":true,\"x\":[1]}}");
	give(a, 5, NOW, -5);
	assert_true(hub.is_saved_stale);
	assert_int_equal(nt4_hub_save(&hub, &before, SIZE_MAX), 0);
	tear_down(NULL);
	set_up(NULL);
	assert_true(nt4_hub_load(&hub, before.data, before.n));
	nt4_hub_save(&hub, &after, SIZE_MAX);
	assert_int_equal(before.n, after.n);
	assert_memory_equal(before.data, after.data, before.n);
	assert_false(nt4_hub_load(&hub, "[5]", 3));
	assert_false(nt4_hub_load(&hub, "", 0));
	nt4_buffer_free(&before);
	nt4_buffer_free(&after);
}

/* A frame of a client that costs others their time is the last of it. */
static void there_is_an_end_to_work(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");
	struct nt4_buffer text = {0};
	char one[2000], name[1001];
	const char *why;
	bool is_good = true;

	(void)state;
	memset(name, 'p', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	nt4_buffer_text(&text, "[");
	for (int i = 0; i < 3000; i++) {
		snprintf(
			one, sizeof(one),
			"%s{\"method\":\"publish\",\"params\":{\"name\":\"%.900s%d\",\"pubuid\":%d,"
			"\"type\":\"int\"}}",
			i ? "," : "", name, i, i);
		nt4_buffer_text(&text, one);
	}
	nt4_buffer_text(&text, "]");
	assert_true(nt4_hub_text(a, text.data, text.n, NOW, &why));
	/* Many that change little are one change. */
	text.n = 0;
	nt4_buffer_text(&text, "[");
	for (int i = 0; i < 60000; i++) {
		snprintf(
			one, sizeof(one),
			"%s{\"method\":\"subscribe\",\"params\":{\"topics\":[\"q\"],\"subuid\":2}}",
			i ? "," : "");
		nt4_buffer_text(&text, one);
	}
	nt4_buffer_text(&text, "]");
	assert_true(nt4_hub_text(b, text.data, text.n, NOW, &why));
	assert_true(hub.work < NT4_MAX_WORK);
	/* As frames of their own they are too many in a moment. */
	text.n = 0;
	nt4_buffer_text(
		&text,
		"[{\"method\":\"subscribe\",\"params\":{\"subuid\":3,\"options\":{\"prefix\":true},\"topics\":[");
	for (int i = 0; i < 256; i++) {
		snprintf(one, sizeof(one), "%s\"%.*sx\"", i ? "," : "", 700 + i, name);
		nt4_buffer_text(&text, one);
	}
	nt4_buffer_text(&text, "]}}]");
	for (int i = 0; i < 100 && is_good; i++)
		is_good = nt4_hub_text(b, text.data, text.n, NOW, &why);
	assert_false(is_good);
	assert_string_equal(why, "it asks for too much work");
	nt4_buffer_free(&text);
}

/* A dashboard that comes late is not told of a thousand topics in a thousand frames. */
static void announcements_share_a_frame(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");
	struct nt4_buffer frame = {0};
	char one[200];
	bool is_text;
	int n = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(one, sizeof(one), "{\"name\":\"/%d\",\"pubuid\":%d,\"type\":\"int\"}", i,
		         i);
		say(a, "publish", one);
	}
	say(b, "subscribe", "{\"topics\":[\"/\"],\"subuid\":1,\"options\":{\"prefix\":true}}");
	while (nt4_hub_frame(b, now_us, &frame, &is_text)) {
		assert_true(is_text && nt4_json_is_good(frame.data, frame.n));
		frame.n = 0;
		n++;
	}
	assert_int_equal(n, 4);
	/* But each answer to who publishes stands alone. */
	for (n = 0; nt4_hub_frame(a, now_us, &frame, &is_text); n++)
		frame.n = 0;
	assert_int_equal(n, 200);
	nt4_buffer_free(&frame);
}

static void a_topic_of_two_types_is_told_once(void **state)
{
	struct nt4_session *a = join("a"), *b = join("b");

	(void)state;
	say(a, "publish", "{\"name\":\"/x\",\"pubuid\":1,\"type\":\"int\"}");
	assert_string_equal(hub.conflict, "");
	say(b, "publish", "{\"name\":\"/x\",\"pubuid\":1,\"type\":\"double\"}");
	assert_string_equal(hub.conflict, "the values of 'b' for '/x' are left out: it publishes "
	                                  "double, and the topic is one of int");
	hub.conflict[0] = '\0';
	say(b, "publish", "{\"name\":\"/x\",\"pubuid\":2,\"type\":\"string\"}");
	assert_string_equal(hub.conflict, "");
}

/* Properties are in a limit of their own, also after they have gone. */
static void there_is_an_end_to_properties(void **state)
{
	struct nt4_session *a = join("a");
	char one[5000], large[4001];

	(void)state;
	memset(large, 'y', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	for (int i = 0; i < 2000; i++) {
		snprintf(
			one, sizeof(one),
			"{\"name\":\"/%d\",\"pubuid\":%d,\"type\":\"int\",\"properties\":{\"k\":\"%s\"}}",
			i, i, large);
		say(a, "publish", one);
	}
	assert_true(hub.kept_properties > NT4_MAX_PROPERTIES_OF_ALL / 2 &&
	            hub.kept_properties <= NT4_MAX_PROPERTIES_OF_ALL);
	for (int i = 0; i < 2000; i++) {
		snprintf(one, sizeof(one), "{\"name\":\"/%d\",\"update\":{\"k\":%s}}", i,
		         i % 2 ? "null" : "1");
		say(a, "setproperties", one);
	}
	assert_int_equal(hub.kept_properties, 2 * 1000);
	for (int i = 0; i < 2000; i++) {
		snprintf(one, sizeof(one), "{\"pubuid\":%d}", i);
		say(a, "unpublish", one);
	}
	assert_int_equal(hub.kept_properties, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_follow_publish_at_once),
		TEST(the_newest_comes_once_in_a_period),
		TEST(all_means_all),
		TEST(who_is_too_slow_gets_the_newest),
		TEST(the_latest_time_is_kept),
		TEST(nobody_hears_himself),
		TEST(topics_go_with_their_last_publisher),
		TEST(names_are_no_other_clients),
		TEST(clients_without_the_time_have_that_of_now),
		TEST(what_is_told_of_topics_is_for_those_who_ask),
		TEST(nonsense_is_refused_or_left_alone),
		TEST(there_is_an_end_to_topics),
		TEST(there_is_an_end_to_work),
		TEST(announcements_share_a_frame),
		TEST(a_topic_of_two_types_is_told_once),
		TEST(there_is_an_end_to_properties),
		TEST(what_is_persistent_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
