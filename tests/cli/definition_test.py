"""Lists and evaluations against their definition, on small random tables that any tool could have written.

Nothing here is golden: a pick must be an argmin, ties must go to the lower index, J must never rise, the tail must be a
permutation of the rest."""
import json
import os
import re
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from make_scores import write_scores
from tap import done, need_program, ok, run, same, table, temporary

SET = "adam8p_wide_grid_1k"
ONE = 1 << 40


def quantized(f):
    return np.rint(np.where(np.isnan(f), 1.0, f) * ONE).astype(np.int64)


def learn(path, out, *options):
    """Entries, or None with the run."""
    r = run("learn", path, "--set", SET, "-o", out, "--no-provenance", *options)
    if r.code != 0:
        return None, r
    with open(out) as f:
        return json.load(f), r


def faults(entries, f, n_listed=None):
    """Every way in which a list is not the list of table f (task, config); f has only the tasks and configs in use, NaN is 1."""
    q = quantized(f)
    worst = np.where(np.isnan(f), 1.0, f)
    n = f.shape[1]
    picks = [e["index"] for e in entries]
    bad = []
    if len(set(picks)) != len(picks) or not set(picks) <= set(range(n)):
        bad.append("not a selection")
        return bad
    if n_listed is None and sorted(picks) != list(range(n)):
        bad.append(f"{len(picks)} of {n} are listed")
    b = np.full(len(f), ONE, np.int64)
    best = np.ones(len(f))
    stopped = False
    for i, e in enumerate(entries):
        totals = np.minimum(b[:, None], q).sum(axis=0)
        free = [c for c in range(n) if c not in picks[:i]]
        improves = totals[free].min() < b.sum()
        if e["phase"] == "greedy":
            argmin = min(free, key=lambda c: (totals[c], c))
            if stopped:
                bad.append(f"rank {i + 1}: greedy after random")
            if not improves:
                bad.append(f"rank {i + 1}: greedy, but nothing improves")
            if e["index"] != argmin:
                bad.append(f"rank {i + 1}: config {e['index']} (sum {totals[e['index']]}), the argmin is {argmin} (sum {totals[argmin]})")
        else:
            stopped = True
            if improves:
                bad.append(f"rank {i + 1}: random, but a config improves")
        b = np.minimum(b, q[:, e["index"]])
        best = np.minimum(best, worst[:, e["index"]])
        if abs(e["J"] - best.mean()) > 1e-12:
            bad.append(f"rank {i + 1}: J {e['J']!r}, expected {best.mean()!r}")
        if i and e["J"] > entries[i - 1]["J"]:
            bad.append(f"rank {i + 1}: J rises")
        if e["rank"] != i + 1:
            bad.append(f"rank {e['rank']} at {i + 1}")
    return bad


def tables():
    """(name, table) of all shapes and characters."""
    rng = np.random.RandomState(11)
    out = []
    for i, (n_task, n_config) in enumerate([(3, 7), (10, 30), (40, 12), (2, 100), (25, 60)]):
        f = rng.uniform(0, 1, (n_task, n_config))
        out.append((f"uniform {n_task} x {n_config}", f))
        out.append((f"many ties {n_task} x {n_config}", np.round(f * 4) / 4))
        g = f.copy()
        g[rng.uniform(size=g.shape) < .2] = np.nan
        out.append((f"with holes {n_task} x {n_config}", g))
        out.append((f"mostly diverged {n_task} x {n_config}", np.where(rng.uniform(size=f.shape) < .9, 1.0, f)))
    out.append(("one task", rng.uniform(0, 1, (1, 20))))
    out.append(("one config", rng.uniform(0, 1, (6, 1))))
    out.append(("one of each", np.array([[.25]])))
    out.append(("all equal", np.full((4, 9), .5)))
    out.append(("all 1", np.ones((4, 9))))
    out.append(("all 0", np.zeros((4, 9))))
    out.append(("equal to the 40th bit", .5 + rng.uniform(-.4, .4, (5, 8)) * 2.0 ** -40))
    out.append(("the 40th bit decides", .5 + rng.permutation(8)[None, :] * 2.0 ** -40 * np.ones((3, 1))))
    out.append(("halves of the 40th bit", .5 + (rng.permutation(9)[None, :] + .5) * 2.0 ** -40 * np.ones((2, 1))))
    out.append(("complementary", np.array([[0, 1, 1, .5], [1, 0, 1, .5], [1, 1, 0, .5]])))
    out.append(("just below 1", np.full((2, 5), 1 - 2.0 ** -42)))
    return out


