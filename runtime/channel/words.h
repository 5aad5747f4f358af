/* The words that processes share. Each has exactly one writing process at a time, named at its
 * struct: every other process maps it read-only. A SIGKILL at any instruction leaves whole
 * words, and the writer's next incarnation can finish or undo whatever they say. */
#ifndef PKDI_WORDS_H
#define PKDI_WORDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Two words that different processes use often never share a cache line. */
#define PKDI_LINE 64

/* As a watermark: the stream has ended; as a cursor: the reader has left. */
#define PKDI_ENDED UINT64_MAX

#define PKDI_NO_SLOT UINT32_MAX

/* The entry of a ring or a pin: seq << 12 | slot. 0 is no entry, as seqs start at 1. */
#define PKDI_SLOT_BITS 12
#define PKDI_MAX_SLOTS (1u << PKDI_SLOT_BITS)
/* In an entry: its slot is being filled. Above any slot number of a stream. */
#define PKDI_FILLING (PKDI_MAX_SLOTS - 1)

static inline uint64_t pkdi_entry(uint64_t seq, uint32_t slot)
{
	return seq << PKDI_SLOT_BITS | slot;
}
static inline uint64_t pkdi_entry_seq(uint64_t entry)
{
	return entry >> PKDI_SLOT_BITS;
}
static inline uint32_t pkdi_entry_slot(uint64_t entry)
{
	return (uint32_t)(entry & (PKDI_MAX_SLOTS - 1));
}

/* ---- Written by the process, in its control memory ---- */

enum pkdi_call {
	PKDI_CALL_STEP, /* or none */
	PKDI_CALL_READY,
	PKDI_CALL_INIT,
	PKDI_CALL_FINISH,
	PKDI_CALL_COMMAND,
	PKDI_CALL_CHANGED,
	PKDI_CALL_FLUSH, /* not of a node: the flush of buffered output at the end of the process */
};

struct pkdi_process_words {
	_Alignas(PKDI_LINE) _Atomic uint32_t sleep; /* odd: asleep or about to be; never repeats */
	_Alignas(PKDI_LINE) _Atomic uint32_t calling; /* node whose code runs, + 1; 0 = none */
	_Atomic uint32_t pid;
	_Atomic uint32_t
		told_to_end;      /* the pid, once it got a SIGTERM that is not the supervisor's */
	_Atomic uint32_t refused; /* the pid, once it has said which system call was refused */
	_Atomic uint64_t pong;    /* the last ping that it has seen */
	_Atomic uint32_t call;    /* enum pkdi_call: which of the node's functions */
	_Atomic int64_t
		step_since_ns; /* start of the call; 0 = nothing runs that the watchdog limits */
};

struct pkdi_stream_words {
	_Alignas(PKDI_LINE) _Atomic uint64_t head; /* newest seq; may lag the ring by one */
	_Atomic uint64_t
		settled; /* watermark: nothing more will come for frames up to this number */
	_Alignas(PKDI_LINE) _Atomic uint64_t ring[]; /* unless it lies in the slots, see ring.h */
};

/* Of a sampled input, when its node fired. */
struct pkdi_looks {
	_Atomic uint64_t n_present; /* with a value, and without one */
	_Atomic uint64_t n_absent;
	_Atomic uint64_t age_sum_ns;
	_Atomic uint64_t age_max_ns;
};

struct pkdi_input_words {
	/* The first seq that the node has not committed. For a lossless reader everything from
	 * here on stays in the ring, so its cursor is all the protection it needs. */
	_Alignas(PKDI_LINE) _Atomic uint64_t cursor;
	_Atomic uint64_t pin; /* lossy readers: hazard pointer, the entry in hand, 0 = none */
	/* A `latest` reader's choice, a seq: stored once all its pins hold, so that a restart
	 * can tell a choice from a pin that was not yet validated. */
	_Atomic uint64_t chosen;
	/* every_ns, see every.c: the last value taken, its period + 1, the start of the first
	 * period. */
	_Atomic uint64_t every_seq;
	_Atomic uint64_t every_period;
	_Atomic int64_t every_base_ns;
	/* What writers do not read. The position at which the reader left, its cursor being
	 * PKDI_ENDED. */
	_Alignas(PKDI_LINE) _Atomic uint64_t left;
	/* The incarnation of the writer that has corrupted the stream, + 1; 0 = none. See
	 * believe.h. */
	_Atomic uint64_t complaint;
	struct pkdi_looks looks[2]; /* sampled: as in the record, one copy counts */
};

