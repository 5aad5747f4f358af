#include "process/rights.h"

#include <stdlib.h>
#include <string.h>

/* "localhost:10.0", as ssh sets it; ":0" and "unix:0" are sockets of this machine. */
static bool is_display_remote(void)
{
	const char *display = getenv("DISPLAY");

	return display && *display && *display != ':' && *display != '/' &&
	       strncmp(display, "unix:", 5) != 0;
}

static void add_right(struct pkdi_rights *rights, const struct pkd_right *right)
{
	bool has_path = right->path || right->param != PKD_NONE;

	switch (right->kind) {
	case PKD_NETWORK:
		rights->network = true;
		break;
	case PKD_UNIX:
		rights->unix_sockets = true;
		break;
	case PKD_EXECUTES:
		rights->executes = true;
		rights->executes_any |= !has_path;
		break;
	case PKD_DEVICES:
		rights->devices |= !has_path;
		break;
	case PKD_DISPLAY:
		rights->display = rights->unix_sockets = true;
		rights->network |= is_display_remote();
		break;
	case PKD_WRITES:
	case PKD_APPENDS:
		rights->writes = true;
		break;
	case PKD_READS:
	case PKD_SETS:
		break;
	}
}

struct pkdi_rights pkdi_rights_of(const struct pkdi_run *run, uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;
	struct pkdi_rights rights = {.settled = process->n_nodes > 0,
	                             .no_processes = process->no_processes};

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		rights.everything |= !node->decl->declared;
		rights.settled &= node->decl->settled;
		for (uint32_t j = 0; j < node->decl->n_rights; j++) {
			if (node->paths[j].holds)
				add_right(&rights, &node->decl->rights[j]);
			rights.network |= node->paths[j].kind == PKDI_PATH_URL;
		}
	}
	return rights;
}

bool pkdi_rights_may_execute(const struct pkdi_rights *rights)
{
	return !rights->no_processes && (rights->everything || rights->executes);
}
