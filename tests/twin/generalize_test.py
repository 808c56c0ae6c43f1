"""`generalize` against its numpy twin: the same scores file, every series, every kind of split, orders included.

Three inputs: scores made here to be hard (missing, degenerate, tied, zeros, booleans), the fixtures, the eight real
tasks where they are. Numbers must be equal to 1e-9, counts exactly."""
import glob
import itertools
import json
import os
import re
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generalize_twin
import twin
from make_scores import write_scores
from tap import ROOT, SHARED, done, good, need_program, ok, run, same, skip, table, temporary

TOLERANCE = 1e-9
SET = "adam8p_wide_grid_1k"


def numbers(rows, column):
    return np.array([np.nan if x[column] == "NA" else float(x[column]) for x in rows])


def by_series(rows):
    return {s: list(g) for s, g in itertools.groupby(rows, key=lambda x: x["series"])}


def near(found, expected):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    bad = ~((np.abs(found - expected) <= TOLERANCE) | (np.isnan(found) & np.isnan(expected)))
    where = [tuple(int(i) for i in w) for w in np.argwhere(bad)[:3]]
    return "; ".join(f"at {w} {found[w]!r}, expected {expected[w]!r}" for w in where)


# ---- one question, its three tables --------------------------------------------------------------------------------

def check_summary(text, want):
    comments, rows = table(text)
    got, bad = by_series(rows), []
    if list(got) != list(want):
        return [f"series {list(got)}, expected {list(want)}"]
    for name, e in want.items():
        lines = got[name]
        wrong = near(np.c_[[numbers(lines, c) for c in ("trials", "q25", "median", "q75", "mean")]].T,
                     np.c_[np.arange(1, e.n_trial + 1), generalize_twin.summary(e)])
        if wrong:
            bad.append(f"{name}: {wrong}")
        if {(x["n_tasks"], x["n_resamples"]) for x in lines} != {(str(min(e.n_tasks)), str(len(e.n_tasks)))}:
            bad.append(f"{name}: n_tasks or n_resamples {lines[0]}")
        if not e.inside:
            continue
        counts, shares = [c for c in comments if c.startswith(f"# {name}: ")]
        found = [float(v) for v in re.search(r"configs inside: min (\S+), median (\S+), max (\S+)$", counts).groups()]
        if found != [min(e.inside), np.median(e.inside), max(e.inside)]:
            bad.append(f"{counts}: expected {sorted(e.inside)}")
        found = [float(v) for v in re.search(r"best configs inside: min (\S+), median (\S+), max (\S+)$", shares).groups()]
        if not np.allclose(found, [min(e.enclosed), np.median(e.enclosed), max(e.enclosed)], rtol=0, atol=6e-5):
            bad.append(f"{shares}: expected {sorted(e.enclosed)}")
    return bad


def check_resamples(text, want):
    got, bad = by_series(table(text)[1]), []
    for name, e in want.items():
        lines = got.get(name, [])
        grid = [(r, k + 1) for r in range(len(e.n_tasks)) for k in range(e.n_trial)]
        if [(int(x["resample"]), int(x["trials"])) for x in lines] != grid:
            bad.append(f"{name}: {len(lines)} rows, expected {len(grid)}")
            continue
        wrong = near(numbers(lines, "value"), e.values.ravel())
        if wrong or [int(x["n_tasks"]) for x in lines] != list(np.repeat(e.n_tasks, e.n_trial)):
            bad.append(f"{name}: {wrong or 'n_tasks'}")
    return bad


def check_tasks(text, want, tasks):
    """In pandas one would group by series, resample, task: so do we. The order of rows is checked with the sets of them."""
    bad, got = [], {}
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    for (name, r, task), lines in itertools.groupby(rows, key=lambda x: (x[0], x[1], x[2])):
        lines = list(lines)
        if [int(x[3]) for x in lines] != list(range(1, len(lines) + 1)):
            bad.append(f"{name} {r} {task}: trials")
        got[name, int(r), task] = [np.nan if x[4] == "NA" else float(x[4]) for x in lines]
    expected = {(name, r, tasks[t]): curve for name, e in want.items() for (r, t), curve in e.tasks.items()}
    if set(got) != set(expected):
        return bad + [f"{len(got)} curves, expected {len(expected)}: {sorted(set(got) ^ set(expected))[:3]}"]
    resamples = [r for _, r, _ in got]
    if resamples != sorted(resamples):
        bad.append("rows are not in the order of resamplings")
    for key, curve in expected.items():
        wrong = near(got[key], curve)
        if wrong:
            bad.append(f"{key}: {wrong}")
    return bad


