"""GStreamer with a camera of tests/bench/cameras.py: cameras.py four|bare ADDRESS. `four` decodes it once for four sinks,
and muxes it undecoded; `bare` only receives it, and prints for each picture when it came and how it ends."""
import signal
import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

Gst.init(None)
kind, address = sys.argv[1:]
source = f"rtspsrc location={address} protocols=tcp latency=0 ! rtph264depay ! video/x-h264,alignment=au"
if kind == "bare":
    text = f"{source},stream-format=byte-stream ! fakesink name=sink sync=false"
else:
    text = (f"{source},stream-format=avc ! tee name=coded "
            "coded. ! queue ! avdec_h264 ! tee name=raw "
            + "".join(f"raw. ! queue ! fakesink sync=false name=sink{i} " for i in range(4))
            + "coded. ! queue ! capssetter caps=video/x-h264,width=1280,height=720,framerate=30/1 ! mp4mux fragment-duration=33 streamable=true ! fakesink sync=false")
pipeline = Gst.parse_launch(text)


def came(_pad, info):
    buffer = info.get_buffer()
    print(f"{time.monotonic():.6f} {buffer.extract_dup(max(buffer.get_size() - 32, 0), 32).hex()}", flush=True)
    return Gst.PadProbeReturn.OK


if kind == "bare":
    pipeline.get_by_name("sink").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, came)
pipeline.set_state(Gst.State.PLAYING)
loop = GLib.MainLoop()
GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGTERM, loop.quit)
loop.run()
if kind == "four":
    counts = [pipeline.get_by_name(f"sink{i}").get_property("stats").get_value("rendered") for i in range(4)]
    print(min(counts), flush=True)
pipeline.set_state(Gst.State.NULL)
