/* files.hash: one answer for each path, in order, while files that wait are hashed by other
 * threads. A large file takes many calls of step, between which the node hears of a stop. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "hash_jobs.h"
#include "item.h"

#include <errno.h>
#include <files/hash.pkd.h>
#include <poll.h>
#include <unistd.h>

enum {
	DIGEST_OUT = 0, /* as they stand in hash.pkd */
	ERROR_OUT,
	PATH_IN = 0,
	LOOK_NS = 1000000, /* whether another thread is done */
};

struct files_hash {
	const struct files_hash_params *params;
	int root;
	EVP_MD *type;
	struct hash_jobs jobs;
	bool is_watched; /* done_fd, by the runtime */
};

static const char *algorithm_name(uint32_t algorithm)
{
	static const char *const names[] = {
		[files_Algorithm_sha256] = "SHA256",      [files_Algorithm_sha512] = "SHA512",
		[files_Algorithm_sha1] = "SHA1",          [files_Algorithm_md5] = "MD5",
		[files_Algorithm_blake2b] = "BLAKE2B512",
	};

	return names[algorithm];
}

/* ---- The answer ---- */

static void put_digest(const struct hasher_result *result, struct files_hash_out *out)
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < result->n; i++) {
		out->digest->text[2 * i] = digits[result->digest[i] >> 4];
		out->digest->text[2 * i + 1] = digits[result->digest[i] & 15];
	}
	out->digest->text[2 * result->n] = '\0';
	out->digest->len = 2 * result->n;
}

static int answer(struct files_hash *self, struct pkd_ctx *ctx, const struct files_hash_in *in,
                  const struct hasher_result *result, struct files_hash_out *out)
{
	int error = result->error;
	const char *why = result->why ? result->why : files_item_reason(error);

	files_hash_jobs_answer(&self->jobs);
	if (!error) {
		put_digest(result, out);
		files_hash_absent_error(ctx);
		return PKD_OK;
	}
	files_hash_absent_digest(ctx);
	return files_item_failed(ctx, ERROR_OUT, &out->error->len, out->error->text, error, "hash",
	                         in->path->text, in->path->len, why);
}

/* ---- The node ---- */

/* What has come since the last call, the one in hand included. */
static void begin_jobs(struct files_hash *self, struct pkd_ctx *ctx, const struct files_hash_in *in)
{
	uint32_t waiting = files_hash_jobs_waiting(&self->jobs), before = waiting;

	for (; waiting < self->jobs.n_slots; waiting++) {
		const struct files_hash_path *path = waiting ? pkd_ahead(ctx, PATH_IN, waiting)
		                                             : in->path;

		if (!path)
			break;
		files_hash_jobs_begin(&self->jobs, path->text, path->len);
	}
	if (waiting > before)
		files_hash_jobs_wake(&self->jobs);
}

static int wait_for_thread(struct files_hash *self, struct pkd_ctx *ctx)
{
	if (!self->is_watched && pkd_watch(ctx, self->jobs.done_fd, POLLIN) == 0)
		self->is_watched = true;
	return self->is_watched ? PKD_LATER : pkd_later(ctx, pkd_now() + LOOK_NS);
}

int files_hash_init(struct files_hash *self, const struct files_hash_params *params,
                    struct pkd_ctx *ctx)
{
	uint32_t room = pkd_ahead_room(ctx, PATH_IN), n = params->threads;
	int error;

	self->params = params;
	self->root = below_open_root(ctx, params->root);
	if (self->root < 0)
		return self->root;
	if (n > room) {
		if (room)
			pkd_note(ctx, "only %u of %u threads have work: write queue(%u)", room, n,
			         8 * n);
		else
			pkd_note(ctx, "its threads have no work: it has workers, or no queue");
		n = room;
	}
	self->type = EVP_MD_fetch(NULL, algorithm_name(params->algorithm), NULL);
	error = self->type ? files_hash_jobs_init(&self->jobs, self->root, params->links,
	                                          self->type, n, n > 0 ? room + 1 : 1, params->PATH)
	                   : -ENOTSUP;
	if (!error)
		return PKD_OK;
	EVP_MD_free(self->type);
	close(self->root);
	if (error == -ENOTSUP)
		return pkd_error(ctx, ENOTSUP, "libcrypto has no %s here",
		                 algorithm_name(params->algorithm));
	return error == -ENOMEM ? pkd_error(ctx, ENOMEM, "no memory for %u paths", room + 1)
	                        : pkd_error(ctx, -error, "cannot start %u threads", n);
}

int files_hash_step(struct files_hash *self, const struct files_hash_in *in,
                    struct files_hash_out *out, struct pkd_ctx *ctx)
{
	const struct hasher_result *result;
	int state;

	if (files_hash_jobs_waiting(&self->jobs) > 0 &&
	    !files_hash_jobs_is_for(&self->jobs, in->path->text, in->path->len) &&
	    !files_hash_jobs_forget(&self->jobs))
		return pkd_later(ctx, pkd_now() + LOOK_NS);
	begin_jobs(self, ctx, in);
	state = files_hash_jobs_work(&self->jobs, &result);
	if (state < 0)
		return wait_for_thread(self, ctx);
	return state ? answer(self, ctx, in, result, out) : pkd_later(ctx, pkd_now());
}

int files_hash_ready(struct files_hash *self, struct pkd_ctx *ctx)
{
	self->is_watched = false;
	return pkd_watch(ctx, self->jobs.done_fd, 0);
}

void files_hash_finish(struct files_hash *self)
{
	files_hash_jobs_finish(&self->jobs);
	EVP_MD_free(self->type);
	close(self->root);
}

PKD_WATCHING_NODE(files_hash);
