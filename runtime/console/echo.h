/* Showing the values of a stream to one client, for as long as it looks: copied from outside, see
 * channel/look.h, so that nobody waits for it. */
#ifndef PKDI_ECHO_H
#define PKDI_ECHO_H

#include "console/method.h"

struct pkdi_echo;

bool pkdi_echo_begin(struct pkdi_run *run, struct pkdi_request *request,
                     const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault);

/* Looks at the stream. True: there is a line to be written. */
bool pkdi_echo_is_ready(struct pkdi_run *run, const struct pkdi_request *request, int64_t now_ns);
void pkdi_echo_write(struct pkdi_run *run, const struct pkdi_request *request,
                     struct pkdi_out *out);

/* Whether the line that is ready is not the last one. */
bool pkdi_echo_goes_on(const struct pkdi_echo *echo);

/* Its next line is the last: the client asks something else. */
void pkdi_echo_end(struct pkdi_echo *echo);

/* Whether pixels of a value are still to be sent. */
bool pkdi_echo_has_pixels(const struct pkdi_echo *echo);

/* The value whose line was written last, as it lies in memory, where it follows its line; *ret_n is
 * 0 where nothing does. */
const void *pkdi_echo_bytes(const struct pkdi_echo *echo, size_t *ret_n);

/* In how many ms there may be another line; 0: there is one. */
int pkdi_echo_wait_ms(const struct pkdi_echo *echo, int64_t now_ns);

void pkdi_echo_free(struct pkdi_echo *echo);

#endif
