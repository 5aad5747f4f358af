#!/bin/sh
# The value of a secret parameter, and what is computed from it, is in nothing that anybody can see: command
# lines, help, messages, answers of the running program, saved files, what the compiler shows; nor in a core
# dump.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

PKD_DIR=$PWD/place
export PKD_DIR
pkd=$B/pkd
secret=Xq7zTOPSECRET
started=
trap 'for p in $started; do kill -KILL "$p" 2>/dev/null; done' EXIT

cp "$e2e/secret/secret.pkd" .
build secret.pkd -o secret

# hidden FILE...: the secret, or a piece of it, is not there.
hidden() {
	for file in "$@"; do
		[ -s "$file" ] || fail "$file is empty"
		! grep -aq "${secret#????}" "$file" || fail "$file has the secret" "$file"
	done
}

# start ARGUMENT...: until its node has written what it was given.
start() {
	rm -f used
	./secret --quiet "$@" 2>said &
	started=$!
	within 10 is_running || fail 'the program does not run' said
	[ "$(cat used)" = "${#secret} Bearer $secret ${#secret}" ] || fail 'the node was given something else' used
}
is_running() { [ -s used ] && "$pkd" ping >/dev/null 2>&1; }

stop() {
	"$pkd" stop >out 2>&1 || fail 'pkd stop'
	wait "$started"
	started=
}

# ---- While it runs ----

start --key "$secret" --use.key="$secret"
for p in $started $(children_of "$started"); do
	tr '\0' ' ' <"/proc/$p/cmdline" && echo
done >cmdlines
hidden cmdlines
# A zero in their places would have cut the memory that titles are written to.
grep -q -- '--key \** --use.key=\**' cmdlines || fail 'the command line has no stars' cmdlines
for what in ps get status describe; do
	"$pkd" "$what" >"out.$what" 2>&1 || fail "pkd $what" "out.$what"
	"$pkd" "$what" --json >"out.$what.json" 2>&1 || fail "pkd $what --json" "out.$what.json"
	hidden "out.$what" "out.$what.json"
done
python3 - <<'END2' || fail 'pkd get --json' out.get.json
import json
params = {param["name"]: param for param in json.load(open("out.get.json"))["params"]}
secret = {name for name, param in params.items() if param.get("secret")}
assert secret == {"key", "spare", "use.key", "inner.use.key", "inner.use.header", "inner.use.length"}, secret
assert all("value" not in params[name] for name in secret), params
assert params["use.header"]["value"] == "", params
END2
"$pkd" get key --value >out 2>&1 && fail 'pkd get --value says something'
grep -q "'key' is secret" out || fail 'pkd get --value does not say why'
"$pkd" set key=other >out 2>&1 && fail 'a secret is set'
"$pkd" save good.conf >out 2>&1 || fail 'pkd save'
hidden good.conf
grep -q '^# key is secret, and left out: key = @FILE$' good.conf || fail 'the file does not say what it lacks' good.conf

# ---- In memory ----

# What has the secret, but for the text that is computed from it, is left out of core dumps.
cat >memory.py <<'END2'
import re, sys
pid, secret, found = sys.argv[1], sys.argv[2].encode(), 0
memory = open(f"/proc/{pid}/mem", "rb")
for mapping in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", open(f"/proc/{pid}/smaps").read())[1:]:
    start, end = (int(word, 16) for word in mapping.split(" ")[0].split("-"))
    try:
        memory.seek(start)
        bytes = memory.read(end - start)
    except (OSError, ValueError, OverflowError):
        continue
    for match in re.finditer(re.escape(secret), bytes):
        if bytes[:match.start()].endswith(b"Bearer "):
            continue
        found += 1
        assert re.search(r"VmFlags:.* dd\b", mapping), mapping
assert found, "no memory has it"
END2
core() { python3 memory.py "$started" "$secret" >out 2>&1 || fail 'a core dump would have the secret'; }
core
stop

# ---- From a file ----

printf '%s\n' "$secret" >token
start --key @token
"$pkd" get >out && hidden out
core
stop
printf 'key = @token # from a file\n' >from.conf
cat good.conf >>from.conf
start --config from.conf
core
stop
printf 'key = %s\n' "$secret" >plain.conf
start --config plain.conf
core
stop

# ---- What is refused ----

# refused WHAT ARGUMENT...: with status 2, a message that has WHAT.
refused() {
	what=$1
	shift
	./secret "$@" >out 2>&1
	[ $? -eq 2 ] || fail "$* is not refused"
	hidden out
	grep -q -- "$what" out || fail "the message does not say: $what"
}

long=$secret$secret$secret$secret$secret$secret
printf '%s' "$long" >long
printf 'a\0%s' "$secret" >nul
printf 'key = %s\n' "$long" >long.conf
printf 'key = "%s\n' "$secret" >quote.conf
printf 'key = %s\nkey = %s\n' "$secret" "$secret" >twice.conf
printf 'inner.use.length = %s\n' "$secret" >number.conf
refused '--key (secret) sets inner.use.length to (secret), out of range: it must be in 0..64' --key "$long"
refused '--key (secret) sets inner.use.length' --key @long
refused 'long.conf:1: key = (secret) sets' --config long.conf
refused 'number.conf:1: inner.use.length = (secret): must be' --config number.conf
refused 'quote.conf:1: the string has no closing quote' --config quote.conf
refused 'twice.conf:2:' --config twice.conf
refused "unexpected argument '(secret)'" --key two "$secret"
refused "unexpected argument '(secret)'" --key=two "$secret"
refused '--inner.use.length (secret): must be an integer' --inner.use.length "$secret" --key a
refused 'cannot read nothing: No such file' --key @nothing
refused 'cannot read .: it is a directory' --key @.
refused 'nul has a NUL byte' --key @nul
# No output takes the place of what a secret was read from.
cp token kept
expect 1 "secret: node 'inner.use' .* cannot write 'token': a secret parameter reads it; nothing was changed" \
	./secret --key @token --path token
cmp -s token kept || fail 'the file of the secret was replaced'
refused '--key must be given' --path x

./secret --key "$secret" --help >out 2>&1 || fail '--help'
hidden out
./secret --config from.conf --help >out 2>&1 || fail '--help with a file'
hidden out
grep -q -- '--inner.use.header @FILE  *what is sent (secret, set by the program)' out || fail 'help says another thing'

# ---- A node fails: messages and the final table ----

./secret --key "$secret" --path /nowhere/at/all >out 2>&1 && fail 'a node that cannot write did not fail'
hidden out
