/* See budget.h. */
#include "budget.h"

#include <math.h>

static const double BURST_S = 0.1; /* what is not sent is kept for so long */
static const int64_t LOOK_NS = 250000000;

void net_budget_fill(struct net_budget *budget, uint32_t bandwidth, int64_t now_ns)
{
	double most = bandwidth * BURST_S;

	if (budget->filled_ns)
		budget->bits += (double)(now_ns - budget->filled_ns) / 1e9 * bandwidth;
	else
		budget->bits = most;
	if (budget->bits > most)
		budget->bits = most;
	budget->filled_ns = now_ns;
}

bool net_budget_allows(const struct net_budget *budget, uint32_t bandwidth)
{
	return bandwidth == 0 || budget->bits > 0;
}

int64_t net_budget_due(const struct net_budget *budget, uint32_t bandwidth, int64_t now_ns)
{
	if (net_budget_allows(budget, bandwidth))
		return now_ns;
	return now_ns + (int64_t)((1 - budget->bits) / bandwidth * 1e9) + 1;
}

void net_budget_take(struct net_budget *budget, uint64_t bytes)
{
	budget->bits -= (double)bytes * 8;
}

/* A JPEG has about half the bits with 25 points of quality less. One that is lowered is raised
 * again slowly, and not up to the limit, or it would go up and down. */
void net_budget_look(struct net_budget *budget, uint32_t bandwidth, double wanted, int64_t now_ns)
{
	const double most = 100 - NET_LEAST_QUALITY;

	if (bandwidth && now_ns - budget->looked_ns < LOOK_NS)
		return;
	budget->looked_ns = now_ns;
	if (bandwidth == 0)
		budget->lowered = 0;
	else if (wanted > 0.95 * bandwidth)
		budget->lowered += fmin(1 + 25 * log2(wanted / (0.95 * bandwidth)), 30);
	else if (wanted < 0.8 * bandwidth)
		budget->lowered -= 2;
	budget->lowered = fmin(fmax(budget->lowered, 0), most);
}

uint32_t net_budget_quality(const struct net_budget *budget, uint32_t asked)
{
	uint32_t lowered = (uint32_t)budget->lowered;

	if (asked <= NET_LEAST_QUALITY)
		return asked;
	return asked - NET_LEAST_QUALITY > lowered ? asked - lowered : NET_LEAST_QUALITY;
}
