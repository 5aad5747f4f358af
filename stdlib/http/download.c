/* http.download: each request writes its part, and the file gets its name in its turn.
 *
 * A part is locked by whoever writes it. A path whose part someone else has locked is tried again
 * when it is the first of all, and so while this node has locked nothing: two programs never wait
 * for each other. */
#define _GNU_SOURCE
#include "answer.h"
#include "part.h"
#include "queue.h"
#include "range.h"
#include "url.h"

#include <errno.h>
#include <fcntl.h>
#include <http/download.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a slot's request writes. */
struct target {
	struct http_part part;
	const struct http_download_params *params;
	const void *path; /* the string<PATH> */
	char *address;    /* that is asked for, before redirects */
	bool has_range;   /* this try asks for what is behind the part */
	uint64_t total;   /* bytes of the whole file, HTTP_RANGE_UNKNOWN: nobody has said */
	uint64_t until;   /* where what this try is sent ends, likewise */
	bool has_failed;  /* as `why` of the part says */
};

struct http_download {
	const struct http_download_params *params;
	struct http_queue queue;
	struct target *targets; /* one for each slot */
	int root;
	int64_t again_ns;         /* not before is a part that someone else writes tried again */
	bool has_told;            /* that it waits for who writes the file in hand */
	struct http_part settled; /* the one that was stored last: of its folder and tag */
};

static const int64_t BUSY_PAUSE_NS = 100000000;

/* ---- What comes ---- */

static struct curl_slist *add_lines(void *to, struct curl_slist *lines)
{
	struct target *target = to;
	char line[HTTP_PART_VALIDATOR_SIZE + 40];
	struct curl_slist *longer;

	target->has_range = false;
	if (target->part.have == 0 || !target->part.validator[0])
		return lines;
	snprintf(line, sizeof(line), "If-Range: %s", target->part.validator);
	longer = curl_slist_append(lines, line);
	if (!longer)
		return lines; /* without it, all is sent */
	snprintf(line, sizeof(line), "Range: bytes=%" PRIu64 "-", target->part.have);
	lines = curl_slist_append(longer, line);
	target->has_range = lines != NULL;
	return lines ? lines : longer;
}

/* By which the server can tell whether it is still the same: a strong tag, else the date. */
static const char *validator_of(struct http_slot *slot)
{
	const char *tag = http_slot_header(slot, "ETag"), *date;

	if (tag && *tag == '"')
		return tag;
	date = http_slot_header(slot, "Last-Modified");
	return !tag && date ? date : "";
}

static bool refuse(struct http_slot *slot, const char *why)
{
	snprintf(slot->refusal_text, sizeof(slot->refusal_text), "%s", why);
	return false;
}

/* Whether the answer tells of the version that the part is of (RFC 9110, 15.3.7.3). What it does
 * not tell, the server has compared: If-Range. */
static bool is_same(struct http_slot *slot, const struct target *target)
{
	bool is_tag = target->part.validator[0] == '"';
	const char *now = http_slot_header(slot, is_tag ? "ETag" : "Last-Modified");

	return !now || strcmp(now, target->part.validator) == 0;
}

/* Whether the range that it sends begins where the part ends, of the same file. */
static bool goes_on(struct http_slot *slot, struct target *target)
{
	const char *range = http_slot_header(slot, "Content-Range");
	uint64_t first, last, total;

	if (!range || !http_range_read(range, &first, &last, &total) ||
	    first != target->part.have || !is_same(slot, target))
		return false;
	/* Without a total nobody could tell when it is whole. */
	if (total == HTTP_RANGE_UNKNOWN
	            ? target->total == HTTP_RANGE_UNKNOWN
	            : target->total != HTTP_RANGE_UNKNOWN && target->total != total)
		return false;
	target->total = total == HTTP_RANGE_UNKNOWN ? target->total : total;
	target->until = last + 1;
	return target->until <= target->total;
}

