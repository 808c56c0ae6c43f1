"""Every way in which a server fails: each file is whole in the end, or named; and what was asked of the server."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import expected, fetch, path, release, tree, zipped
from server import (Server, chunked, claims_length, corrupt, cut, garbage, goog_hash, plain, redirect, reset, says_hash, stall, status, wrong_range)
from tap import done, need_program, ok, same, temporary

WRONG = goog_hash(b"something else")


def changes(server, name, data, first):
    """Sends the first bytes of the old file and is then another one."""
    def fault(h, old, etag):
        h.serve(old, etag, stop=first)
        server.files[path(name)] = data
    return fault


def weak(h, data, etag):
    h.serve(data, "W/" + etag, stop=1000)


# name: faults in turn, and the requests that must have come: R = with Range and If-Match, G = without
PASSING = {
    "no_fault": ([], "G"),
    "cut": ([cut(1000), cut(9000)], "GRR"),
    "cut_at_once": ([cut(0)], "GG"),
    "reset": ([reset], "GG"),
    "503": ([status(503), status(500), status(502), status(599)], "GGGGG"),
    "408": ([status(408)], "GG"),
    "503_in_the_middle": ([cut(1000), status(503)], "GRR"),
    "429": ([status(429, Retry_After="1")], "GG"),
    "corrupt": ([corrupt(700)], "GG"),
    "corrupt_rest": ([cut(1000), corrupt(29000)], "GRG"),
    "corrupt_without_hash": ([corrupt(700, hash=None)], "GG"),
    "length_too_long": ([claims_length(10)], "GRG"),
    "length_too_short": ([claims_length(-10)], "GG"),
    "wrong_hash": ([says_hash(WRONG)], "GG"),
    "wrong_crc": ([says_hash(WRONG.split(",")[0])], "GG"),
    "wrong_md5": ([says_hash(WRONG.split(",")[1])], "GG"),
    "chunked": ([chunked()], "G"),
    "chunked_cut": ([chunked(stop=9000)], "GR"),
    "chunked_cut_without_tag": ([chunked(etag=False, stop=9000)], "GG"),
    "weak_tag_cut": ([weak], "GG"),
    "no_hash": ([plain(hash=None)], "G"),
    "ranges_ignored": ([cut(1000), plain(ranges=False)], "GR"),
    "wrong_range": ([cut(1000), wrong_range], "GRG"),
    "412": ([cut(1000), status(412)], "GRG"),
    "416": ([cut(1000), status(416, Content_Range="bytes */5")], "GRG"),
    "changed": (None, "GRG"),
    "redirected": ([redirect("/b/no_fault/s1_10000_replica5.npz")], "G"),
    "name with spaces, 100% & \u00e4?#": ([], "G"),
}
# name: the fault that never ends, requests expected, words
FAILING = {
    "x404": (status(404), 1, "404 (not found)"),
    "x403": (status(403), 1, "403"),
    "x204": (status(204, b""), 1, "204"),
    "x416": (status(416), 1, "416"),
    "x500": (status(500), 3, "500"),
    "xpage": (status(503, b"x" * 300000), 3, "503"),
    "x429_tomorrow": (status(429, Retry_After="86400"), 1, "86400 s"),
    "xloop": (redirect(path("xloop")), 6, "more than 5 redirects"),
    "xfile": (redirect("file:///etc/passwd"), 1, "redirect to file:///etc/passwd"),
    "xftp": (redirect("ftp://127.0.0.1/x"), 1, "redirect to ftp"),
    "xcorrupt": (corrupt(700), 3, "CRC32C"),
    "xcorrupt_no_hash": (corrupt(700, hash=None), 3, "ys.npy"),
    "xmd5": (says_hash(WRONG.split(",")[1]), 3, "MD5"),
    "xhash": (says_hash("crc32c=!!!!"), 3, "x-goog-hash 'crc32c=!!!!'"),
    "xencoded": (plain(encoding="gzip"), 1, "Content-Encoding"),
    "xgarbage": (garbage, 3, "HTTP/0.9"),
    "xhuge": (claims_length(1 << 40), 1, "17179869184 bytes"),
    "xpage200": (None, 1, "zip"),
    "xbadzip": (None, 1, "ys.npy"),
    "xcutzip": (None, 1, "zip"),
}


def kinds(requests):
    return "".join("R" if r.range else "G" for r in requests)


def check_passing(tmp):
    from urllib.parse import quote
    folder = os.path.join(tmp, "passing")
    with Server() as s:
        files = release(PASSING)
        s.files = {quote(p): data for p, data in files.items()}
        for name, (faults, _) in PASSING.items():
            if faults:
                s.faults[quote(path(name))] = list(faults)
        s.faults[path("changed")] = [changes(s, "changed", zipped(31000, "new"), 2000)]
        r = fetch(s, folder, "-v", "-j", "16")
        ok("no_fault/s1_10000_replica5.npz: 30565 bytes, 30565 received" in r.err, "-v tells of each file", r.err)
        ok(r.code == 0, "every fault that passes is got over", r)
        found, wanted = tree(folder), expected(s)
        wanted["redirected/s1_10000_replica5.npz"] = found.get("redirected/s1_10000_replica5.npz")
        same(sorted(found), sorted(wanted), "the files, and nothing else (no part, no note)")
        for name, (_, requests) in PASSING.items():
            key = path(name)[3:]
            log = s.requests(quote(path(name)))
            ok(found.get(key) == wanted[key] and kinds(log)[:len(requests)] == requests and (name == "no_fault" or len(log) == len(requests)),
               f"{name}: whole, by {requests}", r.err, log)
        ok(all(r.if_match for r in s.log if r.range), "every Range has its If-Match")
        a, b = s.requests(path("429"))
        ok(b.time - a.time >= 0.95, "Retry-After is waited for", b.time - a.time)
        cuts = s.requests(path("cut"))
        same([r.range for r in cuts], [None, "bytes=1000-", "bytes=10000-"], "each try goes on where the last one ended")
        n = len(s.log)
        r = fetch(s, folder, "-v")
        ok(r.code == 0 and [q.path for q in s.log[n:]] == ["/b/task_names.txt"], "run again: nothing but the list is asked for", r, s.log[n:])
        check_verify(s, folder, found)


def check_verify(s, folder, found):
    first, second = (os.path.join(folder, path(t)[3:]) for t in ("cut", "reset"))
    with open(first, "r+b") as f:
        f.seek(5000)
        f.write(b"\x00\x01\x02")
    with open(second, "r+b") as f:
        f.truncate(20000)
    r = fetch(s, folder, "--dry-run", "--verify", "--tasks", "cut,reset,chunked")
    rows = [line.split("\t")[:2] for line in r.out.splitlines()[1:]]
    ok(r.code == 0 and rows == [[path("chunked")[3:], "there"], [path("cut")[3:], "damaged"], [path("reset")[3:], "damaged"]],
       "--dry-run --verify finds what is damaged, and changes nothing", r)
    r = fetch(s, folder, "--tasks", "cut,reset")
    ok(r.code == 0 and "reset" in r.err and "1 fetched, 1 were there" in r.err, "a file cut short is found and fetched without --verify", r)
    r = fetch(s, folder, "--verify")
    ok(r.code == 0 and "CRC32C" in r.err and tree(folder) == {**found, "redirected/s1_10000_replica5.npz": expected(s)["redirected/s1_10000_replica5.npz"]},
       "--verify compares with the server and mends", r)


def check_failing(tmp):
    folder = os.path.join(tmp, "failing")
    with Server(release([*FAILING, "good"])) as s:
        good = dict(s.files)
        for name, (fault, _, _) in FAILING.items():
            if fault:
                s.always[path(name)] = fault
        s.files[path("xpage200")] = b"<html>please log in</html>" * 100
        bad = bytearray(zipped(30000, 1, 0))  # stored: whole as a zip, but for a member's checksum
        bad[9000] ^= 1
        s.files[path("xbadzip")] = bytes(bad)
        s.files[path("xcutzip")] = good[path("xcutzip")][:20000]
        r = fetch(s, folder, "-j", "16", "--keep-going", "--tries", "3")
        ok(r.code == 1 and f"{len(FAILING)} of {len(FAILING) + 1} files could not be had" in r.err, "--keep-going: 1, with how many", r)
        same(sorted(tree(folder)), ["good/s1_10000_replica5.npz", "task_names.txt"], "what is bad leaves nothing, not even a folder's part")
        same(sorted(os.listdir(folder)), ["good", "task_names.txt"], "no empty folder either")
        for name, (_, n_try, words) in FAILING.items():
            lines = [line for line in r.err.splitlines() if f"{name}/s1_" in line and words in line and "warning" not in line]
            log = s.requests(path(name))
            ok(lines and len(log) == n_try, f"{name}: named, with '{words}', after {n_try} requests", r.err, log)
        s.always.clear()
        s.files.update(good)
        s.log.clear()
        r = fetch(s, folder)
        ok(r.code == 0 and tree(folder) == expected(s), "once the server is well the rest comes", r)
        same(len(s.requests(path("good"))), 0, "and what was good is not fetched again")


def check_first_failure(tmp):
    folder = os.path.join(tmp, "stops")
    with Server(release([f"t{i:02}" for i in range(30)])) as s:
        s.always[path("t03")] = status(404)
        r = fetch(s, folder, "-j", "1")
        ok(r.code == 3 and "t03/s1_10000_replica5.npz" in r.err and len(r.err.splitlines()) == 1, "without --keep-going the first failure ends it: 3, one line", r)
        n = len(s.log)
        ok(n < 10, "and soon", s.log)
        del s.always[path("t03")]
        r = fetch(s, folder, "--json", "-q")
        ok(r.code == 0 and r.err == "" and '"state": "fetched"' in r.out, "-q --json: a table on stdout, no message", r)
        same(tree(folder), expected(s), "whole in the end")


def check_stalls(tmp):
    folder = os.path.join(tmp, "stalls")
    with Server(release(["a", "b", "c"])) as s:
        s.faults[path("a")] = [stall(5000)]
        s.always[path("b")] = stall(0)
        r = fetch(s, folder, "--keep-going", "--tries", "2", timeout="1")
        log = s.requests(path("a"))
        ok(r.code == 1 and "b/s1_10000_replica5.npz" in r.err and "no byte came for 1 s (2 tries)" in r.err, "a server that always stalls: named", r)
        ok(log[1].range == "bytes=5000-" and "1 of 3 files could not be had" in r.err, "one that stalls once: gone on with where it stood still", r, log)
        same(len(s.requests(path("b"))), 2, "as often as --tries says")


def check_origins(tmp):
    """Headers go home and nowhere else; the proxy of the environment is asked."""
    with Server(release(["a"])) as home, Server(release(["a"])) as other:
        home.always[path("a")] = redirect(other.url + path("a"))
        r = fetch(home, os.path.join(tmp, "origins"), "--header", "Authorization: Bearer sesame", "--header", "X-Key: 7")
        mine, theirs = home.requests(path("a"))[0].headers, other.requests(path("a"))[0].headers
        ok(r.code == 0 and mine.get("Authorization") == "Bearer sesame" and mine.get("X-Key") == "7", "--header, twice, is sent to the server", r, mine)
        ok("Authorization" not in theirs and "X-Key" not in theirs, "and not to the host that it redirects to", theirs)
        ok(mine.get("User-Agent", "").startswith("hyperlist/"), "it says who asks", mine)
        other.files = {"http://release.invalid" + p: data for p, data in home.files.items()}
        proxied = os.path.join(tmp, "proxied")
        from tap import run
        r = run("fetch", "-o", proxied, "--base-url", "http://release.invalid/b/", "--sets", "s1", env={"http_proxy": other.url})
        ok(r.code == 0 and tree(proxied) == expected(home), "http_proxy is used", r)


def main():
    need_program()
    tmp = temporary()
    started = time.monotonic()
    for check in (check_passing, check_failing, check_first_failure, check_stalls, check_origins):
        check(tmp)
        print(f"# {check.__name__}: {time.monotonic() - started:.1f} s so far")
    done()


main()
