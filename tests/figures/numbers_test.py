"""The numbers of every figure against numpy, from the scores files alone.

Two inputs: the fixtures, and a small file made here in which cells are missing. Streams, lists and evaluations are the
twin's; histograms, shares, ranks, singular values and divergences are numpy's."""
import os
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from generalize_twin import joint_factor
from make_scores import write_scores
from tap import ROOT, done, good, need_program, ok, read_bytes, same, table, temporary

SET = "adam8p_wide_grid_1k"
RESAMPLES = 4
QUANTILES = ("q25", "median", "q75", "mean")


class File:
    """A scores file and what the twin reads there."""

    def __init__(self, path):
        self.path, self.scores = path, twin.read_scores(path)
        with h5py.File(path) as f:
            self.kinds = [twin.text(k) for k in f["tasks/kind"][()]]
            self.n_params, self.seconds = f["tasks/n_params"][()], f["tasks/seconds_per_step"][()]
            self.last_step = f["tasks/last_step"][()] if "last_step" in f["tasks"] else np.full(len(self.kinds), np.nan)
        self.rows = [t for t in range(len(self.kinds)) if not any(s.degenerate[t] for s in self.scores.sets.values())]
        self.set = self.scores.sets[SET]

    def all_sets(self, field):
        return np.concatenate([twin.worst(getattr(s, field)[self.rows]) for _, s in sorted(self.scores.sets.items())], axis=1)


def read(folder, name):
    with open(os.path.join(folder, name + ".tsv")) as f:
        return table(f.read())


def numbers(rows, *columns):
    return np.array([[float("nan") if r[c] == "NA" else float(r[c]) for c in columns] for r in rows])


def close(found, expected, name, tolerance=1e-9):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    is_close = found.shape == expected.shape and bool(np.all((found == expected) | (np.abs(found - expected) <= tolerance) |
                                                             (np.isnan(found) & np.isnan(expected))))
    return ok(is_close, name, lambda: f"found {found.shape} {found.ravel()[:8]}", lambda: f"expected {expected.shape} {expected.ravel()[:8]}")


def note(comments, key):
    return next(c[len(key) + 4:] for c in comments if c.startswith(f"# {key}: "))


def quartiles(curves):
    """(trial, 4) of a list of curves."""
    full = np.array(curves)
    return np.array([[twin.quantile(full[:, k], q) for q in (.25, .5, .75)] + [full[:, k].mean()] for k in range(full.shape[1])])


def compare_series(rows, series, expected, name):
    close(numbers([r for r in rows if r["series"] == series], *QUANTILES), expected, name)


# ---- 1a, 1b, 1c ----------------------------------------------------------------------------------------------------

def check_histogram(rows, values, name):
    low, high, count = numbers(rows, "low", "high", "count").T
    close(np.log10(low) * 4, np.rint(np.log10(low) * 4), f"{name}: four bins a decade")
    ok((low[1:] == high[:-1]).all() and count[0] > 0 and count[-1] > 0, f"{name}: bins join, from the first that holds any to the last")
    same(count.astype(int).tolist(), np.histogram(values, np.r_[low, high[-1]])[0].tolist(), f"{name}: counts")
    same(int(count.sum()), len(values), f"{name}: all tasks are counted")


def check_metadata(file, folder):
    check_histogram(read(folder, "figure1a")[1], file.n_params[file.n_params > 0], "1a")
    seconds = file.seconds * file.last_step
    comments, rows = read(folder, "figure1c")
    check_histogram(rows, seconds[seconds > 0], "1c")
    ok(f"on {np.sum(seconds > 0)} tasks" in note(comments, "caption") and f"median {np.median(seconds[seconds > 0]):.3g}" in note(comments, "caption"),
       "1c: the caption counts tasks and tells the median", comments)


