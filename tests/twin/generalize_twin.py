"""The slow twin of `generalize`: splits, folds, every series, written once more from the definitions.

It shares streams, quantiles, coordinates and greedy picking with twin.py, and no code with the program. Tasks are rows
of the scores file; curves are (task, trial)."""
import functools
import math

import numpy as np

import twin


# ---- splits --------------------------------------------------------------------------------------------------------

def family(task):
    name = task[5:] if task.startswith("mini_") else task
    stem = name.rstrip("0123456789")
    return stem[:-5] if stem != name and stem.endswith("_seed") and len(stem) > 5 else name


def floor_share(fraction, n):
    """Rounded down, but 0.29 of 100 is 29."""
    return int(math.floor(fraction * n + 1e-9))


def limited(others, n_train, fraction):
    if n_train is not None:
        return others[:n_train]
    return others if fraction is None else others[:floor_share(fraction, len(others))]


def folds(rows, tasks, kinds, seed, resample, hold_out=None, k_fold=None, leave_out=None, n_train=None, fraction=None):
    """[(train, test)] of one resampling, each in ascending order; hold_out: the rows that test."""
    rng = twin.stream(seed, resample, "split")
    if hold_out is not None:
        pool = twin.shuffled([t for t in rows if t not in hold_out], rng)
        return [(sorted(limited(pool, n_train, fraction)), sorted(t for t in rows if t in hold_out))]
    pool = twin.shuffled(rows, rng)
    if k_fold is None and leave_out is None:
        n = n_train if n_train is not None else floor_share(.5 if fraction is None else fraction, len(pool))
        return [(sorted(pool[:n]), sorted(pool[n:]))]
    if k_fold is not None:
        parts, at = [], 0
        for k in range(k_fold):
            size = len(pool) // k_fold + (k < len(pool) % k_fold)
            parts.append(pool[at:at + size])
            at += size
    else:
        name_of = {"task": lambda t: t, "family": lambda t: family(tasks[t]), "kind": lambda t: kinds[t]}[leave_out]
        groups = {}
        for t in rows:
            groups.setdefault(name_of(t), []).append(t)
        parts = list(groups.values())
    return [(sorted(limited([t for t in pool if t not in part], n_train, fraction)), sorted(part)) for part in parts]


# ---- cells ---------------------------------------------------------------------------------------------------------

class Cells:
    """One set on the tasks in use: f and g without holes (zero rows for tasks without test scores), columns kept."""

    def __init__(self, s, name):
        self.s, self.name = s, name
        self.tested = ~np.isnan(s.test).all(axis=1) | np.isnan(s.valid).all(axis=1)
        self.holes = np.isnan(s.valid) | (np.isnan(s.test) & self.tested[:, None])
        self.f, self.g = twin.worst(s.valid), np.where(self.tested[:, None], twin.worst(s.test), 0)
        self.columns = list(range(len(s.configs)))
        self.x = twin.coordinates(s.hp_names, s.hp)


def in_use(sc, names, missing):
    """(rows, {set: Cells})."""
    rows = [t for t in range(len(sc.tasks)) if not any(s.degenerate[t] for s in sc.sets.values())]
    cells = {n: Cells(sc.sets[n], n) for n in names}
    if missing == "drop-task":
        rows = [t for t in rows if not any(c.holes[t].any() for c in cells.values())]
    if missing == "drop-config":
        for c in cells.values():
            c.columns = [i for i in c.columns if not c.holes[rows, i].any()]
    return rows, cells


def along(f, g, order):
    """Best so far of each row along an order, (valid, test): the earlier wins ties."""
    f, g = f[:, order], g[:, order]
    low = np.minimum.accumulate(f, axis=1)
    before = np.concatenate([np.full((len(f), 1), np.inf), low[:, :-1]], axis=1)
    at = np.maximum.accumulate(np.where(f < before, np.arange(len(order)), 0), axis=1)
    return low, np.take_along_axis(g, at, axis=1)


