"""The same inputs give the same bytes: for any number of threads, any order of sources, any time of day.

An archive made in two steps holds the same as one made at once."""
import hashlib
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import done, good, need_program, ok, read_bytes, run, same, skip, temporary

SETS = ("adam1p_wide_grid", "adam4p_wide_grid", "adam8p_wide_grid")
SET = "adam8p_wide_grid_1k"


def chain(folder, sources, *options):
    """The whole path from curve files to figure 2; {what: bytes}."""
    os.mkdir(folder)
    a, s, l, t = (os.path.join(folder, n) for n in ("a.h5", "s.h5", "l.json", "e.tsv"))
    figures = os.path.join(folder, "figures")
    plain = ["--no-provenance", *options]
    good("ingest", "-o", a, *plain, *sources)
    good("normalize", a, "-o", s, *plain)
    good("learn", s, "--set", SET, "-o", l, *plain)
    out = good("evaluate", l, s, *plain).out
    good("evaluate", l, s, "-o", t, *plain)
    good("reproduce", s, "-o", figures, "--format", "svg,dumb", *plain, "figure2")
    made = {"archive": a, "scores": s, "list": l, "evaluation": t, "figure2.tsv": os.path.join(figures, "figure2.tsv"),
            "figure2.svg": os.path.join(figures, "figure2.svg")}
    found = {what: read_bytes(path) for what, path in made.items()}
    found["evaluation on stdout"] = out.encode()
    for name in sorted(os.listdir(figures)):
        found.setdefault(name, read_bytes(os.path.join(figures, name)))
    return found


def digest(data):
    return hashlib.sha1(data).hexdigest()[:12]


def compare(found, expected, label):
    for what in expected:
        ok(found.get(what) == expected[what], f"{label}: {what}", f"{len(found.get(what, b''))} bytes {digest(found.get(what, b''))}",
           f"{len(expected[what])} bytes {digest(expected[what])}")


def h5diff(a, b):
    return subprocess.run(["h5diff", a, b], capture_output=True, text=True)


def main():
    need_program()
    tmp = temporary()
    root = os.path.join(tmp, "release")
    make_npz.write_release(root, 9, SETS, n_config=40, n_replica=2, n_step=7)
    tasks = sorted(os.listdir(root))
    base = chain(os.path.join(tmp, "j1"), [root], "-j", "1")
    same(base["evaluation"], base["evaluation on stdout"], "evaluate writes the same to a file and to stdout")
    for j in ("2", "3"):
        compare(chain(os.path.join(tmp, "j" + j), [root], "-j", j), base, f"-j{j} as -j1")
    compare(chain(os.path.join(tmp, "again"), [root]), base, "again, -j of the machine")
    files = [os.path.join(root, t, f) for t in tasks for f in sorted(os.listdir(os.path.join(root, t)))]
    rng = np.random.RandomState(3)
    orders = {"files in order": files, "files backwards": files[::-1], "files shuffled": [files[i] for i in rng.permutation(len(files))],
              "task folders shuffled": [os.path.join(root, tasks[i]) for i in rng.permutation(len(tasks))],
              "some files twice": files + files[3:5], "a file beside its folder": [root, files[7]]}
    for label, sources in orders.items():
        a = os.path.join(tmp, "order.h5")
        if os.path.exists(a):
            os.remove(a)
        r = run("ingest", "-o", a, "--no-provenance", *sources)
        ok(r.code == 0 and read_bytes(a) == base["archive"], f"sources given otherwise, the same archive: {label}", r)
    if shutil.which("h5diff") is None:
        skip("archives in steps", "no h5diff")
    else:
        steps = {"tasks": [files[:10], files[10:]], "tasks, the later first": [files[10:], files[:10]], "set by set": [files[i::3] for i in (2, 0, 1)],
                 "one file at a time": [[f] for f in files[:9]] + [files[9:]], "everything again": [files, files]}
        for label, parts in steps.items():
            a = os.path.join(tmp, "steps.h5")
            if os.path.exists(a):
                os.remove(a)
            for part in parts:
                good("ingest", "-o", a, "--no-provenance", *part)
            d = h5diff(a, os.path.join(tmp, "j1", "a.h5"))
            ok(d.returncode == 0, f"an archive in steps equals one made at once: {label}", d.stdout, d.stderr)
            good("normalize", a, "-o", os.path.join(tmp, "steps-scores.h5"), "--no-provenance")
            ok(read_bytes(os.path.join(tmp, "steps-scores.h5")) == base["scores"], f"and gives the same scores, byte by byte: {label}")
    for name in ("a.h5", "s.h5"):
        with h5py.File(os.path.join(tmp, "j1", name), "r") as f:
            timed = []
            f.visititems(lambda n, o: timed.append(n) if h5py.h5g.get_objinfo(f.id, n.encode()).mtime else None)
            ok(not timed, f"{name} holds no times", timed)
    s, l = os.path.join(tmp, "j1", "s.h5"), os.path.join(tmp, "other.json")
    good("learn", s, "--set", SET, "-o", l, "--no-provenance", "--seed", "1")
    ok(read_bytes(l) != base["list"], "another seed gives another tail")
    good("learn", s, "--set", SET, "-o", l)
    ok(b"provenance" in read_bytes(l), "provenance is there unless it is refused")
    ok(b"provenance" not in base["list"] and tmp.encode() not in base["list"] + base["evaluation"] + base["figure2.tsv"],
       "with --no-provenance no name of the machine's is inside")
    done()


main()
