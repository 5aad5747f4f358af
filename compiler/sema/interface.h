/* The face of a node, and the file that it comes from: what the graph, the passes and the emitters
 * know of declarations. Made by resolve, and for a node of expressions by fuse.c; to such a one
 * tick.c adds inputs, and stamp.c changes the types of some, before the passes run. Nothing here
 * points into the ast. */
#ifndef SEMA_INTERFACE_H
#define SEMA_INTERFACE_H

#include "base/map.h"
#include "base/text.h"
#include "front/privacy.h"
#include "front/right.h"
#include "sema/term.h"

/* UNKNOWN only while its node is being resolved. */
enum generic_kind { GENERIC_SIZE, GENERIC_FORMAT, GENERIC_TYPE, GENERIC_UNKNOWN };

struct generic {
	const char *name; /* "W" */
	struct span span;
	enum generic_kind kind; /* from where it stands in the ports */
	bool has_initial;
	uint64_t initial;
	bool given_only; /* of a pipeline: no port shows it, so the call or `initial` says it */
};

struct port {
	const char *name;
	const char *doc; /* or "" */
	struct span span;
	/* May hold variables of the node, or be `any`. Of an input `[T; N]`: a bank of N streams
	 * of T, or a window of N values of one. */
	const struct type *type;
	bool optional; /* T?; of a bank or window: each element */
	bool exact;    /* an input: it wants the value of the frame that fires */
	bool lossy;    /* an input of values that need those before them: some may be missing */
	struct privacy_mark
		mark; /* an output: of all its streams, where the program says nothing */
};

struct param {
	const char *name;
	const char *doc; /* or "" */
	struct span span;
	const struct type *type;    /* a scalar, an enum or `string`, with or without a capacity */
	const struct type *bounded; /* string<n>: as it is stored; NULL: it has no capacity */
	bool live, secret;
	struct value initial;     /* VALUE_NONE: must be given */
	const char *initial_text; /* in the source's words; NULL with VALUE_NONE */
	bool has_range;
	struct value min, max;
};

/* Its type as it is declared. */
static inline const struct type *param_declared(const struct param *param)
{
	return param->bounded ? param->bounded : param->type;
}

enum origin_kind { ORIGIN_NONE, ORIGIN_PACED, ORIGIN_LIVE };

/* Whether a deploy lets a node rest while the program runs. */
enum rest { REST_NEVER, REST_MAY, REST_STARTS };

/* A field that survives a crash of its node: struct NAME_state. */
struct state_field {
	const char *name;
	const char *doc;
	struct span span;
	const struct type *type; /* concrete */
};

/* One clause of what a node may touch. */
struct right {
	enum right_kind kind;
	struct span span;
	const char *path; /* NULL: the value of `param`, or the clause has no path */
	uint32_t param;   /* whose value is the path, or NO_PARAM */
	uint32_t when;    /* the bool parameter without which it does not hold, or NO_PARAM */
};

#define NO_PARAM UINT32_MAX

/* The use of a pipeline that a node is in, and the one that this is in; NULL: the program. */
struct within {
	const char *pipeline;
	struct span at; /* of the call */
	const struct within *user;
};

/* What a node of expressions computes: an output, or what several of its parts read. */
struct part {
	const char *name;  /* in C */
	const char *label; /* what it is bound to: "rig.near[2]"; NULL: nothing */
	struct span at;
	const struct term *term;
	uint32_t output; /* NO_OUTPUT: only other parts read it */
	bool kept;       /* a deploy or an assert speaks of it */
	struct privacy_mark mark;
};

#define NO_OUTPUT UINT32_MAX

VEC_OF(parts, struct part);

/* Earlier values of a part, which the node keeps as it does persistent state. */
struct past {
	uint32_t part;
	uint32_t depth; /* how many */
};

/* C that stands in the .pkd file. */
struct c_block {
	const char *text; /* between {= and =}; NULL: none */
	struct span at;   /* with the {= and the =} */
};

VEC_OF(c_blocks, struct c_block);
VEC_OF(texts, const char *);

