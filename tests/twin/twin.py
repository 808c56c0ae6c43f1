"""A slow twin of hyperlist in numpy: what the numbers mean, written once more from the definitions.

It shares no code with the program. Where the program streams, packs and threads, this file loops; where an order of
summation matters for the last digit, the loop follows the definition (replicas in order, steps in order, tasks in order).

Axes: curves are (config, replica, step, split); scores are (task, config).
"""
import functools
import json
import math
import os
import re
import struct

import h5py
import numpy as np

Q_ONE = 1 << 40
MASK64 = (1 << 64) - 1


# ---- random streams ------------------------------------------------------------------------------------------------

def xxh64(data, seed=0):
    """XXH64 of some bytes, from its specification."""
    p1, p2, p3, p4, p5 = (11400714785074694791, 14029467366897019727, 1609587929392839161,
                          9650029242287828579, 2870177450012600261)

    def rotl(x, n):
        return ((x << n) | (x >> (64 - n))) & MASK64

    def round_(acc, lane):
        return (rotl((acc + lane * p2) & MASK64, 31) * p1) & MASK64

    at, n = 0, len(data)
    if n >= 32:
        v = [(seed + p1 + p2) & MASK64, (seed + p2) & MASK64, seed & MASK64, (seed - p1) & MASK64]
        while at + 32 <= n:
            lanes = struct.unpack_from("<4Q", data, at)
            v = [round_(a, lane) for a, lane in zip(v, lanes)]
            at += 32
        h = (rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18)) & MASK64
        for a in v:
            h = ((h ^ round_(0, a)) * p1 + p4) & MASK64
    else:
        h = (seed + p5) & MASK64
    h = (h + n) & MASK64
    while at + 8 <= n:
        h = (rotl(h ^ round_(0, struct.unpack_from("<Q", data, at)[0]), 27) * p1 + p4) & MASK64
        at += 8
    if at + 4 <= n:
        h = (rotl(h ^ (struct.unpack_from("<I", data, at)[0] * p1 & MASK64), 23) * p2 + p3) & MASK64
        at += 4
    while at < n:
        h = (rotl(h ^ (data[at] * p5 & MASK64), 11) * p1) & MASK64
        at += 1
    h = ((h ^ (h >> 33)) * p2) & MASK64
    h = ((h ^ (h >> 29)) * p3) & MASK64
    return h ^ (h >> 32)


class Mt19937:
    """The Mersenne twister, seeded with one 32-bit word."""

    def __init__(self, seed):
        self.state, self.ready = self._begin(seed).copy(), []

    @staticmethod
    @functools.lru_cache(None)  # the same streams are asked for again and again
    def _begin(seed):
        word, words = seed & 0xFFFFFFFF, []
        for i in range(624):
            if i:
                word = (1812433253 * (word ^ (word >> 30)) + i) & 0xFFFFFFFF
            words.append(word)
        return np.array(words, np.uint64)

    def _twist(self):
        s = self.state
        for lo, hi in ((0, 227), (227, 454), (454, 623), (623, 624)):  # each part reads only words already final
            far, after = (lo + 397) % 624, s[lo + 1:hi + 1] if hi < 624 else s[:1]
            y = (s[lo:hi] & np.uint64(0x80000000)) | (after & np.uint64(0x7FFFFFFF))
            s[lo:hi] = s[far:far + hi - lo] ^ (y >> np.uint64(1)) ^ (y & np.uint64(1)) * np.uint64(0x9908B0DF)
        y = s.copy()
        y ^= y >> np.uint64(11)
        y ^= (y << np.uint64(7)) & np.uint64(0x9D2C5680)
        y ^= (y << np.uint64(15)) & np.uint64(0xEFC60000)
        y ^= y >> np.uint64(18)
        self.ready = y[::-1].tolist()

    def word(self):
        if not self.ready:
            self._twist()
        return self.ready.pop()

    def below(self, n):
        """Uniform in 0..n-1, as GSL's gsl_rng_uniform_int does it for a generator of range 0..2^32-1."""
        scale = 0xFFFFFFFF // n
        while True:
            k = self.word() // scale
            if k < n:
                return k


def stream(seed, resample, purpose):
    word = xxh64(f"{seed}/{resample}/{purpose}".encode()) & 0xFFFFFFFF
    return Mt19937(word or 1)


def shuffled(items, rng):
    """gsl_ran_shuffle: from the back, each swaps with one at or before it."""
    items = list(items)
    for i in range(len(items) - 1, 0, -1):
        j = rng.below(i + 1)
        items[i], items[j] = items[j], items[i]
    return items