def check_shares(file, folder, name):
    losses = np.sort(file.all_sets("valid_min"), axis=1)
    n = losses.shape[1]
    order = sorted(range(len(losses)), key=lambda i: (np.median(losses[i]), i))
    rows = read(folder, "figure1b")[1]
    same([(r["rank"], r["task"]) for r in rows[::100]], [(str(k + 1), file.scores.tasks[file.rows[i]]) for k, i in enumerate(order)],
         f"{name}: 1b: tasks by their median")
    close(numbers(rows, "share")[:, 0], np.tile(np.arange(1, 101) / 100, len(order)), f"{name}: 1b: shares")
    # the lowest loss that at least this share of the configs is at or below, by counting
    counts = [np.sum(losses[i][:, None] >= losses[i][None, :], axis=1) for i in order]
    expected = [losses[i][np.argmax(c[:, None] * 100 >= np.arange(1, 101)[None] * n, axis=0)] for i, c in zip(order, counts)]
    close(numbers(rows, "loss")[:, 0], np.ravel(expected), f"{name}: 1b: losses", 0)


# ---- 3a, 3b, 3c, 3d ------------------------------------------------------------------------------------------------

def learned(s, train, test, resample):
    return twin.evaluate(s, twin.learn(s, SET, train, 0, resample)[0], test)[1]


def check_sizes(file, folder, name):
    sizes = [n for d in (1, 10, 100) for n in (d, 2 * d, 5 * d) if n < len(file.rows)]
    orders = [twin.shuffled(file.rows, twin.stream(0, r, "split")) for r in range(RESAMPLES)]
    rows, slices = read(folder, "figure3a")[1], read(folder, "figure3b")[1]
    same(list(dict.fromkeys(r["series"] for r in rows)), [f"learned:{n}" for n in sizes], f"{name}: 3a: sizes")
    for n in sizes:
        expected = quartiles([learned(file.set, sorted(o[:n]), sorted(o[n:]), r) for r, o in enumerate(orders)])
        mine = [r for r in rows if r["series"] == f"learned:{n}"]
        compare_series(rows, f"learned:{n}", expected, f"{name}: 3a: learned:{n}")
        ok(all(int(r["n_tasks"]) == len(file.rows) - n and int(r["n_resamples"]) == RESAMPLES for r in mine), f"{name}: 3a: learned:{n}, tasks and resamples")
        at = {int(r["trials"]): [r[q] for q in QUANTILES] for r in mine}
        same([(r["series"], [r[q] for q in QUANTILES]) for r in slices if r["n_train"] == str(n)],
             [(f"at:{k}", at[k]) for k in (1, 2, 5, 10, 20, 50, 100) if k in at], f"{name}: 3b: {n} train tasks, the numbers of 3a")


def check_kind(file, folder, figure, kind):
    rows = read(folder, figure)[1]
    test = [t for t in file.rows if file.kinds[t] == kind]
    train = [t for t in file.rows if file.kinds[t] != kind]
    expected = {"learned": [], "best-case": [], "random:adam1p_wide_grid_1k": [], f"random:{SET}": []}
    for r in range(RESAMPLES):
        expected["learned"].append(learned(file.set, train, test, r))
        expected["best-case"].append(learned(file.set, test, test, r))
        for name in ("adam1p_wide_grid_1k", SET):
            s = file.scores.sets[name]
            order = twin.shuffled(range(len(s.configs)), twin.stream(0, r, f"random:{name}"))
            expected[f"random:{name}"].append(twin.evaluate(s, order, test)[1])
    same(sorted({r["series"] for r in rows}), sorted(expected), f"{figure}: series")
    for series, curves in expected.items():
        compare_series(rows, series, quartiles(curves), f"{figure}: {series}")
    check_speedup(folder, figure, rows)


def check_speedup(folder, figure, rows):
    medians = {}
    for r in rows:
        medians.setdefault(r["series"], []).append(float(r["median"]))
    expected = []
    for series in list(medians)[1:]:
        for k in (1, 2, 5, 10, 20, 50):
            if k <= len(medians["learned"]):
                needed = next((i + 1 for i, m in enumerate(medians[series]) if m <= medians["learned"][k - 1]), "NA")
                expected.append((series, str(k), str(needed)))
    comments, found = read(folder, figure + ".speedup")
    same([(r["series"], r["trials"], r["trials_needed"]) for r in found], expected, f"{figure}: speedups")
    k = min(10, len(medians["learned"]))
    first = next(e for e in expected if e[0].startswith("random:") and e[1] == str(k))
    ok(first[2] == "NA" or f"{first[2]} trials over" in note(read(folder, figure)[0], "caption") or int(first[2]) <= k,
       f"{figure}: the caption has the headline", first, read(folder, figure)[0])