/* What a node can be told while the program runs. */
struct command {
	const char *name;
	const char *doc; /* or "" */
	struct span span;
	const struct type *args;     /* a record, struct NAME_COMMAND_args; NULL: it takes none */
	VEC(struct param) arguments; /* for each of its fields the default and the range */
	const struct type *answer;   /* NULL: none */
	struct c_block body;         /* with `step` */
};

struct interface {
	const char *name;   /* "open" */
	const char *kind;   /* "video.open"; "open" in the main file */
	const char *c_name; /* "video_open" */
	const char *doc;    /* or "" */
	struct span span;
	struct unit *unit;
	/* Of generics, ports and params: one space, in which each is once. Of a node of expressions
	 * those of its inputs, by map_claim_name. */
	struct map names;
	VEC(struct generic) generics;
	VEC(struct port) inputs, outputs;
	uint32_t n_ticks; /* of an expression: its last inputs, which fire it and have no value */
	VEC(struct param) params;
	enum origin_kind origin;
	double rate;       /* frames a second, 0 = not stated */
	int64_t budget_ns; /* 0 = not stated */
	bool stateless;
	bool fires_any; /* fires on any new value of its firing inputs; its outputs are an origin */
	uint32_t makes; /* of that: firings for each input, at most; 0 = not stated */
	bool flushes;   /* fires at the end of its inputs, without any */
	struct span flushes_at;
	bool wakes; /* of one that fires any: fires by itself, too, without any input */
	struct span wakes_at;
	VEC(struct state_field) persistent; /* struct NAME_state */
	VEC(struct state_field)
	memories; /* which survive as they are; their types may have variables */
	VEC(struct state_field)
	state;                  /* with `step`: struct NAME; zeroed before the first firing */
	struct c_block members; /* with `step`: more fields of struct NAME, in C */
	struct c_block step;    /* none: in `sources` */
	struct c_block init, finish, changed;
	struct parts parts;     /* of a node made from expressions: each reads those before it */
	VEC(struct past) pasts; /* likewise */
	struct texts sources;   /* relative to unit->directory */
	struct texts links;     /* pkg-config names; -lNAME and -LDIRECTORY */
	struct texts includes;  /* directories, as written */
	struct texts defines;   /* NAME or NAME=VALUE */
	VEC(struct command) commands;
	VEC(struct right) rights;
	bool declared; /* it touches nothing but `rights`; else it may touch everything */
	bool settled;  /* after init it opens nothing and starts no thread any more */
};

/* A constant of a file, for those who read about it. */
struct constant {
	const char *name, *doc, *text; /* as written */
};

/* Whether it declares something that is kept from one firing to the next. */
static inline bool interface_keeps(const struct interface *face)
{
	return face->state.n > 0 || face->members.text || face->persistent.n > 0 ||
	       face->memories.n > 0;
}

static inline bool source_is_python(const char *source)
{
	return text_ends_with(source, ".py");
}

/* Whether it is written in Python: that is its only source, then. */
static inline bool interface_is_python(const struct interface *face)
{
	return face->sources.n > 0 && source_is_python(face->sources.items[0]);
}

/* Whether a parameter may change while the program runs. */
static inline bool interface_is_live(const struct interface *face)
{
	for (size_t i = 0; i < face->params.n; i++)
		if (face->params.items[i].live)
			return true;
	return false;
}

/* One .pkd file. */
struct unit {
	uint32_t source;
	const char *module;      /* "video"; the name after `as`; "" for the main file */
	const char *directory;   /* of the file, as the file system knows it */
	const char *header;      /* as included: "video/open.pkd.h", "people.pkd.h" */
	const char *guard;       /* "PKD_VIDEO_OPEN_H" */
	bool stdlib;             /* built with pkd, in its library of nodes */
	VEC(struct unit *) uses; /* whose types it may name */
	VEC(struct record *) records;
	VEC(struct enumeration *) enumerations;
	VEC(struct interface *) nodes;
	VEC(struct constant) constants;
	struct c_blocks shared; /* by the steps that stand in the file */
};

#endif