def check_learning(tmp):
    path, out = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    for i, (name, f) in enumerate(tables()):
        f = f.copy()
        test = np.random.RandomState(i).uniform(0, 1, f.shape)
        tasks = write_scores(path, {SET: (f, test)}, fixed=i % 2 == 1, extra=i % 3 != 2)
        in_use = ~np.isnan(f).all(axis=1)
        got, r = learn(path, out)
        if ok(got is not None, f"{name}: learned", r):
            bad = faults(got["entries"], f[in_use] if i % 3 != 2 else f)
            ok(not bad, f"{name}: the list is the definition's", "\n".join(bad[:10]))
            if in_use.all():
                same(got["train_tasks"], tasks, f"{name}: train_tasks")
    # The stop rule and -k.
    f = dict(tables())["complementary"]
    write_scores(path, {SET: (f, f)})
    got, _ = learn(path, out)
    same([(e["index"], e["phase"]) for e in got["entries"][:4]], [(3, "greedy"), (0, "greedy"), (1, "greedy"), (2, "greedy")], "complementary: first the one good for all, then one a task")
    for k in (1, 2, 4):
        got_k, _ = learn(path, out, "-k", str(k))
        same(got_k["entries"], got["entries"][:k], f"-k {k} is the beginning of the whole list")
    write_scores(path, {SET: (np.ones((3, 30)), np.ones((3, 30)))})
    one, _ = learn(path, out, "--seed", "1")
    two, _ = learn(path, out, "--seed", "2")
    again, _ = learn(path, out, "--seed", "1")
    ok(all(e["phase"] == "random" and e["J"] == 1 for e in one["entries"]), "nothing improves: all random")
    ok(one["entries"] == again["entries"] and one["entries"] != two["entries"], "the tail follows the seed")
    expected = twin.shuffled(range(30), twin.stream(1, 0, f"tail:{SET}"))
    same([e["index"] for e in one["entries"]], expected, "and is the stream's shuffle")


def check_thresholds(tmp):
    """A permuted table gives the same choice in other rows: the order of the tasks does not matter."""
    path, out = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    rng = np.random.RandomState(5)
    f = rng.uniform(0, 1, (30, 50))
    names = [f"t{i:02}" for i in range(30)]
    write_scores(path, {SET: (f, f)}, names)
    a, _ = learn(path, out)
    order = rng.permutation(30)
    write_scores(path, {SET: (f[order], f[order])}, names)
    b, _ = learn(path, out)
    same([e["index"] for e in a["entries"]], [e["index"] for e in b["entries"]], "the order of the tasks does not change the picks")


