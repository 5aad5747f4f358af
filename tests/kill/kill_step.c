/* Kills the runtime at every instruction. A victim process does one operation of a node; before
 * each of its instructions in turn it is killed, or only held up, while the others go on. Then a
 * new incarnation takes over as process.c does it, all run on to the end, and world.c looks whether
 * each value is whole and each frame has come once.
 *
 *   kill_step                  every operation, killed; the readers also held up: for `make test`
 *   kill_step --all            every operation killed, killed and replaced at once, and held
 *                              up, and every recovery killed as well
 *   kill_step ... WORD...      those operations, and those places of the rings, only
 *
 * A death leaves nothing but shared memory: without --all it is tried only where that has become
 * another one by an instruction. A process that is held up goes on with all that it has, so that is
 * tried at every instruction; where the rings do not lie beside values, at every third.
 *
 * Prints how many points were tried. Status 1 when any was wrong; after three it stops. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "node/policy.h"
#include "node/record.h"
#include "process/process.h"
#include "trace.h"
#include "world.h"

enum {
	WARM_ROUNDS = 3,  /* of the victim, before the operation: its rings have gone round */
	ROUND_FRAMES = 2, /* more of them in each */
	AWAY_FRAMES = 8,  /* more while it is dead or held up: every slot is used again */
	MAX_ROUNDS = 40,  /* until everything must have ended */
	MAX_COMPLAINTS = 3,
	LIMIT_S = 30, /* for a process that hangs */
	MAX_INSTRUCTIONS = 1000000,
	SAMPLED = 3,
};

enum way {
	KILLED,   /* the others go on while it is dead, then it is replaced */
	REPLACED, /* it is killed and replaced at once, its readers being behind */
	HELD_UP,  /* the others go on, then it does: nothing is lost either */
};
static const char *const way_names[] = {"killed", "replaced", "held up"};

/* The kernel's clock takes a longer way every now and then; this one makes all walks equal. */
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	static int64_t n;

	(void)clock;
	n++;
	*ret_time = (struct timespec){1 + n / 1000000, n % 1000000 * 1000};
	return 0;
}

/* ---- The operations ---- */

struct operation {
	const char *name;
	uint32_t victim;
	uint64_t last;  /* frame of all */
	enum hold hold; /* who is behind when it is interrupted */
	void (*run)(struct pkdi_node *node);
	/* What an incarnation does between operations; NULL: it is driven as a node. */
	void (*go_on)(struct pkdi_node *node);
};

static void fire(struct pkdi_node *node)
{
	enum pkdi_poll poll;

	do
		poll = pkdi_node_poll(node, true);
	while (poll == PKDI_POLL_MOVED);
	if (poll != PKDI_POLL_READY || pkdi_node_fire(node) != 1)
		complain("%s has nothing to fire", node->decl->name);
}

/* To the end of one input, if it is in one, and on to the second value of another. */
static void fire_parts(struct pkdi_node *node)
{
	do
		fire(node);
	while (!pkdi_record_leftover(node)->n_parts && !world->complaint[0]);
	fire(node);
}

static void drive(struct pkdi_node *node)
{
	world_drive(node->index, false);
}

/* As a writer, without a record. A death between value and watermark is made good first. */
static void publish(struct pkdi_node *node)
{
	struct pkdi_output *output = &node->outputs[0];
	uint64_t seq = output->slots.next;
	struct pkd_frame *frame;
	uint64_t *value;

	pkdi_output_settle(output, seq - 1);
	value = pkdi_output_loan(output, &frame);
	if (!value) {
		complain("no slot is free for value %" PRIu64, seq);
		return;
	}
	if (pkdi_freeze_open(output) < 0)
		complain("a slot cannot be opened");
	fill(value, STREAM_A, seq);
	*frame = (struct pkd_frame){
		.seq = seq,
		.number = seq,
		.size = output->stream->value_size,
		.type_id = STREAM_A,
		.origin = A,
	};
	if (pkdi_freeze_close(output) < 0)
		complain("a slot cannot be closed");
	pkdi_slots_publish(&output->slots, output->slots.loaned, output->made);
	pkdi_output_settle(output, seq);
}

static void publish_all(struct pkdi_node *node)
{
	struct pkdi_output *output = &node->outputs[0];

	while (output->slots.next <= world->limit && pkdi_output_has_room(output))
		publish(node);
	if (output->slots.next > world->last)
		pkdi_node_leave(node);
}

