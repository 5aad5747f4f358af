from check import *

server = Server()
u = server.url
n = 50


def items(paths):
    write("items.jsonl", [json.dumps({"url": u + path, "body": f"body {i}".encode().hex()})
                          for i, path in enumerate(paths)])


# In order, one after the other.
items([f"/echo/{i}?random=5" for i in range(n)])
run("post")
asked = server.asked()
assert [request["body"] for request in asked] == [f"body {i}" for i in range(n)]
assert all(request["method"] == "POST" and request["headers"]["content-type"] == "application/json" for request in asked)
keys = [request["headers"]["idempotency-key"] for request in asked]
assert len(set(keys)) == n and len({key.split("-")[0] for key in keys}) == 1, keys
assert [key.split("-")[1] for key in keys] == [str(i + 1) for i in range(n)]
replies = bodies("replies.csv")
assert [json.loads(replies[i + 1])["body"] for i in range(n)] == [f"body {i}" for i in range(n)]

# Sent again, with the same key, until it is taken.
items(["/fail/2/ok"])
run("post")
asked = server.asked()
assert len(asked) == 3 and len({request["headers"]["idempotency-key"] for request in asked}) == 1
assert [row["tries"] for row in rows("sent.csv")] == ["3"]

# Many at once: answers in order.
items([f"/echo/{i}?random=30" for i in range(n)])
run("post", "--at_once", "16", "--method", "put")
replies = bodies("replies.csv")
assert [json.loads(replies[i + 1])["body"] for i in range(n)] == [f"body {i}" for i in range(n)]
asked = server.asked()
assert len(asked) == n and all(request["method"] == "PUT" for request in asked)

# Killed: each at least once, and by the key once.
items([f"/echo/{i}?delay=10" for i in range(150)])
kills = run_killed("post", "sent", "--at_once", "4")
asked = server.asked()
n_asked = len(asked)
by_key = {}
for request in asked:
    by_key.setdefault(request["headers"]["idempotency-key"], set()).add(request["body"])
assert len(by_key) == 150 and all(len(of_key) == 1 for of_key in by_key.values()), by_key
assert set().union(*by_key.values()) == {f"body {i}" for i in range(150)}
replies = bodies("replies.csv")
assert [json.loads(replies[i + 1])["body"] for i in range(150)] == [f"body {i}" for i in range(150)]

# A body goes to the address of its own frame, where some frames lack either.
write("items.jsonl", [json.dumps({"url": f"{u}/echo/{i}?random=10", "body": f"body {i}".encode().hex(), "n": i})
                      for i in range(120)])
run("gaps")
asked = server.asked()
assert sorted(request["path"].split("?")[0] + " " + request["body"] for request in asked) == \
    sorted(f"/echo/{i} body {i}" for i in range(0, 120, 6)), asked
assert [int(row["n"]) for row in rows("sent.csv")] == list(range(0, 120, 6))

# A redirect: 303 is asked for by GET, 307 is sent once more.
items(["/to/303?url=/echo/a", "/to/307?url=/echo/b"])
run("post")
server.asked()
replies = bodies("replies.csv")
assert [json.loads(replies[i])["method"] for i in (1, 2)] == ["GET", "POST"]
assert [json.loads(replies[i])["body"] for i in (1, 2)] == ["", "body 1"]
# … to the same host alone, with its body.
items([f"/to/{status}?url={server.other}/echo/a" for status in (307, 308, 303)])
run("post")
asked = server.asked()
assert [request["path"] for request in asked if request["path"].startswith("/echo")] == ["/echo/a"], asked
assert asked[-1]["method"] == "GET" and "idempotency-key" not in asked[-1]["headers"], asked
assert ["with its body to another host" in row["error"] for row in rows("sent.csv")] == [True, True, False], rows("sent.csv")
server.end()
print(f"{kills} kills, {n_asked} requests for 150")
