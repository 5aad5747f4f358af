#!/bin/sh
# Fetches networks and ONNX Runtime by npm, checks what came by its hash, and writes into build/models
# what detect.dnn and pose.dnn read. Whatever is there already is not fetched again. Without npm,
# network or python3-onnx it says so in one line and ends well: nothing else needs the networks.
set -u
cd "$(dirname "$0")/../.." || exit 1

models=build/models
packages="python3-onnx python3-numpy"
here=tests/networks

say() { echo "models: $*"; }
# What keeps them from being made is no failure of who builds.
without() { say "$*; $what left out"; exit 0; }
# shellcheck source=tests/apt.sh
. tests/apt.sh

# package NAME@VERSION FILE SHA512: fetched, or as an earlier run left it.
package() {
	file=$models/npm/$2
	if [ ! -f "$file" ]; then
		command -v npm >/dev/null || without "npm is not there (Debian: apt-get install npm)"
		say "fetching $1 by npm"
		rm -rf "$models/npm.part"
		mkdir -p "$models/npm.part" "$models/npm" || exit 1
		npm pack --silent --ignore-scripts --pack-destination "$models/npm.part" "$1" \
			>/dev/null 2>"$models/npm.part/error" ||
			without "npm cannot fetch $1: $(grep -v '^$' "$models/npm.part/error" | head -n 1)"
		mv "$models/npm.part/$2" "$file" || exit 1
		rm -rf "$models/npm.part"
	fi
	if ! echo "$3  $file" | sha512sum --check --status; then
		say "'$file' is not $1: its hash differs; remove it and try again"
		exit 1
	fi
}

# unpack FILE FOLDER MEMBER...: members of a package, without the folders they lie in.
unpack() {
	from=$models/npm/$1
	to=$2
	shift 2
	mkdir -p "$to" && for member; do
		tar -xzOf "$from" "package/$member" >"$to/${member##*/}.part" &&
			mv "$to/${member##*/}.part" "$to/${member##*/}" || return 1
	done
}

has_networks() {
	for name in coco pose face; do
		[ -s "$models/$name.onnx" ] || return 1
	done
	[ "$(cat "$models/made-by" 2>/dev/null)" = "$(sha512sum <$here/convert.py)" ]
}

# Debian's, which another python3 in the path does not see.
python() {
	for python3 in /usr/bin/python3 python3; do
		"$python3" -c 'import onnx, numpy' 2>/dev/null || continue
		"$python3" "$@"
		return
	done
	return 1
}

make_networks() {
	package @vladmandic/human@3.3.6 vladmandic-human-3.3.6.tgz 36be663dfab5810fae29e5d8e6e337163f14c6f179084876b3ab71339c114e1a9a5b4985f61ba8a0eb994ab4fc8611a1a348466972c5740c1f0ffdbeb5e0afe8
	if ! python -c ''; then
		# shellcheck disable=SC2086 # words
		[ "${PKD_SETUP:-}" != no ] && command -v apt-get >/dev/null && install_packages $packages
		python -c '' || without "python3-onnx is not there"
	fi
	graphs=$(mktemp -d "$models/graphs.XXXXXX") || exit 1
	trap 'rm -rf "$graphs"' EXIT
	trap 'exit 130' INT TERM HUP
	for name in centernet movenet-lightning blazeface; do
		unpack vladmandic-human-3.3.6.tgz "$graphs" "models/$name.json" "models/$name.bin" || exit 1
	done
	say "writing coco.onnx, pose.onnx, face.onnx"
	python $here/convert.py "$graphs" "$models" || exit 1
	sha512sum <$here/convert.py >"$models/made-by"
}

mkdir -p "$models" || exit 1
cp $here/coco.txt $here/pose.txt $here/face.txt $here/licences.txt "$models" || exit 1
what='the networks are'
has_networks || make_networks

case $(uname -m) in
x86_64)
	machine=x64
	hash=92256b11702bd47ff234db2a996ea3088480972447d5f9d5b5088424ead82a296a47ec65635e985cd53676baa3c29f1ae9888fa5d19d16a5595957ad8162b59a
	;;
aarch64)
	machine=arm64
	hash=021726bcd8d07ab8578c49e4cf7af337e3e1af5a3e84e59a18d77567ffeac1553771f7f165510e503746f55faff1a21e3110d7c099f6f51d49cfc697e3548045
	;;
*) say "ONNX Runtime is not there for this machine; OpenCV runs the networks"; exit 0 ;;
esac
library=libonnxruntime.so.1
what='ONNX Runtime is'
# A program loads it as it is: so it is checked each time, and not only the package it came in.
is_right() { echo "$hash  $models/onnxruntime/$library" | sha512sum --check --status 2>/dev/null; }
if [ -e "$models/onnxruntime/$library" ] && ! is_right; then
	say "'$models/onnxruntime/$library' is not that of 1.20.1: its hash differs; it is replaced"
	rm -f "$models/onnxruntime/$library"
fi
if [ ! -e "$models/onnxruntime/$library" ]; then
	package onnxruntime-node@1.20.1 onnxruntime-node-1.20.1.tgz 762fc8e070d7470f852e0abe4f21e64040ddddc129f62145666d2be2e27559dedbfd6135557b4a5a8f327a67b1df8edce86345ff73eff3a65f3e1216c4e46bd3
	unpack onnxruntime-node-1.20.1.tgz "$models/onnxruntime" "bin/napi-v3/linux/$machine/$library" || exit 1
	is_right || { say "'$models/onnxruntime/$library' is damaged: remove '$models' and try again"; exit 1; }
fi
say "in $models: coco, pose, face and ONNX Runtime; licences.txt says whose they are"
