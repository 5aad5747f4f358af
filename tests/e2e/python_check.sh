#!/bin/sh
# pkdc check and pkdc build compare a node's declaration with its source in Python, which is not run; without an
# interpreter, with one that lacks something, and without the source there is one message.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes

cat >node.pkd <<'END'
use table

node n(a: i64, b: f32) -> (c: i64) {
    param p: i32 = 1
    stateless
    command reset(to: i32 = 0) -> i64
    source "node.py"
}

node count() -> (n: i64) {
    origin paced
    step {= *out->n = 1; return PKD_END; =}
}

node half(n: i64) -> (x: f32) {
    stateless
    step {= *out->x = (float)*in->n / 2; =}
}

pipeline node_() {
    a = count()
    b = half(a)
    c = n(a, b)
    table.csv(c, path: "node.csv")
}
END

# refused WORDS: by check, and by build.
refused() {
	"$PKDC" check node.pkd >out 2>&1 && fail "pkdc check takes it: $1"
	grep -qF "$1" out || fail "not in the message: $1"
	[ "$(grep -c 'error\[' out)" -eq 1 ] || fail "not one message: $1"
	grep -q 'node.pkd:7:12: error\[E0705\]: line ' out || fail "another place: $1"
	"$PKDC" build node.pkd -o node >out 2>&1 && fail "pkdc build takes it: $1"
	grep -qF "$1" out || fail "not in the message of build: $1"
}
taken() {
	"$PKDC" check node.pkd >out 2>&1 || fail "pkdc check refuses: $1"
	[ ! -s out ] || fail "pkdc check says something: $1"
}
write() { printf '%b' "$1" >node.py; }
reset='    def reset(self, to): return 1\n'

write 'open("run", "w")\nclass n:\n    def step(self, a, b): return 1\n'"$reset"
taken "all is well"
[ ! -e run ] || fail "the source was run"
write 'class n:\n    def step(self, b, a, out, ctx, params, more=3): return 1\n    def reset(self, **given): return 1\n'
taken "other parameters"
write 'from other import *\n'
taken "imported"
write 'from other import n\n'
taken "imported by name"
write 'import base\nclass n(base.N):\n    pass\n'
taken "inherited"
write 'class n:\n    @wraps\n    def step(self, *args): return 1\n'"$reset"
taken "decorated"

write 'class n:\n    def step(self, a): return 1\n'"$reset"
refused "line 2 of 'node.py': step of n has no parameter 'b', which the node has"
write 'class n:\n    def step(self, a, b, c): return 1\n'"$reset"
refused "step of n has a parameter 'c', which the node does not have: it has a, b"
write 'class m:\n    def step(self, a, b): return 1\n'"$reset"
refused "has neither a class nor a function 'n'"
write 'class n:\n    def steps(self, a, b): return 1\n'"$reset"
refused "the class n has no method step(self, ...)"
write 'class n:\n    def step(self, a, b): return 1\n'
refused "the class n has no method 'reset', a command of the node"
write 'class n:\n    def step(self, a, b): return 1\n    def reset(self): return 1\n'
refused "the command 'reset' has no parameter 'to'"
write 'def n(a, b): return 1\n'
refused "n() is a function, and the command 'reset' a method"
write 'class n:\n    def step(self, a b): return 1\n'
refused "line 2 of 'node.py': is no Python"
write 'class n:\n    async def step(self, a, b): return 1\n'"$reset"
refused "step of n is a coroutine"
write 'class n:\n    def step(self, a, b):\n        yield a\n'"$reset"
refused "step of n is a generator"

write 'class n:\n    def step(self, a, b): return 1\n'"$reset"
"$PKDC" check --python /no/such/python node.pkd >out 2>&1 || fail "check needs an interpreter"
grep -q "'/no/such/python' cannot be asked" out || fail "nothing is said of it"
"$PKDC" build --python /no/such/python node.pkd -o node >out 2>&1 && fail "built without an interpreter"
grep -q "there is no interpreter '/no/such/python'" out || fail "another message"

# What lacks something, by what it says of itself.
lacking() {
	printf '#!/bin/sh\nexec "%s" "$@" | sed "%s"\n' "$PKD_PYTHON" "$1" >python
	chmod +x python
	"$PKDC" build --python ./python node.pkd -o node >out 2>&1 && fail "built, though $2"
	grep -q "$2" out || fail "not said: $2"
	[ "$(grep -c 'error\[E0701\]' out)" -eq 1 ] || fail "not one message: $2"
}
lacking 's/^numpy .*/numpy /' 'has no NumPy'
lacking 's/^include .*/include none/' 'has no headers'
lacking 's/^shared .*/shared 0/' 'has no shared libpython'
lacking 's/^version .*/version 3.7.2/' 'is older than'
lacking 's/^implementation .*/implementation pypy/' 'is not CPython'

# ---- A new node, and the stub ----

"$PKDC" new node scale --python >out 2>&1 || fail "pkdc new node --python"
cat >scaled.pkd <<'END'
use table
use "scale.pkd" as scale

node count() -> (x: f32) {
    origin paced
    step {= *out->x = 2.5f; return PKD_END; =}
}

pipeline scaled() {
    x = count()
    y = scale.scale(x, factor: 3.0)
    table.csv(y, path: "scaled.csv")
}
END
"$PKDC" fmt --check scale.pkd || fail "a new node is not formatted"
build scaled.pkd -o scaled
./scaled --quiet >out 2>&1 || fail "a new node does not run"
grep -q ',7.5$' scaled.csv || fail "a new node does not multiply" scaled.csv
cp "$e2e/python_types/types.pkd" .
"$PKDC" header types.pkd >types.pkd.h || fail "pkdc header"
grep -q 'def see_scalars\|class see_scalars(Protocol)' types_pkd.pyi || fail "no stub of see_scalars" types_pkd.pyi
"$PKD_PYTHON" -c 'import ast, sys
tree = ast.parse(open("types_pkd.pyi").read())
step = {c.name: c.body[-1] for c in tree.body if isinstance(c, ast.ClassDef)}["see_images"]
names = {a.arg: ast.unparse(a.annotation) for a in step.args.args[1:]}
assert names["g16"] == "npt.NDArray[np.uint16]" and names["i420"].startswith("Sequence["), names' >out 2>&1 ||
	fail "another stub"

# A source that has gone since, or has an error that only running it tells.
build node.pkd -o node
mv node.py away.py
./node --quiet >out 2>&1 && fail "it runs without its source"
grep -q "node.py' is not there any more" out || fail "not said that the source is gone"
printf 'import no_such_module\nclass n:\n    def step(self, a, b): return 1\n' >node.py
./node --quiet >out 2>&1 && fail "it runs without its import"
grep -q "ModuleNotFoundError: No module named 'no_such_module' (node.py:1" out || fail "not said what is missing"
