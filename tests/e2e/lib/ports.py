"""Ports that are free, for servers that a test starts: `free_port()`, or `python3 ports.py` for a script.

The kernel gives those of its own range to whoever connects, and so one that was free a moment ago may be taken when the
server comes to bind it. These lie below that range. Tests run side by side: who has been given a port has claimed it
until its process ends, by a name that the kernel forgets with it.
"""
import random
import socket

claims = []


def lowest_of_the_kernel():
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
            return int(file.read().split()[0])
    except OSError:
        return 32768


def claim(port):
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0pkd-test-port-{port}")
    except OSError:
        name.close()
        return False
    claims.append(name)
    return True


def free_port(kind=socket.SOCK_STREAM):
    below = lowest_of_the_kernel()
    for _ in range(1000):
        port = random.SystemRandom().randrange(10000, below) if below > 11000 else 0
        with socket.socket(socket.AF_INET, kind) as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            if claim(trial.getsockname()[1]):
                return trial.getsockname()[1]
    raise OSError("no port is free")


if __name__ == "__main__":
    print(free_port())
