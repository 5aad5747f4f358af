/* pkd's channels, without nodes: the runtime's own ring, channel, policy and wake, linked from
 * libpkd.a, between two processes that map each other's memory read-only as
 * runtime/process/process.c does. With -DLATEST the edge is `latest`, otherwise a queue. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "channel/wake.h"
#include "harness.h"
#include "node/policy.h"
#include "os/shm.h"

#ifdef LATEST
#define POLICY PKD_LATEST
#define NAME "pkd-latest"
enum { N_PINS = 1 };
#else
#define POLICY PKD_QUEUE
#define NAME "pkd-queue"
enum { N_PINS = 0 };
#endif
enum { SMALL = 4096, MAX_RING = 256, MAX_COPY = PKDI_COPIED_VALUE + sizeof(struct pkd_frame) };

/* What one side writes, as in the control memory of a process. */
struct control {
	struct pkdi_process_words process;
	struct pkdi_input_words input;
	_Alignas(PKDI_LINE) char made[MAX_COPY];
	_Alignas(PKDI_LINE) char copy[MAX_COPY];
	_Alignas(PKDI_LINE) char stream[sizeof(struct pkdi_stream_words) +
	                                MAX_RING * sizeof(uint64_t)];
};

/* What lies between the two sides: the stream that `side` writes. */
struct lane {
	struct pkd_stream stream;
	struct pkd_input decl;
	struct pkdi_map map, control_map;
	struct control *control;
	void *view;
};

struct side {
	struct pkdi_output output;
	struct pkdi_gate gate;
	const _Atomic uint64_t *pin;
	struct pkdi_input input;
	struct pkdi_sleeper sleeper;
	struct pkdi_neighbour neighbour;
	bool polls;
	struct pkdi_poller poller;
	bool wake_pending; /* has made room, and not told the writer yet */
};

static struct lane lanes[2];
static struct pkdi_bell *bells;
static struct pkdi_orders *orders;

static enum pkdi_place place_of(const struct lane *lane)
{
	return pkdi_ring_place(lane->stream.value_size, N_PINS, false);
}

static void check(int r, const char *what)
{
	if (r < 0)
		bench_fail(what, -r);
}

static void create_lane(const struct bench *bench, struct lane *lane)
{
	uint32_t align = bench->size + sizeof(struct pkd_frame) < SMALL ? PKDI_LINE : SMALL;
	uint32_t size = (uint32_t)(bench->size + sizeof(struct pkd_frame));
	uint32_t ring = POLICY == PKD_LATEST ? (bench->size <= SMALL ? 4 : 1)
	                                     : (bench->size <= SMALL ? MAX_RING : 3);

	lane->decl = (struct pkd_input){
		.policy = POLICY, .window = POLICY == PKD_LATEST ? 1 : ring, .n_pins = N_PINS};
	lane->stream = (struct pkd_stream){
		.value_size = (uint32_t)bench->size,
		.slot_size = (size + align - 1) / align * align,
		.ring_size = ring,
		.n_slots = ring + N_PINS + 1,
	};
	check(pkdi_map_create(&lane->map, "bench-slots",
	                      (size_t)lane->stream.n_slots * lane->stream.slot_size),
	      "slots");
	check(pkdi_map_seal(&lane->map), "seal");
	check(pkdi_reserve(lane->map.size, &lane->view), "view");
	check(pkdi_map_create(&lane->control_map, "bench-control", sizeof(struct control)),
	      "control");
	check(pkdi_map_seal(&lane->control_map), "seal");
	lane->control = (struct control *)(void *)lane->control_map.address;
	atomic_store(&lane->control->input.cursor, 1);
}

static void prepare(const struct bench *bench)
{
	void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		bench_fail("mmap", errno);
	bells = shared;
	orders = (struct pkdi_orders *)(void *)&bells[2];
	for (int i = 0; i < 2; i++)
		create_lane(bench, &lanes[i]);
}

/* Own memory stays writable, the other side's becomes read-only. */
static void attach(const struct bench *bench, int side)
{
	struct lane *own = &lanes[side], *other = &lanes[1 - side];

	check(pkdi_map_view(&other->map, other->view), "view");
	madvise(own->map.address, own->map.size, MADV_POPULATE_WRITE);
	madvise(other->view, other->map.size, MADV_POPULATE_READ);
	if (bench->together)
		return;
	pkdi_map_unmap(&other->map);
	check(pkdi_map_view(&other->control_map, other->control_map.address), "control");
}

static struct pkdi_ring make_ring(const struct lane *lane, const char *data)
{
	return pkdi_ring_make(place_of(lane), &lane->stream,
	                      (struct pkdi_stream_words *)(void *)lane->control->stream, data);
}

