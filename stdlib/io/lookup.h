/* The addresses of a name, found by a thread: nothing interrupts the C library's look-up. */
#ifndef PKD_IO_LOOKUP_H
#define PKD_IO_LOOKUP_H

#include "address.h"

#include <netdb.h>

struct io_lookup;

/* `type` is SOCK_STREAM or SOCK_DGRAM. 0 or -errno. An address in digits is there at once. */
int io_lookup_start(const struct io_address *address, int type, struct io_lookup **ret_lookup);

/* Ready to be read (POLLIN) when the answer is there. */
int io_lookup_fd(const struct io_lookup *lookup);

/* 1: *ret_list is the answer, the look-up's; 0: not yet; -1: there is none, *ret_reason says
 * why. */
int io_lookup_answer(struct io_lookup *lookup, const struct addrinfo **ret_list,
                     const char **ret_reason);

/* Waits for nobody: a thread that still looks frees it. NULL: nothing. */
void io_lookup_leave(struct io_lookup *lookup);

#endif
