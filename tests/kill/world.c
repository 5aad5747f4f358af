#include "world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "channel/channel.h"
#include "channel/freeze.h"
#include "node/policy.h"

enum { SLOT_SIZE = 128, MAX_MOVES = 1000 };

/* With values of 64 bytes a.out has no lossy reader and is not copied. */
const struct place places[N_PLACES] = {
	{"beside", 48, PKDI_FREEZE_OFF},
	{"headers", 64, PKDI_FREEZE_OFF},
	{"apart", 48, PKDI_FREEZE_ALL},
};

struct world *world;
struct pkdi_run run;
static const struct place *place;
static uint32_t victim;

void complain(const char *format, ...)
{
	va_list arguments;

	if (world->complaint[0])
		return;
	va_start(arguments, format);
	vsnprintf(world->complaint, sizeof(world->complaint), format, arguments);
	va_end(arguments);
}

/* ---- Values ---- */

static uint64_t word(uint32_t stream, uint64_t number, uint32_t i)
{
	return (number << 8 | stream << 4 | i) * UINT64_C(0x9e3779b97f4a7c15);
}

void fill(uint64_t *value, uint32_t stream, uint64_t number)
{
	for (uint32_t i = 0; i < place->value_size / 8; i++)
		value[i] = word(stream, number, i);
}

void check(const struct pkd_frame *frame, uint32_t stream)
{
	const uint64_t *value = (const uint64_t *)(const void *)(frame + 1);

	if (frame->type_id != stream || frame->size != place->value_size || !frame->seq)
		complain("a value of stream %u has another's header", stream);
	for (uint32_t i = 0; i < place->value_size / 8; i++)
		if (value[i] != word(stream, frame->number, i))
			complain("word %u of value %" PRIu64 " of stream %u is not its own", i,
			         frame->seq, stream);
}

/* ---- The nodes ---- */

struct count {
	uint64_t n;    /* firings */
	uint64_t last; /* frame of the last */
	uint64_t n_y;  /* sink: values of y */
	/* split: what it goes on with, if `part` is not 0; what it has had. */
	uint64_t part, input;
	uint64_t seq[2]; /* of its inputs: the last values, or the one in hand */
	uint64_t n_x, n_flushed;
};

/* Counts the firing in the state. Exactly once for each frame, or it shows here. */
static struct count *count(struct pkd_ctx *ctx, const char *name)
{
	struct count *count = pkd_state(ctx);

	if (pkd_number(ctx) <= count->last)
		complain("%s fires frame %" PRIu64 " after frame %" PRIu64, name, pkd_number(ctx),
		         count->last);
	count->n++;
	count->last = pkd_number(ctx);
	return count;
}

static void expect_each_frame(const struct count *count, const char *name)
{
	if (count->n != count->last)
		complain("%s has counted %" PRIu64 " firings at frame %" PRIu64, name, count->n,
		         count->last);
}

static int any_init(void *self, const void *given, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	return PKD_OK;
}

static void any_finish(void *self)
{
	(void)self;
}

static int origin_step(struct pkd_ctx *ctx, uint64_t *value, uint32_t stream)
{
	uint64_t number = pkd_number(ctx);

	if (number > world->limit)
		return pkd_later(ctx, 1);
	fill(value, stream, number);
	return number == world->last ? PKD_END : PKD_OK;
}

static int a_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	uint64_t *const *outputs = out;
	int r = origin_step(ctx, outputs[0], STREAM_A);

	(void)self, (void)in;
	if (r != PKD_LATER)
		expect_each_frame(count(ctx, "a"), "a");
	return r;
}

static int b_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	uint64_t *const *outputs = out;

	(void)self, (void)in;
	return origin_step(ctx, outputs[0], STREAM_B);
}

static bool has_y(uint64_t number)
{
	return number % 3 != 0;
}

static int middle_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const void *const *inputs = in;
	uint64_t *const *outputs = out;
	uint64_t number = pkd_number(ctx);

	(void)self;
	expect_each_frame(count(ctx, "middle"), "middle");
	check(pkd_frame_of(inputs[0]), STREAM_A);
	if (inputs[1])
		check(pkd_frame_of(inputs[1]), STREAM_B);
	for (uint32_t i = 0; i < 2; i++)
		if (inputs[i] && pkd_frame_of(inputs[i])->number != number)
			complain("middle is given frame %" PRIu64 " in frame %" PRIu64,
			         pkd_frame_of(inputs[i])->number, number);
	fill(outputs[0], STREAM_X, number);
	/* The slot is filled even where nothing is to come of it. */
	fill(outputs[1], STREAM_Y, number);
	if (!has_y(number))
		pkd_absent(ctx, 1);
	return PKD_OK;
}

