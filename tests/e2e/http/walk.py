import hashlib

from check import *

server = Server()
u = server.url
root = f"{u}/api/root"


def n_children(ident):
    depth = ident.count(".")
    return 0 if depth >= 4 else (int(hashlib.sha1(ident.encode()).hexdigest(), 16) % 6) + 3 * (depth < 3)


def deep(ident):
    yield ident
    for i in range(n_children(ident)):
        yield from deep(f"{ident}.{i}")


def broad():
    level = ["0"]
    while level:
        yield from level
        level = [f"{ident}.{i}" for ident in level for i in range(n_children(ident))]


def ids():
    return [row["id"] for row in rows("walk.csv") if not row["error"]]


def fetches():
    """Of each list, which must be 1."""
    return sorted(request["path"].split("?")[0] for request in server.asked())


all_deep, all_broad = list(deep("0")), list(broad())
lists = sorted(["/api/root"] + [f"/api/{ident}/children" for ident in all_deep])
assert len(all_deep) > 100

for order, wanted in (("depth", all_deep), ("breadth", all_broad)):
    for at_once in (1, 4, 64):
        for template in ("/api/{id}/children?random=20", "/api/{id}/children?per=2"):
            run("walk", "--root", root, "--order", order, "--at_once", str(at_once), "--children", template)
            assert ids() == wanted, (order, at_once, template)
            found = fetches()
            if "per" not in template:
                assert found == lists, "a list was asked for more than once, or never"
got = rows("walk.csv")
assert all(row["parent"] == row["id"].rpartition(".")[0] and int(row["depth"]) == row["id"].count(".") and
           row["label"] == f"container {row['id']}" for row in got)
assert [int(row["order"]) for row in got] == list(range(len(got)))

# Down to a depth; templates for each.
run("walk", "--root", root, "--stop_level", "2")
assert ids() == [ident for ident in all_deep if ident.count(".") <= 2]
assert fetches() == sorted(["/api/root"] + [f"/api/{ident}/children" for ident in all_deep if ident.count(".") < 2])
run("walk", "--root", root, "--children", "/api/{id}/children /api/{id}/subjects")
assert ids() == [ident for ident in all_deep if ident.count(".") <= 2]
assert [path for path in fetches() if "subjects" in path]
run("walk", "--root", root, "--stop_level", "1")
assert ids() == [ident for ident in all_deep if ident.count(".") <= 1]
assert fetches() == ["/api/0/children", "/api/root"]
run("walk", "--root", root, "--sort", "true")
assert ids() == all_deep
server.asked()

# What goes wrong is an item.
bad = next(ident for ident in all_deep if ident.count(".") == 2 and n_children(ident))
rest = [ident for ident in all_deep if not ident.startswith(bad + ".")]
for how, why in (("broken", "cannot read"), ("refused", "the server answers 403")):
    for order in ("depth", "breadth"):
        run("walk", "--root", root, "--order", order, "--children", "/api/{id}/children?%s=%s" % (how, bad))
        assert ids() == (rest if order == "depth" else [ident for ident in all_broad if ident in set(rest)]), (how, order)
        errors = [row for row in rows("walk.csv") if row["error"]]
        assert len(errors) == 1 and errors[0]["id"] == bad and why in errors[0]["error"], errors
run("walk", "--root", f"{u}/status/404")
assert "the server answers 404" in rows("walk.csv")[0]["error"]
run("walk", "--root", root, "--children", "/own/{id}")
assert ids() == ["0"] and "it is among its own parents" in rows("walk.csv")[1]["error"], rows("walk.csv")
run("walk", "--root", root, "--children", "/api/{id}/children?per=1", "--pages", "1")
assert any("more than pages = 1" in row["error"] for row in rows("walk.csv"))
run("walk", "--root", root, "--children", "/huge?{id}")
assert "more than largest = 1000000 bytes: raise it" in rows("walk.csv")[1]["error"], rows("walk.csv")
assert "an address without {id}" in run("walk", "--root", root, "--children", "/api", status=1)

# Killed at random: nothing is missing or there twice, and the order is the same.
server.asked()
n_kills = 0
for order, wanted in (("depth", all_deep), ("breadth", all_broad)):
    # Breadth first, a restart asks for all lists again that were before.
    n_kills += run_killed("walk", "w", "--root", root, "--order", order, "--at_once", "2" if order == "depth" else "32",
                          "--children", "/api/{id}/children?delay=8", longest=0.1 if order == "depth" else 0.5)
    assert ids() == wanted, order
asked = len(server.asked())
assert n_kills > 3, n_kills
# With errors among them, which are told once, too.
n_kills += run_killed("walk", "w", "--root", root, "--at_once", "2", "--children", f"/api/{{id}}/children?delay=5&refused={bad}",
                      longest=0.1)
assert ids() == rest and len([row for row in rows("walk.csv") if row["error"]]) == 1
server.end()
print(f"{len(all_deep)} containers; {n_kills} kills")
