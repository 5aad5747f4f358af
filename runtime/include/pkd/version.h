/* The ABI number: what generated code, node code and libpkd must agree on. */
#ifndef PKD_VERSION_H
#define PKD_VERSION_H

#define PKD_VERSION "0.1.0"

/* Incremented whenever a struct of node.h, program.h or frame.h changes its meaning or layout. */
#define PKD_ABI 16

#endif