/* As a lossless reader, without firing: a value may be seen twice, once by each incarnation. */
static bool take(struct pkdi_node *node, uint32_t i)
{
	struct pkdi_input *input = &node->inputs[i];
	uint64_t seq = input->cursor;

	pkdi_policy_look(input);
	if (!input->front)
		return false;
	check(input->front, i ? STREAM_Y : STREAM_X);
	if (input->front->seq != seq || (seq != world->seen[i] && seq != world->seen[i] + 1))
		complain("value %" PRIu64 " is read as %" PRIu64 " after %" PRIu64,
		         input->front->seq, seq, world->seen[i]);
	world->seen[i] = seq;
	pkdi_input_advance(input, seq + 1);
	return true;
}

static void take_one(struct pkdi_node *node)
{
	if (!take(node, 0) || !take(node, 1))
		complain("there is nothing to read");
}

static void take_all(struct pkdi_node *node)
{
	bool ended = true;

	for (uint32_t i = 0; i < 2; i++) {
		pkdi_input_load_settled(&node->inputs[i]);
		ended = ended && node->inputs[i].settled == PKDI_ENDED;
		while (take(node, i))
			;
	}
	if (ended)
		pkdi_node_leave(node);
}

static void expect_value(const struct pkd_frame *frame, uint32_t stream, uint64_t seq)
{
	check(frame, stream);
	if (frame->seq != seq)
		complain("value %" PRIu64 " of stream %u is read as value %" PRIu64, seq, stream,
		         frame->seq);
}

/* As a lossy reader: latest with the value before it, chosen, read and given up; then sample. */
static void look(struct pkdi_node *node)
{
	struct pkdi_input *latest = &node->inputs[0], *sample = &node->inputs[1];
	const struct pkd_frame *before;

	pkdi_policy_look(latest);
	if (!latest->front) {
		complain("there is no latest value");
		return;
	}
	before = pkdi_input_held(latest, latest->cursor - 1, 1);
	expect_value(latest->front, STREAM_X, latest->cursor);
	if (before)
		expect_value(before, STREAM_X, latest->cursor - 1);
	else
		complain("the value before the latest is not held");
	pkdi_input_advance(latest, latest->cursor + 1);
	pkdi_policy_look(sample);
	if (sample->front)
		expect_value(sample->front, STREAM_Y, sample->cursor - 1);
	else
		complain("there is no sample");
}

enum { END = WARM_ROUNDS * ROUND_FRAMES + 1 }; /* the operation's own frame is the last */

static const struct operation operations[] = {
	{"look", WATCH, 24, HOLD_NOBODY, look, NULL},
	{"take", SINK, 16, HOLD_WATCH, take_one, take_all},
	{"publish", A, 16, HOLD_READERS, publish, publish_all},
	{"fire-origin", A, 16, HOLD_READERS, fire, NULL},
	{"fire-last", A, END, HOLD_READERS, fire, NULL},
	{"fire-middle", MIDDLE, 16, HOLD_READERS, fire, NULL},
	{"end-middle", MIDDLE, END, HOLD_WATCH, drive, NULL},
	{"fire-sink", SINK, 16, HOLD_WATCH, fire, NULL},
	{"fire-watch", WATCH, 24, HOLD_NOBODY, fire, NULL},
	{"fire-split", SPLIT, 16, HOLD_WATCH, fire_parts, NULL},
	{"end-split", SPLIT, END, HOLD_WATCH, drive, NULL},
};
enum { N_OPERATIONS = sizeof(operations) / sizeof(operations[0]) };

/* ---- An incarnation of the victim ---- */

static _Noreturn void live(const struct operation *operation, bool runs)
{
	struct pkdi_process *process = &run.processes[operation->victim];
	struct pkdi_node *node = &run.nodes[operation->victim];

	trace_me();
	alarm(LIMIT_S);
	signal(SIGSEGV, SIG_DFL);
	if (pkdi_process_attach(&run, operation->victim) < 0)
		complain("a process cannot attach");
	pkdi_sleep_over(&process->sleeper);
	trace_stop();
	/* As start_nodes in process.c. */
	atomic_store(&process->words->calling, 0);
	atomic_store(&process->words->step_since_ns, 0);
	pkdi_node_recover(node);
	if (pkdi_node_start(node) < 0)
		complain("a node cannot start");
	trace_stop();
	for (uint32_t round = 1; atomic_load(&node->words->state) != PKDI_LEFT; round++) {
		if (operation->go_on)
			operation->go_on(node);
		else
			drive(node);
		trace_stop();
		if (!runs || round != WARM_ROUNDS)
			continue;
		operation->run(node);
		trace_stop();
	}
	_exit(0);
}

