#!/bin/sh
# `pkd -H HOST`: the command runs there, and its arguments, its outputs and its status are those that it has here. There is
# an sshd on a loopback port, with keys of this test's own.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

pkd=$B/pkd

# ---- Without ssh, and what is no host ----

mkdir nothing
PATH=$PWD/nothing "$pkd" ps -H robot >out 2>errors
[ $? -eq 1 ] || fail 'without ssh: another status' errors
grep -Fxq 'pkd: --host needs ssh, which is not installed (Debian: openssh-client)' errors ||
	fail 'a missing ssh is not told' errors
for host in -oProxyCommand=false ''; do
	"$pkd" ps "--host=$host" >out 2>errors
	[ $? -eq 2 ] || fail "--host=$host: another status" errors
	grep -Fxq "pkd: --host is the name of a machine as ssh takes it, not '$host'" errors ||
		fail "--host=$host is not refused" errors
done

# ---- A server ----

needs ssh ssh-keygen python3
# Where it is not installed, tests/setup.sh has unpacked one.
sshd=$(command -v sshd) || sshd=/usr/sbin/sshd
[ -x "$sshd" ] || sshd=$B/sshd/usr/sbin/sshd
[ -x "$sshd" ] || skip 'sshd is not installed (tests/setup.sh unpacks one)'
libraries=$(echo "$B"/sshd/usr/lib/*-linux-gnu*)
[ ! -d "$libraries" ] || export LD_LIBRARY_PATH="$libraries"
real=$(command -v ssh)
PKD_DIR=$PWD/run

mkdir bin there
for key in host client; do
	ssh-keygen -q -t ed25519 -N '' -f "$key" >out 2>&1 || fail "no key $key"
done
cp client.pub authorized
# What arrives there, each with a NUL behind.
cat >there/pkd <<END
#!/bin/sh
printf '%s\\0' "\$@" >"$PWD/arrived"
exec "$pkd" "\$@"
END
cat >bin/ssh <<END
#!/bin/sh
exec "$real" -F "$PWD/config" "\$@"
END
chmod +x there/pkd bin/ssh
# As root sshd needs a user and a directory of its own: it sees them, and nobody else does.
cat >serve <<'END'
#!/bin/sh
if [ "$(id -u)" -eq 0 ]; then
	mount -t tmpfs none /run && mkdir -m 755 /run/sshd && mount --bind passwd /etc/passwd || exit 9
fi
exec "$@"
END
chmod +x serve
(grep -v '^sshd:' /etc/passwd && echo 'sshd:x:65533:65534::/run/sshd:/bin/false') >passwd
separate=
if [ "$(id -u)" -eq 0 ]; then
	separate='unshare -m'
	$separate ./serve true >out 2>&1 || skip 'root may make no mount namespace here'
fi

answers() { PATH="$PWD/bin:$PATH" ssh -- robot true >answer 2>&1; }
is_settled() { is_gone "$server" || answers; }

# Somebody else may take the port meanwhile.
for _ in 1 2 3; do
	port=$(free_port)
	cat >sshd_config <<END
Port $port
ListenAddress 127.0.0.1
HostKey $PWD/host
AuthorizedKeysFile $PWD/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
PrintLastLog no
PrintMotd no
SetEnv PATH=$PWD/there:/usr/bin:/bin PKD_DIR=$PKD_DIR
END
	cat >config <<END
Host robot
HostName 127.0.0.1
Port $port
User $(id -un)
IdentityFile $PWD/client
IdentitiesOnly yes
UserKnownHostsFile $PWD/known
StrictHostKeyChecking accept-new
BatchMode yes
LogLevel ERROR
END
	# shellcheck disable=SC2086 # words
	start $separate ./serve "$sshd" -D -E sshd.log -f "$PWD/sshd_config"
	server=$pid
	within 1 is_settled && answers && break
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
done
[ -n "$server" ] || skip "sshd does not let $(id -un) in here: $(tail -n 1 answer)"

# ---- Commands ----

build "$e2e/pkd/steered.pkd" -o steered
export PKD_DIR
start ./steered --quiet
program=$pid
# What is found is found there.
PKD_DIR=$PWD/nothing
chmod 700 nothing
PATH=$PWD/bin:$PATH
far() {
	at_most 30 "$pkd" "$@" >out 2>errors </dev/null
	status=$?
}
is_found() { far ps -H robot --short && grep -Fxq "$program steered" out; }
within 10 is_found || fail 'the program is not found there' errors

newline='
'
odd="a 'b' \"c\" \$HOME \`d\` \\${newline} e*;#~"
for words in before behind joined long; do
	rm -f arrived
	case $words in
	before) far -H robot set steered "count.name=$odd" ;;
	behind) far set steered "count.name=$odd" -H robot ;;
	joined) far set -Hrobot steered "count.name=$odd" ;;
	long) far --host=robot set steered "count.name=$odd" ;;
	esac
	[ "$status" -eq 0 ] || fail "set there, $words: status $status" errors
	grep -q '^set, from frame [0-9]* of count$' out || fail "set there says something else, $words"
	printf '%s\0' set -- steered "count.name=$odd" | cmp -s - arrived ||
		fail "the arguments that arrive are others, $words" arrived
done
far get -H robot steered count.name --json
python3 -c 'import json, sys; d = json.load(open("out")); assert d["params"][0]["value"] == sys.argv[1], d' "$odd" ||
	fail 'the value is another one there'
# An operand that looks like an option, an empty one, options with and without a value.
far set --wait 3 --at=7 -j -H robot -- -x=1 ''
printf '%s\0' set --json --at=7 --wait=3 -- -x=1 '' | cmp -s - arrived || fail 'other arguments' arrived
[ "$status" -eq 2 ] || fail "a wrong command line there: status $status" errors
far call -H robot found greet name= times=1
[ "$status" -eq 1 ] || fail "what fails there: status $status" errors
grep -Fxq "pkd: node 'found': who is to be greeted?" errors || fail 'the message is not that from there' errors
far ps -H nobody.invalid
[ "$status" -eq 255 ] || fail "no such machine: status $status" errors

if "$pkd" top 2>&1 </dev/null | grep -q 'built without ncurses'; then
	note 'without ncurses: no top'
else
	at_most 60 python3 "$e2e/pkd/remote_top.py" "$pkd" "$program" robot >out 2>&1 || fail 'top there'
fi
far stop -H robot
[ "$status" -eq 0 ] || fail "stop there: status $status" errors
pid=$program
finish 10
[ "$status" -eq 0 ] || fail "the program: status $status"
kill "$server"
wait "$server"
exit 0
