/* What a generated program hands to the runtime: constant tables, and pkd_main. Everything is
 * written by pkdc. The runtime checks the ABI and that the tables agree with its own arithmetic;
 * what the compiler has proved of the graph it takes as true. */
#ifndef PKD_PROGRAM_H
#define PKD_PROGRAM_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

enum pkd_policy {
#define POLICY(constant, word, fires, loses) constant,
#include <pkd/policy.def>
#undef POLICY
};

enum pkd_origin {
	PKD_NOT_ORIGIN, /* fired by its inputs */
	PKD_PACED,      /* waits for room, never loses */
	PKD_LIVE,       /* fires when it has a frame; refused where a lossless reader has no room */
};

#define PKD_NONE UINT32_MAX /* no stream: an unconnected input, an output nobody reads */

/* One reader of a stream: input `input` of node `node`. */
struct pkd_reader {
	uint32_t node, input;
};

struct pkd_stream {
	const char *name;    /* "cam.frame" */
	const char *type;    /* "image<bgr24, 768, 576>" */
	uint32_t writer;     /* node */
	uint32_t output;     /* of that node */
	uint32_t value_size; /* bytes of the value's capacity */
	uint32_t slot_size;  /* bytes: header and value, rounded up to 64, from 4096 on to 4096 */
	uint32_t ring_size;  /* D: the largest of its readers' windows */
	uint32_t n_slots;    /* N = D + pins of lossy readers + 1 loan */
	const struct pkd_reader *readers;
	uint32_t n_readers;
};

/* One slot of a node's inputs: the connection of a port, or one of several connections of a port
 * that takes many values. Slots stand in the order of their ports; the elements of a bank in
 * theirs. */
struct pkd_input {
	const char *name;
	const char *at;  /* "people.pkd:15:27", the edge */
	uint32_t stream; /* or PKD_NONE: always absent */
	enum pkd_policy policy;
	uint32_t window;    /* queue: frames waiting and in hand (n + 1); latest: n; sample: 1 */
	uint32_t n_pins;    /* slots it may hold in hand: queue 0 (its cursor holds them), else 1 */
	bool optional;      /* declared T?: the node fires although the value is absent */
	int64_t max_age_ns; /* sample: absent once older; 0 = no limit */
	uint32_t port;      /* index into struct NAME_in */
	/* The port is `[T; N]`: its member of struct NAME_in points at an array of the values of
	 * all its slots, oldest first within a window. */
	bool many;
	/* Which values: x is 0, 0; x[-1] is -1, -1; x[-7..0] is -7, 0. Where last is 0, the slot
	 * fires by its policy. Where last < 0 it does not fire and is not joined: it waits until
	 * the stream has settled the frame before the firing's, and sees the value number -last
	 * before that frame. Values are counted in what the stream published, before drops; too
	 * early: NULL. The window holds the frames looked back at: queue: waiting, in hand and
	 * -first more. */
	int32_t first, last;
	uint32_t every_n; /* takes frames number 1 + every_from, 1 + every_from + n … ; 0 = all */
	uint32_t every_from;
	/* Its workers claim the stream's values one by one, and every_from of every_n is the
	 * number of this one; from 1, 0 = none. */
	uint32_t pool;
	/* Takes the first frame of each period of capture time, counted from the first frame of
	 * the stream; 0 = all. */
	int64_t every_ns;
};

struct pkd_output {
	const char *name;
	uint32_t stream; /* or PKD_NONE: nobody reads, the node is given private memory */
	/* What its values are checked against after a step, and emptied by before the next; NULL:
	 * neither. */
	const struct pkd_type *type;
};

union pkd_bound {
	double number; /* of PKD_F32, PKD_F64 */
	int64_t whole; /* of integers and PKD_TIME */
};

/* A parameter of the pipeline or of a node, for options and --help. */
struct pkd_param {
	const char *name;
	const char *doc;     /* "" where there is none */
	enum pkd_kind kind;  /* a scalar, PKD_ENUM or PKD_STRING (const char *) */
	uint32_t offset;     /* bytes into the params struct */
	const char *initial; /* its default in the source's words; NULL = none, must be given */
	bool has_range;      /* min … max, both included */
	union pkd_bound min, max;
	const struct pkd_type *type; /* PKD_ENUM: its names; else NULL */
};

/* What a node touches beyond its inputs and outputs, as its declaration says. */
enum pkd_right_kind {
	PKD_READS,    /* a file, or a directory with all below it */
	PKD_WRITES,   /* a file, made anew; a directory where the path ends with '/' */
	PKD_APPENDS,  /* a file, opened as it is */
	PKD_NETWORK,  /* sockets of INET and INET6 */
	PKD_UNIX,     /* sockets of UNIX */
	PKD_EXECUTES, /* programs */
	PKD_DEVICES,  /* files below /dev, and ioctl on them */
	PKD_DISPLAY,  /* the user's X11 or Wayland display, GPUs */
};

