"""The program against its numpy twin: archives, scores, lists, evaluations, figure 2.

Three inputs: a small release made here to be hard (missing, diverged, degenerate, negative, tied), the fixtures, and
the eight real tasks where they are. Picks must be equal, numbers within 1e-9."""
import glob
import itertools
import json
import os
import shlex
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_npz
import twin
from tap import ROOT, SHARED, done, good, need_program, ok, run, same, skip, table, temporary

TOLERANCE = 1e-9
SET = "adam8p_wide_grid_1k"


def close(found, expected):
    """Equal within the tolerance (of the size, where the size is beyond 1), NaN where NaN."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    if found.shape != expected.shape or (np.isnan(found) != np.isnan(expected)).any():
        return False
    there = ~np.isnan(expected)
    with np.errstate(invalid="ignore"):
        d = np.abs(found[there] - expected[there])
    return bool(np.all((found[there] == expected[there]) | (d <= TOLERANCE * np.maximum(1, np.abs(expected[there])))))


def differences(found, expected):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    if found.shape != expected.shape:
        return f"found shape {found.shape}, expected {expected.shape}"
    bad = ~((found == expected) | (np.isnan(found) & np.isnan(expected)))
    with np.errstate(invalid="ignore"):
        bad &= ~(np.abs(found - expected) <= TOLERANCE * np.maximum(1, np.abs(expected)))
    where = np.argwhere(bad)
    lines = [f"{len(where)} of {found.size} differ"]
    lines += [f"at {tuple(int(v) for v in w)}: found {found[tuple(w)]!r}, expected {expected[tuple(w)]!r}" for w in where[:5]]
    return "\n".join(lines)


def agree(found, expected, name):
    return ok(close(found, expected), name, lambda: differences(found, expected))


# ---- the twin's own foundations ------------------------------------------------------------------------------------

def check_streams(tmp):
    source, program = os.path.join(ROOT, "tests", "twin", "streams.c"), os.path.join(tmp, "streams")
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "gsl", "libxxhash"], capture_output=True, text=True)
    cc = shlex.split(os.environ.get("CC") or "cc")
    try:
        built = subprocess.run([*cc, "-o", program, source, *flags.stdout.split()], capture_output=True, text=True)
    except FileNotFoundError:
        skip("the twin's streams against GSL", f"no {cc[0]}")
        return
    if not ok(built.returncode == 0, "the GSL reference for the streams builds", built.stderr):
        return
    texts = ["", "a", "abcd", "0/0/split", "x" * 31, "y" * 32, "z" * 100] + [f"{s}/{r}/tail:{SET}" for s in (0, 17) for r in (0, 49)]
    lines = subprocess.run([program], input="\n".join(texts) + "\n", capture_output=True, text=True).stdout.splitlines()
    hashes, orders, quantiles = True, True, True
    data = [-3.5, 0.1, 0.25, 7.0, 1e9, 2e9, 2e9]
    expected = [twin.quantile(data[:n], f) for n in range(1, 8) for f in (.05, .5, .75)]
    for t, line in zip(texts, lines):
        words = line.split()
        h = twin.xxh64(t.encode())
        hashes &= h == int(words[0])
        orders &= twin.shuffled(range(1000), twin.Mt19937((h & 0xFFFFFFFF) or 1)) == [int(w) for w in words[1:1001]]
        quantiles &= close([float(w) for w in words[1001:]], expected)
    ok(hashes and len(lines) == len(texts), "the twin's XXH64 is xxHash's")
    ok(orders, "the twin's shuffles are GSL's")
    ok(quantiles, "the twin's quantiles are GSL's")


# ---- comparing -----------------------------------------------------------------------------------------------------

JSON_SPLITS = {"train": ("train",), "valid": ("valid", "valid_inner"), "test": ("test", "valid_outer")}


def compare_archive(path, sources, what):
    """The archive holds exactly what the sources hold: bits of the values, rows joined by name, steps."""
    archive = twin.Archive(path)
    same(sorted(archive.tasks), sorted({t for t, _ in sources}), f"{what}: the archive has the tasks of the source")
    same(sorted(archive.sets), sorted({s for _, s in sources}), f"{what}: the archive has the sets of the source")
    bad = []
    for (task, set_name), source in sources.items():
        cs = archive.sets[set_name]
        got = cs.curves(task)
        if got is None:
            bad.append(f"{task} {set_name}: no curves")
            continue
        curves, ran, observed, steps = got
        row = {c: i for i, c in enumerate(cs.configs)}
        rows = [row[c] for c in source.configs]
        columns = []
        for s in source.split_names:
            columns += [i for i, name in enumerate(cs.splits) if name in (JSON_SPLITS[s] if source.steps is None else (s,))][:1]
        n_replica = source.curves.shape[1]
        found = curves[rows][:, :n_replica][..., columns]
        if source.curves.dtype.itemsize == 4 and curves.dtype != np.float32:
            bad.append(f"{task} {set_name}: dtype {curves.dtype} of a float32 source")
        elif found.shape != source.curves.shape:
            bad.append(f"{task} {set_name}: shape {found.shape}, expected {source.curves.shape}")
        else:
            f, e = found.astype(source.curves.dtype.newbyteorder("=")), source.curves.astype(source.curves.dtype.newbyteorder("="))
            if not ((f == e) & (np.signbit(f) == np.signbit(e)) | np.isnan(f) & np.isnan(e)).all():
                bad.append(f"{task} {set_name}: values differ")
        if not ran[rows][:, :n_replica].all() or not set(np.unique(ran)) <= {0, 1}:
            bad.append(f"{task} {set_name}: ran is wrong")
        if not (observed[rows][:, :n_replica][..., columns] == source.curves.shape[2]).all():
            bad.append(f"{task} {set_name}: observed is wrong")
        if len(steps) != source.curves.shape[2] or (source.steps is not None and (np.asarray(steps, float) != np.asarray(source.steps, float)).any()):
            bad.append(f"{task} {set_name}: steps {steps}")
    ok(not bad, f"{what}: the archive holds the source's numbers, joined by name", "\n".join(bad))
    return archive


def compare_scores(path, expected, what, best_of_test=True):
    """A scores file against the twin's."""
    found = twin.read_scores(path)
    if not same(found.tasks, expected.tasks, f"{what}: tasks in byte order"):
        return found
    same(sorted(found.sets), sorted(expected.sets), f"{what}: sets")
    for name, e in expected.sets.items():
        f = found.sets[name]
        if not ok(f.configs == e.configs, f"{what}: {name}: configs in natural order", f.configs[:12], e.configs[:12]):
            continue
        parts = {"valid": (f.valid, e.valid), "test": (f.test, e.test), "valid_min": (f.valid_min, e.valid_min),
                 "valid_last": (f.valid_last, e.valid_last), "n_missing": (f.n_missing, e.n_missing),
                 "n_diverged": (f.n_diverged[~e.degenerate], e.n_diverged[~e.degenerate]),
                 "degenerate": (f.degenerate, e.degenerate), "hyperparameters": (f.hp, e.hp)}
        there = ~e.degenerate & ~np.isnan(e.valid).all(axis=1)
        tested = there & ~np.isnan(e.test).all(axis=1)
        parts["init and best of valid"] = (np.c_[f.init, f.best][there][:, [0, 2]], np.c_[e.init, e.best][there][:, [0, 2]])
        if best_of_test:
            parts["init and best of test"] = (np.c_[f.init, f.best][tested][:, [1, 3]], np.c_[e.init, e.best][tested][:, [1, 3]])
        bad = [f"{k}: {differences(a, b)}" for k, (a, b) in parts.items() if not close(a, b)]
        ok(not bad, f"{what}: {name}: scores, constants, counts", "\n".join(bad))
    return found


