/* nt4.server: what happens between firings is done in `ready`. */
#include "../base/whole_write.h"
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <nt4/server.pkd.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 64 << 20, PATH_SIZE = 4096, MAX_ASIDE = 99 };

static const int64_t REPEAT_NS = 1000000000, SAVE_NS = 1000000000;
static const char FILE_NAME[] = "networktables.json";

struct nt4_server {
	const struct nt4_server_params *params;
	struct nt4_listen listen;
	uint32_t n_clients, n_topics; /* as they were told last */
	int64_t told_ns;              /* when; 0: not yet */
	int64_t saved_ns;
	bool has_told_of_file, has_told_of_size;
};

/* ---- What is kept ---- */

static int read_file(int fd, struct nt4_buffer *ret_text)
{
	ssize_t got = 1;

	while (got > 0 && ret_text->n <= MAX_FILE) {
		char *to = nt4_buffer_room(ret_text, 1 << 16);

		if (!to)
			return -ENOMEM;
		got = read(fd, to, 1 << 16);
		if (got > 0)
			ret_text->n += (size_t)got;
	}
	return got < 0 ? -errno : got > 0 ? -EFBIG : 0;
}

/* Under a name of its own, for it may be repaired; the server goes on with what is good of it. */
static bool set_aside(const char *path, char ret_path[static PATH_SIZE + 16])
{
	for (int i = 1; i <= MAX_ASIDE; i++) {
		snprintf(ret_path, PATH_SIZE + 16, "%s.bad%d", path, i);
		if (link(path, ret_path) == 0)
			return true;
		if (errno == EEXIST)
			continue;
		/* A file system without links. */
		return access(ret_path, F_OK) != 0 && rename(path, ret_path) == 0;
	}
	return false;
}

static int load(struct nt4_server *self, struct pkd_ctx *ctx)
{
	const char *directory = self->params->persist, *wrong = NULL;
	struct nt4_buffer text = {0};
	char path[PATH_SIZE], aside[PATH_SIZE + 16];
	int fd, error;

	if (!*directory)
		return PKD_OK;
	if (directory[strlen(directory) - 1] != '/')
		return pkd_error(ctx, EINVAL,
		                 "persist '%s' is to be a directory: write persist: \"%s/\"",
		                 directory, directory);
	snprintf(path, sizeof(path), "%s%s", directory, FILE_NAME);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? PKD_OK : pkd_error(ctx, errno, "cannot read '%s'", path);
	error = read_file(fd, &text);
	close(fd);
	if (error == -EFBIG)
		wrong = "is larger than 64 MiB";
	else if (!error && !nt4_hub_load(&self->listen.hub, text.data, text.n))
		wrong = "is no list of persistent topics, or something of it is damaged";
	nt4_buffer_free(&text);
	if (!wrong)
		return error ? pkd_error(ctx, -error, "cannot read '%s'", path) : PKD_OK;
	if (!set_aside(path, aside))
		return pkd_error(ctx, errno, "'%s' %s, and cannot be set aside: move it away", path,
		                 wrong);
	self->listen.hub.is_saved_stale = true;
	pkd_log(ctx, PKD_LOG_WARNING,
	        "'%s' %s: it is set aside as '%s', and what is good of it is taken", path, wrong,
	        aside);
	return PKD_OK;
}

/* A power cut leaves the old file or the new one. */
static void save(struct nt4_server *self, struct pkd_ctx *ctx)
{
	struct nt4_buffer text = {0};
	uint32_t n_left_out;
	int error;

	self->listen.hub.is_saved_stale = false;
	self->saved_ns = pkd_now();
	if (!*self->params->persist)
		return;
	n_left_out = nt4_hub_save(&self->listen.hub, &text, MAX_FILE);
	error = text.failed ? ENOMEM
	                    : whole_write(self->params->persist, FILE_NAME, text.data, text.n);
	nt4_buffer_free(&text);
	self->listen.hub.is_saved_stale = error != 0; /* tried again */
	if (n_left_out > 0 && !self->has_told_of_size) {
		self->has_told_of_size = true;
		pkd_log(ctx, PKD_LOG_WARNING,
		        "%" PRIu32 " persistent values are not kept, as '%s%s' is to have no more "
		        "than 64 MiB",
		        n_left_out, self->params->persist, FILE_NAME);
	}
	if (error && !self->has_told_of_file) {
		self->has_told_of_file = true;
		pkd_log(ctx, PKD_LOG_WARNING, "cannot keep persistent values in '%s%s': %s",
		        self->params->persist, FILE_NAME, strerror(error));
	}
}

/* ---- The node ---- */

int nt4_server_init(struct nt4_server *self, const struct nt4_server_params *params,
                    struct pkd_ctx *ctx)
{
	int error;

	self->params = params;
	self->listen.origins = params->origins;
	self->listen.idle_ns = params->idle;
	error = nt4_listen_open(&self->listen, params->host, params->port, params->max_clients,
	                        params->grace, ctx);
	if (!error)
		error = load(self, ctx);
	if (!error)
		error = pkd_watch(ctx, self->listen.loop.fd, POLLIN);
	if (error)
		nt4_listen_close(&self->listen);
	return error;
}

static void turn(struct nt4_server *self, struct pkd_ctx *ctx)
{
	nt4_listen_turn(&self->listen, ctx);
	if (self->listen.hub.is_saved_stale && pkd_now() >= self->saved_ns + SAVE_NS)
		save(self, ctx);
}

int nt4_server_step(struct nt4_server *self, const struct nt4_server_in *in,
                    struct nt4_server_out *out, struct pkd_ctx *ctx)
{
	const struct nt4_hub *hub = &self->listen.hub;

	(void)in;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	turn(self, ctx);
	if (self->told_ns && hub->n_clients == self->n_clients && hub->n_topics == self->n_topics &&
	    pkd_now() < self->told_ns + REPEAT_NS)
		return pkd_later(ctx, self->told_ns + REPEAT_NS);
	self->n_clients = out->served->clients = hub->n_clients;
	self->n_topics = out->served->topics = hub->n_topics;
	self->told_ns = pkd_now();
	return PKD_OK;
}

int nt4_server_ready(struct nt4_server *self, struct pkd_ctx *ctx)
{
	turn(self, ctx);
	return PKD_OK;
}

void nt4_server_finish(struct nt4_server *self)
{
	if (self->listen.hub.is_saved_stale)
		save(self, self->listen.ctx);
	nt4_listen_close(&self->listen);
}

PKD_WATCHING_NODE(nt4_server);
