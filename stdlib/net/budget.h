/* How much may be sent: bits, as they come with the time, and by how much the quality is lowered so
 * that they suffice. Of all clients together. */
#ifndef PKD_NET_BUDGET_H
#define PKD_NET_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum { NET_LEAST_QUALITY = 20 }; /* below it pictures are left out instead */

struct net_budget {
	double bits;    /* that may be sent; below 0: so many were sent too early */
	double lowered; /* points of quality */
	int64_t filled_ns, looked_ns;
};

/* Bits come, `bandwidth` in a second; 0: there is no limit. */
void net_budget_fill(struct net_budget *budget, uint32_t bandwidth, int64_t now_ns);

/* Whether a picture may be begun, and when. */
bool net_budget_allows(const struct net_budget *budget, uint32_t bandwidth);
int64_t net_budget_due(const struct net_budget *budget, uint32_t bandwidth, int64_t now_ns);
/* What is taken beyond the limit is waited for, but ten seconds at most. */
void net_budget_take(struct net_budget *budget, uint32_t bandwidth, uint64_t bytes);

/* To be called now and then with what would be sent in a second if nothing were left out, at the
 * quality as it is now. */
void net_budget_look(struct net_budget *budget, uint32_t bandwidth, double wanted, int64_t now_ns);

uint32_t net_budget_quality(const struct net_budget *budget, uint32_t asked);

#endif
