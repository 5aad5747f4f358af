/* Values of parameters, written as on the command line, as those of topics and back. No sockets. */
#ifndef PKD_NT4_SETTING_H
#define PKD_NT4_SETTING_H

#include "wire.h"

#include <pkd/node.h>

enum { NT4_SETTING_SIZE = 4104 }; /* bytes of a text, with its NUL */

/* The type of its topic. Numbers are doubles, as those of dashboards are; of 64 bits, which a
 * double does not hold, ints. */
const char *nt4_setting_type(enum pkd_kind kind);
/* Whether a topic of that type, which is another program's, can show the parameter as well. */
bool nt4_setting_fits(enum pkd_kind kind, const char *type);

/* As MessagePack for a topic of the type with this number; nothing is put where it has none. */
void nt4_setting_put(struct nt4_buffer *buffer, enum pkd_kind kind, const char *text, int type);
/* False: it is none for the parameter. */
bool nt4_setting_read(enum pkd_kind kind, const char *value, size_t n,
                      char ret_text[static NT4_SETTING_SIZE]);

/* A dashboard may write a number otherwise, 5 for 5.0. */
bool nt4_setting_is_same(enum pkd_kind kind, const char *a, const char *b);

#endif