def quantile(values, f):
    """GSL's quantile: linear between the neighbours of position (n - 1) f."""
    v = sorted(values)
    at = (len(v) - 1) * f
    lo = int(at)
    delta = at - lo
    if lo == len(v) - 1:
        return float(v[lo])
    return (1 - delta) * v[lo] + delta * v[lo + 1]


# ---- names ---------------------------------------------------------------------------------------------------------

def byte_key(name):
    return name.encode()


def natural_key(name):
    """Runs of digits count as numbers, all else byte by byte; equal ones by their bytes."""
    parts = re.findall(rb"\d+|\D", name.encode())
    return [(ord(b"0"), int(p)) if p.isdigit() else (p[0], -1) for p in parts], name.encode()


def link_name(name):
    name = name.replace("%", "%25").replace("/", "%2F")
    return "%2E" + name[1:] if name.startswith(".") else name


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


# ---- sources -------------------------------------------------------------------------------------------------------

class Source:
    """Curves of one (task, set) as the source has them; rows in the source's order."""

    def __init__(self, configs, curves, steps, split_names):
        self.configs, self.curves, self.split_names = configs, curves, split_names
        self.steps = steps  # None where the file does not say


SPLITS = ["train", "valid_inner", "valid_outer", "test"]


def read_npz(path):
    with np.load(path) as z:
        return Source([text(bytes(n)) for n in z["optimizers"]], z["ys"], z["xs"], SPLITS)


def read_release(root, tasks=None):
    """{(task, set): Source} of <root>/<task>/<set>_<steps>_replica<r>.npz."""
    found = {}
    for task in sorted(os.listdir(root)):
        folder = os.path.join(root, task)
        if not os.path.isdir(folder) or (tasks is not None and task not in tasks):
            continue
        for name in sorted(os.listdir(folder)):
            m = re.fullmatch(r"(.+)_\d+_replica\d+\.npz", name)
            if m:
                found[task, m.group(1)] = read_npz(os.path.join(folder, name))
    return found


def read_curves_json(path, sampler):
    with open(path) as f:
        runs = json.load(f)
    names = [s for s in ("train", "valid", "test") if s in runs[0]]
    curves = np.array([[[run[s]["loss"] for s in names]] for run in runs], float)  # config, replica, split, step
    return Source([f"{sampler}_seed{i}" for i in range(len(runs))], np.ascontiguousarray(np.moveaxis(curves, 2, 3)),
                  None, names)


# ---- archives ------------------------------------------------------------------------------------------------------

class CurveSet:
    """One optimizer set of an archive."""

    def __init__(self, group):
        self.configs = [text(n) for n in group["config_names"][()]]
        self.hp_names = [text(n) for n in group["hyperparameter_names"][()]]
        self.hp = group["hyperparameters"][()]
        self.splits = [text(n) for n in group["split_names"][()]]
        self.group = group
        self.read = {}

    def curves(self, task):
        """(curves, ran, observed, steps), or None where this set has no such task. Read once."""
        if task not in self.read:
            self.read[task] = self._curves(link_name(task))
        return self.read[task]

    def _curves(self, name):
        if name not in self.group["curves"]:
            return None
        d = self.group["curves"][name]
        c = d[()]
        ran = self.group["ran"][name][()]
        if "observed" in self.group and name in self.group["observed"]:
            observed = self.group["observed"][name][()]
        else:
            observed = np.full(c.shape[:2] + c.shape[3:], c.shape[2], int)
        return c, ran, observed, d.attrs["steps"]


class Archive:
    def __init__(self, path):
        self.file = h5py.File(path, "r")
        assert text(self.file.attrs["schema"]) == "hyperlist.archive/1"
        self.tasks = [text(n) for n in self.file["tasks/name"][()]]
        self.sets = {name: CurveSet(group) for name, group in self.file["sets"].items()}


# ---- scores --------------------------------------------------------------------------------------------------------

DEFAULTS = dict(valid_split=None, replicas="average-first", best_over="archive", aggregate="mean",
                test_constants="test")