/* How far the reader has decided: up to before its cursor, or before what `latest` has chosen. It
 * only grows. */
static inline uint64_t pkdi_position(const struct pkdi_input_words *words)
{
	uint64_t cursor = atomic_load_explicit(&words->cursor, memory_order_acquire), chosen;

	if (cursor == PKDI_ENDED)
		return atomic_load_explicit(&words->left, memory_order_relaxed);
	chosen = atomic_load_explicit(&words->chosen, memory_order_acquire);
	return chosen >= cursor ? chosen : cursor;
}

enum pkdi_state {
	PKDI_STARTING, /* init has not returned yet */
	PKDI_RUNNING,
	PKDI_LEFT, /* outputs settled for ever, cursors given up */
};

/* What a firing of a node that `fires any`, or flushes, leaves for the next one. */
struct pkdi_leftover {
	uint64_t n_parts;   /* firings of this input so far; 0 = the next one takes a new input */
	uint32_t input;     /* the input, whose front stays; PKD_NONE = the end of all inputs */
	uint32_t is_timed;  /* the node sets its capture times: they do not go back any more */
	int64_t capture_ns; /* of the firing */
};

/* The redo record of a firing. The parts for outputs and inputs follow in arrays of their own.
 * Valid for recovery while committed != applied; all of it is plain stores except those two.
 *
 * What must be valid at any instant, and not only then, has two copies: the one of index
 * committed % 2 counts, and the next firing fills the other. Its commit swaps them. This holds
 * for the number, the leftover, and a node's persistent state. */
struct pkdi_record {
	_Atomic uint64_t committed; /* firings committed: storing it is the commit */
	_Atomic uint64_t applied;   /* firings whose effects are all in place */
	_Atomic uint64_t number[2]; /* frame of the firing; a source continues counting from it */
	uint64_t settled;           /* what the outputs settle to */
	uint64_t leaves;            /* it is the node's last firing */
	uint64_t called;            /* requests that the node has answered, see node/call.h */
	struct pkdi_leftover leftover[2]; /* unused by other nodes, which have none */
};

/* The frame of the last committed firing, 0 = none. */
static inline uint64_t pkdi_record_number(const struct pkdi_record *record)
{
	uint64_t committed = atomic_load_explicit(&record->committed, memory_order_acquire);

	return atomic_load_explicit(&record->number[committed % 2], memory_order_relaxed);
}
struct pkdi_record_output {
	uint64_t seq;
	uint32_t slot; /* PKDI_NO_SLOT: absent */
};

/* Versions of live values, see node/live.h: one ring for the values, and one in each origin for the
 * frames from which they hold. */
#define PKDI_WISHES 4

struct pkdi_live_words {
	_Alignas(
		PKDI_LINE) _Atomic uint64_t newest; /* of an origin: the last that it has taken … */
	_Atomic uint64_t from[PKDI_WISHES]; /* … and the frame from which each holds, by version */
	_Atomic uint64_t applied;           /* the newest that the node has used or passed … */
	_Atomic uint64_t told;              /* … and that its code knows of */
};

/* How many steps took how long: in powers of the square root of 2, from below 2^8 ns (256 ns) up to
 * 2^39.5 ns (13 min) and above. */
enum { PKDI_STEP_BUCKETS = 64, PKDI_STEP_FROM = 8 };

/* What a node that `sets` asks for, for each parameter that it may set; see node/settings.h. */
enum { PKDI_ASK_TEXT = 4104, PKDI_ASK_REASON = 248 };
struct pkdi_ask {
	_Alignas(PKDI_LINE) _Atomic uint64_t seq; /* 2, 4, 6 …; odd while the text is written */
	char text[PKDI_ASK_TEXT];                 /* the value, as on the command line */
};

struct pkdi_node_words {
	_Alignas(PKDI_LINE) _Atomic uint32_t state;
	_Atomic uint64_t in_hand; /* frame that step is working on, 0 = none */
	_Atomic uint64_t opened;  /* its output files: bit i = right number i has been opened */
	_Atomic uint32_t fails_at_end; /* the program's status is to say that something was wrong */
	_Atomic uint64_t n_firings;    /* steps that were measured: some may have been redone */
	_Atomic uint64_t busy_ns;
	_Atomic uint64_t longest_ns;
	_Atomic uint64_t n_expected;
	struct pkdi_live_words live;
	_Alignas(PKDI_LINE) _Atomic uint64_t steps[PKDI_STEP_BUCKETS];
	_Alignas(PKDI_LINE) struct pkdi_record record;
};

