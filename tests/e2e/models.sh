#!/bin/sh
# `make models` without npm, with one that fails or brings something else, and on what an earlier run
# has fetched: no network is used here.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

mkdir -p tree/tests tree/build/models/npm tools
cp -r "$ROOT/tests/networks" "$ROOT/tests/apt.sh" tree/tests/
for tool in sh dirname mkdir cp mv rm cat tar gzip grep head mktemp sha512sum uname; do
	ln -s "$(command -v $tool)" tools/ || skip "$tool is not installed"
done

# models STATUS LINE: what the script ends with, and the one line that it says.
models() {
	at_most 60 env PATH="$PWD/tools" PKD_SETUP=no tree/tests/networks/fetch.sh >out 2>&1
	status=$?
	[ "$status" = "$1" ] || fail "status $status, not $1"
	grep -q "$2" out || fail "not said: $2"
	[ "$(grep -vc ': fetching ' out)" = 1 ] || fail 'more than one line'
}

npm() {
	{ echo '#!/bin/sh'; cat; } >tools/npm
	chmod +x tools/npm
}

models 0 'npm is not there.*networks are left out$'
[ ! -e tree/build/models/coco.onnx ] || fail 'a network out of nothing'
[ -s tree/build/models/coco.txt ] || fail 'the sidecars are not there'

npm <<'END'
echo >&2
echo 'npm ERR! network request failed' >&2
exit 1
END
models 0 'npm cannot fetch @vladmandic/human@3.3.6: npm ERR! network request failed; .*left out$'
[ -z "$(ls tree/build/models/npm)" ] || fail 'a failed download leaves a file'

# As npm is called: pack --silent --ignore-scripts --pack-destination DIR NAME@VERSION
npm <<'END'
[ "$1 $3" = 'pack --ignore-scripts' ] || exit 1
echo other >"$5/vladmandic-human-3.3.6.tgz"
END
models 1 'is not @vladmandic/human@3.3.6: its hash differs; remove it'
[ ! -e tree/build/models/coco.onnx ] || fail 'a network of what has another hash'

# No registry's host is anywhere, so that npm's own configuration decides.
! grep -rEn 'https?://|registry' "$ROOT/tests/networks" >out || fail 'an address in tests/networks'

# What was fetched before is enough, without npm, and gives the same networks.
[ -s "$MEDIA/../models/npm/vladmandic-human-3.3.6.tgz" ] ||
	{ note "offline conversion is left out: make models has not run"; exit 0; }
rm tools/npm
cp "$MEDIA"/../models/npm/*.tgz tree/build/models/npm/
/usr/bin/python3 -c 'import onnx' 2>/dev/null || exit 0
at_most 120 env PATH="$PWD/tools" PKD_SETUP=no tree/tests/networks/fetch.sh >out 2>&1 || fail "status $?"
for name in coco pose face; do
	cmp -s "$MEDIA/../models/$name.onnx" "tree/build/models/$name.onnx" || fail "$name.onnx is another one"
done
models 0 'licences.txt says whose they are$'

# A library that is not as it came is never left there.
library=tree/build/models/onnxruntime/libonnxruntime.so.1
[ -s "$library" ] || exit 0
cp "$library" right.so
echo more >>"$library"
at_most 120 env PATH="$PWD/tools" PKD_SETUP=no tree/tests/networks/fetch.sh >out 2>&1 || fail "status $?"
grep -q 'its hash differs; it is replaced$' out || fail 'a library that was changed is not told'
cmp -s "$library" right.so || fail 'a library that was changed is left there'
: >"$library"
at_most 120 env PATH="$PWD/tools" PKD_SETUP=no tree/tests/networks/fetch.sh >out 2>&1 || fail "status $?"
cmp -s "$library" right.so || fail 'an empty library is left there'
