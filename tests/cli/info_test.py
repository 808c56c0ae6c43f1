"""`info`: as JSON it says what h5py and json read from the file, as text the same for people."""
import json
import os
import re
import shutil
import sys
import time

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import done, good, need_program, ok, run, same, temporary

SETS = ("adam1p_wide_grid", "nadamw_grid")
A, B = (s + "_1k" for s in SETS)


def info(path, *options):
    return json.loads(good("info", "--json", *options, path).out)


def pick(found, *names):
    return {n: found.get(n) for n in names}


def of_archive(tmp, archive, root):
    found = info(archive)
    same(pick(found, "file", "schema", "bytes", "tasks", "kinds", "families"),
         {"file": archive, "schema": "hyperlist.archive/1", "bytes": os.path.getsize(archive), "tasks": 4, "kinds": {"mlp": 1, "quadratic": 3},
          "families": {"mlp_family": 1, "quadratic_family": 3}}, "archive: file, schema, size, tasks by kind and family")
    changed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(os.stat(archive).st_mtime))
    same(found["made"], changed, "archive: when it was changed, in UTC")
    same([pick(m, "command", "inputs") for m in found["made_by"]], [{"command": f"hyperlist ingest -o {archive} {root}", "inputs": 6},
                                                                  {"command": f"hyperlist ingest -o {archive} {root}-more", "inputs": 1}], "archive: made by two commands, of so many inputs")
    one, two = found["sets"]
    same(pick(one, "name", "tasks", "configs", "replicas", "points", "first_step", "last_step", "runs", "missing_runs", "splits", "hyperparameters"),
         {"name": A, "tasks": 4, "configs": 5, "replicas": 2, "points": [4, 5], "first_step": 0, "last_step": [150, 200], "runs": 40, "missing_runs": 6,
          "splits": ["train", "valid_inner", "valid_outer", "test"], "hyperparameters": ["learning_rate"]}, "archive: a set whose tasks differ")
    ok(abs(one["missing_share"] - 6 / 40) < 1e-12, "archive: share of missing runs", one)
    same(pick(two, "tasks", "points", "missing_runs"), {"tasks": 3, "points": 5, "missing_runs": 0}, "archive: a set whose tasks are alike")
    ok("diverged_share" not in one, "archive: what only curves tell is not told")
    counted = {s["set"]: s for s in json.loads(good("check", "--json", archive).out)["rows"]}
    for s in info(archive, "--census")["sets"]:
        c = counted[s["name"]]
        ok(abs(s["missing_cells_share"] - c["missing"] / c["cells"]) < 1e-12 and abs(s["diverged_share"] - c["diverged"] / c["cells"]) < 1e-12 and s["degenerate"] == c["degenerate"],
           f"archive: --census as check counts: {s['name']}", s, c)
    lines = good("info", archive).out.splitlines()
    for expected in (r"file +" + re.escape(archive), r"bytes +\d+ \(\d+\.?\d* MB\)", r"tasks +4", r"kinds +mlp 1, quadratic 3", r"sets *",
                     rf"  {A} +4 +5 +2 +4, 5 +0 +150, 200 +40 +6 +15.00 % +train, valid_inner, valid_outer, test +learning_rate",
                     rf"  hyperlist ingest -o {re.escape(archive)} {re.escape(root)} +6"):
        ok(any(re.fullmatch(expected, line) for line in lines), f"archive: as text: {expected[:40]}", *lines)
    head = next(i for i, line in enumerate(lines) if line.strip().startswith("name "))
    same([lines[i].index("train, ") for i in (head + 1, head + 2)], [lines[head].index("splits")] * 2, "archive: columns are aligned")
    bare = os.path.join(tmp, "bare.h5")
    good("ingest", "-o", bare, "--no-provenance", root)
    same(info(bare)["made_by"], [], "archive: nothing of what is not recorded")
    ok(any(re.fullmatch("made_by +-", line) for line in good("info", bare).out.splitlines()), "archive: as text a dash")


