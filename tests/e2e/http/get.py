from check import *

server = Server()
u = server.url

# ---- The order is that of the addresses, whatever takes how long; many are in flight ----

n = 200
urls = [f"{u}/n/{i}?random=60" for i in range(n)]
write("urls", urls)
start = time.monotonic()
run("get", "--at_once", "32")
seconds = time.monotonic() - start
found = bodies()
assert [found[i + 1] for i in range(n)] == [str(i).encode() for i in range(n)], found
got = rows()
assert [row["url"] for row in got] == urls and all(row["error"] == "" for row in got)
assert all(row["type"] == "text/plain" and row["final"] == row["url"] and row["tries"] == "1" for row in got)
assert len(server.asked()) == n, "an address was asked for more than once"

# A killed node asks again for what was not given, and gives nothing twice.
urls = [f"{u}/n/{i}?delay=20" for i in range(400)]
write("urls", urls)
kills = run_killed("get", "got", "--at_once", "8")
found = bodies()
assert [found[i + 1] for i in range(400)] == [str(i).encode() for i in range(400)]
asked = server.asked()
assert kills > 2 and len(asked) <= 400 + 16 * (kills + 1), (kills, len(asked))


# ---- What goes wrong ----

def one(url, *options, frames=1):
    write("urls", [url])
    run("get", *options)
    got = rows()
    assert len(got) == frames
    row = got[0]
    row["body"] = bodies().get(1) if os.path.exists("bodies.csv") else None
    row["asked"] = server.asked()
    return row


def fails(url, why, *options):
    row = one(url, *options)
    assert why in row["error"], row
    assert row["body"] is None, row
    return row


row = one(f"{u}/fail/3/ok")
assert (row["body"], row["tries"], row["status"]) == (b"ok", "4", "200"), row
row = fails(f"{u}/fail/99/ok?a", "the server answers 503, after 3 tries", "--retries", "2")
assert (row["status"], row["tries"], len(row["asked"])) == ("503", "3", 3), row
row = fails(f"{u}/status/404", f"cannot get '{u}/status/404': the server answers 404")
assert (row["status"], len(row["asked"])) == ("404", 1)
row = one(f"{u}/busy/1/later")
assert row["body"] == b"later" and 1.0 <= float(row["took"]) < 1.0 + PATIENCE, row
row = one(f"{u}/busydate/2/later")
assert row["body"] == b"later" and 1.0 <= float(row["took"]) < 2.5 + PATIENCE, row
fails(f"{u}/busy/3600/never", "asks for a pause of 3600 s, beyond the patience")
fails(f"{u}/fail/99/ok?b", "the patience of 0 s is at its end", "--patience", "300ms", "--retry_first", "1s")
row = fails(f"{u}/long", "after 2 tries", "--retries", "1")
assert one(f"{u}/short")["body"] == b"12345"
fails(f"{u}/endless", "more than N = 1000 bytes: raise it")
row = fails(f"{u}/huge", "more than N = 1000 bytes: raise it")
fails(f"{u}/bomb", "more than N = 1000 bytes: raise it")
assert one(f"{u}/gzip/ab")["body"] == b"ab" * 100
assert len(one(f"{u}/gzip/0123456789")["body"]) == 1000
fails(f"{u}/gzip/01234567890", "more than N = 1000 bytes: raise it")
fails(f"{u}/trickle", "after 1 try", "--retries", "0", "--timeout", "500ms")
fails(f"{u}/silent", "after 1 try", "--retries", "0", "--timeout", "500ms")
fails(f"{u}/close", "after 3 tries", "--retries", "2")
fails(f"{u}/half", "", "--retries", "1")
fails(f"{u}/garbage", "", "--retries", "1")
fails(f"{u}/header", "its header is too long")
row = fails(f"{u}/circle/0", "redirected more than 5 times")
assert len(row["asked"]) == 6, row
row = one(f"{u}/to/302?url=/n/7")
assert row["body"] == b"7" and row["final"] == f"{u}/n/7" and row["tries"] == "1", row
for where in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"):
    fails(f"{u}/to/302?url={where}", "redirected to where nothing is asked: it is neither of http nor of https")
    fails(where, "it is neither of http nor of https")
fails("http://me:pass@127.0.0.1/", "it names a user: write user: and password: instead")
fails("http://[/", "it is no address")
fails("nowhere", "")
fails("/n/1", "it is no address")
assert one("/n/1", "--base", u)["body"] == b"1"
row = fails("http://127.0.0.1:1/", "after 2 tries", "--retries", "1")
assert row["status"] == "0"
row = fails("http://no.such.host.invalid/x?key=geheim", "after 1 try", "--retries", "0")
assert "geheim" not in row["error"] and "'http://no.such.host.invalid/x?…'" in row["error"], row

# What fails is an item, and the rest goes on.
write("urls", [f"{u}/n/1", f"{u}/status/500", f"{u}/n/3", f"{u}/bomb", f"{u}/n/5"])
run("get", "--retries", "0")
assert bodies() == {1: b"1", 3: b"3", 5: b"5"}
assert [bool(row["error"]) for row in rows()] == [False, True, False, True, False]

# Where nobody reads the error, the node fails.
said = run("unread", status=1)
assert f"cannot get '{u}/status/500': the server answers 500, after 1 try" in said, said
assert bodies() == {1: b"1"}
server.asked()

# ---- A rate ----

write("urls", [f"{u}/n/{i}" for i in range(20)])
start = time.monotonic()
run("get", "--rate", "20")
assert time.monotonic() - start > 0.9, "20 requests at 20 a second took less than a second"

# ---- A stop does not wait for a server ----

write("urls", [f"{u}/silent"])
process = subprocess.Popen(["./get", "--timeout", "1h"], stderr=open("stopped", "w"))
server.asked()
within(lambda: server.asked())
process.send_signal(signal.SIGTERM)
assert process.wait(3 * PATIENCE) == 0, open("stopped").read()
assert "url.line -> got.url: 1 left when it ended" in open("stopped").read(), open("stopped").read()

server.end()
print(f"{n} in {seconds:.2f} s, {kills} kills")