static pid_t living; /* the victim's, 0 = none */

static void end_life(pid_t child)
{
	trace_kill(child);
	living = 0;
}

/* A new incarnation, stopped before it recovers. */
static pid_t begin_life(const struct operation *operation, bool runs)
{
	pid_t child;
	int status;

	/* It stands for all processes, so it has all of their memory. */
	for (uint32_t i = 0; i < run.n_processes; i++)
		pkdi_process_set_inherited(&run, i, true);
	child = fork();

	if (child == 0)
		live(operation, runs);
	if (child < 0 || waitpid(child, &status, __WALL) < 0 || !WIFSTOPPED(status))
		complain("a process cannot be started");
	living = child;
	return child;
}

/* Lets it go on to its next stop; false when it has left. */
static bool go_on(pid_t child)
{
	int status;

	if (trace_go_on(child, &status))
		return true;
	living = 0;
	if (status)
		complain("an incarnation ends with wait status %d", status);
	return false;
}

/* ---- One point ---- */

static const struct place *place;

struct point {
	uint32_t n;          /* instructions done */
	uint32_t m;          /* likewise in the recovery from it */
	struct path *path;   /* of the operation */
	struct path *second; /* of that recovery; NULL: it is not killed */
	bool is_applying;    /* out: the record was committed and not yet applied */
	uint64_t words;      /* out: what the victim's words were, as a hash */
};

static void add_word(uint64_t *hash, uint64_t word)
{
	*hash = (*hash ^ word) * UINT64_C(0x100000001b3);
}

/* A value that is copied in, and its number. */
static void add_value(uint64_t *hash, const char *slot, uint32_t n_words)
{
	const struct pkd_frame *frame = (const struct pkd_frame *)(const void *)slot;
	const uint64_t *words = (const uint64_t *)(const void *)slot;

	add_word(hash, frame->seq);
	add_word(hash, frame->number);
	for (uint32_t i = sizeof(*frame) / sizeof(*words); i < n_words; i++)
		add_word(hash, words[i]);
}

/* Of all that applying a record stores, but no times: these are others in each run. */
static uint64_t hash_words(const struct pkdi_node *node)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];
		const struct pkdi_ring *ring = &output->ring;

		for (uint32_t k = 0; k < ring->size; k++)
			add_word(&hash, *(uint64_t *)(void *)(ring->entries + k * ring->stride));
		for (uint32_t k = 0; output->made && k < ring->n_slots; k++)
			add_value(&hash, output->data + (size_t)k * ring->stride, ring->n_words);
		add_word(&hash, pkdi_read(&ring->words->head));
		add_word(&hash, pkdi_read(&ring->words->settled));
	}
	for (uint32_t i = 0; i < node->decl->n_inputs; i++) {
		add_word(&hash, pkdi_read(&node->inputs[i].words->cursor));
		add_word(&hash, pkdi_read(&node->inputs[i].words->pin));
		add_word(&hash, pkdi_read(&node->inputs[i].words->chosen));
	}
	add_word(&hash, atomic_load(&node->words->state));
	return hash;
}

/* The victim's life to the beginning of the operation. */
static pid_t warm_up(const struct operation *operation)
{
	pid_t child = begin_life(operation, true);

	go_on(child);
	for (uint32_t round = 1; round <= WARM_ROUNDS; round++) {
		world_go_on(ROUND_FRAMES * round, round > 1 ? HOLD_WATCH : HOLD_NOBODY);
		if (!go_on(child))
			complain("the victim leaves before the operation");
	}
	world_go_on(ROUND_FRAMES * (WARM_ROUNDS + 1), operation->hold);
	return child;
}

/* From the operation on to the end of everything. */
static void run_to_the_end(pid_t child)
{
	bool lives = true;

	for (uint32_t round = 1; round <= MAX_ROUNDS && !world->complaint[0]; round++) {
		if (lives) {
			lives = go_on(child);
			world_look();
		}
		/* After the recovery; then when the new incarnation has done what it could. */
		world_go_on(world->limit + ROUND_FRAMES, round == 1   ? HOLD_READERS
		                                         : round == 2 ? HOLD_WATCH
		                                                      : HOLD_NOBODY);
		if (!lives && world_has_ended())
			return;
	}
	if (lives)
		end_life(child);
	complain("it never ends");
}

