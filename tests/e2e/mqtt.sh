#!/bin/sh
# mqtt.publish and mqtt.subscribe beside mosquitto, and beside a broker that misbehaves: a broker that dies, nodes that
# are killed, the last will, passwords, certificates, what is not taken, and what has no room.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3 openssl
pkg-config --exists libmosquitto || skip 'mqtt is left out: libmosquitto is missing'
unpacked=$ROOT/build/mosquitto
export PATH="$PATH:/usr/sbin:/sbin:$unpacked/usr/bin:$unpacked/usr/sbin"
LD_LIBRARY_PATH=$unpacked/usr/lib/$(uname -m)-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
needs mosquitto mosquitto_sub mosquitto_passwd
MOSQUITTO=$(command -v mosquitto) PASSWD=$(command -v mosquitto_passwd)
export MOSQUITTO PASSWD PYTHONPATH="$e2e/lib:$e2e/mqtt" PYTHONDONTWRITEBYTECODE=1

cp "$e2e/mqtt/mqtt.pkd" .
for program in publisher careless counted subscriber keeper late slow; do
	build mqtt.pkd --pipeline $program -o $program
done

for part in plain kept_session broker_dies refused encrypted publisher_dies program_dies hostile not_taken \
	careless subscriber_dies odd_messages held_up; do
	at_most 60 python3 "$e2e/mqtt/check.py" $part >out.py 2>&1 || fail "$part" out.py
	cat out.py
done

# While the C library looks a name up, which nothing interrupts.
at_most 30 unshare -rnm sh "$e2e/mqtt/lookup.sh" >lookup 2>&1
case $? in
0) ;;
9) note 'a server of names that does not answer: not here, without a network of its own' ;;
*) grep -q '^unshare: ' lookup || fail 'while a name is looked up' lookup ;;
esac
exit 0