static int sink_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const void *const *inputs = in;
	uint64_t number = pkd_number(ctx);
	struct count *state = count(ctx, "sink");

	(void)self, (void)out;
	expect_each_frame(state, "sink");
	check(pkd_frame_of(inputs[0]), STREAM_X);
	if (pkd_frame_of(inputs[0])->seq != number)
		complain("value %" PRIu64 " of x is frame %" PRIu64, pkd_frame_of(inputs[0])->seq,
		         number);
	if ((inputs[1] != NULL) != has_y(number))
		complain("y is %s in frame %" PRIu64, inputs[1] ? "present" : "absent", number);
	if (!inputs[1])
		return PKD_OK;
	check(pkd_frame_of(inputs[1]), STREAM_Y);
	if (pkd_frame_of(inputs[1])->seq != ++state->n_y)
		complain("value %" PRIu64 " of y is seq %" PRIu64, state->n_y,
		         pkd_frame_of(inputs[1])->seq);
	return PKD_OK;
}

static int watch_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const void *const *inputs = in;
	const void *const *window = inputs[0];

	(void)self, (void)out;
	count(ctx, "watch");
	check(pkd_frame_of(window[1]), STREAM_X);
	if (window[0])
		check(pkd_frame_of(window[0]), STREAM_X);
	if (window[0] && pkd_frame_of(window[0])->seq + 1 != pkd_frame_of(window[1])->seq)
		complain("watch is given values %" PRIu64 " and %" PRIu64 " of x",
		         pkd_frame_of(window[0])->seq, pkd_frame_of(window[1])->seq);
	if (inputs[1])
		check(pkd_frame_of(inputs[1]), STREAM_Y);
	return PKD_OK;
}

enum { N_FLUSHED = 2 };

/* Another value, or more of the same one: as it has kept in its state. */
static void follow(struct count *state, struct pkd_ctx *ctx, const struct pkd_frame *frame)
{
	uint32_t i = pkd_fired(ctx);
	uint64_t part = pkd_part(ctx);

	check(frame, i ? STREAM_B : STREAM_X);
	if (part != state->part)
		complain("split is called for part %" PRIu64 " after %" PRIu64 " of them", part,
		         state->part);
	if (part && (i != state->input || frame->seq != state->seq[i]))
		complain("split goes on with value %" PRIu64 " of input %u, not %" PRIu64
		         " of input %" PRIu64,
		         frame->seq, i, state->seq[state->input], state->input);
	if (!part && (frame->seq <= state->seq[i] || (!i && frame->seq != state->seq[i] + 1)))
		complain("split is given value %" PRIu64 " of input %u after value %" PRIu64,
		         frame->seq, i, state->seq[i]);
	state->input = i;
	state->seq[i] = frame->seq;
	state->part = part < 1 + frame->number % 2 ? part + 1 : 0;
	state->n_x += !i && !state->part;
}

static int split_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const void *const *inputs = in;
	uint64_t *const *outputs = out;
	struct count *state = count(ctx, "split");

	(void)self;
	expect_each_frame(state, "split");
	fill(outputs[0], STREAM_Z, pkd_number(ctx));
	if (!pkd_flushing(ctx)) {
		follow(state, ctx, pkd_frame_of(inputs[pkd_fired(ctx)]));
		return state->part ? PKD_MORE : PKD_OK;
	}
	if (inputs[0] || inputs[1] || state->part)
		complain("split flushes, and has something to do");
	if (pkd_part(ctx) != state->n_flushed++)
		complain("split flushes part %" PRIu64 " after %" PRIu64, pkd_part(ctx),
		         state->n_flushed - 1);
	return state->n_flushed < N_FLUSHED ? PKD_OK : PKD_END;
}

static int tail_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	const void *const *inputs = in;

	(void)self, (void)out;
	expect_each_frame(count(ctx, "tail"), "tail");
	check(pkd_frame_of(inputs[0]), STREAM_Z);
	return PKD_OK;
}

