/* A program as it shows itself: what it is made of, how it is, and how that has changed over the
 * last samples. */
#ifndef PKD_VIEW_H
#define PKD_VIEW_H

#include "pkd/proc.h"
#include "pkd/talk.h"

/* How many samples are kept, and how many firings or values make a rate that is worth something. */
enum { VIEW_SAMPLES = 32, VIEW_ENOUGH = 10 };

struct view_process {
	char *name;
	pid_t pid;
	uint64_t restarts;
	char *calling;    /* the node whose code runs; NULL: none */
	int64_t since_ns; /* since when; 0: not known */
	struct usage usage;
	double share; /* of one CPU; negative: not known */
};

struct view_node {
	char *name, *kind, *at, *process;
	bool is_origin;
	char state[16];
	uint64_t frame, firings, busy_ns, longest_ns, refused, failed;
	uint64_t p99_ns;    /* 99 of 100 firings take no longer; 0: not known */
	uint64_t restarts;  /* of its process */
	int64_t in_call_ns; /* how long its code has been running; 0: it does not */
	double rate;        /* firings per second */
	double frame_rate;  /* frames per second */
	double busy;        /* share of the time in which its code ran */
	double mean_ns;     /* of a firing; negative: not known */
	uint64_t past_firings[VIEW_SAMPLES], past_busy_ns[VIEW_SAMPLES], past_frame[VIEW_SAMPLES];
};

/* Paused, or at rest. */
bool view_is_held(const struct view_node *node);

struct view_edge {
	char *stream, *node, *input, *policy, *at;
	uint64_t window;
	uint64_t published, taken, delivered, dropped, looks, absent;
	char others[128]; /* the columns of its account that few edges have, as words */
	bool has_left;    /* the reader takes nothing more */
	double rate;      /* published per second */
	double drop_rate; /* dropped per second */
	uint64_t past_published[VIEW_SAMPLES], past_dropped[VIEW_SAMPLES];
};

struct view_stream {
	char *name, *type, *node;
	uint64_t slots, bytes;
	bool is_private;
};

struct view_param {
	char *name, *doc, *takes, *range;
	bool is_live; /* once `view_take_values` has been told so */
};

struct view_command {
	char *node, *name, *doc;
	char *arguments; /* "to: i64 = 0 in 0..1000, how: Mode" */
	char **names;    /* of the arguments */
	size_t n_names;
	char *answer; /* its type; "" = none */
};

struct view {
	char *name, *doc, *source;
	uint64_t bytes; /* of its memory, as it was proved */
	char phase[16];
	size_t n_processes, n_nodes, n_edges, n_streams, n_params, n_commands;
	struct view_process *processes;
	struct view_node *nodes;
	struct view_edge *edges;
	struct view_stream *streams;
	struct view_param *params;
	struct view_command *commands;
	/* Samples: the newest is number (n_samples - 1) % VIEW_SAMPLES. */
	uint64_t n_samples;
	int64_t now_ns, at_ns[VIEW_SAMPLES];
	size_t process, node, edge; /* how many of the sample that is being taken have come */
	/* Of the system. */
	struct usage usage;
	int64_t age_ns, looked_ns;
	double share;
};

/* Takes a line of the answer to `describe`, or of the answer to `status`. The lines of a status
 * come in the order of the description, which is asked for first. */
void view_take_description(struct view *view, const struct pkdi_json *json, uint32_t parameters);
void view_take_status(struct view *view, const struct pkdi_json *json, uint32_t parameters);

/* Takes a line of the answer to `get`. */
void view_take_values(struct view *view, const struct pkdi_json *json, uint32_t parameters);

/* After the last line of a status: computes what has changed. */
void view_settle(struct view *view);

/* Asks for them, and waits. False: there was no answer, and `talk` says why. */
bool view_describe(struct view *view, struct talk *talk);
bool view_values(struct view *view, struct talk *talk);
bool view_sample(struct view *view, struct talk *talk);

/* Looks at what the processes use, if their numbers mean something here. */
void view_look(struct view *view, const struct talk *talk);

/* The first origin; NULL: the program has none. */
const struct view_node *view_origin(const struct view *view);

/* Values that the edge holds for its reader. */
uint64_t view_depth(const struct view_edge *edge);

/* Whether its reader takes every value, so that the window limits the writer. */
bool view_is_lossless(const struct view_edge *edge);

void view_finish(struct view *view);

#endif
