"""`check`: whole files of every writer pass, every fault is found with its place, and the census is right.

Archives are broken with h5py, one fault at a time and many at once; the census is held against numpy's and against the counts that
`normalize` writes. Bits flipped in
chunks are in tests/archive/trust_test.py."""
import gzip
import json
import os
import shutil
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import diag, done, good, need_program, ok, read_bytes, run, same, temporary

SETS = ("adam1p_wide_grid", "adam4p_wide_grid")
A, B = (s + "_1k" for s in SETS)
TASK = "mini_quadratic_family_seed0"
N_CONFIG, N_REPLICA, N_STEP = 9, 3, 6


def write_text(group, name, texts):
    del group[name]
    group.create_dataset(name, data=np.array(texts, dtype=object), dtype=h5py.string_dtype())


def check(path, *options):
    """The run, and what --json says: the faults, and the sets' counts."""
    r = run("check", "--json", *options, path)
    try:
        said = json.loads(r.out)
    except ValueError:
        return r, None
    return r, {"faults": [n[len("fault: "):] for n in said["notes"] if n.startswith("fault: ")], "sets": said["rows"]}


# ---- an archive with all there can be: missing runs, early ends, diverged curves, a set without a task, a degenerate task ----

def rewrite(f, place, data, **options):
    steps = f[place].attrs["steps"] if "steps" in f[place].attrs else None
    del f[place]
    d = f.create_dataset(place, data=data, **options)
    if steps is not None:
        d.attrs["steps"] = steps


FILTERS = {"chunks": (4, N_REPLICA, N_STEP, 4), "shuffle": True, "compression": "gzip", "compression_opts": 1, "fletcher32": True}


def write_rich(path, plain, options=None):
    """From a plain archive; options: how h5py is to store the curves."""
    shutil.copy(plain, path)
    options = FILTERS if options is None else options
    rng = np.random.RandomState(1)
    with h5py.File(path, "r+") as f:
        for s in (A, B):
            g = f["sets/" + s]
            g.create_group("observed")
            for t in list(g["curves"]):
                ys, ran = g["curves/" + t][()], np.ones((N_CONFIG, N_REPLICA), "u1")
                observed = np.full((N_CONFIG, N_REPLICA, 4), N_STEP, "i4")
                ran[rng.uniform(size=ran.shape) < .2] = 0
                ran[2] = 0
                observed[4] = 3
                observed[5, :, 1] = 0
                ys[6, 0, 3, 1] = np.inf
                ys[7, :, 0, 1] = np.nan
                ran[6, 0] = ran[7, 1] = 1
                if t.endswith("seed2"):
                    ys[:] = 1
                ys[ran == 0] = np.nan
                for c in range(N_CONFIG):
                    for r in range(N_REPLICA):
                        for k in range(4):
                            ys[c, r, observed[c, r, k]:, k] = np.nan
                rewrite(f, f"sets/{s}/curves/{t}", ys, **options)
                rewrite(f, f"sets/{s}/ran/{t}", ran)
                g.create_dataset("observed/" + t, data=observed)
        for what in ("curves", "ran", "observed"):
            del f[f"sets/{B}/{what}/mini_quadratic_family_seed1"]


def census(path):
    """The twin: counts of each set by their definitions."""
    out = {}
    with h5py.File(path, "r") as f:
        tasks = [n.decode() for n in f["tasks/name"][()]]
        finite_first, lowest = {t: [] for t in tasks}, {t: [] for t in tasks}
        for s, g in f["sets"].items():
            k = [n.decode() for n in g["split_names"][()]].index("valid_inner")
            c = {"tasks": len(g["curves"]), "configs": len(g["config_names"]), "replicas": 0, "runs": 0, "missing_runs": 0,
                 "cells": len(tasks) * len(g["config_names"]), "missing": 0, "diverged": 0, "degenerate": 0}
            for t in tasks:
                if t not in g["curves"]:
                    c["missing"] += c["configs"]
                    continue
                ys, ran = g["curves/" + t][()].astype("f8"), g["ran/" + t][()]
                observed = g["observed/" + t][()] if "observed" in g and t in g["observed"] else np.full(ys.shape[:2] + ys.shape[3:], ys.shape[2])
                c["replicas"] = max(c["replicas"], ys.shape[1])
                c["runs"] += ran.size
                c["missing_runs"] += int((ran == 0).sum())
                for i in range(len(ys)):
                    n = [int(observed[i, r, k]) if ran[i, r] else 0 for r in range(ys.shape[1])]
                    mean = [np.mean([ys[i, r, s, k] for r in range(ys.shape[1]) if s < n[r]]) for s in range(max(n))]
                    c["missing"] += not mean
                    c["diverged"] += not np.isfinite(mean).all()
                    finite_first[t] += [m for m in mean[:1] if np.isfinite(m)]
                    lowest[t] += [m for m in mean if np.isfinite(m)]
            out[s] = c
        for s, g in f["sets"].items():
            for t in g["curves"]:
                out[s]["degenerate"] += not lowest[t] or not min(lowest[t]) < np.mean(finite_first[t])
    return out


