"""What net.ws_video costs and how late it is: 1 and 16 streams of 640x360 at 15 a second, undecoded, with viewers that each have
all streams open: ws_video.py [SECONDS]. CPU of the node's process, in per cent of a core; from the packet at the node's
input to the message at a client of WebSocket, in Python."""
import os, selectors, signal, socket, struct, subprocess, sys, time
from pathlib import Path
from statistics import median

B = Path(os.environ.get("B", "build")).resolve()
PLACE = B / "bench/ws_video"
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 8
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e/ws_video"))
from ws import Client


def processes(pid):
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[Path(f"/proc/{child}/comm").read_text().strip()] = int(child)
    return found


def cpu_s(pid):
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def pss_mib(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024


def read_until(clients, end):
    """Latencies in ms of the raw messages that come: they begin with 16 bytes of which eight say when."""
    late, selector = [], selectors.DefaultSelector()
    for client in clients:
        client.socket.setblocking(False)
        selector.register(client.socket, selectors.EVENT_READ, client)
    while time.monotonic() < end:
        for key, _ in selector.select(0.1):
            client, now = key.data, time.monotonic()
            client.data += client.socket.recv(1 << 18)
            while len(client.data) >= 10:
                size, head = client.data[1] & 127, 2
                if size > 125:
                    size, head = (struct.unpack(">H", client.data[2:4])[0], 4) if size == 126 else \
                        (struct.unpack(">Q", client.data[2:10])[0], 10)
                if len(client.data) < head + size:
                    break
                if client.data[0] & 15 == 2 and client.raw:
                    late.append(1000 * (now - struct.unpack(">q", client.data[head + 8:head + 16])[0] / 1e6))
                client.data = client.data[head + size:]
    return late


def run(streams, viewers, form):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen([PLACE / f"cams_{streams}", "--film", PLACE / "film.mp4", "--port", str(port)], cwd=PLACE,
                               stderr=subprocess.DEVNULL)
    try:
        Client.address = f"127.0.0.1:{port}"
        clients, end = [], time.monotonic() + 20
        while len(clients) < streams * viewers or not processes(program.pid).get("shown"):
            try:
                client = Client(f"/ws/stream/{len(clients) % streams}?format={form}")
                client.raw = form == "raw"
                clients.append(client)
            except OSError:
                time.sleep(0.05)
                if time.monotonic() > end:
                    raise SystemExit("it does not listen")
        time.sleep(0 if viewers else 1)
        shown = processes(program.pid)["shown"]
        read_until(clients, time.monotonic() + 1.5)
        before, began = cpu_s(shown), time.monotonic()
        late = read_until(clients, time.monotonic() + SECONDS)
        cpu = 100 * (cpu_s(shown) - before) / (time.monotonic() - began)
        text = f"{streams:7} {viewers:7} {form:>5} {cpu:8.1f} {pss_mib(shown):8.1f}"
        if late:
            late.sort()
            text += f" {median(late):8.2f} {late[int(0.95 * len(late))]:8.2f} {len(late) / SECONDS / max(streams * viewers, 1):6.1f}"
        print(text, flush=True)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(10)


PLACE.mkdir(parents=True, exist_ok=True)
subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=15:d=10", "-c:v", "libx264", "-preset",
                "veryfast", "-bf", "0", "-g", "30", "-b:v", "800k", "-pix_fmt", "yuv420p", PLACE / "film.mp4"], check=True)
for streams in 1, 16:
    subprocess.run([B / "pkdc", "build", HERE / "programs/ws_video.pkd", "-D", f"CAMS={streams}", "-o", PLACE / f"cams_{streams}"],
                   check=True)
print("streams viewers  form    cpu %  PSS MiB   p50 ms   p95 ms fps each")
for streams in 1, 16:
    for viewers, form in (0, "fmp4"), (1, "raw"), (1, "fmp4"), (4, "raw"), (4, "fmp4"):
        run(streams, viewers, form)
