#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shot.h"

struct t_suspect {
	enum t_Wrong wrong;
	int64_t due_ns, begin_ns;
	void *lost; /* the newest leak, so that the compiler does not leave it out */
};

int t_suspect_init(struct t_suspect *self, const struct t_suspect_params *params,
                   struct pkd_ctx *ctx)
{
	(void)ctx;
	self->wrong = (enum t_Wrong)params->wrong;
	self->begin_ns = pkd_now();
	return PKD_OK;
}

static void *wait_for_ever(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

/* About a hundred times a second. */
static void go_wrong(struct t_suspect *self)
{
	enum { LEAK = 20000 };
	pthread_t thread;

	switch (self->wrong) {
	case t_Wrong_memory:
		self->lost = malloc(LEAK);
		if (self->lost)
			memset(self->lost, 1, LEAK);
		break;
	case t_Wrong_descriptor:
		if (open("/dev/null", O_RDONLY) < 0)
			return;
		break;
	case t_Wrong_mapping:
		/* Of two kinds in turn, for equal neighbours become one. */
		for (int i = 0; i < 2; i++)
			mmap(NULL, 4096, i ? PROT_NONE : PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		break;
	case t_Wrong_thread:
		if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
			return;
		break;
	default:
		break;
	}
}

int t_suspect_step(struct t_suspect *self, const struct t_suspect_in *in, struct t_suspect_out *out,
                   struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();

	(void)ctx;
	if (now_ns >= self->due_ns) {
		go_wrong(self);
		self->due_ns = now_ns + 10000000;
	}
	/* Slower by 2 ms each second. */
	while (self->wrong == t_Wrong_slow && pkd_now() - now_ns < (now_ns - self->begin_ns) / 500)
		;
	if (out->seen)
		*out->seen = *in->shot;
	return PKD_OK;
}

void t_suspect_finish(struct t_suspect *self)
{
	(void)self;
}

PKD_NODE(t_suspect);
