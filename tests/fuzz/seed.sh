#!/bin/sh
# seed.sh DIRECTORY: every .pkd file of the project, and the programs of its pages, as input to begin
# with; each by its checksum, so that an equal one is there once.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
pages=$(mktemp -d "${TMPDIR:-/tmp}/pkd-seed.XXXXXX")
trap 'rm -rf "$pages"' EXIT
awk -v to="$pages" '
	/^```/ { inside = !inside; file = to "/" ++n ".pkd"; next }
	inside { print >file }
' "$root"/docs/*.md "$root"/docs/diagnostics/*.md
find "$root/tests" "$root/stdlib" "$root/examples" "$pages" -name '*.pkd' -size -16k |
	while read -r file; do
		cp "$file" "$1/$(cksum <"$file" | tr ' ' -)"
	done