def read_list(path):
    with open(path) as f:
        return json.load(f)


def compare_list(scores_path, expected, set_name, rows, what, tmp, *options, seed=0, missing="worst", k=None):
    """learn, then the list against the twin's. Returns (path of the list, twin's order) or None."""
    path = os.path.join(tmp, "list.json")
    r = run("learn", scores_path, "--set", set_name, "-o", path, "--no-provenance", *options)
    if not ok(r.code == 0, f"{what}: learn runs", r):
        return None
    s = expected.sets[set_name]
    order, n_greedy, J = twin.learn(s, set_name, rows, seed, 0, missing)
    order, J = order[:k], J[:k]
    kept = twin.usable(s, rows, missing)[0]
    got = read_list(path)
    entries = got["entries"]
    found = [e["index"] for e in entries]
    ok(found[:n_greedy] == order[:n_greedy], f"{what}: {n_greedy} greedy picks",
       f"found    {found[:n_greedy + 3]}", f"expected {order[:n_greedy]}")
    ok(found == order, f"{what}: the random tail", f"found    {found[:n_greedy + 8]} ... ({len(found)})",
       f"expected {order[:n_greedy + 8]} ... ({len(order)})")
    if len(found) == len(J):
        agree([e["J"] for e in entries], J, f"{what}: J")
    ok([e["phase"] for e in entries] == (["greedy"] * n_greedy + ["random"] * len(order))[:len(order)]
       and [e["rank"] for e in entries] == list(range(1, len(order) + 1))
       and [e["config"] for e in entries] == [s.configs[i] for i in found], f"{what}: rank, phase, config of the entries", entries[:2])
    hp = [{n: float(v) for n, v in e["hyperparameters"].items()} for e in entries]
    want = [{n: v for n, v in zip(s.hp_names, s.hp[i]) if not np.isnan(v)} for i in found]
    ok(hp == want, f"{what}: hyperparameters of the entries, exactly", hp[:1], want[:1])
    ok(got["schema"] == "hyperlist.list/1" and got["set"] == set_name and got["seed"] == seed
       and got["train_tasks"] == [expected.tasks[t] for t in kept], f"{what}: head of the list",
       {k: v for k, v in got.items() if k != "entries"}, [expected.tasks[t] for t in kept])
    return path, found


