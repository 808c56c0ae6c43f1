"""Growth: tasks, sets, configs, replicas, splits and hyperparameters come in any order and at any time, and the archive is the same to the
byte. What is there already is not written again; what contradicts it is refused by name and changes nothing."""
import json
import os
import shutil
import subprocess
import sys
import time

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import diag, done, good, need_program, ok, read_bytes, run, same, temporary

SAMPLER, SET = "adam4p_wide_grid", "adam4p_wide_grid_1k"
TASK = "mini_quadratic_family_seed0"
N_CONFIG, N_REPLICA, N_STEP = 40, 5, 11
SANITIZED = bool(os.environ.get("SANITIZED"))  # there slow, and the same code: one way of each


def losses(seed, n_config=N_CONFIG, n_replica=N_REPLICA, n_step=N_STEP):
    rng = np.random.RandomState(seed)
    return (np.exp(-np.arange(n_step) / 4)[None, None, :, None] + .05 * rng.standard_normal((n_config, n_replica, n_step, 4))).astype("f4")


def write_npz(folder, ys, configs, task=TASK, sampler=SAMPLER, xs=None, dtype="<f4", name=""):
    path = make_npz.release_file(os.path.join(folder, name), task, sampler + "_1k", 500, ys.shape[1])
    xs = make_npz.steps(ys.shape[2]) if xs is None else xs
    make_npz.write_zip(path, make_npz.members(make_npz.optimizers(sampler, configs), xs, ys.astype(dtype)))
    return path


def write_json(folder, name, configs, task="t", n_step=4, **more):
    """configs: {name: {split: [[loss, ..], ..]}} or ({..}, hyperparameters)."""
    path = os.path.join(folder, name + ".json")
    entries = []
    for config, curves in configs.items():
        curves, hp = curves if isinstance(curves, tuple) else (curves, {"lr": .5})
        entries.append({"name": config, "hp": hp, "steps": list(range(n_step)), "curves": curves})
    with open(path, "w") as f:
        json.dump({"task": task, "configs": entries, **more}, f)
    return path


def ingest(archive, *sources, options=()):
    return run("ingest", "-o", archive, "--no-provenance", *options, *sources)


def grows(tmp, label, parts, options=()):
    """parts: lists of sources; at once, in this order and backwards give the same bytes."""
    once, grown = os.path.join(tmp, "once.h5"), os.path.join(tmp, "grown.h5")
    for path in (once, grown):
        if os.path.exists(path):
            os.remove(path)
    r = ingest(once, *[s for part in parts for s in part], options=options)
    ok(r.code == 0, f"{label}: at once", r)
    ways = (("everything in two steps, overlapping", [sum(parts[:-1], []), sum(parts, [])]), ("in steps", parts), ("in steps, backwards", parts[::-1]))
    for way, ordered in ways[:1] if SANITIZED else ways:
        if os.path.exists(grown):
            os.remove(grown)
        for part in ordered:
            r = ingest(grown, *part, options=options)
            if r.code != 0:
                break
        ok(r.code == 0 and read_bytes(grown) == read_bytes(once), f"{label}: {way}: the same bytes", r)
        if shutil.which("h5diff") and not SANITIZED:
            d = subprocess.run(["h5diff", once, grown], capture_output=True, text=True)
            ok(d.returncode == 0 and not d.stdout, f"{label}: {way}: h5diff finds nothing", d.stdout[:500], d.stderr[:500])
    r = run("check", once)
    ok(r.code == 0, f"{label}: check finds it whole", r)
    before, when = read_bytes(once), os.stat(once)
    for part in parts:
        r = ingest(once, *part, options=options)
        ok(r.code == 0 and "0 tables stored" in r.err and "there already" in r.err, f"{label}: each part is known then", r)
    after = os.stat(once)
    ok((after.st_ino, after.st_mtime_ns) == (when.st_ino, when.st_mtime_ns) and read_bytes(once) == before, f"{label}: and the file is not written again")
    return once


