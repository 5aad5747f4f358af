#!/bin/sh
# gst.sh ARGUMENT...: Python with GStreamer's server of RTSP, also where that is unpacked in $B/gst and not installed.
python=/usr/bin/python3 # the one that Debian's modules are for
libraries=$(echo "$B"/gst/usr/lib/*-linux-gnu*)
if [ -d "$libraries" ]; then
	set -- LD_LIBRARY_PATH="$libraries" GI_TYPELIB_PATH="$libraries/girepository-1.0" \
		GST_PLUGIN_PATH="$libraries/gstreamer-1.0" GST_REGISTRY="$PWD/registry.bin" "$python" "$@"
else
	set -- "$python" "$@"
fi
exec env "$@"
