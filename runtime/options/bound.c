#include "options/bound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options/value.h"

enum { MAX_VALUE = 8 };

/* Another value than the one that is stored, and not 0, by which bind may divide. */
static void change(const struct pkdi_param *target)
{
	static const char *const other = "other";
	const struct pkd_param *param = target->param;
	char *at = (char *)target->params + param->offset;
	uint64_t bits = 0;
	double wide;
	float narrow;

	memcpy(&bits, at, pkdi_value_size(param));
	switch ((int)param->kind) {
	case PKD_STRING:
		memcpy(at, &other, sizeof(other));
		return;
	case PKD_F32:
		memcpy(&narrow, at, sizeof(narrow));
		narrow = narrow != 0 ? narrow * 2 : 1;
		memcpy(at, &narrow, sizeof(narrow));
		return;
	case PKD_F64:
		memcpy(&wide, at, sizeof(wide));
		wide = wide != 0 ? wide * 2 : 1;
		memcpy(at, &wide, sizeof(wide));
		return;
	case PKD_BOOL:
		bits = !bits;
		break;
	case PKD_ENUM:
		bits = (bits + 1) % (param->type->n ? param->type->n : 1);
		break;
	default:
		bits = bits ? bits * 2 : 1;
		break;
	}
	memcpy(at, &bits, pkdi_value_size(param));
}

static void trace_one(const struct pkd_program *program, const struct pkdi_param *option,
                      char (*saved)[MAX_VALUE], uint32_t *by)
{
	size_t size = pkdi_value_size(option->param);
	char *at = (char *)option->params + option->param->offset;
	struct pkdi_param target;
	char kept[MAX_VALUE];

	memcpy(kept, at, size);
	change(option);
	program->bind();
	memcpy(at, kept, size);
	for (uint32_t i = program->n_params; pkdi_param_nth(program, i, &target); i++)
		if (!by[i] && memcmp(saved[i], (char *)target.params + target.param->offset,
		                     pkdi_value_size(target.param)) != 0)
			by[i] = option->index + 1;
}

int pkdi_bound_trace(const struct pkd_program *program, const bool *given, uint32_t *ret_by)
{
	uint32_t n = pkdi_param_count(program);
	char(*saved)[MAX_VALUE] = calloc(n + 1, sizeof(*saved));
	struct pkdi_param target;

	if (!saved)
		return -ENOMEM;
	memset(ret_by, 0, n * sizeof(*ret_by));
	if (program->bind) {
		program->bind();
		for (uint32_t i = program->n_params; pkdi_param_nth(program, i, &target); i++)
			memcpy(saved[i], (char *)target.params + target.param->offset,
			       pkdi_value_size(target.param));
		for (uint32_t i = 0; i < program->n_params; i++)
			if (given[i] && pkdi_param_nth(program, i, &target))
				trace_one(program, &target, saved, ret_by);
		program->bind();
	}
	free(saved);
	return 0;
}