def axes(tmp):
    ys = losses(0)
    everything = [write_npz(tmp, ys, range(N_CONFIG), name="whole")]
    tasks = [[write_npz(tmp, losses(t), range(N_CONFIG), task=f"mini_quadratic_family_seed{t}", name="tasks")] for t in range(3)]
    grows(tmp, "tasks", tasks)
    sets = [[write_npz(tmp, losses(k), range(N_CONFIG), sampler=s, name="sets")] for k, s in enumerate(("adam1p_wide_grid", SAMPLER, "nadamw_grid"))]
    grows(tmp, "sets", sets)
    configs = [[write_npz(tmp, ys[list(rows)], rows, name=f"configs{i}")] for i, rows in enumerate((range(0, 40, 3), range(1, 40, 3), range(0, 40)))]
    path = grows(tmp, "configs, overlapping", configs)
    whole = os.path.join(tmp, "whole.h5")
    good("ingest", "-o", whole, "--no-provenance", *everything)
    ok(read_bytes(path) == read_bytes(whole), "configs: the bytes of an archive of the whole file")
    # Replica r of a file is replica r of the table.
    replicas = [[write_npz(tmp, ys[:, :n], range(N_CONFIG), name=f"replicas{n}")] for n in (2, 3, 5)]
    path = grows(tmp, "replicas", replicas)
    ok(read_bytes(path) == read_bytes(whole), "replicas: the bytes of an archive of the whole file")
    both = [[write_npz(tmp, ys[:20, :2], range(20), name="both0")], [write_npz(tmp, ys[10:, :4], range(10, 40), name="both1")]]
    path = grows(tmp, "configs and replicas", both)
    with h5py.File(path, "r") as f:
        g = f["sets/" + SET]
        expected = np.full((40, 4, N_STEP, 4), np.nan, "f4")
        expected[:20, :2], expected[10:] = ys[:20, :2], ys[10:, :4]
        ok(np.array_equal(g["curves/" + TASK][()], expected, equal_nan=True), "configs and replicas: the union, NaN where nothing is")
        same(g["ran/" + TASK][()].tolist(), [[1, 1, 0, 0]] * 10 + [[1] * 4] * 30, "configs and replicas: ran")
    doubles = [[everything[0]], [write_npz(tmp, losses(1), range(N_CONFIG), task="mini_quadratic_family_seed1", dtype="<f8", name="double")]]
    grows(tmp, "float and double", doubles)


def splits(tmp):
    curve = {"train": [[4, 3, 2, 1]], "valid": [[5, 4, 3, 2]], "valid_inner": [[6, 5, 4, 3]], "test": [[7, 6, 5, 4]]}

    def some(*names):
        return {n: curve[n] for n in names}

    a = write_json(tmp, "a", {"c1": some("train", "valid"), "c2": some("train", "valid")})
    b = write_json(tmp, "b", {"c1": some("test"), "c3": some("valid", "test")})
    c = write_json(tmp, "c", {"c4": some("valid", "test")}, task="u")
    options = ("--set", "mine", "--format", "curves-json")
    path = grows(tmp, "splits", [[a], [b], [c]], options)
    with h5py.File(path, "r") as f:
        g = f["sets/mine"]
        same([n.decode() for n in g["split_names"][()]], ["train", "valid", "test"], "splits: their union, in the order of the release")
        same(g["observed/t"][()][:, 0].tolist(), [[4, 4, 4], [4, 4, 0], [0, 4, 4], [0, 0, 0]], "splits: 0 observed where one is not there")
        same(g["ran/t"][()][:, 0].tolist(), [1, 1, 1, 0], "splits: ran")
        same(g["curves/t"][0, 0, :, 2].tolist(), [7, 6, 5, 4], "splits: one that came later joins its run")
        ok(np.isnan(g["curves/t"][1, 0, :, 2]).all() and np.isnan(g["curves/t"][3]).all(), "splits: NaN where none is")
    s = os.path.join(tmp, "splits-scores.h5")
    good("normalize", path, "-o", s)
    with h5py.File(s, "r") as f:
        same(f["sets/mine/n_missing"][()].tolist(), [1, 3], "splits: a config without the validation split is missing")
    d = write_json(tmp, "d", {"c1": some("valid_inner")})
    grows(tmp, "splits, one between", [[a], [d], [b]], options)
    # A task whose curves have all of what their set has so far, and one that has less, go to the same part.
    many = [write_json(tmp, f"m{i}", {"c1": some(*(("train", "valid") if i % 2 else ("train", "valid", "test")))}, task=f"t{i}") for i in range(8)]
    grows(tmp, "splits, alternating", [many[:3], many[3:]], options)


