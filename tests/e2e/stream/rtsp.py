"""An RTSP server on loopback, of GStreamer: rtsp.py FILM.mkv PORT_FILE [PORT [OPTION...]]. Its film begins with each client.
Options: sdp (parameter sets in the session description only), password (of the user viewer it is secret), multicast, lossy
(of 50 packets one is lost on the way)."""
import os, sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

Gst.init(None)
film, port_file, port = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "0"
options = sys.argv[4:]
server = GstRtspServer.RTSPServer()
server.set_address(os.environ.get("RTSP_HOST", "127.0.0.1"))
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( filesrc location={film} ! matroskademux ! rtph264pay name={'pay' if 'lossy' in options else 'pay0'} config-interval={0 if 'sdp' in options else -1}"
                   f"{' ! identity drop-probability=0.02 name=pay0' if 'lossy' in options else ''} )")
if "multicast" in options:
    pool = GstRtspServer.RTSPAddressPool()
    pool.add_range("239.255.42.42", "239.255.42.42", 20000, 20010, 1) or sys.exit("no pool")
    factory.set_address_pool(pool)
    factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP_MCAST)
if "password" in options:
    auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic("viewer", "secret"), token)
    server.set_auth(auth)
    allowed = GstRtspServer.RTSPPermissions()
    allowed.add_permission_for_role("viewer", "media.factory.access", True)
    allowed.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(allowed)
server.get_mount_points().add_factory("/film", factory)
server.attach(None)
with open(port_file + ".new", "w") as file:
    file.write(f"{server.get_bound_port()}\n")
os.rename(port_file + ".new", port_file)
GLib.MainLoop().run()
