/* check_data: as check, of a file that is there already. */
#include "found.h"

#include <errno.h>

struct study_check_data {
	char none;
};

int study_check_data_init(struct study_check_data *self,
                          const struct study_check_data_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int study_check_data_step(struct study_check_data *self, const struct study_check_data_in *in,
                          struct study_check_data_out *out, struct pkd_ctx *ctx)
{
	struct study_Found found = {0};
	const char *why = "it is empty";
	FILE *file = NULL;

	(void)self;
	if (in->data->len)
		file = fmemopen((void *)(uintptr_t)in->data->data, in->data->len, "r");
	if (file) {
		why = found_read(file, &found);
		fclose(file);
	}
	if (why && !pkd_wanted(ctx, 1))
		return pkd_error(ctx, EINVAL, "%s", why);
	*out->found = found;
	if (why)
		study_check_data_absent_found(ctx);
	else
		study_check_data_absent_error(ctx);
	if (why)
		pkd_string_set(out->error, why);
	return PKD_OK;
}

void study_check_data_finish(struct study_check_data *self)
{
	(void)self;
}

PKD_NODE(study_check_data);