def compare_evaluation(list_path, scores_path, expected, set_name, order, rows, what, *options, missing="worst"):
    r = run("evaluate", list_path, scores_path, "--no-provenance", *options)
    if not ok(r.code == 0, f"{what}: evaluate runs", r):
        return None
    s = expected.sets[set_name]
    valid, test = twin.evaluate(s, order, rows, missing)
    kept = set(twin.usable(s, rows, missing)[1])
    _, lines = table(r.out)
    ok([int(l["trials"]) for l in lines] == list(range(1, len(valid) + 1))
       and [l["config"] for l in lines] == [s.configs[c] for c in order if c in kept], f"{what}: trials and configs", r.out[:300])
    if len(lines) == len(valid):
        agree([float(l["valid"]) for l in lines], valid, f"{what}: valid")
        agree([float(l["test"]) for l in lines], test, f"{what}: test")
    return lines


def compare_figure2(scores_path, expected, what, tmp):
    r = run("reproduce", scores_path, "-o", os.path.join(tmp, "figures"), "--format", "dumb", "--no-provenance", "figure2")
    if not ok(r.code == 0, f"{what}: figure2 is drawn", r):
        return
    with open(os.path.join(tmp, "figures", "figure2.tsv")) as f:
        comments, lines = table(f.read())
    head = "series trials q25 median q75 mean n_tasks n_resamples".split()
    same(list(lines[0]), head, f"{what}: figure2 columns")
    want = twin.figure2(expected)
    same(sorted({l["series"] for l in lines}), sorted(want), f"{what}: figure2 series")
    test_holes = any((np.isnan(s.test).all(axis=1) & ~s.degenerate).any() for s in expected.sets.values())
    for series, (rows, n_tasks) in want.items():
        got = [l for l in lines if l["series"] == series]
        if not ok([int(l["trials"]) for l in got] == list(range(1, len(rows) + 1)), f"{what}: {series} has {len(rows)} trials", len(got)):
            continue
        agree([[float(l[c]) for c in ("q25", "median", "q75", "mean")] for l in got], rows, f"{what}: {series}, quartiles and mean")
        ok(all(int(l["n_resamples"]) == 50 for l in got) and (test_holes or all(int(l["n_tasks"]) == n_tasks for l in got)),
           f"{what}: {series}, n_tasks {n_tasks}, n_resamples 50", got[:1])


OPTION_VALUES = {"--replicas": ("average-first", "normalize-first"), "--best-over": ("archive", "set"),
                 "--aggregate": ("mean", "min", "last"), "--test-constants": ("test", "valid")}