class ScoreSet:
    """valid, test, valid_min, valid_last: (task, config); init, best: (task, 2); the rest: (task,)."""

    def __init__(self, configs, hp_names, hp, n_task):
        n = len(configs)
        self.configs, self.hp_names, self.hp = configs, hp_names, hp
        self.valid, self.test = np.full((n_task, n), np.nan), np.full((n_task, n), np.nan)
        self.valid_min, self.valid_last = np.full((n_task, n), np.nan), np.full((n_task, n), np.nan)
        self.init, self.best = np.full((n_task, 2), np.nan), np.full((n_task, 2), np.nan)
        self.n_missing, self.n_diverged = np.zeros(n_task, int), np.zeros(n_task, int)
        self.degenerate = np.zeros(n_task, bool)


class Scores:
    def __init__(self, tasks, sets):
        self.tasks, self.sets = tasks, sets


def averaged(curves, ran, observed):
    """Mean over the replicas that ran and are observed; a point that none observes is absent, not non-finite.

    Returns (L, there): both (config, step)."""
    n_config, n_replica, n_step = curves.shape
    total, count = np.zeros((n_config, n_step)), np.zeros((n_config, n_step))
    for r in range(n_replica):
        use = (ran[:, r] != 0)[:, None] & (np.arange(n_step)[None, :] < observed[:, r, None])
        value = curves[:, r].astype(float)
        with np.errstate(invalid="ignore", over="ignore"):
            total = np.where(use, total + value, total)
        count += use
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / count, count > 0


def normalized(loss, init, best):
    with np.errstate(invalid="ignore", over="ignore"):
        y = np.clip((loss - best) / (init - best), 0, 1)
    return np.where(np.isfinite(loss), y, 1.0)


def collapsed(y, there, how):
    """One number a config; NaN where no point is there."""
    some = there.any(axis=1)
    if how == "mean":
        total = np.where(there, y, 0).cumsum(axis=1)[:, -1]  # step after step
        return np.where(some, total / np.maximum(there.sum(axis=1), 1), np.nan)
    if how == "min":
        return np.where(some, np.where(there, y, np.inf).min(axis=1), np.nan)
    last = y.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return np.where(some, y[np.arange(len(y)), last], np.nan)


def pick_split(splits, option):
    """Column of the validation split; of the test split; None where there is none."""
    valid = option or ("valid_inner" if "valid_inner" in splits else "valid")
    test = "test" if "test" in splits else "valid_outer"
    return (splits.index(valid) if valid in splits else None), (splits.index(test) if test in splits else None)


def scores(archive, **options):
    o = dict(DEFAULTS, **options)
    tasks = sorted(archive.tasks, key=byte_key)
    out = {}
    for name, cs in archive.sets.items():
        order = sorted(range(len(cs.configs)), key=lambda i: natural_key(cs.configs[i]))
        s = ScoreSet([cs.configs[i] for i in order], cs.hp_names, cs.hp[order], len(tasks))
        s.order = order
        out[name] = s
    for t, task in enumerate(tasks):
        loaded = {}
        for name, cs in archive.sets.items():
            got = cs.curves(task)
            if got is None:
                out[name].n_missing[t] = len(cs.configs)
                continue
            loaded[name] = [x[out[name].order] for x in got[:3]] + [pick_split(cs.splits, o["valid_split"])]
        _score_task(t, loaded, out, o)
    return Scores(tasks, out)


def _constants(means, over):
    """(init, best): means = {set: (L, there)}; best over the sets named."""
    first = [L[there[:, 0], 0] for L, there in means.values()]
    first = np.concatenate([f[np.isfinite(f)] for f in first]) if first else np.array([])
    lows = [L[there & np.isfinite(L)] for name, (L, there) in means.items() if name in over]
    lows = np.concatenate(lows) if lows else np.array([])
    return (math.fsum(first) / len(first) if len(first) else np.nan), (lows.min() if len(lows) else np.nan)


