"""1, 3 and 7 ranks give the bytes of the ordinary program: archive, scores, list, generalization, Figure 2. TORTURE=1: 2, 4 and 16 too,
and more of the options. What is bad on one rank is told once, by name; what the first cannot write, all learn; the README's line runs."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ranks import ENV, FIXTURES, HYPERLIST_MPI, ROOT, SET, command, need_mpi, ours, run
from tap import done, ok, read_bytes, same, temporary

TORTURE = os.environ.get("TORTURE")
RANKS = (1, 2, 3, 4, 7, 16) if TORTURE else (1, 3, 7)


def chain(folder, n_rank):
    """{what: bytes} of the whole path; each step from the files of this very chain."""
    os.mkdir(folder)
    a, s, l, g, f = (os.path.join(folder, n) for n in ("a.h5", "s.h5", "l.json", "g.tsv", "figures"))
    learn = ("--set", SET, "--no-provenance", "-q")
    steps = {"archive": ("ingest", "-q", "--no-provenance", "-o", a, FIXTURES), "scores": ("normalize", "-q", "--no-provenance", "-o", s, a),
             "list": ("learn", s, *learn, "-o", l), "generalization": ("generalize", s, *learn, "--resamples", "9", "-o", g),
             "figure 2": ("reproduce", s, "-q", "--no-provenance", "-o", f, "figure2")}
    files = {"archive": [a], "scores": [s], "list": [l], "generalization": [g], "figure 2": [os.path.join(f, "figure2.tsv"), os.path.join(f, "figure2.svg")]}
    if TORTURE:
        t, d, every = (os.path.join(folder, n) for n in ("t.tsv", "d.json", "all"))
        steps["generalization per task"] = ("generalize", s, *learn, "--k-fold", "5", "--resamples", "3", "--per-task", "-k", "5", "--baselines", "all", "-o", t)
        steps["list of some"] = ("learn", s, *learn, "--missing", "drop-config", "--tasks", "!kind:rnn", "-k", "7", "--seed", "3", "-o", d)
        steps["all figures"] = ("reproduce", s, "-q", "--no-provenance", "--format", "dumb", "-o", every)
        files |= {"generalization per task": [t], "list of some": [d]}
    found = {}
    for what, args in steps.items():
        r = run(n_rank, *args)
        ok(r.code == 0 and not ours(r), f"{n_rank} ranks: {what} is made without a word", r)
        found |= {what + os.path.splitext(path)[1]: read_bytes(path) for path in files.get(what, []) if os.path.exists(path)}
    if TORTURE:
        found |= {n: read_bytes(os.path.join(every, n)) for n in sorted(os.listdir(every))}
    ok(not [n for n in os.listdir(folder) if n.startswith(".") or "part" in n], f"{n_rank} ranks: no hidden file and no part is left", os.listdir(folder))
    return found


def compare(tmp):
    ordinary = chain(os.path.join(tmp, "0"), 0)
    ok(len(ordinary) >= 6, "the ordinary program made all of it", sorted(ordinary))
    for n_rank in RANKS:
        found = chain(os.path.join(tmp, str(n_rank)), n_rank)
        same(sorted(found), sorted(ordinary), f"{n_rank} ranks make the same files")
        for what in ordinary:
            ok(found.get(what) == ordinary[what], f"{n_rank} ranks: the bytes of the ordinary program: {what}")


def failures(tmp):
    release, a = os.path.join(tmp, "release"), os.path.join(tmp, "bad.h5")
    tasks = sorted(os.listdir(FIXTURES))[:9]
    for t in tasks:
        shutil.copytree(os.path.join(FIXTURES, t), os.path.join(release, t)) if os.path.isdir(os.path.join(FIXTURES, t)) else None
    bad = sorted(p for d, _, n in os.walk(release) for p in (os.path.join(d, x) for x in n) if p.endswith(".npz"))[-7]
    with open(bad, "wb") as f:
        f.write(b"this is no archive")
    r = run(3, "ingest", "-o", a, release)
    ok(r.code == 4 and len(ours(r)) == 1 and bad in ours(r)[0], "a file that is bad on the last rank is told once, by name", r)
    ok(not [n for n in os.listdir(tmp) if "bad.h5" in n], "and nothing is left", os.listdir(tmp))
    r, alone = run(3, "ingest", "--keep-going", "-o", a, release), run(0, "ingest", "--keep-going", "-o", a + "0", release)
    same([line.replace(a, "A") for line in ours(r)], [line.replace(a + "0", "A") for line in ours(alone)], "left out, it is warned of as by the ordinary program")
    same(r.code, alone.code, "and the code is the same")
    r = run(2, "learn", os.path.join(tmp, "0", "s.h5"), "--set", SET, "-o", os.path.join(tmp, "no", "folder", "l.json"))
    ok(r.code == 3 and len(ours(r)) == 1, "where the first rank cannot write, all end", r)
    r = run(2, "learn", os.path.join(tmp, "0", "s.h5"), "--set", "nosuch", "-o", os.path.join(tmp, "l.json"))
    ok(r.code == 2 and len(ours(r)) == 1 and not r.out, "a wrong word is told once", r)
    r = run(2, "info", "--json", os.path.join(tmp, "0", "l.json"))
    alone = run(0, "info", "--json", os.path.join(tmp, "0", "l.json"))
    same(r.out, alone.out, "what is not shared is done once")


def readme(tmp):
    """The line to run as root in a container, as it stands there."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        lines = re.findall(r"^\$ (OMPI_.*mpirun .*hyperlist-mpi .*)$", f.read(), re.M)
    ok(len(lines) >= 1, "the README has a line for mpirun", lines)
    if "oversubscribe" not in command(1)[1]:
        return
    os.symlink(os.path.join(tmp, "0", "s.h5"), os.path.join(tmp, "scores.h5"))
    env = {k: v for k, v in ENV.items() if not k.startswith("OMPI_")}
    env["PATH"] = os.path.dirname(HYPERLIST_MPI) + os.pathsep + env["PATH"]
    for line in lines:
        p = subprocess.run(["bash", "-c", line], cwd=tmp, env=env, capture_output=True, text=True, timeout=100)
        ok(p.returncode == 0, f"runs: {line}", p.stdout, p.stderr)


need_mpi()
TMP = temporary()
compare(TMP)
failures(TMP)
readme(TMP)
done()