# ---- A1 ------------------------------------------------------------------------------------------------------------

def affinities(x, perplexity):
    """Row by row, by bisection on the entropy; then made symmetric."""
    n = len(x)
    d = np.sum((x[:, None] - x[None]) ** 2, axis=2)
    p = np.zeros((n, n))
    for i in range(n):
        others = np.arange(n) != i
        row = d[i, others] - d[i, others].min()
        low, high, beta = 0.0, np.inf, 1.0
        for _ in range(300):
            w = np.exp(-beta * row)
            w /= w.sum()
            entropy = -np.sum(w[w > 0] * np.log(w[w > 0]))
            low, high = (beta, high) if entropy > np.log(perplexity) else (low, beta)
            beta = 2 * beta if np.isinf(high) else (low + high) / 2
        p[i, others] = w
    return (p + p.T) / (2 * n)


def check_embedding(file, folder, name, perplexity):
    x = file.all_sets("valid")
    comments, rows = read(folder, "figureA1")
    same([(r["task"], r["kind"]) for r in rows], [(file.scores.tasks[t], file.kinds[t]) for t in file.rows], f"{name}: A1: tasks and kinds")
    u, s, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    pca = u[:, :2] * s[:2]
    pca *= np.sign(pca[np.argmax(np.abs(pca), axis=0), [0, 1]])  # the largest coordinate is positive
    close(numbers(rows, "pca1", "pca2"), pca, f"{name}: A1: principal components")
    shares = s[:2] ** 2 / np.sum(s ** 2)
    close([float(v) for v in note(comments, "pca1, pca2").split(" of ")[0].split(" and ")], shares, f"{name}: A1: shares of the variance")
    close([float(note(comments, "perplexity"))], [perplexity], f"{name}: A1: perplexity")
    y = numbers(rows, "tsne1", "tsne2")
    p = affinities(x, perplexity)
    w = 1 / (1 + np.sum((y[:, None] - y[None]) ** 2, axis=2))
    np.fill_diagonal(w, 0)
    q = w / w.sum()
    off = p > 0
    divergence = np.sum(p[off] * np.log(p[off] / q[off]))
    close([float(note(comments, "divergence").split()[0])], [divergence], f"{name}: A1: the divergence at the embedding")
    gradient = 4 * np.sum(((p - q) * w)[:, :, None] * (y[:, None] - y[None]), axis=1)
    spread = np.sqrt(np.mean(y ** 2))
    ok(len(y) / 4 * np.abs(gradient).max() < 1.01e-4 * spread, f"{name}: A1: the descent has come to rest", np.abs(gradient).max(), spread)
    shuffled = np.sum(p[off] * np.log(p[off] / q[np.ix_(*[np.random.RandomState(1).permutation(len(y))] * 2)][off].clip(1e-300)))
    ok(divergence < 0.7 * shuffled, f"{name}: A1: neighbours are near each other", divergence, shuffled)


# ---- B5 ------------------------------------------------------------------------------------------------------------

def ranks(values):
    """From 1; equal ones share their mean rank."""
    values = np.asarray(values)
    return np.array([np.sum(values < v) + (np.sum(values == v) + 1) / 2 for v in values])


