#include "console/tracing.h"

#include "console/chrome.h"
#include "console/take.h"
#include "run/traces.h"

/* Items of a line, which has room for them whatever they are. */
enum { ITEMS = (PKDI_MESSAGE_SIZE - 1024) / PKDI_CHROME_ITEM };

bool pkdi_trace_begin(struct pkdi_run *run, struct pkdi_request *request,
                      const struct pkdi_json *json, uint32_t parameters, struct pkdi_fault *fault)
{
	bool switches = pkdi_json_member(json, parameters, "on") != PKDI_JSON_NONE;
	bool on = false, events = false;

	if (!pkdi_take_bool(json, parameters, "on", &on, fault) ||
	    !pkdi_take_bool(json, parameters, "events", &events, fault))
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
