/* What the header of a .pkd file declares in C. */
#ifndef SEMA_C_UNIT_H
#define SEMA_C_UNIT_H

#include "sema/interface.h"

/* The string, bytes or list that gets a struct of the port's name: the port's type, or the item of
 * an array. NULL: none, for C has a name for it, or no way to say it. */
const struct type *c_port_type(const struct port *port);

/* The answer of a command, as if it were a port of the command's name. */
struct port c_answer_port(const struct command *command);

/* "video_open_title" of such a struct. */
const char *c_port_struct(struct arena *arena, const struct interface *node,
                          const struct port *port);

/* A name in C, and whose it is. */
struct c_declared {
	const char *name;
	bool tag;              /* of a struct or an enum */
	const char *what, *of; /* "node", "open" */
	struct span at;
};

VEC_OF(c_declarations, struct c_declared);

/* Adds those of the unit. */
void c_unit_declares(struct arena *arena, const struct unit *unit, struct c_declarations *all);

struct sema;

/* Enters those of all units of the program, and reports names that are there already (E0207). */
void c_names_enter(struct sema *sema);

/* A name in C for the struct, or for the node, that the compiler makes: `wanted`, or with a number
 * behind it where the program has a name already that it needs. */
const char *c_claim_struct(struct sema *sema, const char *wanted);
const char *c_claim_node(struct sema *sema, const char *wanted);

#endif