def check_collapses(file, folder, name):
    s = file.set
    mean, lowest = twin.worst(s.valid[file.rows]).mean(axis=0), twin.worst(s.valid_min[file.rows]).mean(axis=0)
    comments, rows = read(folder, "figureB5")
    same([r["config"] for r in rows], s.configs, f"{name}: B5: configs")
    close(numbers(rows, "mean", "min"), np.c_[mean, lowest], f"{name}: B5: averages")
    found = numbers(rows, "mean", "min")
    close([float(note(comments, "rank correlation"))], [np.corrcoef(ranks(found[:, 0]), ranks(found[:, 1]))[0, 1]], f"{name}: B5: rank correlation")
    tables = {"mean": twin.worst(s.valid), "min": twin.worst(s.valid_min)}
    expected = {f"{a}:{b}": [] for b in tables for a in tables}
    for r in range(RESAMPLES):
        train, test = twin.half_split(file.rows, 0, r)
        for by in tables:
            picks = twin.greedy(tables[by][train])
            order = picks + twin.shuffled([c for c in range(len(s.configs)) if c not in picks], twin.stream(0, r, f"tail:{SET}"))
            for measured in tables:
                expected[f"{by}:{measured}"].append(twin.best_so_far(tables[by][test], tables[measured][test], order)[1].mean(axis=0))
    lists = read(folder, "figureB5.lists")[1]
    same(list(dict.fromkeys(r["series"] for r in lists)), list(expected), f"{name}: B5: series of the lists")
    for series, curves in expected.items():
        compare_series(lists, series, quartiles(curves), f"{name}: B5: {series}")
    first = [set(twin.greedy(tables[by][file.rows])[:10]) for by in tables]
    if min(len(f) for f in first) == 10:
        ok(f"{len(first[0] & first[1])} are the same" in note(comments, "caption"), f"{name}: B5: common entries", comments)


# ---- space ---------------------------------------------------------------------------------------------------------

ORIGINAL = {"adam1p_wide_grid_1k": [(1e-8, 10)],
            "adam4p_wide_grid_1k": [(1e-8, 10), (1e-4, 1), (1e-6, 1), (1e-10, 1e3)],
            "adam6p_wide_grid_1k": [(1e-8, 10), (1e-4, 1), (1e-6, 1), (1e-10, 1e3), (1e-7, 1e-4), (1e-6, 1e-3)],
            "adam8p_wide_grid_1k": [(1e-8, 10), (1e-4, 1), (1e-6, 1), (1e-10, 1e3), (1e-8, 10), (1e-8, 10), (1e-7, 1e-4), (1e-6, 1e-3)]}


