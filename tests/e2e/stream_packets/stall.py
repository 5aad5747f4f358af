"""A network that stands still for a while and loses nothing: stall.py PORT PORT_FILE. What comes from 127.0.0.1:PORT is held
back for two seconds, once, and then all sent."""
import os, select, socket, sys, time

port, port_file = int(sys.argv[1]), sys.argv[2]
listener = socket.create_server(("127.0.0.1", 0))
with open(port_file + ".new", "w") as file:
    file.write(f"{listener.getsockname()[1]}\n")
os.rename(port_file + ".new", port_file)
client = listener.accept()[0]
camera = socket.create_connection(("127.0.0.1", port))
begin, has_held = time.monotonic(), False
while True:
    for ready in select.select([client, camera], [], [])[0]:
        if not (data := ready.recv(1 << 16)):
            sys.exit()
        if ready is camera and not has_held and time.monotonic() > begin + 2:
            time.sleep(2)
            has_held = True
        (camera if ready is client else client).sendall(data)
