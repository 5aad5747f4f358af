"""Clients of net.ws_values: clients.py WS_PY HOST:PORT."""
import json, os, sys, urllib.error, urllib.request

sys.path.insert(0, os.path.dirname(sys.argv[1]))
from ws import Client, status

Client.address = sys.argv[2]
TOKEN = "/ws/values?token=ours"


def check(message):
    told = json.loads(message)
    n, value = told["frame"], told["value"]
    assert abs(told["time_s"] - n / 100) < 1e-9 and abs(value["at"] - n / 100) < 1e-9, told
    assert value["name"] == ('a "b"' if n % 2 else "é") and value["mood"] == ("loud" if n % 2 else "calm"), told
    assert value["size"] == (None if n % 10 == 9 else 0.5) and value["parts"] == [n] * (n % 4), told
    return n


client, slow = Client(TOKEN), Client(TOKEN, buffer=2048)
numbers = [check(client.message()) for _ in range(100)]
assert numbers == list(range(numbers[0], numbers[0] + 100)), f"a fast client misses some: {numbers}"
late = check(Client(TOKEN).message())
assert late >= numbers[-1], "who comes late is sent an old one"

# One that reads nothing for long gets what the kernels had on the way, and then the newest.
while check(client.message()) < numbers[0] + 400:
    pass
seen = [check(slow.message())]
while seen[-1] < numbers[0] + 400:
    seen.append(check(slow.message()))
assert seen == sorted(set(seen)), "they come in another order"
assert len(seen) < seen[-1] - seen[0], "the slow one has missed none: nothing is tested"

with urllib.request.urlopen(f"http://{sys.argv[2]}/value.json?token=ours") as answer:
    assert check(answer.read()) > seen[-1] - 5
for path, wanted in (("/value.json", 401), ("/value.json?token=theirs", 401), ("/other?token=ours", 404)):
    try:
        urllib.request.urlopen(f"http://{sys.argv[2]}{path}")
        raise SystemExit(f"{path} is there")
    except urllib.error.HTTPError as error:
        assert error.code == wanted, (path, error.code)
assert status("/ws/values") == 401 and status(TOKEN, Origin="http://evil.example") == 403
assert status("/ws/other?token=ours") == 404
print(f"the slow one has {len(seen)} of {seen[-1] - seen[0] + 1}")