def compare_options(archive_path, what, tmp, valid_splits=(None, "valid_outer")):
    """normalize with every combination of options against the twin; one line a combination."""
    archive = twin.Archive(archive_path)
    path = os.path.join(tmp, "options.h5")
    for valid_split, *values in itertools.product(valid_splits, *OPTION_VALUES.values()):
        options = dict(zip(("replicas", "best_over", "aggregate", "test_constants"), values))
        expected = twin.scores(archive, valid_split=valid_split, **options)
        args = [a for pair in zip(OPTION_VALUES, values) for a in pair] + (["--valid-split", valid_split] if valid_split else [])
        name = f"{what}: normalize {' '.join(args)}"
        r = run("normalize", archive_path, "-o", path, "--no-provenance", *args)
        if not ok(r.code == 0, name + " runs", r):
            continue
        found, bad = twin.read_scores(path), []
        for set_name, e in expected.sets.items():
            f = found.sets[set_name]
            for field in ("valid", "test", "valid_min", "valid_last"):
                if not close(getattr(f, field), getattr(e, field)):
                    bad.append(f"{set_name} {field}: {differences(getattr(f, field), getattr(e, field))}")
            if (f.degenerate != e.degenerate).any() or (f.n_missing != e.n_missing).any():
                bad.append(f"{set_name}: degenerate or n_missing")
            good_rows = ~e.degenerate
            if (f.n_diverged[good_rows] != e.n_diverged[good_rows]).any():
                bad.append(f"{set_name}: n_diverged {f.n_diverged} {e.n_diverged}")
        ok(not bad, name, "\n".join(bad))


# ---- a hard release ------------------------------------------------------------------------------------------------

def hard_release(root):
    """Fourteen tasks in three sets; what is odd about a task is its comment."""
    n_config, n_step = 24, 9
    rng = np.random.RandomState(20)
    sets = {"adam1p_wide_grid": "<f4", "adam4p_wide_grid": ">f4", "adam8p_wide_grid": "<f8"}
    for t in range(14):
        for sampler, dtype in sets.items():
            rate = rng.uniform(0, 1.5, (n_config, 1, 1, 1))
            scale = 10.0 ** rng.randint(-3, 4)
            ys = scale * (np.exp(-rate * np.arange(n_step)[None, None, :, None]) + .05 * rng.uniform(0, 1, (n_config, 3, n_step, 4)))
            seeds = np.arange(n_config)
            if t in (1, 2, 3):  # negative losses
                ys = ys - 3500
            if t == 4:  # nothing finite in validation: degenerate
                ys[..., 1] = np.nan
            if t == 5:  # nothing improves: degenerate
                ys[...] = 2.5
            if t == 6:  # degenerate in test alone
                ys[..., 3] = 1.0
            if t in (7, 8):  # diverged: all kinds
                ys[3:6, 0, 4:] = np.nan
                ys[6:8, 1, 5:] = np.inf
                ys[8, :, 3:] = 1e34
                ys[9, 2, 2, 1] = -np.inf
                ys[10, 0, 0] = np.nan  # the first point
            if t == 9 and sampler == "adam4p_wide_grid":  # missing in one set
                continue
            if t == 10:  # missing configs, different ones in each set
                seeds = rng.permutation(n_config)[:17]
            if t == 11:  # ties
                ys[:] = np.round(ys / scale, 1)
            if t == 12:  # rows in another order
                seeds = rng.permutation(n_config)
            ys = ys.astype(dtype)
            task = f"mini_quadratic_family_seed{t}"

            def write(rows, n_replica):
                path = make_npz.release_file(root, task, sampler + "_1k", 50 * (n_step - 1), n_replica)
                make_npz.write_zip(path, make_npz.members(make_npz.optimizers(sampler, seeds[rows]), make_npz.steps(n_step),
                                                          ys[rows][:, :n_replica]), deflated=True)
            if t == 13:  # some configs have two replicas, some three, some none
                write(np.arange(0, 15), 2)
                write(np.arange(10, 20), 3)
            else:
                write(np.arange(len(seeds)), 3)


