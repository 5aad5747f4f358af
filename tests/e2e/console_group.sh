#!/bin/sh
# --console-group: a member of the group may ask and change a program of another user, whether the group is its first one or
# a further one; who is not in it may not, whatever the modes of the socket are.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$e2e/pkd/steered.pkd" -o steered

# ---- The command line: nothing is started ----

refused() {
	pattern=$1
	shift
	at_most 20 ./steered --quiet "$@" >out 2>&1
	status=$?
	[ "$status" -eq 2 ] || fail "$*: status $status"
	grep -Eq "$pattern" out || fail "$*: no '$pattern'"
}
refused '^steered: --console-group no-such-group: there is no group of that name$' --console-group no-such-group
refused '^steered: --console-group is about the console: leave --no-console out$' \
	--console-group "$(id -gn)" --no-console
PKD_DIR=$PWD/open
export PKD_DIR
mkdir -m 777 open
chmod 777 open
at_most 20 ./steered --quiet --console-group "$(id -gn)" >out 2>&1
[ $? -eq 1 ] || fail 'a directory that all may write to'
grep -q '^steered: --console-group: /.*/open is open to others: chmod 700 closes it; PKD_DIR names another' out ||
	fail 'a directory that all may write to is not told'

# ---- Two other users, one of whom is in the group ----

[ "$(id -u)" -eq 0 ] || skip 'only root can be other users'
needs setpriv
group=$(getent group | awk -F: '$3 > 0 && $3 < 1000 { print $1; exit }')
number=$(getent group "$group" | cut -d : -f 3)
[ -n "$number" ] || skip 'there is no group'

# They must get there.
place=$(mktemp -d /tmp/pkd-group.XXXXXX)
trap 'clean_up; rm -rf "$place"' EXIT
chmod 755 "$place"
cp "$B/pkd" "$place/pkd"
PKD_DIR=$place/run

# as WHO COMMAND...: pkd as that user; its outputs are in `out` and `errors`.
as() {
	case $1 in
	further) set -- --regid=64001 --groups="64001,64002,$number" "$@" ;;
	first) set -- --regid="$number" --clear-groups "$@" ;;
	stranger) set -- --regid=64001 --groups=64001,64002 "$@" ;;
	esac
	regid=$1 groups=$2
	shift 3
	at_most 20 setpriv --reuid=64001 "$regid" "$groups" "$place/pkd" "$@" >out 2>errors </dev/null
	status=$?
}
can() {
	as "$@"
	[ "$status" -eq 0 ] || fail "$*: status $status" errors
}
cannot() {
	pattern=$1
	shift
	as "$@"
	[ "$status" -eq 1 ] || fail "$*: status $status, not 1" errors
	grep -Eq "$pattern" errors || fail "$*: no '$pattern'" errors
}
is_found() { "$place/pkd" ps --short 2>/dev/null | grep -Fxq "$1 steered"; }

# By its number, which need not have a name.
start ./steered --quiet --console-group "$number"
program=$pid
within 10 is_found "$program" || fail 'the program is not found'
start ./steered --quiet
closed=$pid
within 10 is_found "$closed" || fail 'the other program is not found'

for who in further first; do
	can "$who" ps --short
	grep -Fxq "$program steered" out || fail "$who: the program is not listed"
	can "$who" set "$program" by=7
	[ "$("$place/pkd" get "$program" by --value)" = 7 ] || fail "$who: nothing is set"
	can "$who" get "$PKD_DIR/$program.sock" by --value
	grep -Fxq 7 out || fail "$who: another value by the path"
	can "$who" call "$program" found greet name=x times=1
	can "$who" pause "$program" found
	can "$who" resume "$program"
	"$place/pkd" set "$program" by=1 >out
	# The program beside it is nobody else's.
	cannot "process $closed cannot be reached: Permission denied" "$who" status "$closed"
done
cannot 'is open to others|cannot|no pkd program' stranger status "$program"
cannot "no program listens at|Permission denied" stranger status "$PKD_DIR/$program.sock"
(
	unset PKD_DIR
	cannot 'no pkd program of this user runs|nothing is looked for there' first status
) || exit 1

# The console asks the kernel who it is, whatever the modes are.
chmod 755 "$PKD_DIR"
chmod 666 "$PKD_DIR/$program.sock" "$PKD_DIR/$closed.sock"
cannot 'has closed the connection' stranger status "$PKD_DIR/$program.sock"
cannot 'has closed the connection' further status "$PKD_DIR/$closed.sock"
can further status "$PKD_DIR/$program.sock"
chmod 750 "$PKD_DIR"

can further stop "$program"
grep -q "ended with status 0" out || fail 'a member does not stop it'
pid=$program
finish 10
"$place/pkd" stop "$closed" >out 2>&1 || fail 'its own user does not stop it'
exit 0
