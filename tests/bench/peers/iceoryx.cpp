// iceoryx 2.0.3: messages are made in shared memory that iox-roudi hands out (roudi.toml), and read
// there. Who sleeps waits on a WaitSet; a full queue makes the publisher wait.
#include <iceoryx_posh/popo/untyped_publisher.hpp>
#include <iceoryx_posh/popo/untyped_subscriber.hpp>
#include <iceoryx_posh/popo/wait_set.hpp>
#include <iceoryx_posh/runtime/posh_runtime.hpp>
#include <string>
#include <unistd.h>

#include "harness.h"

namespace
{
struct Side {
	Side(const bench &b, int side, const std::string &name)
		: size(b.size), polls(b.polls),
		  publisher({"pkd-bench", IdString(name), side ? "1" : "0"}, publisher_options()),
		  subscriber({"pkd-bench", IdString(name), side ? "0" : "1"}, subscriber_options())
	{
		waiter.attachState(subscriber, iox::popo::SubscriberState::HAS_DATA)
			.or_else([](auto) { bench_fail("attachState", 0); });
	}

	void wait_for_other()
	{
		while (subscriber.getSubscriptionState() != iox::SubscribeState::SUBSCRIBED ||
		       !publisher.hasSubscribers())
			usleep(1000);
	}

	static iox::capro::IdString_t IdString(const std::string &name)
	{
		return iox::capro::IdString_t(iox::cxx::TruncateToCapacity, name);
	}
	static iox::popo::PublisherOptions publisher_options()
	{
		iox::popo::PublisherOptions options;
		options.subscriberTooSlowPolicy =
			iox::popo::ConsumerTooSlowPolicy::WAIT_FOR_CONSUMER;
		return options;
	}
	static iox::popo::SubscriberOptions subscriber_options()
	{
		iox::popo::SubscriberOptions options;
		options.queueCapacity = 64;
		options.queueFullPolicy = iox::popo::QueueFullPolicy::BLOCK_PRODUCER;
		return options;
	}

	uint32_t size;
	bool polls;
	iox::popo::UntypedPublisher publisher;
	iox::popo::UntypedSubscriber subscriber;
	iox::popo::WaitSet<> waiter;
};

std::string service;

void prepare(const bench *)
{
	service = "bench-" + std::to_string(getpid());
}

void *open_side(const bench *b, int side)
{
	if (!b->together || side == 0)
		iox::runtime::PoshRuntime::initRuntime(iox::RuntimeName_t(
			iox::cxx::TruncateToCapacity, service + (side ? "-b" : "-a")));

	auto *opened = new Side(*b, side, service);
	if (!b->together || side == 1)
		opened->wait_for_other();
	return opened;
}

void send(void *argument, uint64_t stamp)
{
	auto *side = static_cast<Side *>(argument);

	side->publisher.loan(side->size)
		.and_then([&](void *message) {
			*static_cast<uint64_t *>(message) = stamp;
			side->publisher.publish(message);
		})
		.or_else([](auto &) { bench_fail("loan", 0); });
}

uint64_t receive(void *argument)
{
	auto *side = static_cast<Side *>(argument);
	uint64_t stamp = 0;

	for (bool taken = false; !taken;) {
		side->subscriber.take().and_then([&](const void *message) {
			stamp = *static_cast<const uint64_t *>(message);
			side->subscriber.release(message);
			taken = true;
		});
		if (!taken && side->polls)
			bench_relax();
		else if (!taken)
			side->waiter.wait();
	}
	return stamp;
}

void close_side(void *argument)
{
	delete static_cast<Side *>(argument);
}
} // namespace

int main(int argc, char **argv)
{
	static peer iceoryx = {};

	iceoryx.name = "iceoryx";
	iceoryx.prepare = prepare;
	iceoryx.open = open_side;
	iceoryx.send = send;
	iceoryx.receive = receive;
	iceoryx.close = close_side;
	return bench_main(&iceoryx, argc, argv);
}
