#!/bin/sh
# The commands of docs/operating.md, in their order, with the program of examples/processes. A line of output that
# stands in the page without a number in it comes out.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs pkill python3

cp "$ROOT"/examples/processes/* .
export PKD_DIR="$PWD/place"
# Another test may run the same example: only what the program of this one has started is killed.
mkdir bin
printf '#!/bin/sh\nexec %s -P "$(cat pid)" "$@"\n' "$(command -v pkill)" >bin/pkill
chmod +x bin/pkill
export PATH="$PWD/bin:$B:$PATH"
awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$ROOT/docs/operating.md" >page
n=0 program=
# A port that nobody else has, in the place of the page's.
port=$(free_port)
sed "s/9464/$port/g" page >page.here
if ! command -v curl >/dev/null; then
	note 'curl is not installed: its commands are left out'
	awk '/^\$ / { on = !/^\$ curl / } on' page.here >page.there && mv page.there page.here
fi
if command -v promtool >/dev/null; then
	awk '/^```yaml/ { on = 1; next } /^```/ { on = 0 } on' "$ROOT/docs/operating.md" >prometheus.yml
	touch token
	promtool check config prometheus.yml >out 2>&1 || fail 'the configuration of Prometheus'
	rm token
fi
trap '[ -z "$program" ] || kill "$program" 2>/dev/null' EXIT

# The width of a column is that of its numbers.
squeeze() { sed 's/  */ /g; s/^ //; s/ $//'; }

# The program has ended well, and every sum is there once, in order.
ended() {
	wait "$program" || fail "the program ended with status $?" said
	program=
	awk -F, 'NR > 1 && $1 != NR - 1 { exit 1 }' sums.csv || fail 'rows are missing, or twice' sums.csv
}

# run LINE: a command of the page; its output is in `out`.
run() {
	wanted_status=0
	case $1 in *'# status '*) wanted_status=${1##*# status } ;; esac
	command=${1%%  *#*}
	case $command in
	*'&')
		sh -c "exec ${command% &}" >said 2>&1 &
		program=$!
		echo $program >pid
		answers() { pkd ping >/dev/null 2>&1; }
		within 20 answers || fail 'the program does not answer' said
		;;
	*)
		status=0
		at_most 60 sh -c "$command" >out 2>&1 || status=$?
		[ "$status" -eq "$wanted_status" ] || fail "$command: status $status" out
		[ "$command" != 'pkd stop' ] || ended
		case $command in
		*'--frames 20')
			[ "$(wc -l <sums.csv)" -eq 21 ] || fail 'the configuration that was saved is another' sums.csv
			;;
		esac
		;;
	esac
	n=$((n + 1))
}

while IFS= read -r line; do
	case $line in
	'$ '*) run "${line#\$ }" ;;
	*[0-9]*) ;;
	*) squeeze <out | grep -Fxq -- "$(echo "$line" | squeeze)" || fail "$command: no line '$line'" out ;;
	esac
done <page.here
[ "$n" -ge 20 ] || fail "only $n commands"
note "$n commands"