def whole_files(tmp, plain, rich):
    dresses = {"as ingested": None, "gzip, shuffle, fletcher32": {**FILTERS, "chunks": (4, 3, 6, 4)},
               "chunks of other shape": {**FILTERS, "chunks": (2, 1, 3, 2)}, "without fletcher32": {**FILTERS, "fletcher32": False},
               "gzip alone": {"chunks": True, "compression": "gzip"}, "chunks, no filter": {"chunks": True},
               "contiguous": {}}
    for label, options in dresses.items():
        path = plain if options is None else os.path.join(tmp, "dress.h5")
        if options is not None:
            write_rich(path, plain, options)
        r, found = check(path)
        ok(r.code == 0 and found["faults"] == [], f"whole: {label}", r)
        expected = census(path)
        same({s.pop("set"): s for s in found["sets"]}, expected, f"census as numpy's: {label}")
        scores = os.path.join(tmp, "dress-scores.h5")
        good("normalize", path, "-o", scores, "-q")
        _, of_scores = check(scores)
        for s in of_scores["sets"]:
            same([s[k] for k in ("cells", "missing", "diverged", "degenerate")], [expected[s["set"]][k] for k in ("cells", "missing", "diverged", "degenerate")],
                 f"census as in the scores: {label}: {s['set']}")
        ok(of_scores["faults"] == [], f"scores are whole: {label}", of_scores["faults"])
    # HDF5 leaves a filter out for a chunk that it does not make smaller.
    path, grown = os.path.join(tmp, "unfiltered.h5"), os.path.join(tmp, "grown.h5")
    shutil.copy(rich, path)
    with h5py.File(path, "r+") as f:
        for place in (f"sets/{A}/curves/{TASK}", f"sets/{B}/curves/{TASK}"):
            data = f[place][()]
            f[place].id.write_direct_chunk((4, 0, 0, 0), data[4:8].tobytes(), 7)
            f[place].id.write_direct_chunk((8, 0, 0, 0), np.concatenate([data[8:], data[:3]]).tobytes(), 7)
    r, found = check(path)
    ok(r.code == 0, "whole: chunks without filters", r)
    shutil.copy(path, grown)
    good("ingest", "-o", grown, "--set", "more", "--configs", os.path.join(tmp, "configs.json"), os.path.join(tmp, "release", "mini_quadratic_family_seed1", f"{A}_250_replica3.npz"))
    with h5py.File(path, "r") as a, h5py.File(grown, "r") as b:
        ok(np.array_equal(a[f"sets/{A}/curves/{TASK}"][()], b[f"sets/{A}/curves/{TASK}"][()], equal_nan=True), "and they are packed where the archive grows")
    same(run("check", grown).code, 0, "and then whole")
    table = good("check", "--no-provenance", rich).out.splitlines()
    same(table[0].split("\t"), ["set", "tasks", "configs", "replicas", "runs", "missing_runs", "cells", "missing", "diverged", "degenerate"], "census as a table: columns")
    same(len(table), 3, "census as a table: a row a set")
    one, two = (good("check", "-j", j, "--no-provenance", rich).out for j in ("1", "2"))
    same(one, two, "any number of threads")
    before = read_bytes(rich)
    good("check", rich)
    ok(read_bytes(rich) == before, "the file is not touched")


# ---- faults ----

def set_item(f, place, index, value):
    d = f[place][()]
    d[index] = value
    f[place][...] = d


def retype(f, place, data, **options):
    rewrite(f, place, data, **options)


C, R, O = (f"sets/{A}/{w}/{TASK}" for w in ("curves", "ran", "observed"))

