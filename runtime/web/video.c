#include "web/video.h"

#include <pkd/node.h>
#include <string.h>

static const struct pkd_field *find(const struct pkd_type *type, const char *name,
                                    enum pkd_kind kind)
{
	for (uint32_t i = 0; type && type->kind == PKD_RECORD && i < type->n; i++)
		if (!strcmp(type->fields[i].name, name) && type->fields[i].type->kind == kind)
			return &type->fields[i];
	return NULL;
}

/* What Foxglove calls it; NULL: it has none of that kind. */
static const char *format_of(const char *codec)
{
	static const char *const formats[][2] = {
		{"h264", "h264"}, {"hevc", "h265"}, {"av1", "av1"}, {"vp9", "vp9"}};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i][0], codec))
			return formats[i][1];
	return NULL;
}

bool pkdw_video_can(const struct pkd_type *type)
{
	const struct pkd_field *codec = find(type, "codec", PKD_ENUM);

	if (!codec || !find(type, "key", PKD_BOOL) || !find(type, "data", PKD_BYTES))
		return false;
	for (uint32_t i = 0; i < codec->type->n; i++)
		if (!strcmp(codec->type->names[i], "h264"))
			return true;
	return false;
}

bool pkdw_video_write(const struct pkd_type *type, const struct pkd_frame *frame, const char *name,
                      int64_t stamp_ns, struct pkdi_cdr *cdr, bool *ret_is_key)
{
	const struct pkd_field *codec = find(type, "codec", PKD_ENUM);
	const struct pkd_field *key = find(type, "key", PKD_BOOL);
	const struct pkd_field *data = find(type, "data", PKD_BYTES);
	const char *value = (const char *)(frame + 1), *format;
	uint32_t number;

	memcpy(&number, value + codec->offset, sizeof(number));
	format = number < codec->type->n ? format_of(codec->type->names[number]) : NULL;
	if (!format)
		return false;
	pkdi_cdr_begin(cdr);
	pkdi_cdr_time(cdr, stamp_ns);
	pkdi_cdr_string(cdr, name, strlen(name));
	pkdi_cdr_bytes(cdr, value + data->offset + sizeof(uint32_t),
	               pkd_length((const void *)(value + data->offset), data->type->n));
	pkdi_cdr_string(cdr, format, strlen(format));
	pkdi_cdr_u64(cdr, frame->number);
	*ret_is_key = value[key->offset] != 0;
	return true;
}
