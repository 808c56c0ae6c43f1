"""Several lists in one table: each against numpy, on the tasks that all of them can be evaluated on."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_scores import write_scores
from tap import done, good, need_program, ok, run, same, table, temporary

A, B = "adam8p_wide_grid_1k", "own sweep"


def write_list(path, set_name, order, train=()):
    sampler = set_name[:-3] if set_name.endswith("_1k") else set_name
    entries = [{"rank": i + 1, "config": f"{sampler}_seed{c}", "index": c, "hyperparameters": {}, "phase": "greedy", "J": None} for i, c in enumerate(order)]
    with open(path, "w") as f:
        json.dump({"schema": "hyperlist.list/1", "set": set_name, "objective": {}, "train_tasks": list(train), "seed": 0, "entries": entries}, f)


def twin(valid, test, order, rows):
    """Per trial (valid, test, per task): best f so far, earlier wins ties, missing is 1, tasks without test scores have no test."""
    f = np.where(np.isnan(valid), 1.0, valid)[rows][:, order]
    tested = ~np.isnan(test[rows]).all(axis=1)
    g = np.where(np.isnan(test), 1.0, test)[rows][:, order]
    best = np.array([[np.argmin(f[t, :k + 1]) for k in range(len(order))] for t in range(len(rows))])
    v = np.take_along_axis(f, best, 1)
    g = np.where(tested[:, None], np.take_along_axis(g, best, 1), np.nan)
    return v, g, v.mean(axis=0), np.nanmean(g, axis=0) if tested.any() else np.full(len(order), np.nan)


def number(text):
    return np.nan if text == "NA" else float(text)


def close(found, expected):
    return np.allclose(found, expected, rtol=0, atol=1e-12, equal_nan=True)


def check(tmp, seed):
    rng = np.random.RandomState(seed)
    path = os.path.join(tmp, "s.h5")
    n = 9
    tables = {}
    for name, n_config in ((A, 14), (B, 6)):
        f, g = rng.uniform(0, 1, (n, n_config)).round(1), rng.uniform(0, 1, (n, n_config))
        f[rng.uniform(size=f.shape) < .1] = np.nan
        g[np.isnan(f)] = np.nan
        tables[name] = (f, g)
    tables[A][0][2], tables[A][1][2] = np.nan, np.nan  # degenerate in one set
    tables[B][0][5], tables[B][1][5] = np.nan, np.nan  # and in the other
    tables[B][1][7] = np.nan                           # degenerate in test alone
    with_flags = dict(tables)
    names = write_scores(path, with_flags, extra=False)
    import h5py
    with h5py.File(path, "a") as h:
        for name in tables:
            h[f"sets/{name}/degenerate"] = np.isnan(tables[name][0]).all(axis=1).astype(np.uint8)
    lists = {"a.json": (A, list(map(int, rng.permutation(14)[:10])), names[:4]), "b.json": (B, list(map(int, rng.permutation(6))), []), "c.json": (A, list(map(int, rng.permutation(14)[:3])) + [99], names[6:8] + ["elsewhere"])}
    for file, (set_name, order, train) in lists.items():
        write_list(os.path.join(tmp, file), set_name, order, train)
    rows = [t for t in range(n) if t not in (2, 5)]
    r = good("evaluate", *lists, "s.h5", "--skip-unknown", cwd=tmp)
    notes, got = table(r.out)
    same(list(got[0]), ["list", "trials", "valid", "test", "config"], "columns")
    same([(x["list"], x["trials"], x["config"]) for x in got],
         [(file, str(k + 1), f"{set_name[:-3] if set_name == A else set_name}_seed{c}") for file, (set_name, order, _) in lists.items() for k, c in enumerate([c for c in order if c < 99])],
         "list by list, trial by trial")
    for file, (set_name, order, _) in lists.items():
        _, _, v, g = twin(*tables[set_name], [c for c in order if c < 99], rows)
        mine = [x for x in got if x["list"] == file]
        ok(close([number(x["valid"]) for x in mine], v) and close([number(x["test"]) for x in mine], g), f"{file}: averages over the common tasks", mine, v, g)
    text = "\n".join(notes)
    for line in ("# tasks: 7, the same for all lists", "# 2 tasks are left out: not every list can be evaluated on them", "# a.json: 3 of these 7 tasks are the list's own train tasks",
                 "# b.json: the list's train tasks are unknown: some of these 7 tasks may be among them", "# c.json: 2 of these 7 tasks are the list's own train tasks",
                 "# b.json: tasks with test scores: 6", "# a.json: 0 of the list's 10 configs are unknown to the scores and left out",
                 "# c.json: 1 of the list's 4 configs are unknown to the scores and left out", f"# b.json: set: {B}"):
        ok(line in notes, f"it says '{line[2:]}'", text)
    # One row a task.
    _, got = table(good("evaluate", "--per-task", *lists, "s.h5", "--skip-unknown", cwd=tmp).out)
    same(list(got[0]), ["list", "task", "trials", "valid", "test", "config"], "--per-task: columns")
    expected = []
    for file, (set_name, order, _) in lists.items():
        order = [c for c in order if c < 99]
        v, g, _, _ = twin(*tables[set_name], order, rows)
        expected += [(file, names[t], k + 1, v[i, k], g[i, k]) for i, t in enumerate(rows) for k in range(len(order))]
    same([(x["list"], x["task"], int(x["trials"])) for x in got], [e[:3] for e in expected], "--per-task: rows")
    ok(close([[number(x["valid"]), number(x["test"])] for x in got], [e[3:] for e in expected]), "--per-task: numbers")
    # The same as JSON, to a file; selected tasks, among which one list has none of its own.
    out = os.path.join(tmp, "o.json")
    good("evaluate", "a.json", "b.json", "s.h5", "--json", "-o", "o.json", "--tasks", f"{names[6]},{names[8]},{names[2]}", cwd=tmp)
    with open(out) as h:
        got = json.load(h)
    v = [twin(*tables[s], o, [6, 8])[2] for s, o, _ in (lists["a.json"], lists["b.json"])]
    ok(close([x["valid"] for x in got["rows"]], np.concatenate(v)) and "a.json: 0 of these 2 tasks are the list's own train tasks" in got["notes"], "--json, -o and --tasks", got["notes"])
    # --missing holds for all.

    def is_whole(name, t):
        f, g = tables[name]
        return not np.isnan(f[t]).any() and (np.isnan(g[t]).all() or not np.isnan(g[t]).any())

    whole = [t for t in rows if is_whole(A, t) and is_whole(B, t)]
    r = run("evaluate", "a.json", "b.json", "s.h5", "--missing", "drop-task", cwd=tmp)
    v = [twin(*tables[s], o, whole)[2] for s, o, _ in (lists["a.json"], lists["b.json"])] if whole else []
    ok(close([number(x["valid"]) for x in table(r.out)[1]], np.concatenate(v)) if whole else r.code == 4 and not r.out, "--missing drop-task: the tasks whole in both sets", r, whole)
    # One list: today's table.
    r = good("evaluate", "a.json", "s.h5", cwd=tmp)
    notes, got = table(r.out)
    own_rows = [t for t in range(n) if t != 2]
    ok(list(got[0]) == ["trials", "valid", "test", "config"] and close([number(x["valid"]) for x in got], twin(*tables[A], lists["a.json"][1], own_rows)[2]),
       "one list alone is on all of its tasks, without a column for it", r)


def main():
    need_program()
    tmp = temporary()
    for seed in range(3):
        check(tmp, seed)
    r = run("evaluate", "a.json", "c.json", "s.h5", cwd=tmp)
    ok(r.code == 4 and "list 2:" in r.err and "seed99" in r.err and not r.out, "an unknown config of the second list is refused, by the list's place", r)
    r = run("evaluate", "a.json", "a.json", "s.h5", cwd=tmp)
    ok(r.code == 2 and "twice" in r.err, "the same list twice", r)
    done()


main()