/* ---- Written by the console ---- */

struct pkdi_wish {
	_Alignas(PKDI_LINE) _Atomic uint64_t
		version;     /* whose values these are; 0 while they change */
	_Atomic uint64_t at; /* the frame from which it holds at the earliest; 0 = any */
	char bytes[];        /* the values; then for each parameter whether it was set by itself */
};

struct pkdi_wishes {
	_Alignas(PKDI_LINE) _Atomic uint64_t newest; /* of the ring of struct pkdi_wish behind it */
	_Alignas(PKDI_LINE) _Atomic uint64_t ping;   /* each process stores it as its pong */
	_Atomic uint32_t tracing; /* the number of the session of traces, odd while it lasts */
};

/* What became of a struct pkdi_ask. */
struct pkdi_ask_answer {
	_Alignas(PKDI_LINE) _Atomic uint64_t seq; /* of the one that was carried out; 0 = none */
	_Atomic uint32_t is_refused;
	char reason[PKDI_ASK_REASON];
};

/* ---- Written by the supervisor ---- */

enum pkdi_phase {
	PKDI_PHASE_RUN,
	PKDI_PHASE_DRAIN, /* sources end, the rest process what there is */
	PKDI_PHASE_STOP,  /* every node ends at its next firing boundary */
	/* Only in the shared word, in place of the last two: every process ends likewise, and its
	 * nodes go on in the next run, see run/store.h. */
	PKDI_PHASE_SUSPEND,
};

enum { PKDI_PHASES = PKDI_PHASE_SUSPEND + 1 };

/* As it is shown. */
static inline const char *pkdi_phase_name(uint32_t phase)
{
	static const char *const names[PKDI_PHASES] = {
		[PKDI_PHASE_RUN] = "running",
		[PKDI_PHASE_DRAIN] = "draining",
		[PKDI_PHASE_STOP] = "stopping",
		[PKDI_PHASE_SUSPEND] = "suspending",
	};

	return phase < PKDI_PHASES ? names[phase] : "?";
}

struct pkdi_program_words {
	_Alignas(PKDI_LINE) _Atomic uint32_t phase;
};

/* What the supervisor has decided about a node. */
struct pkdi_orders {
	_Atomic uint32_t
		gone; /* given up: its outputs are settled, and it gates and pins nothing */
	_Atomic uint32_t incarnation;
	_Atomic uint32_t down; /* its process does not run: it has ended, or waits to be started */
	_Atomic uint64_t failed_number; /* poison frame: settle it without calling step, 0 = none */
};

/* ---- Eventcounts, written by everyone with fetch_add only: they say only "look again" ---- */

struct pkdi_bell {
	_Alignas(PKDI_LINE) _Atomic uint32_t count;
};

/* The bucket of a time, and the time at which a bucket ends. */
static inline uint32_t pkdi_step_bucket(uint64_t ns)
{
	uint32_t zeros = (uint32_t)__builtin_clzll(ns | 1), power = 63 - zeros;
	bool upper = ns << zeros >= UINT64_C(0xb504f333f9de6485); /* 2^63.5 */
	int32_t bucket = 2 * ((int32_t)power - PKDI_STEP_FROM) + 1 + upper;

	return bucket < 0                    ? 0
	       : bucket >= PKDI_STEP_BUCKETS ? PKDI_STEP_BUCKETS - 1
	                                     : (uint32_t)bucket;
}
static inline uint64_t pkdi_step_end(uint32_t bucket)
{
	uint64_t power = UINT64_C(1) << (PKDI_STEP_FROM + bucket / 2);

	return bucket % 2 ? (uint64_t)((double)power * 1.4142135623730951) : power;
}

/* For words with one writer: cheaper than a locked addition, and equivalent. */
static inline void pkdi_count(_Atomic uint64_t *word, uint64_t n)
{
	atomic_store_explicit(word, atomic_load_explicit(word, memory_order_relaxed) + n,
	                      memory_order_relaxed);
}
static inline uint64_t pkdi_read(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

#endif
