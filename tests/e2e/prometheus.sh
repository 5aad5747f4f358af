#!/bin/sh
# /metrics as Prometheus itself takes it: its linter has nothing to say, and a server of it on the loopback address, with
# the configuration of docs/operating.md, scrapes it by the token, and knows what the program knows.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3 prometheus promtool

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
export PATH="$B:$PATH"
build "$e2e/serve/serve.pkd" -o serve
(umask 077; echo 0123456789abcdef0123 >token)
cat >scrape.py <<'END'
import json, os, re, signal, socket, subprocess, sys, time, urllib.request

PATIENCE = 60 * float(os.environ.get("TEST_PATIENCE", 10)) / 10


def wait(what, condition):
    until = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < until, "there is no " + what
        time.sleep(0.02)


def get(port, path, **headers):
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        return urllib.request.urlopen(request, timeout=5).read().decode()
    except OSError:
        return None


from ports import free_port

served, port = free_port(), free_port()
program = subprocess.Popen(["./serve", "--quiet", "--serve", str(served), "--serve-token-file", "token"])
server = None
try:
    token = open("token").read().strip()
    text = wait("/metrics", lambda: get(served, "/metrics", Authorization="Bearer " + token))
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=PATIENCE)
    assert lint.returncode == 0 and not lint.stderr, lint
    # As the page has it, but for the address and how often.
    page = open(sys.argv[1]).read()
    block = next(b for b in re.findall(r"^```yaml\n(.*?)^```", page, re.S | re.M) if "scrape_configs" in b)
    block = block.replace("127.0.0.1:9464", f"127.0.0.1:{served}").replace("localhost:9464", f"127.0.0.1:{served}")
    assert str(served) in block, block
    open("prometheus.yml", "w").write("global:\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n" + block)
    checked = subprocess.run(["promtool", "check", "config", "prometheus.yml"], capture_output=True, text=True, timeout=PATIENCE)
    assert checked.returncode == 0, checked
    server = subprocess.Popen(["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                               f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])

    def value(query):
        answer = get(port, "/api/v1/query?query=" + urllib.request.quote(query))
        result = json.loads(answer)["data"]["result"] if answer else []
        return float(result[0]["value"][1]) if result else None

    wait("target that is up", lambda: value("up") == 1)
    first = wait("count", lambda: value('max(pkd_firings_total)'))
    wait("count that grows", lambda: value('max(pkd_firings_total)') > first)
    p99 = value('histogram_quantile(0.5, sum by (le, node) (pkd_step_seconds_bucket))')
    assert p99 and p99 > 0, p99
    program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE) in (0, 143), program.returncode
    wait("end of the target", lambda: value("up") == 0)
finally:
    for process in server, program:
        if process and process.poll() is None:
            process.kill()
            process.wait()
END
at_most 300 python3 scrape.py "$ROOT/docs/operating.md" >said 2>&1 || fail 'Prometheus' said
