/* The first pause before a peer is tried again is the same in all nodes of this module. */
#ifndef PKD_IO_RETRY_H
#define PKD_IO_RETRY_H

#include "../base/retry.h"

enum { IO_RETRY_FIRST_NS = 100000000 };

#endif
