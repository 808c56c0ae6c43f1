"""A made release, and running `fetch` against a server without the proxies and certificates of this machine."""
import io
import os
import random
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import tap
from server import goog_hash

for name in list(os.environ):
    if name.lower().endswith("_proxy") or name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        del os.environ[name]

SUFFIX = "_10000_replica5.npz"


def zipped(n=30000, seed=0, method=zipfile.ZIP_DEFLATED):
    noise = random.Random(seed)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as f:
        f.writestr("xs.npy", bytes(range(256)))
        f.writestr("empty.npy", b"")
        f.writestr("ys.npy", noise.randbytes(n))
    return data.getvalue()


def path(task, set_="s1"):
    return f"/b/{task}/{set_}{SUFFIX}"


def release(tasks, sets=("s1",), n=30000):
    files = {path(t, s): zipped(n, f"{t} {s}") for t in tasks for s in sets}
    for data in files.values():
        goog_hash(data)  # in advance: it takes Python some milliseconds
    files["/b/task_names.txt"] = "".join(t + "\n" for t in tasks).encode()
    return files


def arguments(server, folder, *more, sets="s1", wait="0.02", timeout="20"):
    return ["fetch", "-o", folder, "--base-url", server.url + "/b", "--sets", sets, "--retry-wait", wait, "--timeout", timeout, *more]


def fetch(server, folder, *more, env=None, **options):
    return tap.run(*arguments(server, folder, *more, **options), env=env)


def tree(folder):
    """Path below folder: bytes, of all files; hidden ones too."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(root, name)
            found[os.path.relpath(full, folder)] = tap.read_bytes(full) if os.path.isfile(full) else None
    return found


def expected(server):
    from urllib.parse import unquote
    return {unquote(p)[len("/b/"):]: data for p, data in server.files.items() if p.startswith("/b/")}
