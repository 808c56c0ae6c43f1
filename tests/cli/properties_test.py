"""What must hold for any table. Tables are random and grow from the smallest, so that the first failure is a small one; each check
tells its seed, and where picks are not those of trying every config, or a list does not come back from its files, the table or list is made
as small as it can be. PROPERTY_SEED=N and TORTURE=1 give others and more."""
import csv
import itertools
import json
import os
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_npz import members, optimizers, release_file, steps, write_zip
from make_scores import write_scores
from tap import done, good, need_program, ok, read_bytes, same, table, temporary

SET = "adam8p_wide_grid_1k"
SAMPLER = SET[:-3]
N = 40 if os.environ.get("TORTURE") else 6
SEED = int(os.environ.get("PROPERTY_SEED", "1"))
NAMES = [f"task{i:03}" for i in range(500)]


def learn(tmp, f, names=None):
    """(picked configs in order, J after each) of a table (task, config)."""
    path, out = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    write_scores(path, {SET: (f, f)}, names or NAMES[:len(f)], hp=np.linspace(1e-3, 1, f.shape[1]))
    good("learn", path, "--set", SET, "-o", out, "--no-provenance", "-q")
    with open(out) as file:
        entries = [e for e in json.load(file)["entries"] if e["phase"] == "greedy"]
    return [e["index"] for e in entries], [e["J"] for e in entries]


def distinct(rng, n_task, n_config):
    """All scores different, on a grid of 2^-20: sums are exact and nothing ties."""
    return rng.choice(np.arange(1, 1 << 20), (n_task, n_config), replace=False) / float(1 << 20)


def check_lists(tmp):
    for i in range(N):
        seed = 1000 * SEED + i
        rng = np.random.RandomState(seed)
        n_task, n_config = 1 + i % 6 + rng.randint(2), 2 + i % 6
        f = distinct(rng, n_task, n_config)
        label = f"seed {seed}, {n_task} x {n_config}"
        picks, J = learn(tmp, f)
        gains = -np.diff([1.0] + J)
        ok(np.all(gains > 0), f"{label}: J falls with every pick", J)
        ok(np.all(np.diff(gains) <= 1e-12), f"{label}: no pick gains more than the one before (submodular)", gains)
        value = lambda chosen: np.minimum(f[:, list(chosen)].min(axis=1), 1).mean()
        for k in range(1, len(picks) + 1):
            best = min(value(c) for c in itertools.combinations(range(n_config), k))
            if k == 1:
                ok(abs(J[0] - best) < 1e-12, f"{label}: the first pick is the best of all", J[0], best)
            elif not (J[k - 1] >= best - 1e-12 and 1 - J[k - 1] >= (1 - (1 - 1 / k) ** k) * (1 - best) - 1e-12):
                ok(False, f"{label}: {k} picks against the best of all subsets", J[k - 1], best)
        whole = [min(range(n_config), key=lambda c: f[t, c]) for t in range(n_task)]
        ok(abs(J[-1] - f.min(axis=1).mean()) < 1e-12 and set(picks) >= set(whole), f"{label}: in the end each task has its best", picks, whole)
        order = rng.permutation(n_task)
        same(learn(tmp, f[order])[0], picks, f"{label}: tasks in another order, the same picks")
        order = rng.permutation(n_config)
        same([int(order[c]) for c in learn(tmp, f[:, order])[0]], picks, f"{label}: configs in another order, the same picks")
        worse = (f[:, rng.randint(n_config)] + 1) / 2
        same(learn(tmp, np.column_stack([f, worse])), (picks, J), f"{label}: a dominated config is never picked")
        twice = learn(tmp, np.vstack([f, f]))
        ok(twice[0] == picks and np.allclose(twice[1], J, rtol=0, atol=1e-15), f"{label}: every task twice, the same picks and J", twice)


def exhaustive(f):
    """The picks by their definition: each time every config is tried, in integers, and the lower index wins ties."""
    q, best, picks = np.rint(f * 2 ** 40).astype(np.int64), np.full(len(f), 2 ** 40), []
    while len(picks) < f.shape[1]:
        sums = {c: np.minimum(best, q[:, c]).sum() for c in range(f.shape[1]) if c not in picks}
        pick = min(sums, key=lambda c: (sums[c], c))
        if sums[pick] == best.sum():
            break
        picks.append(pick)
        best = np.minimum(best, q[:, pick])
    return picks


def shrunk(f, fails):
    """The table without every task and config that it can lack and still fail."""
    smaller = True
    while smaller:
        smaller = False
        for axis in (0, 1):
            for i in reversed(range(f.shape[axis])):
                if f.shape[axis] > 1 and fails(np.delete(f, i, axis)):
                    f, smaller = np.delete(f, i, axis), True
    return f


