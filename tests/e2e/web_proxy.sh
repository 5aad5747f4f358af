#!/bin/sh
# --serve behind nginx with TLS, by the configuration of docs/operating.md.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3 openssl
needs_node video.test
[ -e "$B/lib/libpkd_web.so" ] || skip 'libpkd_web.so is left out: a library of it is missing'
nginx=$ROOT/build/nginx/usr/sbin/nginx
[ -x "$nginx" ] || nginx=$(command -v nginx) || skip 'nginx is not there (tests/setup.sh --tests)'
export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/web" PYTHONDONTWRITEBYTECODE=1

build "$e2e/foxglove/foxglove.pkd" -o foxglove
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cam.example -addext subjectAltName=DNS:cam.example \
	-keyout cam.example.key -out cam.example.pem >out 2>&1 || fail 'openssl'
./foxglove --quiet --serve 0 --serve-origins https://cam.example 2>said &
started="${started:-} $!"
within 10 grep -q serving said || fail 'it does not say where it serves' said
port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' said)
token=$(sed -n 's/.*token=\([0-9a-f]*\).*/\1/p' said)

# Any port that is free; another is tried where it has just been taken.
write_config() {
	listens=$(free_port)
	{
		echo "daemon off; pid nginx.pid; error_log stderr; events {}"
		[ "$(id -u)" -ne 0 ] || echo "user root;"
		echo 'http {'
		for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $kind;"; done
		awk '/^```nginx$/ { takes = 1; next } /^```$/ { takes = 0 } takes' "$ROOT/docs/operating.md" |
			sed "s/9464/$port/g; s/listen 443 ssl/listen 127.0.0.1:$listens ssl/; s|\(cam\.example\.[pk]e[my]\);|$PWD/\1;|"
		echo '}'
	} >nginx.conf
}
answers() { openssl s_client -connect "127.0.0.1:$listens" </dev/null >/dev/null 2>&1; }
for _ in 1 2 3; do
	write_config
	"$nginx" -e stderr -p "$PWD" -c "$PWD/nginx.conf" >nginx.out 2>&1 &
	proxy=$!
	started="$started $proxy"
	within 2 answers && break
	is_gone "$proxy" || break
done
at_most 20 python3 "$e2e/web/proxy.py" "$listens" "$token" >out 2>&1 || { cat nginx.out; fail proxy.py; }
kill "$proxy"