def compare(path, sc, what, *options, series=None, kinds=None, learner=SET, resamples=None, **how):
    """One question to program and twin."""
    series = series or generalize_twin.series_names(sc, learner)
    leaves_out = how.get("leave_out") is not None
    args = ["generalize", path, "--set", learner, "--baselines", ",".join(series), "--no-provenance", *options]
    args += ["--resamples", str(resamples)] if resamples else []
    want = generalize_twin.generalize(sc, learner, series, kinds=kinds, resamples=resamples or (1 if leaves_out else 50), **how)
    bad = check_summary(good(*args).out, want)
    bad += check_resamples(good(*args, "--per-resample").out, want)
    bad += check_tasks(good(*args, "--per-task").out, want, sc.tasks)
    ok(not bad, f"{what}: {' '.join(options) or 'halves'}: {len(series)} series", "\n".join(bad[:12]))
    return want


# ---- hard scores ---------------------------------------------------------------------------------------------------

TASKS = sorted([f"mlp_family_seed{i}" for i in (0, 1, 2, 12)] + [f"mini_conv_fc_family_seed{i}" for i in range(4)] +
               ["FixedMLP_a", "FixedMLP_b", "Copy_x", "char_rnn_language_model_family_seed7", "quadratic_family_seed3"])
KINDS = {"m": "mlp", "F": "mlp", "C": "rnn", "c": "rnn", "q": "quadratic"}


def kind_of(task):
    return "conv" if task.startswith("mini_conv") else KINDS[task[0]]


def hyperparameters(rng, n):
    """Of all scales: zeros where they may be, a boolean, a linear one; columns as in NAdamW's space."""
    zero = rng.uniform(0, 1, n) < .4
    hp = np.c_[10.0 ** rng.uniform(-5, 0, n), 1 - 10.0 ** rng.uniform(-3, 0, n), rng.randint(0, 2, n),
               np.where(zero, 0, 10.0 ** rng.uniform(-5, -1, n)), rng.uniform(0, 1, n)]
    return ["learning_rate", "beta1", "use_nesterov", "l2_weight_decay", "constant_fraction"], hp


def hard_scores(path, holes):
    """Thirteen tasks, three sets of different sizes; ties, tasks that are 1 throughout, degenerate in part or whole."""
    rng = np.random.RandomState(7)
    sets = {SET: 30, "adam1p_wide_grid_1k": 19, "nadamw_grid_1k": 24}
    tables = {}
    for name, n in sets.items():
        f = np.clip(rng.uniform(0, 1, n)[None, :] + rng.uniform(-.5, .5, (len(TASKS), n)), 0, 1)
        f[1] = np.round(f[1] * 4) / 4  # ties
        f[2] = np.round(f[2])
        f[3] = 1.0  # nothing to learn here, and no best config
        f[4, 5:] = 1.0
        g = np.clip(f + rng.uniform(-.2, .2, f.shape), 0, 1)
        if holes:
            hole = rng.uniform(0, 1, f.shape) < .02
            hole[[0, 6, 7, 8]] = False
            f[hole], g[hole] = np.nan, np.nan
            g[7, 2] = np.nan  # in test alone
        f[5], g[5] = np.nan, np.nan  # degenerate
        g[9] = np.nan  # degenerate in test
        tables[name] = (f, g)
    write_scores(path, tables, TASKS)
    with h5py.File(path, "r+") as h:
        del h["tasks/kind"]
        h["tasks"].create_dataset("kind", data=np.array([kind_of(t) for t in TASKS], object), dtype=h5py.string_dtype())
        for name, n in sets.items():
            names, values = hyperparameters(rng, n)
            g = h["sets"][name]
            del g["hyperparameter_names"], g["hyperparameters"]
            g.create_dataset("hyperparameter_names", data=np.array(names, object), dtype=h5py.string_dtype())
            g.create_dataset("hyperparameters", data=values)