def _score_task(t, loaded, out, o):
    means = [{}, {}]  # of the validation and of the test split
    for name, (curves, ran, observed, column) in loaded.items():
        for kind in (0, 1):
            if column[kind] is not None:
                means[kind][name] = averaged(curves[..., column[kind]], ran, observed[:, :, column[kind]])
    for name, (curves, ran, observed, column) in loaded.items():
        s = out[name]
        over = list(loaded) if o["best_over"] == "archive" else [name]
        constants = [_constants(means[k], over) for k in (0, 1)]
        s.init[t], s.best[t] = [c[0] for c in constants], [c[1] for c in constants]
        L, there = means[0][name]
        s.n_missing[t] = np.sum(~there.any(axis=1))
        s.n_diverged[t] = np.sum((there & ~np.isfinite(L)).any(axis=1))
        good = [c[1] < c[0] for c in constants]  # False with NaN
        s.degenerate[t] = not good[0]
        if not good[0]:
            continue
        used = [constants[0], constants[0] if o["test_constants"] == "valid" else constants[1]]

        def collapse(kind, how):
            L, there = means[kind][name]
            init, best = used[kind]
            if o["replicas"] == "average-first":
                y = normalized(L, init, best)
            else:
                total, count = np.zeros(L.shape), np.zeros(L.shape)
                for r in range(curves.shape[1]):
                    use = (ran[:, r] != 0)[:, None] & (np.arange(L.shape[1]) < observed[:, r, column[kind], None])
                    y = normalized(curves[:, r, :, column[kind]].astype(float), init, best)
                    total, count = np.where(use, total + y, total), count + use
                with np.errstate(invalid="ignore", divide="ignore"):
                    y = total / count
            return collapsed(y, there, how)

        s.valid[t] = collapse(0, o["aggregate"])
        s.valid_min[t], s.valid_last[t] = collapse(0, "min"), collapse(0, "last")
        if column[1] is not None and (o["test_constants"] == "valid" or good[1]):
            s.test[t] = collapse(1, o["aggregate"])


def read_scores(path):
    """A scores file as written, whoever wrote it."""
    f = h5py.File(path, "r")
    assert text(f.attrs["schema"]) == "hyperlist.scores/1"
    tasks = [text(n) for n in f["tasks/name"][()]]
    sets = {}
    for name, g in f["sets"].items():
        s = ScoreSet([text(n) for n in g["config_names"][()]], [text(n) for n in g["hyperparameter_names"][()]],
                     g["hyperparameters"][()], len(tasks))
        for field in ("valid", "test", "valid_min", "valid_last", "init", "best", "n_missing", "n_diverged"):
            if field in g:
                setattr(s, field, g[field][()])
        if "degenerate" in g:
            s.degenerate = g["degenerate"][()].astype(bool)
        sets[name] = s
    return Scores(tasks, sets)


# ---- missing cells -------------------------------------------------------------------------------------------------

class MissingCells(Exception):
    pass


def usable(s, rows, missing):
    """(rows, columns) that the policy leaves of some task rows."""
    rows = [t for t in rows if not s.degenerate[t]]
    columns = list(range(len(s.configs)))
    holes = np.isnan(s.valid[rows]) if rows else np.zeros((0, len(columns)), bool)
    if missing == "error" and holes.any():
        raise MissingCells()
    if missing == "drop-task":
        rows = [t for t, h in zip(rows, holes) if not h.any()]
    if missing == "drop-config":
        columns = [c for c in columns if not holes[:, c].any()]
    return rows, columns


def worst(table):
    return np.where(np.isnan(table), 1.0, table)


# ---- learning ------------------------------------------------------------------------------------------------------

def greedy(f):
    """Picks from a (task, config) table without holes: argmin of the summed minima, until nothing improves."""
    q = np.rint(f * Q_ONE).astype(np.int64)
    best = np.full(len(f), Q_ONE, np.int64)
    picks, open_ = [], np.ones(f.shape[1], bool)
    while open_.any():
        total = np.minimum(best[:, None], q).sum(axis=0)
        total[~open_] = np.iinfo(np.int64).max
        c = int(np.argmin(total))
        if total[c] >= best.sum():
            break
        picks.append(c)
        open_[c] = False
        best = np.minimum(best, q[:, c])
    return picks


def learn(s, set_name, rows, seed=0, resample=0, missing="worst"):
    """(order of all columns, how many are greedy, J after each)."""
    rows, columns = usable(s, rows, missing)
    f = worst(s.valid[rows])
    picks = [columns[c] for c in greedy(f[:, columns])]
    rest = [c for c in columns if c not in set(picks)]
    order = picks + shuffled(rest, stream(seed, resample, f"tail:{set_name}"))
    return order, len(picks), objective(f, order)


def objective(f, order):
    best, J = np.ones(len(f)), []
    for c in order:
        best = np.minimum(best, f[:, c])
        total = 0.0
        for b in best:
            total += b
        J.append(total / len(f))
    return np.array(J)


# ---- evaluating ----------------------------------------------------------------------------------------------------

def best_so_far(f, g, order):
    """Of each task and trial: f and g of the best config so far (earlier wins ties). f, g: (task, config)."""
    valid, test = np.empty((len(f), len(order))), np.empty((len(f), len(order)))
    for t in range(len(f)):
        low = np.inf
        for k, c in enumerate(order):
            if f[t, c] < low:
                low, at = f[t, c], c
            valid[t, k], test[t, k] = low, g[t, at]
    return valid, test