def check_hard(tmp):
    what = "hard"
    root = os.path.join(tmp, "hard")
    hard_release(root)
    a, s = os.path.join(tmp, "hard.h5"), os.path.join(tmp, "hard-scores.h5")
    good("ingest", "-o", a, "--no-provenance", root)
    sources = {k: v for k, v in twin.read_release(root).items() if not k[0].endswith("seed13")}
    archive = twin.Archive(a)
    expected = twin.scores(archive)
    e = expected.sets[SET]
    same([t for t, d in zip(expected.tasks, e.degenerate) if d], ["mini_quadratic_family_seed4", "mini_quadratic_family_seed5"],
         "hard: the twin itself finds the two degenerate tasks")
    ran = archive.sets[SET].curves("mini_quadratic_family_seed13")[1]
    same(sorted(ran.sum(axis=1).tolist()), [0] * 4 + [2] * 10 + [3] * 10, "hard: replicas of two files meet in one task")
    partial = twin.Archive(a)
    partial.tasks = [t for t in partial.tasks if not t.endswith("seed13")]
    bad = []
    for (task, set_name), source in sources.items():
        got = archive.sets[set_name].curves(task)
        row = {c: i for i, c in enumerate(archive.sets[set_name].configs)}
        rows = [row[c] for c in source.configs]
        f, want = got[0][rows], source.curves.astype(source.curves.dtype.newbyteorder("="))
        if f.dtype != want.dtype or not ((f == want) | np.isnan(f) & np.isnan(want)).all():
            bad.append((task, set_name))
        if not got[1][rows].all() or got[1].sum() != got[1][rows].sum():
            bad.append((task, set_name, "ran"))
    ok(not bad, "hard: the archive holds the source's numbers, joined by name", bad)
    r = good("normalize", a, "-o", s, "--no-provenance")
    for t in (4, 5):
        ok(f"mini_quadratic_family_seed{t}" in r.err, f"hard: normalize names the degenerate task {t} in a warning", r.err)
    compare_scores(s, expected, what)
    compare_options(a, what, tmp)
    rows = list(range(len(expected.tasks)))
    for set_name in expected.sets:
        got = compare_list(s, expected, set_name, rows, f"{what}, {set_name}", tmp)
        if got:
            compare_evaluation(got[0], s, expected, set_name, got[1], rows, f"{what}, {set_name}")
    for missing in ("worst", "drop-config", "drop-task"):
        label = f"{what}, --missing {missing}"
        got = compare_list(s, expected, SET, rows, label, tmp, "--missing", missing, "--seed", "5", seed=5, missing=missing)
        if got:
            compare_evaluation(got[0], s, expected, SET, got[1], rows, label, "--missing", missing, missing=missing)
    some = [t for t, name in enumerate(expected.tasks) if name.endswith(("seed1", "seed2", "seed8"))]
    names = ",".join(expected.tasks[t] for t in some)
    got = compare_list(s, expected, SET, some, f"{what}, three tasks, -k 4", tmp, "--tasks", names, "-k", "4", k=4)
    if got:
        others = [t for t in rows if t not in some]
        compare_evaluation(got[0], s, expected, SET, got[1], others, f"{what}, the other tasks", "--tasks", "all," + ",".join("!" + expected.tasks[t] for t in some))
    compare_figure2(s, expected, what, tmp)


# ---- the fixtures --------------------------------------------------------------------------------------------------