def check_missing(tmp):
    path, out = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    rng = np.random.RandomState(8)
    f = rng.uniform(0, 1, (6, 12))
    for t, c in ((0, 3), (0, 4), (2, 7), (5, 3)):
        f[t, c] = np.nan
    g = np.where(np.isnan(f), np.nan, rng.uniform(0, 1, f.shape))
    names = write_scores(path, {SET: (f, g)})
    whole_configs = [c for c in range(12) if c not in (3, 4, 7)]
    whole_tasks = [1, 3, 4]
    got, _ = learn(path, out, "--missing", "worst")
    ok(not faults(got["entries"], f), "--missing worst: a hole counts as 1", faults(got["entries"], f))
    got, _ = learn(path, out, "--missing", "drop-config")
    back = {c: i for i, c in enumerate(whole_configs)}
    found = [e["index"] for e in got["entries"]]
    ok(sorted(found) == whole_configs, "--missing drop-config: they are not in the list, tail included", found)
    moved = [dict(e, index=back.get(e["index"], -1)) for e in got["entries"]]
    ok(not faults(moved, f[:, whole_configs]), "--missing drop-config: the list of the rest", faults(moved, f[:, whole_configs]))
    got, _ = learn(path, out, "--missing", "drop-task")
    same(got["train_tasks"], [names[t] for t in whole_tasks], "--missing drop-task: train_tasks")
    ok(not faults(got["entries"], f[whole_tasks]), "--missing drop-task: the list of the rest")
    got, r = learn(path, out, "--missing", "error", "--tasks", ",".join(names[t] for t in whole_tasks))
    ok(got is not None and not faults(got["entries"], f[whole_tasks]), "--missing error: nothing is missing on these tasks", r)
    got, _ = learn(path, out, "--missing", "drop-config", "--tasks", names[0])
    same(sorted(e["index"] for e in got["entries"]), [c for c in range(12) if c not in (3, 4)], "--missing drop-config asks only the tasks in use")
    # Degenerate tasks leave.
    f = rng.uniform(0, 1, (5, 6))
    f[2] = np.nan
    names = write_scores(path, {SET: (f, np.where(np.isnan(f), np.nan, f))})
    got, r = learn(path, out)
    same(got["train_tasks"], [n for i, n in enumerate(names) if i != 2], "a degenerate task is no train task")
    ok(not faults(got["entries"], np.delete(f, 2, 0)), "a degenerate task does not count")
    ok(all(0 <= e["J"] <= 1 for e in got["entries"]) and abs(got["entries"][-1]["J"] - np.delete(f, 2, 0).min(axis=1).mean()) < 1e-12, "nor in J")


def evaluate(list_path, path, *options):
    r = run("evaluate", list_path, path, "--no-provenance", *options)
    return (table(r.out)[1] if r.code == 0 else None), r


def write_list(path, order, train=(), set_name=SET):
    sampler = set_name[:-3]
    entries = [{"rank": i + 1, "config": f"{sampler}_seed{c}", "index": c, "hyperparameters": {"learning_rate": .1}, "phase": "greedy", "J": .5}
               for i, c in enumerate(order)]
    with open(path, "w") as f:
        json.dump({"schema": "hyperlist.list/1", "set": set_name, "objective": {}, "train_tasks": list(train), "seed": 0, "entries": entries}, f)


