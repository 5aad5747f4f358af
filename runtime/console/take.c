#include "console/take.h"

/* How long an answer waits for nodes, unless "wait_ms" says. */
enum { DEFAULT_WAIT_MS = 1000, MAX_WAIT_MS = 60000 };

bool pkdi_take_number(const struct pkdi_json *json, uint32_t parameters, const char *name,
                      uint64_t least, uint64_t most, uint64_t *ret_number, struct pkdi_fault *fault)
{
	uint32_t value = pkdi_json_member(json, parameters, name);

	if (value == PKDI_JSON_NONE || (pkdi_json_unsigned(json, value, ret_number) &&
	                                *ret_number >= least && *ret_number <= most))
		return true;
	if (least)
		return pkdi_refuse(fault, "invalid_parameter",
		                   "\"%s\" is a whole number, from %llu to %llu", name,
		                   (unsigned long long)least, (unsigned long long)most);
	return pkdi_refuse(fault, "invalid_parameter", "\"%s\" is a whole number, at most %llu",
	                   name, (unsigned long long)most);
}

bool pkdi_take_bool(const struct pkdi_json *json, uint32_t parameters, const char *name,
                    bool *ret_truth, struct pkdi_fault *fault)
{
	uint32_t value = pkdi_json_member(json, parameters, name);

	return value == PKDI_JSON_NONE || pkdi_json_bool(json, value, ret_truth) ||
	       pkdi_refuse(fault, "invalid_parameter", "\"%s\" is true or false", name);
}

bool pkdi_take_wait(const struct pkdi_json *json, uint32_t parameters, struct pkdi_request *request,
                    struct pkdi_fault *fault)
{
	uint64_t wait_ms = DEFAULT_WAIT_MS;

	if (!pkdi_take_number(json, parameters, "wait_ms", 0, MAX_WAIT_MS, &wait_ms, fault))
		return false;
	request->since_ns = pkd_now();
	request->until_ns = request->since_ns + (int64_t)wait_ms * 1000000;
	return true;
}

uint32_t pkdi_take_array(const struct pkdi_json *json, uint32_t parameters, const char *name)
{
	uint32_t value = pkdi_json_member(json, parameters, name);

	return value != PKDI_JSON_NONE && json->values[value].kind == PKDI_JSON_ARRAY
	               ? value
	               : PKDI_JSON_NONE;
}
