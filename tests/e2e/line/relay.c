#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "line.pkd.h"

struct relay {
	const struct relay_params *params;
	volatile int *nowhere; /* memory that may not be touched */
};

/* Never comes back. Unless it dozes, only SIGKILL helps. */
static void hang(enum Trouble how)
{
	sigset_t all;

	sigfillset(&all);
	if (how != Trouble_doze)
		sigprocmask(SIG_BLOCK, &all, NULL);
	for (volatile unsigned i = 0;; i++)
		if (how != Trouble_spin)
			pause();
}

static int make_trouble(const struct relay *self, const uint64_t *value, struct pkd_ctx *ctx)
{
	switch (self->params->trouble) {
	case Trouble_fault:
		*self->nowhere = 1;
		break;
	case Trouble_abort:
		abort();
	case Trouble_fail:
		return pkd_error(ctx, EINVAL, "did not like %d", 42);
	case Trouble_fail_silently:
		return -EIO;
	case Trouble_leave:
		exit(3);
	case Trouble_doze:
	case Trouble_hang:
	case Trouble_spin:
		pkd_note(ctx, "does not come back");
		hang((enum Trouble)self->params->trouble);
		break;
	case Trouble_scribble:
		if (value)
			*(uint64_t *)value = 0;
		break;
	default:
		break;
	}
	return PKD_OK;
}

int relay_init(struct relay *self, const struct relay_params *params, struct pkd_ctx *ctx)
{
	self->params = params;
	self->nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return params->at ? PKD_OK : make_trouble(self, NULL, ctx);
}

int relay_step(struct relay *self, const struct relay_in *in, struct relay_out *out,
               struct pkd_ctx *ctx)
{
	int r = PKD_OK;

	if (self->params->at == pkd_number(ctx))
		r = make_trouble(self, in->value, ctx);
	if (out->same)
		*out->same = *in->value;
	return r;
}

void relay_finish(struct relay *self)
{
	(void)self;
}

PKD_NODE(relay);