# name, how to break it, what a fault must say
FAULTS = [
    ("tasks out of order", lambda f: write_text(f["tasks"], "name", list(f["tasks/name"][()])[::-1]), "/tasks/name: item 1: found"),
    ("a task twice", lambda f: write_text(f["tasks"], "name", [f["tasks/name"][0]] * 3), "/tasks/name: item 1: found"),
    ("no task names", lambda f: f["tasks"].__delitem__("name"), "/tasks/name: found no such dataset"),
    ("no kinds", lambda f: f["tasks"].__delitem__("kind"), "/tasks/kind: found no such dataset"),
    ("too few kinds", lambda f: write_text(f["tasks"], "kind", ["rnn"]), "/tasks/kind: found 1, expected 3"),
    ("n_params of other length", lambda f: retype(f, "tasks/n_params", np.zeros(2, "i8")), "/tasks/n_params: found shape 2, expected 3"),
    ("n_params below -1", lambda f: set_item(f, "tasks/n_params", 1, -2), "/tasks/n_params: task mini_quadratic_family_seed1: found -2"),
    ("negative seconds", lambda f: set_item(f, "tasks/seconds_per_step", 2, -1), "/tasks/seconds_per_step: task mini_quadratic_family_seed2: found -1"),
    ("no sets", lambda f: f.__delitem__("sets"), "/sets: found no such group"),
    ("a link that is not encoded", lambda f: f["sets"].move(A, "%41"), "/sets/%41: found a link of this name, expected 'A'"),
    ("configs out of order", lambda f: write_text(f["sets/" + A], "config_names", sorted([f"c{i}" for i in range(N_CONFIG)], reverse=True)), f"/sets/{A}/config_names: item 1"),
    ("a config name that is no UTF-8", lambda f: retype(f, f"sets/{A}/config_names", np.array([b"a\xff"] * N_CONFIG)), "config_names: item 0: found bytes that are no UTF-8"),
    ("an empty config name", lambda f: write_text(f["sets/" + A], "config_names", [""] + [f"c{i}" for i in range(1, N_CONFIG)]), "config_names: item 0: found an empty name"),
    ("configs too few for the curves", lambda f: write_text(f["sets/" + A], "config_names", ["c1", "c2"]), f"/{C}: found 9 configs x 4 splits, expected 2 x 4"),
    ("hyperparameters of other shape", lambda f: retype(f, f"sets/{A}/hyperparameters", np.zeros((3, 1))), f"/sets/{A}/hyperparameters: found shape 3 x 1, expected 9 x 1"),
    ("an infinite hyperparameter", lambda f: set_item(f, f"sets/{A}/hyperparameters", (4, 0), np.inf), f"/sets/{A}/hyperparameters: config adam1p_wide_grid_seed4, learning_rate: found inf"),
    ("a hyperparameter's name twice", lambda f: write_text(f["sets/" + B], "hyperparameter_names", ["a", "b", "a", "c"]), f"/sets/{B}/hyperparameter_names: item 2: found 'a' again"),
    ("no splits", lambda f: write_text(f["sets/" + A], "split_names", []), f"/sets/{A}/split_names: found none"),
    ("a split twice", lambda f: write_text(f["sets/" + A], "split_names", ["train", "valid_inner", "test", "test"]), f"/sets/{A}/split_names: item 3: found 'test' again"),
    ("no curves group", lambda f: f["sets/" + A].__delitem__("curves"), f"/sets/{A}/curves: found no such group"),
    ("no ran group", lambda f: f["sets/" + A].__delitem__("ran"), f"/sets/{A}/ran: found no such group"),
    ("curves of an unknown task", lambda f: f[f"sets/{A}/curves"].move(TASK, "other"), f"/sets/{A}/curves/other: found a table of no task in /tasks/name"),
    ("ran of an unknown task", lambda f: f[f"sets/{A}/ran"].move(TASK, "other"), f"/sets/{A}/ran/other: found a table of no task in /tasks/name"),
    ("ran without curves", lambda f: f[f"sets/{A}/curves"].__delitem__(TASK), f"/sets/{A}/ran/{TASK}: found no curves of that task"),
    ("curves without ran", lambda f: f.__delitem__(R), f"/{R}: found no such dataset"),
    ("a task without curves", lambda f: [f[f"sets/{s}/{w}"].__delitem__(TASK) for s in (A, B) for w in ("curves", "ran", "observed")], f"/tasks/name: task {TASK}: found no curves"),
    ("curves of integers", lambda f: retype(f, C, np.zeros((N_CONFIG, N_REPLICA, N_STEP, 4), "i4")), f"/{C}: found another shape or type"),
    ("curves of other rank", lambda f: retype(f, C, np.zeros((N_CONFIG, N_REPLICA, N_STEP), "f4")), f"/{C}: found another shape or type"),
    ("curves of other splits", lambda f: retype(f, C, np.zeros((N_CONFIG, N_REPLICA, N_STEP, 3), "f4")), f"/{C}: found 9 configs x 3 splits, expected 9 x 4"),
    ("no steps", lambda f: f[C].attrs.__delitem__("steps"), f"/{C}/steps: found no such attribute"),
    ("steps too few", lambda f: f[C].attrs.__setitem__("steps", np.arange(5)), f"/{C}: steps: found 5, expected 6"),
    ("steps that descend", lambda f: f[C].attrs.__setitem__("steps", np.array([0, 1, 2, 4, 3, 5])), f"/{C}: steps: item 4: found 3 after 4"),
    ("steps not finite", lambda f: f[C].attrs.__setitem__("steps", np.array([0, 1, 2, 3, 4, np.inf])), f"/{C}: steps: item 5: found inf"),
    ("ran of other shape", lambda f: retype(f, R, np.ones((N_CONFIG, N_REPLICA + 1), "u1")), f"/{R}: found shape 9 x 4, expected 9 x 3"),
    ("ran neither 0 nor 1", lambda f: set_item(f, R, (3, 1), 7), f"/{R}: config adam1p_wide_grid_seed3, replica 1: found 7"),
    ("ran = 0 of a run that is there", lambda f: set_item(f, R, (0, slice(None)), 0), f"set {A}, task {TASK}: found values in runs that are not there (ran is 0): in "),
    ("observed of other shape", lambda f: retype(f, O, np.zeros((N_CONFIG, N_REPLICA), "i4")), f"/{O}: found shape 9 x 3, expected 9 x 3 x 4"),
    ("observed beyond the steps", lambda f: set_item(f, O, (1, 2, 3), 7), f"/{O}: config adam1p_wide_grid_seed1, replica 2, split test: found 7"),
    ("observed negative", lambda f: set_item(f, O, (1, 2, 3), -1), f"/{O}: config adam1p_wide_grid_seed1, replica 2, split test: found -1"),
    ("observed fewer than there are", lambda f: [set_item(f, O, (8, slice(None), 2), 2), set_item(f, R, (8, 0), 1)],
     f"set {A}, task {TASK}: found values behind the observed points in "),
]


