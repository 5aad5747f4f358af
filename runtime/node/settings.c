#include "node/settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "node/node.h"
#include "os/public.h"

static const struct pkdi_setting *setting_of(const struct pkd_ctx *ctx, uint32_t k)
{
	const struct pkdi_settings *settings = &ctx->node->settings;

	return k < settings->n ? &settings->items[k] : NULL;
}

PKD_PUBLIC uint32_t pkd_n_settings(const struct pkd_ctx *ctx)
{
	return ctx->node->settings.n;
}

PKD_PUBLIC const char *pkd_setting_name(const struct pkd_ctx *ctx, uint32_t k)
{
	const struct pkdi_setting *setting = setting_of(ctx, k);

	return setting ? setting->name : NULL;
}

PKD_PUBLIC enum pkd_kind pkd_setting_kind(const struct pkd_ctx *ctx, uint32_t k)
{
	const struct pkdi_setting *setting = setting_of(ctx, k);

	if (!setting)
		return 0;
	return setting->value->param->n ? PKD_ARRAY : setting->value->param->kind;
}

PKD_PUBLIC uint64_t pkd_settings_version(const struct pkd_ctx *ctx)
{
	const struct pkdi_settings *settings = &ctx->node->settings;

	if (settings->n == 0)
		return 0;
	return atomic_load_explicit(&settings->all->wishes->newest, memory_order_acquire);
}

/* A copy of the newest value. False: the console was writing all the time. */
static bool copy_newest(const struct pkdi_settings *settings, const struct pkdi_live_value *value)
{
	for (int tries = 0; tries < PKDI_WISHES; tries++) {
		uint64_t newest = atomic_load_explicit(&settings->all->wishes->newest,
		                                       memory_order_acquire);
		const struct pkdi_wish *wish = pkdi_wish_of(settings->all, newest);

		if (atomic_load_explicit(&wish->version, memory_order_acquire) != newest)
			continue;
		memcpy(settings->scratch, wish->bytes + value->at, value->size);
		atomic_thread_fence(memory_order_acquire);
		if (pkdi_read(&wish->version) == newest)
			return true;
	}
	return false;
}

PKD_PUBLIC int pkd_setting_get(const struct pkd_ctx *ctx, uint32_t k, char *ret_text, size_t size)
{
	const struct pkdi_setting *setting = setting_of(ctx, k);
	struct pkd_param one;

	if (size > 0)
		ret_text[0] = '\0';
	if (!setting || size == 0)
		return -EINVAL;
	if (!copy_newest(&ctx->node->settings, setting->value))
		return -EAGAIN;
	one = *setting->value->param;
	one.offset = 0;
	if (ctx->node->settings.all->fits(&one, ctx->node->settings.scratch))
		ctx->node->settings.show(&one, ctx->node->settings.scratch, ret_text, size);
	return (int)strlen(ret_text);
}

PKD_PUBLIC int pkd_setting_set(struct pkd_ctx *ctx, uint32_t k, const char *text)
{
	struct pkdi_ask *ask;
	uint64_t one = 1, seq;
	size_t n = strlen(text);

	if (!setting_of(ctx, k) || n >= PKDI_ASK_TEXT)
		return -EINVAL;
	if (ctx->node->settings.bell_fd < 0)
		return -ENOTCONN;
	ask = &ctx->node->settings.asks[k];
	/* Odd, too, where an incarnation has died in here. */
	seq = pkdi_read(&ask->seq) | 1;
	atomic_store_explicit(&ask->seq, seq, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	memcpy(ask->text, text, n + 1);
	atomic_store_explicit(&ask->seq, seq + 1, memory_order_release);
	/* Fails only where the console has been told already, more often than it can be counted. */
	return write(ctx->node->settings.bell_fd, &one, sizeof(one)) < 0 && errno != EAGAIN ? -errno
	                                                                                    : 0;
}

PKD_PUBLIC int pkd_setting_result(const struct pkd_ctx *ctx, uint32_t k, char *ret_reason,
                                  size_t size)
{
	const struct pkdi_ask_answer *answer;
	uint64_t seq;
	size_t n;

	if (size > 0)
		ret_reason[0] = '\0';
	if (!setting_of(ctx, k) || size == 0)
		return -EINVAL;
	answer = &ctx->node->settings.answers[k];
	seq = pkdi_read(&ctx->node->settings.asks[k].seq);
	if (seq == 0)
		return -ENODATA;
	if (atomic_load_explicit(&answer->seq, memory_order_acquire) != seq)
		return -EINPROGRESS;
	if (!atomic_load_explicit(&answer->is_refused, memory_order_relaxed))
		return 0;
	n = strnlen(answer->reason, PKDI_ASK_REASON - 1);
	n = n < size ? n : size - 1;
	memcpy(ret_reason, answer->reason, n);
	ret_reason[n] = '\0';
	return -EINVAL;
}