def check_space(file, folder):
    rows = {(r["set"], r["box"]): r for r in read(folder, "space")[1]}
    intervals = {(r["set"], r["box"], r["hyperparameter"]): (float(r["low"]), float(r["high"])) for r in read(folder, "space.intervals")[1]}
    same(sorted({k[0] for k in rows}), sorted(file.scores.sets), "space: sets")
    for name, s in file.scores.sets.items():
        f = twin.worst(s.valid[file.rows])
        best = [int(np.argmin(row)) for row in f if row.min() < 1]
        x = twin.coordinates(s.hp_names, s.hp)
        if name in ORIGINAL:
            close([float(rows[name, "original"]["log_volume"])], [np.sum(np.log([np.log(b / a) for a, b in ORIGINAL[name]]))], f"space: {name}: original volume")
        same(rows[name, "original"]["n_inside"], str(len(s.configs)), f"space: {name}: all configs are in the original box")
        for how, tail in (("minmax", 0), ("q90", .05)):
            row, volume = rows[name, f"refined-{how}"], 0
            for d, hp in enumerate(s.hp_names):
                values = x[best, d][~np.isnan(x[best, d])]
                if hp in twin.BOOLEAN:
                    volume += np.log(len(set(s.hp[best, d])))
                    continue
                low, high = twin.quantile(values, tail), twin.quantile(values, 1 - tail)
                volume += np.log(high - low)
                natural = [1 - np.exp(high), 1 - np.exp(low)] if hp.startswith("beta") else [low, high] if hp in twin.LINEAR else [np.exp(low), np.exp(high)]
                if (hp, how) in (("learning_rate", "minmax"), ("beta1", "q90"), ("constant_fraction", "q90")):
                    close(intervals[name, f"refined-{how}", hp], natural, f"space: {name}: refined-{how}: {hp}")
            close([float(row["log_volume"])], [volume], f"space: {name}: refined-{how}: volume")
            inside = twin.inside_box(s, best, how)
            same((row["n_inside"], float(row["share_inside"]), float(row["share_best"])),
                 (str(len(inside)), len(inside) / len(s.configs), np.isin(best, inside).mean()), f"space: {name}: refined-{how}: configs inside")
        row, scaled = rows[name, "refined-q90-joint"], [d for d, hp in enumerate(s.hp_names) if hp not in twin.BOOLEAN]
        factor, ends = joint_factor([x[best, d] for d in scaled], -(-9 * len(best) // 10))
        booleans = [len(set(s.hp[best, d])) for d in range(len(s.hp_names)) if d not in scaled]
        close([float(row["log_volume"])], [np.sum(np.log([factor * (high - low) for _, low, high in ends] + booleans))], f"space: {name}: refined-q90-joint: volume")
        ok(float(row["share_best"]) >= .9, f"space: {name}: refined-q90-joint holds nine in ten of the best", row)


# ---- inputs --------------------------------------------------------------------------------------------------------

def check_fixtures(tmp):
    archive, scores, folder = (os.path.join(tmp, n) for n in ("a.h5", "s.h5", "figures"))
    good("ingest", "-o", archive, "--no-provenance", os.path.join(ROOT, "fixtures", "release"))
    good("normalize", archive, "-o", scores, "--no-provenance")
    good("reproduce", scores, "-o", folder, "--format", "dumb", "--resamples", str(RESAMPLES), "-j", "1", "--no-provenance")
    file = File(scores)
    same(set(file.last_step), {200.0}, "normalize writes the last step")
    check_metadata(file, folder)
    check_shares(file, folder, "fixtures")
    check_sizes(file, folder, "fixtures")
    check_kind(file, folder, "figure3c", "rnn")
    check_kind(file, folder, "figure3d", "autoencoder")
    check_speedup(folder, "figure2", read(folder, "figure2")[1])
    check_embedding(file, folder, "fixtures", (len(file.rows) - 1) / 3)
    check_collapses(file, folder, "fixtures")
    check_space(file, folder)
    again = os.path.join(tmp, "again")
    good("reproduce", scores, "-o", again, "--format", "dumb", "--resamples", str(RESAMPLES), "-j", "4", "--no-provenance")
    same([n for n in sorted(os.listdir(folder)) if read_bytes(os.path.join(folder, n)) != read_bytes(os.path.join(again, n))], [],
         "the same bytes from one thread and from four")
    for n in sorted(os.listdir(folder)):
        if n.endswith(".tsv") and n.count(".") == 1:
            comments = read(folder, n[:-4])[0]
            ok(sum(c.startswith("# caption: ") for c in comments) == 1 and sum(c.startswith("# title: ") for c in comments) == 1,
               f"{n} has one title and one caption", comments)


def check_holes(tmp):
    """Missing cells count as 1; a task that is degenerate takes no part; whoever wrote the file."""
    path, folder = os.path.join(tmp, "made.h5"), os.path.join(tmp, "made")
    rng = np.random.RandomState(3)
    tables = {}
    for name in (SET, "nadamw_grid_1k"):
        valid = rng.uniform(0.1, 1, (14, 23))
        valid[rng.uniform(size=valid.shape) < .2] = np.nan
        valid[4] = np.nan
        tables[name] = (valid, np.where(np.isnan(valid), np.nan, rng.uniform(size=valid.shape)))
    write_scores(path, tables)
    with h5py.File(path, "r+") as f:
        for name, (valid, _) in tables.items():
            f["sets"][name].create_dataset("valid_min", data=valid * rng.uniform(.3, 1, valid.shape))
            f["sets"][name]["degenerate"][4] = 1
    good("reproduce", path, "-o", folder, "--format", "dumb", "--resamples", str(RESAMPLES), "--perplexity", "3.5", "--no-provenance", "-q")
    file = File(path)
    same(len(file.rows), 13, "holes: the twin leaves the degenerate task out")
    check_shares(file, folder, "holes")
    check_sizes(file, folder, "holes")
    check_embedding(file, folder, "holes", 3.5)
    check_collapses(file, folder, "holes")
    holes = sum(int(np.isnan(t[0][file.rows]).sum()) for t in tables.values())
    same([note(read(folder, n)[0], "missing cells") for n in ("figure1b", "figureA1")], [str(holes)] * 2, "holes: missing cells are told")


def main():
    need_program()
    tmp = temporary()
    check_fixtures(tmp)
    check_holes(tmp)
    done()


main()