/* The two deaths, or the one, or the pause; returns the process that lives on. */
static pid_t interrupt(const struct operation *operation, enum way way, struct point *point,
                       pid_t child)
{
	const struct pkdi_record *record = &run.nodes[operation->victim].words->record;
	uint32_t done;

	if (way != HELD_UP)
		end_life(child);
	point->is_applying = pkdi_read(&record->committed) != pkdi_read(&record->applied);
	point->words = hash_words(&run.nodes[operation->victim]);
	world_look();
	if (way != REPLACED)
		world_go_on(world->limit + AWAY_FRAMES, HOLD_WATCH);
	if (way == HELD_UP)
		return child;
	child = begin_life(operation, false);
	if (!point->second)
		return child;
	done = trace_step(child, point->m, point->second);
	if (done == TRACE_MISSED)
		complain("the recovery takes another way each time");
	if (done == TRACE_DIED)
		complain("the recovery dies");
	end_life(child);
	world_look();
	return begin_life(operation, false);
}

/* What this process does in place of the others may be led astray by a damaged value. */
static sigjmp_buf at_fault;

static void on_fault(int signal)
{
	siglongjmp(at_fault, signal);
}

/* False when the instruction was not met where it had been: the clock may cost one more. */
static bool run_point(const struct operation *operation, enum way way, struct point *point)
{
	pid_t child = warm_up(operation);
	uint32_t done = trace_step(child, point->n, point->path);

	if (done == TRACE_MISSED) {
		end_life(child);
		return false;
	}
	if (done == TRACE_DIED)
		complain("the operation dies");
	child = interrupt(operation, way, point, child);
	run_to_the_end(child);
	if (!world->complaint[0])
		world_check_end(!operation->go_on);
	return true;
}

static bool try_point(const struct operation *operation, enum way way, struct point *point)
{
	volatile bool is_met = true;

	world_begin(place, operation->victim, operation->last);
	if (sigsetjmp(at_fault, 1) == 0)
		is_met = run_point(operation, way, point);
	else
		complain("another process dies of signal %d", SIGSEGV);
	if (living)
		end_life(living);
	world_end();
	return is_met;
}

/* ---- All points ---- */

static uint32_t n_points, n_complaints;
static bool tries_all;

static void report(const struct operation *operation, enum way way, const struct point *point)
{
	if (!world->complaint[0])
		return;
	printf("%s, %s, %s after ", place->name, operation->name, way_names[way]);
	if (point->n == MAX_INSTRUCTIONS)
		printf("its end");
	else
		printf("instruction %u", point->n);
	if (point->second)
		printf(", and after instruction %u of the recovery", point->m);
	printf(": %s\n", world->complaint);
	n_complaints++;
}

/* First deaths worth a second one: those that leave other words than the one before, with a record
 * that is committed and not yet applied. */
struct deaths {
	uint32_t *n;
	uint32_t count;
	uint64_t words;
};

static void note_death(struct deaths *deaths, const struct point *point)
{
	if (!point->is_applying || point->words == deaths->words)
		return;
	deaths->words = point->words;
	deaths->n = realloc(deaths->n, (deaths->count + 1) * sizeof(*deaths->n));
	if (!deaths->n)
		abort();
	deaths->n[deaths->count++] = point->n;
}

static bool is_wanted(enum way way, const struct path *path, uint32_t i)
{
	if (tries_all)
		return true;
	if (way == HELD_UP)
		return place == &places[BESIDE] || i % SAMPLED == 0;
	return i == 0 || path->memory[i] != path->memory[i - 1];
}

/* Every point of a path, the last of all being its end. The first walk goes to the end and learns
 * the path. `ret_deaths` may be NULL. */
static void sweep(const struct operation *operation, enum way way, struct point point,
                  struct path *path, struct deaths *ret_deaths)
{
	uint32_t *at = point.second ? &point.m : &point.n;

