/* See budget.h. */
#include "budget.h"

#include <math.h>

static const double BURST_S = 0.1; /* what is not sent is kept for so long */
static const double DEBT_S = 10;   /* what was sent too early is waited for so long at most */
static const int64_t LOOK_NS = 250000000;

/* The limit may be another than when it was sent: none, or a higher one. */
static void forgive(struct net_budget *budget, uint32_t bandwidth)
{
	budget->bits = fmax(budget->bits, -DEBT_S * bandwidth);
}

void net_budget_fill(struct net_budget *budget, uint32_t bandwidth, int64_t now_ns)
{
	double most = bandwidth * BURST_S;

	if (budget->filled_ns)
		budget->bits += (double)(now_ns - budget->filled_ns) / 1e9 * bandwidth;
	else
		budget->bits = most;
	budget->bits = fmin(budget->bits, most);
	forgive(budget, bandwidth);
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

void net_budget_take(struct net_budget *budget, uint32_t bandwidth, uint64_t bytes)
{
	budget->bits -= (double)bytes * 8;
	forgive(budget, bandwidth);
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
