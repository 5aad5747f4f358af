/* Values of streams as messages in CDR: for each channel a stream is looked at once, while somebody
 * looks. */
#ifndef PKDW_VALUES_H
#define PKDW_VALUES_H

#include "web/channels.h"
#include "web/message.h"
#include "web/web.h"

struct pkdw_value;

struct pkdw_reader {
	struct pkdw_reader *next;
	struct pkdw_value *value;
	void (*take)(struct pkdw_reader *reader, struct pkdw_message *message);
};

/* The newest value, where there is one, is taken at once. False: no memory, or the stream is
 * private. */
bool pkdw_value_join(struct pkdw_web *web, const struct pkdw_channel *channel,
                     struct pkdw_reader *reader);
void pkdw_value_leave(struct pkdw_web *web, struct pkdw_reader *reader);

#endif