def of_scores(scores, archive):
    found = info(scores)
    same(pick(found, "schema", "valid_split", "replicas", "best_over", "aggregate", "test_constants", "tasks", "degenerate"),
         {"schema": "hyperlist.scores/1", "valid_split": "valid_inner", "replicas": "average-first", "best_over": "set", "aggregate": "min", "test_constants": "test",
          "tasks": 4, "degenerate": ["mini_quadratic_family_seed1"]}, "scores: options, degenerate tasks by name")
    same([m["command"] for m in found["made_by"]], [f"hyperlist normalize {archive} -o {scores} --best-over set --aggregate min -q"], "scores: how they were made")
    with h5py.File(scores, "r") as f:
        for s in found["sets"]:
            g = f["sets/" + s["name"]]
            n, m, d = g["valid"].size, int(g["n_missing"][()].sum()), int(g["n_diverged"][()].sum())
            same(pick(s, "configs", "cells", "missing", "diverged", "degenerate"), {"configs": 5, "cells": n, "missing": m, "diverged": d, "degenerate": int(g["degenerate"][()].sum())}, f"scores: counts of {s['name']}")
            ok(abs(s["missing_share"] - m / n) < 1e-12 and abs(s["diverged_share"] - d / n) < 1e-12, f"scores: shares of {s['name']}")
    bare = scores + ".bare"
    shutil.copy(scores, bare)
    with h5py.File(bare, "r+") as f:
        del f[f"sets/{A}/n_diverged"]
    same(pick(info(bare)["sets"][0], "diverged", "diverged_share"), {"diverged": None, "diverged_share": None}, "scores: null where a file does not say")
    ok("unknown" in good("info", bare).out, "scores: as text, unknown")


def of_list(learned):
    found = info(learned)
    with open(learned) as f:
        truth = json.load(f)
    greedy = [e for e in truth["entries"] if e["phase"] == "greedy"]
    same(pick(found, "schema", "set", "entries", "greedy", "J", "seed", "missing", "tasks"),
         {"schema": "hyperlist.list/1", "set": A, "entries": 5, "greedy": len(greedy), "J": greedy[-1]["J"], "seed": str(truth["seed"]), "missing": "worst", "tasks": len(truth["train_tasks"])}, "list: what it is")
    same(found["first"], [pick(e, "rank", "config", "J", "hyperparameters") for e in truth["entries"]][:10], "list: its first entries")
    out = good("info", learned).out
    ok(re.search(rf"  1 +{greedy[0]['config']} +{greedy[0]['J']:.6g} +learning_rate ", out), "list: as text", out)


def main():
    need_program()
    tmp = temporary()
    root = os.path.join(tmp, "release")
    make_npz.write_release(root, 3, SETS, n_config=5, n_replica=2, n_step=5)
    path = make_npz.release_file(root, "mini_quadratic_family_seed1", A, 200, 2)
    for sampler in SETS:  # a degenerate task
        make_npz.write_zip(make_npz.release_file(root, "mini_quadratic_family_seed1", sampler + "_1k", 200, 2),
                           make_npz.members(make_npz.optimizers(sampler, range(5)), make_npz.steps(5), np.ones((5, 2, 5, 4), "<f4")))
    assert os.path.exists(path)
    more = make_npz.release_file(root + "-more", "mini_mlp_family_seed7", A, 150, 2)
    ys = np.random.RandomState(0).standard_normal((2, 2, 4, 4)).astype("<f4")
    ys[0, 1, 2, 1] = np.inf
    make_npz.write_zip(more, make_npz.members(make_npz.optimizers(SETS[0], range(2)), make_npz.steps(4), ys))
    archive, scores, learned = (os.path.join(tmp, n) for n in ("a.h5", "s.h5", "l.json"))
    good("ingest", "-o", archive, root)
    good("ingest", "-o", archive, root + "-more")
    good("normalize", archive, "-o", scores, "--best-over", "set", "--aggregate", "min", "-q")
    good("learn", scores, "--set", A, "-o", learned)
    of_archive(tmp, archive, root)
    of_scores(scores, archive)
    of_list(learned)
    open(os.path.join(tmp, "text"), "w").write("hello\n")
    with open(archive, "rb") as f:
        open(os.path.join(tmp, "cut"), "wb").write(f.read(5000))
    for name, code, expected in (("text", 4, "found neither HDF5 nor a list"), ("cut", 4, "truncated"), ("absent", 3, "No such file"), (".", 3, "no regular file")):
        r = run("info", os.path.join(tmp, name))
        ok(r.code == code and expected in r.err and not r.out and len(r.err.splitlines()) == 1, f"{name}: exit {code}", r)
    done()


main()