/* Whether it says that the part is whole: nothing is behind it. */
static bool is_whole(struct http_slot *slot, const struct target *target)
{
	const char *range = http_slot_header(slot, "Content-Range");
	uint64_t total;

	return range && http_range_none(range, &total) && total == target->part.have &&
	       (target->total == HTTP_RANGE_UNKNOWN || target->total == total) &&
	       is_same(slot, target);
}

static bool begin_whole(struct http_slot *slot, struct target *target)
{
	curl_off_t length = -1;

	curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	target->total = length < 0 ? HTTP_RANGE_UNKNOWN : (uint64_t)length;
	target->until = target->total;
	return http_part_begin(&target->part, target->address, validator_of(slot)) ||
	       refuse(slot, target->part.why);
}

/* The next try asks for all of it. */
static bool begin_anew(struct http_slot *slot, struct target *target, const char *why)
{
	target->total = HTTP_RANGE_UNKNOWN;
	slot->is_again = http_part_begin(&target->part, target->address, "");
	return refuse(slot, slot->is_again ? why : target->part.why);
}

static bool begin(void *to, struct http_slot *slot)
{
	struct target *target = to;

	if (target->has_range &&
	    (slot->status == 206 ? goes_on(slot, target)
	                         : slot->status == 416 && is_whole(slot, target)))
		return true;
	if (slot->status == 200)
		return begin_whole(slot, target);
	return begin_anew(slot, target, "the server sends another part than it was asked for");
}

static bool put(void *to, struct http_slot *slot, const char *bytes, size_t n)
{
	struct target *target = to;

	if (slot->status == 416)
		return true; /* a text about it */
	if (n > target->params->largest || target->part.have > target->params->largest - n) {
		snprintf(slot->refusal_text, sizeof(slot->refusal_text),
		         "it has more than largest = %" PRIu64 " bytes: write a larger one",
		         target->params->largest);
		return false;
	}
	if (target->until != HTTP_RANGE_UNKNOWN && n > target->until - target->part.have)
		return begin_anew(slot, target, "the server sends more than it said");
	return http_part_add(&target->part, bytes, n) || refuse(slot, target->part.why);
}

/* A server may send less than it was asked for: the next try asks for the rest. */
static bool end(void *to, struct http_slot *slot)
{
	struct target *target = to;

	if (slot->status == 416 || target->total == HTTP_RANGE_UNKNOWN ||
	    target->part.have == target->total)
		return true;
	slot->is_again = true;
	snprintf(slot->refusal_text, sizeof(slot->refusal_text),
	         "the server sent %" PRIu64 " of %" PRIu64 " bytes", target->part.have,
	         target->total);
	return false;
}

static const struct http_sink sink = {add_lines, begin, put, end, 416};

/* ---- Start and end ---- */

int http_download_init(struct http_download *self, const struct http_download_params *params,
                       struct pkd_ctx *ctx)
{
	const struct http_options options = HTTP_OPTIONS(params, params->base);
	size_t n = strlen(params->root);
	int error;

	self->params = params;
	self->settled.fd = self->settled.folder = -1;
	if (n == 0 || params->root[n - 1] != '/')
		return pkd_error(ctx, EINVAL, "root is a directory: write root: \"%s/\"",
		                 params->root);
	self->root = open(params->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->root < 0)
		return pkd_error(ctx, errno, "cannot enter '%s'", params->root);
	error = http_queue_open(&self->queue, &options, 2, ctx);
	if (!error) {
		self->targets = calloc(self->queue.room, sizeof(*self->targets));
		for (uint32_t i = 0; self->targets && i < self->queue.room; i++) {
			self->targets[i].params = params;
			self->targets[i].part.fd = self->targets[i].part.folder = -1;
		}
		if (!self->targets) {
			error = pkd_error(ctx, ENOMEM, "out of memory");
			http_queue_close(&self->queue);
		}
	}
	if (error)
		close(self->root);
	return error;
}

/* ---- The requests ---- */

static struct target *target_of(struct http_download *self, const struct http_slot *slot)
{
	return &self->targets[slot - self->queue.client.slots];
}

static bool same_path(const struct http_download *self, const void *a, const void *b)
{
	uint32_t n = pkd_length(a, self->params->PATH);

	return n == pkd_length(b, self->params->PATH) &&
	       memcmp((const char *)a + sizeof(n), (const char *)b + sizeof(n), n) == 0;
}

