#!/bin/sh
# The nodes of `files`, killed again and again: a walk gives each entry once, in the same order; digests are those of
# sha256sum, whoever of the workers died; a copy has each file whole, and no file was in its own way; a watch misses no
# file. A runtime that dawdles lets deaths come anywhere.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3
pkg-config --exists libcrypto || skip 'files.hash is left out: libcrypto is missing'

cat >files.pkd <<'END_PKD'
use files
use table

/// All entries, where they stand.
pipeline list(root: string = "tree/", order: files.Order = depth, path: string = "list.csv") {
    w = files.walk(root, order: order)
    table.csv({ path: w.path ?? "", order: w.entry.order, parent: w.entry.parent, name: w.entry.name,
                size: w.entry.size, error: w.error ?? "" }, path: path)
}
deploy list {
    on crash of w { restart 100000 per 60s }
}

pipeline sums(root: string = "tree/", path: string = "sums.csv") {
    w = files.walk(root, only: files)
    h = files.hash(queue(16) w.path, root: root)
    table.csv({ path: w.path ?? "", sum: h.digest ?? "", error: h.error ?? "" }, path: path)
}
deploy sums {
    workers h = 3 dynamic
    on crash of w, h { restart 100000 per 60s }
}
deploy threads of sums {
    on crash of w, h { restart 100000 per 60s }
}

pipeline copy(root: string = "tree/", to: string = "copy/", path: string = "copy.csv") {
    w = files.walk(root, only: files)
    r = files.read(w.path, root: root)
    copied = files.write(w.path, r.data, root: to)
    table.csv({ path: w.path ?? "", error: copied.error ?? "" }, path: path)
}
deploy copy {
    on crash of w, r, copied { restart 100000 per 60s }
}

pipeline see(root: string = "inbox/", path: string = "seen.csv") {
    w = files.watch(root)
    table.csv({ path: w.path ?? "", what: w.change.what }, path: path)
}
deploy see {
    on crash of w { restart 100000 per 60s }
}
END_PKD

{ echo '#define DAWDLE_NS 100000' && cat "$e2e/lib/dawdle.c" - <<'END_C'; } >dawdle.c

/* A file has got its name, and nobody knows. Not of the supervisor, which names the tables. */
HOOK int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
	int result = (int)syscall(SYS_renameat2, from, old, to, new, flags);
	const char *one_in = getenv("DIE_ONE_IN");
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	if (one_in && strcmp(name, "copied") == 0 && draw() % (uint32_t)atoi(one_in) == 0)
		kill(getpid(), SIGKILL);
	return result;
}
END_C

cat >files.py <<'END'
import csv, hashlib, os, sys

def make(root):
    """Uneven, deep in one place, with names of all kinds."""
    n = 0
    for a in range(12):
        for b in range(a):
            folder = f"{root}/{a:x}/{'b' * b}c"
            os.makedirs(folder)
            for c in range(b * 4):
                with open(f"{folder}/{c}.txt", "wb") as file:
                    file.write(b"%d\n" % n * (n % 300))
                n += 1
    os.makedirs(root + "/deep" + "/x" * 60)
    os.makedirs(root + "/empty/too")
    for i, name in enumerate((b"\xff\xfe", b"two\nlines", b'a,"b"', b"n" * 255, b".hidden", b" ")):
        path = root.encode() + b"/odd/" + name
        os.makedirs(path if i % 2 else os.path.dirname(path), exist_ok=True)
        with open(path + b"/in" if i % 2 else path, "wb") as file:
            file.write(b"x")

def rows(path):
    with open(path, newline="") as file:
        return [row[2:] for row in csv.reader(file)][1:]

def depth(root, path=b""):
    yield path or b"."
    for name in sorted(os.listdir(root + b"/" + path)):
        inner = path + b"/" + name if path else name
        if os.path.isdir(root + b"/" + inner):
            yield from depth(root, inner)
        else:
            yield inner

def breadth(root):
    level = [b""]
    yield b"."
    while level:
        below = []
        for path in level:
            for name in sorted(os.listdir(root + b"/" + path)):
                inner = path + b"/" + name if path else name
                yield inner
                if os.path.isdir(root + b"/" + inner):
                    below.append(inner)
        level = below

def fffd(path):
    """U+FFFD for each byte that is no part of UTF-8, as the tables write it."""
    return "".join("\ufffd" if "\udc80" <= c <= "\udcff" else c for c in path.decode("utf-8", "surrogateescape"))

what, *rest = sys.argv[1:]
if what == "make":
    make(rest[0])
elif what == "list":
    found = rows(rest[1])
    wanted = list(depth(b"tree") if rest[0] == "depth" else breadth(b"tree"))
    assert [row[0] for row in found] == [fffd(path) for path in wanted], \
        next((i, a, fffd(b)) for i, (a, b) in enumerate(zip([row[0] for row in found] + [None], wanted + [b"?"]))
             if a != fffd(b))
    order = {path: i + 1 for i, path in enumerate(wanted)}
    for row, path in zip(found, wanted):
        parent = 0 if path == b"." else order[os.path.dirname(path) or b"."]
        assert row[1:3] == [str(order[path]), str(parent)], row
        assert row[5] == "", row
elif what == "sums":
    found = {row[0]: row[1:] for row in rows(rest[0])}
    files = [path for path in depth(b"tree") if os.path.isfile(b"tree/" + path)]
    assert len(rows(rest[0])) == len(files), (len(rows(rest[0])), len(files))
    for path in files:
        with open(b"tree/" + path, "rb") as file:
            assert found[fffd(path)] == [hashlib.sha256(file.read()).hexdigest(), ""], path