/* ---- The tables ---- */

#define METHODS(name)                                                                  \
	{                                                                              \
		.abi = PKD_ABI, .self_size = 1, .init = any_init, .step = name##_step, \
		.finish = any_finish                                                   \
	}
static const struct pkd_methods methods[N_NODES] = {
	METHODS(a),     METHODS(b),     METHODS(middle), METHODS(sink),
	METHODS(watch), METHODS(split), METHODS(tail),
};

#define AT .at = "kill.pkd:1:1"
static const struct pkd_input middle_inputs[] = {
	{.name = "a", AT, .stream = STREAM_A, .policy = PKD_QUEUE, .window = 4},
	{.name = "b",
         AT,
         .stream = STREAM_B,
         .policy = PKD_LATEST,
         .window = 1,
         .n_pins = 1,
         .optional = true,
         .port = 1},
};
static const struct pkd_input sink_inputs[] = {
	{.name = "x", AT, .stream = STREAM_X, .policy = PKD_QUEUE, .window = 3},
	{.name = "y",
         AT,
         .stream = STREAM_Y,
         .policy = PKD_QUEUE,
         .window = 3,
         .optional = true,
         .port = 1},
};
static const struct pkd_input watch_inputs[] = {
	{.name = "x",
         AT,
         .stream = STREAM_X,
         .policy = PKD_LATEST,
         .window = 2,
         .n_pins = 2,
         .many = true,
         .first = -1},
	{.name = "y",
         AT,
         .stream = STREAM_Y,
         .policy = PKD_SAMPLE,
         .window = 1,
         .n_pins = 1,
         .optional = true,
         .port = 1},
};
static const struct pkd_input split_inputs[] = {
	{.name = "x",
         AT,
         .stream = STREAM_X,
         .policy = PKD_QUEUE,
         .window = 3,
         .n_pins = 1,
         .optional = true},
	{.name = "b",
         AT,
         .stream = STREAM_B,
         .policy = PKD_LATEST,
         .window = 1,
         .n_pins = 1,
         .optional = true,
         .port = 1},
};
static const struct pkd_input tail_inputs[] = {
	{.name = "z", AT, .stream = STREAM_Z, .policy = PKD_QUEUE, .window = 3},
};
static const struct pkd_type word_type = {PKD_U64,    "u64",         .size = 8,
                                          .align = 8, .plain = true, .flat = true};
static const struct pkd_output
	a_outputs[] = {{.name = "out", .stream = STREAM_A, .type = &word_type}},
	b_outputs[] = {{.name = "out", .stream = STREAM_B, .type = &word_type}},
	middle_outputs[] = {{.name = "x", .stream = STREAM_X, .type = &word_type},
                            {.name = "y", .stream = STREAM_Y, .type = &word_type}},
	split_outputs[] = {{.name = "z", .stream = STREAM_Z, .type = &word_type}};
static const struct pkd_reader a_readers[] = {{MIDDLE, 0}}, b_readers[] = {{MIDDLE, 1}, {SPLIT, 1}},
			       x_readers[] = {{SINK, 0}, {WATCH, 0}, {SPLIT, 0}},
			       y_readers[] = {{SINK, 1}, {WATCH, 1}}, z_readers[] = {{TAIL, 0}};

/* As the compiler computes them: slots = ring + pins + one loan. */
#define STREAM(name, node, output, ring, pins, readers)                                        \
	{                                                                                      \
		name, "u64", node, output, 0, SLOT_SIZE, ring, ring + pins + 1, NULL, readers, \
			sizeof(readers) / sizeof(readers[0])                                   \
	}
static struct pkd_stream streams[N_STREAMS] = {
	STREAM("a.out", A, 0, 4, 0, a_readers),
	STREAM("b.out", B, 0, 1, 2, b_readers),
	STREAM("middle.x", MIDDLE, 0, 3, 3, x_readers),
	STREAM("middle.y", MIDDLE, 1, 3, 1, y_readers),
	STREAM("split.z", SPLIT, 0, 3, 0, z_readers),
};