/* Two at a time would write one part. */
static bool is_being_written(struct http_download *self, const void *path)
{
	const struct http_queue *queue = &self->queue;

	for (uint32_t i = 0; i < queue->n; i++)
		if (same_path(self, path,
		              target_of(self, queue->queued[(queue->first + i) % queue->room].slot)
		                      ->path))
			return true;
	return false;
}

/* The address as the server is asked: what a part was fetched from is compared with it. */
static char *address_of(struct http_download *self, const void *url, const char **ret_why)
{
	char *copy = strndup((const char *)url + sizeof(uint32_t),
	                     pkd_length(url, self->params->URL));
	char *address = copy ? http_url_join(self->params->base, copy, ret_why) : NULL;

	free(copy);
	return address;
}

static enum http_part_rule rule_of(const struct http_download *self)
{
	switch (self->params->existing) {
	case files_Existing_fail:
		return HTTP_PART_FAIL;
	case files_Existing_keep:
		return HTTP_PART_KEEP;
	default:
		return HTTP_PART_REPLACE;
	}
}

/* Opens what the target of the next request writes. */
static enum http_part_opened open_target(struct http_download *self, struct target *target,
                                         const void *url, const void *path)
{
	const char *why = "out of memory";

	target->path = path;
	target->total = HTTP_RANGE_UNKNOWN;
	target->address = address_of(self, url, &why);
	if (!target->address)
		return HTTP_PART_OPEN; /* the request fails by that */
	return http_part_open(&target->part, self->root, (const char *)path + sizeof(uint32_t),
	                      pkd_length(path, self->params->PATH), target->address, rule_of(self));
}

static void close_target(struct target *target)
{
	http_part_close(&target->part);
	free(target->address);
	target->address = NULL;
}

/* False: someone else writes the file. */
static bool start(struct http_download *self, const void *url, const void *path)
{
	struct http_slot *slot = http_client_slot(&self->queue.client);
	struct target *target = target_of(self, slot);
	enum http_part_opened opened = open_target(self, target, url, path);
	const struct http_request request = {
		.method = "GET",
		.url = (const char *)url + sizeof(uint32_t),
		.url_n = pkd_length(url, self->params->URL),
		.limit = UINT64_MAX,
		.sink = &sink,
		.to = target,
	};

	if (opened == HTTP_PART_BUSY) {
		close_target(target);
		self->again_ns = pkd_now() + BUSY_PAUSE_NS;
		return false;
	}
	target->has_failed = opened == HTTP_PART_FAILED;
	http_queue_add(&self->queue, url);
	if (opened == HTTP_PART_OPEN)
		http_slot_start(slot, &request);
	else
		http_slot_skip(slot);
	return true;
}

static void drop_first(struct http_download *self)
{
	struct target *target = target_of(self, http_queue_first(&self->queue));

	http_queue_drop_first(&self->queue);
	close_target(target);
}

static void align(struct http_download *self, const void *in_hand)
{
	struct http_queue *queue = &self->queue;

	while (queue->n > 0 && queue->queued[queue->first].seq != pkd_frame_of(in_hand)->seq)
		drop_first(self);
}

/* Whether the next one may be begun. */
static bool start_next(struct http_download *self, const struct http_download_in *in,
                       struct pkd_ctx *ctx)
{
	struct http_queue *queue = &self->queue;
	const void *values[2];

	if (queue->n == 0)
		return start(self, in->url, in->path);
	return queue->n < queue->room && pkd_now() >= self->again_ns &&
	       http_queue_pair_ahead(ctx, queue->n, values) && !is_being_written(self, values[1]) &&
	       start(self, values[0], values[1]);
}

static void start_all(struct http_download *self, const struct http_download_in *in,
                      struct pkd_ctx *ctx)
{
	struct http_queue *queue = &self->queue;
	uint32_t n_before;

	align(self, in->url);
	n_before = queue->n;
	while (start_next(self, in, ctx))
		continue;
	if (queue->n > n_before)
		http_client_begin(&queue->client);
}