def hyperparameters(tmp):
    curve = {"train": [[4, 3, 2, 1]], "valid": [[5, 4, 3, 2]]}
    options = ("--set", "mine", "--format", "curves-json")
    known = write_json(tmp, "known", {"c1": (curve, {"lr": .25, "wd": 1}), "c2": (curve, {"lr": .5, "wd": 2})})
    more = write_json(tmp, "more", {"c3": (curve, {"lr": .75, "wd": 3})}, task="u")
    path = grows(tmp, "hyperparameters", [[known], [more]], options)
    before = read_bytes(path)
    for label, hp, expected in (("another value", {"lr": .26, "wd": 1}, "config c1: found lr 0.26"), ("another name", {"lr": .25, "momentum": 1}, "found 2 hyperparameters")):
        other = write_json(tmp, "other", {"c1": (curve, hp)})
        for r, what in ((ingest(path, other, options=options), "the same curves"), (ingest(path, write_json(tmp, "other", {"c1": (curve, hp)}, task="new"), options=options), "a new task")):
            ok(r.code == 4 and expected in r.err and "other.json" in r.err and len(r.err.splitlines()) == 1, f"hyperparameters: {label} is refused: {what}", r, expected)
            ok(read_bytes(path) == before and sorted(n for n in os.listdir(tmp) if "grown.h5" not in n and ".part" in n) == [], f"hyperparameters: {label}: nothing changes")


def contradictions(tmp):
    ys, archive = losses(0), os.path.join(tmp, "c.h5")
    good("ingest", "-o", archive, write_npz(tmp, ys, range(N_CONFIG), name="first"))
    before = read_bytes(archive)
    other = ys.copy()
    other[17, 3, 5, 2] += 1
    nan = ys.copy()
    nan[3, 1, 7, 0] = np.nan
    late, fewer = make_npz.steps(N_STEP).copy(), ys[:, :, :-1]
    late[5] += 1
    cases = [("another value", write_npz(tmp, other, range(N_CONFIG), name="other"), f"other/{TASK}/.*task {TASK}, set {SET}, config {SAMPLER}_seed17, replica 3: found other values"),
             ("another value, of a part", write_npz(tmp, other[10:20, :4], range(10, 20), name="part"), f"config {SAMPLER}_seed17, replica 3: found other values"),
             ("NaN where there was a value", write_npz(tmp, nan, range(N_CONFIG), name="nan"), f"config {SAMPLER}_seed3, replica 1: found other values"),
             ("another step", write_npz(tmp, ys, range(N_CONFIG), xs=late, name="late"), f"task {TASK}: found step 251 at point 5, expected 250"),
             ("fewer steps", write_npz(tmp, fewer, range(N_CONFIG), name="fewer"), f"task {TASK}: found 10 steps, expected 11"),
             ("another step in another set", write_npz(tmp, ys, range(N_CONFIG), xs=late, sampler="nadamw_grid", name="late2"), f"task {TASK}: found step 251")]
    import re
    new = write_npz(tmp, losses(9), range(N_CONFIG), task="mini_quadratic_family_seed9", name="new")
    for label, source, expected in cases:
        for sources in ([source], [new, source], [source, new]):
            r = ingest(archive, *sources)
            ok(r.code == 4 and re.search(expected, r.err) and len(r.err.splitlines()) == 1, f"refused: {label}, {len(sources)} sources", r, expected)
            ok(read_bytes(archive) == before and not [n for n in os.listdir(tmp) if n.startswith(("c.h5.", ".c.h5"))], f"and the archive is what it was, alone: {label}")
    # In one run the second of two sources contradicts the first.
    fresh = os.path.join(tmp, "fresh.h5")
    r = ingest(fresh, cases[0][1], os.path.join(tmp, "first"))
    ok(r.code == 4 and "found other values" in r.err and not os.path.exists(fresh), "two sources that contradict each other: nothing is made", r)


