/* libwebsockets over libuv, turned from outside: one descriptor says when. */
#ifndef PKD_NT4_LOOP_H
#define PKD_NT4_LOOP_H

#include <libwebsockets.h>
#include <pkd/node.h>
#include <uv.h>

struct nt4_loop {
	uv_loop_t uv;
	struct lws_context *context;
	int fd; /* readable when nt4_loop_turn is to be called; it stays the same */
	int timer_fd;
	bool is_stirred; /* a callback came, so that there may be more to do at once */
	bool has_uv;
};

/* `info` without what concerns the loop. 0, or what pkd_error returns. */
int nt4_loop_open(struct nt4_loop *loop, struct lws_context_creation_info *info,
                  struct pkd_ctx *ctx);
/* Does what there is to do. Callbacks set is_stirred. */
void nt4_loop_turn(struct nt4_loop *loop);
/* Wakes at this time of pkd_now at the latest. To be called after the last turn. */
void nt4_loop_sleep(struct nt4_loop *loop, int64_t due_ns);
/* Waits for the descriptor, for the end of a node. */
void nt4_loop_wait(struct nt4_loop *loop, int64_t until_ns);
void nt4_loop_close(struct nt4_loop *loop);

#endif