#define NODE(index, text) .name = text, .kind = text, AT, .methods = &methods[index]
#define INPUTS(list) .inputs = list, .n_inputs = 2, .n_ports = 2
#define STATE .state_size = sizeof(struct count)
static const struct pkd_node nodes[N_NODES] = {
	{NODE(A, "a"), STATE, .outputs = a_outputs, .n_outputs = 1, .origin = PKD_PACED},
	{NODE(B, "b"), .outputs = b_outputs, .n_outputs = 1, .origin = PKD_PACED},
	{NODE(MIDDLE, "middle"), STATE, INPUTS(middle_inputs), .outputs = middle_outputs,
         .n_outputs = 2},
	{NODE(SINK, "sink"), STATE, INPUTS(sink_inputs)},
	{NODE(WATCH, "watch"), STATE, INPUTS(watch_inputs)},
	{NODE(SPLIT, "split"), STATE, INPUTS(split_inputs), .outputs = split_outputs,
         .n_outputs = 1, .origin = PKD_PACED, .fires_any = true, .makes = 3, .flushes = true},
	{NODE(TAIL, "tail"), STATE, .inputs = tail_inputs, .n_inputs = 1, .n_ports = 1},
};

static const uint32_t indices[N_NODES] = {A, B, MIDDLE, SINK, WATCH, SPLIT, TAIL};
#define PROCESS(index, text)                                                                    \
	{                                                                                       \
		.name = text, .nodes = &indices[index], .n_nodes = 1, .cpu = -1, .cpu_last = -1 \
	}
static const struct pkd_process processes[N_NODES] = {
	PROCESS(A, "a"),       PROCESS(B, "b"),         PROCESS(MIDDLE, "middle"),
	PROCESS(SINK, "sink"), PROCESS(WATCH, "watch"), PROCESS(SPLIT, "split"),
	PROCESS(TAIL, "tail"),
};
static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "kill_step",
	.doc = "",
	.source = "kill.pkd",
	.streams = streams,
	.n_streams = N_STREAMS,
	.nodes = nodes,
	.n_nodes = N_NODES,
	.processes = processes,
	.n_processes = N_NODES,
	.memory = N_STREAMS * 4096,
};

/* ---- What only grows ---- */

enum { MAX_MARKS = 3 * N_STREAMS + 2 * N_NODES };
static uint64_t marks[MAX_MARKS];

static void look_at(uint32_t *n, uint64_t now, const char *what, const char *whose)
{
	if (now < marks[*n])
		complain("%s of %s goes back from %" PRIu64 " to %" PRIu64, what, whose, marks[*n],
		         now);
	marks[(*n)++] = now;
}

/* What a lossless reader has not finished with is there, in its place, and whole. */
static void look_at_window(const struct pkdi_input *input, uint32_t stream)
{
	uint64_t newest = pkdi_ring_newest(&input->ring, 1);

	for (uint64_t seq = pkdi_read(&input->words->cursor); seq <= newest; seq++) {
		const struct pkd_frame *frame = pkdi_input_find(input, seq);

		if (!frame || frame->seq != seq)
			complain("value %" PRIu64 " of stream %u is lost", seq, stream);
		else
			check(frame, stream);
	}
}

/* A pin that was stored protects its slot once its reader has looked again. */
static void look_at_pin(const struct pkdi_input *input, const _Atomic uint64_t *pin,
                        uint32_t stream)
{
	uint64_t entry = pkdi_read(pin);
	const struct pkd_frame *frame;

	if (!entry)
		return;
	frame = pkdi_input_frame(input, pkdi_entry_slot(entry));
	if (frame->seq != pkdi_entry_seq(entry))
		complain("the slot pinned for value %" PRIu64 " of stream %u holds value %" PRIu64,
		         pkdi_entry_seq(entry), stream, frame->seq);
	check(frame, stream);
}

/* All that a lossy reader holds which is not in the middle of a look. */
static void look_at_held(const struct pkdi_input *input, uint32_t stream)
{
	for (uint32_t back = 0; back <= input->n_back; back++) {
		const struct pkd_frame *copy;

		if (!input->copies) {
			look_at_pin(input, back ? &input->back_pins[back - 1] : &input->words->pin,
			            stream);
			continue;
		}
		copy = (const struct pkd_frame *)(const void *)(input->copies +
		                                                (size_t)back *
		                                                        input->stream->slot_size);
		if (copy->seq)
			check(copy, stream);
	}
}