def long_curves(tmp):
    """Steps are an attribute, and those of HDF5 have to be stored in another way from 64 KiB, 8,192 steps, on."""
    for n_step in (8200,) if SANITIZED else (7499, 7501, 8200, 100000):
        archive, scores = os.path.join(tmp, f"long{n_step}.h5"), os.path.join(tmp, "long-scores.h5")
        ys = losses(1, 3, 1, n_step)
        r = ingest(archive, write_npz(tmp, ys, range(3), xs=np.arange(n_step), name=f"long{n_step}"))
        ok(r.code == 0, f"{n_step} steps", r)
        with h5py.File(archive, "r") as f:
            d = f[f"sets/{SET}/curves/{TASK}"]
            ok(np.array_equal(d[()], ys) and np.array_equal(d.attrs["steps"], np.arange(n_step)), f"{n_step} steps: as h5py reads them")
        r = run("check", archive)
        ok(r.code == 0, f"{n_step} steps: whole", r)
        r = run("normalize", archive, "-o", scores)
        ok(r.code == 0, f"{n_step} steps: normalized", r)
        more = np.concatenate([ys, losses(2, 1, 1, n_step)])
        r = ingest(archive, write_npz(tmp, more, range(4), xs=np.arange(n_step), name=f"longer{n_step}"))
        with h5py.File(archive, "r") as f:
            d = f[f"sets/{SET}/curves/{TASK}"]
            ok(r.code == 0 and np.array_equal(d[()], more) and np.array_equal(d.attrs["steps"], np.arange(n_step)), f"{n_step} steps: with a config more", r)


def too_large(tmp):
    """Each source is within bounds, their union is not: four replicas, all as wide as the widest."""
    n_step, archive = 700000, os.path.join(tmp, "large.h5")
    wide = write_npz(tmp, np.zeros((1, 1, n_step, 4)), range(1), dtype="<f8", name="wide")
    many = write_npz(tmp, np.zeros((1, 4, n_step, 4)), range(1, 2), name="many")
    r = ingest(archive, wide, many)
    ok(r.code == 6 and f"task {TASK}, set {SET}: found 4 replicas x 700000 steps x 4 splits, expected at most" in r.err and len(r.err.splitlines()) == 1,
       "rows that grow too large are refused", r)
    ok(not [n for n in os.listdir(tmp) if n.startswith("large.h5")], "and nothing is left")


def quick(tmp):
    """What is there is skipped: how much faster than storing it. Told, not demanded: machines differ."""
    root, archive = os.path.join(tmp, "quick"), os.path.join(tmp, "quick.h5")
    for t in range(12):
        write_npz(root, losses(t, 400, 5, 51), range(400), task=f"mini_quadratic_family_seed{t}")
    took = []
    for _ in range(2):
        start = time.monotonic()
        good("ingest", "-o", archive, "-j", "1", root)
        took.append(time.monotonic() - start)
    diag(f"first ingest {took[0]:.3f} s, again {took[1]:.3f} s")


def main():
    need_program()
    tmp = temporary()
    axes(tmp)
    splits(tmp)
    hyperparameters(tmp)
    contradictions(tmp)
    long_curves(tmp)
    too_large(tmp)
    if not SANITIZED:
        quick(tmp)
    done()


main()