static void *open_side(const struct bench *bench, int i)
{
	static struct side sides[2];
	struct side *side = &sides[i];
	struct lane *own = &lanes[i], *other = &lanes[1 - i];

	attach(bench, i);
	side->polls = bench->polls;
	side->sleeper = (struct pkdi_sleeper){&own->control->process.sleep, &bells[i].count};
	side->neighbour = (struct pkdi_neighbour){.sleep = &other->control->process.sleep,
	                                          .bell = {&bells[1 - i].count, -1}};

	side->gate = (struct pkdi_gate){.words = &other->control->input, .orders = orders};
	if (POLICY == PKD_QUEUE)
		side->gate.window = pkdi_policy_window(&own->decl);
	side->pin = &other->control->input.pin;
	side->output = (struct pkdi_output){
		.stream = &own->stream,
		.data = own->map.address,
		.made = place_of(own) == PKDI_COPIED ? (void *)own->control->made : NULL,
		.ring = make_ring(own, own->map.address),
		.pins = &side->pin,
		.n_pins = N_PINS,
		.gates = &side->gate,
		.n_gates = 1,
	};
	pkdi_output_start(&side->output);

	side->input = (struct pkdi_input){
		.decl = &other->decl,
		.role = PKDI_ROLE_FIRING,
		.stream = &other->stream,
		.data = other->view,
		.ring = make_ring(other, other->view),
		.copies = N_PINS && place_of(other) == PKDI_COPIED ? own->control->copy : NULL,
		.copies_view = own->control->copy,
		.words = &own->control->input,
		.writer_orders = orders,
		.window = pkdi_policy_window(&other->decl),
	};
	pkdi_input_start(&side->input);
	return side;
}

static void notify(struct side *side)
{
	side->wake_pending = false;
	pkdi_wake_fence();
	pkdi_wake(&side->neighbour);
}

static bool has_room(struct side *side)
{
	return pkdi_output_has_room(&side->output);
}

static bool has_value(struct side *side)
{
	/* As runtime/node/firing.c: the watermark is of interest only where there is no value. */
	pkdi_policy_look(&side->input);
	if (side->input.front)
		return true;
	if (side->polls && side->poller.n_looks % 8 != 7)
		return false;
	pkdi_input_load_settled(&side->input);
	pkdi_policy_look(&side->input);
	return side->input.front;
}

static void wait_until(struct side *side, bool (*is_so)(struct side *))
{
	/* Bounded, as in process.c, so that a lost wake would show as a slow run. */
	const int64_t limit_ns = 1000000000;

	while (!is_so(side)) {
		if (side->wake_pending)
			notify(side);
		if (side->polls) {
			pkdi_poller_pause(&side->poller);
			/* The loop of a process takes that much longer for a round. */
			if (side->poller.n_looks > 1)
				pkdi_relax();
		} else {
			uint32_t bell = pkdi_sleep_announce(&side->sleeper);

			if (!is_so(side))
				pkdi_sleep_wait(&side->sleeper, bell, limit_ns);
			pkdi_sleep_over(&side->sleeper);
		}
	}
	pkdi_poller_found(&side->poller);
}

static void send(void *argument, uint64_t stamp)
{
	struct side *side = argument;
	struct pkdi_output *output = &side->output;
	struct pkd_frame *frame;

	wait_until(side, has_room);
	*(uint64_t *)pkdi_output_loan(output, &frame) = stamp;
	*frame = (struct pkd_frame){.seq = output->slots.next,
	                            .number = output->slots.next,
	                            .size = output->stream->value_size};
	pkdi_output_publish(output, output->slots.next, output->slots.loaned);
	pkdi_output_settle(output, frame->number);
	notify(side);
}

/* As runtime/node/node.c: a writer that sleeps is told of new room when half of it is free; what it
 * has published is looked at last, for it lies on lines that the writer writes all the time. */
static void offer_room(struct side *side)
{
	const struct pkdi_input *input = &side->input;

	pkdi_wake_fence();
	side->wake_pending = pkdi_is_asleep(&side->neighbour);
	if (!side->wake_pending ||
	    2 * (pkdi_ring_newest(&input->ring, input->cursor) + 1 - input->cursor) > input->window)
		return;
	side->wake_pending = false;
	pkdi_wake(&side->neighbour);
}

/* Room is offered with the next call, as a node does so once a firing: sending does it, too. */
static uint64_t receive(void *argument)
{
	struct side *side = argument;
	struct pkdi_input *input = &side->input;
	uint64_t stamp;

	if (side->wake_pending)
		offer_room(side);
	wait_until(side, has_value);
	stamp = *(const uint64_t *)(input->front + 1);
	pkdi_input_advance(input, input->cursor + 1);
	side->wake_pending = POLICY == PKD_QUEUE;
	return stamp;
}

int main(int argc, char **argv)
{
	static const struct peer peer = {
		.name = NAME,
		.prepare = prepare,
		.open = open_side,
		.send = send,
		.receive = receive,
	};

	return bench_main(&peer, argc, argv);
}
