"""Wrong invocations and bad lists of tasks, one row each: exit code, one line with the words, nothing left or changed."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import fetch, path, release, tree, zipped
from server import Server, corrupt, plain, redirect, status
from tap import done, need_program, ok, run, skip, temporary

ROWS = []


def row(name, args, code, words, setup=None, names=None, always=None):
    """args: behind `fetch`, {U} the server, {D} a folder that is not there; setup: called with the folder above it."""
    ROWS.append((name, args.split("|") if args else [], code, words, setup, names, always))


GOOD = "-o|{D}|--base-url|{U}/b|--sets|s1"


def more(text):
    return GOOD + "|" + text


# ---- options
row("no -o", "--base-url|{U}/b", 2, "-o is needed")
row("an argument", more("x"), 2, "found the argument 'x'")
row("an unknown option", more("--resume"), 2, "--resume")
row("-j 0", more("-j|0"), 2, "-j: found '0', expected a whole number from 1 to 32")
row("-j 33", more("-j|33"), 2, "from 1 to 32")
row("-j text", more("-j|many"), 2, "found 'many'")
row("--tries 0", more("--tries|0"), 2, "--tries: found '0'")
row("--tries 1.5", more("--tries|1.5"), 2, "--tries: found '1.5'")
row("--timeout 0", more("--timeout|0"), 2, "--timeout: found '0'")
row("--retry-wait negative", more("--retry-wait|-1"), 2, "--retry-wait: found '-1'")
row("--retry-wait nan", more("--retry-wait|nan"), 2, "--retry-wait: found 'nan'")
row("--retry-wait text", more("--retry-wait|soon"), 2, "--retry-wait: found 'soon'")
row("--sets empty", "-o|{D}|--base-url|{U}/b|--sets|", 2, "--sets: found an empty name")
row("--sets with a gap", "-o|{D}|--base-url|{U}/b|--sets|s1,,s2", 2, "--sets: found an empty name")
row("--sets climbing", "-o|{D}|--base-url|{U}/b|--sets|../s1", 2, "found a leading dot in '../s1'")
row("--sets with a slash", "-o|{D}|--base-url|{U}/b|--sets|a/b", 2, "found a slash")
row("--sets overlong", "-o|{D}|--base-url|{U}/b|--sets|" + 201 * "s", 2, "more than 200 bytes")
row("--sets with a control character", "-o|{D}|--base-url|{U}/b|--sets|s\t1", 2, "control character")
row("--tasks of nothing", more("--tasks|zzz"), 2, "selector 'zzz': matches none of the 2 tasks")
row("--tasks leaving nothing", more("--tasks|!all"), 2, "leaves none")
row("--tasks of a file that is not there", more("--tasks|@nowhere.txt"), 3, "nowhere.txt")
for url, words in [("ftp://127.0.0.1/b", "https:// or http://"), ("file:///etc", "https:// or http://"), ("127.0.0.1/b", "https:// or http://"),
                   ("", "https:// or http://"), ("http://", "with a host"), ("http:///b", "with a host"), ("http://u:p@127.0.0.1/b", "user or password"),
                   ("http://127.0.0.1/b?x=1", "without '?'"), ("http://127.0.0.1/b#x", "without '?'"), ("http://127.0.0.1/a b", "space or control")]:
    row(f"--base-url {url}", f"-o|{{D}}|--base-url|{url}", 2, ["--base-url", words])
row("--base-url: nobody listens", "-o|{D}|--base-url|http://127.0.0.1:1/b|--tries|2|--retry-wait|0.01|-q", 3, ["127.0.0.1:1/b/task_names.txt", "(2 tries)"])
row("--base-url: no such folder", "-o|{D}|--base-url|{U}/c", 3, ["/c/task_names.txt", "404"])
row("--header without a colon", more("--header|token"), 2, "no name before a colon")
row("--header without a name", more("--header|: x"), 2, "no name before a colon")
row("--header without a value", more("--header|X-Key: "), 2, "no value behind 'X-Key:'")
row("--header with a second line", more("--header|X-Key: a\r\nHost: b"), 2, "control character")
row("--header of ours", more("--header|range: bytes=0-1"), 2, "found 'range'")
row("--header of ours, the second", more("--header|A: b|--header|If-Match: x"), 2, "found 'If-Match'")


# ---- the folder
def make(name, what):
    def setup(folder):
        full = os.path.join(folder, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        what(full)
    return setup


def text(full):
    with open(full, "w") as f:
        f.write("mine")


row("DIR is a file", GOOD, 3, "found a file, expected a folder", make("D", text))
row("DIR's parent is not there", GOOD.replace("{D}", "{D}/x/y"), 3, "make folder")
row("DIR is below a file", GOOD.replace("{D}", "{D}/x"), 3, "x", make("D", text))
row("DIR is empty text", GOOD.replace("{D}", ""), 3, "make folder")
row("a task's folder is a file", GOOD, 3, "D/a: found a file, expected a folder", make("D/a", text))
row("a task's folder is a link to elsewhere", GOOD, 3, "D/a: found a symbolic link, expected a folder",
    lambda d: (os.mkdir(d + "/elsewhere"), os.mkdir(d + "/D"), os.symlink("../elsewhere", d + "/D/a")))
row("the file is a folder", GOOD, 3, "found a folder, expected a regular file", make("D/a/s1_10000_replica5.npz", os.mkdir))
row("the file is a pipe", GOOD, 3, "found a device or pipe", make("D/a/s1_10000_replica5.npz", os.mkfifo))
row("the part is a link to elsewhere", GOOD, 3, ".s1_10000_replica5.npz.part",
    lambda d: (text(d + "/precious"), os.makedirs(d + "/D/a"), os.symlink("../../precious", d + "/D/a/.s1_10000_replica5.npz.part")))
row("the part is a pipe", GOOD, 3, "found something else", make("D/a/.s1_10000_replica5.npz.part", os.mkfifo))

# ---- the list of tasks
for what, line, words in [("climbing", b"../evil", "found a leading dot in '../evil'"), ("a path", b"x/../../evil", "found a slash or backslash in 'x/../../evil'"),
                          ("absolute", b"/etc/evil", "found a slash"), ("two dots", b"..", "found a leading dot"), ("hidden", b".ssh", "found a leading dot"),
                          ("a backslash", b"..\\evil", "leading dot"), ("a NUL", b"a\0b", "found a control character in 'a\\x00b'"),
                          ("a return inside", b"a\rb", "found a control character"), ("an escape", b"a\x1b[2J", "found a control character"),
                          ("no UTF-8", b"a\xff", "no UTF-8"), ("overlong", 300 * b"n", "more than 200 bytes")]:
    row(f"a task's name: {what}", GOOD, 4, ["/b/task_names.txt: line 2: ", words, "expected the plain name of a task"], names=b"a\n" + line + b"\nb\n")
row("no names", GOOD, 4, "found no name of a task", names=b"")
row("only blank lines", GOOD, 4, "found no name of a task", names=b"\n\r\n# none\n\n")
row("too many names", GOOD, 6, "more than 1048576 names", names=b"".join(b"%x\n" % i for i in range((1 << 20) + 2)))
row("a list beyond 64 MB", GOOD, 6, "more than 67108864 bytes", always=lambda h, data, etag: h.serve(data, etag, length=(64 << 20) + 1))
row("a list of another checksum", more("--tries|2|--retry-wait|0.01|-q"), 4, ["task_names.txt: found CRC32C", "(2 tries)"], always=corrupt(0))
row("a list that is encoded", GOOD, 3, "Content-Encoding", always=plain(encoding="gzip"))
row("a list redirected to a file", GOOD, 3, "found a redirect to file:///etc/passwd", always=redirect("file:///etc/passwd"))
row("a list that is forbidden", GOOD, 3, "403 (forbidden)", always=status(403))


def check_row(tmp, i, name, args, code, words, setup, names, always):
    above = os.path.join(tmp, str(i))
    os.mkdir(above)
    if setup:
        setup(above)
    before = snapshot(above)
    with Server(release(["a", "b"], n=300)) as s:
        if names is not None:
            s.files["/b/task_names.txt"] = names
        if always is not None:
            s.always["/b/task_names.txt"] = always
        if names and len(names) > 1000000:
            s.always["/b/task_names.txt"] = plain(hash=None)
        filled = [a.replace("{U}", s.url).replace("{D}", os.path.join(above, "D")) for a in args]
        r = run("fetch", *(["-j", "1"] if "-j" not in args else []), *filled, cwd=above)
    lines = r.err.splitlines()
    good = r.code == code and len(lines) == 1 and lines[0].startswith("hyperlist fetch: ") and not r.out
    missing = [w for w in ([words] if isinstance(words, str) else words) if w not in r.err]
    after = snapshot(above)
    after.pop("D/task_names.txt", None)  # the list comes first, and is good
    ok(good and not missing and after == before, f"{name}: {code}", r, f"expected {code}, words missing: {missing}", f"before {before}", f"after {after}")


def snapshot(folder):
    found = {}
    for root, folders, names in os.walk(folder):
        for name in folders + names:
            full = os.path.join(root, name)
            key = os.path.relpath(full, folder)
            found[key] = os.readlink(full) if os.path.islink(full) else open(full, "rb").read() if os.path.isfile(full) else "other"
    return found


def check_lists(tmp):
    """What a list may hold."""
    with Server(release(["a", "b"], n=300)) as s:
        s.files["/b/task_names.txt"] = b"\r\nb\r\n\r\n# a comment\r\na\r\nb"
        folder = os.path.join(tmp, "crlf")
        r = fetch(s, folder)
        ok(r.code == 0 and "found again and passed over: 1" in r.err and sorted(os.listdir(folder)) == ["a", "b", "task_names.txt"],
           "CRLF, blank lines, a comment, a name twice, no end of line", r)
        s.files["/b/task_names.txt"] = b"../evil\na\n" + 300 * b"n" + b"\n"
        folder = os.path.join(tmp, "inner", "evil")
        os.makedirs(folder)
        r = fetch(s, folder, "--keep-going")
        ok(r.code == 1 and "line 1: found a leading dot in '../evil'" in r.err and "line 3" in r.err and sorted(tree(os.path.join(tmp, "inner"))) ==
           ["evil/a/s1_10000_replica5.npz", "evil/task_names.txt"], "--keep-going leaves out names that are refused, and says so", r)
        folder = os.path.join(tmp, "dry")
        r = fetch(s, folder, "--dry-run", "--keep-going", "--json")
        ok(r.code == 1 and '"state": "missing"' in r.out and not os.path.exists(folder), "--dry-run --json --keep-going: the table, and nothing is written", r)


def check_links(tmp):
    """A link that leads nowhere is replaced; one to the user's whole file is left alone; neither is written through."""
    above = os.path.join(tmp, "links")
    os.makedirs(above + "/D/a")
    os.mkdir(above + "/D/b")
    with Server(release(["a", "b"], n=300)) as s:
        os.symlink("../../outside", above + "/D/a/s1_10000_replica5.npz")
        mine = zipped(500, "mine")  # once: a zip tells the time
        with open(above + "/mine", "wb") as f:
            f.write(mine)
        os.symlink("../../mine", above + "/D/b/s1_10000_replica5.npz")
        os.symlink("../outside", above + "/D/task_names.txt")
        r = fetch(s, above + "/D")
        found = tree(above)
        ok(r.code == 0 and found["D/a/s1_10000_replica5.npz"] == s.files[path("a")] and found["D/task_names.txt"] == b"a\nb\n" and
           not os.path.exists(above + "/outside") and found["mine"] == mine, "links", r, sorted(found))
        if os.geteuid() == 0:
            skip("DIR that cannot be written", "as root every folder can")
        else:
            os.chmod(above + "/D", 0o555)
            s.files["/b/task_names.txt"] = b"a\nb\nc\n"
            r = fetch(s, above + "/D")
            os.chmod(above + "/D", 0o755)
            ok(r.code == 3 and "task_names.txt: cannot write" in r.err, "DIR that cannot be written: 3", r)


def main():
    need_program()
    tmp = temporary()
    for i, entry in enumerate(ROWS):
        check_row(tmp, i, *entry)
    check_lists(tmp)
    check_links(tmp)
    done()


main()