def check_ties(tmp):
    """Few different scores, so that most picks tie; some differ by less than the integers tell."""
    differs = lambda f: learn(tmp, f)[0] != exhaustive(f)
    for i in range(4 * N):
        seed = 5000 * SEED + i
        rng = np.random.RandomState(seed)
        n_task, n_config, n_level = rng.randint(1, 8), rng.randint(1, 9), rng.randint(1, 6)
        f = rng.randint(0, n_level + 1, (n_task, n_config)) / n_level + rng.choice([0, 2.0 ** -42], (n_task, n_config))
        f = np.minimum(f, 1)
        bad = differs(f)
        ok(not bad, f"seed {seed}, {n_task} x {n_config}, {n_level + 1} scores: the picks are those of trying every config",
           lambda: "the smallest table that differs:\n%r\nfound %s, expected %s" % ((small := shrunk(f, differs)).tolist(), learn(tmp, small)[0], exhaustive(small)))


def scores_of(tmp, losses, *options):
    root, archive, scores = (os.path.join(tmp, n) for n in ("release", "a.h5", "p.h5"))
    for path in (archive, scores):
        if os.path.exists(path):
            os.remove(path)
    write_zip(release_file(root), members(optimizers(seeds=range(losses.shape[0])), steps(losses.shape[2]), losses))
    good("ingest", "-o", archive, "-q", root)
    good("normalize", archive, "-o", scores, "-q", *options)
    with h5py.File(scores, "r") as f:
        (group,) = f["sets"].values()
        return group["valid"][()], group["test"][()]


def check_scores(tmp):
    """Eight configs and two replicas: means are exact, so scaling and shifting by powers of two may not move a bit."""
    for i in range(N):
        seed = 2000 * SEED + i
        rng = np.random.RandomState(seed)
        losses = rng.randint(1, 1000, (8, 2, 2 + i % 5, 4)) / 64.0
        losses[:, :, 0] += 16
        if i % 3 == 2:
            losses[rng.randint(8), rng.randint(2), 1:, rng.randint(4)] = (np.nan, np.inf, -np.inf)[i % 2]
        options = ((), ("--replicas", "normalize-first"), ("--aggregate", "min"), ("--test-constants", "valid"))[i % 4]
        expected = scores_of(tmp, losses, *options)
        ok(np.nanmin(expected[0]) >= 0 and np.nanmax(expected[0]) <= 1, f"seed {seed}: scores are in 0..1")
        for name, other in (("times 2^9", losses * 512), ("times 2^-20", losses / (1 << 20)), ("plus 128", losses + 128), ("minus 4096", losses - 4096)):
            found = scores_of(tmp, other, *options)
            ok(all(np.array_equal(x, y, equal_nan=True) for x, y in zip(found, expected)), f"seed {seed}: losses {name}, the same scores {' '.join(options)}",
               found, expected)
        swapped = scores_of(tmp, losses[:, ::-1], *options)
        ok(all(np.array_equal(x, y, equal_nan=True) for x, y in zip(swapped, expected)), f"seed {seed}: replicas in another order, the same scores")


def rows_of(tmp, f, *options):
    path = os.path.join(tmp, "s.h5")
    write_scores(path, {SET: (f, f)}, NAMES[:len(f)], hp=np.linspace(1e-3, 1, f.shape[1]))
    return table(good("generalize", path, "--set", SET, "--no-provenance", "-q", *options).out)[1]


def check_generalize(tmp):
    rng = np.random.RandomState(3000 * SEED)
    f = np.round(rng.uniform(size=(12, 9)), 2)
    rows = rows_of(tmp, f, "--hold-out", ",".join(NAMES[:5]), "--baselines", "random,expected,oracle", "--resamples", "400")
    by = {}
    for r in rows:
        by.setdefault(r["series"], []).append(r)
    # Each resampling's mean over tasks lies in 0..1 and all are independent: ten standard errors are beyond chance.
    for random, expected in zip(by[f"random:{SET}"], by[f"expected:{SET}"]):
        error = abs(float(random["mean"]) - float(expected["mean"]))
        spread = max(float(random["q75"]) - float(random["q25"]), 0.02)
        ok(error < 10 * spread / 400 ** .5, f"seed {3000 * SEED}: the expectation is the mean of 400 simulated orders, trial {random['trials']}", error, spread)
    ok(all(float(o["mean"]) <= float(r["mean"]) + 1e-12 for series, rs in by.items() for o, r in zip(by["oracle"], rs)), "nothing is below the oracle")
    for options, n_test in ((("--k-fold", "5"), 12), (("--leave-one-out", "task"), 12), (("--train-fraction", "0.4"), 8), (("--train-tasks", "3"), 9)):
        rows = rows_of(tmp, f, *options, "--baselines", "none", "--resamples", "4", "--per-task", "-k", "1")
        for r in sorted({x["resample"] for x in rows}):
            tasks = [x["task"] for x in rows if x["resample"] == r]
            ok(len(tasks) == len(set(tasks)) == n_test, f"{' '.join(options)}, resampling {r}: {n_test} tasks test, each once", tasks)


