"""Trust in archives. `check` is held against faults put into them one at a time (bits of chunks, `ran`, `observed`, names, links,
shapes, by h5py), growth against an archive made at once, and writers are stopped in every way.

Scaled down; TORTURE=1 in the environment runs ten times as many kills and flips."""
import fcntl
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST, done, good, need_program, ok, read_bytes, run, same, table, temporary, uncounted

need_program()
TMP = temporary()
SANITIZED = bool(os.environ.get("SANITIZED"))
TIMES = 10 if os.environ.get("TORTURE") else 1
RNG = random.Random(11)
SET = "adam1p_wide_grid_1k"


def path(*names):
    return os.path.join(TMP, *names)


# ---- A small release, and parts of it along each axis ----

def curves(seed, n_config=300, n_replica=3, n_step=11):
    g = np.random.default_rng(seed)
    y = (g.uniform(1, 3, (n_config, 1, 1, 1)) * np.exp(-np.arange(n_step)[None, None, :, None] / 5)
         * g.uniform(.9, 1.1, (n_config, n_replica, n_step, 4))).astype(np.float32)
    y[5] = np.nan
    return y


def write(root, task, set_name, seed, configs=range(300), replicas=3, change=None):
    sampler = set_name[:-3]
    y = curves(seed)[list(configs)][:, :replicas].copy()
    if change is not None:
        y[change] += 1
    folder = path(root, task)
    os.makedirs(folder, exist_ok=True)
    np.savez(os.path.join(folder, f"{set_name}_1000_replica{replicas}.npz"),
             optimizers=np.array([f"{sampler}_seed{i}".encode() for i in configs]), xs=np.arange(0, 1100, 100), ys=y)
    return path(root)


TASKS = [f"mlp_family_seed{i}" for i in range(4)]
for i, t in enumerate(TASKS):
    write("all", t, SET, i)
    write("all", t, "adam4p_wide_grid_1k", 50 + i)


def ingest(archive, *sources, **more):
    return good("ingest", "-q", "--no-provenance", "-o", path(archive), *sources, **more)


ingest("whole.h5", path("all"))
WHOLE = read_bytes(path("whole.h5"))

# ---- check: nothing wrong ----

r = run("check", path("whole.h5"), "--no-provenance")
comments, rows = table(r.out)
ok(r.code == 0 and comments == [] and "no fault found" in r.err, "a whole archive passes", r)
same([(x["set"], x["tasks"], x["configs"], x["replicas"], x["runs"], x["missing_runs"], x["missing"], x["diverged"], x["degenerate"]) for x in rows],
     [(s, "4", "300", "3", "3600", "0", "0", "4", "0") for s in (SET, "adam4p_wide_grid_1k")], "its census")
for j in "1", "3":
    same(run("check", "-j", j, path("whole.h5"), "--no-provenance").out, r.out, f"the same for -j{j}")
found = json.loads(good("check", path("whole.h5"), "--json", "--no-provenance").out)
same((found["notes"], [x["diverged"] for x in found["rows"]]), ([], [4, 4]), "--json has the same")
for name, code, make in [("no HDF5 file", 4, lambda p: open(p, "w").write("{}")), ("an empty file", 4, lambda p: open(p, "w").close()),
                         ("another schema", 4, lambda p: h5py.File(p, "w").attrs.__setitem__("schema", "other/1")),
                         ("an archive of a later version", 4, lambda p: h5py.File(p, "w").attrs.__setitem__("schema", "hyperlist.archive/9"))]:
    make(path("x.h5"))
    r = run("check", path("x.h5"))
    ok(r.code == code and r.out == "" and r.err.count("\n") == 1, f"check: {name}", r)
same([run("check", path("none.h5")).code, run("check", TMP).code, run("check").code, run("check", path("x.h5"), path("x.h5")).code], [3, 3, 2, 2],
     "check: no file, a folder, no argument, two")

# ---- info: what it is, when and from what it was made ----

