#!/bin/sh
# embed.sh DIRECTORY: prints C that has the files below it, as web.h declares them.
set -eu
cd "$1"

type_of() {
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
	*.json) echo 'application/json' ;;
	*.webmanifest) echo 'application/manifest+json' ;;
	*.svg) echo 'image/svg+xml' ;;
	*.png) echo 'image/png' ;;
	*.ico) echo 'image/x-icon' ;;
	*.woff2) echo 'font/woff2' ;;
	*)
		echo "embed.sh: of which type is $1?" >&2
		return 1
		;;
	esac
}

files=$(find . -type f ! -name '.*' | LC_ALL=C sort)
echo '#include "web/web.h"'
i=0
table=
for file in $files; do
	type=$(type_of "$file")
	printf '\nstatic const unsigned char file_%d[] = {\n' "$i"
	od -An -v -tx1 "$file" | sed 's/ \(..\)/0x\1,/g'
	# No array has no bytes.
	echo '0x00};'
	table="$table	{\"${file#.}\", \"$type\", file_$i, sizeof(file_$i) - 1},
"
	i=$((i + 1))
done
printf '\nconst struct pkdi_web_file pkdw_files[] = {\n%s	{NULL, NULL, NULL, 0},\n};\n' "$table"
