/* CycloneDDS: reliable, on loopback only (cyclone.xml). With CYCLONEDDS_URI naming a configuration
 * with shared memory it borrows messages from iceoryx, and nothing is copied. */
#define _GNU_SOURCE
#include <dds/dds.h>
#include <dds/ddsc/dds_loan_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"

enum { QUEUE = 64, MATCH_S = 10 };

struct side {
	dds_entity_t writer, reader, waiter;
	bool polls, borrows;
	void *out;
};

static const struct {
	size_t size;
	const dds_topic_descriptor_t *type;
} types[] = {
	{56, &Bench_M56_desc},
	{64, &Bench_M64_desc},
	{4096, &Bench_M4096_desc},
	{6220800, &Bench_M6220800_desc},
	{24883200, &Bench_M24883200_desc},
};

static char topics[2][64];

static void prepare(const struct bench *bench)
{
	(void)bench;
	for (int i = 0; i < 2; i++)
		snprintf(topics[i], sizeof(topics[i]), "bench_%d_%d", (int)getpid(), i);
}

static dds_entity_t check(dds_entity_t r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", what, dds_strretcode(-r));
		bench_fail("CycloneDDS", 0);
	}
	return r;
}

static const dds_topic_descriptor_t *type_of(size_t size)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].size == size)
			return types[i].type;
	bench_cannot("message.idl has no message of this size");
}

static void wait_for_other(const struct side *side)
{
	int64_t until_ns = bench_now() + INT64_C(1000000000) * MATCH_S;
	dds_publication_matched_status_t out;
	dds_subscription_matched_status_t in;

	do {
		usleep(1000);
		dds_get_publication_matched_status(side->writer, &out);
		dds_get_subscription_matched_status(side->reader, &in);
		if (bench_now() > until_ns)
			bench_fail("the sides do not find each other", 0);
	} while (!out.current_count || !in.current_count);
	/* One side may know the other before it is known itself. */
	usleep(100000);
}

static void *open_side(const struct bench *bench, int i)
{
	static struct side sides[2];
	struct side *side = &sides[i];
	const dds_topic_descriptor_t *type = type_of(bench->size);
	dds_entity_t participant = check(dds_create_participant(DDS_DOMAIN_DEFAULT, NULL, NULL),
	                                 "participant");
	dds_qos_t *qos = dds_create_qos();

	dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(10));
	dds_qset_durability(qos, DDS_DURABILITY_VOLATILE);
	/* Shared memory is only used with KEEP_LAST, which may lose; the messages that are lost are
	 * noticed. */
	dds_qset_history(
		qos, getenv("BENCH_BORROWS") ? DDS_HISTORY_KEEP_LAST : DDS_HISTORY_KEEP_ALL, QUEUE);
	dds_qset_resource_limits(qos, QUEUE, DDS_LENGTH_UNLIMITED, DDS_LENGTH_UNLIMITED);
	side->writer = check(
		dds_create_writer(
			participant,
			check(dds_create_topic(participant, type, topics[i], qos, NULL), "topic"),
			qos, NULL),
		"writer");
	side->reader = check(dds_create_reader(participant,
	                                       check(dds_create_topic(participant, type,
	                                                              topics[1 - i], qos, NULL),
	                                             "topic"),
	                                       qos, NULL),
	                     "reader");
	side->waiter = check(dds_create_waitset(participant), "waitset");
	check(dds_set_status_mask(side->reader, DDS_DATA_AVAILABLE_STATUS), "mask");
	check(dds_waitset_attach(side->waiter, side->reader, side->reader), "attach");
	side->polls = bench->polls;
	side->out = calloc(1, bench->size);
	bench_check(side->out != NULL, "memory");
	wait_for_other(side);
	side->borrows = dds_is_loan_available(side->writer);
	if (getenv("BENCH_BORROWS") && !side->borrows)
		bench_cannot("shared memory is not to be had");
	dds_delete_qos(qos);
	return side;
}

static void send(void *argument, uint64_t stamp)
{
	struct side *side = argument;
	void *message = side->out;

	if (side->borrows)
		check(dds_loan_sample(side->writer, &message), "loan");
	*(uint64_t *)message = stamp;
	check(dds_write(side->writer, message), "write");
}

static uint64_t receive(void *argument)
{
	struct side *side = argument;
	dds_sample_info_t info;
	dds_attach_t woken;

	for (;;) {
		void *message = NULL;
		int n = check(dds_take(side->reader, &message, &info, 1, 1), "take");

		if (n) {
			uint64_t stamp = *(uint64_t *)message;
			bool valid = info.valid_data;

			dds_return_loan(side->reader, &message, n);
			if (valid)
				return stamp;
		} else if (side->polls) {
			bench_relax();
		} else {
			dds_waitset_wait(side->waiter, &woken, 1, DDS_SECS(1));
		}
	}
}

static void close_side(void *argument)
{
	struct side *side = argument;

	/* The last message must arrive before the writer goes. */
	dds_wait_for_acks(side->writer, DDS_SECS(1));
	usleep(50000);
	dds_delete(dds_get_participant(side->writer));
}

int main(int argc, char **argv)
{
	static struct peer peer = {
		.name = "cyclonedds",
		.prepare = prepare,
		.open = open_side,
		.send = send,
		.receive = receive,
		.close = close_side,
	};

	if (getenv("BENCH_BORROWS"))
		peer.name = "cyclonedds-shm";
	return bench_main(&peer, argc, argv);
}
