#include "console/tracing.h"

#include <errno.h>

#include "console/chrome.h"
#include "run/traces.h"

/* Items of a line, which has room for them whatever they are. */
enum { ITEMS = (PKDI_MESSAGE_SIZE - 1024) / PKDI_CHROME_ITEM };

/* A member that is true or false, or is not there. */
static bool take_truth(const struct pkdi_json *json, uint32_t parameters, const char *name,
                       bool *ret_given, bool *ret_truth, struct pkdi_fault *fault)
{
	uint32_t value = parameters == PKDI_JSON_NONE ? PKDI_JSON_NONE
	                                              : pkdi_json_member(json, parameters, name);

	*ret_given = value != PKDI_JSON_NONE;
	return !*ret_given || pkdi_json_bool(json, value, ret_truth) ||
	       pkdi_refuse(fault, "invalid_parameter", "\"%s\" is true or false", name);
}

bool pkdi_trace_begin(struct pkdi_run *run, struct pkdi_request *request,
                      const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	bool on = false, switches, events = false, given;

	if (!take_truth(json, parameters, "on", &switches, &on, fault) ||
	    !take_truth(json, parameters, "events", &given, &events, fault))
		return false;
	if (switches && pkdi_traces_switch(run, on) < 0)
		return pkdi_refuse(fault, "failed", "there is not enough memory for a trace");
	if (switches)
		pkdi_run_ring_all(run);
	if (!events)
		return true;
	request->trace = pkdi_chrome_create(run);
	return request->trace ||
	       pkdi_refuse(fault, "failed", "there is not enough memory for the events");
}

uint32_t pkdi_trace_lines(const struct pkdi_request *request)
{
	return request->trace ? (uint32_t)((pkdi_chrome_count(request->trace) + ITEMS - 1) / ITEMS)
	                      : 0;
}

void pkdi_trace_tell(struct pkdi_run *run, const struct pkdi_request *request, struct pkdi_out *out)
{
	uint64_t item = (uint64_t)request->cursor.index * ITEMS;

	if (request->cursor.section == PKDI_SECTION_TRACE) {
		uint64_t n = pkdi_chrome_count(request->trace);

		pkdi_out_open(out, "events", '[');
		for (uint64_t i = item; i < n && i < item + ITEMS; i++)
			pkdi_chrome_write(request->trace, i, out);
		pkdi_out_close(out, ']');
		return;
	}
	pkdi_out_bool(out, "on", atomic_load(&run->live.wishes->tracing) % 2);
	if (!request->trace)
		return;
	pkdi_out_open(out, "otherData", '{');
	pkdi_chrome_write_other(request->trace, out);
	pkdi_out_close(out, '}');
}

void pkdi_trace_forget(struct pkdi_request *request)
{
	pkdi_chrome_destroy(request->trace);
	request->trace = NULL;
}