def check_broken(whole, broken, label, breaks, expected):
    shutil.copy(whole, broken)
    with h5py.File(broken, "r+") as f:
        breaks(f)
    r, found = check(broken)
    ok(r.code == 1 and found and any(expected in fault for fault in found["faults"]), f"found: {label}", r, found and found["faults"], expected)
    return r, found


def faults(tmp, rich):
    broken = os.path.join(tmp, "broken.h5")
    for label, breaks, expected in FAULTS:
        r, found = check_broken(rich, broken, label, breaks, expected)
        n = len(found["faults"])
        ok(r.err == f"hyperlist check: {broken}: found {n} fault{'s' if n > 1 else ''}, expected none; the first: {found['faults'][0]}\n" and all(
            fault.startswith(broken + ": ") for fault in found["faults"]), f"one line says how many, and the first: {label}", r)
    # A set's faults, a task's and a chunk's at once: none hides another.
    shutil.copy(rich, broken)
    chosen = [label for label in ("no kinds", "n_params below -1", "an infinite hyperparameter", "ran neither 0 nor 1", "a split twice")]
    with h5py.File(broken, "r+") as f:
        for label, breaks, _ in FAULTS:
            if label in chosen:
                breaks(f)
        d = f[f"sets/{B}/curves/{TASK}"]
        where = d.id.get_chunk_info(1)
        set_item(f, f"sets/{B}/ran/mini_quadratic_family_seed2", (1, 0), 9)
    with open(broken, "r+b") as file:
        file.seek(where.byte_offset + 5)
        byte = file.read(1)[0]
        file.seek(where.byte_offset + 5)
        file.write(bytes([byte ^ 16]))
    r, found = check(broken)
    expected = [e for label, _, e in FAULTS if label in chosen] + [f"/sets/{B}/curves/{TASK}: rows 4 to 7: found checksum", f"/sets/{B}/ran/mini_quadratic_family_seed2: config"]
    ok(r.code == 1 and found and all(any(e in fault for fault in found["faults"]) for e in expected), "seven faults at once are all found", found and found["faults"], expected)
    same(len(found["faults"]), 7, "and no more than these")
    # An ingest does not carry on what is broken.
    before = read_bytes(broken)
    r = run("ingest", "-o", broken, os.path.join(tmp, "more"))
    ok(r.code == 4 and read_bytes(broken) == before and len(r.err.splitlines()) == 1, "an ingest into such an archive is refused and changes nothing", r)
    shutil.copy(rich, broken)
    with h5py.File(broken, "r") as f:
        where = f[f"sets/{B}/curves/{TASK}"].id.get_chunk_info(1)
    with open(broken, "r+b") as file:
        file.seek(where.byte_offset + 7)
        byte = file.read(1)[0]
        file.seek(where.byte_offset + 7)
        file.write(bytes([byte ^ 1]))
    before = read_bytes(broken)
    r = run("ingest", "-o", broken, os.path.join(tmp, "more"))
    ok(r.code == 4 and f"/sets/{B}/curves/{TASK}: rows from 4: found checksum" in r.err and read_bytes(broken) == before, "also where a chunk would be copied as it is: by name", r)
    # An absent chunk, where some of its runs are there and where none is.
    for runs, expected in ((1, 1), (0, 0)):
        shutil.copy(rich, broken)
        with h5py.File(broken, "r+") as f:
            data, ran = f[C][()], f[R][()]
            ran[4:8] = runs
            f[R][...] = ran
            steps = f[C].attrs["steps"]
            del f[C]
            d = f.create_dataset(C, data.shape, "f4", fillvalue=np.nan, **FILTERS)
            d.attrs["steps"] = steps
            d[:4], d[8:] = data[:4], data[8:]
        r, found = check(broken)
        same(r.code, expected, f"a chunk that is not stored, with runs {'' if runs else 'not '}there: exit {expected}")
        if runs:
            ok(f"/{C}: rows 4 to 7: found no such chunk, expected one" in "".join(found["faults"]), "and named", found["faults"])
            r = run("normalize", broken, "-o", os.path.join(tmp, "none.h5"))
            ok(r.code == 4 and "found no such chunk" in r.err and not os.path.exists(os.path.join(tmp, "none.h5")), "normalize refuses it", r)
    # Of chunks that are not stored HDF5 says so as an error, the last one of a thread at times: nothing of it is left behind.
    shutil.copy(rich, broken)
    with h5py.File(broken, "r+") as f:
        for g in f["sets"].values():
            for t in list(g["curves"]):
                steps = g["curves/" + t].attrs["steps"]
                del g["curves/" + t]
                d = g["curves"].create_dataset(t, (N_CONFIG, N_REPLICA, N_STEP, 4), "f4", fillvalue=np.nan, **FILTERS)
                d.attrs["steps"] = steps
                d[:4] = np.nan
                g["ran/" + t][...] = 0
    same(run("check", "-j", "8", broken).code, 0, "chunks that are not stored, in threads")