/* A writer that was killed has written over nothing. */
static void look_at_trust(const struct pkdi_node *node)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (pkdi_read(&node->inputs[i].words->complaint))
			complain("%s does not believe its input %s", node->decl->name,
			         node->decl->inputs[i].name);
}

/* What `latest` has chosen and not committed yet is held, and the values behind it: it is stored
 * after them, so at any instant. */
static void look_at_choice(const struct pkdi_input *input, uint32_t stream)
{
	uint64_t chosen = pkdi_read(&input->words->chosen);

	if (!chosen || chosen < pkdi_read(&input->words->cursor))
		return;
	for (uint32_t back = 0; back <= input->n_back && back < chosen; back++) {
		const struct pkd_frame *frame = pkdi_input_held(input, chosen - back, back);

		if (!frame || frame->seq != chosen - back)
			complain("value %" PRIu64 " of stream %u is chosen and not held",
			         chosen - back, stream);
		else
			check(frame, stream);
	}
}

void world_look(void)
{
	const struct pkdi_input *watch = run.nodes[WATCH].inputs;
	uint32_t n = 0;

	for (uint32_t i = 0; i < N_STREAMS; i++) {
		const struct pkdi_stream_words *words = run.streams[i].words;

		look_at(&n, pkdi_read(&words->settled), "the watermark", streams[i].name);
		look_at(&n, pkdi_read(&words->head), "the head", streams[i].name);
		for (uint32_t k = 0; k < streams[i].n_readers; k++) {
			const struct pkd_reader *reader = &streams[i].readers[k];
			const struct pkdi_input *input =
				&run.nodes[reader->node].inputs[reader->input];

			if (input->decl->policy == PKD_QUEUE)
				look_at_window(input, i);
		}
	}
	for (uint32_t i = 0; i < N_NODES; i++) {
		const struct pkdi_record *record = &run.nodes[i].words->record;

		look_at(&n, pkdi_read(&record->committed), "the record", nodes[i].name);
		look_at_trust(&run.nodes[i]);
		for (uint32_t k = 0; k < nodes[i].n_inputs; k++)
			if (nodes[i].inputs[k].policy != PKD_SAMPLE)
				look_at(&n, pkdi_read(&run.nodes[i].inputs[k].words->cursor),
				        "a cursor", nodes[i].name);
	}
	look_at_choice(&run.nodes[MIDDLE].inputs[1], STREAM_B);
	look_at_choice(&watch[0], STREAM_X);
	look_at_choice(&run.nodes[SPLIT].inputs[1], STREAM_B);
	if (victim != SPLIT)
		look_at_held(&run.nodes[SPLIT].inputs[1], STREAM_B);
	if (victim == WATCH)
		return;
	look_at_held(&watch[0], STREAM_X);
	look_at_held(&watch[1], STREAM_Y);
}

static void add_words(uint64_t *hash, const struct pkdi_map *map)
{
	const uint64_t *words = (const uint64_t *)(const void *)map->address;

	for (size_t i = 0; i < map->size / sizeof(*words); i++)
		*hash = (*hash ^ words[i]) * UINT64_C(0x100000001b3);
}

uint64_t world_hash(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	add_words(&hash, &run.control_map);
	add_words(&hash, &run.bells_map);
	for (uint32_t i = 0; i < N_STREAMS; i++)
		add_words(&hash, &run.streams[i].map);
	for (uint32_t i = 0; i < N_NODES; i++)
		if (run.nodes[i].state_map.address)
			add_words(&hash, &run.nodes[i].state_map);
	return hash;
}

/* ---- Going on ---- */

void world_begin(const struct place *the_place, uint32_t the_victim, uint64_t last)
{
	place = the_place;
	victim = the_victim;
	*world = (struct world){.last = last};
	memset(marks, 0, sizeof(marks));
	for (uint32_t i = 0; i < N_STREAMS; i++)
		streams[i].value_size = place->value_size;
	if (pkdi_run_init(&run, &program, &(struct pkdi_options){.freeze = place->freeze}) < 0)
		complain("the program cannot be set up");
	/* As pkdi_process_attach does, but this process stands for all others: it keeps the
	 * descriptors and the writable maps, which the victims inherit. */
	for (uint32_t i = 0; i < N_STREAMS && !world->complaint[0]; i++)
		if (pkdi_map_view(&run.streams[i].map, run.streams[i].view) < 0)
			complain("stream %u cannot be mapped", i);
	if (pkdi_map_view(&run.control_map, run.control_view) < 0)
		complain("copies cannot be mapped");
	for (uint32_t i = 0; i < N_NODES && !world->complaint[0]; i++) {
		if (i == victim)
			continue;
		pkdi_node_recover(&run.nodes[i]);
		pkdi_node_start(&run.nodes[i]);
	}
}