def check_fixtures(tmp):
    root = os.path.join(ROOT, "fixtures", "release")
    if not ok(os.path.isdir(root), "the fixtures are there"):
        return
    a, s = os.path.join(tmp, "fixtures.h5"), os.path.join(tmp, "fixtures-scores.h5")
    good("ingest", "-o", a, "--no-provenance", root)
    sources = twin.read_release(root)
    archive = compare_archive(a, sources, "fixtures")
    good("normalize", a, "-o", s, "--no-provenance")
    expected = twin.scores(archive)
    compare_scores(s, expected, "fixtures")
    rows = list(range(len(expected.tasks)))
    for set_name in expected.sets:
        got = compare_list(s, expected, set_name, rows, f"fixtures, {set_name}", tmp)
        if got:
            compare_evaluation(got[0], s, expected, set_name, got[1], rows, f"fixtures, {set_name}")
    rnn = [t for t, n in enumerate(expected.tasks) if n.startswith(("mini_char_rnn_language_model_family_", "mini_word_rnn_language_model_family_",
                                                                   "mini_rnn_text_classification_family_"))]
    rest = [t for t in rows if t not in rnn]
    got = compare_list(s, expected, SET, rest, "fixtures, all but rnn", tmp, "--tasks", "all,!kind:rnn")
    if got:
        compare_evaluation(got[0], s, expected, SET, got[1], rnn, "fixtures, rnn held out", "--tasks", "kind:rnn")
    compare_figure2(s, expected, "fixtures", tmp)
    some = expected.tasks[::max(1, len(expected.tasks) // 5)]
    files = [f for t in some for f in sorted(glob.glob(os.path.join(root, glob.escape(t), "*.npz")))]
    b = os.path.join(tmp, "some.h5")
    good("ingest", "-o", b, "--no-provenance", *files)
    compare_options(b, f"fixtures, {len(some)} tasks", tmp)


# ---- the eight real tasks ------------------------------------------------------------------------------------------

ACCEPTED = [(665, 0.309559203, 0.282681547), (811, 0.221717069, 0.198998878), (839, 0.204325251, 0.208564688),
            (67, 0.201569311, 0.207363674), (298, 0.200409659, 0.206219419), (791, 0.199673525, 0.196741966),
            (711, 0.199097355, 0.202666938)]
ACCEPTED_LAST = [711, 811, 665, 839, 67]
ACCEPTED_HALF = [(811, 0.482498482, 0.447223808), (711, 0.213274376, 0.190500156), (665, 0.207595691, 0.184562533)]


def check_real(tmp):
    root = os.path.join(SHARED, "data", "taskset-adam8p")
    files = sorted(glob.glob(os.path.join(root, "*.json")))
    if not files:
        skip("the eight real tasks", "no folder of real data at ../shared/data/taskset-adam8p")
        return
    a, s, l = (os.path.join(tmp, n) for n in ("real.h5", "real-scores.h5", "real.json"))
    good("ingest", "-o", a, "--set", SET, "--no-provenance", *files)
    sources = {}
    for f in files:
        sources[os.path.basename(f)[:-len(".json")], SET] = twin.read_curves_json(f, "adam8p_wide_grid")
    archive = compare_archive(a, sources, "real")
    configs = os.path.join(SHARED, "data", "taskset-configs", "adam8p_wide_grid.json")
    if os.path.exists(configs):
        with open(configs) as f:
            table_ = json.load(f)
        cs = archive.sets[SET]
        want = np.array([[table_[c][0][h] for h in cs.hp_names] for c in cs.configs])
        ok(len(cs.hp_names) == 8 and np.all(np.abs(cs.hp - want) <= 1e-12 * np.abs(want)), "real: hyperparameters to 1e-12")
    good("normalize", a, "-o", s, "--no-provenance")
    expected = twin.scores(archive)
    compare_scores(s, expected, "real")
    rows = list(range(8))
    got = compare_list(s, expected, SET, rows, "real", tmp)
    if got:
        lines = compare_evaluation(got[0], s, expected, SET, got[1], rows, "real")
        entries = read_list(got[0])["entries"][:7]
        same([e["index"] for e in entries], [p for p, _, _ in ACCEPTED], "acceptance: the list")
        ok(np.allclose([e["J"] for e in entries], [j for _, j, _ in ACCEPTED], rtol=0, atol=6e-10), "acceptance: J", [e["J"] for e in entries])
        ok(lines and np.allclose([float(x["test"]) for x in lines[:7]], [t for _, _, t in ACCEPTED], rtol=0, atol=6e-10), "acceptance: test", lines and lines[:7])
        same([e["phase"] for e in read_list(got[0])["entries"]].count("greedy"), 7, "acceptance: then nothing improves")
    half, others = [0, 2, 4, 6], [1, 3, 5, 7]
    got = compare_list(s, expected, SET, half, "real, 1st 3rd 5th 7th", tmp, "--tasks", ",".join(expected.tasks[t] for t in half))
    if got:
        lines = compare_evaluation(got[0], s, expected, SET, got[1], others, "real, the others", "--tasks",
                                   ",".join(expected.tasks[t] for t in others))
        found = [(e["index"], float(x["valid"]), float(x["test"])) for e, x in zip(read_list(got[0])["entries"][:3], lines or [])]
        ok(len(found) == 3 and np.allclose(found, ACCEPTED_HALF, rtol=0, atol=6e-10), "acceptance: trained on half", found)
        phases = [e["phase"] for e in read_list(got[0])["entries"]]
        same(phases.count("greedy"), 3, "acceptance: half gives three picks")
    compare_figure2(s, expected, "real", tmp)
    good("normalize", a, "-o", s, "--aggregate", "last", "--no-provenance")
    good("learn", s, "--set", SET, "-o", l, "--no-provenance")
    entries = read_list(l)["entries"]
    same([e["index"] for e in entries if e["phase"] == "greedy"], ACCEPTED_LAST, "acceptance: --aggregate last")
    compare_scores(s, twin.scores(archive, aggregate="last"), "real, --aggregate last")


def main():
    need_program()
    tmp = temporary()
    for check in (check_streams, check_hard, check_fixtures, check_real):
        if not sys.argv[1:] or any(check.__name__ == f"check_{word}" for word in sys.argv[1:]):
            check(tmp)
    done()


main()
