"""Credentials are told to the host that they are for, and to nobody else; they are nowhere to be seen."""
from check import *

pkd = sys.argv[1]
subprocess.run("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem -days 2 -subj /CN=localhost "
               "-addext subjectAltName=DNS:localhost,IP:127.0.0.1", shell=True, check=True, stderr=subprocess.DEVNULL)
server = Server("ca.pem", "key.pem")
u, other = server.url, server.other
tls = f"https://127.0.0.1:{server.ports[2]}"
SECRET = "Xq7zTOPSECRET"
write("token", [SECRET])
write("header", ["X-Key: " + SECRET, "X-Other: more"])
os.environ["PKD_DIR"] = os.path.abspath("place")


def headers_of(paths, *options):
    write("urls", paths)
    run("get", *options)
    return [(request["path"], request["headers"]) for request in server.asked()]


def has(headers):
    return SECRET in json.dumps(headers) or "x-key" in headers or "authorization" in headers


for options in (("--token", "@token"), ("--user", "me", "--password", "@token"), ("--header", "X-Key: " + SECRET),
                ("--secret_header", "@header")):
    # To the host, and where that redirects to itself; not to another one, nor back from there.
    found = headers_of([f"{u}/echo/1", f"{u}/to/302?url=/echo/2", f"{u}/to/302?url={other}/echo/3", f"{other}/echo/4",
                        f"{u}/to/307?url={other}/to/302?url={u}/echo/5"], "--base", u, *options)
    told = {path.split("?")[0]: has(headers) for path, headers in found if path.startswith("/echo")}
    assert told == {"/echo/1": True, "/echo/2": True, "/echo/3": False, "/echo/4": False, "/echo/5": False}, told
found = headers_of([f"{u}/echo/1"], "--base", u, "--token", "@token")
assert found[0][1]["authorization"] == "Bearer " + SECRET
write("urls", [f"{u}/echo/1"])
for option, name in (("--token", "@token"), ("--secret_header", "@header")):
    assert "a token, password or secret header would be told to whatever host they name" in run("get", option, name, status=1)
assert headers_of([f"{u}/echo/1"], "--base", u, "--secret_header", "@header")[0][1]["x-other"] == "more"
assert "there is a password, but no user" in run("get", "--password", "@token", "--base", u, status=1)

# http.walk has them for the host of its root, also where a next page is elsewhere.
run("walk", "--root", f"{u}/api/root", "--token", "@token", "--stop_level", "2")
assert all(has(request["headers"]) for request in server.asked())
run("walk", "--root", f"{u}/api/root", "--token", "@token", "--stop_level", "1", "--children", other + "/api/{id}/children")
assert [has(request["headers"]) for request in server.asked()] == [True, False]

# Nothing is read from the user's home or the environment.
with open(".netrc", "w") as file:
    file.write(f"machine 127.0.0.1 login netrc password {SECRET}\n")
os.environ.update(HOME=os.getcwd(), http_proxy=other, https_proxy=other, all_proxy=other, ALL_PROXY=other)
found = headers_of([f"{u}/echo/1"])
assert len(found) == 1 and not has(found[0][1]), found
for proxy in ("environment", other):
    # What a proxy is asked for is a whole address.
    found = headers_of(["http://somewhere.invalid/echo/1"], "--proxy", proxy)
    assert [path for path, _ in found] == ["http://somewhere.invalid/echo/1"], found
for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
    del os.environ[name]

# Certificates are checked.
write("urls", [f"{tls}/n/1"])
run("get", "--retries", "0")
assert "certificate" in rows()[0]["error"], rows()
run("get", "--ca", "ca.pem")
assert bodies() == {1: b"1"}, rows()

# Nobody can see them while it runs, nor in help, messages and what is saved.
write("urls", [f"{u}/echo/0", f"{u}/silent"])
process = subprocess.Popen(["./get", "--token", SECRET, "--base", u, "--timeout", "1h"], stdout=open("said", "w"),
                           stderr=subprocess.STDOUT)
server.asked()
within(lambda: len(server.asked()) + 0 >= 1)
time.sleep(0.2)
seen = ""
for pid in [str(process.pid)] + open(f"/proc/{process.pid}/task/{process.pid}/children").read().split():
    seen += open(f"/proc/{pid}/cmdline").read()
for what in ("ps", "get", "status", "describe", "save"):
    seen += subprocess.run([pkd, what] + (["saved.conf"] if what == "save" else []), stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True).stdout
seen += open("saved.conf").read()
seen += subprocess.run(["./get", "--token", SECRET, "--help"], stdout=subprocess.PIPE, text=True).stdout
process.send_signal(signal.SIGTERM)
process.wait()
seen += open("said").read()
assert len(seen) > 1000 and SECRET[4:] not in seen, seen
server.end()
print("told to nobody else")
