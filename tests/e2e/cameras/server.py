"""An RTSP server on loopback, of GStreamer: server.py PORT_FILE PORT USER:PASSWORD FILM.mkv... Film i is /cam<i>, and
begins with each client, or with SHARED=1 is the same for all; who asks must know the password."""
import os
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
port_file, port, account = sys.argv[1:4]
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
user, password = account.split(":")
auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
token.set_string("media.factory.role", "viewer")
auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
server.set_auth(auth)
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role("viewer", "media.factory.access", True)
permissions.add_permission_for_role("viewer", "media.factory.construct", True)
for i, film in enumerate(sys.argv[4:]):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( filesrc location={film} ! matroskademux ! "
                       "rtph264pay name=pay0 config-interval=-1 )")
    factory.set_shared(os.environ.get("SHARED") == "1")
    factory.set_permissions(permissions)
    server.get_mount_points().add_factory(f"/cam{i}", factory)
server.attach(None)
with open(port_file + ".new", "w", encoding="utf-8") as file:
    file.write(f"{server.get_bound_port()}\n")
os.rename(port_file + ".new", port_file)
GLib.MainLoop().run()
