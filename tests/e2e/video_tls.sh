#!/bin/sh
# Video from servers with certificates: one that nobody has signed is refused, also where a playlist leads there, unless
# it is given or any will do. What FFmpeg cannot check is not opened by accident.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream
needs ffmpeg
needs openssl
needs python3

build "$e2e/video_tls/tls.pkd" --pipeline file -o file
build "$e2e/video_tls/tls.pkd" --pipeline live -o live
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=camera \
	-addext subjectAltName=IP:127.0.0.1 2>out || fail 'no certificate'
ffmpeg -v error -f lavfi -i testsrc=size=128x16:rate=25 -t 2 -c:v libx264 -preset ultrafast -g 25 -f hls -hls_time 1 \
	-hls_list_size 0 list.m3u8 && ffmpeg -v error -i list.m3u8 -c copy film.mkv || fail 'no film'
python3 "$e2e/video_tls/server.py" cert.pem key.pem ports 1 >served 2>&1 &
started=$!
within 20 test -s ports || fail 'the server does not start' served
read -r https _ <ports

refused='.*: cannot open .*: .*(certificate|Certificate).*'
expect 1 "$refused" ./file --quiet "--source=https://127.0.0.1:$https/film.mkv"
expect 0 '.*' ./file "--source=https://127.0.0.1:$https/film.mkv" --cam.ca cert.pem
[ "$(grep -c . rows.csv)" -eq 51 ] || fail 'frames are missing' rows.csv
expect 0 '.*' ./file "--source=https://127.0.0.1:$https/film.mkv" --cam.insecure true
[ "$(grep -c . rows.csv)" -eq 51 ] || fail 'frames are missing' rows.csv
# A certificate that is for another name, though it is trusted
expect 1 "$refused" ./file --quiet "--source=https://localhost:$https/film.mkv" --cam.ca cert.pem

# What a playlist lists, whose own address was another
sed "s|^list|https://127.0.0.1:$https/&|" list.m3u8 >away.m3u8
python3 -u -m http.server --bind 127.0.0.1 0 >plain 2>&1 &
started="$started $!"
within 20 grep -q 'port [0-9]' plain || fail 'the plain server does not start' plain
http=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' plain)
away="http://127.0.0.1:$http/away.m3u8"
at_most 20 ./file --quiet "--source=$away" --playlists true >out 2>&1 && fail 'segments are not checked'
at_most 20 ./file --quiet "--source=$away" --playlists true --cam.ca cert.pem >out 2>&1 || fail 'a playlist'
[ "$(grep -c . rows.csv)" -eq 51 ] || fail 'frames of a playlist are missing' rows.csv

expect 1 ".*cannot read the certificates of ca, 'none.pem': No such file or directory.*" \
	./file --quiet "--source=https://127.0.0.1:$https/film.mkv" --cam.ca none.pem
expect 1 ".*cannot read the certificates of ca, 'none.pem': No such file or directory.*" \
	./live --quiet "--source=https://127.0.0.1:$https/film.mkv" --cam.ca none.pem

# A live source
start ./live --quiet "--source=https://127.0.0.1:$https/film.mkv"
within 20 grep -q offline states.csv || fail 'it is not offline' states.csv
kill -TERM "$pid"
finish 10
! grep -q online states.csv || fail 'it was online' states.csv
start ./live --quiet "--source=https://127.0.0.1:$https/film.mkv" --cam.ca cert.pem
within 20 grep -q online states.csv || fail 'it is not online' states.csv
kill -TERM "$pid"
finish 10

# Of these no certificate can be checked.
for scheme in rtsps rtmps; do
	expect 1 ".*FFmpeg cannot check the certificate of $scheme; write insecure: true to trust any" \
		./live "--source=$scheme://127.0.0.1:9/film"
	expect 1 ".*FFmpeg cannot check the certificate of $scheme; write insecure: true to trust any" \
		./file "--source=$scheme://127.0.0.1:9/film"
done