def check_evaluation(tmp):
    path, l = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    # Earlier wins ties: the second config is no better in validation, though it is in test.
    valid = np.array([[.5, .5, .25, .25], [.75, .5, .5, 1.0]])
    test = np.array([[.9, .1, .3, .0], [.6, .7, .2, .0]])
    names = write_scores(path, {SET: (valid, test)})
    write_list(l, [0, 1, 2, 3])
    lines, r = evaluate(l, path)
    if ok(lines is not None, "evaluate a list written by hand", r):
        same([float(x["test"]) for x in lines], [(.9 + .6) / 2, (.9 + .7) / 2, (.3 + .7) / 2, (.3 + .7) / 2], "earlier wins ties, in test too")
        same([float(x["valid"]) for x in lines], [.625, .5, .375, .375], "valid is the best so far")
        same(list(lines[0]), ["trials", "valid", "test", "config"], "columns")
        same([x["config"] for x in lines], [f"adam8p_wide_grid_seed{c}" for c in range(4)], "the config tried at each trial")
    write_list(l, [3, 1])
    lines, r = evaluate(l, path)
    same(lines and [(float(x["valid"]), float(x["test"])) for x in lines], [((.25 + 1) / 2, 0.0), ((.25 + .5) / 2, .35)], "a shorter list in another order")
    lines, r = evaluate(l, path, "--per-task")
    if ok(lines is not None, "--per-task runs", r):
        same(list(lines[0]), ["task", "trials", "valid", "test", "config"], "--per-task: columns")
        same([(x["task"], int(x["trials"]), float(x["valid"]), float(x["test"])) for x in lines],
             [(names[0], 1, .25, 0.0), (names[0], 2, .25, 0.0), (names[1], 1, 1.0, 0.0), (names[1], 2, .5, .7)], "--per-task: numbers")
    # A hole counts as 1 in both.
    v = np.array([[np.nan, .5], [.5, np.nan]])
    write_scores(path, {SET: (v, v / 2)})
    write_list(l, [0, 1])
    lines, r = evaluate(l, path)
    same(lines and [(float(x["valid"]), float(x["test"])) for x in lines], [(.75, .625), (.5, .25)], "a hole counts as 1")
    # A task that is degenerate in test alone.
    v = np.array([[.5, .25], [.75, .5]])
    t = np.array([[.4, .2], [np.nan, np.nan]])
    write_scores(path, {SET: (v, t)})
    lines, r = evaluate(l, path)
    same(lines and [(float(x["valid"]), float(x["test"])) for x in lines], [(.625, .4), (.375, .2)], "degenerate in test: out of the test average only")
    # A list and its own train tasks.
    f = np.random.RandomState(3).uniform(0, 1, (4, 5))
    names = write_scores(path, {SET: (f, f)})
    write_list(l, [0, 1, 2], train=names[:2])
    r = run("evaluate", l, path)
    ok(r.code == 0 and "train" in (r.out.split("trials")[0] + r.err).lower(), "a list on its own train tasks: the output says so", r)
    lines, r = evaluate(l, path, "--tasks", ",".join(names[2:]))
    ok(lines is not None and np.allclose([float(x["valid"]) for x in lines], np.minimum.accumulate(f[2:, :3], axis=1).mean(axis=0), rtol=0, atol=1e-12), "--tasks", r)
    # Unknown configs.
    write_list(l, [0, 99, 1])
    r = run("evaluate", l, path)
    ok(r.code == 4 and "adam8p_wide_grid_seed99" in r.err and not r.out, "a config that the scores lack is refused", r)
    lines, r = evaluate(l, path, "--skip-unknown")
    ok(lines is not None and [x["config"] for x in lines] == ["adam8p_wide_grid_seed0", "adam8p_wide_grid_seed1"] and "1" in r.err + r.out,
       "--skip-unknown leaves it out and says so", r)
    # The list counts by name: rows of these scores are in another order than the list's index says.
    write_list(l, [2, 0])
    with open(l) as h:
        x = json.load(h)
    x["entries"][0]["index"], x["entries"][1]["index"] = 4, 3
    with open(l, "w") as h:
        json.dump(x, h)
    lines, r = evaluate(l, path)
    ok(lines is not None and np.allclose([float(x["valid"]) for x in lines], np.minimum.accumulate(f[:, [2, 0]], axis=1).mean(axis=0), rtol=0, atol=1e-12), "configs are found by name, not by index", r)


def check_numbers(tmp):
    """Doubles in lists and tables read back as the very same double."""
    path, out = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    rng = np.random.RandomState(4)
    f = rng.uniform(0, 1, (1, 40))
    hp = np.array([.1 + .2, 1 / 3, 1e-300, 5e-324, 123456789.123456789, 1e22, 1e23, .1, 1.0, 100.0] + list(10.0 ** rng.uniform(-12, 3, 30)))
    write_scores(path, {SET: (f, f)}, hp=hp)
    got, r = learn(path, out)
    same([e["hyperparameters"]["learning_rate"] for e in got["entries"]], [hp[e["index"]] for e in got["entries"]], "hyperparameters read back equal")
    best = np.minimum.accumulate(f[0][[e["index"] for e in got["entries"]]])
    same([e["J"] for e in got["entries"]], best.tolist(), "J of one task reads back equal")
    with open(out) as h:
        raw = h.read()
    printed = set(re.findall(r'"learning_rate":\s*([^,}\s]+)', raw))
    ok({"0.30000000000000004", "0.1", "0.3333333333333333"} <= printed and all(len(p.replace("e+", "e")) <= len(repr(float(p))) for p in printed),
       "and is the shortest text that does", sorted(printed))
    lines, r = evaluate(out, path)
    same(lines and [float(x["valid"]) for x in lines], best.tolist(), "evaluate prints the very double")


def main():
    need_program()
    tmp = temporary()
    check_learning(tmp)
    check_thresholds(tmp)
    check_missing(tmp)
    check_evaluation(tmp)
    check_numbers(tmp)
    done()


main()
