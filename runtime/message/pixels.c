#include "message/pixels.h"

#include <pkd/frame.h>
#include <stddef.h>

const char *pkdi_format_name(uint32_t format)
{
	static const char *const names[] = {
		[PKD_GRAY8] = "gray8",     [PKD_BGR24] = "bgr24",   [PKD_RGB24] = "rgb24",
		[PKD_BGRA32] = "bgra32",   [PKD_RGBA32] = "rgba32", [PKD_GRAY16] = "gray16",
		[PKD_GRAYF32] = "grayf32", [PKD_I420] = "i420",     [PKD_NV12] = "nv12",
	};

	return format < sizeof(names) / sizeof(names[0]) && names[format] ? names[format] : "?";
}
