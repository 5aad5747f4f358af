"""An RTSP server on loopback, of GStreamer: rtsp.py FILM.mkv PORT_FILE [PORT]. Its film begins with each client."""
import os, sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
film, port_file, port = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "0"
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( filesrc location={film} ! matroskademux ! rtph264pay name=pay0 config-interval=-1 )")
server.get_mount_points().add_factory("/film", factory)
server.attach(None)
with open(port_file + ".new", "w") as file:
    file.write(f"{server.get_bound_port()}\n")
os.rename(port_file + ".new", port_file)
GLib.MainLoop().run()
