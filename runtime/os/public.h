/* The library is compiled with -fvisibility=hidden; what node.h and program.h declare is not. */
#ifndef PKDI_PUBLIC_H
#define PKDI_PUBLIC_H

#define PKD_PUBLIC __attribute__((visibility("default")))

#endif
