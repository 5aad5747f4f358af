#!/bin/sh
# pkdc new: what it writes builds and runs as it is, and nothing is overwritten.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

silent() {
	"$@" >out 2>&1 || fail "$*: status $?"
}

# ---- A project ----

silent "$PKDC" new project rows
cd rows || exit 1
silent "$PKDC" fmt --check rows.pkd
silent "$PKDC" check rows.pkd
[ ! -s out ] || fail 'check of a new project says something'
build rows.pkd -o rows
silent ./rows --last 3
[ "$(grep -c , rows.csv)" -eq 4 ] || fail 'not a head and three rows' rows.csv
for name in rows.pkd numbers.c README.md rows.service .gitignore; do
	[ -s "$name" ] || fail "no $name"
done
if command -v systemd-analyze >/dev/null; then
	# Where it is here.
	sed "s|/usr/local/bin/rows|$PWD/rows|" rows.service >rows-here.service
	silent systemd-analyze verify ./rows-here.service
	[ ! -s out ] || fail 'systemd does not take the unit as it is'
else
	note 'systemd-analyze is not installed: the unit is not checked'
fi

# ---- A node in it ----

silent "$PKDC" new node scale --in rows.pkd
silent "$PKDC" fmt --check rows.pkd
cat >>rows.pkd <<'END'

node halves() -> (half: f32) {
    source "halves.c"
}

pipeline scaled() {
    half = halves()
    more = scale(half, factor: 3.0)
    table.csv(more, path: "scaled.csv")
}
END
sed 's/numbers/halves/g; s/out->number/out->half/g; s/params->last/2/; s/= self->made;/= (float)self->made \/ 2;/' \
	numbers.c >halves.c
build --pipeline scaled rows.pkd -o scaled
silent ./scaled
grep -q ',1.5$' scaled.csv || fail 'the node is not right' scaled.csv
cd ..

# ---- A node in a file of its own, and in that of another folder ----

mkdir nodes
silent "$PKDC" new node gain
silent "$PKDC" new node loss --in nodes/levels.pkd
silent "$PKDC" new node more --in nodes/levels.pkd
for name in gain.c gain.pkd nodes/loss.c nodes/more.c; do
	[ -s "$name" ] || fail "no $name"
done
sed 's/gain/halves/g; s/(value: f32)/()/; /param/d; s/stateless/origin paced/' gain.pkd >halves.pkd
sed '/_step/,/^}/d; s/gain/halves/g' gain.c >halves.c
cat >>halves.c <<'END'
int halves_halves_step(struct halves_halves *self, const struct halves_halves_in *in,
                       struct halves_halves_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in;
	*out->result = 0.5f;
	return pkd_number(ctx) == 2 ? PKD_END : PKD_OK;
}
END
cat >all.pkd <<'END'
use table
use "gain.pkd" as gain
use "halves.pkd" as halves
use "nodes/levels.pkd" as levels

pipeline all() {
    a = halves.halves()
    b = gain.gain(a, factor: 4.0)
    c = levels.loss(b, factor: 0.25)
    d = levels.more(c)
    table.csv(d, path: "all.csv")
}
END
build all.pkd -o all
silent ./all
grep -q ',0.5$' all.csv || fail 'the nodes are not right' all.csv

# ---- Refusals ----

refused() {
	"$PKDC" new "$@" >out 2>&1 && fail "new $* is not refused"
	return 0
}
find . -type f ! -name out ! -name before | sort | xargs cksum >before
refused project rows
refused project 'my project'
refused project ../up
refused project for
refused project int
refused project numbers
refused node gain
refused node more --in nodes/levels.pkd
refused node scale --in rows/rows.pkd
refused node while --in gain.pkd
refused node and --in gain.pkd
refused node fresh --in no/such/folder/a.pkd
refused thing gain
refused node
refused
printf 'const = \n' >wrong.pkd
refused node other --in wrong.pkd
[ ! -e other.c ] || fail 'a node beside a file with mistakes'
rm wrong.pkd
find . -type f ! -name out ! -name before | sort | xargs cksum | cmp -s - before ||
	fail 'a refusal wrote something'