void world_end(void)
{
	pkdi_run_finish(&run);
}

bool world_drive(uint32_t node, bool hold)
{
	bool moved = false;

	for (uint32_t i = 0; i < MAX_MOVES; i++) {
		enum pkdi_poll poll = pkdi_node_poll(&run.nodes[node], true);
		int r = 0;

		if (poll != PKDI_POLL_MOVED && (poll != PKDI_POLL_READY || hold)) {
			pkdi_node_before_sleep(&run.nodes[node]);
			return moved;
		}
		if (poll == PKDI_POLL_READY)
			r = pkdi_node_fire(&run.nodes[node]);
		if (r < 0)
			complain("%s cannot fire: %s", nodes[node].name, strerror(-r));
		if (r < 0 || (r == 0 && poll == PKDI_POLL_READY))
			return moved;
		moved = true;
	}
	complain("%s never comes to rest", nodes[node].name);
	return false;
}

static bool is_held(uint32_t node, enum hold hold)
{
	if (hold == HOLD_READERS &&
	    ((victim == A && node == MIDDLE) || (victim == MIDDLE && node == SINK) ||
	     (victim == SPLIT && node == TAIL)))
		return true;
	return hold != HOLD_NOBODY && node == WATCH;
}

void world_go_on(uint64_t limit, enum hold hold)
{
	bool moved = true;

	world->limit = limit < world->last ? limit : world->last;
	while (moved && !world->complaint[0]) {
		moved = false;
		for (uint32_t i = 0; i < N_NODES; i++)
			if (i != victim)
				moved |= world_drive(i, is_held(i, hold));
		world_look();
	}
}

/* ---- The end ---- */

bool world_has_ended(void)
{
	for (uint32_t i = 0; i < N_NODES; i++)
		if (atomic_load(&run.nodes[i].words->state) != PKDI_LEFT)
			return false;
	return true;
}

static const struct count *state_of(uint32_t node)
{
	const struct pkdi_node *of = &run.nodes[node];

	return of->states[pkdi_read(&of->words->record.committed) % 2];
}

void world_check_end(bool sink_counts)
{
	for (uint32_t i = 0; i < N_STREAMS; i++)
		if (pkdi_read(&run.streams[i].words->settled) != PKDI_ENDED)
			complain("stream %s has not ended", streams[i].name);
	if (pkdi_ring_newest(&run.nodes[MIDDLE].outputs[0].ring, 1) != world->last)
		complain("x has %" PRIu64 " values, not %" PRIu64,
		         pkdi_ring_newest(&run.nodes[MIDDLE].outputs[0].ring, 1), world->last);
	if (pkdi_ring_newest(&run.nodes[MIDDLE].outputs[1].ring, 1) !=
	    world->last - world->last / 3)
		complain("y has %" PRIu64 " values, not %" PRIu64,
		         pkdi_ring_newest(&run.nodes[MIDDLE].outputs[1].ring, 1),
		         world->last - world->last / 3);
	if (state_of(MIDDLE)->n != world->last)
		complain("middle has counted %" PRIu64 " firings", state_of(MIDDLE)->n);
	if (state_of(SPLIT)->n_x != world->last || state_of(SPLIT)->n_flushed != N_FLUSHED)
		complain("split has had %" PRIu64 " values of x, and flushed %" PRIu64 " times",
		         state_of(SPLIT)->n_x, state_of(SPLIT)->n_flushed);
	if (state_of(TAIL)->n != state_of(SPLIT)->n)
		complain("tail has counted %" PRIu64 " of %" PRIu64 " firings", state_of(TAIL)->n,
		         state_of(SPLIT)->n);
	if (sink_counts && state_of(SINK)->n != world->last)
		complain("sink has counted %" PRIu64 " firings", state_of(SINK)->n);
}