def check_hard(tmp):
    kinds = [kind_of(t) for t in TASKS]
    for holes in (True, False):
        path, what = os.path.join(tmp, f"hard{holes}.h5"), "hard" if holes else "hard, nothing missing"
        hard_scores(path, holes)
        sc = twin.read_scores(path)
        rnn = [t for t, k in enumerate(kinds) if k == "rnn"]
        splits = [((), {}), (("--train-tasks", "4"), dict(n_train=4)), (("--train-fraction", ".75"), dict(fraction=.75)),
                  (("--hold-out", "kind:rnn"), dict(hold_out=rnn)),
                  (("--hold-out", "kind:rnn", "--train-tasks", "3"), dict(hold_out=rnn, n_train=3)),
                  (("--hold-out", "kind:rnn", "--train-fraction", "1"), dict(hold_out=rnn, fraction=1)),
                  (("--k-fold", "5"), dict(k_fold=5)), (("--k-fold", "12"), dict(k_fold=12)),
                  (("--k-fold", "3", "--train-tasks", "4"), dict(k_fold=3, n_train=4)),
                  (("--k-fold", "3", "--train-tasks", "99"), dict(k_fold=3, n_train=99)),
                  (("--k-fold", "3", "--train-fraction", ".3"), dict(k_fold=3, fraction=.3)),
                  (("--leave-one-out", "family"), dict(leave_out="family")), (("--leave-one-out", "kind"), dict(leave_out="kind"))]
        for options, how in splits if holes else splits[3::4]:
            compare(path, sc, what, *options, kinds=kinds, resamples=3, **how)
        compare(path, sc, what, "--leave-one-out", "task", "--report", "valid", kinds=kinds, leave_out="task", report="valid")
        compare(path, sc, what, "--leave-one-out", "task", "--train-tasks", "3", kinds=kinds, resamples=3, leave_out="task", n_train=3)
        compare(path, sc, what, "--seed", "77", "-k", "4", resamples=6, seed=77, n_trial=4)
        compare(path, sc, what, "--report", "valid", "--k-fold", "4", "-k", "9", resamples=3, report="valid", k_fold=4, n_trial=9)
        compare(path, sc, what, "--seed", "3", resamples=5, seed=3, learner="nadamw_grid_1k")
        for missing in ("drop-config", "drop-task", "error"):
            if missing == "error" and holes:
                r = run("generalize", path, "--set", SET, "--missing", "error")
                ok(r.code == 4 and "missing" in r.err, "hard: --missing error refuses", r)
                continue
            compare(path, sc, what, "--missing", missing, resamples=4, missing=missing)
            compare(path, sc, what, "--missing", missing, "--k-fold", "3", "--report", "valid", resamples=2, missing=missing,
                    k_fold=3, report="valid")


# ---- orders --------------------------------------------------------------------------------------------------------

def check_orders(tmp):
    """Config c is the only one of any use on task c: where the curve of a task falls is where its config is tried."""
    path, n, learner = os.path.join(tmp, "orders.h5"), 40, "adam1p_wide_grid_1k"
    f = np.ones((n, n)) - .5 * np.eye(n)
    write_scores(path, {learner: (f, f)})
    sc = twin.read_scores(path)
    for options, split in ((("--k-fold", "4"), dict(k_fold=4)), (("--leave-one-out", "task"), dict(leave_out="task"))):
        out = good("generalize", path, "--set", learner, "--baselines", "all", "--no-provenance", "--seed", "9", "--resamples", "3",
                   "--per-task", *options).out
        rank = {}
        for line in out.splitlines():
            x = line.split("\t")
            if len(x) == 5 and x[4] == "0.5" and (x[0], x[1], x[2]) not in rank:
                rank[x[0], x[1], x[2]] = int(x[3])
        bad = []
        for r in range(3):
            random = twin.shuffled(range(n), twin.stream(9, r, f"random:{learner}"))
            cells = generalize_twin.Cells(sc.sets[learner], learner)
            for train, test in generalize_twin.folds(list(range(n)), sc.tasks, None, 9, r, **split):
                orders = {f"random:{learner}": random,
                          "learned": generalize_twin.learned_order(cells, train, learner, 9, r, n)}
                for how in ("minmax", "q90", "q90-joint"):
                    box = generalize_twin.inside(cells, train, how)
                    orders[f"refined-{how}"] = twin.shuffled([c for c in range(n) if box[c]],
                                                             twin.stream(9, r, f"refined-{how}:{learner}"))
                for name, order in orders.items():
                    for t in test:
                        found, expected = rank.get((name, str(r), sc.tasks[t])), order.index(t) + 1 if t in order else None
                        if found != expected:
                            bad.append(f"{name}, resampling {r}: config {t} is tried at {found}, expected {expected}")
        ok(not bad and len(rank) > 3 * n, f"orders are exact: {' '.join(options)}", "\n".join(bad[:8]))


# ---- expectation against sampling ----------------------------------------------------------------------------------

def check_expectation(tmp):
    """expected is what 3,000 random orders (TORTURE=1: 10,000) average to, within six standard errors."""
    path, n = os.path.join(tmp, "expected.h5"), 10000 if os.environ.get("TORTURE") else 3000
    rng = np.random.RandomState(2)
    f = np.round(rng.uniform(0, 1, (3, 30)), 1)  # ties
    g = np.clip(f + rng.uniform(-.2, .2, f.shape), 0, 1)
    names = write_scores(path, {SET: (f, g)})
    for report in ("valid", "test"):
        out = good("generalize", path, "--set", SET, "--hold-out", names[0] + "," + names[2], "--baselines", "random,expected", "-k", "12",
                   "--resamples", str(n), "--report", report, "--per-resample", "--no-provenance").out
        values = {}
        for line in out.splitlines():
            x = line.split("\t")
            if not x[0].startswith(("#", "series")):
                values.setdefault(x[0], []).append(float(x[3]))
        random, expected = (np.array(values[f"{s}:{SET}"]).reshape(n, 12) for s in ("random", "expected"))
        ok((expected == expected[0]).all(), f"expected, {report}: the same in each resampling")
        error = random.std(axis=0) / n ** .5
        ok((np.abs(random.mean(axis=0) - expected[0]) <= 6 * error).all(), f"expected, {report}: the mean of {n} random orders",
           (random.mean(axis=0) - expected[0]) / error)


