/* Values of parameters as text: parsing, ranges, and formatting. */
#ifndef PKDI_VALUE_H
#define PKDI_VALUE_H

#include <pkd/program.h>
#include <stddef.h>

/* Stores the value of `text` into params + param->offset. -EINVAL if it has none: `ret_wanted`
 * then says what was expected ("an integer", "0..1"). */
int pkdi_value_parse(const struct pkd_param *param, const char *text, void *params,
                     char *ret_wanted, size_t wanted_size);

/* What --help prints after the option's name: "NUMBER", "low|mid|high"; "" for a bool. */
void pkdi_value_describe(const struct pkd_param *param, char *ret_text, size_t size);

/* The value as text. False for a string that is NULL or empty. */
bool pkdi_value_show(const struct pkd_param *param, const void *params, char *ret_text,
                     size_t size);

/* The text of a string, "" where there is none; not of an array. */
const char *pkdi_value_text(const struct pkd_param *param, const void *params);

/* Is the stored value within the parameter's range? */
bool pkdi_value_is_in_range(const struct pkd_param *param, const void *params);

/* Its size in the struct, in bytes. */
size_t pkdi_value_size(const struct pkd_param *param);

/* The range as text, "" without one: "0..1". */
void pkdi_value_range(const struct pkd_param *param, char *ret_text, size_t size);

#endif