def evaluate(s, order, rows, missing="worst"):
    """(valid, test) after each trial, averaged over the tasks.

    A task degenerate in test alone counts in valid only; one that the set lacks is missing, not degenerate."""
    rows, columns = usable(s, rows, missing)
    keep = set(columns)
    order = [c for c in order if c in keep]
    valid, test = best_so_far(worst(s.valid[rows]), worst(s.test[rows]), order)
    tested = ~np.isnan(s.test[rows]).all(axis=1) | np.isnan(s.valid[rows]).all(axis=1)
    return valid.mean(axis=0), test[tested].mean(axis=0)


# ---- splits, baselines, figure 2 -----------------------------------------------------------------------------------

def half_split(rows, seed, resample):
    order = shuffled(sorted(rows), stream(seed, resample, "split"))
    n = len(order) // 2
    return sorted(order[:n]), sorted(order[n:])


LINEAR = ("constant_fraction",)
BOOLEAN = ("use_nesterov",)


def coordinates(hp_names, hp):
    """Sampling coordinates: log; betas as log(1 - beta); zeros become NaN where the scale is logarithmic."""
    out = np.empty(hp.shape)
    for d, name in enumerate(hp_names):
        x = hp[:, d]
        if name in LINEAR or name in BOOLEAN:
            out[:, d] = x
            continue
        x = 1 - x if name in ("beta1", "beta2") else x
        with np.errstate(divide="ignore"):
            out[:, d] = np.where(x == 0, np.nan, np.log(x))
    return out


def inside_box(s, best, how):
    """Columns inside the box of the best configs (a multiset: one a train task)."""
    if not best:
        return []
    x = coordinates(s.hp_names, s.hp)
    inside = np.ones(len(x), bool)
    for d, name in enumerate(s.hp_names):
        if name in BOOLEAN:
            inside &= np.isin(s.hp[:, d], s.hp[best, d])
            continue
        values = x[best, d]
        zero_in = np.isnan(values).any()
        values = values[~np.isnan(values)]
        ok = np.zeros(len(x), bool)
        if len(values):
            lo, hi = (values.min(), values.max()) if how == "minmax" else (quantile(values, .05), quantile(values, .95))
            margin = 1e-9 * (hi - lo) + 1e-12 * max(abs(lo), abs(hi))
            ok = (x[:, d] >= lo - margin) & (x[:, d] <= hi + margin)
        if zero_in:
            ok |= np.isnan(x[:, d])
        inside &= ok
    return [int(c) for c in np.flatnonzero(inside)]


def refined(s, set_name, train, how, seed, resample):
    f = worst(s.valid[train])
    best = [int(np.argmin(row)) for row in f if row.min() < 1]
    return shuffled(inside_box(s, best, how), stream(seed, resample, f"refined-{how}:{set_name}"))


def figure2(sc, learned_from="adam8p_wide_grid_1k", random_sets=("adam1p_wide_grid_1k", "adam4p_wide_grid_1k",
                                                                    "adam8p_wide_grid_1k"), seed=0, resamples=50):
    """{series: (rows of (q25, median, q75, mean), n_tasks)}: test on held-out halves against trials."""
    main = sc.sets[learned_from]
    rows = [t for t in range(len(sc.tasks)) if not any(s.degenerate[t] for s in sc.sets.values())]
    curves = {}

    def add(series, s, order, test_rows):
        if order:
            curves.setdefault(series, []).append(evaluate(s, order, test_rows)[1])
        else:
            curves.setdefault(series, []).append(np.array([1.0]))

    for r in range(resamples):
        train, test = half_split(rows, seed, r)
        add("learned", main, learn(main, learned_from, train, seed, r)[0], test)
        for name in random_sets:
            if name in sc.sets:
                s = sc.sets[name]
                add(f"random:{name}", s, shuffled(range(len(s.configs)), stream(seed, r, f"random:{name}")), test)
        for how in ("minmax", "q90"):
            add(f"refined-{how}", main, refined(main, learned_from, train, how, seed, r), test)
    out = {}
    for series, list_ in curves.items():
        n = max(len(c) for c in list_)
        full = np.array([np.concatenate([c, np.full(n - len(c), c[-1])]) for c in list_])
        out[series] = (np.array([[quantile(full[:, k], .25), quantile(full[:, k], .5), quantile(full[:, k], .75),
                                  full[:, k].mean()] for k in range(n)]), len(rows) - len(rows) // 2)
    return out