good("ingest", "-q", "-o", path("made.h5"), path("all"))
good("normalize", "-q", path("made.h5"), "-o", path("made-scores.h5"))
good("learn", "-q", path("made-scores.h5"), "--set", SET, "-o", path("made.json"))
found = json.loads(good("info", "--json", path("made.h5")).out)
same((found["tasks"], found["kinds"], found["families"], found["bytes"]), (4, {"mlp": 4}, {"mlp_family": 4}, os.path.getsize(path("made.h5"))), "info of an archive: tasks by kind and family, size")
same(found["made_by"], [{"command": f"hyperlist ingest -q -o {path('made.h5')} {path('all')}", "inputs": 8}], "what it was made from")
ok(abs(time.mktime(time.strptime(found["made"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - time.time()) < 600, "when", found["made"])
same({k: found["sets"][0][k] for k in ("name", "configs", "tasks", "replicas", "points", "first_step", "last_step", "runs", "missing_runs", "missing_share", "splits")},
     {"name": SET, "configs": 300, "tasks": 4, "replicas": 3, "points": 11, "first_step": 0, "last_step": 1000, "runs": 3600, "missing_runs": 0,
      "missing_share": 0, "splits": ["train", "valid_inner", "valid_outer", "test"]}, "its sets")
found = json.loads(good("info", "--json", path("made-scores.h5")).out)
same((len(found["made_by"]), found["made_by"][0]["inputs"], found["degenerate"], found["sets"][0]["diverged"], found["sets"][0]["diverged_share"]),
     (1, 1, [], 4, 4 / 1200), "info of a scores file")
found = json.loads(good("info", "--json", path("made.json")).out)
with open(path("made.json")) as f:
    entries = json.load(f)["entries"][:5]
same([(e["config"], e["J"]) for e in found["first"][:5]], [(e["config"], e["J"]) for e in entries], "info of a list: its first entries and J")

# ---- check: bits of chunks ----

with h5py.File(path("whole.h5")) as f:
    places = []
    for s in f["sets"]:
        for t in f["sets"][s]["curves"]:
            d = f["sets"][s]["curves"][t]
            places += [(f"/sets/{s}/curves/{t}", c.byte_offset, c.size) for c in (d.id.get_chunk_info(i) for i in range(d.id.get_num_chunks()))]
n_flip, n_seen, n_refused, missed = (20 if SANITIZED else 100) * TIMES, 0, 0, []
work = path("flip.h5")
shutil.copy(path("whole.h5"), work)
for k in range(n_flip):
    place, offset, size = RNG.choice(places)
    at, bit = offset + RNG.randrange(size), 1 << RNG.randrange(8)
    with open(work, "r+b") as f:
        f.seek(at)
        f.write(bytes([WHOLE[at] ^ bit]))
    r = run("check", work, "--no-provenance")
    if r.code == 1 and r.err.count("\n") == 1 and place in r.err and f"# fault: {work}: {place}: rows" in r.out:
        n_seen += 1
    else:
        missed.append((place, at, bit, r))
    if k % 10 == 0:
        r = run("normalize", work, "-o", path("s.h5"))
        n_refused += r.code == 4 and place in r.err and not os.path.exists(path("s.h5"))
    with open(work, "r+b") as f:
        f.seek(at)
        f.write(WHOLE[at:at + 1])
same(n_seen, n_flip, f"each of {n_flip} flipped bits is found, by the chunk's place")
for place, at, bit, r in missed[:3]:
    ok(False, f"missed: {place} byte {at} bit {bit}", r)
same(n_refused, len(range(0, n_flip, 10)), "and normalize refuses such an archive")

# ---- check: what h5py can put wrong ----

A = f"sets/{SET}"
T = TASKS[1]


def put(name, data):
    def change(f):
        del f[name]
        f[name] = data(f) if callable(data) else data
    return change


def ran(config, replica, value):
    return lambda f: f[f"{A}/ran/{T}"].__setitem__((config, replica), value)


def observe(f):
    o = np.full((300, 3, 4), 11, np.int32)
    o[7, 1, 2] = 4
    f[f"{A}/observed/{T}"] = o


def observe_beyond(f):
    f[f"{A}/observed/{T}"] = np.full((300, 3, 4), 12, np.int32)


FAULTS = [
    ("a run that is not there has values", ran(9, 2, 0), [f"set {SET}, task {T}: found values in runs that are not there (ran is 0): in 1 run, expected NaN there; the first: config adam1p_wide_grid_seed9, replica 2"]),
    ("ran is 2", ran(4, 0, 2), [f"{A}/ran/{T}: config adam1p_wide_grid_seed4, replica 0: found 2, expected 0 or 1"]),
    ("ran is of another shape", put(f"{A}/ran/{T}", np.ones((300, 2), np.uint8)), [f"ran/{T}"]),
    ("ran is not there", lambda f: f.__delitem__(f"{A}/ran/{T}"), [f"ran/{T}"]),
    ("points behind the observed ones", observe, [f"task {T}: found values behind the observed points in 1 run, expected NaN there; the first: config adam1p_wide_grid_seed7, replica 1"]),
    ("more observed than there are", observe_beyond, [f"{A}/observed/{T}: config adam1p_wide_grid_seed0, replica 0, split train: found 12, expected 0 to 11"]),
    ("steps that fall", lambda f: f[f"{A}/curves/{T}"].attrs.__setitem__("steps", np.arange(11.)[::-1]), [f"{A}/curves/{T}: steps: item 1: found 9 after 10"]),
    ("too few steps", lambda f: f[f"{A}/curves/{T}"].attrs.__setitem__("steps", np.arange(10.)), [f"{A}/curves/{T}: steps: found 10, expected 11"]),
    ("curves of another shape", put(f"{A}/curves/{T}", np.zeros((299, 3, 11, 4), np.float32)), [f"{A}/curves/{T}: found 299 configs x 4 splits, expected 300 x 4"]),
    ("curves of whole numbers", put(f"{A}/curves/{T}", np.zeros((300, 3, 11, 4), np.int32)), [f"{A}/curves/{T}: found another shape or type"]),
    ("a table of no task", lambda f: f.move(f"{A}/curves/{T}", f"{A}/curves/stranger"), [f"{A}/curves/stranger: found a table of no task in /tasks/name", f"{A}/ran/{T}: found no curves of that task"]),
    ("task names out of order", put("tasks/name", lambda f: np.array(TASKS[::-1], object)), ["/tasks/name: item 1: found 'mlp_family_seed2' after 'mlp_family_seed3'"]),
    ("config names out of order", put(f"{A}/config_names", lambda f: np.array([f"adam1p_wide_grid_seed{i}" for i in range(299, -1, -1)], object)), [f"/{A}/config_names: item 1"]),
    ("a hyperparameter table of another shape", put(f"{A}/hyperparameters", np.zeros((300, 2))), ["hyperparameters"]),
    ("no splits", put(f"{A}/split_names", lambda f: np.array([], h5py.string_dtype())), [f"/{A}/split_names: found none"]),
    ("n_params of another length", put("tasks/n_params", np.zeros(3, np.int64)), ["n_params"]),
    ("two faults, both told", lambda f: (ran(4, 0, 2)(f), f[f"{A}/curves/{TASKS[3]}"].attrs.__setitem__("steps", np.arange(10.))), [f"{A}/ran/{T}", f"{A}/curves/{TASKS[3]}: steps"]),
]
for name, change, says in FAULTS:
    shutil.copy(path("whole.h5"), work)
    with h5py.File(work, "r+") as f:
        change(f)
    r = run("check", work, "--no-provenance")
    faults = [x for x in r.out.splitlines() if x.startswith("# fault: ")]
    ok(r.code == 1 and len(faults) >= len(says) and all(any(s in x for x in faults) for s in says) and f"found {len(faults)} fault" in r.err, f"check: {name}", r, says)
shutil.copy(path("whole.h5"), work)
with h5py.File(work, "r+") as f:
    c, rn = f[f"{A}/curves/{T}"], f[f"{A}/ran/{T}"]
    v = c[()]
    v[9, 2] = np.nan
    c[...] = v
    rn[9, 2] = 0
r = run("check", work)
ok(r.code == 0 and table(r.out)[1][0]["missing_runs"] == "1", "check: a run that is not there, and has no values, is no fault", r)
n_cut = 0
for k in range(20 * TIMES):
    with open(work, "wb") as f:
        f.write(WHOLE[:RNG.randrange(len(WHOLE))])
    n_cut += run("check", work).code in (1, 3, 4)
same(n_cut, 20 * TIMES, "check: a file cut anywhere is not taken for whole")

# ---- Growth: in two steps as at once, along each axis ----

HALF = [(range(0, 150), range(150, 300)), (range(0, 300, 2), range(1, 300, 2))]
for i, t in enumerate(TASKS):
    write("tasks_a" if i < 2 else "tasks_b", t, SET, i)
    write("tasks_a" if i < 2 else "tasks_b", t, "adam4p_wide_grid_1k", 50 + i)
    write("sets_a", t, SET, i)
    write("sets_b", t, "adam4p_wide_grid_1k", 50 + i)
    for k, halves in enumerate(HALF):
        for name, configs in zip("ab", halves):
            write(f"configs{k}_{name}", t, SET, i, configs)
            write(f"configs{k}_{name}", t, "adam4p_wide_grid_1k", 50 + i, configs)
    write("replicas_a", t, SET, i, replicas=2)
    write("replicas_a", t, "adam4p_wide_grid_1k", 50 + i, replicas=1)
for axis in ("tasks", "sets", "configs0", "configs1"):
    for order in ("ab", "ba"):
        a = f"{axis}{order}.h5"
        for part in order:
            ingest(a, path(f"{axis}_{part}"))
        ok(read_bytes(path(a)) == WHOLE, f"{axis} in two steps, {order}: the bytes of one step")
ingest("replicas.h5", path("replicas_a"))
ingest("replicas.h5", path("all"))
ok(read_bytes(path("replicas.h5")) == WHOLE, "replicas added: the bytes of one step")
r = subprocess.run(["h5diff", path("replicas.h5"), path("whole.h5")], capture_output=True, text=True)
ok(r.returncode == 0 and "difference" not in r.stdout, "h5diff finds no difference", r.stdout)
before = os.stat(path("whole.h5"))
r = good("ingest", "--no-provenance", "-o", path("whole.h5"), path("all"))
after = os.stat(path("whole.h5"))
ok("0 tables stored, 8 were there already" in r.err and (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns), "what is there and equal is skipped, the file not touched", r)

for name, change, says in [("other values", lambda: write("bad", T, SET, 1, change=(7, 1, 3, 2)), ("adam1p_wide_grid_seed7", T)),
                           ("other values in part of the configs", lambda: write("bad", T, SET, 1, range(0, 20), change=(7, 1, 3, 2)), ("adam1p_wide_grid_seed7", T))]:
    shutil.rmtree(path("bad"), ignore_errors=True)
    change()
    r = run("ingest", "-o", path("whole.h5"), path("bad"))
    ok(r.code == 4 and all(s in r.err for s in says) and read_bytes(path("whole.h5")) == WHOLE, f"refused by name, nothing changed: {name}", r)
shutil.rmtree(path("bad"))
write("bad", T, SET, 1)
with np.load(path("bad", T, f"{SET}_1000_replica3.npz")) as z:
    parts = dict(z)
parts["xs"] = parts["xs"] + 1
np.savez(path("bad", T, f"{SET}_1000_replica3.npz"), **parts)
r = run("ingest", "-o", path("whole.h5"), path("bad"))
ok(r.code == 4 and T in r.err and "step" in r.err and read_bytes(path("whole.h5")) == WHOLE, "refused by name, nothing changed: other steps", r)
with open(path("c.json"), "w") as f:
    json.dump({f"adam1p_wide_grid_seed{i}": [{"learning_rate": .5}, "adam1p_wide_grid"] for i in range(300)}, f)
r = run("ingest", "-o", path("whole.h5"), "--configs", path("c.json"), write("hp", "mlp_family_seed9", SET, 9))
ok(r.code == 4 and "learning_rate" in r.err and read_bytes(path("whole.h5")) == WHOLE, "refused by name, nothing changed: other hyperparameters", r)
same(sorted(x for x in os.listdir(TMP) if ".part" in x or "lock" in x), [], "no part and no lock is left")

# ---- Two writers ----

with open(path(".two.h5.lock"), "w") as f:
    try:
        fcntl.flock(f, fcntl.LOCK_EX)
        fcntl.lockf(f, fcntl.LOCK_EX)
        r = run("ingest", "-o", path("two.h5"), path("all"))
        ok(r.code in (0, 3) and (r.code == 0 or "two.h5" in r.err), "a writer that finds another's lock says so", r)
    finally:
        pass
for name in ("two.h5", ".two.h5.lock"):
    if os.path.exists(path(name)):
        os.remove(path(name))
both = [subprocess.Popen([HYPERLIST, "ingest", "-q", "--no-provenance", "-o", path("two.h5"), path(x)], stderr=subprocess.PIPE) for x in ("tasks_a", "tasks_b")]
codes = [p.wait() for p in both]
errors = [p.stderr.read().decode() for p in both]
ok(all(c in (0, 3) for c in codes) and 0 in codes, "two writers at once: one stores, the other too or is refused", codes, errors)
ok(run("check", path("two.h5")).code == 0, "and the archive is whole")
for x in ("tasks_a", "tasks_b"):
    ingest("two.h5", path(x))
ok(read_bytes(path("two.h5")) == WHOLE, "and complete once both have run")

# ---- Full disk: a limit on the size of files ----

size = len(WHOLE)
shutil.copy(path("tasksab.h5"), path("full.h5"))
ingest("base.h5", path("tasks_a"))
BASE = read_bytes(path("base.h5"))
for share in (0.02, 0.3, 0.6, 0.9):
    limit = int(size * share)

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    shutil.copy(path("base.h5"), path("full.h5"))
    # A build that counts coverage could not write its counts whole: they go nowhere.
    p = subprocess.run([HYPERLIST, "ingest", "-q", "--no-provenance", "-o", path("full.h5"), path("tasks_b")], env={**os.environ, "GCOV_PREFIX": "/dev/null"}, preexec_fn=small, capture_output=True, text=True)
    left = [x for x in os.listdir(TMP) if x.startswith("full.h5.part") or x.startswith(".full.h5")]
    ok(p.returncode == 3 and uncounted(p.stderr).count("\n") == 1 and read_bytes(path("full.h5")) == BASE and left == [], f"a disk full at {share:.0%}: the old archive stays, nothing is left", p, left)

# ---- Kills ----

n_kill, lost, n_alive = (6 if SANITIZED else 30) * TIMES, [], 0
began = time.time()
good("ingest", "-q", "--no-provenance", "-o", path("time.h5"), path("all"))
length = time.time() - began
for k in range(n_kill):
    target = path("kill.h5")
    for x in os.listdir(TMP):
        if "kill.h5" in x:
            os.remove(path(x))
    growing = k % 2 == 1
    if growing:
        shutil.copy(path("base.h5"), target)
    p = subprocess.Popen([HYPERLIST, "ingest", "-q", "--no-provenance", "-o", target, path("all")], stderr=subprocess.DEVNULL)
    time.sleep(RNG.uniform(0, 1.1 * length))
    p.kill()
    n_alive += p.wait() != 0
    if os.path.exists(target):
        now = read_bytes(target)
        if now not in (WHOLE, BASE if growing else WHOLE):
            lost.append((k, "the archive is neither what it was nor whole"))
    elif growing:
        lost.append((k, "the archive is gone"))
    r = run("ingest", "-q", "--no-provenance", "-o", target, path("all"))
    if r.code != 0 or read_bytes(target) != WHOLE:
        lost.append((k, "the next ingest does not complete it", r))
    if [x for x in os.listdir(TMP) if "kill.h5" in x and x != "kill.h5"]:
        lost.append((k, "something is left", os.listdir(TMP)))
ok(lost == [], f"{n_kill} kills ({n_alive} in time): nothing is lost, the next ingest completes", *lost[:3])
done()