elif what == "copy":
    for path in depth(b"tree"):
        if os.path.isfile(b"tree/" + path):
            with open(b"tree/" + path, "rb") as a, open(b"copy/" + path, "rb") as b:
                assert a.read() == b.read(), path
    left = [path for path in depth(b"copy") if b".pkd-" in path]
    assert not left, left
    assert all(row[1] == "" for row in rows("copy.csv")), [row for row in rows("copy.csv") if row[1]]
elif what == "seen":
    seen = {row[0] for row in rows("seen.csv")}
    lost = [path for path in depth(b"inbox") if os.path.isfile(b"inbox/" + path) and fffd(path) not in seen]
    sys.exit(f"{len(lost)} lost: {lost[:5]}" if lost else 0)
END

most=100000
# torture PAUSE VICTIMS COMMAND...: to its end, its number of kills in $kills, $most at most.
torture() {
	pause=$1 victims=$2
	shift 2
	start "$@"
	kills=0
	until is_gone "$pid"; do
		for victim in $victims; do
			[ "$kills" -lt "$most" ] && named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
			sleep "$pause"
		done
	done
	finish 1
	[ "$status" -eq 0 ] || fail "$*: status $status after $kills kills"
}

# holds WHAT ARGUMENT...: what files.py says is so.
holds() { python3 files.py "$@" >out 2>&1; }

# nodes_with NAME FLAG...: the pkdc called that gets nodes that were built with those flags, found before the others.
nodes_with() {
	nodes=$PWD/with-$1/build/lib/libpkd_nodes.a
	shift
	for source in walk write_file; do
		# shellcheck disable=SC2086 # words
		${CC:-cc} -std=gnu11 -O2 -I"$ROOT/runtime/include" -I"$B/include" ${CFLAGS:-} "$@" \
			-c -o "broken_$source.o" "$ROOT/stdlib/files/$source.c" >out 2>&1 ||
			fail "$source.c does not compile with $*"
	done
	rm -f "$nodes"
	cp "$B/lib/libpkd_nodes.a" whole.a
	printf 'create nodes.a\naddlib whole.a\naddmod broken_%s.o\naddmod broken_%s.o\nsave\nend\n' walk write_file |
		ar -M >out 2>&1 || fail 'no archive'
	nm -s nodes.a 2>out | grep -m 1 'files_walk_methods in' | grep -q broken_walk || fail 'another walk comes first'
	cp nodes.a "$nodes"
}

holds make tree || fail 'the tree cannot be made'
more_sources=dawdle.c
pkdc_with dawdling -O0 -finstrument-functions
PKDC=$pkdc

# ---- The walk ----

build files.pkd --pipeline list -o list
for order in depth breadth; do
	torture 0.02 w ./list --order $order --path $order.csv
	holds list $order $order.csv || fail "$order first, killed $kills times: other entries"
	[ "$kills" -ge 10 ] || fail "$order first: killed only $kills times"
	note "$order first: killed $kills times"
done
# A root that can be nothing but a directory needs no / at its end.
(cd tree && ../list --quiet --root . --path ../dot.csv) >out 2>&1 || fail 'a root of one dot' out
holds list depth dot.csv || fail 'a root of one dot: other entries'

# ---- Digests ----

build files.pkd --pipeline sums -o sums
torture 0.02 'w h h_2 h_3' ./sums
holds sums sums.csv || fail "killed $kills times: other digests"
note "three workers and their walk were killed $kills times"
build files.pkd --pipeline sums --deploy threads -o sums
torture 0.02 'w h' ./sums --h.threads 2
holds sums sums.csv || fail "with threads, killed $kills times: other digests"
note "threads and their walk were killed $kills times"

# ---- A copy ----

build files.pkd --pipeline copy -o copy_
mkdir copy
torture 0.02 'w r copied' env DIE_ONE_IN=32 ./copy_
deaths=$(grep -c 'SIGKILL' out)
holds copy || fail "killed $kills times: another copy"
[ "$deaths" -gt "$kills" ] || fail "no writer died behind a file that it had put there"
note "the copy was killed $kills times, $deaths with those behind a file that was put there"

# ---- A watch ----

build files.pkd --pipeline see -o see
mkdir inbox outside outside/in
echo moved >outside/in/file
start ./see
is_watching() { named "$pid" w && grep -qs inotify "/proc/$child"/fdinfo/* 2>/dev/null; }
within 10 is_watching || fail 'it does not watch'
i=0
while [ "$i" -lt 60 ]; do
	mkdir -p "inbox/$((i % 7))"
	echo "$i" >"inbox/$((i % 7))/$i"
	[ "$i" -ne 20 ] || { exec 9>inbox/slow && echo slow >&9; }
	[ $((i % 5)) -ne 0 ] || { named "$pid" w && kill -KILL "$child" 2>/dev/null; }
	# While it is away: neither the end of a write nor a move changes the time of a file.
	[ "$i" -ne 40 ] || { exec 9>&- && mv outside inbox/moved; }
	sleep 0.02
	i=$((i + 1))
done
within 10 holds seen || fail 'a watch that was killed has missed files'
kill "$pid"
finish 10

# ---- Without the place ----

nodes_with dawdling -DPKD_TEST_NO_RESUME
build files.pkd --pipeline list -o broken
most=5
torture 0.02 w ./broken --path broken.csv
! holds list depth broken.csv || fail "without its place, killed $kills times: the same entries"
rm -r copy
mkdir copy
build files.pkd --pipeline copy -o broken
torture 1 w env DIE_ONE_IN=32 ./broken
! holds copy || fail 'a file that a dead writer has put there is in nobody'"'"'s way'
