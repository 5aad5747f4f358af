#!/bin/sh
# Names in a .pkd file are data: none is an option of the C compiler, and a file that is not of the
# language is shown to nobody.
here=$(dirname "$0")
. "$here/lib/lib.sh"

# ---- Sources that look like options ----

node() {
	cat <<END
#include "$1"
struct $2 { char unused; };
int $2_init(struct $2 *self, const struct $2_params *params, struct pkd_ctx *ctx)
{ (void)self, (void)params, (void)ctx; return PKD_OK; }
int $2_step(struct $2 *self, const struct $2_in *in, struct $2_out *out, struct pkd_ctx *ctx)
{ (void)self, (void)in, (void)ctx; *out->x = 7; return PKD_END; }
void $2_finish(struct $2 *self) { (void)self; }
PKD_NODE($2);
END
}
node odd.pkd.h first >@args.c
node odd.pkd.h second >-x.c
node 'we ird.pkd.h' we_ird_third >"it's.c"
echo '-fplugin=nothing' >args.c
cat >'we ird.pkd' <<'END'
node third() -> (x: i32) { source "it's.c" }
END
cat >odd.pkd <<'END'
use table
use "we ird.pkd" as ird

node first() -> (x: i32) { source "@args.c" }
node second() -> (x: i32) { source "-x.c" }

pipeline odd() {
    a = first()
    b = second()
    c = ird.third()
    table.csv({ x: a }, path: "a.csv")
    table.csv({ x: b }, path: "b.csv")
    table.csv({ x: c }, path: "c.csv")
}
END
build odd.pkd
./odd --quiet >out 2>&1 || fail 'it does not run'
[ "$(tail -qn 1 a.csv b.csv c.csv | cut -d, -f3 | sort -u)" = 7 ] || fail 'wrong rows' a.csv
mkdir ./@dir
cp odd.pkd 'we ird.pkd' ./*.c @dir/
unset PKD_CACHE
build @dir/odd.pkd
PKD_CACHE=@cache build odd.pkd -o ./-odd
[ -x ./-odd ] || fail 'no program'

# ---- Files that are not of the language ----

secret=root:x6x:secret
echo "$secret" >secret
ln -s secret link.pkd
printf 'node a()\n%s\0%s\n' "$secret" "$secret" >binary.pkd
mkfifo pipe.pkd
mkdir folder.pkd
truncate -s 17M huge.pkd
try() {
	printf 'use "%s" as s\n' "$1" >user.pkd
	for file in user.pkd "$1"; do
		for command in check fmt; do
			[ "$file$command" != user.pkdfmt ] || continue
			at_most 20 "$PKDC" "$command" "$file" >out 2>&1 && fail "$1 is taken"
			[ $? -ne 124 ] || fail "$1: it waits"
			grep -Fq "cannot read '$1': $2" out || fail "$1: it does not say '$2'"
			! grep -q 'x6x' out || fail "$1: it is shown"
		done
	done
}
try secret 'it is not a .pkd file'
try link.pkd 'it is not a .pkd file'
try binary.pkd 'it is not a text file'
try pipe.pkd 'it is not a regular file'
try folder.pkd 'it is a directory'
try huge.pkd 'it is larger than 16 MiB'
try /dev/null 'it is not a regular file'
! [ -r /etc/passwd ] || try /etc/passwd 'it is not a .pkd file'

# ---- Names of the main file ----

cp odd.pkd 'a"b.pkd'
"$PKDC" build 'a"b.pkd' >out 2>&1 && fail 'a name that breaks #include is taken'
grep -Fq 'its name has a quotation mark in it' out || fail 'it does not say why'
printf 'node a() { step {= return PKD_END; =} }\npipeline p() { a() }\n' >...pkd
build ...pkd
[ -e .pkd-cache/program/program ] || fail 'a file is built into its own folder'
mkdir 'quoted "folder"'
cp odd.pkd 'we ird.pkd' ./*.c 'quoted "folder"/'
build 'quoted "folder"/odd.pkd'
exit 0
