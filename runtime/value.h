/* Values of params as text: parsing with their range, and how they are shown. */
#ifndef PKDI_VALUE_H
#define PKDI_VALUE_H

#include <pkd/program.h>
#include <stddef.h>

/* Stores the value that `text` stands for into params + param->offset. -EINVAL when it does not
 * stand for one: `ret_wanted` then says what was wanted ("an integer", "0 … 1"). */
int pkdi_value_parse(const struct pkd_param *param, const char *text, void *params,
                     char *ret_wanted, size_t wanted_size);

/* What --help puts after the option's name: "<number>", "low|mid|high"; "" for a bool. */
void pkdi_value_describe(const struct pkd_param *param, char *ret_text, size_t size);

/* The range as text, "" without one: "0..1". */
void pkdi_value_range(const struct pkd_param *param, char *ret_text, size_t size);

#endif