def draw_list(rng):
    """[(config, {hyperparameter: value})]: names of any characters that a line may hold, numbers of any bits that are finite."""
    letters = list("abyz019_-.,;:'\"\\/{}[]#%$ =üΩ漢😀")
    names, keys = [], [f"{''.join(rng.choice(letters, rng.randint(4)))}{k}" for k in range(rng.randint(1, 5))] + ["use_nesterov"]
    while len(names) < 1 + rng.randint(6):
        name = "x" + "".join(rng.choice(letters, rng.randint(9))) + "x"
        names += [name] if name not in names else []
    draw = lambda key: bool(rng.randint(2)) if key == "use_nesterov" else next(x for x in iter(lambda: float(np.frombuffer(rng.bytes(8))[0]), None) if np.isfinite(x))
    return [(name, {key: draw(key) for key in keys}) for name in names]


def read_exported(path):
    """[(config, {hyperparameter: value})] as other programs read it."""
    with open(path, newline="") as f:
        if path.endswith(".json"):
            return [(c["config"], c["hyperparameters"]) for c in json.load(f)["configs"]]
        head, *rows = csv.reader(f)
    value = lambda text: text == "true" if text in ("true", "false") else float(text)
    return [(row[1], {key: value(x) for key, x in zip(head[3:], row[3:])}) for row in rows]


def lost_on_the_way(tmp, configs):
    """What does not come back of a list, exported in each format; from opt-list by import."""
    path, back, folder = (os.path.join(tmp, n) for n in ("one.json", "back.json", "exported"))
    entries = [{"rank": i + 1, "config": c, "index": i, "hyperparameters": h, "phase": "greedy", "J": 0.5} for i, (c, h) in enumerate(configs)]
    with open(path, "w") as f:
        json.dump({"schema": "hyperlist.list/1", "set": "own", "objective": {}, "train_tasks": ["t"], "seed": 0, "entries": entries}, f)
    for target in ("json", "csv", "opt-list"):
        good("export", path, "--to", target, "--name", "own", "-o", folder, "--no-provenance", "-q")
    pair = [os.path.join(folder, n) for n in ("own_opt_list.txt", "own_configs.json")]
    good("import", "--names", pair[0], "--configs", pair[1], "--set", "own", "-o", back, "--no-provenance", "-q")
    good("export", back, "--to", "opt-list", "--name", "again", "-o", folder, "--no-provenance", "-q")
    with open(back) as f:
        imported = [(e["config"], e["hyperparameters"]) for e in json.load(f)["entries"]]
    found = {"json": read_exported(os.path.join(folder, "own_list.json")), "csv": read_exported(os.path.join(folder, "own_list.csv")), "import": imported}
    lost = {name: got for name, got in found.items() if repr(got) != repr(configs)}  # repr tells 0.0 from -0.0
    again = [p.replace("own_", "again_") for p in pair]
    return lost or {p: read_bytes(q) for p, q in zip(pair, again) if read_bytes(p) != read_bytes(q)}


def shrunk_list(configs, fails):
    """The list without every config that it can lack and still fail."""
    for one in list(configs):
        fewer = [c for c in configs if c is not one]
        configs = fewer if fewer and fails(fewer) else configs
    return configs


def check_round_trips(tmp):
    for i in range(N):
        seed = 6000 * SEED + i
        configs = draw_list(np.random.RandomState(seed))
        ok(not lost_on_the_way(tmp, configs), f"seed {seed}: a list of {len(configs)} configs comes back from json, csv, and opt-list by import",
           lambda: "the shortest list that does not: %r\nfound %r" % (small := shrunk_list(configs, lambda c: lost_on_the_way(tmp, c)), lost_on_the_way(tmp, small)))


def main():
    need_program()
    tmp = temporary()
    check_lists(tmp)
    check_ties(tmp)
    check_scores(tmp)
    check_generalize(tmp)
    check_round_trips(tmp)
    done()


main()
