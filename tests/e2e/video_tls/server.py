"""Files by HTTPS, and TLS in front of another port, on loopback: server.py CERTIFICATE KEY PORT_FILE [PORT_BEHIND]"""
import http.server
import os
import socket
import ssl
import sys
import threading

certificate, key, port_file = sys.argv[1:4]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def files():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def pump(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    for end in (one, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, behind):
    try:
        inner = context.wrap_socket(client, server_side=True)
        outer = socket.create_connection(("127.0.0.1", behind))
    except OSError:
        client.close()
        return
    threading.Thread(target=pump, args=(inner, outer), daemon=True).start()
    pump(outer, inner)


def main():
    ports = [files()]
    listener = socket.create_server(("127.0.0.1", 0))
    ports.append(listener.getsockname()[1])
    with open(port_file + ".new", "w") as file:
        print(*ports, file=file)
    os.rename(port_file + ".new", port_file)
    while True:
        client = listener.accept()[0]
        threading.Thread(target=serve, args=(client, int(sys.argv[4])), daemon=True).start()


main()