# ---- the other tables ----------------------------------------------------------------------------------------------

def check_forms(tmp):
    """JSON says what TSV says; default series; sets of random and expected."""
    path = os.path.join(tmp, "hardTrue.h5")
    for form in ((), ("--per-task",), ("--per-resample",)):
        args = ("generalize", path, "--set", SET, "--baselines", "all", "--resamples", "2", "-k", "3", "--k-fold", "3", *form)
        rows = table(good(*args).out)[1]
        found = json.loads(good(*args, "--json").out)
        shown = [{k: "NA" if v is None else repr(v).replace("'", "") if not isinstance(v, str) else v for k, v in x.items()} for x in found["rows"]]
        same([{k: (v if k in ("series", "task") or v == "NA" else float(v)) for k, v in x.items()} for x in shown],
             [{k: (v if k in ("series", "task") or v == "NA" else float(v)) for k, v in x.items()} for x in rows],
             f"--json {' '.join(form)}: the same rows")
        ok("provenance" in found and any("missing" in n for n in found["notes"]), f"--json {' '.join(form)}: provenance and notes")
    names = [x["series"] for x in table(good("generalize", path, "--set", SET, "-k", "1").out)[1]]
    sets = sorted(["adam1p_wide_grid_1k", SET, "nadamw_grid_1k"])
    same(names, ["learned"] + [f"random:{s}" for s in sets] + ["refined-minmax", "refined-q90", "best-case"], "the default series")
    names = [x["series"] for x in table(good("generalize", path, "--set", SET, "-k", "1", "--baselines", "all").out)[1]]
    same(names, generalize_twin.series_names(twin.read_scores(path), SET), "all series")


# ---- the fixtures and the real tasks -------------------------------------------------------------------------------

def check_fixtures(tmp):
    root = os.path.join(ROOT, "fixtures", "release")
    if not ok(os.path.isdir(root), "the fixtures are there"):
        return
    a, s = os.path.join(tmp, "fixtures.h5"), os.path.join(tmp, "fixtures-scores.h5")
    good("ingest", "-o", a, "--no-provenance", root)
    good("normalize", a, "-o", s, "--no-provenance")
    sc = twin.read_scores(s)
    with h5py.File(s, "r") as h:
        kinds = [twin.text(k) for k in h["tasks/kind"][()]]
    rnn = [t for t, k in enumerate(kinds) if k == "rnn"]
    compare(s, sc, "fixtures", resamples=4)
    compare(s, sc, "fixtures", "--hold-out", "kind:rnn", "--train-tasks", "30", "-k", "20", resamples=3, hold_out=rnn, n_train=30, n_trial=20)
    compare(s, sc, "fixtures", "--k-fold", "5", "--seed", "4", resamples=1, k_fold=5, seed=4)
    compare(s, sc, "fixtures", "--leave-one-out", "kind", kinds=kinds, leave_out="kind")
    compare(s, sc, "fixtures", "--leave-one-out", "family", "--report", "valid", "-k", "9", kinds=kinds, leave_out="family", report="valid", n_trial=9)


def check_real(tmp):
    files = sorted(glob.glob(os.path.join(SHARED, "data", "taskset-adam8p", "*.json")))
    if not files:
        skip("the eight real tasks", "no folder of real data at ../shared/data/taskset-adam8p")
        return
    a, s = os.path.join(tmp, "real.h5"), os.path.join(tmp, "real-scores.h5")
    good("ingest", "-o", a, "--set", SET, "--no-provenance", *files)
    good("normalize", a, "-o", s, "--no-provenance")
    sc = twin.read_scores(s)
    compare(s, sc, "real", "-k", "200", resamples=3, n_trial=200)
    compare(s, sc, "real", "--hold-out", sc.tasks[2], "--train-tasks", "4", "-k", "50", resamples=3, hold_out=[2], n_train=4, n_trial=50)
    compare(s, sc, "real", "--k-fold", "3", "-k", "50", resamples=2, k_fold=3, n_trial=50)
    compare(s, sc, "real", "--leave-one-out", "task", leave_out="task")


def main():
    need_program()
    tmp = temporary()
    check_hard(tmp)
    check_orders(tmp)
    check_expectation(tmp)
    check_forms(tmp)
    check_fixtures(tmp)
    check_real(tmp)
    done()


main()