# ---- other files ----

def others(tmp, plain):
    scores, learned = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    good("normalize", plain, "-o", scores)
    good("learn", scores, "--set", A, "-o", learned)
    for path, kind in ((scores, "scores"), (learned, "list")):
        r, found = check(path)
        ok(r.code == 0 and found["faults"] == [], f"a {kind} file is whole", r)
    g = "sets/" + A
    cases = [("a score above 1", lambda f: set_item(f, g + "/valid", (0, 3), 1.5), "found 1.5, expected 0 to 1"),
             ("an infinite score", lambda f: set_item(f, g + "/test", (1, 3), np.inf), "found inf, expected 0 to 1"),
             ("NaN that is not counted", lambda f: set_item(f, g + "/valid", (0, 3), np.nan), "n_missing: task mini_quadratic_family_seed0: found 0, expected 1"),
             ("scores of a degenerate task", lambda f: [set_item(f, g + "/degenerate", 1, 1), set_item(f, "tasks/degenerate", 1, 1)], "found 9 scores of a degenerate task"),
             ("a task that is degenerate in a set alone", lambda f: [set_item(f, g + "/degenerate", 1, 1), set_item(f, g + "/valid", 1, np.nan)], "/tasks/degenerate: task mini_quadratic_family_seed1: found 0"),
             ("more cells than configs", lambda f: set_item(f, g + "/n_diverged", 0, 10), "found 0 missing and 10 diverged cells, expected at most 9"),
             ("best above init", lambda f: set_item(f, g + "/best", (0, 0), 1e9), "/best: task mini_quadratic_family_seed0: found 1e+09"),
             ("a minimum above the mean", lambda f: set_item(f, g + "/valid_min", (0, 3), 1), "valid_min: task mini_quadratic_family_seed0, config adam1p_wide_grid_seed3: found 1"),
             ("a table of other shape", lambda f: rewrite(f, g + "/valid", np.zeros((2, 9))), "valid: found shape 2 x 9"),
             ("no test table", lambda f: f[g].__delitem__("test"), "test: found no such dataset")]
    broken = os.path.join(tmp, "broken-scores.h5")
    for label, breaks, expected in cases:
        check_broken(scores, broken, label, breaks, expected)
    text = open(learned).read()
    entries = json.loads(text)
    swapped = json.loads(text)
    swapped["entries"][0]["J"], swapped["entries"][1]["J"] = .1, .9
    for label, content, expected in (("cut short", text[:len(text) // 2], "line"), ("J rises", json.dumps(swapped), "entries[1].J: found 0.9"),
                                     ("a rank twice", text.replace('"rank":\t2', '"rank":\t1'), "entries[1]: rank: found 1, expected 2"),
                                     ("of a later schema", text.replace("hyperlist.list/1", "hyperlist.list/9"), "schema: found hyperlist.list/9")):
        path = os.path.join(tmp, "broken.json")
        open(path, "w").write(content)
        r, found = check(path)
        ok(r.code == 1 and expected in "".join(found["faults"]), f"list: found: {label}", r, found)
    # Members of an object have no order: a list is one wherever it says so, packed too.
    entries["entries"] += [{**entries["entries"][-1], "config": f"more{i}", "rank": len(entries["entries"]) + i + 1, "phase": "random"} for i in range(500)]
    backwards = json.dumps({k: entries[k] for k in reversed(entries)})
    path = os.path.join(tmp, "backwards.json")
    open(path, "w").write(backwards)
    with gzip.open(path + ".gz", "wt") as f:
        f.write(backwards)
    for path in (path, path + ".gz"):
        r = run("check", path)
        ok(backwards.index("hyperlist.list/1") > 10000 and r.code == 0 and run("info", path).code == 0, f"a list that says what it is at its end: {path[-4:]}", r)
    with h5py.File(os.path.join(tmp, "foreign.h5"), "w") as f:
        f["x"] = 1
    with h5py.File(os.path.join(tmp, "newer.h5"), "w") as f:
        f.attrs["schema"] = "hyperlist.archive/2"
    open(os.path.join(tmp, "text"), "w").write("hello\n")
    open(os.path.join(tmp, "empty"), "w").close()
    open(os.path.join(tmp, "other.json"), "w").write('{"schema": "else/1"}')
    for name, code, expected in (("foreign.h5", 4, "schema: found none"), ("newer.h5", 4, "made by a newer hyperlist"), ("text", 4, "found neither HDF5 nor a list"),
                                 ("empty", 4, "found neither"), ("other.json", 4, "found neither"), ("absent", 3, "No such file"), (".", 3, "found no regular file")):
        r = run("check", os.path.join(tmp, name))
        ok(r.code == code and expected in r.err and not r.out and len(r.err.splitlines()) == 1, f"{name}: exit {code}", r)
    for args in ([], ["a", "b"], ["--strict", plain], ["-j", "x", plain]):
        r = run("check", *args)
        ok(r.code == 2 and len(r.err.splitlines()) == 1, f"check {' '.join(args)[:20]}: usage", r)


def main():
    need_program()
    tmp = temporary()
    root, plain, rich = (os.path.join(tmp, n) for n in ("release", "plain.h5", "rich.h5"))
    make_npz.write_release(root, 3, SETS, n_config=N_CONFIG, n_replica=N_REPLICA, n_step=N_STEP)
    good("ingest", "-o", plain, root)
    with open(os.path.join(tmp, "configs.json"), "w") as f:
        json.dump({f"{SETS[0]}_seed{i}": {"lr": i} for i in range(N_CONFIG)}, f)
    write_rich(rich, plain)
    make_npz.write_release(os.path.join(tmp, "more"), 4, SETS, n_config=N_CONFIG, n_replica=N_REPLICA, n_step=N_STEP)
    for t in range(3):
        shutil.rmtree(os.path.join(tmp, "more", f"mini_quadratic_family_seed{t}"))
    whole_files(tmp, plain, rich)
    faults(tmp, rich)
    others(tmp, plain)
    done()


main()
