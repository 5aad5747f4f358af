#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shot.h"

struct nodes_suspect {
	enum nodes_Wrong wrong;
	int64_t due_ns, begin_ns;
	void *lost; /* the newest leak, so that the compiler does not leave it out */
};

int nodes_suspect_init(struct nodes_suspect *self, const struct nodes_suspect_params *params,
                       struct pkd_ctx *ctx)
{
	(void)ctx;
	self->wrong = (enum nodes_Wrong)params->wrong;
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
static void go_wrong(struct nodes_suspect *self)
{
	enum { LEAK = 20000 };
	pthread_t thread;

	switch (self->wrong) {
	case nodes_Wrong_memory:
		self->lost = malloc(LEAK);
		if (self->lost)
			memset(self->lost, 1, LEAK);
		break;
	case nodes_Wrong_descriptor:
		if (open("/dev/null", O_RDONLY) < 0)
			return;
		break;
	case nodes_Wrong_mapping:
		/* Of two kinds in turn, for equal neighbours become one. */
		for (int i = 0; i < 2; i++)
			mmap(NULL, 4096, i ? PROT_NONE : PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		break;
	case nodes_Wrong_thread:
		if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
			return;
		break;
	default:
		break;
	}
}

int nodes_suspect_step(struct nodes_suspect *self, const struct nodes_suspect_in *in,
                       struct nodes_suspect_out *out, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();

	(void)ctx;
	if (now_ns >= self->due_ns) {
		go_wrong(self);
		self->due_ns = now_ns + 10000000;
	}
	/* Slower by 2 ms each second. */
	while (self->wrong == nodes_Wrong_slow &&
	       pkd_now() - now_ns < (now_ns - self->begin_ns) / 500)
		;
	if (out->seen)
		*out->seen = *in->shot;
	return PKD_OK;
}

void nodes_suspect_finish(struct nodes_suspect *self)
{
	(void)self;
}

PKD_NODE(nodes_suspect);