/* ---- What is given ---- */

static int give_error(const struct http_slot *slot, const char *why, struct http_download_out *out,
                      struct pkd_ctx *ctx)
{
	if (!pkd_wanted(ctx, 2))
		return pkd_error(ctx, EIO, "%s", why);
	http_download_absent_saved(ctx);
	if (slot->status)
		http_answer_set(out->answer, slot);
	else
		http_download_absent_answer(ctx);
	pkd_string_set(out->error, why);
	return PKD_OK;
}

/* "cannot store 'PATH': " and why. */
static int give_unstored(const struct http_slot *slot, const struct target *target,
                         struct http_download_out *out, struct pkd_ctx *ctx)
{
	uint32_t n = pkd_length(target->path, target->params->PATH);
	char why[HTTP_PART_WHY_SIZE + 120];

	snprintf(why, sizeof(why), "cannot store '%.*s': %s", n < 80 ? (int)n : 80,
	         (const char *)target->path + sizeof(n), target->part.why);
	why[HTTP_WHY_SIZE - 1] = '\0';
	return give_error(slot, why, out, ctx);
}

/* The firing that stores it has not counted yet: its tag goes with the next one. */
static bool store(struct http_download *self, struct target *target)
{
	struct http_part *part = &target->part;

	if (!part->is_kept && !http_part_store(part, rule_of(self)))
		return false;
	if (rule_of(self) == HTTP_PART_FAIL) {
		self->settled = *part;
		part->folder = -1;
		self->settled.fd = -1;
		self->settled.is_own = false;
	}
	return true;
}

static void settle(struct http_download *self)
{
	if (self->settled.folder < 0)
		return;
	http_part_settle(&self->settled);
	http_part_close(&self->settled);
}

static int give(struct http_download *self, struct http_download_out *out, struct pkd_ctx *ctx)
{
	struct http_slot *slot = http_queue_first(&self->queue);
	struct target *target = target_of(self, slot);
	uint32_t n = pkd_length(target->path, self->params->PATH);

	if (slot->is_failed)
		return give_error(slot, slot->why, out, ctx);
	if (target->has_failed || !store(self, target))
		return give_unstored(slot, target, out, ctx);
	http_download_absent_error(ctx);
	if (target->part.is_kept) {
		http_download_absent_answer(ctx);
	} else {
		http_answer_set(out->answer, slot);
		out->answer->size = target->part.have;
	}
	memcpy(out->saved, &n, sizeof(n));
	memcpy((char *)out->saved + sizeof(n), (const char *)target->path + sizeof(n), n);
	((char *)out->saved)[sizeof(n) + n] = '\0';
	return PKD_OK;
}

/* Someone else writes the file in hand, however long that takes. */
static int wait_for_other(struct http_download *self, const void *path, struct pkd_ctx *ctx)
{
	uint32_t n = pkd_length(path, self->params->PATH);

	if (!self->has_told)
		pkd_note(ctx, "waiting for another node or program, which stores '%.*s'",
		         n < 80 ? (int)n : 80, (const char *)path + sizeof(n));
	self->has_told = true;
	return pkd_later(ctx, self->again_ns);
}

int http_download_step(struct http_download *self, const struct http_download_in *in,
                       struct http_download_out *out, struct pkd_ctx *ctx)
{
	int result;

	self->queue.client.rate = self->params->rate;
	settle(self);
	start_all(self, in, ctx);
	if (self->queue.n == 0)
		return wait_for_other(self, in->path, ctx);
	self->has_told = false;
	if (!http_slot_is_done(http_queue_first(&self->queue)))
		return PKD_LATER;
	result = give(self, out, ctx);
	drop_first(self);
	return result;
}

int http_download_ready(struct http_download *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	http_client_drive(&self->queue.client);
	return PKD_OK;
}

void http_download_finish(struct http_download *self)
{
	settle(self);
	while (self->queue.n > 0)
		drop_first(self);
	http_queue_close(&self->queue);
	free(self->targets);
	close(self->root);
}

PKD_WATCHING_NODE(http_download);
