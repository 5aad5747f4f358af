/* See loop.h. */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MAX_TURNS = 64, TURNS_TO_END = 16 };

static const int64_t SECOND_NS = 1000000000;

static bool watch(const struct nt4_loop *loop, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

int nt4_loop_open(struct nt4_loop *loop, struct lws_context_creation_info *info,
                  struct pkd_ctx *ctx)
{
	void *loops[] = {&loop->uv};

	loop->timer_fd = -1;
	loop->fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->fd < 0)
		return pkd_error(ctx, errno, "cannot make an epoll descriptor");
	loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer_fd < 0 || uv_loop_init(&loop->uv) != 0)
		return pkd_error(ctx, ENOMEM, "cannot make an event loop");
	loop->has_uv = true;
	lws_set_log_level(0, NULL);
	info->options |= LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	info->foreign_loops = loops;
	loop->context = lws_create_context(info);
	if (loop->context && watch(loop, uv_backend_fd(&loop->uv)) && watch(loop, loop->timer_fd))
		return PKD_OK;
	return -EIO; /* the caller says what it is about */
}

/* What a callback asks for is known to the kernel after the next turn only. */
void nt4_loop_turn(struct nt4_loop *loop)
{
	uint64_t n;

	(void)!read(loop->timer_fd, &n, sizeof(n));
	for (int i = 0; i < MAX_TURNS; i++) {
		loop->is_stirred = false;
		uv_run(&loop->uv, UV_RUN_NOWAIT);
		if (i > 0 && !loop->is_stirred)
			return;
	}
}

void nt4_loop_sleep(struct nt4_loop *loop, int64_t due_ns)
{
	int64_t now_ns = pkd_now();
	int timeout_ms = loop->is_stirred ? 0 : uv_backend_timeout(&loop->uv);
	struct itimerspec due = {0};

	if (timeout_ms >= 0 && due_ns > now_ns + timeout_ms * INT64_C(1000000))
		due_ns = now_ns + timeout_ms * INT64_C(1000000);
	if (due_ns != INT64_MAX) {
		due_ns = due_ns > 1 ? due_ns : 1;
		due.it_value.tv_sec = due_ns / SECOND_NS;
		due.it_value.tv_nsec = due_ns % SECOND_NS;
	}
	timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &due, NULL);
}

void nt4_loop_wait(struct nt4_loop *loop, int64_t until_ns)
{
	struct pollfd fd = {.fd = loop->fd, .events = POLLIN};
	int64_t left_ns = until_ns - pkd_now();

	if (left_ns > 0)
		poll(&fd, 1, (int)(left_ns / 1000000) + 1);
}

void nt4_loop_close(struct nt4_loop *loop)
{
	if (loop->context) {
		/* With a loop that is not the library's own, its handles are closed by turns of
		 * that, and the second call frees the rest. */
		lws_context_destroy(loop->context);
		for (int i = 0; i < TURNS_TO_END; i++)
			uv_run(&loop->uv, UV_RUN_NOWAIT);
		lws_context_destroy(loop->context);
		for (int i = 0; i < TURNS_TO_END; i++)
			uv_run(&loop->uv, UV_RUN_NOWAIT);
	}
	if (loop->has_uv)
		uv_loop_close(&loop->uv);
	if (loop->timer_fd >= 0)
		close(loop->timer_fd);
	if (loop->fd >= 0)
		close(loop->fd);
}