struct pkd_right {
	enum pkd_right_kind kind;
	const char *path; /* or NULL: the value of `param`, or the kind has none */
	uint32_t param;   /* whose value is the path: index into param_table, or PKD_NONE */
	uint32_t when;    /* holds only where this bool parameter is true: likewise */
};

/* An option of the pipeline from which bind computes a node's param, which may have several. */
struct pkd_derived {
	uint32_t param;  /* index into the node's param_table */
	uint32_t option; /* index into the program's */
};

struct pkd_node {
	const char *name; /* of the instance: "cam", "view.boxes" */
	const char *kind; /* of the node: "video.open" */
	const char *at;   /* "people.pkd:14:5" */
	const struct pkd_methods *methods;
	void *params; /* struct NAME_params; set by bind, then by instance options */
	const struct pkd_param *param_table;
	uint32_t n_params;
	const struct pkd_derived *derived; /* by param, then by option */
	uint32_t n_derived;
	const struct pkd_input *inputs;
	uint32_t n_inputs;
	const struct pkd_output *outputs;
	uint32_t n_outputs;
	uint32_t n_ports; /* members of struct NAME_in */
	enum pkd_origin origin;
	int64_t budget_ns; /* 0 = none declared */
	/* Fires on any new value of its firing inputs, the oldest publication first; sees the
	 * others as `sample` does, and numbers its frames itself: PKD_LIVE or PKD_PACED. */
	bool fires_any;
	uint32_t state_size; /* bytes of struct NAME_state, kept through restarts; 0 = none */
	const struct pkd_right *rights;
	uint32_t n_rights;
	bool declared; /* it touches nothing but `rights`; else it may touch everything */
	bool settled;  /* after init it opens nothing and starts no thread any more */
};

enum pkd_failure_end {
	PKD_FAIL_STOP,   /* the whole program stops, with a non-zero status */
	PKD_FAIL_ABSENT, /* the rest runs on; the nodes' frames settle as absent */
};

struct pkd_process {
	const char *name; /* shown by ps: of the group, or of its only node */
	const uint32_t *nodes;
	uint32_t n_nodes;
	uint32_t n_restarts;    /* at most so many … */
	int64_t restart_per_ns; /* … within this time, then `end` */
	int64_t backoff_ns;     /* wait before each restart */
	enum pkd_failure_end end;
	int64_t stall_ns; /* a step that takes longer is a death of its own making; 0 = never */
	int32_t cpu, cpu_last; /* runs on these CPUs only; -1 = any */
	int32_t priority;      /* SCHED_FIFO 1 … 99; 0 = ordinary */
	uint64_t memory_limit; /* bytes of private memory; 0 = none */
	bool no_processes;     /* it starts none, whatever its nodes declare */
};

struct pkd_program {
	uint32_t abi;       /* PKD_ABI of the pkdc that wrote it */
	const char *name;   /* of the pipeline */
	const char *doc;    /* its doc comment, "" where there is none */
	const char *source; /* "people.pkd" */
	const struct pkd_stream *streams;
	uint32_t n_streams;
	const struct pkd_node *nodes;
	uint32_t n_nodes;
	const struct pkd_process *processes;
	uint32_t n_processes;
	void *params; /* of the pipeline: defaults until options change them */
	const struct pkd_param *param_table;
	uint32_t n_params;
	uint64_t memory;  /* bytes of all streams' slots, each stream rounded up to 4096 */
	uint32_t n_pools; /* whose workers claim */
	int64_t spin_ns;  /* how long a process looks for work before it sleeps; 0 = not at all */
	/* Computes all nodes' params from the pipeline's; once, before instance options. */
	void (*bind)(void);
};

/* Runs the program: options, channels, processes, supervision. Returns the exit status:
 * 0     every stream ended, or the program was stopped in order (a signal, pkd_stop);
 * 1     a node failed, or something could not be set up;
 * 2     the command line is wrong;
 * 128+n a node died of signal n (the first one to), or had to be ended by it. */
int pkd_main(const struct pkd_program *program, int argc, char **argv);

/* Put at the top of a generated file: refuses to compile against another libpkd. */
#define PKD_GENERATED_FOR(number)           \
	_Static_assert(PKD_ABI == (number), \
	               "this file was generated for another libpkd: run pkdc build again")

#ifdef __cplusplus
}
#endif

#endif
