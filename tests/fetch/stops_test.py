"""A fetch that is stopped: killed, interrupted, on a full disk; and beside it another one, threads, TLS, and what ingest makes of DIR."""
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import arguments, expected, fetch, path, release, tree
from server import Server, redirect, slow, stall
from tap import HYPERLIST, ROOT, done, need_program, ok, read_bytes, run, same, skip, temporary

def start(server, folder, *more, **options):
    return subprocess.Popen([HYPERLIST, *arguments(server, folder, *more, **options)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def sent(server, name):
    return sum(r.sent or 0 for r in server.requests(path(name)))


def check_parallel(tmp):
    for n, low, high in ((4, 2, 4), (1, 1, 1)):
        with Server(release([f"t{i}" for i in range(12)], n=2000)) as s:
            s.delay = 0.03
            r = fetch(s, os.path.join(tmp, f"parallel{n}"), "-j", str(n))
            ok(r.code == 0 and low <= s.n_most <= high, f"-j {n}: {low} to {high} transfers at a time", r, s.n_most)
            same(tree(os.path.join(tmp, f"parallel{n}")), expected(s), f"-j {n}: the same files")


def check_kill(tmp):
    """kill -9, again and again; nothing that came is asked for again but what was in flight."""
    rng = random.Random(1)
    folder = os.path.join(tmp, "kill")
    names = [f"t{i}" for i in range(8)]
    with Server(release(names, n=100000)) as s:
        for name in names:
            s.always[path(name)] = slow(0.5)
        n_killed = 0
        for _ in range(5):
            p = start(s, folder, "-j", "3")
            time.sleep(rng.uniform(0.15, 0.6))
            n_killed += p.poll() is None
            p.kill()
            p.communicate()
            wrong = [n for n, data in tree(folder).items() if "/." not in n and not n.startswith(".") and data != expected(s)[n]]
            ok(not wrong, "after kill -9 what has its name is whole", wrong)
        s.always.clear()
        r = fetch(s, folder)
        ok(r.code == 0 and n_killed >= 4 and tree(folder) == expected(s), "the last run completes, and leaves no part", r, sorted(tree(folder)))
        ok(any(q.range for q in s.log), "parts were gone on with", s.log)
        size = len(s.files[path("t0")])
        most = max(sent(s, n) for n in names)
        ok(most < 2 * size, "no file came twice as a whole", most, size)


def check_interrupt(tmp):
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        folder = os.path.join(tmp, f"signal{number}")
        part = os.path.join(folder, "a", ".s1_10000_replica5.npz.part")
        with Server(release(["a", "b"], n=100000)) as s:
            s.faults[path("a")] = [stall(30000)]
            p = start(s, folder)
            wait_until(lambda: os.path.exists(part) and os.path.getsize(part) >= 30000)
            began = time.monotonic()
            p.send_signal(number)
            err = p.communicate()[1]
            ok(p.returncode == code and time.monotonic() - began < 3, f"signal {number}: {code}, soon", p.returncode, err)
            ok(os.path.exists(part) and os.path.exists(part + ".json"), "the part and its note are kept")
            r = run(*arguments(s, folder, "--dry-run", "--tasks", "a"))
            ok(f"a/s1_10000_replica5.npz\tpartial\t{os.path.getsize(part)}\t" in r.out, "--dry-run tells of it", r)
            r = fetch(s, folder)
            ok(r.code == 0 and s.requests(path("a"))[-1].range == "bytes=30000-" and tree(folder) == expected(s), "the next run goes on with it", r, s.log)


def check_spoiled_parts(tmp):
    """What a power cut or a hand may leave: never believed."""
    folder = os.path.join(tmp, "spoiled")
    with Server(release(["a", "b", "c", "d", "e"])) as s:
        def part(name, data, note):
            os.makedirs(os.path.join(folder, name))
            base = os.path.join(folder, name, ".s1_10000_replica5.npz.part")
            with open(base, "wb") as f:
                f.write(data)
            if note is not None:
                with open(base + ".json", "w") as f:
                    f.write(note)

        from server import Handler, goog_hash
        def note(name, length=None):
            data = s.files[path(name)]
            return '{"schema":"hyperlist.part/1","etag":"%s","length":%d,"x-goog-hash":"%s"}' % (
                Handler.tag(data).replace('"', '\\"'), length or len(data), goog_hash(data))
        part("a", bytes(5000), note("a"))                                # zeros where bytes should be
        part("b", s.files[path("b")][:5000], None)                       # no note
        part("c", s.files[path("c")] + b"more", note("c"))               # longer than the file
        part("d", s.files[path("d")][:5000], '{"schema": "hyperlist.pa')  # half a note
        part("e", s.files[path("e")], note("e"))                         # complete: stopped before its rename
        r = fetch(s, folder)
        kinds = ["".join("R" if q.range else "G" for q in s.requests(path(n))) for n in "abcde"]
        ok(r.code == 0 and tree(folder) == expected(s), "spoiled parts: whole in the end", r)
        same(kinds, ["RG", "G", "G", "G", ""], "asked anew where the part is not to be believed, not at all where it is complete")


def check_two_at_once(tmp):
    folder = os.path.join(tmp, "two")
    with Server(release(["a", "b"], n=100000)) as s:
        s.faults[path("a")] = [slow(0.6)]
        p = start(s, folder)
        wait_until(lambda: s.requests(path("a")))
        r = fetch(s, folder)
        ok(r.code == 3 and "found another fetch at work there" in r.err and len(r.err.splitlines()) == 1, "a second fetch into the same folder: 3", r)
        err = p.communicate()[1]
        ok(p.returncode == 0 and tree(folder) == expected(s), "the first is not disturbed", err)


def check_full_disk(tmp):
    disk = os.path.join(tmp, "disk")
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True).returncode != 0:
        return skip("a full disk", "no right to mount a small file system")
    try:
        with Server(release(["a", "b", "c"], n=100000)) as s:
            r = fetch(s, disk + "/D", "-j", "1", "--keep-going")
            ok(r.code == 3 and "No space left" in r.err and len(r.err.splitlines()) == 1, "a full disk: 3 and one line, also with --keep-going", r)
            subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
            r = fetch(s, disk + "/D")
            ok(r.code == 0 and tree(disk + "/D") == expected(s) and any(q.range for q in s.log), "with room again it goes on", r, s.log)
    finally:
        subprocess.run(["umount", "-l", disk])
    return None


def check_tls(tmp):
    """Certificates are verified; https does not lead to http."""
    key, certificate = os.path.join(tmp, "key.pem"), os.path.join(tmp, "cert.pem")
    if not shutil.which("openssl") or subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True).returncode != 0:
        return skip("TLS", "no openssl to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server(release(["a"]), tls=context) as s, Server(release(["a"])) as plain:
        r = fetch(s, os.path.join(tmp, "tls"))
        ok(r.code == 3 and "certificate" in r.err and len(r.err.splitlines()) == 1, "a certificate that nobody vouches for: 3, at once", r)
        r = fetch(s, os.path.join(tmp, "tls"), env={"SSL_CERT_FILE": certificate})
        ok(r.code == 0 and tree(os.path.join(tmp, "tls")) == expected(s), "https, with a certificate that is trusted", r)
        s.always[path("a")] = redirect(plain.url + path("a"))
        r = fetch(s, os.path.join(tmp, "tls2"), env={"CURL_CA_BUNDLE": certificate})
        ok(r.code == 3 and "expected one to https" in r.err and not plain.log, "https redirected to http: refused", r)
    return None


def check_ingest(tmp):
    """What fetch leaves is what ingest takes, parts and all."""
    source = os.path.join(ROOT, "fixtures", "release")
    folder, archive = os.path.join(tmp, "D"), os.path.join(tmp, "a.h5")
    tasks = ["mini_mlp_family_seed0", "mini_quadratic_family_seed1"]
    names = [n for n in sorted(os.listdir(os.path.join(source, tasks[0]))) if n.endswith(".npz")]
    sets = [n[:n.index("_1k") + 3] for n in names]
    files = {path(t, s): read_bytes(os.path.join(source, t, n)) for t in tasks for n, s in zip(names, sets)}
    files["/b/task_names.txt"] = read_bytes(os.path.join(source, "task_names.txt"))
    with Server(files) as s:
        r = run(*[a for a in arguments(s, folder, "--tasks", ",".join(tasks)) if a not in ("--sets", "s1")])
        ok(r.code == 0 and len(sets) == 5 and "10 files of 2 tasks" in r.err, "by default the five released sets are fetched", r)
        same(tree(folder), expected(s), "as the server has them")
    part = os.path.join(folder, tasks[0], ".adam9p_10000_replica5.npz.part")
    for name in (part, part + ".json"):
        with open(name, "wb") as f:
            f.write(b"half")
    r = run("ingest", "-o", archive, folder)
    ok(r.code == 0 and "10 tables stored" in r.err and "now 2 tasks, 5 sets" in r.err and "warning" not in r.err, "ingest takes DIR as it is", r)


def main():
    need_program()
    tmp = temporary()
    began = time.monotonic()
    for check in (check_parallel, check_kill, check_interrupt, check_spoiled_parts, check_two_at_once, check_full_disk, check_tls, check_ingest):
        check(tmp)
        print(f"# {check.__name__}: {time.monotonic() - began:.1f} s so far")
    done()


main()