# ---- boxes ---------------------------------------------------------------------------------------------------------

def joint_factor(values, n_held):
    """values: one array of coordinates a dimension (NaN: none), a row a best config. The smallest s that holds n_held."""
    own = np.zeros(len(values[0]))
    ends = []
    for v in values:
        there = v[~np.isnan(v)]
        if not len(there):
            ends.append(None)
            continue
        m, low, high = twin.quantile(there, .5), there.min(), there.max()
        ends.append((m, low, high))
        for i, x in enumerate(v):
            if x < m:
                own[i] = max(own[i], (m - x) / (m - low))
            elif x > m:
                own[i] = max(own[i], (x - m) / (high - m))
    return sorted(own)[n_held - 1], ends


def inside(cells, best, how):
    """Which configs are inside the box of some best ones (repeats count)."""
    s, x = cells.s, cells.x
    if not best:
        return np.zeros(len(x), bool)
    scaled = [d for d, n in enumerate(s.hp_names) if n not in twin.BOOLEAN]
    if how == "q90-joint" and scaled:
        factor, ends = joint_factor([x[best, d] for d in scaled], -(-9 * len(best) // 10))
    ok = np.ones(len(x), bool)
    for d, name in enumerate(s.hp_names):
        v = x[best, d]
        if name in twin.BOOLEAN:
            ok &= np.isin(x[:, d], v)
            continue
        in_range, there = np.zeros(len(x), bool), v[~np.isnan(v)]
        if len(there):
            if how == "q90-joint":
                m, low, high = ends[scaled.index(d)]
                low, high = m - factor * (m - low), m + factor * (high - m)
            else:
                tail = .05 if how == "q90" else 0
                low, high = twin.quantile(there, tail), twin.quantile(there, 1 - tail)
            margin = 1e-9 * (high - low) + 1e-12 * max(abs(low), abs(high))
            in_range = (x[:, d] >= low - margin) & (x[:, d] <= high + margin)
        ok &= in_range | (np.isnan(x[:, d]) & np.isnan(v).any())
    return ok


# ---- expectation ---------------------------------------------------------------------------------------------------

@functools.lru_cache(None)
def none_of(n, n_trial):
    """(a, trial): C(n-a,k) / C(n,k), the chance that none of a configs is among the first k; by logarithms of factorials."""
    log_factorial = np.concatenate([[0], np.cumsum(np.log(np.arange(1, n + 1)))])
    out, k = np.zeros((n + 1, n_trial)), np.arange(1, n_trial + 1)
    for a in range(n + 1):
        kk = k[k <= n - a]
        out[a, :len(kk)] = np.exp(log_factorial[n - a] - log_factorial[n - a - kk] - log_factorial[n] + log_factorial[n - kk])
    return out


def expected_curve(f, y, n_trial):
    """By groups of equal f: of n configs, a better and m in the group, [C(n-a,k) - C(n-a-m,k)] / C(n,k) times its mean."""
    values, group, m = np.unique(f, return_inverse=True, return_counts=True)
    better, none = np.cumsum(m) - m, none_of(len(f), n_trial)
    means = np.bincount(group, weights=y) / m
    return means @ (none[better] - none[better + m])


# ---- series --------------------------------------------------------------------------------------------------------

def series_names(sc, learner):
    sets = sorted(sc.sets, key=twin.byte_key)
    refined = ["refined-minmax", "refined-q90", "refined-q90-joint"]
    return ["learned"] + [f"random:{s}" for s in sets] + refined + ["best-case", "oracle"] + [f"expected:{s}" for s in sets]


class Found:
    """values: (resample, trial); tasks: {(resample, task): curve}; inside, enclosed: one a fold."""

    def __init__(self):
        self.curves, self.tasks, self.inside, self.enclosed, self.values, self.n_tasks = [], {}, [], [], None, []


def learned_order(c, train, name, seed, r, n_trial):
    picks = [c.columns[i] for i in twin.greedy(c.f[np.ix_(train, c.columns)])][:n_trial]
    rest = [i for i in c.columns if i not in set(picks)]
    return picks + twin.shuffled(rest, twin.stream(seed, r, f"tail:{name}"))


def fold_curves(series, cells, learner, train, test, seed, r, n_trial, report, shared, found):
    """(task, trial) of one fold; no trials where a box is empty."""
    kind, _, set_name = series.partition(":")
    c = cells[set_name or learner]
    if kind in ("expected", "oracle"):
        return np.array([shared[series][t] for t in test])
    if kind == "learned":
        order = learned_order(c, train, learner, seed, r, n_trial)
    elif kind == "best-case":
        order = learned_order(c, test, learner, seed, r, n_trial)
    elif kind == "random":
        keep = set(c.columns)
        order = [i for i in twin.shuffled(range(len(c.s.configs)), twin.stream(seed, r, f"random:{set_name}")) if i in keep]
    else:
        best = [min(c.columns, key=lambda i: (c.f[t, i], i)) for t in train]
        best = [b for b, t in zip(best, train) if c.f[t, b] < 1]
        ok = inside(c, best, kind[len("refined-"):])
        order = [i for i in c.columns if ok[i]]
        found.inside.append(len(order))
        found.enclosed.append(np.mean(ok[best]) if best else 0)
        order = twin.shuffled(order, twin.stream(seed, r, f"{kind}:{learner}"))
    order = order[:n_trial]
    if not order:
        return np.zeros((len(test), 0))
    return along(c.f[test], c.g[test], order)[report == "test"]


def tabulate(series, cells, learner, rows, report, n_trial):
    """{task: curve} of the series that know no folds."""
    kind, _, set_name = series.partition(":")
    c = cells[set_name or learner]
    y = c.g if report == "test" else c.f
    n = min(n_trial, len(c.columns))
    if kind == "oracle":
        return {t: np.full(n, y[t, min(c.columns, key=lambda i: (c.f[t, i], i))]) for t in rows}
    return {t: expected_curve(c.f[t, c.columns], y[t, c.columns], n) for t in rows}


def held(curve, n):
    """A curve that has ended stays where it was, at 1 if it never began."""
    return np.concatenate([curve, np.full(n - len(curve), curve[-1] if len(curve) else 1.0)])


def generalize(sc, learner, series, kinds=None, seed=0, resamples=50, report="test", missing="worst", n_trial=10 ** 9, **split):
    """{series: Found}."""
    rows, cells = in_use(sc, sorted({learner} | {s.partition(":")[2] for s in series} - {""}), missing)
    shared = {s: tabulate(s, cells, learner, rows, report, n_trial) for s in series if s.startswith(("expected", "oracle"))}
    out = {s: Found() for s in series}
    for r in range(resamples):
        parts = folds(rows, sc.tasks, kinds, seed, r, **split)
        for s, found in out.items():
            tested = cells[s.partition(":")[2] or learner].tested
            curves = []
            for train, test in parts:
                values = fold_curves(s, cells, learner, train, test, seed, r, n_trial, report, shared, found)
                for t, curve in zip(test, values):
                    found.tasks[r, t] = curve if report == "valid" or tested[t] else None
                    if found.tasks[r, t] is not None:
                        curves.append(curve)
            found.curves.append(curves)
            found.n_tasks.append(len(curves))
    for found in out.values():
        n = max(1, max(len(c) for curves in found.curves for c in curves))
        found.n_trial = n
        found.values = np.array([np.mean([held(c, n) for c in curves], axis=0) for curves in found.curves])
        found.tasks = {k: np.full(n, np.nan) if c is None else held(c, n) for k, c in found.tasks.items()}
    return out


def summary(found):
    """(trial, [q25, median, q75, mean])."""
    return np.array([[twin.quantile(v, .25), twin.quantile(v, .5), twin.quantile(v, .75), v.mean()] for v in found.values.T])
