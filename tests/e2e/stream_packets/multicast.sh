#!/bin/sh
# In a network of its own: a server of RTSP in another, on one cable with the program. multicast.sh GST_SH RTSP_PY.
ip link set lo up && ip link add here type veth peer name there || exit 77
cat >serve <<'END'
until ip link set there up 2>/dev/null; do sleep 0.02; done
ip link set lo up
ip addr add 10.77.0.2/24 dev there
ip route add 224.0.0.0/4 dev there
RTSP_HOST=10.77.0.2 exec "$1" "$2" film.mkv port 8554 multicast
END
rm -f port rows.csv seen.csv
unshare -n sh serve "$1" "$2" >served 2>&1 &
server=$!
trap 'kill -KILL $server $program 2>/dev/null' EXIT
own=$(readlink /proc/self/ns/net)
for _ in $(seq 500); do
	[ "$(readlink /proc/$server/ns/net)" = "$own" ] || break
	sleep 0.01
done
ip link set there netns $server && ip addr add 10.77.0.1/24 dev here && ip link set here up && ip route add 224.0.0.0/4 dev here || exit 77
for _ in $(seq 1500); do
	[ ! -s port ] || break
	sleep 0.02
done
./packets --source rtsp://10.77.0.2:8554/film --transport multicast --cam.connect 5s &
program=$!
for _ in $(seq 1500); do
	{ [ "$(wc -l <seen.csv)" -lt 26 ]; } 2>/dev/null || [ ! -s seen.csv ] || break
	sleep 0.02
done
kill -TERM $program
wait $program || exit 1
[ "$(wc -l <seen.csv)" -ge 26 ]
