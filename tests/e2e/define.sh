#!/bin/sh
# -D gives a constant of the file another value, as if it were written there.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >many.pkd <<'END'
const N = 4
const SIZE = N * 2
type Row { text: string<SIZE> }
node numbers() -> (rows: list<Row, N>) { origin live }
node print(rows: list<Row, SIZE>)
node store(rows: list<Row, 16>)
pipeline many() {
    rows = numbers()
    store(rows)
}
END

types() {
	"$PKDC" check --dump=graph "$@" many.pkd 2>out | grep -o 'list<Row, [0-9]*>' | head -n 1
}
"$PKDC" check many.pkd >out 2>&1 && fail '4 is 16'
[ "$(types -D N=16)" = 'list<Row, 16>' ] || fail '-D N=16 is not heard'
"$PKDC" check -D 'N=2 * 8' many.pkd >out 2>&1 || fail 'no expression'
"$PKDC" check -DN=16 many.pkd >out 2>&1 || fail 'no -DN=16'
"$PKDC" check --define=N=16 many.pkd >out 2>&1 || fail 'no --define='
"$PKDC" check -D N=2 -D N=16 many.pkd >out 2>&1 || fail 'the last does not count'

# refused STATUS PATTERN ARGUMENT...
refused() {
	expect "$1" "$2" "$PKDC" check "$3" "$4" many.pkd
}
refused 2 ".*--define is NAME=VALUE.*" -D N
refused 2 ".*--define is NAME=VALUE.*" -D =3
refused 2 ".*--define is NAME=VALUE.*" -D 3=3
refused 2 ".*--define is NAME=VALUE.*" -D N=
refused 1 ".*error\[E0201\].*no constant 'M'.*" -D M=3
refused 1 ".*error\[E0201\].*no constant 'Row'.*" -D Row=3
refused 1 ".*error\[E0103\].*" -D 'N=3 +'
refused 1 ".*error\[E0309\].*" -D 'N=3
const M=4'
refused 1 ".*error\[E....\].*" -D 'N="three"'
