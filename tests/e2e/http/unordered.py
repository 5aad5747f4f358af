from check import *

server = Server()
u = server.url

# One that takes long holds up none of those that wait behind it.
n = 100
urls = [f"{u}/n/{i}?delay={1500 if i == 0 else 5}" for i in range(n)]
write("urls", urls)
run("unordered", "--at_once", "4")
got = rows()
assert sorted(int(row["index"]) for row in got) == list(range(n)), got
assert all(row["url"] == urls[int(row["index"])] and not row["error"] for row in got)
place = [int(row["index"]) for row in got].index(0)
assert place >= 60, f"the slow one was number {place}"
assert len(server.asked()) == n

# A killed node asks again only for what was not given.
n = 300
urls = [f"{u}/n/{i}?random=40" for i in range(n)]
write("urls", urls)
kills = run_killed("unordered", "got", "--at_once", "8")
got = rows()
assert sorted(int(row["index"]) for row in got) == list(range(n)), "one is missing, or there twice"
asked = server.asked()
assert kills > 2 and len(asked) <= n + 8 * (kills + 1), (kills, len(asked))

# Errors are items.
write("urls", [f"{u}/n/0", f"{u}/status/404", f"{u}/n/2", f"{u}/bomb"])
run("unordered", "--retries", "0")
got = {int(row["index"]): row["error"] for row in rows()}
assert sorted(got) == [0, 1, 2, 3] and not got[0] and not got[2], got
assert "the server answers 404" in got[1] and "more than N = 1000" in got[3], got
server.end()
print(f"the slow one was number {place} of 100; {kills} kills, {len(asked)} requests for {n}")
