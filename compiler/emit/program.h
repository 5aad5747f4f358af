/* What the parts of emit_program share. */
#ifndef EMIT_PROGRAM_H
#define EMIT_PROGRAM_H

#include "emit/parts.h"
#include "pass/pass.h"

VEC_OF(node_numbers, uint32_t);

struct program {
	const struct analysis *analysis;
	const struct graph *graph;
	struct arena *arena;
	struct buf *out;
	VEC(const struct interface *) faces; /* of the node kinds used, each once */
	VEC(struct node_numbers) nodes_of;   /* per face: its nodes, ascending; at least one */
	VEC(const struct unit *) given; /* have types that none of their headers does: T: Row */
	const char **node_names;        /* in C: "cam", "view_boxes" */
	const char **stream_names;      /* "cam_frame"; NULL where there is no channel */
	const char **process_names;
	const char *options; /* struct of the pipeline's parameters */
	const char *option_table, *expression_init, *expression_finish;
	struct map names, tags; /* that the file has: of structs and enums, and all else */
	struct map tables;      /* "video_open_rights" -> its name */
	struct described described;
	const char *steps_path; /* of emit_steps */
};

/* Fills in faces and nodes_of (emit_name.c). */
void program_collect_faces(struct program *program);

/* Fills in faces and given, and chooses what is named after parts of the program (emit_name.c). */
void program_choose_names(struct program *program);

/* A name at file scope that nothing has, and now has: `wanted`, or with a number behind it. The
 * same for a struct. */
const char *program_claim(struct program *program, const char *wanted);
const char *program_claim_tag(struct program *program, const char *wanted);

/* The "rights", "param_table" or "commands" of a kind of node. */
const char *program_table(const struct program *program, const struct interface *face,
                          const char *table);

/* How the program names a source file: the main file by its own name, and no file by an absolute
 * path, so that the program does not depend on where it was built (emit_c.c). */
const char *program_path(const struct program *program, uint32_t source);

/* Of a node in Python: its struct pkd_python, and that one's name (emit_python.c). */
void emit_python(struct program *p, uint32_t node);
const char *program_python(const struct program *p, uint32_t node);

/* What the C library and pkd declare (emit_step.c). */
void emit_includes(const struct program *program);

/* Nodes made of expressions over streams, whole (emit_expression.c). */
void emit_terms(struct program *program);

/* Types that are described at run time, options, NAME_params of every node, `bind`, and the tables
 * of parameters (emit_params.c). */
void emit_params(struct program *program);

/* A parameter, or an argument of a command, as a row of a table of struct pkd_param: a member of
 * that struct (emit_params.c). */
void emit_param_row(struct program *p, const char *struct_name, const struct param *param);

/* The commands of every kind of node that has some (emit_command.c). */
void emit_commands(struct program *p);

#endif
