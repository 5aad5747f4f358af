import hashlib
import shutil

from check import *

server = Server()
u = server.url


def content(name):
    n = int(name.split(".")[0])
    return (hashlib.sha256(name.encode()).digest() * (n // 32 + 1))[:n]


def items(pairs, name="items.jsonl"):
    write(name, [json.dumps({"url": u + url, "path": path}) for url, path in pairs])


def stored():
    return sorted(os.path.relpath(os.path.join(folder, name), "store")
                  for folder, _, names in os.walk("store") for name in names)


def anew():
    shutil.rmtree("store", ignore_errors=True)
    os.mkdir("store")
    server.asked()


anew()
items([(f"/file/{1000 * i}.bin?random=30", f"a/{i % 3}/{i}.bin") for i in range(40)])
run("download")
assert stored() == sorted(f"a/{i % 3}/{i}.bin" for i in range(40))
assert all(open(f"store/a/{i % 3}/{i}.bin", "rb").read() == content(f"{1000 * i}.bin") for i in range(40))
got = rows()
assert [row["saved"] for row in got] == [f"a/{i % 3}/{i}.bin" for i in range(40)]
assert all(row["size"] == str(1000 * i) for i, row in enumerate(got)), got

# What is there is kept, where that is asked for.
server.asked()
run("download", "--existing", "keep")
assert server.asked() == [] and [row["saved"] for row in rows()] == [row["path"] for row in rows()]

# Each connection gives but a piece: it goes on behind it.
anew()
items([("/file/100000.bin?cut=30000", "big.bin")])
run("download")
assert open("store/big.bin", "rb").read() == content("100000.bin") and stored() == ["big.bin"], rows()
ranges = [request["headers"].get("range") for request in server.asked()]
assert ranges == [None, "bytes=30000-", "bytes=60000-", "bytes=90000-"], ranges

# It goes on after the program has ended, too.
anew()
run("download", "--retries", "1")
assert stored() == [".big.bin.part", ".big.bin.tag"] and "cannot get" in rows()[0]["error"], (stored(), rows())
run("download", "--retries", "5")
assert open("store/big.bin", "rb").read() == content("100000.bin") and stored() == ["big.bin"]
assert [r["headers"].get("range") for r in server.asked()][2] == "bytes=60000-"

# A server that sends less than it is asked for.
anew()
items([("/file/10.bin?cut=5&less=2", "small")])
run("download")
assert open("store/small", "rb").read() == content("10.bin") and stored() == ["small"], rows()
ranges = [request["headers"].get("range") for request in server.asked()]
assert ranges == [None, "bytes=5-", "bytes=7-", "bytes=9-"], ranges
anew()
items([("/file/11.bin?cut=5&less=2", "small")])
run("download", "--retries", "1")
assert "the server sent 7 of 11 bytes, after 2 tries" in rows()[0]["error"] and "small" not in stored(), rows()

# A part of another version, by its tag, its size, or its last byte: it begins anew.
for lie in ("tag", "tag&dated", "total", "last"):
    anew()
    items([(f"/file/10.bin?cut=5&once&lie={lie}", "small")])
    run("download")
    assert open("store/small", "rb").read() == content("10.bin") and stored() == ["small"], (lie, rows())
    assert [request["headers"].get("range") for request in server.asked()] == [None, "bytes=5-", None], lie

# Another file behind the same address begins anew; so does what has no tag, and what a server sends whole or wrong.
for first, second in (("tag=one", "tag=two"), ("untagged", "untagged"), ("tag=one", "tag=one&whole")):
    anew()
    items([(f"/file/100000.bin?{first}&cut=30000", "big.bin")])
    run("download", "--retries", "0")
    os.rename("items.jsonl", "items.old")
    items([(f"/file/100000.bin?{first}&cut=30000", "big.bin")])
    tag = "store/.big.bin.tag"
    if os.path.exists(tag) and second != first:
        text = open(tag).read().replace(first + "&cut=30000", second)
        open(tag, "w").write(text)
    items([(f"/file/100000.bin?{second}", "big.bin")])
    run("download")
    assert open("store/big.bin", "rb").read() == content("100000.bin") and stored() == ["big.bin"], (first, rows())

# A part that is whole already: the server answers 416.
anew()
items([("/file/30000.bin", "x")])
run("download")
os.rename("store/x", "store/.x.part")
boot = open("/proc/sys/kernel/random/boot_id").read()
write("store/.x.tag", [boot.strip(), f"{u}/file/30000.bin", '"one"'])
run("download")
assert open("store/x", "rb").read() == content("30000.bin") and stored() == ["x"], rows()
# … and one that is longer than what the server has.
os.rename("store/x", "store/.x.part")
open("store/.x.part", "ab").write(b"more")
write("store/.x.tag", [boot.strip(), f"{u}/file/30000.bin", '"one"'])
run("download")
assert open("store/x", "rb").read() == content("30000.bin") and stored() == ["x"], rows()

# … and by its last digit: the server has 300001 bytes, of which 30000 is but the beginning.
os.rename("store/x", "store/.x.part")
write("store/.x.tag", [boot.strip(), f"{u}/file/30000.bin?has=300001", '"one"'])
items([("/file/30000.bin?has=300001", "x")])
server.asked()
run("download")
assert [r["headers"].get("range") for r in server.asked()] == ["bytes=30000-", None], rows()
assert open("store/x", "rb").read() == content("30000.bin") and stored() == ["x"], rows()

# A name for which `.NAME.part` has room, and a longer one; what lies there and is no part stays.
anew()
names = ["n" * 248 + "a", "n" * 248 + "b", "n" * 250, "d" * 255 + "/e"]
items([(f"/file/{10 + i}.bin", name) for i, name in enumerate(names)] + [("/file/10.bin", "fifo")])
os.mkfifo("store/.fifo.part")
run("download")
assert stored() == sorted([names[0], names[1], names[3], ".fifo.part"]), stored()
assert "too long" in rows()[2]["error"] and "is no file" in rows()[4]["error"], rows()
assert open("store/" + names[0], "rb").read() == content("10.bin")
assert open("store/" + names[1], "rb").read() == content("11.bin")

# Two programs, one file: the second one waits, and does as it is told then.
for existing in ("replace", "keep", "fail"):
    anew()
    items([("/file/300000.bin?drip", "a/same")], "first.jsonl")
    items([("/file/300001.bin?drip", "a/same")], "second.jsonl")
    arguments = ["--quiet", "--existing", existing, "--source"]
    first = subprocess.Popen(["./download", *arguments, "first.jsonl", "--report", "first.csv"])
    within(lambda: os.path.exists("store/a/.same.part"))
    second = subprocess.Popen(["./download", *arguments[1:], "second.jsonl", "--report", "second.csv"],
                              stderr=open("second.err", "w"))
    assert first.wait(60) == 0 and second.wait(60) == 0
    assert open("second.err").read().count("waiting for another node or program, which stores 'a/same'") == 1
    whole = open("store/a/same", "rb").read()
    assert whole == content("300001.bin" if existing == "replace" else "300000.bin"), (existing, len(whole))
    assert stored() == ["a/same"] and rows("first.csv")[0]["saved"] == "a/same", (existing, stored())
    row = rows("second.csv")[0]
    assert row["saved"] == ("" if existing == "fail" else "a/same"), (existing, row)
    assert ("it is there already" in row["error"]) == (existing == "fail"), (existing, row)
    assert len(server.asked()) == (2 if existing == "replace" else 1), existing

# … and files of their own in a directory that both make.
for turn in range(5):
    anew()
    for name in ("first", "second"):
        items([(f"/file/10.bin?{name}{i}", f"{i}/{turn}/x/y/{name}") for i in range(20)], f"{name}.jsonl")
    both = [subprocess.Popen(["./download", "--quiet", "--source", f"{name}.jsonl", "--report", f"{name}.csv"])
            for name in ("first", "second")]
    assert [program.wait(60) for program in both] == [0, 0]
    assert not any(row["error"] for name in ("first", "second") for row in rows(f"{name}.csv")), rows("second.csv")

# Each has locked what the other one begins with: none waits for ever.
anew()
pair = [("/file/100000.bin?drip", "x"), ("/file/100000.bin?drip", "y")]
items(pair, "first.jsonl")
items(pair[::-1], "second.jsonl")
both = [subprocess.Popen(["./download", "--quiet", "--source", f"{name}.jsonl", "--report", f"{name}.csv"])
        for name in ("first", "second")]
assert [program.wait(60) for program in both] == [0, 0]
assert stored() == ["x", "y"] and all(open(f"store/{name}", "rb").read() == content("100000.bin") for name in "xy")

# What fails leaves nothing with the file's name.
anew()
items([("/status/404", "a"), ("/file/10.bin", "b"), ("/file/200000.bin", "c"), ("/file/10.bin", "../d"),
       ("/file/10.bin", "/tmp/e"), ("/file/10.bin", "link/f"), ("/file/10.bin", "g/"), ("/file/10.bin", "b/h"),
       ("/file/10.bin", ""), ("/file/10.bin", "./i"), ("/file/10.bin", "k//l"), ("/file/10.bin", "x" * 100)])
os.symlink("/tmp", "store/link")
run("download", "--largest", "100000")
assert [bool(row["error"]) for row in rows()] == [True, False, True, True, True, True, True, True, True, True, True, False], rows()
assert "more than largest = 100000 bytes" in rows()[2]["error"], rows()[2]
assert [name for name in stored() if not name.startswith(".c")] == ["b", "x" * 100], stored()
assert not os.path.exists("/tmp/f") and not os.path.exists("d")

# A name that a part has, or its tag.
anew()
items([("/file/10.bin", ".x.part"), ("/file/11.bin", "x"), ("/file/10.bin", "a/.x.tag"), ("/file/10.bin", ".x.part/y"),
       ("/file/10.bin", "x.part"), ("/file/10.bin", ".party")])
run("download")
assert stored() == [".party", "x", "x.part"], stored()
assert ["as those of what is not whole yet" in row["error"] for row in rows()] == [True, False, True, True, False, False], rows()

# Twice the same path: the one after the other.
anew()
items([("/file/100000.bin?random=20", "same")] * 6)
run("download")
assert open("store/same", "rb").read() == content("100000.bin") and all(row["saved"] for row in rows())

# Killed at random: each is there, whole; and what the node itself has put there is no error to it.
kills = 0
for existing in ("replace", "fail"):
    anew()
    items([(f"/file/{100000 + i}.bin?random=60", f"{i}.bin") for i in range(60)])
    kills += run_killed("download", "got", "--existing", existing)
    assert [name for name in stored() if not (existing == "fail" and name.endswith(".tag"))] == sorted(f"{i}.bin" for i in range(60)), stored()
    assert all(open(f"store/{i}.bin", "rb").read() == content(f"{100000 + i}.bin") for i in range(60))
    assert not any(row["error"] for row in rows()), rows()
server.end()
print(f"{kills} kills")