	*at = MAX_INSTRUCTIONS;
	try_point(operation, way, &point);
	n_points++;
	report(operation, way, &point);
	if (path->n >= MAX_INSTRUCTIONS) {
		printf("%s does not end\n", operation->name);
		n_complaints++;
	}
	for (*at = 0; *at + 1 < path->n && n_complaints < MAX_COMPLAINTS; ++*at) {
		if (!is_wanted(way, path, *at))
			continue;
		if (!try_point(operation, way, &point)) {
			struct point slow = point;

			slow.path = NULL;
			try_point(operation, way, &slow);
		}
		n_points++;
		report(operation, way, &point);
		if (ret_deaths)
			note_death(ret_deaths, &point);
	}
}

static double now_s(void)
{
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* An operation in one way; then its second deaths, at most `n_second` of the first ones. */
static void sweep_all(const struct operation *operation, enum way way, uint32_t n_second)
{
	struct path path = {NULL, 0, 0, NULL};
	struct deaths deaths = {NULL, 0, 0};
	uint32_t points_before = n_points, complaints_before = n_complaints;
	double from_s = now_s();

	sweep(operation, way, (struct point){.path = &path}, &path, &deaths);
	printf("%-8s %-12s %-9s %6u points  %5.1f s\n", place->name, operation->name,
	       way_names[way], n_points - points_before, now_s() - from_s);
	if (n_second > deaths.count)
		n_second = deaths.count;
	points_before = n_points;
	from_s = now_s();
	for (uint32_t i = 0; i < n_second && n_complaints == complaints_before; i++) {
		struct path second = {NULL, 0, 0, NULL};

		/* Spread over all of them. */
		sweep(operation, way,
		      (struct point){.n = deaths.n[i * deaths.count / n_second],
		                     .path = &path,
		                     .second = &second},
		      &second, NULL);
		path_finish(&second);
	}
	if (n_second)
		printf("%-8s %-12s %-9s %6u points  %5.1f s  in the recovery of %u of %u records\n",
		       place->name, operation->name, "again", n_points - points_before,
		       now_s() - from_s, n_second, deaths.count);
	free(deaths.n);
	path_finish(&path);
}

static void run_operation(const struct operation *operation)
{
	bool all = tries_all;
	bool reads = operation->victim == WATCH || operation->victim == SINK;
	bool fires = operation->run == fire || operation->run == fire_parts;
	bool writes = operation->victim == MIDDLE || operation->victim == SPLIT;
	uint32_t n_second = fires && writes ? 2 : 0;

	sweep_all(operation, KILLED, all ? UINT32_MAX : n_second);
	if (all || operation->run == publish)
		sweep_all(operation, REPLACED, 0);
	if (all || reads)
		sweep_all(operation, HELD_UP, 0);
}

static bool is_operation(const char *word)
{
	for (uint32_t i = 0; i < N_OPERATIONS; i++)
		if (strcmp(word, operations[i].name) == 0)
			return true;
	return false;
}

static bool is_place(const char *word)
{
	for (uint32_t i = 0; i < N_PLACES; i++)
		if (strcmp(word, places[i].name) == 0)
			return true;
	return false;
}

/* Is it among the words, or none of its kind? */
static bool is_named(char *const *words, const char *name, bool (*is_kind)(const char *word))
{
	bool any = false;

	for (; *words; words++) {
		if (strcmp(*words, name) == 0)
			return true;
		any = any || is_kind(*words);
	}
	return !any;
}

int main(int argc, char **argv)
{
	double from_s = now_s();
	char **words;

	tries_all = argc > 1 && strcmp(argv[1], "--all") == 0;
	words = argv + 1 + tries_all;
	for (char **word = words; *word; word++) {
		if (is_operation(*word) || is_place(*word))
			continue;
		fprintf(stderr, "neither an operation nor a place: %s\n", *word);
		return 2;
	}

	/* A line at a time, and nothing twice after a fork. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	             0);
	if (world == MAP_FAILED)
		return 2;
	signal(SIGSEGV, on_fault);
	for (uint32_t k = 0; k < N_PLACES; k++) {
		place = &places[k];
		for (uint32_t i = 0; i < N_OPERATIONS && n_complaints < MAX_COMPLAINTS; i++)
			if (is_named(words, place->name, is_place) &&
			    is_named(words, operations[i].name, is_operation))
				run_operation(&operations[i]);
	}
	printf("%u points in %.1f s, %u complaints\n", n_points, now_s() - from_s, n_complaints);
	return n_points && !n_complaints ? 0 : 1;
}
